"""What two laws say differently: which clauses differ for a noun, and which acts have to be judged again because of them.

A clause is told by what it was compiled to, not by how its YAML is written: a company's value over an `unset` is a difference, a
comment is none. What cannot change an act is not judged again; that is what makes a rehearsal on a long history quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.kinds.choices import Assigns
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.kinds.keeps import Penalises
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.law import Law, LawDay, Plan, by_calendar
from shouwen.policy.nouns import Field, Noun, Regulation
from shouwen.policy.paths import CONFIRMED, Path
from shouwen.policy.source import Node
from shouwen.worktime import Calendar

TOLD: Final = ("case", "record")  # kinds of subjects whose stories the journal tells
NAMED: Final = (Clause, Regulation, Noun)  # told by their name: what they hold is compared where it counts
ALWAYS_AGAIN: Final = frozenset({"open", "reopen", "resume", "extend", "merge"})  # acts that may make or move any promise


def fingerprint(value: Any) -> Any:
    """Return what a compiled thing says, as something that can be compared and hashed; where it stands in its file is left out."""
    if isinstance(value, NAMED):
        return getattr(value, "name", "") or value.id
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Node) or callable(value):
        return ""
    if isinstance(value, Mapping):
        return tuple((fingerprint(k), fingerprint(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(fingerprint, value))
    if isinstance(value, set | frozenset):
        return tuple(sorted(map(repr, value)))
    return _of_object(value)


def _of_object(value: Any) -> Any:
    if is_dataclass(value):
        said = (f for f in fields(value) if f.repr and not isinstance(getattr(value, f.name), Field | Calendar))
        return (type(value).__name__, *((f.name, fingerprint(getattr(value, f.name))) for f in said))
    return repr(value)


def says(rule: Rule, law: Law) -> Any:
    """Return what a rule says, with the measures it asks."""
    asked = tuple(sorted(p.measure for p in rule.paths if p.measure))
    parts = (rule.kind, rule.when, rule.upon, rule.table, rule.clause.overrides)
    return (*map(fingerprint, parts), tuple(fingerprint(law.measures.get(m)) for m in asked))


_days: WeakKeyDictionary[Law, Any] = WeakKeyDictionary()  # a book of days is long, and asked for with each act of each noun


def _calendars(law: Law) -> Any:
    found = _days.get(law)
    if found is None:
        found = _days[law] = law.calendar, {name: fingerprint(c.book) for name, c in law.calendars.items()}
    return found


@dataclass(frozen=True, slots=True)
class Changed:
    """A clause that the two laws say differently of one noun; None: the one law does not have it."""

    name: str
    old: Rule | None
    new: Rule | None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What there is of it."""
        return tuple(r for r in (self.old, self.new) if r is not None)

    @property
    def clause(self) -> Clause:
        """The clause, of the new law where it has it."""
        rule = self.new or self.old
        assert rule is not None
        return rule.clause


@dataclass
class Difference:
    """What two days of two laws say differently of one noun. `everything`: each clause is judged again, changed or not."""

    old: LawDay
    new: LawDay
    noun: str
    everything: bool = False
    _by_act: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def told(self) -> bool:
        """Whether the noun is a procedure or a register: of books and people no stories are told."""
        return any(noun.kind in TOLD for day in (self.old, self.new) if (noun := day.law.noun(self.noun)) is not None)

    @cached_property
    def changed(self) -> dict[str, Changed]:
        """The clauses that differ, by name."""
        before, after = _rules(self.old, self.noun), _rules(self.new, self.noun)
        found: dict[str, Changed] = {}
        for name in dict.fromkeys((*before, *after)):
            a, b = before.get(name), after.get(name)
            if self.everything or a is None or b is None or self._differ(a, b):
                found[name] = Changed(name, a, b)
        return found

    def _differ(self, a: Rule, b: Rule) -> bool:
        otherwise: bool = says(a, self.old.law) != says(b, self.new.law)
        return otherwise or (isinstance(a.kind, Deadline) and self.other_days)

    @cached_property
    def other_days(self) -> bool:
        """Whether working time is counted otherwise: then every promise may fall due at another moment."""
        return bool(_calendars(self.old.law) != _calendars(self.new.law))

    @cached_property
    def watched(self) -> dict[str, frozenset[str]]:
        """Of promises and alarms that differ: the fields whose change may make or end one."""
        return {n: _watched(c) for n, c in self.changed.items() if any(_waits(r) for r in c.rules)}

    def touched(self, act: str, brought: Mapping[str, Any]) -> frozenset[str]:
        """Return the clauses that differ and may speak of an act that changes such fields."""
        found = self._by_act.get(act)
        if found is None:
            found = self._by_act[act] = frozenset(n for n, c in self.changed.items() if any(_speaks_of(r, act) for r in c.rules))
        more = {n for n, names in self.watched.items() if n not in found and not names.isdisjoint(brought)} if brought else ()
        return found.union(more) if more else found

    @cached_property
    def acts(self) -> frozenset[str]:
        """The acts the noun has, under the one law or the other."""
        nouns = (day.law.noun(self.noun) for day in (self.old, self.new))
        return frozenset(a for noun in nouns if noun is not None for a in noun.acts)

    @property
    def spoken_of(self) -> frozenset[str]:
        """The acts of which a clause that differs may speak, whatever they bring."""
        return frozenset(a for a in self.acts if any(_speaks_of(r, a) for c in self.changed.values() for r in c.rules))

    def acts_of(self, changed: Changed) -> frozenset[str]:
        """Return the acts of which one clause may speak: all of them, where it waits for what any of them may bring."""
        if any(_waits(r) for r in changed.rules):
            return self.acts
        return frozenset(a for a in self.acts if any(_speaks_of(r, a) for r in changed.rules))

    @property
    def waited_for(self) -> frozenset[str]:
        """The clauses upon whose breach a clause that differs acts."""
        upons = (r.upon for c in self.changed.values() for r in c.rules if r.upon is not None)
        return frozenset(u.name for u in upons if u.kind == "breach")

    def upon_breach(self, clause: str) -> frozenset[str]:
        """Return the clauses that differ and act when a promise of some clause is missed."""
        return frozenset(n for n, c in self.changed.items() if any(_follows(r, clause) for r in c.rules))


@dataclass(frozen=True, slots=True)
class Touched:
    """Of what two laws speak differently: these procedures, these acts, acts that bring these fields, missed promises of some
    clauses; by these clauses. Whatever it does not name, no difference touches.
    """

    nouns: frozenset[str]
    acts: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()


def touched(found: Iterable[Difference]) -> Touched:
    """Return what has to be looked at for what two laws say differently of cases and records: no other stories are told."""
    told = [d for d in found if d.told and d.changed]
    acts = {a for d in told for a in d.spoken_of}
    fields = {f for d in told for names in d.watched.values() for f in names}
    missed = {name for d in told for name in d.waited_for}
    parts = ({d.noun for d in told}, acts, fields, {c for d in told for c in d.changed}, missed)
    return Touched(*map(frozenset, parts))


def _rules(day: LawDay, noun: str) -> dict[str, Rule]:
    """Return the rules that judge acts on a noun; those that come round by the calendar are compared elsewhere."""
    found = {r.clause.name: r for r in day.by_noun.get(noun, ())}
    for rules in day.upon_breach.values():
        found.update((r.clause.name, r) for r in rules if r.noun is None or r.noun.id == noun)
    return {name: r for name, r in found.items() if not by_calendar(r)}


def _waits(rule: Rule) -> bool:
    kind = rule.kind
    return isinstance(kind, Deadline) or (isinstance(kind, Notifies) and bool(kind.ahead_of)) or _of_moment(rule)


def _of_moment(rule: Rule) -> bool:
    return rule.upon is not None and rule.upon.kind == "moment"


def _follows(rule: Rule, clause: str) -> bool:
    return rule.upon is not None and rule.upon.kind == "breach" and rule.upon.name == clause


def _speaks_of(rule: Rule, act: str) -> bool:
    """Whether a rule may say something of an act, whatever the act brings."""
    if _waits(rule):
        start = rule.kind.start if isinstance(rule.kind, Deadline) else ()
        return act in ALWAYS_AGAIN or act in start
    plan = Plan(None)
    LawDay.place(rule, act, plan)
    return bool(plan.gates or plan.choices or plan.acting or plan.covering)


def _watched(changed: Changed) -> frozenset[str]:
    names = {p.text.partition(".")[0] for r in changed.rules for p in r.paths}
    for rule in changed.rules:
        kind = rule.kind
        names.update(kind.start if isinstance(kind, Deadline) else ())
        names.update({kind.ahead_of} if isinstance(kind, Notifies) else ())
        names.update({rule.upon.name} if rule.upon is not None and _of_moment(rule) else ())
    return frozenset(names - {""})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one recorded act: the names of what was read then, the fields nobody can tell, the noun of then."""

    reads: frozenset[str]
    lost: frozenset[str]
    noun: Noun


def unknown(changed: Changed, known: Known, diff: Difference) -> tuple[str, ...]:
    """Return the names of facts a clause reads, under the one law or the other, that were never recorded."""
    return tuple(dict.fromkeys(zh for r in changed.rules for zh in _unknown(r, known, diff)))


def _unknown(rule: Rule, known: Known, diff: Difference) -> Iterator[str]:
    for p in (*rule.paths, *getattr(rule.kind, "fields", ())):
        if isinstance(p, Path) and _not_recorded(p, known, diff):
            yield p.zh
    kind = rule.kind
    if isinstance(kind, Limits) and (kind.per, kind.over) != ("case", "") and kind.counted:
        yield "次数"
    if isinstance(kind, Penalises) and kind.voids:
        yield "账上余额"
    if isinstance(kind, Assigns) and (kind.queue is not None or kind.prefer):
        yield "候选人当时的情况"
    if getattr(kind, "population", ""):
        yield "当时有哪些对象"
    if isinstance(kind, Deadline) and any(u.startswith(CONFIRMED) for u in kind.until):
        yield "当时谁已确认告知"


def _not_recorded(p: Path, known: Known, diff: Difference) -> bool:
    if p.measure and fingerprint(diff.old.law.measures.get(p.measure)) != fingerprint(diff.new.law.measures.get(p.measure)):
        return True
    if p.through or p.text.startswith(CONFIRMED):
        return True  # what the records of each row said then, and who had confirmed by then, is not kept with the act
    if p.measure or p.fact or p.link or p.through:
        return p.text not in known.reads
    head, _, tail = p.text.partition(".")
    own = tail.partition(".")[0] if head in ("changes", "since") else head
    shape = diff.new.law.compiled.declared.nouns.get(known.noun.id)
    new_field = shape is not None and own in shape.fields and own not in known.noun.fields
    return own in known.lost or new_field
