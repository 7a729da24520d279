"""The law: an enactment compiled. `Law.on(day)` is the law of a day, indexed by noun and act so that deciding scans nothing."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from shouwen.policy.checks import check
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiled, Compiler
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.kinds.bringing import Put
from shouwen.policy.kinds.choices import Assigns, Choice, Queue
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Excludes, Limits, Permits
from shouwen.policy.kinds.keeps import Penalises
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist, Script
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.measures import Measure
from shouwen.policy.nouns import PEOPLE_AND_PLACES, ActShape, Book, Field, Form, Noun, Population, Post, Regulation
from shouwen.policy.packs import Sources
from shouwen.policy.paths import Path
from shouwen.policy.shape import Check, brings, checks
from shouwen.policy.values import BadValue
from shouwen.worktime import Calendar
from shouwen.worktime.daybook import Season

ORDER = {"do": 0, "open": 1, "tell": 2, "keep": 3}


@dataclass(slots=True)
class Plan:
    """What the law of a day says of one act of one noun, in the order it is decided."""

    shape: ActShape | None
    gates: list[Rule] = field(default_factory=list)
    choices: list[Rule] = field(default_factory=list)
    acting: list[Rule] = field(default_factory=list)  # do, open, tell, keep upon the act
    deadlines: list[Rule] = field(default_factory=list)
    alarms: list[Rule] = field(default_factory=list)  # clauses that act at the moment of a date field, or ahead of one
    covering: list[Rule] = field(default_factory=list)  # requires with covers: evidence for them may come with any act
    scripts: list[Rule] = field(default_factory=list)
    puts: tuple[Put, ...] = ()  # what the act sets of itself
    computed: tuple[Field, ...] = ()
    covered: frozenset[str] = frozenset()
    own_reads: tuple[str, ...] = ()  # what a ruling keeps of the subject's fields: no personal data
    reads: tuple[Path, ...] = ()  # what it keeps of other facts
    guards: tuple[Guard, ...] = ()  # the gates, with what decides how each is heard
    fits: tuple[Check, ...] = ()  # what may be wrong with such an act, whatever the clauses say
    known: frozenset[str] = frozenset()  # fields of the subject and of the act itself
    carries: frozenset[str] = frozenset()  # fields of the subject, that are not hidden by a field of the act itself
    brings: frozenset[str] = frozenset()  # own fields the act may bring with any value
    fills: frozenset[str] = frozenset()  # own fields it may bring as long as nobody has filled them in
    edges: frozenset[str] = frozenset()  # clauses whose due moments its gates ask about
    barring: tuple[Rule, ...] = ()  # the gates that say who may not do it
    counted: tuple[str, ...] = ()  # the measures its gates rest on


@dataclass(frozen=True, slots=True)
class Guard:
    """A gate as it stands before one act, with what is asked of it in every decision."""

    rule: Rule
    kind: Gate
    conditional: bool  # it has a condition, which does not filter rows
    allows: bool = field(init=False)  # one of several that allow: it is enough that one does
    attests: bool = field(init=False)  # what it was shown is kept

    def __post_init__(self) -> None:
        kind = self.kind
        object.__setattr__(self, "allows", isinstance(kind, Permits) and kind.mode == "refuse")
        object.__setattr__(self, "attests", isinstance(kind, Checklist) or (isinstance(kind, Requires) and bool(kind.proofs)))


def guard(rule: Rule) -> Guard:
    """Return a gate as it stands before an act."""
    kind = rule.kind
    assert isinstance(kind, Gate)
    by_row = isinstance(kind, Requires) and bool(kind.for_each)
    return Guard(rule, kind, bool(rule.when.groups) and not by_row)


@dataclass(frozen=True, slots=True)
class Needs:
    """What an act wants gathered: links whose fields are read, measures, named facts, populations."""

    links: frozenset[str]
    measures: frozenset[str]
    counts: frozenset[tuple[str, str, str]]  # (act, per, over) of limits: how often before
    named: frozenset[str]
    populations: frozenset[str]
    voided: frozenset[str] = frozenset()  # Penalises.taken_back: book|window|field of the case
    queues: frozenset[Queue] = frozenset()


def by_calendar(rule: Rule) -> bool:
    """Whether a rule comes round by the calendar: a schedule, a report, or a clause upon the end of a period."""
    return isinstance(rule.kind, Schedules | Reports) or (rule.upon is not None and rule.upon.kind == "calendar")


class LawDay:
    """The law as it stands on one day."""

    def __init__(self, law: Law, day: date) -> None:
        self.law, self.day = law, day
        self.clauses: dict[str, Clause] = {}
        for name, versions in law.versions.items():
            standing = [c for c in versions if c.since is None or c.since <= day]
            if standing and not standing[-1].repealed:
                self.clauses[name] = standing[-1]
        self.overridden: dict[str, list[Rule]] = {}
        for clause in self.clauses.values():
            if clause.overrides:
                self.overridden.setdefault(clause.overrides, []).extend(clause.rules.values())
        self.upon_breach: dict[str, list[Rule]] = {}
        self.by_noun: dict[str, list[Rule]] = {}
        self.rounds: dict[str, list[Rule]] = {}  # by the noun of the members they come round to
        self.plans: dict[tuple[str, str], Plan] = {}
        self.known_needs: dict[tuple[str, str], Needs] = {}
        for clause in self.clauses.values():
            for rule in clause.rules.values():
                self._index(rule)

    def _index(self, rule: Rule) -> None:
        if isinstance(rule.kind, Schedules | Obliges) and rule.kind.member is not None:
            self.rounds.setdefault(rule.kind.member.id, []).append(rule)
        if by_calendar(rule):
            if rule.noun is not None and rule not in self.rounds.get(rule.noun.id, ()):
                self.rounds.setdefault(rule.noun.id, []).append(rule)
            return
        if rule.upon is not None and rule.upon.kind == "breach":
            self.upon_breach.setdefault(rule.upon.name, []).append(rule)
        elif rule.noun is not None:
            self.by_noun.setdefault(rule.noun.id, []).append(rule)

    def is_overridden(self, rule: Rule, env: Env) -> bool:
        """Whether an exception to a rule holds, so that the rule itself does not speak."""
        others = self.overridden.get(rule.clause.name)
        return others is not None and any(o.noun is rule.noun and o.when.holds(env) for o in others)

    def plan(self, noun: str, act: str) -> Plan:
        """Return what the law says of an act (made once, then kept)."""
        plan = self.plans.get((noun, act))
        if plan is None:
            plan = self.plans[noun, act] = self._make(noun, act)
        return plan

    def _make(self, noun_id: str, act: str) -> Plan:
        noun = self.law.nouns.get(noun_id)
        rules = self.by_noun.get(noun_id, [])
        plan = Plan(noun.acts.get(act) if noun else None, puts=self.law.compiled.puts.get((noun_id, act), ()))
        for rule in rules:
            self.place(rule, act, plan)
        plan.choices = in_order(plan.choices)
        plan.acting.sort(key=lambda r: ORDER[r.kind.primitive])
        plan.computed = tuple(f for f in noun.fields.values() if f.computed) if noun else ()
        plan.covered = frozenset(c for r in plan.covering for c in r.kind.covers)  # type: ignore[attr-defined]  # kinds that cover have it
        paths: dict[str, Path] = {}
        for rule in [*plan.gates, *plan.choices, *plan.acting, *plan.deadlines]:
            for path in rule.paths:
                paths[path.text] = path
        kept = [p for p in paths.values() if p.field is None or not p.field.covered]
        own = {p.text for p in kept if noun is not None and p.field is not None and noun.fields.get(p.text) is p.field}
        plan.own_reads, plan.reads = tuple(sorted(own)), tuple(p for p in kept if p.text not in own)
        plan.barring = tuple(
            r for r in plan.gates if isinstance(r.kind, Excludes) and r.kind.mode == "refuse" and r.kind.who is not None
        )
        plan.edges = frozenset(r.kind.edge[1] for r in plan.gates if isinstance(r.kind, Requires) and "#" in r.kind.edge[1])
        plan.guards = tuple(map(guard, plan.gates))
        plan.brings, plan.fills = brings(plan, noun)
        if noun is not None and plan.shape is not None:
            plan.fits, plan.known = checks(plan, plan.shape, noun), frozenset([*noun.fields, *plan.shape.fields])
            plan.carries = plan.known - frozenset(plan.shape.fields)
        plan.counted = rest_on(plan.gates, plan.choices)
        return plan

    @staticmethod
    def place(rule: Rule, act: str, plan: Plan) -> None:
        """Put a rule where it belongs in the plan of an act, if it does."""
        if isinstance(rule.kind, Requires) and rule.kind.covers:
            plan.covering.append(rule)
        if act in rule.kind.gates():
            plan.gates.append(rule)
        elif (found := _place_of(rule, act, plan)) is not None:
            found.append(rule)

    def needs(self, noun: str, act: str) -> Needs:
        """Return what facts an act wants: a closed list."""
        needs = self.known_needs.get((noun, act))
        if needs is None:
            needs = self.known_needs[noun, act] = self._needed(noun, act)
        return needs

    def needs_of_round(self, noun: str, clause: str) -> Needs:
        """Return what facts one clause wants of a member it comes round to: less than `come_round` of all clauses."""
        key = noun, f"come_round:{clause}"
        needs = self.known_needs.get(key)
        if needs is None:
            standing = self.clauses.get(clause)
            rules = [*(standing.rules.values() if standing is not None else ()), *self.overridden.get(clause, ())]
            paths = {p.text: p for r in rules for p in (r.member_paths or r.paths)}
            needs = self.known_needs[key] = self._wanted(noun, rules, (), paths)
        return needs

    def _needed(self, noun: str, act: str) -> Needs:
        plan = self.plan(noun, act)
        rules = [*plan.gates, *plan.choices, *plan.acting, *plan.deadlines, *plan.alarms]
        follow = [r for found in self.upon_breach.values() for r in found if r.noun is not None and r.noun.id == noun]
        paths = {p.text: p for r in [*rules, *follow] for p in r.paths}
        paths |= {put.value.path.text: put.value.path for put in plan.puts if put.value.path is not None}
        if act == "come_round":
            paths |= {p.text: p for r in self.rounds.get(noun, ()) for p in (r.member_paths or r.paths)}
        return self._wanted(noun, rules, follow, paths)

    def _wanted(self, noun: str, rules: Sequence[Rule], follow: Sequence[Rule], paths: Mapping[str, Path]) -> Needs:
        """Return what some rules of a noun, those that follow a breach of it, and the names both read come to."""
        shape = self.law.nouns.get(noun)
        links = {p.link or p.through for p in paths.values() if p.link or p.through}
        if shape is not None:
            links |= {f.id for f in shape.fields.values() if f.type.name == "case"}
        counts = {(r.kind.acts[0], r.kind.per, r.kind.over) for r in rules if isinstance(r.kind, Limits) and r.kind.counted}
        return Needs(
            frozenset(links),
            frozenset(p.measure for p in paths.values() if p.measure),
            frozenset(counts),
            frozenset(
                {p.fact for p in paths.values() if p.fact} | {n.lstrip("-") for r in rules for n in getattr(r.kind, "prefer", ())}
            ),
            frozenset(p for r in [*rules, *follow] if (p := getattr(r.kind, "population", "")) and not by_calendar(r)),
            frozenset(r.kind.taken_back for r in [*rules, *follow] if isinstance(r.kind, Penalises) and r.kind.voids),
            frozenset(r.kind.queue for r in rules if isinstance(r.kind, Assigns) and r.kind.queue is not None),
        )


def _place_of(rule: Rule, act: str, plan: Plan) -> list[Rule] | None:
    """Return where in the plan of an act a rule belongs that is no gate of it; None: nowhere."""
    kind, upon = rule.kind, rule.upon
    here = upon is not None and upon.kind == "act" and upon.name == act
    if isinstance(kind, Choice):
        return plan.choices if upon is None or here else None
    if isinstance(kind, Deadline):
        return plan.deadlines
    if isinstance(kind, Script):
        return plan.scripts if act in kind.acts else None
    if (upon is not None and upon.kind == "moment") or (isinstance(kind, Notifies) and kind.ahead_of):
        return plan.alarms
    return plan.acting if here else None


def in_order(choices: list[Rule]) -> list[Rule]:
    """Return choices so that one that reads a field comes after those that set it (rings are refused by checks)."""
    left, placed = list(choices), []
    while left:
        sets = {_target(r) for r in left}
        ready = [r for r in left if not ({p.text for p in r.paths} & (sets - {_target(r)}))] or [left[0]]
        placed.append(ready[0])
        left.remove(ready[0])
    return placed


def rest_on(gates: Sequence[Rule], choices: Sequence[Rule]) -> tuple[str, ...]:
    """Return the measures gates rest on: those they read, and those a choice reads that fills a field they read."""
    read, left = list(gates), list(choices)
    while True:
        names = {p.text for r in read for p in r.paths}
        filling = [r for r in left if _target(r) in names]
        if not filling:
            return tuple(dict.fromkeys(p.measure for r in read for p in r.paths if p.measure))
        read += filling
        left = [r for r in left if _target(r) not in names]


def _target(rule: Rule) -> str:
    kind = rule.kind
    assert isinstance(kind, Choice)
    return f"{kind.link}.{kind.field}" if kind.link else kind.field


class Law:
    """颁布 compiled: nouns, clause versions, measures and calendars. Immutable once made."""

    def __init__(self, compiled: Compiled, company: Company, digest: str) -> None:
        d = compiled.declared
        self.compiled, self.company, self.digest = compiled, company, digest
        self.nouns: Mapping[str, Noun] = d.nouns
        self.posts: Mapping[str, Post] = d.posts
        self.books: Mapping[str, Book] = d.books
        self.forms: Mapping[str, Form] = d.forms
        self.facts, self.customer_fields = d.facts, d.customer_fields
        self.populations: Mapping[str, Population] = compiled.populations
        self.seasons: Mapping[str, Season] = compiled.seasons
        self.calendars: Mapping[str, Calendar] = d.calendars
        self.regulations: Mapping[str, Regulation] = d.regulations
        self.measures: Mapping[str, Measure] = compiled.measures
        self.versions: Mapping[str, list[Clause]] = compiled.clauses
        self.pack_titles = d.pack_titles
        self.pack_bases = d.pack_bases
        self.days = sorted({c.since for vs in compiled.clauses.values() for c in vs if c.since is not None})
        self._by_epoch: dict[int, LawDay] = {}

    @cached_property
    def scheduled(self) -> tuple[Clause, ...]:
        """The clause versions that come round by the calendar."""
        return tuple(c for vs in self.versions.values() for c in vs if c.rules and by_calendar(c.rule))

    def noun(self, name: str) -> Noun | None:
        """Return a noun of the packs, or what stands for staff and units; None if there is no such."""
        return self.nouns.get(name) or PEOPLE_AND_PLACES.get(name)

    @property
    def calendar(self) -> str:
        """The name of the calendar that holds where nothing names another."""
        return self.company.calendar or next(iter(self.calendars), "")

    @property
    def undecided(self) -> tuple[tuple[str, str], ...]:
        """Parameters the source leaves open and the company has not set: (clause, parameter). Such a law is not enacted."""
        return tuple((c.name, p) for vs in self.versions.values() for c in vs[-1:] for p in c.undecided)

    def on(self, day: date) -> LawDay:
        """Return the law of a day."""
        epoch = bisect_right(self.days, day)
        found = self._by_epoch.get(epoch)
        if found is None:
            found = self._by_epoch[epoch] = LawDay(self, day)
        return found

    def as_of(self, day: date) -> Law:
        """Return the law of one day as if it had always held: what scenarios are asked again under."""
        standing = self.on(day).clauses
        return Law(
            replace(self.compiled, clauses={n: [replace(c, since=None)] for n, c in standing.items()}), self.company, self.digest
        )

    def at(self, moment: datetime, unit_calendar: str = "") -> LawDay:
        """Return the law of the moment an act happened, by the company's own date."""
        calendar = self.calendars.get(unit_calendar or self.calendar)
        return self.on(calendar.business_day(moment) if calendar is not None else moment.date())

    def clause(self, name: str, since: date | None) -> Clause | None:
        """Return one version of a clause; the newest not after `since` if that very one is gone."""
        versions = self.versions.get(name, [])
        exact = [c for c in versions if c.since == since]
        return exact[0] if exact else next((c for c in reversed(versions) if not c.repealed), None)

    def clause_of(self, name: str, since: date | None) -> Clause:
        """Return the version of a clause that was named. Raises KeyError."""
        found = self.clause(name, since)
        if found is None:
            raise KeyError(name)
        return found

    def read_fields(
        self, noun: str, act: str, raw: Mapping[str, object], moment: datetime
    ) -> tuple[dict[str, Any], dict[str, BadValue]]:
        """Return the typed values an act brings, and what is wrong with each that does not fit (unknown fields included)."""
        shape = self.nouns[noun].acts.get(act)
        fields = {**self.nouns[noun].fields, **(shape.fields if shape else {})}
        values: dict[str, Any] = {}
        wrong: dict[str, BadValue] = {}
        for key, value in raw.items():
            field_shape = fields.get(key)
            if field_shape is None:
                wrong[key] = BadValue("没有这个字段", "there is no such field")
            elif field_shape.computed:
                wrong[key] = BadValue("由其他字段算出,不能填写", "is computed from other fields")
            else:
                try:
                    values[key] = field_shape.type.read(value, moment.tzinfo)
                except BadValue as e:
                    wrong[key] = e
        return values, wrong


def load(sources: Sources, company: Company | None = None, *, enacted: bool = False) -> Law:
    """Compile and check packs. Raises PackError with every fault found; what was `enacted` by older checks is not judged by newer."""
    company = company or Company()
    digest = hashlib.sha256(
        "\x00".join(f"{k}\x00{v}" for k, v in sorted(sources.items())).encode() + company.text.encode()
    ).hexdigest()
    compiler = Compiler(sources, company)
    return Law(compiler.compile(), company, digest) if enacted else law_of(compiler, digest)


def law_of(compiler: Compiler, digest: str = "", standing: Mapping[str, list[Clause]] | None = None) -> Law:
    """Compile and check what a compiler holds; `standing` are clauses compiled before. Raises PackError with every fault found."""
    compiled = compiler.compile(standing)
    check(compiled, compiler.faults)
    compiler.faults.stop_if_any(enacting=True)
    return Law(compiled, compiler.company, digest)
