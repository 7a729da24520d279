"""Spans: `15min`, `4wh`, `5wd`, `7d`, `3mo`. The unit says what runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from shouwen.worktime.errors import BadSpan
from shouwen.worktime.spelling import advice

Runs = Literal["clock", "working"]


class Family(StrEnum):
    """Spans of one family can be put in order without a calendar; a day has no fixed number of hours, a month none of days."""

    CLOCK = "clock"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class Unit(StrEnum):
    """What runs."""

    MINUTE = "min"
    HOUR = "h"
    WORKING_HOUR = "wh"
    WORKING_DAY = "wd"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"
    YEAR = "y"


class _Facts(NamedTuple):
    family: Family
    size: int  # in the smallest unit of the family
    most: int  # 200 years: beyond it a typing error is likelier than a promise
    zh: str
    en: str


_FACTS = {
    Unit.MINUTE: _Facts(Family.CLOCK, 1, 105_120_000, "分钟", "minute"),
    Unit.HOUR: _Facts(Family.CLOCK, 60, 1_752_000, "小时", "hour"),
    Unit.WORKING_HOUR: _Facts(Family.WORKING_HOURS, 1, 1_752_000, "个工作小时", "working hour"),
    Unit.WORKING_DAY: _Facts(Family.WORKING_DAYS, 1, 73_000, "个工作日", "working day"),
    Unit.DAY: _Facts(Family.DAYS, 1, 73_000, "天", "day"),
    Unit.WEEK: _Facts(Family.DAYS, 7, 10_400, "周", "week"),
    Unit.MONTH: _Facts(Family.MONTHS, 1, 2_400, "个月", "month"),
    Unit.YEAR: _Facts(Family.MONTHS, 12, 200, "年", "year"),
}
CLOCK, WORKING_HOURS, WORKING_DAYS, DAYS, MONTHS = Family  # Python looks a member up by name anew each time
_SPELLED = re.compile(r"(0|[1-9][0-9]{0,9})(min|h|wh|wd|d|w|mo|y)")


@dataclass(frozen=True, slots=True)
class Span:
    """A whole number of one unit. `==` means spelled alike (`60min` is not `1h`); `<` and `>` go by length inside one family.

    >>> parse_span("60min") == parse_span("1h"), parse_span("60min") <= parse_span("1h"), str(parse_span("5wd"))
    (False, True, '5wd')
    """

    amount: int
    unit: Unit
    family: Family = field(init=False, repr=False, compare=False)  # the spans this one may be compared with
    length: int = field(init=False, repr=False, compare=False)  # in minutes, working hours, working days, days or months
    runs: Runs = field(init=False, repr=False, compare=False)  # what a pause must contain to count

    def __post_init__(self) -> None:
        family, size, most, *_ = _FACTS[self.unit]
        if self.amount < 0:
            raise BadSpan(f"时间跨度不能为负：{self}。", f"A span cannot be negative: {self}.")
        if self.amount > most:
            raise BadSpan(
                f"时间跨度过长：{self}，最多{most}{self.unit}。", f"The span is too long: {self}; at most {most}{self.unit}."
            )
        object.__setattr__(self, "family", family)
        object.__setattr__(self, "length", self.amount * size)
        object.__setattr__(self, "runs", "working" if family in (WORKING_HOURS, WORKING_DAYS) else "clock")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def zh(self) -> str:
        """Return the Chinese reading: 5个工作日."""
        return f"{self.amount}{_FACTS[self.unit].zh}"

    def en(self) -> str:
        """Return the English reading: 5 working days."""
        return f"{self.amount} {_FACTS[self.unit].en}{'' if self.amount == 1 else 's'}"

    def as_timedelta(self) -> timedelta:
        """Return elapsed time for `min`, `h`, `d` and `w` (a day is 24 hours here); other units have no fixed length."""
        if self.family is Family.CLOCK:
            return timedelta(minutes=self.length)
        if self.family is Family.DAYS:
            return timedelta(days=self.length)
        raise BadSpan(
            f"{self.zh()}没有固定的时长，不能与经过的时间比较。请用 min、h、d 或 w。",
            f"{self.en()} has no fixed length and cannot be compared with elapsed time. Use min, h, d or w.",
        )

    def doubled(self) -> Span:
        """Return twice this span."""
        return Span(self.amount * 2, self.unit)

    def plus_one(self) -> Span:
        """Return one unit more."""
        return Span(self.amount + 1, self.unit)

    def minus_one(self) -> Span:
        """Return one unit less; below nothing there is only `BadSpan`."""
        return Span(self.amount - 1, self.unit)

    def _comparable(self, other: Span) -> int:
        if self.family is not other.family:
            raise BadSpan(
                f"{self.zh()}与{other.zh()}不能直接比较长短，须经日历换算。",
                f"{self.en()} and {other.en()} cannot be compared without a calendar.",
            )
        return other.length

    def __lt__(self, other: Span) -> bool:
        return self.length < self._comparable(other)

    def __le__(self, other: Span) -> bool:
        return self.length <= self._comparable(other)

    def __gt__(self, other: Span) -> bool:
        return self.length > self._comparable(other)

    def __ge__(self, other: Span) -> bool:
        return self.length >= self._comparable(other)


def parse_span(text: str) -> Span:
    """Read a span; a spelling that is nearly right is refused with the right one, because one rule has one spelling.

    >>> parse_span("4wh").zh(), parse_span("2w").en()
    ('4个工作小时', '2 weeks')
    >>> parse_span("10m")
    Traceback (most recent call last):
        ...
    shouwen.worktime.errors.BadSpan: “10m” is no span: m could be minutes or months. Write 10min or 10mo.
    """
    spelled = _SPELLED.fullmatch(text)
    if spelled is None:
        why = advice(text)
        raise BadSpan(f"“{text}”不是时间跨度：{why.zh}", f"“{text}” is no span: {why.en}")
    return Span(int(spelled[1]), Unit(spelled[2]))


def compare(elapsed: timedelta, span: Span) -> int:
    """Return -1, 0 or 1 as the elapsed time is shorter than, equal to or longer than a `min`, `h`, `d` or `w` span.

    >>> compare(timedelta(minutes=61), parse_span("1h"))
    1
    """
    length = span.as_timedelta()
    return (elapsed > length) - (elapsed < length)


def parse_warn(text: str) -> int | Span:
    """Read when to warn: `75%` of the span gone (returned as 75), or a span before the end (`30min`)."""
    percent = re.fullmatch(r"([1-9][0-9]?)%", text)
    if percent:
        return int(percent[1])
    if "%" in text or "％" in text:
        raise BadSpan(
            f"“{text}”不是预警比例：请写1%到99%的整数，例如75%。",
            f"“{text}” is no share for a warning: write a whole number from 1% to 99%, for example 75%.",
        )
    return parse_span(text)
