"""Unknown facts never pass a gate, and nobody acts on them: every clause of every pack, with every fact it read taken away in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from shouwen.ops import shelf
from shouwen.policy.decide import decide
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Excludes, Limits, Permits
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from shouwen.policy.promises import After, reconcile
from shouwen.policy.ruling import Breach, Effect, Promise, Ruling
from shouwen.policy.speaking import speak
from tests.policy.absence import Asked, Question, Recorder, asked, is_choice, lacking, read_by, speaking, without

PACKS = sorted(p.parent.name for p in shelf.SHELF.glob("*/pack.yaml") if not (p.parent / "company.yaml").exists())

UNTRIED = Path(__file__).with_name("absent_untried.yaml")


@dataclass(frozen=True)
class Dropped:
    """A decision asked again without one fact: which rule lacks it there, and what the law then said."""

    question: Question
    rule: Rule
    fact: str
    after: Asked
    ruling: Ruling

    def __str__(self) -> str:
        return f"{self.rule.clause.name} without {self.fact} at {self.question.act.name}"


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    """One pack of the shelf."""
    return str(request.param)


@pytest.fixture(scope="module")
def dropped(pack: str) -> list[Dropped]:
    """Every decision of the packs' scenarios, for every rule that spoke in it, without each fact the rule then lacks."""
    sources = read_sources(shelf.folders([pack]))
    found = list(_dropped(Recorder(sources, load(sources), pack).play()))
    assert found
    return found


def _dropped(questions: list[Question]) -> Iterator[Dropped]:
    seen: set[tuple[str, object, str, str]] = set()
    for q in questions:
        made = {e.cite.clause for e in decide(q.law, q.facts, q.act, q.act.at).effects if isinstance(e, Promise)}
        made -= {d.clause for d in q.facts.deadlines}
        for rule in speaking(asked(q)):
            if isinstance(rule.kind, Deadline) and rule.clause.name not in made:
                continue  # it runs already, or is kept by this very act
            for path in read_by(rule):
                key = (rule.clause.name, rule.clause.since, path.text, q.act.name)
                if key in seen:
                    continue
                facts, act = without(q, path)
                after = asked(q, facts, act)
                if path.text not in lacking(rule, after.env):
                    continue  # another part of the condition answers without it, or a choice of the law fills it again
                seen.add(key)
                yield Dropped(q, rule, path.text, after, decide(q.law, facts, act, act.at))


def test_no_gate_lets_an_act_pass_on_a_fact_nobody_knows(dropped: list[Dropped]) -> None:
    for d in dropped:
        if isinstance(d.rule.kind, Gate):
            assert _stands(d.rule, d), f"{d} passed: {d.ruling.outcome}"


def _stands(gate: Rule, d: Dropped) -> bool:
    kind = gate.kind
    assert isinstance(kind, Gate)
    ruling = d.ruling
    if any(r.clause == "" for r in ruling.refusals):
        return True  # refused by its shape before any clause was asked
    mine = _joined_with(gate, d)
    named = [n for r in (*ruling.refusals, *ruling.warnings) if r.clause in mine for n in (*r.missing, *r.unknown)]
    if any(n == d.fact or n.endswith(d.fact.rpartition(".")[2]) for n in named):
        return kind.mode != "refuse" or ruling.refused
    broken = any(isinstance(e, Breach) and e.cite.clause == gate.clause.name for e in ruling.effects)
    if kind.mode == "record":
        return ruling.refused or broken
    return _answered_otherwise(gate, d)


def _joined_with(gate: Rule, d: Dropped) -> set[str]:
    """Return the clauses a refusal may cite for a gate: the permits of an act answer together, and the first of them speaks for all."""
    if not isinstance(gate.kind, Permits):
        return {gate.clause.name}
    return {r.clause.name for r in d.after.plan.gates if isinstance(r.kind, Permits)}


def _answered_otherwise(gate: Rule, d: Dropped) -> bool:
    """Whether the gate is answered without the fact: another permit lets the actor pass, or the actor is one of those who may anyway."""
    kind, env = gate.kind, d.after.env
    if isinstance(kind, Permits):
        others = [r for r in d.after.plan.gates if isinstance(r.kind, Permits) and r.when.holds(env)]
        return any(r.kind.allows(env) for r in others if isinstance(r.kind, Permits))
    if isinstance(kind, Requires) and kind.by is not None:
        return env.act.by == 0 or kind.by.includes(env.act.by, env)
    if isinstance(kind, Requires) and kind.for_each:  # every row has what would be asked of it
        rows = env.fields.get(kind.for_each) or ()
        return all(row.get(p.text.rpartition(".")[2]) not in (None, ()) for row in rows for p in kind.fields)
    if isinstance(kind, Requires) and kind.proofs:
        return d.ruling.refused or kind.stands(gate, env)
    passing = isinstance(kind, Gate) and kind.pass_by is not None and bool(env.act.reason)
    if d.after.day.is_overridden(gate, env) or passing:
        return True
    return isinstance(kind, Limits | Excludes) and d.ruling.refused


def test_no_clause_acts_on_a_fact_nobody_knows_and_each_says_what_it_lacks(dropped: list[Dropped]) -> None:
    for d in dropped:
        if isinstance(d.rule.kind, Gate):
            continue
        effects, env = _acts(d)
        cited = [e for e in effects if getattr(getattr(e, "cite", None), "clause", "") == d.rule.clause.name]
        said = env.flags.get(d.rule.clause.name, ())
        assert any(n == d.fact or n.startswith(f"{d.fact}.") for n in said), f"{d} is not flagged"  # the person, or their post
        if not isinstance(d.rule.kind, Notifies | Reports) and not _only_the_person_is_unknown(d):
            assert cited == [], f"{d} acted"


def _only_the_person_is_unknown(d: Dropped) -> bool:
    """A promise stands though it is unknown who owes it; it is flagged."""
    kind = d.rule.kind
    return isinstance(kind, Deadline) and kind.who is not None and d.fact in {p.text for p in kind.who.reads}


def _acts(d: Dropped) -> tuple[list[Effect], Env]:
    after, rule = d.after, d.rule
    env = after.env
    if is_choice(rule) and d.question.act.name != "come_round":
        return [], env  # chosen in `asked`; the effects are compared in the ruling
    if isinstance(rule.kind, Deadline):
        return [e for e in reconcile(after.plan, env, after.day, After()) if isinstance(e, Promise)], env
    if d.question.act.name == "come_round":
        return d.ruling.effects, _flagged_by(d)
    return speak(rule, env, after.day), env


def _flagged_by(d: Dropped) -> Env:
    env = d.after.env
    for clause, names in d.ruling.flags:
        env.flag(clause, names)
    return env


def test_every_fact_a_clause_rests_on_was_taken_away_somewhere_or_is_listed_with_its_reason(
    pack: str, dropped: list[Dropped]
) -> None:
    law = dropped[0].question.law
    own = {n: vs for n, vs in law.versions.items() if n.startswith(f"{pack}/")}
    rested = {(n, p.text) for n, vs in own.items() for r in vs[-1].rules.values() for p in read_by(r)}
    tried = {(d.rule.clause.name, d.fact) for d in dropped}

    assert rested - tried == {(n, f) for n, f in untried() if n.startswith(f"{pack}/")}


def untried() -> Iterator[tuple[str, str]]:
    """Yield the pairs of clause and fact that are listed as not tried, each under a reason."""
    for group in yaml.safe_load(UNTRIED.read_text("utf-8")):
        assert group["why"]
        yield from ((name, fact) for name, facts in group["pairs"].items() for fact in facts)


def test_no_pair_is_listed_twice() -> None:
    listed = list(untried())
    assert len(listed) == len(set(listed))
