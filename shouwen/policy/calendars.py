"""Which calendar counts: of the subject's unit; else of its noun or regulation; else the company's; else plain days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shouwen.worktime import Calendar

if TYPE_CHECKING:
    from shouwen.policy.facts import Facts
    from shouwen.policy.law import Law
    from shouwen.policy.nouns import Noun

EVER = Calendar.build(hours="00:00-24:00", zh="自然日历")


def calendar_for(law: Law, noun: Noun, facts: Facts) -> Calendar:
    """Return the calendar a subject lives by."""
    calendars = law.calendars
    found = calendars.get(facts.org.calendar_of(facts.unit)) or calendars.get(noun.calendar)
    if found is None:
        regulation = law.regulations.get(f"{noun.pack}/{noun.regulation}")
        found = calendars.get(regulation.calendar) if regulation is not None else None
    return found or calendars.get(law.calendar) or EVER
