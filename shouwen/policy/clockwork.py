"""What the clock does to a subject: a deadline passed, one is near, a date field's moment came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shouwen.policy.computed import compute
from shouwen.policy.env import Env
from shouwen.policy.facts import Running
from shouwen.policy.promises import ALARM
from shouwen.policy.ruling import Breach, Cite, Effect, Ruling, Settle, Warned

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay


def decide_clock(law: Law, day: LawDay, env: Env) -> Ruling:
    """Return what follows when a deadline is due or near. One that has moved or ended meanwhile does nothing."""
    act = env.act
    ruling = Ruling("allowed", act, act.subject)
    running = next((d for d in env.facts.deadlines if d.clause == act.clause and d.row == act.row), None)
    if running is None or running.breached_at is not None:
        return ruling
    plan = day.plan(env.noun.id, act.name)
    compute(plan.computed, env)
    if act.name == "deadline_near":
        ruling.effects = [Warned(running.clause, running.row, running.owes)]
    elif running.due_at is not None and running.due_at <= env.at:
        ruling.effects = list(_rings(law, day, env, running) if ALARM in running.until else _falls(law, env, running))
    ruling.cites = tuple(dict.fromkeys(c for e in ruling.effects if (c := getattr(e, "cite", None)) is not None))
    return ruling


def _falls(law: Law, env: Env, running: Running) -> Iterator[Effect]:
    assert running.due_at is not None
    breach = Breach(Cite(running.clause, running.since), running.row, running.due_at, running.owes)
    yield breach
    born_overdue = running.made_at is not None and running.due_at <= running.made_at
    yield from follow(law, env, breach, born_overdue=born_overdue)


def follow(law: Law, env: Env, breach: Breach, *, born_overdue: bool = False) -> Iterator[Effect]:
    """Yield what follows a breach, by the law of the moment it fell. A penalty does not follow a promise born overdue."""
    day = law.on(env.calendar.business_day(breach.at))
    for rule in day.upon_breach.get(breach.cite.clause, []):
        if rule.noun is not None and rule.noun.id != env.noun.id:
            continue
        if (born_overdue and rule.kind.primitive == "keep") or day.is_overridden(rule, env):
            continue
        if rule.when.holds(env):
            yield from rule.kind.effects(rule, env)


def _rings(law: Law, day: LawDay, env: Env, running: Running) -> Iterator[Effect]:
    """A clause acts at the moment of a date field, or ahead of one."""
    clause = day.clauses.get(running.clause) or law.clause(running.clause, running.since)
    rule = clause.rules.get(env.noun.id) if clause is not None else None
    yield Settle(running.clause, running.row, "kept", env.at, "rang")
    if rule is not None and rule.when.holds(env):
        yield from rule.kind.effects(rule, env)
