"""The law: an enactment compiled. `Law.on(day)` is the law of a day, indexed by noun and act so that deciding scans nothing."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shouwen.policy.checks import check
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiled, Compiler
from shouwen.policy.conditions import Condition
from shouwen.policy.env import Env
from shouwen.policy.errors import PackError
from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.kinds.choices import Choice
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.kinds.keeps import Notifies
from shouwen.policy.kinds.opens import Deadline, Schedules
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Script
from shouwen.policy.measures import Measure
from shouwen.policy.nouns import ActShape, Book, Field, Form, Noun, Post, Regulation
from shouwen.policy.packs import Sources
from shouwen.policy.paths import Path
from shouwen.policy.values import BadValue
from shouwen.worktime import Calendar

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
    computed: tuple[Field, ...] = ()
    covered: frozenset[str] = frozenset()
    reads: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """What an act wants gathered: links whose fields are read, measures, named facts, populations."""

    links: frozenset[str]
    measures: frozenset[str]
    counts: frozenset[tuple[str, str, str]]  # (act, per, over) of limits: how often before
    named: frozenset[str]
    populations: frozenset[str]


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
        self.upon_entry: dict[str, list[Rule]] = {}
        self.by_noun: dict[str, list[Rule]] = {}
        self.schedules: list[Rule] = []
        self._plans: dict[tuple[str, str], Plan] = {}
        self._needs: dict[tuple[str, str], Needs] = {}
        for clause in self.clauses.values():
            for rule in clause.rules.values():
                self._index(rule)

    def _index(self, rule: Rule) -> None:
        if isinstance(rule.kind, Schedules):
            self.schedules.append(rule)
        elif rule.upon is not None and rule.upon.kind == "breach":
            self.upon_breach.setdefault(rule.upon.name, []).append(rule)
        elif rule.upon is not None and rule.upon.kind == "entry":
            self.upon_entry.setdefault(rule.upon.name, []).append(rule)
        elif rule.noun is not None:
            self.by_noun.setdefault(rule.noun.id, []).append(rule)

    def is_overridden(self, rule: Rule, env: Env) -> bool:
        """Whether an exception to a rule holds, so that the rule itself does not speak."""
        others = self.overridden.get(rule.clause.name)
        return others is not None and any(o.noun is rule.noun and o.when.holds(env) for o in others)

    def plan(self, noun: str, act: str) -> Plan:
        """Return what the law says of an act (made once, then kept)."""
        plan = self._plans.get((noun, act))
        if plan is None:
            plan = self._plans[noun, act] = self._make(noun, act)
        return plan

    def _make(self, noun_id: str, act: str) -> Plan:
        noun = self.law.nouns.get(noun_id)
        rules = self.by_noun.get(noun_id, [])
        plan = Plan(noun.acts.get(act) if noun else None)
        for rule in rules:
            self._place(rule, act, plan)
        plan.choices = in_order(plan.choices)
        plan.acting.sort(key=lambda r: ORDER[r.kind.primitive])
        plan.computed = tuple(f for f in noun.fields.values() if f.computed) if noun else ()
        plan.covered = frozenset(c for r in plan.covering for c in r.kind.covers)  # type: ignore[attr-defined]
        paths: dict[str, Path] = {}
        for rule in [*plan.gates, *plan.choices, *plan.acting, *plan.deadlines]:
            for path in paths_of(rule):
                paths[path.text] = path
        plan.reads = tuple(paths.values())
        return plan

    @staticmethod
    def _place(rule: Rule, act: str, plan: Plan) -> None:
        kind, upon = rule.kind, rule.upon
        if isinstance(kind, Requires) and kind.covers:
            plan.covering.append(rule)
        if act in kind.gates():
            plan.gates.append(rule)
        elif isinstance(kind, Choice):
            if upon is None or (upon.kind == "act" and upon.name == act):
                plan.choices.append(rule)
        elif isinstance(kind, Deadline):
            plan.deadlines.append(rule)
        elif isinstance(kind, Script):
            if act in kind.acts:
                plan.scripts.append(rule)
        elif (upon is not None and upon.kind == "moment") or (isinstance(kind, Notifies) and kind.ahead_of):
            plan.alarms.append(rule)
        elif upon is not None and upon.kind == "act" and upon.name == act:
            plan.acting.append(rule)

    def needs(self, noun: str, act: str) -> Needs:
        """Return what facts an act wants: a closed list."""
        needs = self._needs.get((noun, act))
        if needs is None:
            needs = self._needs[noun, act] = self._needed(noun, act)
        return needs

    def _needed(self, noun: str, act: str) -> Needs:
        plan = self.plan(noun, act)
        rules = [*plan.gates, *plan.choices, *plan.acting, *plan.deadlines, *plan.alarms]
        names = {n for r in rules for n in (r.clause.name,)}
        follow = [r for name in names for r in self.upon_breach.get(name, [])]
        paths = {p.text: p for r in [*rules, *follow] for p in paths_of(r)}
        shape = self.law.nouns.get(noun)
        links = {p.link for p in paths.values() if p.link}
        if shape is not None:
            links |= {f.id for f in shape.fields.values() if f.type.name == "case"}
        counts = {(r.kind.acts[0], r.kind.per, r.kind.over) for r in rules if isinstance(r.kind, Limits) and r.kind.counted}
        return Needs(
            frozenset(links), frozenset(p.measure for p in paths.values() if p.measure), frozenset(counts),
            frozenset({p.fact for p in paths.values() if p.fact} | {n.lstrip("-") for r in rules for n in getattr(r.kind, "prefer", ())}),
            frozenset(p for r in [*rules, *follow] if (p := getattr(r.kind, "population", ""))),
        )  # fmt: skip


def paths_of(rule: Rule) -> list[Path]:
    """Return every name a rule reads: in its condition, its table and its parameters."""
    found = [p for t in rule.when.tests for p in (t.path, t.other) if p is not None]
    if rule.table is not None:
        found.extend(rule.table.columns)
    for value in vars(rule.kind).values():
        found.extend(_paths_in(value))
    return found


def _paths_in(value: Any) -> list[Path]:
    if isinstance(value, Path):
        return [value]
    if isinstance(value, Condition):
        return [p for t in value.tests for p in (t.path, t.other) if p is not None]
    if isinstance(value, tuple | list):
        return [p for v in value for p in _paths_in(v)]
    if isinstance(value, Mapping):
        return [p for v in value.values() for p in _paths_in(v)]
    path = getattr(value, "path", None)
    return [path] if isinstance(path, Path) else []


def in_order(choices: list[Rule]) -> list[Rule]:
    """Return choices so that one that reads a field comes after those that set it (rings are refused by checks)."""
    left, placed = list(choices), []
    while left:
        sets = {_target(r) for r in left}
        ready = [r for r in left if not ({p.text for p in paths_of(r)} & (sets - {_target(r)}))] or [left[0]]
        placed.append(ready[0])
        left.remove(ready[0])
    return placed


def _target(rule: Rule) -> str:
    kind = rule.kind
    assert isinstance(kind, Choice)
    return f"{kind.link}.{kind.field}" if kind.link else kind.field


class Law:
    """颁布 compiled: nouns, clause versions, measures and calendars. Immutable once made."""

    def __init__(self, compiled: Compiled, company: Company, digest: str) -> None:
        d = compiled.declared
        self.company, self.digest = company, digest
        self.nouns: Mapping[str, Noun] = d.nouns
        self.posts: Mapping[str, Post] = d.posts
        self.books: Mapping[str, Book] = d.books
        self.forms: Mapping[str, Form] = d.forms
        self.facts, self.customer_fields = d.facts, d.customer_fields
        self.groups, self.seasons = d.groups, d.seasons
        self.calendars: Mapping[str, Calendar] = d.calendars
        self.regulations: Mapping[str, Regulation] = d.regulations
        self.measures: Mapping[str, Measure] = compiled.measures
        self.versions: Mapping[str, list[Clause]] = compiled.clauses
        self.pack_titles, self.waiting = d.pack_titles, tuple(d.waiting)
        self.days = sorted({c.since for vs in compiled.clauses.values() for c in vs if c.since is not None})
        self._by_epoch: dict[int, LawDay] = {}

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

    def at(self, moment: datetime, unit_calendar: str = "") -> LawDay:
        """Return the law of the moment an act happened, by the company's own date."""
        calendar = self.calendars.get(unit_calendar or self.calendar)
        return self.on(calendar.business_day(moment) if calendar is not None else moment.date())

    def clause(self, name: str, since: date | None) -> Clause | None:
        """Return one version of a clause; the newest not after `since` if that very one is gone."""
        versions = self.versions.get(name, [])
        exact = [c for c in versions if c.since == since]
        return exact[0] if exact else next((c for c in reversed(versions) if not c.repealed), None)

    def read_fields(self, noun: str, act: str, raw: Mapping[str, object], moment: datetime) -> tuple[dict[str, Any], dict[str, BadValue]]:
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


def load(sources: Sources, company: Company | None = None, *, allow_later: bool = False) -> Law:
    """Compile and check packs. Raises PackError with every fault found.

    `allow_later` skips clauses of kinds that are not there yet (drafts); such a law cannot be enacted.
    """
    company = company or Company()
    compiler = Compiler(sources, company, allow_later=allow_later)
    compiled = compiler.compile()
    check(compiled, compiler.faults)
    if compiler.faults.found:
        raise PackError(compiler.faults.found)
    digest = hashlib.sha256("\x00".join(f"{k}\x00{v}" for k, v in sorted(sources.items())).encode() + company.text.encode()).hexdigest()
    return Law(compiled, company, digest)
