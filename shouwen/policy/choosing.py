"""Choices made while an act is decided: who, which class, how much. They come first, so that gates see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shouwen.policy.computed import compute
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.calculates import Calculates
from shouwen.policy.kinds.choices import Assigns, Choice, Classifies
from shouwen.policy.promises import spoken_of
from shouwen.policy.ruling import Ruling, SetField

if TYPE_CHECKING:
    from shouwen.policy.law import LawDay, Plan


def choose(plan: Plan, day: LawDay, env: Env, ruling: Ruling) -> list[SetField]:
    """Make the choices in order; a field somebody filled in this act is not taken from them by a proposal."""
    return [made for rule in plan.choices if (made := make(rule, day, env, ruling)) is not None]


def make(rule: Rule, day: LawDay, env: Env, ruling: Ruling) -> SetField | None:
    """Make one choice, if its condition holds; None where it changes nothing, or only proposes."""
    kind = rule.kind
    if isinstance(kind, Calculates) and kind.for_each:
        return _each_row(rule, kind, day, env)
    unknown: list[str] = []
    held = rule.when.holds(env, unknown)
    if unknown:
        env.flag(rule.clause.name, unknown)
    if not held or (rule.clause.name in day.overridden and day.is_overridden(rule, env)):
        return None
    if isinstance(kind, Assigns):
        return _assign(rule, kind, env, ruling)
    assert isinstance(kind, Classifies)
    answered, value = kind.choose(rule, env, unknown)
    if not answered:
        env.flag(rule.clause.name, unknown)
        return None
    changes = env.fields.get(kind.link) if kind.link else env.fields.get(kind.field) != value  # nothing linked, nothing to write
    return _chosen(rule, kind, value, env) if changes else None


def _each_row(rule: Rule, kind: Calculates, day: LawDay, env: Env) -> SetField | None:
    """Fill a column of the rows a clause speaks of, and what follows from it; None where no row changes."""
    rows: list[Mapping[str, Any]] = []
    before = env.fields.get(kind.for_each) or ()
    for row in before:
        unknown: list[str] = []
        with spoken_of(row, env):
            held = rule.when.holds(env, unknown)
            speaks = held and not (rule.clause.name in day.overridden and day.is_overridden(rule, env))
            answered, value = kind.choose(rule, env, unknown) if speaks else (False, None)
        env.flag(rule.clause.name, unknown)
        rows.append({**row, kind.column: value} if answered else row)
    if tuple(rows) == tuple(before):
        return None
    env.fields[kind.for_each] = tuple(rows)
    compute(tuple(f for f in env.noun.fields.values() if f.computed), env)
    env.chosen[kind.for_each] = env.fields[kind.for_each]
    return SetField(kind.for_each, env.fields[kind.for_each], rule.cite)


def _chosen(rule: Rule, kind: Choice, value: Any, env: Env) -> SetField:
    if not kind.link:
        env.fields[kind.field] = value
        env.chosen[kind.field] = value
    return SetField(kind.field, value, rule.cite, kind.link)


def _assign(rule: Rule, kind: Assigns, env: Env, ruling: Ruling) -> SetField | None:
    unknown: list[str] = []
    people = kind.people(rule, env, unknown)
    if unknown:
        env.flag(rule.clause.name, unknown)
    given = env.fields.get(kind.field) if kind.field != "responsible" else (env.act.opening.responsible if env.act.opening else 0)
    if kind.candidates is not None and _performed(env):
        others = [p for p in people if p != given]
        return _chosen(rule, kind, others[0], env) if others else None
    if (given and kind.queue is None) or not people or given == people[0]:
        return None
    if len(people) == 1 and not kind.prefer:
        return _chosen(rule, kind, people[0], env)
    ruling.proposals = {**ruling.proposals, kind.field: people}
    ruling.cites = (*ruling.cites, rule.cite)
    return None


def _performed(env: Env) -> bool:
    """Whether the law itself does the act (`performs`): then nobody is there to confirm a proposal, and the best of the others is taken."""
    return env.act.by == 0 and bool(env.act.upon) and env.act.opening is None
