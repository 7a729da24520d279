"""A slow second opinion on working time: it looks at every minute of some weeks and counts. It shares no code with worktime.

The clock on the wall is read for each minute. `seen` is the latest face it has shown so far, so that an hour shown twice is not
worked twice over again and an hour never shown is passed when the clock has jumped over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Pause = tuple[int, int | None]


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit's calendar in the words of a pack, and the stretch of time to look at; `off` and `on` are its holidays, by hand."""

    texts: Mapping[str, object]
    first: date
    days: int
    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.texts.get('zh', self.texts)} from {self.first}"


class Minutes:
    """Every minute of a stretch: is the unit at work, and which business day is it."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.zone = ZoneInfo(str(unit.texts.get("zone", "Asia/Shanghai")))
        self.turn = _clock(str(unit.texts.get("day_ends", "24:00"))) % 1440
        self.origin = datetime(unit.first.year, unit.first.month, unit.first.day, tzinfo=UTC) - timedelta(days=2)
        self.faces: list[datetime] = []
        self.seen: list[datetime] = []
        self.day: list[date] = []
        self.work = bytearray()
        turn, worked = self.turn * MINUTE, dict[date, set[int]]()
        seen = datetime(1, 1, 1)  # noqa: DTZ001 - a face of the wall clock
        for index in range((unit.days + 4) * 1440):
            face = (self.origin + index * MINUTE).astimezone(self.zone).replace(tzinfo=None)
            seen = max(seen, face)
            day = (seen - turn).date()
            if day not in worked:
                worked[day] = {minute for a, b in self.hours(day) for minute in range(a, b)}
            minute = seen.hour * 60 + seen.minute
            self.faces.append(face)
            self.seen.append(seen)
            self.day.append(day)
            self.work.append((minute if seen.day == day.day else minute + 1440) in worked[day])

    def hours(self, day: date) -> list[tuple[int, int]]:
        """The hours of one date, read from the texts."""
        texts, key = self.unit.texts, day.isoformat()
        special = texts.get("special", {})
        assert isinstance(special, Mapping)
        if key in special:
            return self._read(special[key] if special[key] != "closed" else "")
        week, weekday = self._week(day), NAMES[day.weekday()]
        if key in self.unit.on:
            weekday = "mon"
        elif key in self.unit.off:
            return []
        for group, text in week.items():
            if weekday in _weekdays(group):
                return self._read(text)
        return []

    def _week(self, day: date) -> Mapping[str, str]:
        hours = self.unit.texts["hours"]
        seasons = self.unit.texts.get("seasons", {})
        assert isinstance(seasons, Mapping)
        assert isinstance(hours, Mapping)
        for season in seasons.values():
            first, last, today = season["from"], season["to"], day.strftime("%m-%d")
            inside = first <= today <= last if first <= last else today >= first or today <= last
            if inside and "hours" in season:
                found = season["hours"]
                assert isinstance(found, Mapping)
                return found
        return hours

    def _read(self, text: str) -> list[tuple[int, int]]:
        found = []
        for part in text.split():
            a, b = (_clock(end) for end in part.split("-"))
            a += 1440 if a < self.turn else 0
            b += 1440 if b < self.turn else 0
            found.append((a, b if b > a else b + 1440))
        return found

    # The answers, in minutes after the origin

    def at(self, index: int) -> datetime:
        return self.origin + index * MINUTE

    def working(self, a: int, b: int, pauses: Sequence[Pause] = ()) -> int:
        """Working minutes from a to b outside the pauses."""
        return sum(
            1 for index in range(a, b) if self.work[index] and not any(c <= index and (d is None or index < d) for c, d in pauses)
        )

    def ends(self, start: int, amount: int, unit: str, *, same_time: bool = False, roll: str = "none") -> int:
        """When a span ends, pauses aside."""
        if unit in {"min", "h"}:
            return start + amount * {"min": 1, "h": 60}[unit]
        if unit == "wh":
            at, left = start, amount * 60
            while left:
                left -= self.work[at]
                at += 1
            return at
        if unit == "wd":
            return self._working_days(start, amount, same_time=same_time)
        first = self.day[start]
        last = self._rolled(_later(first, amount, unit), roll)
        if same_time:
            return self._shows(last, self.faces[start] - datetime.combine(first, datetime.min.time()), start)
        return self._ends_day(last, min(start, max(0, start + (last - first).days * 1440)))

    @cached_property
    def worked_days(self) -> set[date]:
        """The business days with a working minute."""
        return {day for day, flag in zip(self.day, self.work, strict=True) if flag}

    def _ends_day(self, day: date, start: int) -> int:
        """The first minute past a business day, seen from a minute on or before it."""
        at = start
        while self.day[at] <= day:
            at += 1
        return at

    def _shows(self, day: date, face: timedelta, start: int) -> int:
        """The first minute at which the clock has got to a face, told from the midnight of a business day."""
        wanted, at = datetime.combine(day, datetime.min.time()) + face, max(0, start - 3 * 1440)
        while self.seen[at] < wanted:
            at += 1
        return at

    def _working_days(self, start: int, amount: int, *, same_time: bool) -> int:
        began = start
        while not self.work[began]:
            began += 1
        day, at, left = self.day[began], began, amount
        while left:
            at += 1
            if self.work[at] and self.day[at] != day:
                day, left = self.day[at], left - 1
        opens, closes = self._hours_on(day, max(0, at - 2 * 1440))
        if not same_time:
            return closes
        face = self.faces[began] - datetime.combine(self.day[began], datetime.min.time())
        return min(max(self._shows(day, face, start), opens), closes)

    def _hours_on(self, day: date, start: int) -> tuple[int, int]:
        inside = [index for index in range(start, start + 5 * 1440) if self.day[index] == day and self.work[index]]
        return inside[0], inside[-1] + 1

    def _rolled(self, day: date, roll: str) -> date:
        step = {"none": 0, "forward": 1, "backward": -1}[roll]
        while step and day not in self.worked_days:
            day += timedelta(days=step)
        return day

    def moved(self, start: int, end: int, unit: str, pauses: Sequence[Pause]) -> int | None:
        """When a span that would end at `end` ends with its pauses; None while one is open.

        Whatever ran before `end` must have run outside the pauses; nothing ends within a pause; a later end comes just after or
        just before a minute that runs.
        """
        runs = self.work if unit in {"wh", "wd"} else bytearray([1] * len(self.work))
        free = bytearray(runs)
        for a, b in pauses:
            until = len(free) if b is None else b
            free[max(a, 0) : until] = bytes(len(free[max(a, 0) : until]))
        owed, done, at = sum(runs[start:end]), sum(free[start:end]), end
        while at < len(runs):
            inside = any(a < at and (b is None or at < b) for a, b in pauses)
            if done >= owed and not inside and (at == end or runs[at] or free[at - 1]):
                return at
            done += free[at]
            at += 1
        assert any(b is None for _, b in pauses), "the stretch is too short for this question"
        return None

    def latest(self, end: int, amount: int) -> int:
        """The last minute with so much working time still to come before `end`."""
        at, left = end, amount
        while left:
            at -= 1
            left -= self.work[at]
        return at


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _weekdays(group: str) -> list[str]:
    found: list[str] = []
    for part in group.split():
        if "-" not in part:
            found.append(part)
            continue
        first, last = (NAMES.index(end) for end in part.split("-"))
        found += NAMES[first : last + 1] if first <= last else NAMES[first:] + NAMES[: last + 1]
    return found


def _later(day: date, amount: int, unit: str) -> date:
    if unit in {"d", "w"}:
        return day + timedelta(days=amount * {"d": 1, "w": 7}[unit])
    month, year = day.month, day.year
    for _ in range(amount * {"mo": 1, "y": 12}[unit]):
        month, year = (1, year + 1) if month == 12 else (month + 1, year)
    last = day.day
    while True:
        try:
            return date(year, month, last)
        except ValueError:
            last -= 1
