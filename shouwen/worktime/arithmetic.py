"""How each unit of a span is counted on a calendar, pauses aside. All moments are microseconds.

The rules, once:

- `min`, `h`: elapsed time. A night on which the clock changes still has 60 minutes to the hour.
- `wh`: working time of the calendar; full at closing time, not at the next opening.
- `wd`: a moment counts for the working day it falls on; before opening for that day, from closing time on and on a day off for
  the next one. That day is not counted. The span ends when the unit closes on the last day counted. With `same_time` it ends at
  the clock time at which work on it could begin, kept within that day's hours (the rule of Boston's 311).
- `d`, `w`, `mo`, `y`: the day of the start is not counted, the span ends with the last day, at its 24:00 or when the business day
  ends. A month without the day ends on its last. With `same_time` the clock time of the start is kept. `roll` moves the last day
  to a working day: forward (顺延) or backward.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Literal

from shouwen.worktime.dayline import MINUTE
from shouwen.worktime.errors import BadSpan
from shouwen.worktime.span import CLOCK, DAYS, WORKING_DAYS, WORKING_HOURS, Span
from shouwen.worktime.tally import Tally

Roll = Literal["none", "forward", "backward"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the end of a span is placed on its last day."""

    same_time: bool = False
    roll: Roll = "none"


PLAIN = Manner()


def reach(tally: Tally, start: int, span: Span, manner: Manner = PLAIN) -> int:
    """Return when a span that begins at `start` ends, pauses aside."""
    family = span.family
    if manner.roll != "none" and family is CLOCK:
        raise BadSpan(
            f"{span.zh()}按钟点连续计算，不能顺延。顺延只用于 d、w、mo、y。",
            f"{span.en()} runs by the clock and has no day to roll.",
        )
    if family is CLOCK:
        return start + span.length * MINUTE
    if family is WORKING_HOURS:
        return tally.advance(start, span.length * 60 * MINUTE)
    if family is WORKING_DAYS:
        day, began = tally.taken_up(start)
        last = tally.nth(day, span.amount)
        return at_face(tally, last, day, began) if manner.same_time else tally.closes(last)
    first = tally.line.day_of(start)
    last_day = roll(tally, shifted(first, span), manner.roll)
    if manner.same_time:
        return tally.line.place(last_day, tally.line.wall_of(start, first))
    return tally.line.end(last_day)


def prolong(tally: Tally, end: int, span: Span, manner: Manner = PLAIN) -> int:
    """Return the end moved by an extension. An end belongs to the day it closes, where a start belongs to the next.

    Thursday's closing time and one working day is Friday's closing time; 24:00 on the 8th and two days is 24:00 on the 10th.
    """
    if span.amount == 0:
        return end
    if span.family in (CLOCK, WORKING_HOURS):
        return reach(tally, end, span)
    if span.family is WORKING_DAYS:
        day = tally.ended(end)
        last = tally.nth(day, span.amount)
        return tally.closes(last) if end >= tally.closes(day) else at_face(tally, last, day, end)
    line = tally.line
    first = line.day_of(end - 1)
    last_day = roll(tally, shifted(first, span), manner.roll)
    return line.end(last_day) if end == line.end(first) else line.place(last_day, line.wall_of(end, first))


def back(tally: Tally, end: int, span: Span) -> int:
    """Return the last moment that is at least the span before `end`; days and months go back at the same clock time."""
    family = span.family
    if family is CLOCK:
        return end - span.length * MINUTE
    if family is WORKING_HOURS:
        return tally.retreat(end, span.length * 60 * MINUTE)
    if family is WORKING_DAYS:
        day = tally.ended(end)
        return at_face(tally, tally.nth(day, -span.amount), day, end)
    first = tally.line.day_of(end)
    return tally.line.place(shifted(first, span, -1), tally.line.wall_of(end, first))


def at_face(tally: Tally, last: int, day: int, at: int) -> int:
    """Return the clock time that `at` has on its day, on another working day and within its hours."""
    wall = tally.line.wall_of(at, date.fromordinal(day))
    placed = tally.line.place(date.fromordinal(last), wall)
    return min(max(placed, tally.opens(last)), tally.closes(last))


def shifted(on: date, span: Span, sign: int = 1) -> date:
    """Return the date so many days or months away; a month that lacks the day gives its last."""
    if span.family is DAYS:
        return on + timedelta(days=sign * span.length)
    months = on.year * 12 + on.month - 1 + sign * span.length
    year, month = divmod(months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError("date value out of range")  # as adding days says it
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def roll(tally: Tally, on: date, rule: Roll) -> date:
    """Move a date that is not worked to the next working day or the one before."""
    if rule == "none":
        return on
    return tally.rolled(on, 1 if rule == "forward" else -1)
