"""The inbox as a list: filters that live in the address, newest or oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import QueryDict
from django.utils import timezone

from shouwen.base.models import Notice
from shouwen.base.models import NoticeQuerySet as Notices
from shouwen.cases.models import Case
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import read_day
from shouwen.web.paging import PAGE, cut, past, read_moment_cursor, write_cursor

SHOWN: Final = ("all", "unread", "confirm")
SORTS: Final = ("newest", "oldest")
LOOKED_AT: Final = 2000  # notices at a time, where words are looked for


@dataclass(frozen=True, slots=True)
class Filters:
    """What the inbox is narrowed to. What is not understood is as if it were not there."""

    q: str = ""
    show: str = "all"
    since: str = ""  # days: told not before, and not after
    until: str = ""
    sort: str = "newest"

    @classmethod
    def read(cls, typed: QueryDict) -> Filters:
        """Read the address."""
        q, show, sort = (typed.get(n, "").replace("\x00", "").strip()[:100] for n in ("q", "show", "sort"))
        since, until = (day.isoformat() if (day := read_day(typed.get(n, ""))) else "" for n in ("since", "until"))
        return cls(q, show if show in SHOWN else "all", since, until, sort if sort in SORTS else "newest")

    @property
    def narrowed(self) -> bool:
        """Whether anything but what is shown narrows the list."""
        return bool(self.q or self.since or self.until)

    @property
    def told(self) -> dict[str, str]:
        """What an event says of an export: which filters, but not what was searched for."""
        plain = {"show": self.show, "since": self.since, "until": self.until, "q": "…" if self.q else ""}
        return {n: v for n, v in plain.items() if v}


def narrowed(request: Ask, filters: Filters) -> Notices:
    """Return what somebody was told and the filters keep, whatever the words; `page` looks for those."""
    rows = Notice.objects.visible_to(request.reader).inbox(request.me.pk)
    if filters.show == "unread":
        rows = rows.filter(read_at=None)
    elif filters.show == "confirm":
        rows = rows.filter(confirm=True, confirmed_at=None)
    zone = timezone.get_default_timezone()
    if since := read_day(filters.since):
        rows = rows.filter(at__gte=datetime.combine(since, time(), zone))
    if until := read_day(filters.until):
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), zone))
    return rows


def page(rows: Notices, filters: Filters, after: str, limit: int = PAGE) -> tuple[list[Notice], str]:
    """Return one page, in the order in which things happened, and the cursor of the next.

    Words are looked for among LOOKED_AT notices at a time, for an inbox of years has no end: then a page may hold fewer, or none,
    and still have a next one, which looks on from there.
    """
    down, place = filters.sort == "newest", read_moment_cursor(after)
    if place is not None:
        rows = rows.filter(past("at", place, down=down))
    rows = rows.order_by(*(("-at", "-pk") if down else ("at", "pk")))
    if filters.q:
        return _holding(rows, filters.q, limit)
    found, more = cut(list(rows[: limit + 1]), limit)
    return found, write_cursor(found[-1].at, found[-1].pk) if more else ""


def _holding(rows: Notices, text: str, limit: int) -> tuple[list[Notice], str]:
    """Those of the next LOOKED_AT that hold a text."""
    holds = ExpressionWrapper(Q(text__icontains=text), output_field=BooleanField())
    looked = list(rows.values_list("at", "pk", holds)[:LOOKED_AT])
    places, more = cut([(at, pk) for at, pk, held in looked if held], limit)
    found = rows.in_bulk([pk for _at, pk in places])
    last = places[-1] if more else looked[-1][:2] if len(looked) == LOOKED_AT else ()
    return [found[pk] for _at, pk in places], write_cursor(*last) if last else ""


def cases_of(request: Ask, notices: Iterable[Notice]) -> dict[int, Case]:
    """Return the cases of notices that may be seen, with their number, title and procedure."""
    wanted = {n.case_id for n in notices if n.case_id}
    seen = Case.objects.visible_to(request.reader).filter(pk__in=wanted).only("number", "title", "procedure")
    return {c.pk: c for c in seen}
