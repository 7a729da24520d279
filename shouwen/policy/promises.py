"""Promises follow from facts: after every act the deadlines a subject should have are compared with those it has.

A promise whose reason fell away is withdrawn; one whose start moved begins anew; one whose end was reached is settled; one that
should be there is made. What runs keeps the clause and version that made it. A breach that has fallen stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shouwen.policy.env import Env, as_moment
from shouwen.policy.facts import Running
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.keeps import Notifies
from shouwen.policy.kinds.opens import Deadline
from shouwen.policy.moments import Clockwork, Fall, fall
from shouwen.policy.ruling import Breach, Cite, Effect, Move, Promise, Settle
from shouwen.worktime import Span, parse_span

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay, Plan

ENDS, ALARM = "ends", "alarm"  # what a promise waits for when it is no act: the end of the case; nothing (it only rings)


@dataclass(slots=True)
class After:
    """What the act leaves behind: whether the subject has ended, which tasks were closed, whether it is held."""

    ended: bool = False
    tasks_done: frozenset[str] = frozenset()
    held: bool = False


def reconcile(plan: Plan, env: Env, law: LawDay, after: After) -> Iterator[Effect]:
    """Yield what has to be done to the subject's deadlines after an act."""
    wanted = dict(_wanted(plan, env, law)) if not after.ended else {}
    seen: set[str] = set()
    for running in env.facts.deadlines:
        seen.add(running.clause)
        yield from _settle(running, wanted, plan, env, after)
    for name, (rule, anchor) in wanted.items():
        if name not in seen:
            yield from _promise(rule, anchor, env, after)


def _wanted(plan: Plan, env: Env, law: LawDay) -> Iterator[tuple[str, tuple[Rule, datetime]]]:
    for rule in plan.deadlines:
        kind = rule.kind
        assert isinstance(kind, Deadline)
        anchor = kind.anchor(env)
        if anchor is not None and rule.when.holds(env) and not law.is_overridden(rule, env):
            yield rule.clause.name, (rule, anchor)
    for rule in plan.alarms:
        anchor = alarm_at(rule, env)
        if anchor is not None and rule.when.holds(env):
            yield rule.clause.name, (rule, anchor)


def alarm_at(rule: Rule, env: Env) -> datetime | None:
    """Return when a clause rings that acts at the moment of a date field, or ahead of one."""
    kind = rule.kind
    if isinstance(kind, Notifies) and kind.ahead_of:
        moment = as_moment(env.fields.get(kind.ahead_of), env.calendar)
        return None if moment is None or kind.at_least is None else env.calendar.subtract(moment, kind.at_least)
    if rule.upon is None:
        return None
    return as_moment(env.fields.get(rule.upon.name), env.calendar, end=True)


def reached(running: Running, env: Env, after: After) -> bool:
    """Whether everything a promise waits for has been done since it was made."""
    since = min(running.anchor, running.made_at) if running.made_at else running.anchor
    return all(_done(what, since, env, after) for what in running.until)


def _done(what: str, since: datetime, env: Env, after: After) -> bool:
    if what == ENDS:
        return after.ended
    if what == ALARM:
        return False
    if what.startswith("task:"):
        return what.removeprefix("task:") in after.tasks_done
    if what == env.act.name:
        return True
    mark = env.facts.marks.get(what)
    return mark is not None and mark.last >= since


def _settle(running: Running, wanted: dict[str, tuple[Rule, datetime]], plan: Plan, env: Env, after: After) -> Iterator[Effect]:
    if reached(running, env, after):
        yield from settled(running, env)
        return
    if ENDS in running.until or any(u.startswith("task:") for u in running.until):
        if after.ended and ENDS not in running.until:
            yield Settle(running.clause, running.row, "withdrawn", env.at, "ended")
        return
    ours = any(r.clause.name == running.clause for r in (*plan.deadlines, *plan.alarms))
    found = wanted.get(running.clause)
    if after.ended or (ours and found is None):
        yield Settle(running.clause, running.row, "withdrawn", env.at, "ended" if after.ended else "condition")
    elif found is not None and found[1] != running.anchor:
        yield Settle(running.clause, running.row, "withdrawn", env.at, "moved")
        yield from _promise(found[0], found[1], env, after)


def settled(running: Running, env: Env) -> Iterator[Effect]:
    """Yield the end of a promise that was met: kept, or late (with its breach, if the clock has not seen it yet)."""
    late = running.breached_at is not None or (running.due_at is not None and env.at > running.due_at)
    if late and running.breached_at is None and running.due_at is not None:
        yield Breach(Cite(running.clause, running.since), running.row, running.due_at, running.owes)
    yield Settle(running.clause, running.row, "late" if late else "kept", env.at)


def _promise(rule: Rule, anchor: datetime, env: Env, after: After) -> Iterator[Effect]:
    kind, name = rule.kind, rule.clause.name
    if (name, "", anchor) in env.facts.settled:
        return
    if not isinstance(kind, Deadline):
        yield Promise(rule.cite, "", anchor, anchor, None, (), _calendar_name(env), (ALARM,), anchor <= env.now)
        return
    if all(u == env.act.name or ((m := env.facts.marks.get(u)) is not None and m.last >= anchor) for u in kind.until):
        return
    made = kind.fall(rule, env, anchor, Clockwork(env.facts.pauses))
    if made.due_at is None and made.deadline is None:
        return  # the date it depends on is not known yet
    due_at, warn_at = (None, None) if after.held and kind.stops else (made.due_at, made.warn_at)
    overdue = due_at is not None and due_at <= env.now
    yield Promise(rule.cite, "", anchor, due_at, warn_at, kind.owes(env), _calendar_name(env), kind.until, overdue)


def _calendar_name(env: Env) -> str:
    return next((n for n, c in env.calendars.items() if c is env.calendar), "")


def moved(law: Law, env: Env, why: str, clock: Clockwork, only: str = "") -> Iterator[Effect]:
    """Yield new due moments for running promises: paused, resumed or extended (`only`: one clause)."""
    for running in env.facts.deadlines:
        if (only and running.clause != only) or running.breached_at is not None or ALARM in running.until:
            continue
        if why == "paused":
            if _stops(law, running, env):
                yield Move(running.clause, running.row, None, None, why)
            continue
        if why == "resumed" and running.due_at is not None:
            continue
        extended = (*(parse_span(t) for t in running.extended), *clock.extended)
        made = fall_again(law, running, env, Clockwork(clock.pauses, extended))
        if made is None and running.due_at is not None and clock.extended:
            made = Fall(env.calendar.extend(running.due_at, clock.extended[0]), None)
        if made is not None:
            yield Move(running.clause, running.row, made.due_at, made.warn_at, why, str(clock.extended[0]) if clock.extended else "")


def _stops(law: Law, running: Running, env: Env) -> bool:
    clause = law.clause(running.clause, running.since)
    kind = clause.rule.kind if clause is not None and clause.rules else None
    return kind.stops if isinstance(kind, Deadline) else True


def fall_again(law: Law, running: Running, env: Env, clock: Clockwork) -> Fall | None:
    """Compute a running promise again with the clause and version that made it; None if that clause tells no span."""
    clause = law.clause(running.clause, running.since)
    if clause is None or not clause.rules:
        return None
    rule = clause.rules.get(env.noun.id) or clause.rule
    if isinstance(rule.kind, Deadline):
        return rule.kind.fall(rule, env, running.anchor, clock)
    when = getattr(rule.kind, "when", None)
    if when is None or not when.said:
        return None
    how: Span | object = when.of(rule, env, [])
    return fall(when, how, running.anchor, env, clock=clock)  # type: ignore[arg-type]
