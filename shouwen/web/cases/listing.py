"""The list of cases: filters that live in the address, two orders, pages by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from shouwen.base.access import Reader
from shouwen.base.search import MOST, search
from shouwen.cases.models import Case, CaseQuerySet
from shouwen.customers.models import Customer
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field, Noun
from shouwen.staff.models import Unit
from shouwen.web.asking import Ask
from shouwen.web.lists.kept import CASES, around
from shouwen.web.paging import PAGE, cut, past, past_moment, read_moment_cursor, write_cursor
from shouwen.web.values import Lookups, Showing, ids_in

STATES: Final = ("open", "overdue", "held", "closed", "all")
SORTS: Final = {"due": ("next_due", False), "opened": ("opened_at", True), "oldest": ("opened_at", False)}  # column, downwards
NAMES: Final = (
    "q", "procedure", "step", "unit", "alone", "responsible", "state", "customer", "record", "clause", "kind", "since", "until", "sort",
)  # fmt: skip
IDS: Final = ("unit", "customer", "record")
COUNTED: Final = 1000  # more are not counted: it would cost more than it tells
OWN: Final = "f."  # before the name of a field of the chosen procedure in the address
TELLING: Final = ("date", "datetime", "record", "choice")  # fields that tell one matter of a procedure from another
MOST_TOLD: Final = 5


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
    since: str = ""  # days: opened not before, and not after
    until: str = ""
    alone: str = ""  # "1": the unit itself, without those below
    sort: str = "due"
    own: Mapping[str, str] = field(default_factory=dict)  # date field of the procedure -> day

    @classmethod
    def read(cls, typed: QueryDict, law: Law | None) -> Filters:
        """Read the address."""
        found: dict[str, Any] = {name: typed.get(name, "").strip()[:160] for name in NAMES if typed.get(name)}
        made = cls(**found)
        everything = made.clause or made.customer or made.record or made.q
        state = made.state if made.state in STATES and "state" in found else "all" if everything else "open"
        usual = "due" if state in ("open", "overdue") else "opened"
        # What has ended is due no more: such a list comes in the order it was opened in.
        asked = made.sort in SORTS and "sort" in found and (made.sort, state) != ("due", "closed")
        sort = made.sort if asked else usual
        cleared = {name: value if (value := getattr(made, name)).isdecimal() and len(value) < 19 else "" for name in IDS}
        cleared |= {name: day.isoformat() if (day := read_day(getattr(made, name))) else "" for name in ("since", "until")}
        noun = law.nouns.get(made.procedure) if law is not None else None
        days = {f.id: read_day(typed.get(f"{OWN}{f.id}", "").strip()[:10]) for f in days_of(noun)}
        own = {name: day.isoformat() for name, day in days.items() if day is not None}
        return cls(**{**{n: getattr(made, n) for n in NAMES}, **cleared, "state": state, "sort": sort}, own=own)

    @property
    def told(self) -> Mapping[str, str]:
        """What an event says of an export: which filters, but not what was searched for, which may be a name."""
        plain = {n: v for n in NAMES if (v := getattr(self, n)) and n != "q"}
        return plain | dict.fromkeys(self.own, "…") | ({"q": "…"} if self.q else {})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return bool(self.own) or any(getattr(self, n) for n in NAMES if n not in ("state", "sort", "alone"))


def days_of(noun: Noun | None) -> list[Field]:
    """Return the days a matter of a procedure is about, which its list may be narrowed to: the evening of a booking."""
    shapes = noun.fields.values() if noun is not None else ()
    return [f for f in shapes if f.type.name == "date" and not f.type.many and not f.personal and not f.computed]


def read_day(text: str) -> date | None:
    """Read a day of the address; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def narrowed(filters: Filters, reader: Reader, now: datetime) -> CaseQuerySet:
    """Return the cases that a reader may see and the filters keep."""
    rows = Case.objects.visible_to(reader)
    exact = {"procedure": filters.procedure, "step": filters.step, "customer_id": filters.customer}
    rows = rows.filter(**{column: value for column, value in exact.items() if value})
    rows = _in_days(_in_unit(rows, filters), filters)
    if filters.responsible == "me":
        rows = rows.filter(responsible_id__in=sorted(reader.people))
    elif filters.responsible.isdecimal():
        rows = rows.filter(responsible_id=int(filters.responsible[:18]))
    rows = _in_state(rows, filters.state, now)
    if filters.own:
        rows = rows.filter(fields__contains=dict(filters.own))
    if filters.record:
        rows = rows.about(int(filters.record))
    if filters.clause:
        rows = rows.told_by(filters.clause, filters.kind)
    if filters.q:
        rows = rows.filter(pk__in=[h.id for h in search(filters.q, reader, ["case"], MOST).hits])
    return rows


def _in_unit(rows: CaseQuerySet, filters: Filters) -> CaseQuerySet:
    """A unit, with those below it unless one asks for it alone; 0: what belongs to none."""
    if not filters.unit:
        return rows
    unit = int(filters.unit)
    if not unit:
        return rows.filter(unit=None)
    return rows.filter(unit_id=unit) if filters.alone else rows.filter(unit_id__in=[unit, *below(unit)])


def below(unit: int) -> list[int]:
    """Return the units below one, from the tree as it stands."""
    return list(Unit.objects.filter(path__contains=[unit]).exclude(pk=unit).values_list("pk", flat=True))


def _in_days(rows: CaseQuerySet, filters: Filters) -> CaseQuerySet:
    """Opened within the days, both included, in the company's time zone."""
    zone = timezone.get_default_timezone()
    if since := read_day(filters.since):
        rows = rows.filter(opened_at__gte=datetime.combine(since, time(), zone))
    if until := read_day(filters.until):
        rows = rows.filter(opened_at__lt=datetime.combine(until + timedelta(days=1), time(), zone))
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
    """Order by what falls due next, by what was opened last, or by what was opened first."""
    if sort == "due":
        return rows.soonest_first()
    return rows.order_by("opened_at", "pk") if sort == "oldest" else rows.order_by("-opened_at", "-pk")


def about_how_many(rows: QuerySet[Any]) -> str:
    """Say how many there are, and of many only that they are many."""
    found = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if found > COUNTED else str(found)


def page(rows: CaseQuerySet, sort: str, after: str, limit: int = PAGE, *, mixed: bool = False) -> tuple[list[Case], str]:
    """Return one page and the cursor of the next. `mixed`: open ones stand among those that have ended."""
    column, _down = SORTS[sort]
    rows = past_place(rows, sort, after)
    found = _soonest(rows, limit + 1) if mixed and sort == "due" else list(in_order(rows, sort)[: limit + 1])
    shown, more = cut(found, limit)
    return shown, write_cursor(getattr(shown[-1], column), shown[-1].pk) if more else ""


def _soonest(rows: CaseQuerySet, limit: int) -> list[Case]:
    """The first by due moment: open ones through their index, then what promises nothing, by id; what has ended promises nothing."""
    found = list(rows.open().filter(next_due__isnull=False).order_by("next_due", "pk")[:limit])
    if len(found) < limit:
        found += rows.filter(next_due=None).order_by("pk")[: limit - len(found)]
    return found


def past_place(rows: CaseQuerySet, sort: str, after: str) -> CaseQuerySet:
    """Keep what comes after the place a page ended at ("": all). Raises BadCursor."""
    column, down = SORTS[sort]
    place = read_moment_cursor(after)
    if place is None:
        return rows
    return rows.filter(past_moment(column, place, down=down) if column == "next_due" else past(column, place, down=down))


def customers_of(cases: list[Case], reader: Reader) -> dict[int, str]:
    """Return the masked names of the customers of cases, of those that may be seen."""
    wanted = {c.customer_id for c in cases if c.customer_id}
    return {c.pk: c.masked_name for c in Customer.objects.visible_to(reader).filter(pk__in=wanted).only("name", "kind")}


def told(request: Ask, noun: Noun | None, cases: Sequence[Case]) -> dict[int, list[str]]:
    """Return what tells the matters of one procedure apart, by their ids: the days, things and choices they are about."""
    shapes = [f for f in noun.fields.values() if f.type.name in TELLING and not f.personal] if noun is not None else []
    ids: dict[str, set[int]] = {}
    for case in cases if shapes else ():
        ids_in({f.id: f for f in shapes}, case.fields, ids)
    showing = Showing(request, request.lang, Lookups.of(ids, request.reader))
    return {c.pk: [t for f in shapes if (t := showing.field(f, c.fields.get(f.id)).text)][:MOST_TOLD] for c in cases if shapes}


def beside(request: Ask, rows: CaseQuerySet, *, first: bool) -> dict[str, Any]:
    """What the page shows around the rows: kept lists, how many there are, and what may be done with those chosen."""
    file = reverse("cases:export") if request.reader.may("export", "case") else ""
    return {**around(request, CASES, file=file), "many": about_how_many(rows) if first else ""}
