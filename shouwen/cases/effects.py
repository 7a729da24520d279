"""Writing what rulings have changed: all subjects, their work, the journal, notices and search of a batch, set by set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from shouwen.base import attachments
from shouwen.base.journal import INSERT_EVENTS, event_records
from shouwen.base.live_notice import announce
from shouwen.base.outbox import write_notices
from shouwen.base.search import UPSERT, search_columns
from shouwen.base.search_tokens import SearchDoc
from shouwen.cases import about, adapters
from shouwen.cases.adapters import Part
from shouwen.cases.book import Book
from shouwen.cases.living import Living, Promised
from shouwen.cases.minutes import Minutes
from shouwen.cases.rows_sql import Columns, insert, run, together
from shouwen.cases.survey_rows import COLUMNS as SURVEYS
from shouwen.cases.work_rows import work_writes
from shouwen.policy.org import Org

SOON: Final = timedelta(seconds=60)  # the clock looks by itself more often than that; what is due later need not wake it
_LINKS: Final[Columns] = (
    ("id", "int8"), ("case_id", "int8"), ("other_id", "int8"), ("how", "text"), ("at", "timestamptz"), ("by_id", "int8"),
)  # fmt: skip
QUEUE: Final[Columns] = (
    ("id", "int8"),
    ("clause", "text"),
    ("period", "text"),
    ("population", "text"),
    ("unit_kinds", "text[]"),
    ("at", "timestamptz"),
    ("row", "text"),
    ("by_id", "int8"),
    ("reached", "int8"),
    ("asked", "int4"),
    ("opened", "int4"),
    ("trouble", "text"),
    ("tries", "int2"),
    ("try_at", "timestamptz"),
)


def write(book: Book, minutes: Minutes, begin: Callable[[], None]) -> None:
    """Write everything collected so far; what was written counts as unchanged from then on.

    It is written in the caller's transaction, which `begin` begins unless all of it is one statement.
    """
    touched = book.touched()
    if not touched and minutes.empty:
        return
    by_kind = [(kind, list(group)) for kind, group in groupby(touched, key=lambda s: s.ref.kind)]
    for kind, subjects in by_kind:
        if unnumbered := [s for s in subjects if s.fresh and not s.number]:
            adapters.subject(kind).number(unnumbered)
    about.name(book, [s for s in touched if s.case and (s.changed or s.fresh)], minutes.now)
    statements = together(_parts(by_kind, touched, minutes))
    if len(statements) > 1 or minutes.notices or minutes.happenings or minutes.files:
        begin()
    run(statements)
    write_notices(minutes.notices)
    for kind, happenings in minutes.happenings.items():
        adapters.effect(kind)(happenings)
    for (subject, by), files in minutes.files.items():
        s = minutes.subjects[subject]
        attachments.attach(files, by=by, case=s.case, subject=s.ref)
    minutes.topics.update(dict.fromkeys(_topics(touched, minutes.now, book)))
    _settle_down(touched)
    minutes.clear()


def _parts(by_kind: Sequence[tuple[str, list[Living]]], touched: Sequence[Living], minutes: Minutes) -> Iterable[Part]:
    for kind, subjects in by_kind:
        if written := [s for s in subjects if s.changed or s.fresh]:
            yield from adapters.subject(kind).writes(written, now=minutes.now)
    yield from work_writes(touched)
    if minutes.links:
        text, params = insert("cases_caselink", _LINKS, minutes.links)
        yield f"{text} on conflict do nothing", params
    if minutes.queued:
        text, params = insert("cases_occurrence", QUEUE, minutes.queued)
        yield f"{text} on conflict do nothing", params
    if minutes.surveys:
        yield insert("cases_survey", SURVEYS, minutes.surveys)
    if minutes.events:
        yield INSERT_EVENTS, [event_records(minutes.events)]
    if found := [d for kind, subjects in by_kind for d in _docs(kind, subjects)]:
        yield UPSERT, search_columns(found, now=minutes.now)


def _docs(kind: str, subjects: Sequence[Living]) -> Iterable[SearchDoc]:
    changed = [s for s in subjects if s.found_anew]
    return adapters.subject(kind).docs(changed) if changed else ()


def _settle_down(touched: Sequence[Living]) -> None:
    for s in touched:
        s.fresh = s.changed = s.stirred = s.found_anew = False
        for d in s.deadlines:
            d.fresh = d.changed = False
        for t in s.tasks:
            t.fresh = t.changed = False
        for a in s.approvals:
            a.fresh = a.changed = False


def _topics(touched: Sequence[Living], now: datetime, book: Book) -> Iterable[str]:
    """Name what pages and the clock should look at again."""
    soon = now + SOON
    org = book.org(now)
    for s in touched:
        yield f"{s.ref.kind}-{s.ref.id}"
        if s.unit:
            yield f"unit-{s.unit}"
        for person in _concerned(s, org, now):
            yield f"desk-{person}"
        if any(_rings(d, soon) for d in s.deadlines if d.fresh or d.changed):
            yield "clock"


def _rings(d: Promised, soon: datetime) -> bool:
    """Whether the clock has something to do with a deadline before it looks by itself."""
    if d.stopped_at is not None or d.running.breached_at is not None:
        return False
    near = d.warn_at if d.warned_at is None else None
    return any(at is not None and at <= soon for at in (d.running.due_at, near))


def _concerned(s: Living, org: Org, now: datetime) -> set[int]:
    """Everybody on whose desk the subject is or was."""
    people = {s.responsible, s.first_asked}
    for t in s.tasks:
        facts = [f for f in (t.fact, t.was) if f is not None] if t.done_at is None or t.changed else []
        for fact in facts:
            people.update(fact.who)
            if fact.post:
                people.update(org.holders(fact.post, t.unit, now))
    return people - {0}


def wake(minutes: Minutes) -> None:
    """After the commit, tell whoever listens what has changed."""
    if minutes.topics:
        announce(*minutes.topics)
