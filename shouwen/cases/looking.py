"""Looking at the calendar for rounds, clause by clause: one that cannot be told stays behind, is told of, and catches up later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from shouwen.base.journal import EventRow, write_events
from shouwen.base.numbering import next_id
from shouwen.base.outbox import NoticeRow, write_notices
from shouwen.cases.answering import owners
from shouwen.cases.enactments import Laws
from shouwen.cases.models import Enactment
from shouwen.cases.queueing import occurrence
from shouwen.policy.act import Ref
from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import Law
from shouwen.policy.rounds import occurrences_of
from shouwen.staff import org
from shouwen.worktime import UnknownYear, WorktimeError

UNKNOWN_YEAR: Final = "unknown_year"  # the code of the refusal, too
RULES: Final = Ref("law", "law", 0)  # the subject of what is journalled about a clause and nobody in particular


def moments(kept: Mapping[str, str]) -> dict[str, datetime]:
    """Read what `Round.behind` keeps."""
    return {clause: datetime.fromisoformat(at) for clause, at in kept.items()}


@dataclass
class Look:
    """One look at a stretch of time. `behind`: since when clauses have not been told; `stuck` and `why` are those left behind now."""

    since: datetime
    behind: Mapping[str, datetime]
    now: datetime
    laws: Laws = field(default_factory=Laws)
    stuck: dict[str, datetime] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)

    def begun(self) -> Iterator[dict[str, Any]]:
        """Yield the rounds that begin, each by the law in force then."""
        earliest = min([self.since, *self.behind.values()])
        changes = [m for m in Enactment.objects.values_list("effective_from", flat=True) if earliest < m <= self.now]
        edges = [earliest, *sorted(m - timedelta(microseconds=1) for m in changes), self.now]
        for after, until in pairwise(edges):
            law = self.laws.at(until)
            for clause in law.scheduled if law is not None else ():
                start = max(after, self.behind.get(clause.name, self.since))
                if law is not None and start < until and clause.name not in self.stuck:
                    yield from self._of(law, clause, start, until)

    def _of(self, law: Law, clause: Clause, start: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Yield the rounds of one clause. Where the law of then does not know the year, the law of now may have learnt it."""
        newest = self.laws.at(self.now) or law
        again = [(newest, c) for c in newest.scheduled if c.name == clause.name] if newest is not law else []
        for judge, version in ((law, clause), *again):
            try:
                yield from self._told(judge, version, start, until)
            except WorktimeError as e:
                self.stuck[clause.name] = start
                self.why[clause.name] = UNKNOWN_YEAR if isinstance(e, UnknownYear) else "no_moment"
            else:
                self.stuck.pop(clause.name, None)
                self.why.pop(clause.name, None)
                return

    def _told(self, law: Law, clause: Clause, start: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        for o in occurrences_of(law, clause, start, until):
            kinds = list(o.unit_kinds)
            yield occurrence(o.clause, o.period, o.population, o.at, self.now, unit_kinds=kinds, row=o.period)


def say_stuck(clause: str, why: str, now: datetime) -> None:
    """Journal that a clause does not come round, and tell whoever keeps its regulation, in the caller's transaction."""
    data = {"why": why, "act": "come_round"}
    write_events([EventRow(subject=RULES, kind="trouble", actor=0, at=now, entered_at=now, clause=clause, data=data)])
    text = f"{clause}：到期的例行事项没有开立，因为日历里没有这一年的节假日安排。请补上；补上后会自动补开。"
    told = owners(Laws().at(now), clause, org.snapshot(now), 0, now)
    write_notices(
        NoticeRow(topic="trouble", key=f"{next_id()}", at=now, staff=staff, clause=clause, text=text, payload=data)
        for staff in told
    )
