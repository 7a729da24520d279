"""Taking one fact away from a decision that was really made, and seeing what the law then says.

Scenarios are played once; every question put to decide() is kept. From each of them every fact a clause read there is dropped in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from shouwen.policy.act import Act
from shouwen.policy.calculating import Expression
from shouwen.policy.calendars import calendar_for
from shouwen.policy.choosing import choose
from shouwen.policy.computed import compute
from shouwen.policy.conditions import Condition
from shouwen.policy.decide import _puts
from shouwen.policy.env import Env, paper
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.booking import Amount
from shouwen.policy.kinds.bringing import With
from shouwen.policy.kinds.choices import Choice
from shouwen.policy.kinds.gates import Link
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.kinds.requires import Proof
from shouwen.policy.law import Law, LawDay, Plan
from shouwen.policy.packs import Sources
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.promises import ALARM
from shouwen.policy.ruling import Ruling
from shouwen.policy.scenario import Runner, read_scenarios
from shouwen.policy.world import World

ALWAYS_KNOWN = ("times.", "since.", "actor.post", "grant.")


@dataclass(frozen=True)
class Question:
    """One question that was put to decide()."""

    law: Law
    facts: Facts
    act: Act


@dataclass
class Asked:
    """A question as the clauses see it: the day's law, the act's plan, the environment after computing and choosing."""

    law: Law
    day: LawDay
    plan: Plan
    env: Env


@dataclass
class Recorder:
    """Plays every scenario of one pack and keeps the questions."""

    sources: Sources
    law: Law
    pack: str
    questions: list[Question] = field(default_factory=list)

    def play(self) -> list[Question]:
        """Return every question all scenarios put."""
        asked, facts_of = self.questions, World.facts

        def keep(world: World, act: Act) -> Facts:
            facts = facts_of(world, act)
            kept = replace(
                facts,
                fields=dict(facts.fields),
                marks=dict(facts.marks),
                links={k: dict(v) for k, v in facts.links.items()},
                linked={k: replace(f, fields=dict(f.fields)) for k, f in facts.linked.items()},
                measures=dict(facts.measures),
                named=dict(facts.named),
            )
            asked.append(Question(world.law, kept, act))
            return facts

        runner = Runner(self.sources, law=self.law)
        with patch.object(World, "facts", keep):
            for scenario in read_scenarios(self.sources):
                if scenario.regulation.startswith(f"{self.pack}/"):
                    runner.run(scenario)
        return self.questions


def asked(q: Question, facts: Facts | None = None, act: Act | None = None) -> Asked:
    """Return a question as its clauses see it, with other facts or another act if they are given."""
    facts, act = facts or q.facts, act or q.act
    noun = q.law.noun(act.subject.noun)
    assert noun is not None
    calendar = calendar_for(q.law, noun, facts)
    own = noun.acts[act.name].fields if act.name in noun.acts else {}
    brought = {k: v for k, v in act.fields.items() if k in noun.fields and k not in own}
    env = Env(facts, act, act.at, noun, calendar, q.law.calendars, {**facts.fields, **brought}, evidence=act.evidence)
    day = q.law.on(calendar.business_day(act.at))
    plan = day.plan(noun.id, act.name)
    list(_puts(plan, env, brought))
    compute(plan.computed, env)
    list(choose(plan, day, env, Ruling("allowed", act, act.subject)))
    return Asked(q.law, day, plan, env)


def speaking(a: Asked) -> Iterator[Rule]:
    """Yield the rules that speak in a question: those the act is judged, followed or answered by, if their condition holds."""
    act, noun = a.env.act, a.env.noun
    rules = [*a.plan.gates, *a.plan.choices, *a.plan.acting, *a.plan.deadlines]
    if act.name == "deadline_passed":
        running = next((d for d in a.env.facts.deadlines if (d.clause, d.row) == (act.clause, act.row)), None)
        rings = running is not None and ALARM in running.until
        rules = (
            [r for r in a.plan.alarms if r.clause.name == act.clause] if rings else list(a.day.upon_breach.get(act.clause, []))
        )
    elif act.name == "come_round":
        rules = [
            r for r in a.day.rounds.get(noun.id, []) if r.clause.name == act.clause and r.when.holds(a.env) and _belongs(r, a.env)
        ]
    elif act.name in ("approve", "disapprove", "withdraw", "claim", "complete", "deadline_near", "stands"):
        rules = []
    for rule in rules:
        if act.name != "come_round" and (
            (rule.noun is not None and rule.noun.id != noun.id) or getattr(rule.kind, "member", None) is not None
        ):
            continue  # of another noun, or of the members of a population, who are asked for themselves
        if getattr(rule.kind, "for_each", "") or rule.when.holds(a.env):
            yield rule


def _belongs(rule: Rule, env: Env) -> bool:
    return not isinstance(rule.kind, Obliges | Schedules | Reports) or bool(rule.kind.members.holds(env))


def read_by(rule: Rule) -> tuple[Path, ...]:
    """Return the names a rule rests on; what a new case merely starts with is not among them."""
    brought = {w.path.text for w in getattr(rule.kind, "values", {}).values() if isinstance(w, With) and w.path is not None}
    paths = [
        p
        for p in (*rule.paths, *rule.member_paths)
        if p.text not in brought or any(p is t.path or p is t.other for t in rule.when.tests)
    ]
    return tuple(p for p in paths if not p.text.startswith(ALWAYS_KNOWN) and p.text not in ("step", "state", "post"))


def _within(own: Any, facts: Facts, act: Act, head: str, tail: str) -> tuple[Facts, Act]:
    """Leave out what stands inside a field: a paper, whose person it is, a column of its rows."""
    if own.type.name == "slots":
        return _paperless(facts, act, head, tail)
    if own.type.name == "staff":
        return replace(facts, fields=_less(facts.fields, head)), replace(act, fields=_less(act.fields, head))
    rows = {h: tuple(_less(row, tail) for row in v) for h, v in ((head, facts.fields.get(head)), ("", None)) if h and v}
    came = {head: tuple(_less(row, tail) for row in act.fields[head])} if act.fields.get(head) else {}
    return replace(facts, fields={**facts.fields, **rows}), replace(act, fields={**act.fields, **came})


def without(q: Question, path: Path) -> tuple[Facts, Act]:
    """Return the facts and the act of a question without one fact."""
    facts, act = q.facts, q.act
    head, _, tail = path.text.partition(".")
    noun = q.law.noun(act.subject.noun)
    own = noun.fields.get(head) if noun is not None else None
    if path.measure or path.fact:
        return replace(facts, measures=_less(facts.measures, path.text), named=_less(facts.named, path.text)), act
    if tail and noun is not None and head in noun.acts and own is None:
        return facts, replace(act, fields=_less(act.fields, tail))
    if tail and path.link:
        return _unlinked(facts, path.link, tail), act
    if path.through:
        name = path.text.removeprefix(f"{path.through}.")
        return replace(facts, pointed={i: _less(fields, name) for i, fields in facts.pointed.items()}), act
    if tail and own is not None:
        return _within(own, facts, act, head, tail)
    if head in ("responsible", "first_asked") and own is None:
        return (replace(facts, responsible=0) if head == "responsible" else replace(facts, first_asked=0)), act
    names = _bases(own, head) if own is not None else (head,)
    marks = {k: m for k, m in facts.marks.items() if k not in {f"changed:{n}" for n in names} and k != head}
    opened = None if head == "open" else facts.opened_at
    return replace(facts, fields=_less(facts.fields, *names), marks=marks, opened_at=opened), replace(
        act, fields=_less(act.fields, *names)
    )


def _paperless(facts: Facts, act: Act, head: str, tail: str) -> tuple[Facts, Act]:
    """Return facts without one paper, or with papers that lack their state or note."""

    def less(papers: Any) -> Any:
        if tail in ("state", "note"):
            return {slot: _less(paper(kept), tail) for slot, kept in papers.items()}
        return _less(papers, tail)

    kept = {**facts.fields, head: less(facts.fields[head])} if facts.fields.get(head) else facts.fields
    return replace(facts, fields=kept), replace(act, fields={k: less(v) if k == head else v for k, v in act.fields.items()})


def _bases(own: Any, name: str) -> tuple[str, ...]:
    if own.sum_of:
        return (name, own.sum_of.partition(".")[0])
    return (name, *own.between) if own.between[0] else (name,)


def _unlinked(facts: Facts, link: str, name: str) -> Facts:
    links = {k: _less(v, name) if k == link else v for k, v in facts.links.items()}
    linked = dict(facts.linked)
    if link in linked:
        case = linked[link]
        bare = Facts(_less(case.fields, name), case.step, case.opened_at, case.marks, case.unit)
        linked[link] = bare if name in ("responsible", "first_asked", "customer") else replace(case, fields=bare.fields)
        if name in ("step", "state"):
            del linked[link]
    return replace(facts, links=links, linked=linked)


def _less(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k not in names}


def lacking(rule: Rule, env: Env) -> tuple[str, ...]:
    """Return what a rule lacks to speak of a subject: facts of its condition, its table, its persons, its amounts, its due moment."""
    names: list[str] = []
    each = getattr(rule.kind, "for_each", "") if getattr(rule.kind, "member", None) is None else ""
    before = env.row
    for row in [r for _, r in env.rows(each)] if each else (None,):
        env.row = row if row is not None else before
        held = rule.when.holds(env, names)
        if held is not False:
            names.extend(_lacking_parameters(rule, env))
    env.row = before
    return tuple(dict.fromkeys(names))


def _lacking_parameters(rule: Rule, env: Env) -> Iterator[str]:
    kind = rule.kind
    if rule.table is not None:
        found: list[str] = []
        if rule.table.row(env, found) is None:
            yield from found
        row = rule.table.row(env)
        if row is not None and isinstance(row.answer, Who):
            yield from row.answer.lacks(env)
    for value in vars(kind).values():
        yield from _of_value(value, rule, env)
    when = getattr(kind, "when", None)
    if when is not None and when.said and not when.unset:
        yield from when.lacks(rule, env)


def _of_value(value: Any, rule: Rule, env: Env) -> Iterator[str]:
    match value:
        case Who():
            yield from value.lacks(env)
        case Link() | Amount() | Expression():
            yield from _of_value(next((v for k in ("who", "path", "paths") if (v := getattr(value, k, None))), None), rule, env)
        case Proof():
            yield from [value.field] if value.field and env.fields.get(value.field) is None else []
            yield from _of_value(value.who, rule, env)
        case Path():
            yield from [value.text] if value.get(env) in (None, ()) else []
        case Condition():
            unknown: list[str] = []
            value.holds(env, unknown)
            yield from unknown
        case tuple():
            for v in value:
                yield from _of_value(v, rule, env)


def is_choice(rule: Rule) -> bool:
    """Whether a rule chooses a value."""
    return isinstance(rule.kind, Choice)
