"""The calendar of a Chinese office, ready made."""

from __future__ import annotations

from typing import Unpack

from shouwen.worktime.calendar import Calendar
from shouwen.worktime.reading import CalendarTexts


def cn_calendar(**told: Unpack[CalendarTexts]) -> Calendar:
    """Build a calendar with the Chinese public holidays and make-up days; weekdays 08:30-12:00 13:30-17:30 unless told.

    Known years are those announced, 2004 to 2026; working time in any other raises `UnknownYear`.
    """
    office: CalendarTexts = {
        "zh": "办公室",
        "en": "office",
        "zone": "Asia/Shanghai",
        "hours": {"mon-fri": "08:30-12:00 13:30-17:30"},
        "holidays": "cn",
    }
    if "zh" in told:
        del office["en"]
    office.update(told)
    return Calendar.build(**office)
