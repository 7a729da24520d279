"""Rights, retention and owed confirmations as marks of a subject, and the figures of a report as the journal keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shouwen.base.numbering import next_id
from shouwen.cases.living import Living, Promised
from shouwen.cases.plain import plain
from shouwen.policy.act import Act
from shouwen.policy.env import Elapsed
from shouwen.policy.facts import RETAINED, Mark, Running, grant_mark, grant_row
from shouwen.policy.law import Law
from shouwen.policy.paths import told_mark
from shouwen.policy.promises import ALARM
from shouwen.policy.receipts import received, tell_mark
from shouwen.policy.ruling import Grant, Receipt, Report, Retain, Tell


def grant(target: Living, e: Grant, act: Act, now: datetime) -> None:
    """Keep a right as a mark; choices that rest on it are made anew when it begins and when it ends."""
    target.marks[grant_mark(e.what, e.since)] = Mark(1, e.since, e.until, ())
    target.changed = True
    running = {(d.running.clause, d.running.row) for d in target.running}
    for at in (e.since, e.until):
        row = grant_row(e.what, at)
        if at > act.at and (e.cite.clause, row) not in running:
            alarm = Running(e.cite.clause, e.cite.since, row, at, at, None, (ALARM,), (), "", act.at)
            target.deadlines.append(Promised(next_id(), alarm, act.name, now, None, fresh=True))


def retain(subject: Living, e: Retain, act: Act) -> None:
    """Keep a file until a moment, or longer if it was to be kept longer."""
    old = subject.marks.get(RETAINED)
    subject.marks[RETAINED] = Mark(1, act.at, max(e.until, old.last) if old else e.until, ())
    subject.changed = True


def owing(subject: Living, e: Tell, act: Act) -> None:
    """Keep who owes a confirmation of what a clause told them."""
    if e.confirm and e.to:
        subject.marks[told_mark(e.cite.clause)] = tell_mark(subject.marks, e.cite.clause, e.to, act.at)
        subject.changed = True


def confirmed(subject: Living, e: Receipt) -> None:
    """Keep that one of them confirmed it."""
    subject.marks[told_mark(e.clause)] = received(subject.marks, e.clause, e.by)
    subject.changed = True


def figures(e: Report, law: Law) -> Mapping[str, Any]:
    """Return the figures of a report for the journal; an age in seconds."""

    def said(name: str, value: Any) -> Any:
        if isinstance(value, Elapsed):
            return int((value.end - value.start).total_seconds())
        return plain(law.measures[name].type.dump(value)) if name in law.measures else plain(value)

    return {name: said(name, value) for name, value in e.figures}
