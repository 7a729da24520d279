"""What a calendar knows of each date: is it worked, which hours, and why. Facts only; no arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shouwen.worktime.errors import UnknownYear, Words
from shouwen.worktime.hours import Hours, Week


class DayKind(StrEnum):
    """Why a date has the hours it has."""

    ORDINARY = "ordinary"  # the weekly hours, or the season's; may be a day off, as a Sunday is
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # 调休: worked with another weekday's hours
    SPECIAL = "special"  # hours set for this one date


class MakeUp(NamedTuple):
    """A make-up working day: the weekday whose hours it uses, and the holiday it makes up for."""

    weekday: int
    words: Words


class Day(NamedTuple):
    """One date as the calendar sees it."""

    on: date
    kind: DayKind
    hours: Hours
    words: Words | None  # the holiday's name, where there is one


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year, by month and day, both ends included; it may run over New Year, and may bring its own hours."""

    key: str
    words: Words
    first: tuple[int, int]
    last: tuple[int, int]
    week: Week | None

    def covers(self, on: date) -> bool:
        """Say whether the date lies in the season."""
        day = (on.month, on.day)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class DayBook:
    """The facts of one calendar. What is said of one date goes before a make-up day, that before a holiday, that before the week.

    `years` are those whose holidays and make-up days are complete; None means that the calendar keeps no holidays, so that
    every year is known.
    """

    words: Words
    zone: ZoneInfo
    week: Week
    day_starts: int = 0  # minutes after midnight at which the business day begins, and the one before it ends
    week_starts: int = 0
    seasons: tuple[Season, ...] = ()
    holidays: Mapping[date, Words] = field(default_factory=dict)
    make_up: Mapping[date, MakeUp] = field(default_factory=dict)
    special: Mapping[date, Hours] = field(default_factory=dict)
    years: frozenset[int] | None = None

    def knows(self, year: int) -> bool:
        """Say whether working time in the year can be counted."""
        return self.years is None or year in self.years

    def day(self, on: date) -> Day:
        """Return the date's hours and the reason for them; raise `UnknownYear` rather than guess."""
        if not self.knows(on.year):
            raise UnknownYear(on.year, self.words)
        if on in self.special:
            named = self.holidays.get(on)
            return Day(on, DayKind.SPECIAL, self.special[on], named)
        if on in self.make_up:
            make_up = self.make_up[on]
            return Day(on, DayKind.MAKE_UP, self._week_of(on)[make_up.weekday], make_up.words)
        if on in self.holidays:
            return Day(on, DayKind.HOLIDAY, (), self.holidays[on])
        return Day(on, DayKind.ORDINARY, self._week_of(on)[on.weekday()], None)

    def seasons_of(self, on: date) -> tuple[str, ...]:
        """Return the keys of the seasons the date lies in; needs no known year."""
        return tuple(season.key for season in self.seasons if season.covers(on))

    def _week_of(self, on: date) -> Week:
        for season in self.seasons:
            if season.week is not None and season.covers(on):
                return season.week
        return self.week
