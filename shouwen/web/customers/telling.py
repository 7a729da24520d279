"""What tells one customer from another where names are masked: their houses, and what they brought last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from shouwen.base.access import Reader
from shouwen.cases.models import Case
from shouwen.customers import relations
from shouwen.registers.models import Record

HOUSES: Final = 2  # of one customer that are named


@dataclass(frozen=True, slots=True)
class Told:
    """The things of a customer, by their keys, how many there are besides, and the newest matter."""

    things: tuple[str, ...] = ()
    more: int = 0
    last: Case | None = None


def told(customers: Collection[int], reader: Reader) -> Mapping[int, Told]:
    """Return what tells customers apart, of what the reader may see; three statements, however many they are."""
    if not customers:
        return {}
    ties = relations.of_customers(list(customers))
    keys = dict(
        Record.objects.visible_to(reader).filter(pk__in={t.record for t in ties}, archived_at=None).values_list("pk", "key")
    )
    things: dict[int, dict[str, None]] = {}
    for tie in ties:
        if tie.record in keys:
            things.setdefault(tie.customer, {})[keys[tie.record]] = None
    newest = Case.objects.visible_to(reader).filter(customer__in=customers).order_by("customer", "-opened_at", "-pk")
    last = {case.customer_id: case for case in newest.distinct("customer")}
    return {id_: _told(list(things.get(id_, ())), last.get(id_)) for id_ in customers}


def _told(things: list[str], last: Case | None) -> Told:
    return Told(tuple(things[:HOUSES]), len(things) - HOUSES if len(things) > HOUSES else 0, last)
