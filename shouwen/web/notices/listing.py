"""The inbox as a list: filters that live in the address, newest or oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.http import QueryDict
from django.utils import timezone

from shouwen.base.models import Notice
from shouwen.base.models import NoticeQuerySet as Notices
from shouwen.cases.models import Case
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import read_day
from shouwen.web.paging import PAGE, cut, past_id, read_text_cursor, write_cursor

SHOWN: Final = ("all", "unread", "confirm")
SORTS: Final = ("newest", "oldest")


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
    """Return what somebody was told and the filters keep."""
    rows = Notice.objects.visible_to(request.reader).inbox(request.me.pk)
    if filters.show == "unread":
        rows = rows.filter(read_at=None)
    elif filters.show == "confirm":
        rows = rows.filter(confirm=True, confirmed_at=None)
    if filters.q:
        rows = rows.filter(text__icontains=filters.q)
    zone = timezone.get_default_timezone()
    if since := read_day(filters.since):
        rows = rows.filter(at__gte=datetime.combine(since, time(), zone))
    if until := read_day(filters.until):
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time(), zone))
    return rows


def page(rows: Notices, sort: str, after: str, limit: int = PAGE) -> tuple[list[Notice], str]:
    """Return one page and the cursor of the next."""
    down, place = sort == "newest", read_text_cursor(after)
    if place is not None:
        rows = rows.filter(past_id(place[1], down=down))
    found, more = cut(list(rows.order_by("-pk" if down else "pk")[: limit + 1]), limit)
    return found, write_cursor("", found[-1].pk) if more else ""


def case_words(request: Ask, notices: Iterable[Notice]) -> dict[int, str]:
    """Return what the cases of notices are called, of those that may be seen."""
    wanted = {n.case_id for n in notices if n.case_id}
    seen = Case.objects.visible_to(request.reader).filter(pk__in=wanted).only("number", "title")
    return {c.pk: f"{c.number} {c.title}" for c in seen}
