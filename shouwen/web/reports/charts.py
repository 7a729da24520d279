"""Columns of a chart, as rectangles of an SVG: days side by side, or weeks or months where there are many days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from shouwen.web.reports.period import Asked

DAYS: Final = 45  # more are shown as weeks
WEEKS: Final = 190  # days; more are shown as months
HEIGHT: Final = 100
STEP: Final = 12  # width of one pair of columns
LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class Bucket:
    """One day, week or month: how many came in and how many ended, and the two columns that show it."""

    label: str
    since: date
    until: date
    opened: int
    ended: int
    opened_url: str
    url: str
    x: int
    tall: float
    tall_ended: float

    @property
    def y(self) -> float:
        """Where the first column begins."""
        return HEIGHT - self.tall

    @property
    def y_ended(self) -> float:
        """Where the second column begins."""
        return HEIGHT - self.tall_ended

    @property
    def x_ended(self) -> int:
        """Where the second column stands."""
        return self.x + STEP // 2


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns."""

    buckets: Sequence[Bucket]
    top: int
    each: str

    @property
    def width(self) -> int:
        """Its width in its own units."""
        return max(len(self.buckets), 1) * STEP

    @property
    def labels(self) -> Sequence[str]:
        """A few labels, evenly spread."""
        n = len(self.buckets)
        if n <= LABELS:
            return [b.label for b in self.buckets]
        return [self.buckets[round(i * (n - 1) / (LABELS - 1))].label for i in range(LABELS)]


def columns(asked: Asked, path: str, opened: Mapping[date, int], ended: Mapping[date, int]) -> Columns:
    """Draw how many came in and how many ended."""
    each, spans = _spans(asked)
    sums = [
        (label, a, b, sum(n for d, n in opened.items() if a <= d <= b), sum(n for d, n in ended.items() if a <= d <= b))
        for label, a, b in spans
    ]
    top = max((max(o, e) for *_rest, o, e in sums), default=0)
    scale = HEIGHT / top if top else 0
    found = []
    for i, (label, a, b, o, e) in enumerate(sums):
        part = Asked(a, b, asked.unit, asked.today)
        counted = part.counted(kind="act", name="open")
        found.append(
            Bucket(label, a, b, o, e, counted, f"{path}?{part.query}", i * STEP, round(o * scale, 2), round(e * scale, 2))
        )
    return Columns(found, top, each)


def _spans(asked: Asked) -> tuple[str, Sequence[tuple[str, date, date]]]:
    """Cut the period into days, weeks or months."""
    length = (asked.until - asked.since).days + 1
    if length <= DAYS:
        days = [asked.since + timedelta(days=i) for i in range(length)]
        return _("每日"), [(f"{d:%m-%d}", d, d) for d in days]
    found, begin = [], asked.since
    while begin <= asked.until:
        end = begin + timedelta(days=6 - begin.weekday()) if length <= WEEKS else _month_end(begin)
        end = min(end, asked.until)
        found.append((f"{begin:%m-%d}" if length <= WEEKS else f"{begin:%Y-%m}", begin, end))
        begin = end + timedelta(days=1)
    return (_("每周") if length <= WEEKS else _("每月")), found


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
