"""Why a promise falls due when it does: its clause, and the arithmetic in a sentence, computed again as it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shouwen.cases.book import Book
from shouwen.cases.facts import matter_of
from shouwen.cases.living import Living, Promised
from shouwen.policy.act import Act, Ref
from shouwen.policy.env import Env
from shouwen.policy.law import Law
from shouwen.policy.moments import Clockwork, Fall
from shouwen.policy.promises import fall_again
from shouwen.worktime import WorktimeError, parse_span


@dataclass(frozen=True, slots=True)
class Explained:
    """One running promise: what it says, when it falls due and why."""

    id: int
    clause: str
    since: date | None
    row: str
    zh: str  # the clause's own words, or its sentence
    en: str
    anchor: datetime
    due_at: datetime | None
    warn_at: datetime | None
    breached_at: datetime | None
    owes: tuple[int, ...]
    until: tuple[str, ...]
    extended: tuple[str, ...]
    why_zh: str  # the arithmetic; "" where the clause tells a date and no span
    why_en: str


def running(case: Ref, *, now: datetime) -> list[Explained]:
    """Return the running promises of a case, soonest first, each with its arithmetic."""
    book = Book()
    book.take([case])
    subject = book.subjects.get(case.id)
    law = book.laws.judging(now, case.noun, subject.enactment) if subject is not None else None
    if subject is None or law is None:
        return []
    act = Act("", case, 0, now)
    m = matter_of(act, subject, law, book.org(now))
    env = Env(m.facts, act, now, subject.noun, m.calendar, law.calendars, dict(subject.fields))
    found = [_explained(d, subject, law, env) for d in subject.running]
    return sorted(found, key=lambda e: (e.due_at is None, e.due_at or now, e.id))


def _explained(d: Promised, s: Living, law: Law, env: Env) -> Explained:
    r = d.running
    clause = law.clause(r.clause, r.since)
    zh = (clause.zh or clause.sentence()) if clause is not None else r.clause
    made = _again(d, s, law, env)
    due = made.deadline if made is not None else None
    return Explained(
        d.id,
        r.clause,
        r.since,
        r.row,
        zh,
        clause.en if clause is not None and clause.en else zh,
        r.anchor,
        r.due_at,
        d.warn_at,
        r.breached_at,
        r.owes,
        r.until,
        r.extended,
        due.explain("zh") if due is not None else "",
        due.explain("en") if due is not None else "",
    )


def _again(d: Promised, s: Living, law: Law, env: Env) -> Fall | None:
    """Compute a promise again with the clause, pauses and extensions it has; None where the calendar can no longer tell."""
    extended = tuple(parse_span(text) for text in d.running.extended)
    try:
        return fall_again(law, d.running, env, Clockwork(tuple(s.pauses), extended))
    except WorktimeError:
        return None
