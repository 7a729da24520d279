"""Measures folded in memory, over what was done in a world. The SQL fold in cases/ gives the same answers (a test compares)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shouwen.policy.act import Act, Ref
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, Target, share, window_end, window_start
from shouwen.policy.ruling import Enter
from shouwen.worktime import Calendar, parse_span


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
        key = self._asked_key(m, subject, act)
        counted = self._matching(m, m.counted, key, act, where=True)
        if m.fold == "count":
            return len(counted)
        if m.fold == "sum":
            return sum(counted)
        return share(len(counted), len(self._matching(m, m.whole, key, act, where=False)))

    def _asked_key(self, m: Measure, subject: Any, act: Act) -> Any:
        if not m.per:
            return None
        return subject.fields.get(m.custom_per) if m.per == "field" else _key(m.per, subject, act.by)

    def _matching(self, m: Measure, target: Target, key: Any, act: Act, *, where: bool) -> list[Any]:
        since, until = window_start(m.over, act.at, self.calendar), window_end(m.over, act.at, self.calendar)
        if target.book:
            when = [e for e in self.entries if (since is None or e.at >= since) and e.at <= until]
            mine = [e for e in when if e.enter.book == target.book]
            return [e.enter.amount for e in mine if not m.per or key == (e.subject if m.per == "case" else e.enter.who)]
        if not target.act and not target.kept:
            subjects = [s for s in self.subjects.values() if s.noun == target.noun]
            return [_column(s, target) for s in subjects if self._fits(m, s, key, act, None, where=where)]
        name = f"kept:{target.kept}" if target.kept else target.act
        rows = [d for d in self.done if d.act == name and (not target.noun or d.noun == target.noun)]
        rows = [d for d in rows if (since is None or d.at >= since) and d.at <= until]
        return [self._brought(target, d) for d in rows if self._fits(m, self.subjects[d.subject], key, act, d, where=where)]

    def _brought(self, target: Target, done: Done) -> Any:
        """Return what is added for an act: what it brought, if it has such a field of its own; else what its subject says."""
        shape = self.law.nouns[done.noun].acts.get(done.act)
        if target.column and shape is not None and target.column in shape.fields:
            return done.fields.get(target.column) or 0
        return _column(self.subjects[done.subject], target)

    def _fits(self, m: Measure, s: Any, key: Any, act: Act, done: Done | None, *, where: bool) -> bool:
        if m.per and key != (s.fields.get(m.custom_per) if m.per == "field" else _key(m.per, s, done.by if done else 0)):
            return False
        noun = self.law.nouns[s.noun]
        facts = Facts(s.fields, s.step, s.opened_at, s.marks, s.unit, s.responsible, s.first_asked, s.customer)
        env = Env(facts, Act("", Ref(s.kind, s.noun, s.id), 0, act.at), act.at, noun, self.calendar, {}, dict(s.fields))
        return bool(m.when.holds(env)) and (not where or bool(m.where.holds(env)))


def _key(per: str, subject: Any, by: int) -> Any:
    return {"case": subject.id, "subject": subject.id, "actor": by, "who": by}.get(per, getattr(subject, per, None))


def _column(subject: Any, target: Target) -> Any:
    """Return what is added: 1, or what stands in the subject's field."""
    return subject.fields.get(target.column) or 0 if target.column else 1
