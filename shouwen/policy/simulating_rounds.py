"""What comes round by the calendar, under the law as it stands and under a proposed one: how often in a stretch of time."""

from __future__ import annotations

from datetime import datetime

from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import Law
from shouwen.policy.rounds import occurrences_of
from shouwen.policy.simulating_law import says
from shouwen.policy.simulating_report import Report
from shouwen.worktime import WorktimeError


def compare_rounds(old: Law, new: Law, after: datetime, until: datetime, report: Report) -> None:
    """Add the clauses that come round otherwise. Whom they would come round to is asked of each member when they do."""
    before, now = _by_name(old), _by_name(new)
    for name in sorted({*before, *now}):
        a, b = before.get(name, ()), now.get(name, ())
        if _said(a, old) == _said(b, new):
            continue
        clause = (b or a)[-1]
        change = "added" if not a else "repealed" if not b else "changed"
        finds = report.of(name, clause.zh or clause.sentence(), clause.en, change)
        then, proposed = _count(a, old, after, until), _count(b, new, after, until)
        if then is None or proposed is None:
            finds.cannot_tell += 1
        else:
            finds.rounds = (then, proposed)


def _by_name(law: Law) -> dict[str, tuple[Clause, ...]]:
    found: dict[str, tuple[Clause, ...]] = {}
    for clause in law.scheduled:
        found[clause.name] = (*found.get(clause.name, ()), clause)
    return found


def _said(clauses: tuple[Clause, ...], law: Law) -> object:
    return [[says(r, law) for r in c.rules.values()] for c in clauses]


def _count(clauses: tuple[Clause, ...], law: Law, after: datetime, until: datetime) -> int | None:
    """Return how often it comes round; None where that cannot be told (a year whose working days nobody has entered)."""
    try:
        return sum(1 for c in clauses for _ in occurrences_of(law, c, after, until))
    except WorktimeError:
        return None
