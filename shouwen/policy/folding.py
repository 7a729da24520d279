"""Measures folded in memory, over what was done in a world. The SQL fold in cases/ gives the same answers (a test compares)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.policy.act import Act, Ref
from shouwen.policy.env import Env, as_moment
from shouwen.policy.facts import Facts, grants_of
from shouwen.policy.kinds.choices import Queue
from shouwen.policy.kinds.keeps import THIS
from shouwen.policy.law import Law
from shouwen.policy.measures import (
    COUNTED_ACTS,
    Hit,
    Measure,
    Target,
    fold_acts,
    granted_share,
    key_of_alike,
    share,
    window_end,
    window_start,
)
from shouwen.policy.nouns import Noun
from shouwen.policy.overlapping import overlap
from shouwen.policy.ruling import Enter
from shouwen.worktime import Calendar, parse_span

LAST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Done:
    """That an act was done on a subject (or a promise of it settled: `kept:<clause>`)."""

    noun: str
    act: str
    subject: int
    by: int
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)  # what the act brought


@dataclass(frozen=True, slots=True)
class Entry:
    """That something was entered in a book, upon which subject, for when."""

    enter: Enter
    subject: int
    at: datetime
    id: int = 0


class Folder:
    """Answers measures as of one act, which itself is not counted."""

    def __init__(
        self, law: Law, done: Iterable[Done], entries: Iterable[Entry], subjects: Mapping[int, Any], calendar: Calendar
    ) -> None:
        self.law, self.done, self.entries, self.subjects, self.calendar = law, list(done), list(entries), subjects, calendar

    def limit(self, subject: Any, act: Act, name: str, per: str, over: str) -> int:
        """Return how often an act was done before, per somebody or something, in a window."""
        window = parse_span(over) if over and over[0].isdigit() else over
        since, until = window_start(window, act.at, self.calendar), window_end(window, act.at, self.calendar)
        key = _key(per, subject, act.by)
        return sum(
            1 for d in self.done
            if d.noun == subject.noun and d.act == name and (since is None or d.at >= since) and d.at <= until
            and _key(per, self.subjects[d.subject], d.by) == key
        )  # fmt: skip

    def measure(self, m: Measure, subject: Any, act: Act) -> Any:
        """Return the value of a measure for the subject of an act."""
        fields = {**subject.fields, **act.fields} if m.key_fields else subject.fields
        key = m.key_for(subject.noun, subject.id, fields, lambda per: _key(per, subject, act.by))
        if m.counted.grant:
            return granted_share(m, grants_of(subject.marks, m.counted.grant), act.at, self.calendar)
        if m.across:
            return self._across(m, key, act)
        if m.fold in COUNTED_ACTS:
            since = window_start(m.over, act.at, self.calendar)
            return fold_acts(m, [*self._hits(m, key, act, since), *_this_one(m, subject, act)], act.at, since)
        counted = self._matching(m, m.counted, key, act, where=True, own=subject)
        if m.fold == "count":
            return len(counted)
        if m.fold == "sum":
            return sum(counted)
        return share(len(counted), len(self._matching(m, m.whole, key, act, where=False, own=subject)))

    def voided(self, name: str, subject: Any, act: Act, noun: Noun) -> dict[int, tuple[tuple[int, int], ...]]:
        """Return what stands of a book in a window or upon a case, by person: what a clause takes back, as of when it happened."""
        book, over, case = name.split("|")
        fields = {**subject.fields, **act.fields}
        at = as_moment(fields.get(noun.happened), self.calendar) or act.at
        since, until = window_start(over, at, self.calendar), window_end(over, at, self.calendar)
        gone = {i for e in self.entries for i in e.enter.reverses}
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        for e in self.entries:
            mine = e.enter.book == book and not e.enter.voids and e.id not in gone
            upon = not case or (e.id == subject.id if case == THIS else e.subject == fields.get(case))
            if mine and (since is None or e.at >= since) and e.at <= until and upon:
                found[e.enter.who] = (*found.get(e.enter.who, ()), (e.id, e.enter.amount))
        return found

    def queue(self, q: Queue, subject: Any, act: Act) -> tuple[int, ...]:
        """Return who waits in line, whoever came first first."""
        group, fields = self.law.populations[q.among], {**subject.fields, **act.fields}
        waiting = []
        for s in self.subjects.values():
            came = s.marks.get(q.first)
            fits = s.noun == group.noun and not s.closed and all(s.fields.get(a) == fields.get(b) for a, b in q.match)
            if came is not None and fits and (group.when is None or group.when.holds(self._env(s, act))):
                waiting.append((came.first, s.id))
        return tuple(i for _, i in sorted(waiting))

    def _across(self, m: Measure, key: Any, act: Act) -> Decimal:
        """Return the share of the things that are there which an act on something else has reached."""
        there = {s.id for s in self.subjects.values() if s.noun == m.whole.noun and self._whole(m, s, key, act)}
        rows = self._rows(m.counted, *self._window(m, act))
        done = {self.subjects[d.subject].fields.get(m.link) for d in rows if self._fits(m, self.subjects[d.subject], key, act, d)}
        return share(len(there & done), len(there))

    def _whole(self, m: Measure, s: Any, key: Any, act: Act) -> bool:
        """Whether a thing belongs to the whole: its condition holds, and it is the key's where it can be told."""
        return (m.per != "unit" or key == s.unit) and not s.closed and bool(m.when.holds(self._env(s, act)))

    def _hits(self, m: Measure, key: Any, act: Act, since: datetime | None) -> Iterator[Hit]:
        """Yield what was done, for the folds that go by its order; of a meter also the readings before the window."""
        target, until = m.counted, window_end(m.over, act.at, self.calendar)
        for n, d in enumerate(self.done):
            s = self.subjects.get(d.subject)
            if d.act != target.act or d.noun != target.noun or s is None or d.at > until or not self._fits(m, s, key, act, d):
                continue
            if since is not None and d.at < since and m.fold != "rise":
                continue
            added = self._read(target, d)
            if m.fold != "rise" or added is not None:
                yield Hit(d.at, n, added, bool(m.goes_on.holds(self._env(s, act))))

    def _read(self, target: Target, done: Done) -> Any:
        """Return what a meter said: what the act brought, else what its subject says."""
        brought = done.fields.get(target.column)
        return brought if brought is not None else self.subjects[done.subject].fields.get(target.column)

    def _window(self, m: Measure, act: Act) -> tuple[datetime | None, datetime]:
        return window_start(m.over, act.at, self.calendar), window_end(m.over, act.at, self.calendar)

    def _rows(self, target: Target, since: datetime | None, until: datetime) -> list[Done]:
        name = f"kept:{target.kept}" if target.kept else target.act
        rows = [d for d in self.done if d.act == name and (not target.noun or d.noun == target.noun)]
        return [d for d in rows if (since is None or d.at >= since) and d.at <= until]

    def _matching(self, m: Measure, target: Target, key: Any, act: Act, *, where: bool, own: Any) -> list[Any]:
        since, until = self._window(m, act)
        if target.book:
            when = [e for e in self.entries if (since is None or e.at >= since) and e.at <= until]
            mine = [e for e in when if e.enter.book == target.book and (not m.clauses or e.enter.cite.clause in m.clauses)]
            mine = [
                e for e in mine if own.kind != "entry" or e.id <= own.id
            ]  # an entry sees what stood when it was made, and itself
            if m.fold == "count":
                gone = {i for e in self.entries for i in e.enter.reverses}
                mine = [e for e in mine if e.id not in gone and not e.enter.voids]
            return [e.enter.amount for e in mine if not m.per or key == (e.subject if m.per == "case" else e.enter.who)]
        if not target.act and not target.kept:
            subjects = [s for s in self.subjects.values() if s.noun == target.noun and not (m.alike and s.id == own.id)]
            if m.ends is not None:
                span = m.ends.of({**own.fields, **act.fields})
                subjects = [s for s in subjects if overlap(span, m.ends.of(s.fields))]
            return [_column(s, target) for s in subjects if self._fits(m, s, key, act, None, where=where)]
        rows = self._rows(target, since, until)
        return [self._brought(target, d) for d in rows if self._fits(m, self.subjects[d.subject], key, act, d, where=where)]

    def _brought(self, target: Target, done: Done) -> Any:
        """Return what is added for an act: what it brought, if it has such a field of its own; else what its subject says."""
        shape = self.law.nouns[done.noun].acts.get(done.act)
        if target.column and shape is not None and target.column in shape.fields:
            return done.fields.get(target.column) or 0
        return _column(self.subjects[done.subject], target)

    def _fits(self, m: Measure, s: Any, key: Any, act: Act, done: Done | None, *, where: bool = True) -> bool:
        if m.alike and key is None:
            return False  # what is not known is like nothing
        if m.per and key != _key_in(m, s, done):
            return False
        env = self._env(s, act)
        return bool(m.across or m.when.holds(env)) and (not where or bool(m.where.holds(env)))

    def _env(self, s: Any, act: Act) -> Env:
        noun = self.law.nouns[s.noun]
        facts = Facts(s.fields, s.step, s.opened_at, s.marks, s.unit, s.responsible, s.first_asked, s.customer)
        return Env(facts, Act("", Ref(s.kind, s.noun, s.id), 0, act.at), act.at, noun, self.calendar, {}, dict(s.fields))


def _this_one(m: Measure, subject: Any, act: Act) -> Iterator[Hit]:
    """The reading this act brings is the meter's last: what is asked upon it looks at the meter as it is now."""
    reading = act.fields.get(m.counted.column) if m.fold == "rise" else None
    if reading is not None and (act.name, subject.noun) == (m.counted.act, m.counted.noun):
        yield Hit(act.at, LAST, reading)


def _key_in(m: Measure, s: Any, done: Done | None) -> Any:
    """Return for whom or what a thing that may be counted counts."""
    if m.alike:
        return key_of_alike(m.alike, s.fields)
    return s.fields.get(m.custom_per) if m.per == "field" else _key(m.per, s, done.by if done else 0)


def _key(per: str, subject: Any, by: int) -> Any:
    return {"case": subject.id, "subject": subject.id, "actor": by, "who": by}.get(per, getattr(subject, per, None))


def _column(subject: Any, target: Target) -> Any:
    """Return what is added: 1, or what stands in the subject's field."""
    return subject.fields.get(target.column) or 0 if target.column else 1
