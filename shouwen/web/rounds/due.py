"""The matters that rounds opened: which there are, about what, who answers for them, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils import timezone

from shouwen.base.access import Reader
from shouwen.cases.models import Case, CaseQuerySet, Deadline
from shouwen.cases.round_cases import due_between, first_of_each, missed, missed_first, owed, posts_of, promises_of, round_cases
from shouwen.policy.law import Law
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import below, past_place, read_day
from shouwen.web.cases.listing import page as page_of
from shouwen.web.law import post_name
from shouwen.web.paging import PAGE, read_moment_cursor
from shouwen.web.rounds.months import Month
from shouwen.web.values import Lookups

VIEWS: Final = ("today", "open", "missed", "done", "all")
SORTED: Final = {"today": "due", "open": "due"}  # the others: the newest first


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; each is a parameter of the address. What is not understood is as if it were not there."""

    view: str = "today"
    clause: str = ""
    unit: str = ""
    who: str = ""  # "me"
    day: date | None = None  # due on that day
    month: Month | None = None  # opened in that month

    @classmethod
    def read(cls, typed: QueryDict) -> Filters:
        """Read the address."""
        view, clause, unit = (typed.get(n, "").strip()[:160] for n in ("view", "clause", "unit"))
        day, month = read_day(typed.get("day", "")), Month.read(typed.get("month", ""))
        usual = "all" if day or month else "today"
        return cls(
            view if view in VIEWS else usual, clause.replace("\x00", ""), unit if unit.isdecimal() and len(unit) < 19 else "",
            "me" if typed.get("who") == "me" else "", day, month,
        )  # fmt: skip

    @property
    def query(self) -> str:
        """The filters besides the view, as they stand in an address."""
        told = {"clause": self.clause, "unit": self.unit, "who": self.who, "day": self.day, "month": self.month}
        return urlencode({n: str(v) for n, v in told.items() if v})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view narrows the list."""
        return bool(self.query)

    @property
    def told(self) -> dict[str, str]:
        """What an event says of an export: which filters."""
        return {"view": self.view, **dict(parse_qsl(self.query))}


def midnight(day: date) -> datetime:
    """Return when a day of the company begins."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def narrowed(law: Law, filters: Filters, reader: Reader, now: datetime) -> CaseQuerySet:
    """Return the matters the filters keep."""
    rows = _in_view(round_cases(law, reader), filters.view, now)
    if filters.clause:
        rows = rows.filter(opened_by_clause=filters.clause)
    if filters.unit:
        rows = rows.filter(unit_id__in=[int(filters.unit), *below(int(filters.unit))])
    if filters.who:
        rows = owed(rows, reader)
    if filters.day:
        rows = rows.filter(due_between(law, midnight(filters.day), midnight(filters.day + timedelta(days=1))))
    if filters.month:
        rows = rows.filter(opened_at__gte=midnight(filters.month.first), opened_at__lt=midnight(filters.month.end))
    return rows


def _in_view(rows: CaseQuerySet, view: str, now: datetime) -> CaseQuerySet:
    if view == "today":
        return rows.open().filter(next_due__lte=midnight(timezone.localdate(now) + timedelta(days=1)))
    if view == "missed":
        return rows.filter(missed())
    if view == "done":
        return rows.ended()
    return rows.open() if view == "open" else rows


def _first(law: Law, filters: Filters, rows: CaseQuerySet, after: str, limit: int) -> CaseQuerySet:
    """Keep what one page needs, so that no more is read of any clause than a page of it."""
    if filters.day:
        return rows  # found by their day
    if filters.view == "missed":
        return missed_first(rows, law, filters.clause, limit + 1, read_moment_cursor(after))
    return rows if filters.clause else first_of_each(rows, law, SORTED.get(filters.view, "opened"), limit + 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One matter of a round: about what, who answers, when it was due, and whether that was missed."""

    case: Case
    about: str
    url: str
    who: str
    due_at: datetime | None
    missed: bool


def page(request: Ask, law: Law, filters: Filters, after: str, limit: int = PAGE) -> tuple[list[Row], str]:
    """Return one page of matters, and the cursor of the next."""
    rows, sort = narrowed(law, filters, request.reader, request.now), SORTED.get(filters.view, "opened")
    cases, more = page_of(_first(law, filters, past_place(rows, sort, after), after, limit), sort, "", limit)
    promised = promises_of([c.pk for c in cases])
    posts = posts_of([c.pk for c in cases if not (promised.get(c.pk) and promised[c.pk].owes) and not c.responsible_id])
    lookups = Lookups.of({"record": {i for c in cases for i in c.records}}, request.reader)
    return [_row(request, law, c, promised.get(c.pk), posts.get(c.pk, ""), lookups) for c in cases], more


def _row(request: Ask, law: Law, case: Case, promise: Deadline | None, post: str, lookups: Lookups) -> Row:
    owes = list(promise.owes) if promise is not None else []
    who = people.names(request, owes or ([case.responsible_id] if case.responsible_id else []))
    record = next((i for i in case.records if i in lookups.records), 0)
    due_at = promise.due_at if promise is not None else case.next_due
    return Row(
        case, lookups.records.get(record, ""), lookups.url("record", record) if record else "",
        who or post_name(law, post, request.lang) if who or post else "", due_at,
        promise is not None and promise.breached_at is not None,
    )  # fmt: skip
