"""Deadlines: when a promise falls due, when to warn, what an extension does. Each can be explained and computed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shouwen.worktime.arithmetic import Manner, Roll, back, prolong, reach
from shouwen.worktime.calendar import Calendar
from shouwen.worktime.dayline import MINUTE, micros
from shouwen.worktime.explain import sentence
from shouwen.worktime.pauses import Pause, Pauses
from shouwen.worktime.span import CLOCK, WORKING_HOURS, Runs, Span
from shouwen.worktime.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One deadline: what was promised from when, and the moment it falls due; None while it is paused.

    An act at the due moment is in time; the deadline is breached after it.
    """

    start: datetime
    span: Span
    calendar: Calendar
    manner: Manner
    extensions: tuple[Span, ...]
    pauses: tuple[Pause, ...]
    unpaused_at: datetime
    due_at: datetime | None

    def explain(self, lang: str) -> str:
        """Return one sentence: from when, what was counted and skipped, on which calendar, until when."""
        return sentence(self, lang)

    def warn_at(self, warn: int | Span) -> datetime | None:
        """Return when to warn: at a percentage of the span, or a span before its end. None while paused."""
        if self.due_at is None:
            return None
        return warn_at(self.start, self.due_at, warn, self.calendar, runs=self.span.runs, pauses=self.pauses)

    def with_pauses(self, pauses: Iterable[Pause]) -> Due:
        """Return the same promise under other pauses, as when the clock is stopped or goes on."""
        return _computed(self.start, self.span, self.calendar, self.manner, self.extensions, tuple(pauses))


def due(
    start: datetime, span: Span, calendar: Calendar, *, pauses: Iterable[Pause] = (), same_time: bool = False, roll: Roll = "none"
) -> Due:
    """Return the deadline that `span` from `start` makes on the calendar; `arithmetic` says how each unit counts.

    >>> from shouwen.worktime.span import parse_span
    >>> office = Calendar.build(hours={"mon-fri": "08:30-12:00 13:30-17:30"}, holidays="cn")
    >>> friday = datetime.fromisoformat("2026-02-13T16:00+08:00")
    >>> due(friday, parse_span("1wd"), office).due_at.isoformat()
    '2026-02-14T17:30:00+08:00'
    """
    return _computed(start, span, calendar, Manner(same_time, roll), (), tuple(pauses))


def extend(deadline: Due, span: Span) -> Due:
    """Return the deadline moved by an approved extension, counted on the same calendar from where it would have ended.

    Pauses are measured anew over the longer promise.
    """
    extensions = (*deadline.extensions, span)
    return _computed(deadline.start, deadline.span, deadline.calendar, deadline.manner, extensions, deadline.pauses)


def due_and_warning(
    start: datetime, span: Span, calendar: Calendar, *, manner: Manner, pauses: tuple[Pause, ...], warn: int | Span | None
) -> tuple[datetime | None, datetime | None]:
    """Return when a promise falls due and when to warn, as `due` and `warn_at` say: all that is wanted until somebody asks why."""
    tally, face, first = calendar.tally, calendar.line.face, micros(start)
    held = Pauses.of(pauses)
    end = held.moved(tally, span.runs, first, reach(tally, first, span, manner))
    if end is None:
        return None, None
    return face(end), None if warn is None else face(_warned(tally, first, end, warn, span.runs, held))


def _computed(
    start: datetime, span: Span, calendar: Calendar, manner: Manner, extensions: tuple[Span, ...], pauses: tuple[Pause, ...]
) -> Due:
    first = micros(start)
    end = reach(calendar.tally, first, span, manner)
    for extension in extensions:
        end = prolong(calendar.tally, end, extension, manner)
    at = Pauses.of(pauses).moved(calendar.tally, span.runs, first, end)
    return Due(
        start=start,
        span=span,
        calendar=calendar,
        manner=manner,
        extensions=extensions,
        pauses=pauses,
        unpaused_at=calendar.line.face(end),
        due_at=None if at is None else calendar.line.face(at),
    )


def warn_at(
    start: datetime, due_at: datetime, warn: int | Span, calendar: Calendar, *, runs: Runs, pauses: Iterable[Pause] = ()
) -> datetime:
    """Return when to warn of a deadline that runs from `start` to `due_at`, as stored; never before its start.

    A share is measured in what runs (`span.runs`): 75 % of eight working hours are six working hours. A span before the end is
    counted back on the calendar: `min`, `h` and `wh` outside the pauses, days and months at the same clock time.
    """
    line, tally = calendar.line, calendar.tally
    return line.face(_warned(tally, micros(start), micros(due_at), warn, runs, Pauses.of(pauses)))


def _warned(tally: Tally, first: int, end: int, warn: int | Span, runs: Runs, held: Pauses) -> int:
    if isinstance(warn, int):
        return min(end, held.run_out(tally, runs, first, held.net(tally, runs, first, end) * warn // 100))
    if warn.family in (CLOCK, WORKING_HOURS):
        minutes = warn.length if warn.family is CLOCK else warn.length * 60
        return max(first, held.run_back(tally, warn.runs, end, minutes * MINUTE))
    return max(first, back(tally, end, warn))
