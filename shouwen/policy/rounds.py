"""Rounds: when the calendar makes the law come round to each member of a population.

`occurrences` says which periods of the schedules-clauses begin in a stretch of time; `come_round` makes the act that asks a member.
`decide` then answers for that member with the member's own facts, and opens the case. Scenarios and the live clock both ask here.

Periods are cut from the calendar, never from the day a clause was enacted: days, weeks (from the calendar's first weekday),
months, quarters and years (from January). What is said of the end of a period (`upon: end_of_month`, reports) happens at its last moment,
and is judged by its last day. Any other occurrence falls at the beginning of its period's first business day; with `during`, of the
first day of the period that lies in the season. A period without such a day has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final

from shouwen.policy.act import Act, Ref
from shouwen.policy.calendars import EVER
from shouwen.policy.kinds.base import Clause
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.kinds.sampling import Take
from shouwen.policy.law import Law
from shouwen.worktime import Calendar, Family, Span, parse_span
from shouwen.worktime.daybook import Season
from shouwen.worktime.span import Unit

LAST_MOMENT: Final = timedelta(microseconds=1)
PERIODS: Final[Mapping[str, Span]] = {
    "end_of_day": parse_span("1d"), "end_of_week": parse_span("7d"), "end_of_month": parse_span("1mo"),
    "end_of_quarter": parse_span("3mo"), "end_of_year": parse_span("1y"),
}  # fmt: skip
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
    drawn: tuple[datetime, datetime] | None = None  # a sample: of what was done from one moment until before another


def come_round(occurrence: Occurrence, member: Ref) -> Act:
    """Return the act that asks one member. Its key makes it happen once, whoever asks again."""
    key = f"{occurrence.clause}|{occurrence.period}|{member}"
    return Act("come_round", member, 0, occurrence.at, clause=occurrence.clause, row=occurrence.period, key=key)


def occurrences(law: Law, after: datetime, until: datetime) -> list[Occurrence]:
    """Return what comes round in (after, until], in order of time, each by the version of its clause that holds on its day.

    Raises UnknownYear where working days of a year nobody has entered are asked for.
    """
    stretch = _Stretch(after, until)
    found = [o for clause in law.scheduled for o in _of(law, clause, stretch)]
    return sorted(found, key=lambda o: (o.at, o.clause))


class _Stretch:
    """A stretch of time (after, until], and what the calendars make of it: worked out once for all clauses that go by them."""

    def __init__(self, after: datetime, until: datetime) -> None:
        self.after, self.until = after, until
        self._days: dict[int, tuple[date, date]] = {}
        self._periods: dict[tuple[Span, int], list[tuple[str, date, date]]] = {}

    def __contains__(self, at: datetime) -> bool:
        return self.after < at <= self.until

    def periods(self, every: Span, calendar: Calendar) -> list[tuple[str, date, date]]:
        """Return the periods that may begin or end in it. Raises UnknownYear."""
        key = every, id(calendar)
        found = self._periods.get(key)
        if found is None:
            first, last = self._between(calendar)
            found = self._periods[key] = list(periods(every, calendar, first, last)) if first < last else []
        return found

    def _between(self, calendar: Calendar) -> tuple[date, date]:
        """Return its first and last business day; of a day that ends with it, the next, because its last moment lies in it."""
        found = self._days.get(id(calendar))
        if found is None:
            first, last = calendar.business_day(self.after), calendar.business_day(self.until + LAST_MOMENT)
            found = self._days[id(calendar)] = first, last
        return found


def _of(law: Law, clause: Clause, stretch: _Stretch) -> Iterator[Occurrence]:
    rule = clause.rule
    if not isinstance(rule.kind, Schedules):
        yield from _at_ends(law, clause, stretch)
        return
    kind = rule.kind
    if kind.undecided or kind.every is None:
        return
    calendar = calendar_of(law, clause)
    season = law.seasons[kind.during] if kind.during else None
    applies = clause.regulation.header.get("applies_to", ())
    kinds = (applies,) if isinstance(applies, str) else tuple(applies)
    for period, first, end in stretch.periods(kind.every, calendar):
        day = _in_season(season, first, end)
        at = calendar.day_bounds(day)[0] if day is not None else stretch.after
        if day is not None and at in stretch and law.on(day).clauses.get(clause.name) is clause:
            told = kinds if kind.population == "unit" else ()
            drawn = (_before(kind.every, calendar, first), at) if kind.drawn else None
            yield Occurrence(at, clause.name, clause.since, period, kind.population, told, drawn)


def occurrences_of(law: Law, clause: Clause, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """Yield what one of the scheduled clauses brings round in (after, until], as far as it can be told. Raises UnknownYear."""
    yield from _of(law, clause, _Stretch(after, until))


def calendar_of(law: Law, clause: Clause) -> Calendar:
    """Return the calendar whose periods a clause goes by."""
    return law.calendars.get(clause.regulation.calendar) or law.calendars.get(law.calendar) or EVER


def _before(every: Span, calendar: Calendar, first: date) -> datetime:
    """Return when the period before the one that begins on a day began."""
    day = next(start for _, start, _ in periods(every, calendar, first - timedelta(days=1), first - timedelta(days=1)))
    return calendar.day_bounds(day)[0]


def _at_ends(law: Law, clause: Clause, stretch: _Stretch) -> Iterator[Occurrence]:
    """Yield what is done at the last moment of each period: reports, and clauses upon the end of one. It belongs to that period."""
    rule, calendar = clause.rule, calendar_of(law, clause)
    kind = rule.kind
    if isinstance(kind, Reports):
        every, populations = kind.every, [kind.population]
    else:
        every, populations = PERIODS[rule.upon.name if rule.upon is not None else ""], list(clause.rules)
    if every is None:
        return
    applies = clause.regulation.header.get("applies_to", ())
    kinds = (applies,) if isinstance(applies, str) else tuple(applies)
    for period, _, end in stretch.periods(every, calendar):
        at = calendar.day_bounds(end)[0] - LAST_MOMENT
        if at not in stretch or law.on(end - timedelta(days=1)).clauses.get(clause.name) is not clause:
            continue
        for n, population in enumerate(populations):
            name = f"{period}:{population}" if n else period
            yield Occurrence(at, clause.name, clause.since, name, population, kinds if population == "unit" else ())


def sample(ids: Iterable[int], o: Occurrence, take: Take | None) -> list[int]:
    """Return so many (or so large a share) of some ids, drawn by lot; none while nobody has said how many.

    The lot is the round's own: whoever asks again draws the same.
    """
    lots = {i: lot(o, i) for i in ids}
    highest = drawn_below(list(lots.values()), take.of(len(lots)) if take is not None else 0)
    return sorted(i for i, own in lots.items() if own < highest)


def lot(o: Occurrence, id_: int) -> int:
    """Return the lot of a member in a round: a number below 2 ** 64, another for each of any two members."""
    return int.from_bytes(blake2b(f"{o.clause}|{o.period}|{id_}".encode(), digest_size=8).digest())


def drawn_below(lots: Sequence[int], drawn: int) -> int:
    """Return a number below which so many lots lie, those that win; of a million lots no second list is made.

    >>> drawn_below([7 << 48, 3 << 48, 5 << 48], 2) == (5 << 48) + 1
    True
    >>> drawn_below([7, 3, 5], 0), drawn_below([7, 3, 5], 3)
    (0, 8)
    """
    by_head = [0] * 2**16
    for own in lots:
        by_head[own >> 48] += 1
    before = head = 0
    while head < 2**16 and before + by_head[head] < drawn:
        before += by_head[head]
        head += 1
    tied = sorted(own for own in lots if own >> 48 == head)
    return tied[drawn - before - 1] + 1 if drawn > before else 0


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
