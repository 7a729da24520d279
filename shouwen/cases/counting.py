"""What gates count: which questions an act asks of the past, and which of them two transactions must not ask at once.

Who is about to do an act that a gate counts waits for whoever is doing one for the same key: a lock with the name of the count and
the key, held to the end of the transaction. So two extensions at once, with one allowed, are judged one after the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from shouwen.base.sql import raw
from shouwen.cases.living import Living
from shouwen.policy.act import Act
from shouwen.policy.facts import grants_of
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.choices import Choice
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.law import LawDay, Needs, rest_on
from shouwen.policy.measures import Measure, Target, window_end, window_start
from shouwen.policy.overlapping import Extent
from shouwen.worktime import Calendar, parse_span

_LOCK = "select pg_advisory_xact_lock(k) from unnest(%s::int8[]) as k"


@dataclass(frozen=True, slots=True)
class Question:
    """How often, how much, or which share: a measure (`name`), or how often the act `name` was done (`limit`), for a key."""

    name: str
    noun: str
    per: str
    key: Any
    since: datetime | None
    until: datetime
    at: datetime  # as of when conditions are judged
    limit: bool = False
    upto: int = 0  # of a book: entries no later than this one; of others alike: not this one
    reading: Any = None  # of a meter: what the act being judged brings
    making: bool = False  # of a book: the entry `upto` is being made just now
    span: Extent | None = None  # of others that overlap: the span of the subject, as it will be after the act


@dataclass(frozen=True, slots=True)
class Counted:
    """What gates of one day's law count: limits by (noun, act), and measures by the (noun, act), book or noun they count."""

    measures: tuple[Measure, ...]

    def of(self, noun: str, act: str, books: AbstractSet[str]) -> Iterator[Measure]:
        """Yield the measures of gates that an act of a noun, which enters something in these books, adds to."""
        for m in self.measures:
            if m.counted.book in books or any(t.noun == noun and t.act in ("", act) for t in (m.counted, m.whole)):
                yield m


_counted: WeakKeyDictionary[LawDay, Counted] = WeakKeyDictionary()


def counted_by_gates(day: LawDay) -> Counted:
    """Return which measures gates of a day's law read (found once for each day)."""
    found = _counted.get(day)
    if found is None:
        names = dict.fromkeys(name for rules in day.by_noun.values() for name in _rest_on(rules))
        found = _counted[day] = Counted(tuple(day.law.measures[n] for n in names))
    return found


def _rest_on(rules: Sequence[Rule]) -> tuple[str, ...]:
    return rest_on([r for r in rules if isinstance(r.kind, Gate)], [r for r in rules if isinstance(r.kind, Choice)])


def key_of(per: str, subject: Living, by: int) -> Any:
    """Return for whom or what something is counted. The same words as `folding` uses in memory."""
    if per in ("case", "subject"):
        return subject.ref.id
    if per in ("actor", "who"):
        return by
    return getattr(subject, per, None)


def measure_key(m: Measure, subject: Living, by: int, brought: Mapping[str, Any]) -> Any:
    """Return the key of a measure, for an act that brings fields."""
    if m.counted.grant:
        return tuple(grants_of(subject.marks, m.counted.grant))
    fields = {**subject.fields, **brought} if m.key_fields else subject.fields
    return m.key_for(subject.ref.noun, subject.ref.id, fields, lambda per: key_of(per, subject, by))


def needs_of(day: LawDay, noun: str, act: Act) -> Needs:
    """Return what facts the law wants for an act; of a round those of its clause alone."""
    return day.needs_of_round(noun, act.clause) if act.name == "come_round" else day.needs(noun, act.name)


def questions(day: LawDay, act: Act, subject: Living, calendar: Calendar) -> Iterator[Question]:
    """Yield what an act asks of the past."""
    needs = needs_of(day, subject.ref.noun, act)
    for name, per, over in needs.counts:
        window = parse_span(over) if over and over[0].isdigit() else over
        since, until = window_start(window, act.at, calendar), window_end(window, act.at, calendar)
        yield Question(name, subject.ref.noun, per, key_of(per, subject, act.by), since, until, act.at, limit=True)
    for name in needs.measures:
        m = day.law.measures[name]
        since, until = window_start(m.over, act.at, calendar), window_end(m.over, act.at, calendar)
        own = subject.ref.id if subject.ref.kind == "entry" or m.alike else 0
        yield Question(
            name,
            m.counted.noun,
            m.per,
            measure_key(m, subject, act.by, act.fields),
            since,
            until,
            act.at,
            False,
            own,
            _reading(m, act, subject),
            making=subject.ref.kind == "entry" and act.name == "book",
            span=m.ends.of({**subject.fields, **act.fields}) if m.ends is not None else None,
        )


def _reading(m: Measure, act: Act, subject: Living) -> Any:
    """Return the reading an act brings itself: the meter's last."""
    mine = m.fold == "rise" and (act.name, subject.ref.noun) == (m.counted.act, m.counted.noun)
    return act.fields.get(m.counted.column) if mine else None


def locks(day: LawDay, act: Act, subject: Living) -> Iterator[str]:
    """Yield the names of what must not be counted by two at once: what gates before this act count, and what this act adds to.

    Of spans that must not overlap the key is what they are spans of: all who want one room wait for each other, whatever the hour.
    """
    noun = subject.ref.noun
    plan = day.plan(noun, act.name)
    for rule in plan.gates:
        if isinstance(rule.kind, Limits) and rule.kind.counted:
            yield f"{noun}.{rule.kind.counted}:{key_of(rule.kind.per, subject, act.by)}"
    books = {book for rule in plan.acting if (book := getattr(rule.kind, "book", ""))}
    names = dict.fromkeys(plan.counted)
    if subject.ref.kind == "entry":  # which fine of the month it is must not depend on who commits first
        names |= dict.fromkeys(p.measure for rule in plan.acting for p in rule.paths if p.measure)
    counted = [day.law.measures[name] for name in names]
    for m in (*counted, *counted_by_gates(day).of(noun, act.name, books)):
        yield lock_name(m.id, measure_key(m, subject, act.by, act.fields))


def lock_name(measure: str, key: Any) -> str:
    """Return the name of the lock on what a measure counts for a key."""
    return f"{measure}:{key}"


def hold(names: Iterable[str]) -> None:
    """Take locks until the end of the transaction, always in one order."""
    wanted = sorted({_number(n) for n in names})
    if wanted:
        raw().execute(_LOCK, [f"{{{','.join(map(str, wanted))}}}"])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Happened:
    """An act that has just happened: on which subject (`fresh`: it opened it), and which promises and books it touched."""

    subject: Living
    act: str
    by: int
    fresh: bool
    kept: Sequence[str]
    books: Sequence[str]


def touched(asked: Collection[Question], day: LawDay, what: Happened) -> Collection[Question]:
    """Return those of some questions to one measure, or one limit, whose answers what has just happened may change.

    A subject that stood before may have got other fields, or another person responsible: whatever counts its noun is touched. One
    that was opened just now adds to counts of its own key only.
    """
    question = next(iter(asked))
    m = None if question.limit else day.law.measures.get(question.name)
    targets = (m.counted, m.whole) if m is not None else (Target(question.noun, question.name),)
    if any(t.book in what.books or t.kept in what.kept for t in targets if t.book or t.kept):
        return asked
    mine = [t for t in targets if t.noun == what.subject.ref.noun]
    if not what.fresh or not mine:
        return asked if mine else ()
    if not any(t.act in ("", what.act) for t in mine):
        return ()
    key = key_of(question.per, what.subject, what.by) if m is None else measure_key(m, what.subject, what.by, {})
    return [q for q in asked if not q.per or q.key == key]
