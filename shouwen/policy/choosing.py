"""Choices made while an act is decided: who, which class, how much. They come first, so that gates see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.choices import Assigns, Choice, Classifies
from shouwen.policy.ruling import Effect, Ruling, SetField

if TYPE_CHECKING:
    from shouwen.policy.law import LawDay, Plan


def choose(plan: Plan, day: LawDay, env: Env, ruling: Ruling) -> Iterator[Effect]:
    """Make the choices in order; a field somebody filled in this act is not taken from them by a proposal."""
    for rule in plan.choices:
        yield from make(rule, day, env, ruling)


def make(rule: Rule, day: LawDay, env: Env, ruling: Ruling) -> Iterator[Effect]:
    """Make one choice, if its condition holds."""
    kind, unknown = rule.kind, list[str]()
    assert isinstance(kind, Choice)
    held = rule.when.holds(env, unknown)
    env.flag(rule.clause.name, unknown)
    if not held or day.is_overridden(rule, env):
        return
    if isinstance(kind, Assigns):
        yield from _assign(rule, kind, env, ruling)
    elif isinstance(kind, Classifies):
        answered, value = kind.choose(rule, env, unknown)
        if not answered:
            env.flag(rule.clause.name, unknown)
        elif env.fields.get(kind.link) if kind.link else env.fields.get(kind.field) != value:  # nothing linked, nothing to write
            yield _chosen(rule, kind, value, env)


def _chosen(rule: Rule, kind: Choice, value: Any, env: Env) -> SetField:
    if not kind.link:
        env.fields[kind.field] = value
        env.chosen[kind.field] = value
    return SetField(kind.field, value, rule.cite, kind.link)


def _assign(rule: Rule, kind: Assigns, env: Env, ruling: Ruling) -> Iterator[Effect]:
    unknown: list[str] = []
    people = kind.people(rule, env, unknown)
    env.flag(rule.clause.name, unknown)
    given = env.fields.get(kind.field) if kind.field != "responsible" else (env.act.opening.responsible if env.act.opening else 0)
    if (given and kind.queue is None) or not people or given == people[0]:
        return
    if len(people) == 1 and not kind.prefer:
        yield _chosen(rule, kind, people[0], env)
    else:
        ruling.proposals = {**ruling.proposals, kind.field: people}
        ruling.cites = (*ruling.cites, rule.cite)
