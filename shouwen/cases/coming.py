"""What the calendar will ask of one record next: the law is asked as the round will ask it, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shouwen.cases.book import Book
from shouwen.cases.facts import Gatherer, Matter, matter_of
from shouwen.cases.living import Living
from shouwen.cases.queueing import ROUND
from shouwen.policy.act import Act
from shouwen.policy.decide import decide
from shouwen.policy.kinds.base import Clause
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.policy.rounds import Occurrence, occurrences_of
from shouwen.policy.ruling import OpenCase
from shouwen.worktime import WorktimeError

AHEAD: Final = timedelta(days=400)  # a yearly round is seen, too


@dataclass(frozen=True, slots=True)
class Coming:
    """A round that will come to a record: by which clause, when it opens, and when it falls due (None: nothing says)."""

    clause: str
    procedure: str
    at: datetime
    due_at: datetime | None
    who: tuple[int, ...]


def coming(book: Book, subject: Living, law: Law, *, now: datetime) -> list[Coming]:
    """Return the next round of each clause that will come to a record as it stands now, the soonest first."""
    nexts = [(o, procedure) for clause, procedure in rounds_of(law, subject.ref.noun) if (o := next_round(law, clause, now))]
    matters = [_matter(book, subject, law, o) for o, _ in nexts]
    gatherer = Gatherer(book)
    try:
        gatherer.prepare(matters)
    except WorktimeError:  # a measure over a year nobody has entered: what it is cannot be told before the round comes
        return []
    found = []
    for (o, procedure), matter in zip(nexts, matters, strict=True):
        ruling = decide(law, gatherer.of(matter), matter.act, o.at)
        opened = next((e for e in ruling.effects if isinstance(e, OpenCase)), None)
        if opened is not None:
            found.append(Coming(o.clause, procedure, o.at, opened.due_at, opened.who))
    return sorted(found, key=lambda c: c.at)


def rounds_of(law: Law, noun: str) -> Iterator[tuple[Clause, str]]:
    """Yield the clauses by which rounds visit the members of a noun, and the procedure each opens."""
    for clause in law.scheduled:
        kind = clause.rule.kind
        group = law.populations.get(kind.population) if isinstance(kind, Schedules) else None
        if isinstance(kind, Schedules) and group is not None and group.noun == noun:
            yield clause, kind.procedure


def next_round(law: Law, clause: Clause, now: datetime) -> Occurrence | None:
    """Return when a clause comes round next; None when that cannot be told yet, or not within AHEAD."""
    try:
        return next(iter(occurrences_of(law, clause, now, now + AHEAD)), None)
    except WorktimeError:
        return None


def _matter(book: Book, subject: Living, law: Law, o: Occurrence) -> Matter:
    act = Act(ROUND, subject.ref, 0, o.at, clause=o.clause, row=o.period)
    return matter_of(act, subject, law, book.org(o.at))
