"""The public holidays of mainland China that Shouwen ships, and how dates are written in short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from shouwen.worktime.daybook import MakeUp
from shouwen.worktime.errors import BadCalendar, Words

MONDAY = 0
LONGEST_RUN = 366  # days; a typing error in a year is likelier than a longer holiday, and each date is kept by itself


class Holidays(NamedTuple):
    """Days off and make-up working days, and the years for which both are complete."""

    off: Mapping[date, Words]
    make_up: Mapping[date, MakeUp]
    years: frozenset[int]


@cache
def chinese_holidays() -> Holidays:
    """Return the holidays announced by the State Council for the years it has announced: 2004 to 2026.

    A make-up day is worked with Monday's hours. The file says where the facts come from and how the sources were reconciled.
    """
    told = _shipped()
    names = {zh: Words(zh, en) for zh, en in told["names"].items()}
    off: dict[date, Words] = {}
    make_up: dict[date, MakeUp] = {}
    for year, days in told["years"].items():
        for name, short in days["off"].items():
            off |= dict.fromkeys(in_year(year, short), names[name])
        for name, short in days["on"].items():
            make_up |= dict.fromkeys(in_year(year, short), MakeUp(MONDAY, names[name]))
    return Holidays(off, make_up, frozenset(map(int, told["years"])))


@cache
def _shipped() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(files("shouwen.worktime").joinpath("data/cn_holidays.json").read_text(encoding="utf-8"))
    return found


def holiday_words(name: str) -> Words:
    """Return the words of a holiday by its Chinese name, also of two that fall together (国庆节、中秋节)."""
    known = _shipped()["names"]
    english = ", ".join(known.get(part, part) for part in name.split("、"))
    return Words(name or "假日", english or "holiday")


def in_year(year: str, short: str) -> Iterator[date]:
    """Read `01-22..01-28 02-02` of one year."""
    for part in short.split():
        yield from parse_dates("..".join(f"{year}-{day}" for day in part.split("..")))


def parse_dates(text: str) -> Iterator[date]:
    """Read one date or a run of dates, both ends included.

    >>> [str(day) for day in parse_dates("2026-12-31..2027-01-01")]
    ['2026-12-31', '2027-01-01']
    """
    first, dots, last = text.partition("..")
    on, end = _date(first, text), _date(last if dots else first, text)
    if end < on:
        raise BadCalendar(f"日期“{text}”的先后颠倒了。", f"The dates “{text}” are in the wrong order.")
    if (days := (end - on).days) > LONGEST_RUN:
        raise BadCalendar(
            f"日期“{text}”跨了{days}天,最多一年。请核对年份。",
            f"The dates “{text}” run over {days} days; a year is the most. Is the year right?",
        )
    yield from (on + timedelta(days=day) for day in range(days + 1))


def _date(text: str, whole: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:  # the 30th of February; said below
        pass
    raise BadCalendar(
        f"“{whole}”不是日期。请写 2026-02-15，一段日期写 2026-02-15..2026-02-23。",
        f"“{whole}” is no date. Write 2026-02-15, or 2026-02-15..2026-02-23 for a run of dates.",
    )
