"""Ask worktime and the oracle the same question and compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import NamedTuple, cast

from shouwen.worktime import Calendar, CalendarTexts, Roll, due, parse_span
from tests.worktime.oracle import MINUTE, Minutes, Pause, Unit


class Question(NamedTuple):
    """When does this span end? Moments are minutes after the origin of the oracle's stretch."""

    start: int
    amount: int
    unit: str
    pauses: tuple[Pause, ...] = ()
    same_time: bool = False
    roll: Roll = "none"


@cache
def minutes(unit: Unit) -> Minutes:
    """The oracle of a unit; it takes a while to look at every minute, so it does it once."""
    return Minutes(unit)


@cache
def calendar(unit: Unit) -> Calendar:
    """The calendar of a unit, built once."""
    return calendar_of(unit)


def calendar_of(unit: Unit) -> Calendar:
    """A new calendar of the unit, its tables still to be built."""
    return Calendar.build(**cast(CalendarTexts, unit.texts))


def difference(asked_of: Calendar, oracle: Minutes, asked: Question) -> timedelta | str | None:
    """How far worktime is from the oracle; None if they agree."""
    end = oracle.ends(asked.start, asked.amount, asked.unit, same_time=asked.same_time, roll=asked.roll)
    told = oracle.moved(asked.start, end, asked.unit, asked.pauses)
    deadline = due(
        oracle.at(asked.start),
        parse_span(f"{asked.amount}{asked.unit}"),
        asked_of,
        pauses=[(oracle.at(a), None if b is None else oracle.at(b)) for a, b in asked.pauses],
        same_time=asked.same_time,
        roll=asked.roll,
    )
    if told is None or deadline.due_at is None:
        return None if (told is None) == (deadline.due_at is None) else f"oracle {told}, worktime {deadline.due_at}"
    gap = deadline.due_at - oracle.at(told)
    return gap or None


def differences(asked_of: Calendar, oracle: Minutes, questions: Sequence[Question]) -> int:
    """How many questions worktime answers otherwise than the oracle."""
    return sum(difference(asked_of, oracle, asked) is not None for asked in questions)


__all__ = ["MINUTE", "Question", "calendar", "calendar_of", "difference", "differences", "minutes"]
