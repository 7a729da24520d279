"""What the law does of itself once an act is allowed: each acting clause speaks, or is flagged with the facts it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from shouwen.policy.env import Env, as_moment
from shouwen.policy.kinds.base import Rule
from shouwen.policy.ruling import Cite, Effect, Enter, Perform

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay, Plan


def speak(rule: Rule, env: Env, day: LawDay) -> list[Effect]:
    """Return the effects of an acting clause if its condition holds; nothing, flagged, while that is unknown."""
    if getattr(rule.kind, "for_each", ""):
        return rule.kind.effects(rule, env)  # `when` filters the rows, or the members of the population
    unknown: list[str] = []
    held = rule.when.holds(env, unknown)
    if unknown:
        env.flag(rule.clause.name, unknown)
    return rule.kind.effects(rule, env) if held and not day.is_overridden(rule, env) else []


def acting(day: LawDay, plan: Plan, env: Env) -> list[Effect]:
    """Return what all clauses do upon an act. Offences are kept by the law, the posts and the day they happened on."""
    offences = bool(env.noun.happened)
    found: list[Effect] = []
    for rule in plan.acting:
        if not (offences and rule.kind.primitive == "keep"):
            found.extend(speak(rule, env, day))
    if offences:
        found.extend(_kept_as_of_then(day.law, plan, env))
    return found


def _kept_as_of_then(law: Law, plan: Plan, env: Env) -> Iterator[Effect]:
    name = env.noun.happened
    then = as_moment(env.fields.get(name), env.calendar)
    if then is None:
        for rule in plan.acting:
            if rule.kind.primitive == "keep":
                env.flag(rule.clause.name, (name,))
        return
    day = law.on(env.calendar.business_day(then))
    at_the_time = replace(env, act=replace(env.act, at=then))
    for rule in day.plan(env.noun.id, env.act.name).acting:
        if rule.kind.primitive == "keep":
            yield from (replace(e, happened=then) if isinstance(e, Enter) else e for e in speak(rule, at_the_time, day))


def once(effects: list[Effect]) -> list[Effect]:
    """Return effects with each act of the law done once, however many clauses want it (all of them are cited)."""
    if Perform not in set(map(type, effects)):
        return effects
    kept: list[Effect] = []
    wanted = set()
    for effect in effects:
        if isinstance(effect, Perform):
            act = effect.act
            key = (act.name, act.subject, act.clause, act.row)
            if key in wanted:
                continue
            wanted.add(key)
        kept.append(effect)
    return kept


def each_once(cites: Iterable[Cite]) -> tuple[Cite, ...]:
    """Return clauses without those cited before."""
    return tuple({(c.clause, c.since): c for c in cites}.values())


def cited(effects: Iterable[Effect]) -> list[Cite]:
    """Return the clauses effects rest on, as often as they do."""
    return [cite for e in effects if (cite := getattr(e, "cite", None)) is not None]
