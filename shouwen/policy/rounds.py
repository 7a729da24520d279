"""Rounds: when the calendar makes the law come round to each member of a population.

`occurrences` says which periods of the schedules-clauses begin in a stretch of time; `come_round` makes the act that asks a member.
`decide` then answers for that member with the member's own facts, and opens the case. Scenarios and the live clock both ask here.

Periods are cut from the calendar, never from the day a clause was enacted: days, weeks (from the calendar's first weekday),
months, quarters and years (from January). An occurrence falls at the beginning of its period's first business day; with `during`, of the
first day of the period that lies in the season. A period without such a day has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shouwen.policy.act import Act, Ref
from shouwen.policy.calendars import EVER
from shouwen.policy.kinds.base import Clause
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.worktime import Calendar, Family, Span
from shouwen.worktime.daybook import Season
from shouwen.worktime.span import Unit

MONDAY = date(1970, 1, 5).toordinal()  # weeks are counted from a Monday, so that `14d` pairs the same weeks for ever


@dataclass(frozen=True, slots=True)
class Occurrence:
    """That a schedules-clause comes round in one period: for each member of `population`, once.

    `unit_kinds` narrows the population `unit` to the kinds of unit the regulation applies to (empty: every unit).
    """

    at: datetime
    clause: str
    since: date | None
    period: str  # 2026-03, 2026-W10, 2026-03-01, 2026: with clause and member it names the occurrence for ever
    population: str
    unit_kinds: tuple[str, ...] = ()


def come_round(occurrence: Occurrence, member: Ref) -> Act:
    """Return the act that asks one member. Its key makes it happen once, whoever asks again."""
    key = f"{occurrence.clause}|{occurrence.period}|{member}"
    return Act("come_round", member, 0, occurrence.at, clause=occurrence.clause, row=occurrence.period, key=key)


def occurrences(law: Law, after: datetime, until: datetime) -> list[Occurrence]:
    """Return what comes round in (after, until], in order of time, each by the version of its clause that holds on its day.

    Raises UnknownYear where working days of a year nobody has entered are asked for.
    """
    found = [o for clause in law.scheduled for o in _of(law, clause, after, until)]
    return sorted(found, key=lambda o: (o.at, o.clause))


def _of(law: Law, clause: Clause, after: datetime, until: datetime) -> Iterator[Occurrence]:
    kind = clause.rule.kind if clause.rules else None
    if not isinstance(kind, Schedules) or kind.undecided or kind.every is None:
        return
    calendar = law.calendars.get(clause.regulation.calendar) or law.calendars.get(law.calendar) or EVER
    season = law.seasons[kind.during] if kind.during else None
    applies = clause.regulation.header.get("applies_to", ())
    kinds = (applies,) if isinstance(applies, str) else tuple(applies)
    for period, first, end in periods(kind.every, calendar, calendar.business_day(after), calendar.business_day(until)):
        day = _in_season(season, first, end)
        if day is None or law.on(day).clauses.get(clause.name) is not clause:
            continue
        at = calendar.day_bounds(day)[0]
        if after < at <= until:
            yield Occurrence(at, clause.name, clause.since, period, kind.population, kinds if kind.population == "unit" else ())


def _in_season(season: Season | None, first: date, end: date) -> date | None:
    """Return the first day of a period that lies in a season (in none: the first day)."""
    if season is None:
        return first
    days = (first + timedelta(days=i) for i in range((end - first).days))
    return next((d for d in days if season.covers(d)), None)


def periods(every: Span, calendar: Calendar, first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Yield the periods from the one `first` lies in to the one `last` lies in: name, first day, day after the last."""
    if every.family is Family.MONTHS:
        yield from _months(every, first, last)
    elif every.family is Family.WORKING_DAYS:
        for day in (first + timedelta(days=i) for i in range((last - first).days + 1)):
            if calendar.is_working_day(day):
                yield day.isoformat(), day, day + timedelta(days=1)
    else:
        yield from _days(every.length, calendar, first, last)


def _months(every: Span, first: date, last: date) -> Iterator[tuple[str, date, date]]:
    length = every.length
    month = (first.year * 12 + first.month - 1) // length * length
    while (start := _first_of(month)) <= last:
        yield str(start.year) if every.unit is Unit.YEAR else f"{start:%Y-%m}", start, _first_of(month + length)
        month += length


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _days(length: int, calendar: Calendar, first: date, last: date) -> Iterator[tuple[str, date, date]]:
    weekly = length % 7 == 0
    origin = MONDAY + calendar.book.week_starts if weekly else 0
    start = origin + (first.toordinal() - origin) // length * length
    while start <= last.toordinal():
        day = date.fromordinal(start)
        week = (day + timedelta(days=3)).isocalendar()  # the week most of its days lie in, whatever weekday it begins on
        yield f"{week.year}-W{week.week:02}" if weekly else day.isoformat(), day, date.fromordinal(start + length)
        start += length
