"""The one function: decide(law, facts, act, now) -> Ruling. Live work, scenarios and simulation all call it.

Inside one act the order is: shape, choose, due moments, gates, then do, open, tell, keep; promises follow from what is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shouwen.policy.act import CLOCK_ACTS, Act
from shouwen.policy.aftermath import add_promises, opening, promise_tasks, settle_tasks
from shouwen.policy.built_in import built_in, not_handed_over
from shouwen.policy.calendars import calendar_for
from shouwen.policy.choosing import choose
from shouwen.policy.clockwork import decide_clock, follow
from shouwen.policy.computed import compute
from shouwen.policy.consent import asked_otherwise, covers, decide_approval, decide_task
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Approval, Excludes, Permits
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist
from shouwen.policy.law import Law, LawDay, Plan
from shouwen.policy.moments import Clockwork
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    Effect,
    Pass,
    Refusal,
    Ruling,
    SetField,
    Step,
)
from shouwen.policy.shape import misfit
from shouwen.policy.speaking import acting, once
from shouwen.worktime import UnknownYear, WorktimeError


def decide(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
    """Return what the law says of an act. Pure: no clock, no database, no chance; the same question has the same answer.

    Raises no WorktimeError: an unknown calendar year, or a moment or a number beyond what can be counted, refuses the act, visibly.
    """
    noun = law.noun(act.subject.noun)
    if noun is None:
        return _refused(
            act, Refusal("", "no_noun", f"没有流程“{act.subject.noun}”", f"There is no procedure {act.subject.noun!r}.")
        )
    calendar = calendar_for(law, noun, facts)
    day = law.on(calendar.business_day(act.at))
    try:
        return _decide(law, day, Env(facts, act, now, noun, calendar, law.calendars, dict(facts.fields), evidence=act.evidence))
    except WorktimeError as e:
        return _refused(act, Refusal("", "unknown_year" if isinstance(e, UnknownYear) else "no_moment", e.zh, e.en))
    except ArithmeticError:  # a date after the year 9999, a product of more digits than are kept
        return _refused(
            act, Refusal("", "out_of_range", "算出的日期或数额超出范围", "It comes to a date or an amount out of range.")
        )


def _decide(law: Law, day: LawDay, env: Env) -> Ruling:
    act = env.act
    if act.name in CLOCK_ACTS:
        return decide_clock(law, day, env)
    if act.name in ("approve", "disapprove", "withdraw"):
        return _decide_approval(day, env)
    if act.name in ("claim", "complete"):
        return _with_promises(law, day, env, decide_task(env))
    plan = day.plan(env.noun.id, act.name)
    refusal = misfit(plan, env) or not_handed_over(env)
    if refusal is not None:
        return _refused(act, refusal)
    ruling = Ruling("allowed", act, act.subject)
    # A field of the act itself is no field of the subject, whatever its name.
    own = plan.shape.fields if plan.shape is not None else {}
    brought = {k: v for k, v in act.fields.items() if k in env.noun.fields and k not in own}
    env.fields.update(brought)
    linked = list(_puts(plan, env, brought))
    compute(plan.computed, env)
    chosen = list(choose(plan, day, env, ruling))
    asks, broken = _gates(plan, day, env, ruling)
    ruling.reads = {p.text: p.get(env) for p in plan.reads}
    ruling.flags = tuple(env.flags.items())
    if ruling.refusals:
        ruling.outcome, ruling.effects = "refused", []
        return ruling
    if asks:
        other = asked_otherwise(env)
        if other is not None:
            return _refused(act, other)
        ruling.outcome, ruling.effects = "waiting", list(asks)
        return ruling
    ruling.effects = [*_changes(plan, env, brought), *linked, *chosen, *ruling.effects]
    _carry_out(law, day, plan, env, ruling, broken)
    return ruling


def _decide_approval(day: LawDay, env: Env) -> Ruling:
    """Judge a yes or no with the values the waiting act brings, and the persons it bars."""
    asked = next((a.act for a in env.facts.approvals if str(a.id) == env.act.row), None)
    if asked is not None:
        env.fields.update((k, v) for k, v in asked.fields.items() if k in env.noun.fields)
        env.barred = _barred(day.plan(env.noun.id, asked.name), env)
    return decide_approval(env)


def _puts(plan: Plan, env: Env, brought: dict[str, Any]) -> Iterator[SetField]:
    """Add what the act sets of itself to what it brings; yield what it sets in what the subject points to."""
    for put in plan.puts:
        value = put.value.of(env)
        if value is not None and put.link:
            yield SetField(put.field, value, link=put.link)
        elif value is not None:
            brought[put.field] = env.fields[put.field] = value


def _refused(act: Act, refusal: Refusal) -> Ruling:
    return Ruling("refused", act, act.subject, (refusal,))


def _barred(plan: Plan, env: Env) -> frozenset[int]:
    """Return who is barred from an act, so that they do not approve it either."""
    found: set[int] = set()
    for rule in plan.barring:
        if isinstance(rule.kind, Excludes) and rule.kind.who is not None and rule.when.holds(env):
            found.update(rule.kind.who.people(env))
    return frozenset(found)


def _gates(plan: Plan, day: LawDay, env: Env, ruling: Ruling) -> tuple[list[Ask], list[Rule]]:
    """Judge all gates; return the approvals still to be asked and the gates that were passed though they only record."""
    asks: list[Ask] = []
    broken: list[Rule] = []
    _due_moments(plan, env)
    env.barred = _barred(plan, env)
    permits: list[tuple[Rule, Refusal | None]] = []
    for rule in plan.gates:
        if day.is_overridden(rule, env):
            continue
        refusal = _speaks(rule, env)
        if refusal is True:
            continue
        kind = rule.kind
        assert isinstance(kind, Gate)
        if isinstance(kind, Approval) and refusal is None:
            _approval(rule, kind, env, ruling, asks)
            continue
        verdict = refusal or kind.check(rule, env)
        if isinstance(kind, Permits) and kind.mode == "refuse":
            permits.append((rule, verdict))
            continue
        _judge(rule, kind, verdict, env, ruling, broken)
    if permits:
        allowing = next((p for p in permits if p[1] is None), permits[0])
        kind = allowing[0].kind
        assert isinstance(kind, Gate)
        _judge(allowing[0], kind, allowing[1], env, ruling, broken)
    return asks, broken


def _speaks(rule: Rule, env: Env) -> Refusal | bool | None:
    """Return True when the gate does not speak of this case, None when it does, a refusal when that is unknown."""
    if not rule.when.groups or (isinstance(rule.kind, Requires) and rule.kind.for_each):
        return None  # always, or `when` filters the rows
    unknown: list[str] = []
    held = rule.when.holds(env, unknown)
    if held is None:
        clause = rule.clause
        names = "、".join(_zh(rule, u) for u in unknown)
        return Refusal(
            clause.name, "unknown", clause.zh or clause.sentence(), clause.en or clause.zh, tuple(unknown), tuple(unknown),
            f"请先填明:{names}", f"Say first: {', '.join(unknown)}.",
        )  # fmt: skip
    return None if held else True


def _zh(rule: Rule, path: str) -> str:
    return next((t.path.zh for t in rule.when.tests if t.path.text == path), path)


def _judge(rule: Rule, kind: Gate, verdict: Refusal | None, env: Env, ruling: Ruling, broken: list[Rule]) -> None:
    ruling.cites = (*ruling.cites, rule.cite)
    if verdict is None:
        if isinstance(kind, Checklist):
            ruling.effects.append(Attest(rule.cite, tuple(sorted(kind.wanted(rule))), "self"))
        elif isinstance(kind, Requires) and kind.proofs and not kind.stands(rule, env):
            ruling.effects.append(Attest(rule.cite, tuple(p.kind or p.field for p in kind.proofs), kind.shown_by(env)))
        return
    if kind.pass_by is not None and env.act.reason.strip() and kind.pass_by.includes(env.act.by, env):
        ruling.effects.append(Pass(rule.cite, env.act.by, env.act.reason))
    elif kind.mode == "warn":
        ruling.warnings = (*ruling.warnings, verdict)
    elif kind.mode == "record" and verdict.unknown:
        env.flag(rule.clause.name, verdict.unknown)  # a fact nobody recorded is unknown, not breached
        ruling.warnings = (*ruling.warnings, verdict)
    elif kind.mode == "record":
        broken.append(rule)
    else:
        ruling.refusals = (*ruling.refusals, verdict)


def _due_moments(plan: Plan, env: Env) -> None:
    """Compute the due moments gates ask about, from the start the act itself would make."""
    asked = plan.edges
    if not asked:
        return
    running = {d.clause: d.due_at for d in env.facts.deadlines}
    for rule in plan.deadlines:
        name, kind, unknown = rule.clause.name, rule.kind, list[str]()
        if name not in asked or not isinstance(kind, Deadline):
            continue
        anchor, at, held = kind.anchor(env), running.get(name), rule.when.holds(env, unknown)
        if at is None and held is False:
            continue  # there is no such promise here, so there is nothing to be late for
        if at is None and anchor is not None and held:
            at = kind.fall(rule, env, anchor, Clockwork(env.facts.pauses)).due_at
            unknown.extend(kind.when.lacks(rule, env))
        if at is None:
            env.undated[name] = tuple(unknown) or (name,)
        else:
            env.dues[name] = at


def _approval(rule: Rule, kind: Approval, env: Env, ruling: Ruling, asks: list[Ask]) -> None:
    ruling.cites = (*ruling.cites, rule.cite)
    unknown: list[str] = []
    links = kind.links(rule, env, unknown)
    given = env.act.granted.get(rule.clause.name)
    if given is not None and links is not None and covers(given, links):
        return
    if links is None:
        clause = rule.clause
        why = f"请先填明:{'、'.join(unknown)}" if unknown else "现在没有可以批准的人(申请人不能批准自己);请设置 else 或由他人申请"
        why_en = (
            f"Say first: {', '.join(unknown)}."
            if unknown
            else "There is nobody who may approve it (nobody approves their own request)."
        )
        ruling.refusals = (
            *ruling.refusals,
            Refusal(
                clause.name,
                "no_approver",
                clause.zh or clause.sentence(),
                clause.en or clause.zh,
                (),
                tuple(unknown),
                why,
                why_en,
            ),
        )
        return
    asks.append(Ask(env.act, rule.cite, links, kind.advice(rule, env), kind.all_of))


def _changes(plan: Plan, env: Env, brought: dict[str, Any]) -> Iterator[Effect]:
    """Yield what the act itself changes: the fields it brings, those that follow from them, the step, what its shape sets."""
    shape, facts = plan.shape, env.facts
    assert shape is not None
    for key, value in brought.items():
        kept = env.fields.get(key) if env.noun.fields[key].type.name == "rows" else value  # rows with what follows in them
        if facts.fields.get(key) != kept:
            yield SetField(key, kept)
    for f in plan.computed:
        if env.fields.get(f.id) != facts.fields.get(f.id) and not f.between[0]:
            yield SetField(f.id, env.fields.get(f.id))
    if shape.id == "open":
        yield Step(env.noun.start)
    elif shape.to and shape.to != facts.step:
        yield Step(shape.to, shape.to in env.noun.ends)
    yield from built_in(env)


def _carry_out(law: Law, day: LawDay, plan: Plan, env: Env, ruling: Ruling, broken: list[Rule]) -> None:
    """Add what follows from an allowed act: attested evidence, closed tasks, promises, breaches, and everything the law does upon it."""
    effects = ruling.effects
    effects.extend(_covering(plan, env, effects))
    settle_tasks(env, effects)
    opening(env, effects)
    add_promises(law, day, plan, env, effects)
    for rule in broken:
        owes = (env.act.by,) if env.act.by else ()
        effects.append(Breach(rule.cite, "", env.at, owes, gate=True))
    effects.extend(acting(law, day, plan, env))
    for breach in [e for e in effects if isinstance(e, Breach)]:
        effects.extend(follow(law, env, breach))
    promise_tasks(env, effects)
    ruling.flags = tuple(env.flags.items())
    ruling.cites = tuple(dict.fromkeys((*ruling.cites, *(c for e in effects if (c := getattr(e, "cite", None)) is not None))))
    ruling.effects = once(effects)


def _covering(plan: Plan, env: Env, effects: list[Effect]) -> Iterator[Effect]:
    """Yield attestations for evidence that came with this act though its gate stands before another.

    It must be evidence for what the act is about: consent to a new appointment is no consent to a price.
    """
    done = {e.cite.clause for e in effects if isinstance(e, Attest)}
    for rule in plan.covering:
        kind = rule.kind
        assert isinstance(kind, Requires)
        about = any(c in env.act.fields or (plan.shape is not None and c in plan.shape.asks) for c in kind.covers)
        if not about or rule.clause.name in done or rule.when.holds(env) is False:
            continue
        if env.evidence and all(p.given(env, env.evidence) for p in kind.proofs):
            yield Attest(rule.cite, tuple(p.kind for p in kind.proofs), kind.shown_by(env))


def _with_promises(law: Law, day: LawDay, env: Env, ruling: Ruling) -> Ruling:
    """Add what a completed task settles."""
    if not ruling.allowed:
        return ruling
    plan = day.plan(env.noun.id, env.act.name)
    compute(plan.computed, env)
    add_promises(law, day, plan, env, ruling.effects)
    for breach in [e for e in ruling.effects if isinstance(e, Breach)]:
        ruling.effects.extend(follow(law, env, breach))
    promise_tasks(env, ruling.effects)
    ruling.flags, ruling.effects = tuple(env.flags.items()), once(ruling.effects)
    return ruling
