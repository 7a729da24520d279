"""The vacant houses of the demo's year: a round every month, opened by the law; most checked in time, a few late or not at all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from shouwen.base.sql import raw
from shouwen.cases import rounds
from shouwen.cases.effects import QUEUE
from shouwen.cases.models import Case
from shouwen.cases.queueing import occurrence
from shouwen.cases.rows_sql import insert
from shouwen.ops import seasons
from shouwen.ops.story import Step, Story
from shouwen.ops.tales import Around
from shouwen.policy.rounds import occurrences_of

CLAUSE: Final = "property/vacant-house#2.1"
DAYS: Final = 25  # of a month, in which the officers go round
LATE: Final = 12  # one of so many houses is looked at only after the month
MISSED: Final = 2  # houses nobody looked at in the month before the present
SECOND: Final = timedelta(seconds=1)


def month_of(around: Around, first: datetime, end: datetime) -> list[Story]:
    """Open the round that a month begins with, in the caller's transaction, and tell how its houses are checked before `end`."""
    cases = _opened(around, first)
    if not cases:
        return []
    chance = random.Random(first.date().toordinal())  # noqa: S311  the same every time
    after = _month_after(first)
    passed_over = {c.pk for c in chance.sample(cases, min(MISSED, len(cases)))} if after < end <= _month_after(after) else set()
    officers = {site.unit: site.officers for site in around.sites}
    told = [_check(c, officers, _when(chance, first, after), chance) for c in cases if c.pk not in passed_over]
    return [s for s in told if s.steps[0].at < end]


def rings_until(first: datetime, end: datetime) -> datetime:
    """Until when the clock must have rung for a month, so that what was missed in it is told."""
    return min(_month_after(first) + SECOND, end - SECOND)


def _month_after(first: datetime) -> datetime:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _opened(around: Around, first: datetime) -> list[Case]:
    """Let the law open what it opens on the first of a month."""
    if CLAUSE not in {c.name for c in around.law.scheduled}:
        return []
    begun = list(_begun(around, first))
    if begun:
        text, params = insert("cases_occurrence", QUEUE, begun)
        raw().execute(f"{text} on conflict do nothing", params)
    while rounds.ask(first):
        pass
    return list(Case.objects.filter(opened_by_clause=CLAUSE, opened_at=first).order_by("pk"))


def _begun(around: Around, first: datetime) -> Iterator[dict[str, object]]:
    for clause in around.law.scheduled:
        if clause.name == CLAUSE:
            for o in occurrences_of(around.law, clause, first - SECOND, first + SECOND):
                yield occurrence(o.clause, o.period, o.population, o.at, first, unit_kinds=list(o.unit_kinds), row=o.period)


def _when(chance: random.Random, first: datetime, after: datetime) -> datetime:
    """Return a moment in the hours of an ordinary day of the month; for a few houses one in the days after it."""
    start, days = (after, 4) if chance.randrange(LATE) == 0 else (first, DAYS)
    day: date = start.date() + timedelta(days=chance.randrange(days))
    while seasons.kind_of(day) in ("festival", "holiday"):
        day += timedelta(days=1)
    minutes = chance.randrange(9 * 60, 17 * 60)
    return datetime.combine(day, time(), first.tzinfo) + timedelta(minutes=minutes)


def _check(case: Case, officers: Mapping[int, Sequence[int]], at: datetime, chance: random.Random) -> Story:
    """One house looked at by an officer of its area: nothing leaks, the meters stand where they stood."""
    by = case.responsible_id or chance.choice(officers[case.unit_id or 0])
    house = int(case.fields.get("house") or 0)
    found = {
        "entered": chance.randrange(8) != 0,
        "facilities": "完好",
        "cleanliness": "有浮灰" if chance.randrange(5) == 0 else "整洁",
        "quality": "墙面、门窗完好",
        "cracks": False,
        "seepage": False,
        "leaks": ("none",),
        "valves": "shut",
        "water_reading": Decimal(house % 40),
        "power_reading": Decimal(house % 90),
        "result": "normal",
    }
    return Story(case.ref, case.unit_id or 0, 0, [Step(at, "check", by, found)])
