"""Facts for a batch of acts: what the law may know of each subject, gathered with a handful of queries for all of them.

`prepare` reads ahead for many acts at once; `of` puts one act's facts together from what was read, and asks again only for what an
earlier act of the same transaction may have changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwen.cases import adapters, counting, outside
from shouwen.cases.book import Book
from shouwen.cases.counting import Happened, Question
from shouwen.cases.living import Living
from shouwen.cases.measures_sql import answers, waiting_rows
from shouwen.cases.populations import MOST_AT_ONCE, members_after
from shouwen.policy.act import Act
from shouwen.policy.calendars import calendar_for
from shouwen.policy.env import as_moment
from shouwen.policy.facts import Facts, rows_pointing
from shouwen.policy.kinds.choices import Queue
from shouwen.policy.kinds.keeps import THIS
from shouwen.policy.law import Law, LawDay, Needs
from shouwen.policy.measures import window_end, window_start
from shouwen.policy.org import Org
from shouwen.worktime import Calendar, WorktimeError

Series = tuple[int, bool, str, str, str]  # a law, and the questions to one measure or one limit of it, whoever's they are


@dataclass(slots=True)
class Matter:
    """One act to be judged: its subject, the law of its moment, and the calendar and day of it."""

    act: Act
    subject: Living
    law: Law
    org: Org
    facts: Facts
    calendar: Calendar
    day: LawDay
    acts: int = 0

    @property
    def current(self) -> bool:
        """Whether nothing has been done on the subject since its facts were put together."""
        return self.acts == self.subject.acts

    @property
    def needs(self) -> Needs:
        """What facts the law wants for the act."""
        return counting.needs_of(self.day, self.subject.ref.noun, self.act)


def matter_of(act: Act, subject: Living, law: Law, org: Org) -> Matter:
    """Return an act with the facts its subject tells by itself."""
    facts = subject.facts(org)
    calendar = calendar_for(law, subject.noun, facts)
    return Matter(act, subject, law, org, facts, calendar, law.on(calendar.business_day(act.at)), subject.acts)


def entries_of(name: str, m: Matter) -> Mapping[int, tuple[tuple[int, int], ...]]:
    """Return what stands of a book in a window or upon a case, as of when the matter happened, by person."""
    book, over, case = name.split("|")
    fields = {**m.subject.fields, **m.act.fields}
    at = as_moment(fields.get(m.subject.noun.happened), m.calendar) or m.act.at
    upon = 0 if case in ("", THIS) else fields.get(case) or -1
    entry = m.subject.ref.id if case == THIS else 0
    return adapters.standing_entries(book, window_start(over, at, m.calendar), window_end(over, at, m.calendar), upon, entry)


def line(queue: Queue, m: Matter) -> tuple[int, ...]:
    """Return who waits in a line, whoever came first first."""
    group, fields = m.law.populations[queue.among], {**m.subject.fields, **m.act.fields}
    noun = m.law.nouns[group.noun]
    waiting = []
    for s in waiting_rows(noun, m.law, m.act.at, m.calendar):
        came = s.facts.marks.get(queue.first)
        same = all(s.fields.get(a) == fields.get(b) for a, b in queue.match)
        if came is not None and same and (group.when is None or group.when.holds(s)):
            waiting.append((came.first, s.act.subject.id))
    return tuple(i for _, i in sorted(waiting))


@dataclass
class Gatherer:
    """Gathers facts inside one transaction. `write_out` writes what the acts so far have changed, before the past is asked anew."""

    book: Book
    write_out: Callable[[], None] = lambda: None
    known: dict[Series, dict[Question, Any]] = field(default_factory=dict)
    named: dict[tuple[str, int], Any] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)  # locks on what is counted

    def prepare(self, matters: Sequence[Matter]) -> None:
        """Read ahead what all these acts want: what they point to, locks on what is counted, counts, named facts."""
        self._links(matters)
        if self.book.lock:
            self._hold({name for m in matters for name in counting.locks(m.day, m.act, m.subject)})
        self._count(matters)
        self._name(matters)

    def _hold(self, names: set[str]) -> None:
        """Lock what is counted. An answer from before its lock was had may be out of date: it is asked for again."""
        new = names - self.held
        if new:
            self.book.begin()
        counting.hold(new)
        self.held |= new
        if new:
            for asked in self.known.values():
                for q in [q for q in asked if q.limit or counting.lock_name(q.name, q.key) in new]:
                    del asked[q]

    def of(self, m: Matter) -> Facts:
        """Return the facts of one act, complete."""
        facts, needs = m.facts, m.needs
        facts.links, facts.linked = self._pointed_at(m)
        found = ((i, self.book.found(i)) for _, i in _of_rows(m))
        facts.pointed = {i: s.fields for i, s in found if s is not None}
        if needs.measures or needs.counts:
            facts.measures = self._measures(m)
        if needs.named:
            facts.named = {name: v for name in needs.named if (v := self.named.get((name, id(m.act)))) is not None}
        if needs.voided or needs.queues:
            self.write_out()
            facts.balances = {name: entries_of(name, m) for name in needs.voided}
            facts.queues = {q.name: line(q, m) for q in needs.queues}
        if needs.populations:
            self.write_out()
            facts.populations = {name: self._members(name, m) for name in needs.populations}
        return facts

    @staticmethod
    def _members(name: str, m: Matter) -> tuple[Mapping[str, Any], ...]:
        """Return the members of a population, as many as tell that they are too many: those go through the queue, page by page."""
        return tuple({"id": ref.id} for ref in members_after(name, m.law, m.org, 0, MOST_AT_ONCE + 1))

    def happened(self, day: LawDay, what: Happened) -> None:
        """Forget answers that an act which has just happened may have changed."""
        for asked in self.known.values():
            for q in list(counting.touched(asked, day, what)) if asked else ():
                del asked[q]

    # what subjects point to

    def _links(self, matters: Sequence[Matter]) -> None:
        wanted: dict[str, set[int]] = {}
        customers: dict[int, Law] = {}
        for m in matters:
            if m.subject.customer:
                customers[m.subject.customer] = m.law
            if m.subject.parent:
                wanted.setdefault("case", set()).add(m.subject.parent)
            for kind, target in (*_targets(m), *(("record", i) for _, i in _of_rows(m))):
                if kind == "customer":
                    customers[target] = m.law
                else:
                    wanted.setdefault(kind, set()).add(target)
        self.book.look_at(wanted)
        if customers:
            self.book.look_up_customers(customers, next(iter(customers.values())).customer_fields)

    def _pointed_at(self, m: Matter) -> tuple[dict[str, Mapping[str, Any]], dict[str, Facts]]:
        links: dict[str, Mapping[str, Any]] = {}
        linked: dict[str, Facts] = {}
        s = m.subject
        if s.customer:
            links["customer"] = self.book.customers.get(s.customer, {})
        fields = {**s.fields, **m.act.fields}
        for name, shape in s.noun.fields.items():
            target = fields.get(name)
            if shape.type.name == "customer" and target and not shape.type.many:
                links[name] = self.book.customers.get(target, {})
            elif shape.type.name in ("record", "case") and isinstance(target, int):
                other = self.book.found(target)
                if other is not None and other.ref.kind == "record":
                    links[name] = {**other.fields, "state": other.step}
                elif other is not None:
                    linked[name] = other.outline(m.org)
        parent = self.book.found(s.parent) if s.parent else None
        if parent is not None:
            linked["parent"] = parent.outline(m.org)
        return links, linked

    # the past

    def _count(self, matters: Iterable[Matter]) -> None:
        asked: dict[int, tuple[Matter, list[Question]]] = {}
        for m in matters:
            if not m.needs.measures and not m.needs.counts:
                continue
            mine = asked.setdefault(id(m.law), (m, []))[1]
            with contextlib.suppress(
                WorktimeError
            ):  # its window cannot be told: it is refused when its turn comes, the others are not
                mine += [q for q in counting.questions(m.day, m.act, m.subject, m.calendar) if not self._knows(m.law, q)]
        if any(questions for _, questions in asked.values()):
            self.write_out()  # an act that follows from another counts what that one has done
        for law, (m, questions) in asked.items():
            found = answers(list(dict.fromkeys(questions)), m.law, m.calendar)
            for q, answer in found.items():
                self.known.setdefault(_series(law, q), {})[q] = answer

    def _knows(self, law: Law, q: Question) -> bool:
        return q in self.known.get(_series(id(law), q), ())

    def _measures(self, m: Matter) -> dict[str, Any]:
        questions = list(counting.questions(m.day, m.act, m.subject, m.calendar))
        if not all(self._knows(m.law, q) for q in questions):
            self._count([m])
        noun = m.subject.ref.noun
        needs = m.needs
        named = [f"{noun}.limit:{a}:{per}:{over}" for a, per, over in needs.counts] + list(needs.measures)
        return {name: self.known[_series(id(m.law), q)][q] for name, q in zip(named, questions, strict=True)}

    def _name(self, matters: Sequence[Matter]) -> None:
        wanted: dict[str, list[Matter]] = {}
        for m in matters:
            for name in m.needs.named:
                wanted.setdefault(name, []).append(m)
        for name, mine in wanted.items():
            found = adapters.named_facts(name, mine) if adapters.knows(name) else outside.known(name, mine)
            self.named.update({(name, id(m.act)): value for m, value in zip(mine, found, strict=True)})


def _series(law: int, q: Question) -> Series:
    return law, q.limit, q.name, q.noun, q.per


def _of_rows(m: Matter) -> Iterable[tuple[str, int]]:
    """Yield what rows of a subject, with those the act brings, point to, where the law reads something of it."""
    wanted = [w for w in m.needs.links if "." in w]
    if not wanted:
        return ()
    return (found for found in rows_pointing(m.subject.noun, {**m.subject.fields, **m.act.fields}) if found[0] in wanted)


def _targets(m: Matter) -> Iterable[tuple[str, int]]:
    """Yield what the fields of a subject, with those the act brings, point to."""
    fields, brought = m.subject.fields, m.act.fields
    for name, shape in m.subject.noun.fields.items():
        if shape.type.name in ("customer", "record", "case") and not shape.type.many:
            target = brought[name] if name in brought else fields.get(name)
            if isinstance(target, int) and target:
                yield shape.type.name, target
