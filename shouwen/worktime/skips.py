"""What a span passed over on its way: the facts behind the sentence that explains a deadline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from shouwen.worktime.daybook import Day, DayKind
from shouwen.worktime.dayline import MINUTE, micros
from shouwen.worktime.errors import Words
from shouwen.worktime.pauses import Pauses
from shouwen.worktime.span import Family

if TYPE_CHECKING:
    from shouwen.worktime.calendar import Calendar
    from shouwen.worktime.deadline import Due

_NOON = (10 * 60, 15 * 60)


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row off for one reason."""

    words: Words
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Skips:
    """What was passed over, and what was counted though the week says otherwise."""

    nights: int = 0  # pauses between one working day and the next
    lunches: int = 0  # gaps within a day that begin between ten and three
    breaks: int = 0  # other gaps within a day
    days_off: int = 0  # by the week
    holidays: tuple[Run, ...] = ()
    closed: tuple[date, ...] = ()  # closed on this date only
    made_up: tuple[Day, ...] = ()  # make-up days counted
    special: tuple[date, ...] = ()  # days counted with hours of their own


@dataclass(frozen=True, slots=True)
class Held:
    """The pauses that touched the span: how many, and how much of what runs they took."""

    times: int
    took: timedelta


def skips(due: Due) -> Skips:
    """Walk the days of a working-time span; other spans pass over nothing."""
    if due.span.runs != "working":
        return Skips()
    calendar = due.calendar
    start, end = micros(due.start), _reached(due)
    days = _days(calendar, start, end)
    hours = due.span.family is Family.WORKING_HOURS
    taken_up = calendar.tally.taken_up(start)[0]
    counted = [day for day in days if day.hours and (hours or day.on.toordinal() > taken_up)]
    gaps = _gaps(calendar, counted, start, end) if hours else Counter[str]()
    off = [day for day in days if not day.hours]
    return Skips(
        nights=gaps["night"],
        lunches=gaps["lunch"],
        breaks=gaps["break"],
        days_off=sum(day.kind is DayKind.ORDINARY for day in off),
        holidays=_runs([day for day in off if day.kind is DayKind.HOLIDAY]),
        closed=tuple(day.on for day in off if day.kind is DayKind.SPECIAL),
        made_up=tuple(day for day in counted if day.kind is DayKind.MAKE_UP),
        special=tuple(day.on for day in counted if day.kind is DayKind.SPECIAL),
    )


def held(due: Due) -> Held:
    """Measure the closed pauses of a span; one that is still open has taken nobody knows what."""
    tally, runs = due.calendar.tally, due.span.runs
    start, end = micros(due.start), _reached(due)
    inside = Pauses.of(due.pauses).within(start, end)
    took = sum(tally.measure(a, b) if runs == "working" else b - a for a, b in inside)
    return Held(len(inside), timedelta(microseconds=took))


def _reached(due: Due) -> int:
    """How far the span ran: to its end, or to the pause it stands in."""
    since = Pauses.of(due.pauses).since
    if due.due_at is None and since is not None:
        return max(since, micros(due.start))
    return micros(due.due_at or due.unpaused_at)


def _days(calendar: Calendar, start: int, end: int) -> list[Day]:
    """The business days from the start to the last the span reaches; an end at closing or 24:00 reaches no further day."""
    on, last = calendar.line.day_of(start), calendar.line.day_of(max(start, end - 1))
    days = []
    while on <= last:
        days.append(calendar.day(on))
        on += timedelta(days=1)
    return days


def _gaps(calendar: Calendar, days: list[Day], start: int, end: int) -> Counter[str]:
    """Count the nights, lunches and breaks between the working intervals that the span touches."""
    line = calendar.line
    touched = [
        (day.on, b, opens, closes)
        for day in days
        for b, opens, closes in ((b, line.place(day.on, a * MINUTE), line.place(day.on, b * MINUTE)) for a, b in day.hours)
        if closes > start and opens < end
    ]
    gaps = Counter[str]()
    for (on, left, _, closes), (next_on, _, opens, _) in pairwise(touched):
        if opens > closes:
            gaps["night" if on != next_on else "lunch" if _NOON[0] <= left <= _NOON[1] else "break"] += 1
    return gaps


def _runs(days: list[Day]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for day in days:
        words = day.words or Words("假日", "holiday")
        if runs and runs[-1].words == words and day.on - runs[-1].last == timedelta(days=1):
            runs[-1] = Run(words, runs[-1].first, day.on)
        else:
            runs.append(Run(words, day.on, day.on))
    return tuple(runs)
