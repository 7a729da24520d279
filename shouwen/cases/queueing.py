"""Rounds that are put off: what fans out over a population is done by queue, member by member, and not in the act that caused it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shouwen.base.numbering import next_id
from shouwen.cases.facts import Matter
from shouwen.cases.minutes import Minutes
from shouwen.cases.populations import MOST_AT_ONCE
from shouwen.policy.law import LawDay
from shouwen.policy.ruling import Perform, Ruling

ROUND: Final = "come_round"


def put_off(minutes: Minutes, m: Matter, ruling: Ruling) -> None:
    """Move what a ruling asks of the members of a population into the queue, if they are many."""
    many: dict[str, list[Perform]] = {}
    for e in ruling.effects:
        if isinstance(e, Perform) and e.act.name == ROUND:
            many.setdefault(e.act.clause, []).append(e)
    for clause, performs in many.items():
        if len(performs) > MOST_AT_ONCE:
            ruling.effects = [e for e in ruling.effects if e not in performs]
            act = performs[0].act
            period = f"{m.subject.ref.id}@{m.act.at.isoformat()}"
            minutes.queued.append(
                occurrence(clause, period, population_of(m.day, clause), act.at, minutes.now, row=act.row, by_id=act.by)
            )
            minutes.topics["clock"] = None


def population_of(day: LawDay, clause: str) -> str:
    """Return the population a clause comes round to."""
    found = day.clauses.get(clause)
    return next((p for r in (found.rules.values() if found else ()) if (p := getattr(r.kind, "population", ""))), "")


def occurrence(clause: str, period: str, population: str, at: datetime, now: datetime, **more: Any) -> dict[str, Any]:
    """Return a row of the queue."""
    given = {"unit_kinds": [], "row": "", "by_id": 0, **more}
    start = {"reached": 0, "asked": 0, "opened": 0, "trouble": "", "tries": 0, "try_at": now}
    return {"id": next_id(), "clause": clause, "period": period, "population": population, "at": at, **given, **start}
