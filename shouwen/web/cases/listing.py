"""The list of cases: filters that live in the address, two orders, pages by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import QueryDict

from shouwen.base.access import Reader
from shouwen.base.models import Event
from shouwen.base.search import MOST, search
from shouwen.cases.models import Case, CaseQuerySet
from shouwen.customers.models import Customer
from shouwen.web.paging import PAGE, cut, past_moment, read_moment_cursor, write_cursor

STATES: Final = ("open", "overdue", "held", "closed", "all")
SORTS: Final = ("due", "opened")
NAMES: Final = ("q", "procedure", "step", "unit", "responsible", "state", "customer", "record", "clause", "kind", "sort")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; each is a parameter of the address. What is not understood is as if it were not there."""

    q: str = ""
    procedure: str = ""
    step: str = ""
    unit: str = ""
    responsible: str = ""  # an id, or "me"
    state: str = "open"
    customer: str = ""
    record: str = ""
    clause: str = ""
    kind: str = ""  # of the events of that clause
    sort: str = "due"

    @classmethod
    def read(cls, typed: QueryDict) -> Filters:
        """Read the address."""
        found = {name: typed.get(name, "").strip()[:160] for name in NAMES if typed.get(name)}
        made = cls(**found)
        everything = made.clause or made.customer or made.record or made.q
        state = made.state if made.state in STATES and "state" in found else "all" if everything else "open"
        sort = made.sort if made.sort in SORTS and "sort" in found else "due" if state in ("open", "overdue") else "opened"
        ids = {
            name: value for name in ("unit", "customer", "record") if (value := getattr(made, name)).isdigit() and len(value) < 19
        }
        cleared = {name: ids.get(name, "") for name in ("unit", "customer", "record")}
        return cls(**{**{n: getattr(made, n) for n in NAMES}, **cleared, "state": state, "sort": sort})

    @property
    def told(self) -> Mapping[str, str]:
        """What an event says of an export: which filters, but not what was searched for, which may be a name."""
        return {n: v for n in NAMES if (v := getattr(self, n)) and n != "q"} | ({"q": "…"} if self.q else {})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return any(getattr(self, n) for n in NAMES if n not in ("state", "sort"))


def narrowed(filters: Filters, reader: Reader, now: datetime) -> CaseQuerySet:
    """Return the cases that a reader may see and the filters keep."""
    rows = Case.objects.visible_to(reader)
    exact = {"procedure": filters.procedure, "step": filters.step, "unit_id": filters.unit, "customer_id": filters.customer}
    rows = rows.filter(**{column: value for column, value in exact.items() if value})
    if filters.responsible == "me":
        rows = rows.filter(responsible_id__in=sorted(reader.people))
    elif filters.responsible.isdigit():
        rows = rows.filter(responsible_id=int(filters.responsible[:18]))
    rows = _in_state(rows, filters.state, now)
    if filters.record:
        rows = rows.about(int(filters.record))
    if filters.clause:
        told = Event.objects.visible_to(reader).filter(clause=filters.clause, case_id__isnull=False)
        rows = rows.filter(pk__in=(told.filter(kind=filters.kind) if filters.kind else told).values("case_id"))
    if filters.q:
        rows = rows.filter(pk__in=[h.id for h in search(filters.q, reader, ["case"], MOST).hits])
    return rows


def _in_state(rows: CaseQuerySet, state: str, now: datetime) -> CaseQuerySet:
    if state == "overdue":
        return rows.open().filter(next_due__lt=now)
    if state == "held":
        return rows.open().filter(held=True)
    if state == "closed":
        return rows.ended()
    return rows.open() if state == "open" else rows


def in_order(rows: CaseQuerySet, sort: str) -> CaseQuerySet:
    """Order by what falls due next, or by what was opened last."""
    return rows.soonest_first() if sort == "due" else rows.order_by("-opened_at", "-pk")


def page(rows: CaseQuerySet, sort: str, after: str, limit: int = PAGE) -> tuple[list[Case], str]:
    """Return one page and the cursor of the next."""
    column, down = ("next_due", False) if sort == "due" else ("opened_at", True)
    place = read_moment_cursor(after)
    if place is not None:
        rows = rows.filter(past_moment(column, place, down=down))
    shown, more = cut(list(in_order(rows, sort)[: limit + 1]), limit)
    return shown, write_cursor(getattr(shown[-1], column), shown[-1].pk) if more else ""


def customers_of(cases: list[Case], reader: Reader) -> dict[int, str]:
    """Return the masked names of the customers of cases, of those that may be seen."""
    wanted = {c.customer_id for c in cases if c.customer_id}
    return {c.pk: c.masked_name for c in Customer.objects.visible_to(reader).filter(pk__in=wanted).only("name", "kind")}
