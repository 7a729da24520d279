"""The one function: decide(law, facts, act, now) -> Ruling. Live work, scenarios and simulation all call it.

Inside one act the order is: shape, choose, due moments, gates, then do, open, tell, keep; promises follow from what is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shouwen.policy.act import CLOCK_ACTS, Act
from shouwen.policy.built_in import IN_BETWEEN, built_in
from shouwen.policy.clockwork import decide_clock, follow
from shouwen.policy.computed import compute
from shouwen.policy.consent import decide_approval, decide_task
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.choices import Assigns, Choice, Classifies
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Approval, Permits
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.kinds.said import Checklist
from shouwen.policy.law import Law, LawDay, Plan
from shouwen.policy.moments import Clockwork
from shouwen.policy.nouns import Noun
from shouwen.policy.promises import After, moved, reconcile
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    Cite,
    CloseTask,
    Effect,
    OpenTask,
    Pass,
    Promise,
    Refusal,
    Ruling,
    SetField,
    Step,
)
from shouwen.worktime import Calendar, UnknownYear

EVER = Calendar.build(hours="00:00-24:00", zh="自然日历")


def decide(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
    """Return what the law says of an act. Pure: no clock, no database, no chance; the same question has the same answer.

    Raises UnknownYear (a `WorktimeError`) never: an unknown calendar year refuses the act, visibly.
    """
    noun = law.nouns.get(act.subject.noun)
    if noun is None:
        return _refused(act, Refusal("", "no_noun", f"没有流程“{act.subject.noun}”", f"There is no procedure {act.subject.noun!r}."))
    calendar = calendar_for(law, noun, facts)
    day = law.on(calendar.business_day(act.at))
    try:
        return _decide(law, day, Env(facts, act, now, noun, calendar, law.calendars, dict(facts.fields), evidence=act.evidence))
    except UnknownYear as e:
        return _refused(act, Refusal("", "unknown_year", e.zh, e.en))


def calendar_for(law: Law, noun: Noun, facts: Facts) -> Calendar:
    """Return the calendar of the subject's unit; else of its noun or regulation; else the company's; else plain days."""
    regulation = law.regulations.get(f"{noun.pack}/{noun.regulation}")
    for name in (facts.org.calendar_of(facts.unit), noun.calendar, regulation.calendar if regulation else "", law.calendar):
        if name in law.calendars:
            return law.calendars[name]
    return EVER


def _decide(law: Law, day: LawDay, env: Env) -> Ruling:
    act = env.act
    if act.name in CLOCK_ACTS:
        return decide_clock(law, day, env)
    if act.name in ("approve", "disapprove", "withdraw"):
        return decide_approval(env)
    if act.name in ("claim", "complete"):
        return _with_promises(law, day, env, decide_task(env))
    plan = day.plan(env.noun.id, act.name)
    refusal = _shape(plan, env)
    if refusal is not None:
        return _refused(act, refusal)
    ruling = Ruling("allowed", act, act.subject)
    brought = {k: v for k, v in act.fields.items() if k in env.noun.fields}
    env.fields.update(brought)
    compute(plan.computed, env)
    flags: list[tuple[str, tuple[str, ...]]] = []
    chosen = list(_choose(plan, day, env, ruling, flags))
    asks, broken = _gates(plan, day, env, ruling)
    ruling.reads = {p.text: p.get(env) for p in plan.reads}
    ruling.flags = tuple(flags)
    if ruling.refusals:
        ruling.outcome, ruling.effects = "refused", []
        return ruling
    if asks:
        ruling.outcome, ruling.effects = "waiting", list(asks)
        return ruling
    ruling.effects = [*_changes(plan, env, brought), *chosen, *ruling.effects]
    _carry_out(law, day, plan, env, ruling, broken)
    return ruling


def _refused(act: Act, refusal: Refusal) -> Ruling:
    return Ruling("refused", act, act.subject, (refusal,))


def _shape(plan: Plan, env: Env) -> Refusal | None:
    """Return why the act does not fit the shape of its procedure, or None."""
    shape, facts, noun = plan.shape, env.facts, env.noun
    if shape is None:
        return Refusal("", "no_act", f"{noun.zh}没有这个动作", f"{noun.id} has no act {env.act.name!r}.")
    if shape.id == "open":
        return None if not facts.step else Refusal("", "open_already", "已经立项", "It is open already.")
    if facts.closed and shape.id not in ("reopen", "note", "link"):
        return Refusal("", "closed", f"{noun.zh}已结束,不能再{shape.zh};如需继续请先重开", f"It is closed; reopen it before {shape.en or shape.id}.")
    if facts.held and shape.id not in IN_BETWEEN:
        return Refusal("", "held", f"已挂起,请先恢复再{shape.zh}", f"It is on hold; resume it before {shape.en or shape.id}.")
    leaves = noun.ends if shape.id == "reopen" and not shape.leaves else shape.leaves
    if leaves and facts.step not in leaves and noun.steps:
        here = noun.steps[facts.step].zh if facts.step in noun.steps else facts.step
        may = "、".join(noun.steps[s].zh for s in noun.steps if s in leaves)
        return Refusal("", "wrong_step", f"现在是“{here}”,不能{shape.zh}", f"It is at {facts.step!r}.", remedy_zh=f"{shape.zh}须在:{may}", remedy_en=f"Possible at: {', '.join(leaves)}.")
    strange = [f for f in env.act.fields if f not in noun.fields and f not in shape.fields]
    if strange:
        return Refusal("", "no_field", f"没有字段:{'、'.join(strange)}", f"There is no field {', '.join(strange)}.")
    return None


def _choose(plan: Plan, day: LawDay, env: Env, ruling: Ruling, flags: list[tuple[str, tuple[str, ...]]]) -> Iterator[Effect]:
    """Make the choices in order; a field somebody filled in this act is not taken from them by a proposal."""
    for rule in plan.choices:
        kind, unknown = rule.kind, []
        assert isinstance(kind, Choice)
        held = rule.when.holds(env, unknown)
        if held is None:
            flags.append((rule.clause.name, tuple(unknown)))
        if not held or day.is_overridden(rule, env):
            continue
        if isinstance(kind, Assigns):
            yield from _assign(rule, kind, env, ruling)
        elif isinstance(kind, Classifies):
            answered, value = kind.choose(rule, env, unknown)
            if not answered:
                flags.append((rule.clause.name, tuple(unknown)))
            elif kind.link or env.fields.get(kind.field) != value:
                yield _chosen(rule, kind, value, env)


def _chosen(rule: Rule, kind: Choice, value: Any, env: Env) -> SetField:
    if not kind.link:
        env.fields[kind.field] = value
        env.chosen[kind.field] = value
    return SetField(kind.field, value, rule.cite, kind.link)


def _assign(rule: Rule, kind: Assigns, env: Env, ruling: Ruling) -> Iterator[Effect]:
    people = kind.people(rule, env, [])
    given = env.fields.get(kind.field) if kind.field != "responsible" else (env.act.opening.responsible if env.act.opening else 0)
    if given or not people:
        return
    if len(people) == 1 and not kind.prefer:
        yield _chosen(rule, kind, people[0], env)
    else:
        ruling.proposals = {**ruling.proposals, kind.field: people}
        ruling.cites = (*ruling.cites, rule.cite)


def _gates(plan: Plan, day: LawDay, env: Env, ruling: Ruling) -> tuple[list[Ask], list[Rule]]:
    """Judge all gates; return the approvals still to be asked and the gates that were passed though they only record."""
    asks: list[Ask] = []
    broken: list[Rule] = []
    _due_moments(plan, env)
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
        if isinstance(kind, Permits) and refusal is None and kind.mode == "refuse":
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
    if isinstance(rule.kind, Requires) and rule.kind.for_each:
        return None  # `when` filters the rows
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
            ruling.effects.append(Attest(rule.cite, tuple(p.kind or p.field for p in kind.proofs), kind.strength))
        return
    if kind.pass_by is not None and env.act.reason and kind.pass_by.includes(env.act.by, env):
        ruling.effects.append(Pass(rule.cite, env.act.by, env.act.reason))
    elif kind.mode == "warn":
        ruling.warnings = (*ruling.warnings, verdict)
    elif kind.mode == "record":
        broken.append(rule)
    else:
        ruling.refusals = (*ruling.refusals, verdict)


def _due_moments(plan: Plan, env: Env) -> None:
    """Compute the due moments gates ask about, from the start the act itself would make."""
    asked = {r.kind.edge[1] for r in plan.gates if isinstance(r.kind, Requires) and "#" in r.kind.edge[1]}
    if not asked:
        return
    running = {d.clause: d.due_at for d in env.facts.deadlines}
    for rule in plan.deadlines:
        name = rule.clause.name
        if name not in asked:
            continue
        anchor = rule.kind.anchor(env)  # type: ignore[attr-defined]
        at = running.get(name) or (rule.kind.fall(rule, env, anchor, Clockwork(env.facts.pauses)).due_at if anchor and rule.when.holds(env) else None)  # type: ignore[attr-defined]
        if at is not None:
            env.dues[name] = at


def _approval(rule: Rule, kind: Approval, env: Env, ruling: Ruling, asks: list[Ask]) -> None:
    ruling.cites = (*ruling.cites, rule.cite)
    if rule.clause.name in env.act.granted:
        return
    unknown: list[str] = []
    links = kind.links(rule, env, unknown)
    if links is None:
        clause = rule.clause
        why = f"请先填明:{'、'.join(unknown)}" if unknown else "现在没有可以批准的人(申请人不能批准自己);请设置 else 或由他人申请"
        why_en = f"Say first: {', '.join(unknown)}." if unknown else "There is nobody who may approve it (nobody approves their own request)."
        ruling.refusals = (*ruling.refusals, Refusal(clause.name, "no_approver", clause.zh or clause.sentence(), clause.en or clause.zh, (), tuple(unknown), why, why_en))
        return
    asks.append(Ask(env.act, rule.cite, links, kind.advice(rule, env), kind.all_of))


def _changes(plan: Plan, env: Env, brought: dict[str, Any]) -> Iterator[Effect]:
    """Yield what the act itself changes: the fields it brings, those that follow from them, the step, what its shape sets."""
    shape, facts = plan.shape, env.facts
    assert shape is not None
    for key, value in brought.items():
        if facts.fields.get(key) != value:
            yield SetField(key, value)
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
    effects, flags = ruling.effects, list(ruling.flags)
    effects.extend(_covering(plan, env, effects))
    _settle_tasks(env, effects)
    _opening(env, effects)
    add_promises(law, day, plan, env, effects)
    for rule in broken:
        owes = (env.act.by,) if env.act.by else ()
        effects.append(Breach(rule.cite, "", env.at, owes, gate=True))
    for rule in plan.acting:
        effects.extend(speak(rule, env, day, flags))
    for breach in [e for e in effects if isinstance(e, Breach)]:
        effects.extend(follow(law, env, breach))
    ruling.flags = tuple(flags)
    ruling.cites = tuple(dict.fromkeys((*ruling.cites, *(c for e in effects if (c := getattr(e, "cite", None)) is not None))))


def speak(rule: Rule, env: Env, day: LawDay, flags: list[tuple[str, tuple[str, ...]]]) -> list[Effect]:
    """Return the effects of an acting clause if its condition holds; note it when that is unknown."""
    if getattr(rule.kind, "for_each", "") and not getattr(rule.kind, "population", ""):
        return rule.kind.effects(rule, env)  # `when` filters the rows
    unknown: list[str] = []
    held = rule.when.holds(env, unknown)
    if held is None:
        flags.append((rule.clause.name, tuple(unknown)))
    return rule.kind.effects(rule, env) if held and not day.is_overridden(rule, env) else []


def _covering(plan: Plan, env: Env, effects: list[Effect]) -> Iterator[Effect]:
    """Yield attestations for evidence that came with this act though its gate stands before another."""
    done = {e.cite.clause for e in effects if isinstance(e, Attest)}
    for rule in plan.covering:
        kind = rule.kind
        assert isinstance(kind, Requires)
        if rule.clause.name not in done and env.evidence and all(p.given(env, env.evidence) for p in kind.proofs):
            yield Attest(rule.cite, tuple(p.kind for p in kind.proofs), kind.strength)


def _settle_tasks(env: Env, effects: list[Effect]) -> None:
    """Close the tasks this act does, or that no longer make sense because the subject ended."""
    ended = any(isinstance(e, Step) and e.ends for e in effects)
    closed = {e.id for e in effects if isinstance(e, CloseTask)}
    for task in env.facts.tasks:
        if task.id in closed:
            continue
        if task.act == env.act.name:
            effects.append(CloseTask(task.name, task.row, "done", task.id))
        elif ended and not task.clause:
            effects.append(CloseTask(task.name, task.row, "withdrawn", task.id))


def _opening(env: Env, effects: list[Effect]) -> None:
    """Say whose a new subject is: the one named, the one first asked, or a pool of those who may take it over."""
    opening = env.act.opening
    if env.act.name != "open" or env.noun.kind != "case":
        return
    first = (opening.first_asked if opening else 0) or env.act.by
    mine = env.chosen.get("responsible") or (opening.responsible if opening else 0)
    if not mine and opening and len(opening.who) == 1:
        mine = opening.who[0]
    pool = opening is not None and not mine and bool(opening.who or opening.post)
    if first:
        effects.append(SetField("first_asked", first))
    if not mine and not pool:
        mine = first or env.facts.org.head_of(env.facts.unit)
    if mine and "responsible" not in env.chosen:
        effects.append(SetField("responsible", mine))
        env.chosen["responsible"] = mine
    if pool and opening is not None:
        effects.append(OpenTask("take_over", "领办", None, opening.who, opening.post, "", "take_over", None))


def add_promises(law: Law, day: LawDay, plan: Plan, env: Env, effects: list[Effect]) -> None:
    """Add the settled, withdrawn and new promises, in the state the act leaves behind."""
    ended = any(isinstance(e, Step) and e.ends for e in effects) or (env.facts.closed and env.act.name != "reopen")
    done = frozenset(f"{e.name}:{e.row}" for e in effects if isinstance(e, CloseTask) and e.outcome == "done")
    held = env.act.name == "hold" or (env.facts.held and env.act.name != "resume")
    effects.extend(reconcile(plan, env, day, After(ended, done, held)))
    effects.extend(_moves(law, env))
    opening = env.act.opening
    if env.act.name == "open" and opening is not None and opening.due_at is not None and env.act.upon:
        owes = tuple(p for p in (env.chosen.get("responsible", 0),) if p) or opening.who
        clause = law.on(env.calendar.business_day(env.at)).clauses.get(env.act.upon)
        cite = clause.cite if clause is not None else Cite(env.act.upon)
        effects.append(Promise(cite, env.act.row, env.at, opening.due_at, None, owes, "", ("ends",), opening.due_at <= env.now))
    for task in [e for e in effects if isinstance(e, OpenTask) and e.due_at is not None and e.cite is not None]:
        assert task.cite is not None
        until = (f"task:{task.name}:{task.row}",)
        effects.append(Promise(task.cite, task.row, env.at, task.due_at, None, task.who, "", until, bool(task.due_at and task.due_at <= env.now)))


def _moves(law: Law, env: Env) -> Iterator[Effect]:
    """Yield what hold, resume and extend do to running promises."""
    if env.act.name == "hold":
        yield from moved(law, env, "paused", Clockwork())
    elif env.act.name == "resume":
        pauses = tuple((start, end or env.at) for start, end in env.facts.pauses)
        yield from moved(law, env, "resumed", Clockwork(pauses))
    elif env.act.name == "extend" and env.act.fields.get("span") is not None:
        yield from moved(law, env, "extended", Clockwork(env.facts.pauses, (env.act.fields["span"],)), env.act.clause)


def _with_promises(law: Law, day: LawDay, env: Env, ruling: Ruling) -> Ruling:
    """Add what a completed task settles."""
    if not ruling.allowed:
        return ruling
    plan = day.plan(env.noun.id, env.act.name)
    compute(plan.computed, env)
    add_promises(law, day, plan, env, ruling.effects)
    for breach in [e for e in ruling.effects if isinstance(e, Breach)]:
        ruling.effects.extend(follow(law, env, breach))
    return ruling
