"""Entering the holidays of a year that the shipped calendars do not know yet. They become part of the company's text of the law.

Whoever enters a year enacts: the law in force from now on, and every one already enacted for later, are published again with the
year in their company text, so that it is known with its version and from when it held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Complaint, FieldError, Problem
from shouwen.cases.company_text import with_years, year_block
from shouwen.cases.enactments import Laws, enact_instead, law_at, sources_of, wait_for_others
from shouwen.cases.models import Case, Enactment
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.worktime import Calendar
from shouwen.worktime.notice import YearOff, check


class NoLawYet(Problem):
    """A year can be entered only into a law."""

    status = 409
    code = "nothing_enacted"

    def __init__(self) -> None:
        super().__init__("还没有颁布任何制度，没有日历可录入。", "Nothing has been enacted yet, so there is no calendar.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A calendar that does not know a year: which units live by it, and how many open cases they have."""

    name: str
    calendar: Calendar
    units: tuple[int, ...]
    open_cases: int


@dataclass(frozen=True, slots=True)
class Change:
    """One day that a notice changes: whether it was worked before as far as anybody knew, and is worked now."""

    on: date
    name: str
    worked: bool


def enter_year(told: YearOff, *, source: str = "", by: Reader, now: datetime) -> Enactment:
    """Enter a year's holidays and make-up days; `source` says which notice. FieldError lists what is wrong with it.

    Entered again with the same days nothing is enacted: the law that stands is returned.
    """
    demand(by, "administer", "calendar")
    if wrong := check(told):
        raise FieldError(Complaint("holidays", d.words.zh, d.words.en) for d in wrong)
    with transaction.atomic():
        wait_for_others()  # a law enacted meanwhile would be put back to what it was
        standing = Enactment.objects.holding(now)
        if standing is None:
            raise NoLawYet
        later = Enactment.objects.filter(effective_from__gt=now).order_by("effective_from", "enacted_at", "pk")
        made = _enact_with(standing, told, source, now, by, now)
        for other in {e.effective_from: e for e in later}.values():
            _enact_with(other, told, source, other.effective_from, by, now)
    return made


def _enact_with(standing: Enactment, told: YearOff, source: str, start: datetime, by: Reader, now: datetime) -> Enactment:
    text = with_years(standing.company_text, {str(told.year): year_block(told, source)})
    if text == standing.company_text:
        return standing
    note = f"录入 {told.year} 年放假安排"
    return enact_instead(sources_of(standing), text, effective_from=start, by=by.staff, now=now, note=note)


def entered_years(law: Law) -> frozenset[int]:
    """Return the years that the company has entered itself."""
    return frozenset(int(year) for year in law.company.holidays if year.isdecimal())


def changes(told: YearOff, calendar: Calendar) -> list[Change]:
    """Return the days of a year on which a calendar's weekly hours alone would have been wrong."""
    week = calendar.book.week
    days = {**{on: (name, False) for on, name in told.off.items()}, **{on: (name, True) for on, name in told.on.items()}}
    return [Change(on, name, worked) for on, (name, worked) in sorted(days.items()) if bool(week[on.weekday()]) != worked]


def waiting(year: int, org: Org, now: datetime) -> list[Waiting]:
    """Return which calendars in force do not know a year, by whom they are lived by, and how many open cases that is."""
    law = law_at(now)
    if law is None:
        return []
    unknown = {name: c for name, c in law.calendars.items() if not c.knows(year)}
    return [_waiting(name, c, law, org) for name, c in unknown.items()]


def _waiting(name: str, calendar: Calendar, law: Law, org: Org) -> Waiting:
    own = {u: org.calendar_of(u) for u in org.units}
    units = tuple(u for u, chosen in own.items() if (chosen or law.calendar) == name and not org.units[u].closed)
    return Waiting(name, calendar, units, Case.objects.open().filter(unit__in=units).count())


def enactment_of(now: datetime) -> Enactment | None:
    """Return the enactment in force, to say since when."""
    number = Laws().number_at(now)
    return Enactment.objects.filter(pk=number).defer("sources").first() if number else None
