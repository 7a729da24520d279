"""Working time: spans, calendars and deadlines. Pure Python: no clock, no database, no Django.

Spans say what runs (`span`), a calendar knows when a unit works (`calendar`, read from plain words by `reading`), `arithmetic`
and `pauses` state how each unit is counted, `deadline` makes promises of it that explain themselves.
"""

from __future__ import annotations

from shouwen.worktime.arithmetic import Manner, Roll
from shouwen.worktime.calendar import Calendar, End, Period
from shouwen.worktime.china import cn_calendar
from shouwen.worktime.daybook import Day, DayKind
from shouwen.worktime.deadline import Due, due, due_and_warning, extend, warn_at
from shouwen.worktime.errors import (
    BadCalendar,
    BadSpan,
    NaiveMoment,
    NoWorkingTime,
    PausedSpan,
    UnknownYear,
    Words,
    WorktimeError,
)
from shouwen.worktime.pauses import Pause
from shouwen.worktime.reading import CalendarTexts
from shouwen.worktime.saying import moment_words
from shouwen.worktime.span import Family, Span, Unit, compare, parse_span, parse_warn
from shouwen.worktime.spelling import meant

__all__ = [
    "BadCalendar",
    "BadSpan",
    "Calendar",
    "CalendarTexts",
    "Day",
    "DayKind",
    "Due",
    "End",
    "Family",
    "Manner",
    "NaiveMoment",
    "NoWorkingTime",
    "Pause",
    "PausedSpan",
    "Period",
    "Roll",
    "Span",
    "Unit",
    "UnknownYear",
    "Words",
    "WorktimeError",
    "cn_calendar",
    "compare",
    "due",
    "due_and_warning",
    "extend",
    "meant",
    "moment_words",
    "parse_span",
    "parse_warn",
    "warn_at",
]
