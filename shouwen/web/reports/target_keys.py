"""Whose line a target has: which persons, customers and values of a field somebody may have figures of, and what each is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from shouwen.base.sql import from_json
from shouwen.cases.target_rows import OF_PEOPLE, Key
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure
from shouwen.policy.nouns import Field
from shouwen.reports.figures import units_below
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.values import LOOKED_UP, Lookups, Showing

NAMED: Final = frozenset(
    {"staff", "unit", "choice", "yes_no", "date", *LOOKED_UP}
)  # what may stand in an address: no words of people


def _shape(m: Measure, law: Law) -> Field | None:
    noun = law.nouns.get(m.counted.noun)
    return noun.fields.get(m.custom_per) if noun is not None and m.per == "field" else None


def _kind(m: Measure, law: Law) -> str:
    """What the key of a measure is: staff, unit, customer, or the type of its field."""
    shape = _shape(m, law)
    if m.per in OF_PEOPLE:
        return "staff"
    return shape.type.name if shape is not None else m.per


def openable(m: Measure, law: Law) -> bool:
    """Whether a key of a measure may stand in an address: an id or a choice may, what somebody typed may not."""
    shape = _shape(m, law)
    return _kind(m, law) in NAMED and not (shape is not None and (shape.personal or shape.type.many))


def allowed(request: Ask, law: Law, m: Measure, unit: int) -> Collection[Key] | None:
    """Return the keys of which somebody may have figures, in a unit (0: all in sight); None: of all there are.

    Of staff those of the units in sight, and oneself; of units those in sight; everything else is a number of the whole company.
    """
    kind, units = _kind(m, law), units_below(request.org, unit, request.reader)
    if kind == "staff":
        theirs = (s for s, fact in request.org.staff.items() if units is None or fact.unit in units)
        return {str(s) for s in (*theirs, *(request.reader.people if not unit else ()))}
    if kind == "unit":
        return {str(u) for u in (request.org.units if units is None else units)}
    return None if request.reader.everywhere and not unit else ()


def names(request: Ask, law: Law, m: Measure, keys: Iterable[Key]) -> Mapping[Key, str]:
    """Say what keys are called, as the reader may see it."""
    kind, shape = _kind(m, law), _shape(m, law)
    values = {key: from_json(key) for key in keys}
    if kind == "staff":
        return {key: people.name(request, v) if isinstance(v, int) else "" for key, v in values.items()}
    if kind == "unit":
        return {key: people.unit(request, v) if isinstance(v, int) else "" for key, v in values.items()}
    ids = {v for v in values.values() if isinstance(v, int)}
    lookups = Lookups.of({kind: ids}, request.reader) if kind in LOOKED_UP else Lookups()
    if shape is None:
        return {key: lookups.text(kind, v) for key, v in values.items()}
    showing = Showing(request, request.lang, lookups)
    return {key: showing.field(shape, v).text or _("未填") for key, v in values.items()}
