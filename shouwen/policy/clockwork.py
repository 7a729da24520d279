"""What the clock does to a subject: a deadline passed, one is near, a date field's moment came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shouwen.policy.aftermath import promise_tasks
from shouwen.policy.choosing import choose, make
from shouwen.policy.computed import compute
from shouwen.policy.env import Env
from shouwen.policy.facts import GRANT, Running
from shouwen.policy.kinds.choices import Choice
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.promises import ALARM, again
from shouwen.policy.ruling import Breach, Cite, Effect, Ruling, Settle, Warned
from shouwen.policy.speaking import cited, each_once, once, speak

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay, Plan


def decide_clock(day: LawDay, env: Env) -> Ruling:
    """Return what follows when a deadline is due or near. One that has moved or ended meanwhile does nothing."""
    law, act = day.law, env.act
    ruling = Ruling("allowed", act, act.subject)
    if act.name == "come_round":
        compute(day.plan(env.noun.id, act.name).computed, env)
        ruling.effects = _comes_round(day, env, ruling)
        return _told(ruling, env)
    running = next((d for d in env.facts.deadlines if d.clause == act.clause and d.row == act.row), None)
    if running is None or running.breached_at is not None:
        return ruling
    plan = day.plan(env.noun.id, act.name)
    compute(plan.computed, env)
    if act.name == "deadline_near":
        ruling.effects = [Warned(running.clause, running.row, running.owes)]
    elif running.due_at is not None and running.due_at <= env.at:
        ruling.effects = once(list(_rings(plan, day, env, running, law) if ALARM in running.until else _falls(law, env, running)))
        promise_tasks(env, ruling.effects)
    return _told(ruling, env)


def _told(ruling: Ruling, env: Env) -> Ruling:
    """Return the ruling with the clauses it rests on, and those that could not speak."""
    ruling.cites = each_once(cited(ruling.effects))
    ruling.flags = tuple(env.flags.items())
    return ruling


def _comes_round(day: LawDay, env: Env, ruling: Ruling) -> list[Effect]:
    """A clause that speaks of a population asks one member: does it belong, and does the condition hold for it?"""
    clause = day.clauses.get(env.act.clause)
    for rule in clause.rules.values() if clause is not None else ():  # repealed meanwhile: nothing
        kind, unknown = rule.kind, list[str]()
        if rule.upon is not None and rule.upon.kind == "calendar" and rule.noun is not None and rule.noun.id == env.noun.id:
            made = make(rule, day, env, ruling) if isinstance(kind, Choice) else None
            return speak(rule, env, day) if not isinstance(kind, Choice) else [made] if made is not None else []
        if not isinstance(kind, Schedules | Obliges | Reports) or kind.member is None or kind.member.id != env.noun.id:
            continue
        held = [c.holds(env, unknown) for c in (kind.members, rule.when)]
        if False in held or day.is_overridden(rule, env):
            continue
        env.flag(rule.clause.name, unknown)
        return kind.effects(rule, env) if all(held) else []
    return []


def _falls(law: Law, env: Env, running: Running) -> Iterator[Effect]:
    if running.due_at is None:
        return
    breach = Breach(Cite(running.clause, running.since), running.row, running.due_at, running.owes)
    yield breach
    yield from again(law, env, running)
    born_overdue = running.made_at is not None and running.due_at <= running.made_at
    yield from follow(law, env, breach, born_overdue=born_overdue)


def follow(law: Law, env: Env, breach: Breach, *, born_overdue: bool = False) -> Iterator[Effect]:
    """Yield what follows a breach, by the law of the moment it fell. A penalty does not follow a promise born overdue."""
    day = law.on(env.calendar.business_day(breach.at))
    for rule in day.upon_breach.get(breach.cite.clause, []):
        if rule.noun is not None and rule.noun.id != env.noun.id:
            continue
        if born_overdue and rule.kind.primitive == "keep":
            continue
        yield from speak(rule, env, day)


def _rings(plan: Plan, day: LawDay, env: Env, running: Running, law: Law) -> Iterator[Effect]:
    """A clause acts at the moment of a date field, or ahead of one; where a grant begins or ends, live choices are made anew."""
    clause = day.clauses.get(running.clause) or law.clause(running.clause, running.since)
    rule = clause.rules.get(env.noun.id) if clause is not None else None
    yield Settle(running.clause, running.row, "kept", env.at, "rang")
    if running.row.startswith(GRANT):
        yield from choose(plan, day, env, Ruling("allowed", env.act, env.act.subject))
    elif rule is not None:
        yield from speak(rule, env, day)
