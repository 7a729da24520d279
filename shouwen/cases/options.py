"""What may be done with a case now, and by whom: every act asked of the law as if it were done, nothing written.

An act is open when nothing refuses it but what the page can still ask for: fields, evidence, ticks, and the reason of somebody who
may pass a gate. A disabled one says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from shouwen.cases import able
from shouwen.cases.book import Book
from shouwen.cases.facts import Gatherer, Matter, matter_of
from shouwen.cases.living import newborn
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.decide import decide
from shouwen.policy.env import Env
from shouwen.policy.kinds.choices import Classifies
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Approval
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist, Script
from shouwen.policy.nouns import ActShape, Field
from shouwen.policy.ruling import Refusal, Ruling

HIDDEN: Final = frozenset({"wrong_step", "open_already", "no_act"})  # refused by shape: not for now, whoever asks


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence an act wants: its kind (or an evidence field), from whom, by which clause."""

    clause: str
    kind: str
    zh: str
    party: str = ""
    people: tuple[int, ...] = ()
    field: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """One item somebody confirms: `id` goes into the act's ticks."""

    id: str
    zh: str
    clause: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a script says at an act."""

    clause: str
    items: tuple[str, ...]
    items_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One act of a case: whether it is open to somebody now, why not, and what its page asks."""

    act: str
    zh: str
    en: str
    open: bool
    waits: bool = False  # it will wait for approval
    refusals: tuple[Refusal, ...] = ()  # that nothing on its page can mend
    warnings: tuple[Refusal, ...] = ()
    fields: tuple[Field, ...] = ()  # to be asked, in the order of the shape
    needed: frozenset[str] = frozenset()  # of these, what a gate wants filled and no clause chooses
    by_law: frozenset[str] = frozenset()  # that clauses choose where nobody says otherwise
    proofs: tuple[Proof, ...] = ()
    ticks: tuple[Tick, ...] = ()
    scripts: tuple[Words, ...] = ()
    proposals: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    built_in: bool = False
    able: Mapping[str, frozenset[int]] = field(default_factory=dict)  # fields of staff that give work, and to whom
    passing: tuple[Refusal, ...] = ()  # gates that stand shut, which this person may pass with a reason

    def why(self, lang: str = "zh") -> str:
        """Return why it is not open, in the reader's language."""
        return "\n".join(r.text(lang) for r in self.refusals)


def options(case: Ref, staff: int, *, now: datetime, book: Book | None = None) -> list[Option]:
    """Return every act of a case's procedure that its step knows, in the order of the pack, for one person at a moment.

    A page that shows what is owed on the case as well reads it once, in a `book` of its own without locks.
    """
    book = book or Book()
    book.take([case])
    subject = book.subjects.get(case.id)
    law = book.laws.judging(now, case.noun, subject.enactment) if subject is not None else None
    if subject is None or law is None:
        return []
    org = book.org(now)
    acts = [Act(name, case, staff, now) for name in subject.noun.acts if name != "open"]
    return _asked(book, [matter_of(a, subject, law, org) for a in acts], now, ranked=False)


def option(case: Ref, name: str, staff: int, *, now: datetime, fields: Mapping[str, Any] | None = None) -> Option | None:
    """Return one act as its page asks it, with what somebody has filled in so far; None when the procedure has no such act."""
    book = Book()
    book.take([case])
    subject = book.subjects.get(case.id)
    law = book.laws.judging(now, case.noun, subject.enactment) if subject is not None else None
    if subject is None or law is None or name not in subject.noun.acts:
        return None
    found = _asked(
        book, [matter_of(Act(name, case, staff, now, dict(fields or {})), subject, law, book.org(now))], now, every=True
    )
    return found[0] if found else None


def options_of_each(
    wanted: Iterable[tuple[Ref, str]], staff: int, *, now: datetime, proposing: bool = True
) -> dict[int, list[Option]]:
    """Return by the ids of cases one act of each (named "": every act its step knows), for one person.

    Candidates are ranked where every act is named, unless nobody is to be proposed. However many cases there are, they are read
    with as many queries as one.
    """
    pairs = list(wanted)
    book = Book()
    book.take([case for case, _ in pairs])
    matters: list[Matter] = []
    for case, name in pairs:
        subject = book.subjects.get(case.id)
        law = book.laws.judging(now, case.noun, subject.enactment) if subject is not None else None
        if subject is None or law is None:
            continue
        names = [name] if name else [n for n in subject.noun.acts if n != "open"]
        matters += [matter_of(Act(n, case, staff, now), subject, law, book.org(now)) for n in names if n in subject.noun.acts]
    found: dict[int, list[Option]] = {}
    for m, one in zip(
        matters, _asked(book, matters, now, every=True, ranked=proposing and all(n for _, n in pairs)), strict=True
    ):
        if not any(r.code in HIDDEN for r in one.refusals):
            found.setdefault(m.subject.ref.id, []).append(one)
    return found


def opening(
    procedure: str, staff: int, *, now: datetime, fields: Mapping[str, Any] | None = None, start: Opening | None = None
) -> Option | None:
    """Return what opening a case of a procedure, or a record of a register, asks for; None when there is no such."""
    book = Book()
    law = book.laws.at(now)
    noun = law.nouns.get(procedure) if law is not None else None
    if law is None or noun is None or "open" not in noun.acts:
        return None
    person = book.org(now).staff.get(staff)
    act = Act(
        "open",
        Ref(noun.kind, procedure, 0),
        staff,
        now,
        dict(fields or {}),
        opening=start or Opening(unit=person.unit if person else 0),
    )
    found = _asked(book, [matter_of(act, newborn(act, noun, 0, now), law, book.org(now))], now, every=True)
    return found[0] if found else None


class _Unranked(Gatherer):
    """Gathers no facts about candidates: where acts are only listed, nobody is proposed."""

    def _name(self, matters: Sequence[Matter]) -> None:
        """Leave them out."""


def _asked(book: Book, matters: Sequence[Matter], now: datetime, *, every: bool = False, ranked: bool = True) -> list[Option]:
    gatherer = Gatherer(book) if ranked else _Unranked(book)
    gatherer.prepare(matters)
    found = []
    for m in matters:
        facts = gatherer.of(m)
        ruling = decide(m.law, facts, m.act, now)
        if every or not any(r.code in HIDDEN for r in ruling.refusals):
            one = _option(m, ruling, now)
            found.append(replace(one, able=_able(m, one, now)) if every and ranked else one)
    return found


def _option(m: Matter, ruling: Ruling, now: datetime) -> Option:
    noun, act = m.subject.noun, m.act
    shape = noun.acts[act.name]
    env = Env(m.facts, act, now, noun, m.calendar, m.law.calendars, {**m.facts.fields, **act.fields}, evidence=act.evidence)
    proofs, ticks = tuple(_proofs(m, env)), tuple(_ticks(m, env))
    by_law = _chosen_by_law(m)
    askable = {*noun.fields, *shape.fields}
    unmended = [r for r in ruling.refusals if not _mendable(r, askable, proofs, ticks)]
    passing = tuple(r for r in unmended if _passable(r, m, env))
    blocking = tuple(r for r in unmended if r not in passing)
    wanted = frozenset(
        n.partition(".")[0] for r in ruling.refusals for n in (*r.missing, *r.unknown) if n.partition(".")[0] in askable
    )
    return Option(
        act.name,
        shape.zh,
        shape.en,
        not blocking,
        ruling.outcome == "waiting" or _waits(m, env),
        blocking,
        ruling.warnings,
        tuple(_fields(shape, noun.fields, wanted)),
        wanted - by_law,
        by_law,
        proofs,
        ticks,
        tuple(_scripts(m, env)),
        ruling.proposals,
        shape.built_in,
        passing=passing,
    )


def _chosen_by_law(m: Matter) -> frozenset[str]:
    """Return the fields that clauses choose upon the act where nobody says otherwise: nobody must fill them in."""
    choices = (r.kind for r in m.day.plan(m.subject.ref.noun, m.act.name).choices)
    return frozenset(k.field for k in choices if isinstance(k, Classifies) and not k.link)


def _able(m: Matter, one: Option, now: datetime) -> dict[str, frozenset[int]]:
    """Return whom the page of an act offers in its fields of staff that give work: nobody whom the act would be refused for."""
    names = {f.id for f in one.fields if f.type.name == "staff"}
    given = names & able.giving(m.law, m.subject.noun, one.act, now) if names else ()
    everybody = able.able(now, m.org) if given else frozenset()
    barred = able.barred(m.law, m.subject.noun, m.facts.fields, now) if one.act == "hand_over" else frozenset()
    return dict.fromkeys(given, everybody - barred)


def _mendable(r: Refusal, askable: set[str], proofs: Sequence[Proof], ticks: Sequence[Tick]) -> bool:
    """Whether the page of the act can ask for everything a refusal misses."""
    wanted = (*r.missing, *r.unknown)
    given = {p.field or p.kind for p in proofs if p.clause == r.clause} | {t.id for t in ticks}
    return bool(wanted) and all(w.partition(".")[0] in askable or w in given for w in wanted)


def _passable(r: Refusal, m: Matter, env: Env) -> bool:
    """Whether whoever asks may pass the gate that refuses, with a reason."""
    kinds = (rule.kind for rule in m.day.plan(m.subject.ref.noun, m.act.name).gates if rule.clause.name == r.clause)
    return any(isinstance(k, Gate) and k.pass_by is not None and k.pass_by.allows(m.act.by, env) for k in kinds)


def _fields(shape: ActShape, fields: Mapping[str, Field], wanted: frozenset[str]) -> Iterator[Field]:
    """Yield the fields a page asks: those of the act's shape, then what gates want besides."""
    names = dict.fromkeys((*shape.asks, *shape.fields, *(f for f in fields if f in wanted)))
    for name in names:
        found = shape.fields.get(name) or fields.get(name)
        if found is not None and not found.computed:
            yield found


def _proofs(m: Matter, env: Env) -> Iterator[Proof]:
    """Yield the evidence gates before an act still want."""
    for rule in m.day.plan(m.subject.ref.noun, m.act.name).gates:
        kind = rule.kind
        if not isinstance(kind, Requires) or not kind.proofs or rule.when.holds(env) is False or m.day.is_overridden(rule, env):
            continue
        if kind.stands(rule, env):
            continue
        for p in kind.proofs:
            if not p.given(env, env.evidence):
                people = p.who.people(env) if p.who is not None else ()
                yield Proof(rule.clause.name, p.kind, p.zh, p.who.kind if p.who is not None else "", people, p.field)


def _ticks(m: Matter, env: Env) -> Iterator[Tick]:
    for rule in m.day.plan(m.subject.ref.noun, m.act.name).gates:
        if isinstance(rule.kind, Checklist) and rule.when.holds(env) is not False and not m.day.is_overridden(rule, env):
            for item, zh in rule.kind.items.items():
                yield Tick(f"{rule.clause.name}.{item}", zh, rule.clause.name, rule.kind.items_en.get(item, ""))


def _scripts(m: Matter, env: Env) -> Iterator[Words]:
    for rule in m.day.plan(m.subject.ref.noun, m.act.name).scripts:
        if isinstance(rule.kind, Script) and rule.when.holds(env) is not False:
            yield Words(rule.clause.name, rule.kind.items, rule.kind.items_en)


def _waits(m: Matter, env: Env) -> bool:
    """Whether an approval stands before the act, as far as the facts say already."""
    gates = m.day.plan(m.subject.ref.noun, m.act.name).gates
    return any(isinstance(r.kind, Approval) and r.when.holds(env) is True and not m.day.is_overridden(r, env) for r in gates)
