"""日历: a year of a calendar with holidays and make-up days, where each comes from, and which years nobody has entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.cases import holidays
from shouwen.policy.law import Law
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law
from shouwen.web.management import frame
from shouwen.worktime import Calendar
from shouwen.worktime.daybook import DayKind
from shouwen.worktime.hours import Hours

FIRST: Final = 2004
LAST: Final = 2100


@dataclass(frozen=True, slots=True)
class Square:
    """One date: how it is drawn, and why."""

    on: date
    kind: str  # work, rest, holiday, make-up, special, unknown
    words: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month: blanks before its first day, and its days."""

    number: int
    name: str
    blanks: range
    squares: Sequence[Square]
    working: int


@require_safe
def year(request: Ask) -> HttpResponse:
    """One calendar's year."""
    law = demand_law(request)
    name = request.GET.get("calendar", "")
    name = name if name in law.calendars else law.calendar
    calendar, today = law.calendars[name], timezone.localdate(request.now)
    shown = _year(request, today)
    months = [_month(calendar, shown, number, today, request.lang) for number in range(1, 13)]
    context = {
        "title": _("日历"), "calendars": [(n, c.book.words.says(request.lang)) for n, c in law.calendars.items()], "name": name,
        "year": shown, "months": months, "known": calendar.knows(shown), "week": hours_of_week(calendar),
        "entered": shown in holidays.entered_years(law), "keeps": calendar.book.years is not None, "special": _special(calendar, shown),
        "units": _units(request, law, name), "enactment": holidays.enactment_of(request.now),
        "named": _named(calendar, shown, request.lang),
        "waiting": _waiting(request, today.year + 1), "next_year": today.year + 1, "company": law.company.zh or law.company.id,
        "company_calendar": law.calendar == name,
    }  # fmt: skip
    return frame.render(request, "management/calendars.html", "calendars", context)


def _year(request: Ask, today: date) -> int:
    asked = frame.number(request.GET, "year")
    return asked if FIRST <= asked <= LAST else today.year


def _month(calendar: Calendar, year: int, number: int, today: date, lang: str) -> Month:
    first = date(year, number, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    squares = [_square(calendar, on, today, lang) for on in days]
    working = sum(calendar.is_working_day(on) for on in days) if calendar.knows(year) else 0
    return Month(number, _("%d月") % number, range(first.weekday()), squares, working)


def _square(calendar: Calendar, on: date, today: date, lang: str) -> Square:
    if not calendar.knows(on.year):
        week = bool(calendar.book.week[on.weekday()])
        return Square(on, "unknown" if week else "rest", "", on == today)
    day = calendar.day(on)
    words = day.words.says(lang) if day.words is not None else ""
    if day.kind is DayKind.HOLIDAY:
        return Square(on, "holiday", words, on == today)
    if day.kind is DayKind.MAKE_UP:
        return Square(on, "make-up", words, on == today)
    if day.kind is DayKind.SPECIAL:
        return Square(on, "special", hours_text(day.hours), on == today)
    return Square(on, "work" if day.hours else "rest", "", on == today)


def _named(calendar: Calendar, year: int, lang: str) -> list[tuple[str, str, str]]:
    """The holidays of a year: name, days off, make-up days."""
    off: dict[str, list[date]] = {}
    on: dict[str, list[date]] = {}
    for day, words in sorted(calendar.book.holidays.items()):
        if day.year == year:
            off.setdefault(words.says(lang), []).append(day)
    for day, make_up in sorted(calendar.book.make_up.items()):
        if day.year == year:
            on.setdefault(make_up.words.says(lang), []).append(day)
    return [(name, runs(days), runs(on.get(name, []))) for name, days in off.items()]


def runs(days: Sequence[date]) -> str:
    """Dates in short: 02-15 至 02-23、10-10."""
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    one = [f"{run[0]:%m-%d}" if len(run) == 1 else f"{run[0]:%m-%d} – {run[-1]:%m-%d}" for run in found]
    return _("、").join(one)


def hours_of_week(calendar: Calendar) -> list[tuple[str, str]]:
    """The weekly hours, days that follow each other with the same hours put together."""
    monday, found = date(2024, 1, 1), list[tuple[int, int, Hours]]()
    for day, hours in enumerate(calendar.book.week):
        if found and found[-1][2] == hours:
            found[-1] = (found[-1][0], day, hours)
        else:
            found.append((day, day, hours))
    names = [moments.weekday(monday + timedelta(days=n)) for n in range(7)]
    return [(names[a] if a == b else f"{names[a]}–{names[b]}", hours_text(h) or _("休息")) for a, b, h in found]


def hours_text(hours: Hours) -> str:
    """Hours as people write them: 08:30–12:00 13:30–17:30."""
    return " ".join(f"{a // 60:02d}:{a % 60:02d}–{b // 60:02d}:{b % 60:02d}" for a, b in hours)


def _special(calendar: Calendar, year: int) -> list[tuple[str, str]]:
    days = sorted(calendar.book.special.items())
    return [(f"{on:%m-%d}", hours_text(hours) or _("休息")) for on, hours in days if on.year == year]


def _units(request: Ask, law: Law, name: str) -> list[tuple[str, bool]]:
    """The units that live by a calendar; whether by their own choice or a unit's above."""
    org = request.org
    chosen = {u: org.calendar_of(u) for u, fact in org.units.items() if not fact.closed}
    return [(people.unit(request, u), bool(org.units[u].calendar)) for u, c in chosen.items() if (c or law.calendar) == name]


def _waiting(request: Ask, year: int) -> list[tuple[str, str, int]]:
    """Which calendars do not know a year: their names, units and open cases."""
    found = holidays.waiting(year, request.org, request.now)
    return [(w.calendar.book.words.says(request.lang), people_units(request, w.units), w.open_cases) for w in found]


def people_units(request: Ask, units: Sequence[int]) -> str:
    """Units by name."""
    return _("、").join(people.unit(request, u) for u in units)
