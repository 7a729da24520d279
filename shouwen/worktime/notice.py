"""Reads the State Council's yearly notice of holidays (国务院办公厅关于……部分节假日安排的通知), and checks a year of holidays.

What the notice says twice (weekday and date, number of days) is compared: a slip of the pen is said, not taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final, NamedTuple

from shouwen.worktime.errors import Words

NAMES: Final = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
LONGEST: Final = 12  # days of one holiday
_YEAR: Final = re.compile(r"(\d{4})年(?:部分|放假|节假日|春节|元旦)")
_HEAD: Final = re.compile(
    r"(?:[一二三四五六七八九十]+、)?\s*((?:[\u4e00-\u9fff]{1,6}(?:节|旦|日)、)*[\u4e00-\u9fff]{1,6}(?:节|旦|日))\s*[:：]"
)
_DATE: Final = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^）)]*)[）)])?")
_TO: Final = re.compile(r"\s*(?:至|到|—+|-|~|～)\s*")
_COUNT: Final = re.compile(r"共\s*(\d{1,2})\s*天")
_WEEKDAY: Final = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEK: Final = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class YearOff:
    """The holidays and make-up working days of one year, each with the name of its holiday."""

    year: int
    off: Mapping[date, str] = field(default_factory=dict)
    on: Mapping[date, str] = field(default_factory=dict)


class Doubt(NamedTuple):
    """Why a year of holidays cannot be taken over; `name` is the holiday it is about, or nothing."""

    name: str
    words: Words


def read_notice(text: str, year: int = 0) -> tuple[YearOff, list[Doubt]]:
    """Read a notice as it was published; `year` where the text does not name one. What is doubtful is listed beside."""
    plain = re.sub(r"[ \t\u3000\xa0]+", "", text)
    told = _YEAR.search(plain)
    found = _Reader(int(told[1]) if told else year)
    heads = list(_HEAD.finditer(plain))
    for head, following in zip_longest(heads, heads[1:]):
        found.holiday(head[1], plain[head.end() : following.start() if following else len(plain)])
    made = YearOff(found.year, found.off, found.on)
    return made, [*found.doubts, *check(made)]


def check(told: YearOff) -> list[Doubt]:
    """Say what is wrong with a year: holidays missing, days told as both, make-up days that are no weekend, other years."""
    return list(_checked(told))


def _checked(told: YearOff) -> Iterator[Doubt]:
    if not 2000 <= told.year <= 2100:
        yield _doubt("", "没有写明是哪一年的安排。", "It does not say of which year.")
        return
    if not told.off:
        yield _doubt("", "没有读出放假安排。", "No holidays could be read.")
        return
    names = {part for name in told.off.values() for part in name.split("、")}
    if missing := [name for name in NAMES if name not in names]:
        listed = "、".join(missing)
        yield _doubt("", f"缺少：{listed}。一年的节假日须齐全。", f"Missing: {listed}. A year must be complete.")
    yield from _days_doubted(told)
    yield from _too_long(told)


def _days_doubted(told: YearOff) -> Iterator[Doubt]:
    for on in sorted(set(told.off) & set(told.on)):
        yield _doubt(told.off[on], f"{on} 既写为放假又写为上班。", f"{on} is told both as a day off and as a working day.")
    for on in sorted(told.on):
        if on.weekday() < 5:
            zh = f"{on} 是周{_WEEK[on.weekday()]}，本来就上班；请核对调休的日期。"
            yield _doubt(told.on[on], zh, f"{on} is no weekend and is worked anyway; check the make-up day.")
    for on in sorted({*told.off, *told.on}):
        if on.year != told.year:
            zh, en = f"{on} 不在 {told.year} 年。", f"{on} does not lie in {told.year}."
            yield _doubt(told.off.get(on) or told.on[on], zh, en)


def _too_long(told: YearOff) -> Iterator[Doubt]:
    for name in dict.fromkeys(told.off.values()):
        days = [on for on, other in told.off.items() if other == name]
        if len(days) > LONGEST:
            yield _doubt(name, f"{name}共 {len(days)} 天，太长，请核对。", f"{name} has {len(days)} days; check it.")


def _doubt(name: str, zh: str, en: str) -> Doubt:
    return Doubt(name, Words(zh, en))


class _Reader:
    """Goes through a notice, holiday by holiday; a date without a month is in the month named last."""

    def __init__(self, year: int) -> None:
        self.year, self.month = year, 0
        self.off: dict[date, str] = {}
        self.on: dict[date, str] = {}
        self.doubts: list[Doubt] = []

    def holiday(self, name: str, text: str) -> None:
        """Read what follows the name of a holiday."""
        off_before = len(self.off)
        for sentence in re.split(r"[。；;\n]", text):
            if "上班" in sentence:
                self.on.update(dict.fromkeys(self._days(name, sentence), name))
            elif "放假" in sentence and "鼓励" not in sentence:  # what companies are encouraged to is no day off
                days = list(self._days(name, sentence))
                self.off.update(dict.fromkeys(days, name))
                told = _COUNT.search(sentence)
                if told and int(told[1]) != len(days):
                    zh = f"{name}写明共 {told[1]} 天，日期却是 {len(days)} 天。"
                    self.doubts.append(_doubt(name, zh, f"{name} says {told[1]} days, but its dates are {len(days)}."))
        if len(self.off) == off_before:
            self.doubts.append(_doubt(name, f"{name}没有读出放假日期。", f"No day off could be read for {name}."))

    def _days(self, name: str, sentence: str) -> Iterator[date]:
        place = 0
        while (found := _DATE.search(sentence, place)) is not None:
            first = self._date(name, found)
            place = found.end()
            to = _TO.match(sentence, place)
            until = _DATE.match(sentence, to.end()) if to else None
            last = self._date(name, until) if until else first
            place = until.end() if until else place
            if first and last:
                yield from _run(first, last)

    def _date(self, name: str, found: re.Match[str]) -> date | None:
        self.month = int(found[2] or self.month)
        try:
            on = date(int(found[1] or self.year), self.month, int(found[3]))
        except ValueError:
            self.doubts.append(_doubt(name, f"{name}：“{found[0]}”不是日期。", f"{name}: “{found[0]}” is no date."))
            return None
        weekday = _WEEKDAY.search(found[4] or "")
        if weekday and _WEEK.index(weekday[1].replace("天", "日")) != on.weekday():
            zh = f"{name}：{on} 是周{_WEEK[on.weekday()]}，文中写的是周{weekday[1]}。"
            self.doubts.append(_doubt(name, zh, f"{name}: {on} is another weekday than the text says."))
        return on


def _run(first: date, last: date) -> Iterable[date]:
    """Both ends included; nothing if they are the wrong way round, which then shows in the number of days."""
    return (first + timedelta(days=n) for n in range(min((last - first).days, 60) + 1))
