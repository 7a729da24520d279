"""Where somebody is sent: the first thing a case is about that the reader may see, by its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shouwen.base.access import Reader
from shouwen.cases.models import Case
from shouwen.registers.models import Record


def places_of(cases: Sequence[Case], reader: Reader) -> Mapping[int, str]:
    """Return the house or place of cases, by their ids; those about nothing in sight are left out."""
    ids = {r for c in cases for r in c.records}
    keys = dict(Record.objects.visible_to(reader).filter(pk__in=ids).values_list("pk", "key")) if ids else {}
    found = {c.pk: next((keys[r] for r in c.records if r in keys), "") for c in cases}
    return {pk: key for pk, key in found.items() if key}
