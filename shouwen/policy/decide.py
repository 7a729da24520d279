"""The one function: decide(law, facts, act, now) -> Ruling. Live work, scenarios and simulation all call it.

Inside one act the order is: shape, choose, due moments, gates, then do, open, tell, keep; promises follow from what is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from shouwen.policy.act import ACKNOWLEDGE, APPROVAL_ACTS, CLOCK_ACTS, TASK_ACTS, Act
from shouwen.policy.aftermath import add_promises, opening, promise_tasks, settle_tasks
from shouwen.policy.built_in import ACTS as BUILT_IN
from shouwen.policy.built_in import built_in, not_to_be_given
from shouwen.policy.calendars import calendar_for
from shouwen.policy.choosing import choose
from shouwen.policy.clockwork import decide_clock, follow
from shouwen.policy.computed import compute
from shouwen.policy.consent import asked_otherwise, covers, decide_approval, decide_task
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gates import Approval, Excludes
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist
from shouwen.policy.law import Guard, Law, LawDay, Plan
from shouwen.policy.moments import Clockwork
from shouwen.policy.receipts import decide_receipt
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    Cite,
    Effect,
    OpenTask,
    Pass,
    Refusal,
    Ruling,
    SetField,
    Step,
)
from shouwen.policy.shape import misfit
from shouwen.policy.speaking import acting, cited, each_once, once
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
        return _decide(day, Env(facts, act, now, noun, calendar, law.calendars, dict(facts.fields), evidence=act.evidence))
    except WorktimeError as e:
        return _refused(act, Refusal("", "unknown_year" if isinstance(e, UnknownYear) else "no_moment", e.zh, e.en))
    except ArithmeticError:  # a date after the year 9999, a product of more digits than are kept
        return _refused(
            act, Refusal("", "out_of_range", "算出的日期或数额超出范围", "It comes to a date or an amount out of range.")
        )


def _decide(day: LawDay, env: Env) -> Ruling:
    act = env.act
    answer = ANSWERS.get(act.name)
    if answer is not None:
        return answer(day, env)
    plan = day.plan(env.noun.id, act.name)
    refusal = misfit(plan, env)
    if refusal is not None:
        return _refused(act, refusal)
    ruling = Ruling("allowed", act, act.subject)
    brought = {k: v for k, v in act.fields.items() if k in plan.carries}
    env.fields.update(brought)
    linked = _puts(plan, env, brought)
    compute(plan.computed, env)
    chosen = choose(plan, day, env, ruling)
    asks, broken = _gates(plan, day, env, ruling)
    if act.name == "hand_over" and (other := not_to_be_given(day.plan(env.noun.id, "take_over"), env)) is not None:
        ruling.refusals = (*ruling.refusals, other)
    ruling.reads = {p.text: p.get(env) for p in plan.reads}
    ruling.reads.update(zip(plan.own_reads, map(env.fields.get, plan.own_reads), strict=True))
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
    moves = _moves(plan, env)
    ruling.effects = [*_changes(plan, env, brought), *moves, *linked, *chosen, *ruling.effects]
    ruling.cites = (*ruling.cites, *cited(chosen))
    _carry_out(day, plan, env, ruling, _breaches(broken, env), moves)
    return ruling


def _decide_approval(day: LawDay, env: Env) -> Ruling:
    """Judge a yes or no with the values the waiting act brings, and the persons it bars."""
    asked = next((a.act for a in env.facts.approvals if str(a.id) == env.act.row), None)
    if asked is not None:
        env.fields.update((k, v) for k, v in asked.fields.items() if k in env.noun.fields)
        env.barred = _barred(day.plan(env.noun.id, asked.name), env)
    return decide_approval(env)


def _puts(plan: Plan, env: Env, brought: dict[str, Any]) -> list[SetField]:
    """Add what the act sets of itself to what it brings; return what it sets in what the subject points to."""
    linked: list[SetField] = []
    for put in plan.puts:
        value = put.value.of(env)
        if value is not None and put.link:
            linked.append(SetField(put.field, value, link=put.link))
        elif value is not None:
            brought[put.field] = env.fields[put.field] = value
    return linked


NOBODY: Final[frozenset[int]] = frozenset()


def _refused(act: Act, refusal: Refusal) -> Ruling:
    return Ruling("refused", act, act.subject, (refusal,))


def _barred(plan: Plan, env: Env) -> frozenset[int]:
    """Return who is barred from an act, so that they do not approve it either."""
    if not plan.barring:
        return NOBODY
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
    cites: list[Cite] = []
    permits: list[tuple[Guard, Refusal | None]] = []
    for guard in plan.guards:
        rule, kind = guard.rule, guard.kind
        if rule.clause.name in day.overridden and day.is_overridden(rule, env):
            continue
        doubt = _doubt(rule, env) if guard.conditional else None
        if doubt is False:
            continue
        if doubt is None and isinstance(kind, Approval):
            cites.append(rule.cite)
            _approval(rule, kind, env, ruling, asks)
            continue
        verdict = doubt or kind.check(rule, env)
        if guard.allows:
            permits.append((guard, verdict))
            continue
        cites.append(rule.cite)
        if verdict is not None or guard.attests:
            _judge(guard, verdict, env, ruling, broken)
    if permits:
        guard, verdict = next((p for p in permits if p[1] is None), permits[0])
        cites.append(guard.rule.cite)
        _judge(guard, verdict, env, ruling, broken)
    ruling.cites = (*ruling.cites, *cites)
    return asks, broken


def _doubt(rule: Rule, env: Env) -> Refusal | Literal[False] | None:
    """Return False when a gate does not speak of this case, None when it does, a refusal when that is unknown."""
    held = rule.when.holds(env)
    if held is not None:
        return None if held else False
    unknown: list[str] = []
    rule.when.holds(env, unknown)
    clause = rule.clause
    names = "、".join(_zh(rule, u) for u in unknown)
    return Refusal(
        clause.name, "unknown", clause.zh or clause.sentence(), clause.en or clause.zh, tuple(unknown), tuple(unknown),
        f"请先填明:{names}", f"Say first: {', '.join(unknown)}.",
    )  # fmt: skip


def _zh(rule: Rule, path: str) -> str:
    return next((t.path.zh for t in rule.when.tests if t.path.text == path), path)


def _judge(guard: Guard, verdict: Refusal | None, env: Env, ruling: Ruling, broken: list[Rule]) -> None:
    rule, kind = guard.rule, guard.kind
    if verdict is None:
        ruling.effects.extend(_attested(rule, env))
        return
    if kind.pass_by is not None and env.act.reason.strip() and kind.pass_by.allows(env.act.by, env):
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


def _attested(rule: Rule, env: Env) -> Iterator[Attest]:
    """Yield what was shown for a gate that holds: a ticked checklist, evidence that was not given before."""
    kind = rule.kind
    if isinstance(kind, Checklist):
        yield Attest(rule.cite, tuple(sorted(kind.wanted(rule))), "self")
    elif isinstance(kind, Requires) and kind.proofs and not kind.stands(rule, env):
        yield Attest(rule.cite, tuple(p.kind or p.field for p in kind.proofs), kind.shown_by(env))


def _due_moments(plan: Plan, env: Env) -> None:
    """Compute the due moments gates ask about, from the start the act itself would make."""
    asked = plan.edges
    if not asked:
        return
    running = {d.clause: d.due_at for d in env.facts.deadlines}
    for rule in plan.deadlines:
        name, kind = rule.clause.name, rule.kind
        unknown: list[str] = []
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
        for who, (here, held) in ((w, found) for w in kind.asked(rule, env) if (found := w.elsewhere(env)) is not None):
            why += f";{here}没有{who.zh},只在{'、'.join(held)}有"
            why_en += f" But nobody in {here} is {who.en}, only in {', '.join(held)}."
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


def _changes(plan: Plan, env: Env, brought: dict[str, Any]) -> list[Effect]:
    """Return the fields the act itself changes: those it brings, and those that follow from them."""
    now, before, rows = env.fields, env.facts.fields, env.noun.rows
    effects: list[Effect] = []
    for key, value in brought.items():
        kept = now.get(key) if key in rows else value  # rows with what follows in them
        if before.get(key) != kept:
            effects.append(SetField(key, kept))
    follow = [f.id for f in plan.computed if now.get(f.id) != before.get(f.id) and not f.between[0]]
    effects.extend([SetField(name, now.get(name)) for name in follow])
    return effects


def _moves(plan: Plan, env: Env) -> list[Effect]:
    """Return what else the act itself does: the step it leads to, and what every act of its name does."""
    shape = plan.shape
    assert shape is not None
    effects: list[Effect] = []
    if shape.id == "open":
        effects.append(Step(env.noun.start))
    elif shape.to and shape.to != env.facts.step:
        effects.append(Step(shape.to, shape.to in env.noun.ends))
    if shape.id in BUILT_IN:
        effects.extend(built_in(env))
    return effects


def _breaches(broken: list[Rule], env: Env) -> list[Breach]:
    """Return the breaches of gates that were passed though they only record."""
    owes = (env.act.by,) if env.act.by else ()
    return [Breach(rule.cite, "", env.at, owes, gate=True) for rule in broken]


def _carry_out(day: LawDay, plan: Plan, env: Env, ruling: Ruling, breaches: list[Breach], moves: list[Effect]) -> None:
    """Add what follows from an allowed act: attested evidence, closed tasks, promises, breaches, and everything the law does upon it."""
    own = ruling.effects
    then = list(_covering(plan, env, own)) if env.evidence else []
    settle_tasks(env, moves, then)
    opening(env, then)
    add_promises(day, plan, env, moves, then)
    then.extend(breaches)
    then.extend(acting(day, plan, env))
    _follow_up(day, env, then)
    ruling.flags = tuple(env.flags.items())
    ruling.effects = [*own, *once(then)]
    ruling.cites = each_once((*ruling.cites, *cited(then)))


def _follow_up(day: LawDay, env: Env, then: list[Effect]) -> None:
    """Add what follows the breaches among the consequences of an act, and the due moments of the tasks among them."""
    kinds = set(map(type, then))
    if Breach in kinds:
        for breach in [e for e in then if isinstance(e, Breach)]:
            then.extend(follow(day.law, env, breach))
        promise_tasks(env, then)
    elif OpenTask in kinds:
        promise_tasks(env, then)


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
        if all(p.given(env, env.evidence) for p in kind.proofs):
            yield Attest(rule.cite, tuple(p.kind for p in kind.proofs), kind.shown_by(env))


def _decide_task(day: LawDay, env: Env) -> Ruling:
    """Judge a task that is taken or completed, or a notice that is confirmed, with what that settles."""
    ruling = decide_receipt(env) if env.act.name == ACKNOWLEDGE else decide_task(env)
    if not ruling.allowed:
        return ruling
    plan = day.plan(env.noun.id, env.act.name)
    compute(plan.computed, env)
    then: list[Effect] = []
    add_promises(day, plan, env, ruling.effects, then)
    _follow_up(day, env, then)
    ruling.flags, ruling.effects = tuple(env.flags.items()), [*ruling.effects, *once(then)]
    return ruling


# Acts that are answered otherwise than by gates and clauses of their own.
ANSWERS: Final[Mapping[str, Callable[[LawDay, Env], Ruling]]] = {
    **dict.fromkeys(CLOCK_ACTS, decide_clock),
    **dict.fromkeys(APPROVAL_ACTS, _decide_approval),
    **dict.fromkeys((*TASK_ACTS, ACKNOWLEDGE), _decide_task),
}
