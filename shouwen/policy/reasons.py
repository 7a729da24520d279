"""Why a clause spoke as it did: the facts it read, whether each part of its condition held, the row of its table that fitted.

Works on facts by name, as a ruling keeps them (`Ruling.reads`) and the journal with it, so that what happened last year is explained by
what was known then, not by what is known now. A fact nobody kept is unknown, and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shouwen.policy.conditions import Condition, Test
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.paths import ELAPSED, POSTS, Path
from shouwen.policy.values import BadValue, show_zh


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact a clause read, as it is kept (`value` None: it was not known, or is not kept)."""

    path: Path
    value: Any

    def word(self, lang: str = "zh") -> str:
        """Return what the fact is called."""
        field = self.path.field
        return field.en if lang.startswith("en") and field is not None and field.en else self.path.zh

    def text(self, lang: str = "zh") -> str:
        """Return its value in words; ids of people and things as numbers, for names are nobody's business here."""
        english, path = lang.startswith("en"), self.path
        if path.field is not None and path.field.covered:
            return "personal" if english else "个人信息"
        value = value_of(path, self.value)
        if value is None:
            return "not recorded" if english else "没有记录"
        if isinstance(value, bool):
            return ("yes" if value else "no") if english else show_zh(path.type, value)
        choice = path.type.choices.get(value) if isinstance(value, str) else None
        return choice.en if english and choice is not None and choice.en else show_zh(path.type, value)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition, and whether it held (None: that is not known)."""

    zh: str
    held: bool | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a clause rested on: facts, the parts of its condition, the row of its table that fitted (in words; "" for none)."""

    facts: tuple[Fact, ...] = ()
    parts: tuple[Part, ...] = ()
    row: str = ""


def reasons(rule: Rule, known: Mapping[str, Any], env: Env) -> Reasons:
    """Return what a rule rested on, by facts as they are kept. `env` is used where a fact is compared with another."""
    facts = tuple(Fact(p, known.get(p.text)) for p in rule.paths)
    parts = _parts(rule.when, known, env)
    table = rule.table
    row = next((r for r in table.rows if all(_held(t, known, env) for t in r.tests)), None) if table is not None else None
    return Reasons(facts, parts, "、".join(t.zh for t in row.tests) if row is not None else "")


def _parts(when: Condition, known: Mapping[str, Any], env: Env) -> tuple[Part, ...]:
    """Return the parts of the group that held; where none did, of all groups."""
    judged = [[Part(t.zh, _held(t, known, env)) for t in group] for group in when.groups]
    held: Sequence[Sequence[Part]] = [g for g in judged if all(p.held for p in g)][:1] or judged
    return tuple({p.zh: p for g in held for p in g}.values())


def _held(test: Test, known: Mapping[str, Any], env: Env) -> bool | None:
    value = value_of(test.path, known.get(test.path.text))
    if value is None and test.kind not in ("missing", "given"):
        return None
    try:
        return test.check(value, env)
    except (TypeError, ValueError, ArithmeticError):  # kept in a form of then that the law of now does not compare
        return None


def value_of(path: Path, kept: Any) -> Any:
    """Return a kept fact as the law reads it; None when it is not known, or cannot be read any more."""
    if kept is None or kept == "…" or path.type is ELAPSED:
        return None
    if path.type is POSTS:
        return tuple(kept) if isinstance(kept, list) else kept
    try:
        return path.type.load(kept)
    except (BadValue, TypeError, ValueError):
        return None


def seen_again(facts: Facts, known: Mapping[str, Any], rule: Rule) -> tuple[Facts, dict[str, Any]]:
    """Return facts with what was known then put where a clause looks for it, and the subject's own fields."""
    fields: dict[str, Any] = {}
    for p in rule.paths:
        value = value_of(p, known.get(p.text))
        if value is None:
            continue
        if p.measure:
            facts.measures = {**facts.measures, p.measure: value}
        elif p.link:
            tail = p.text.partition(".")[2]
            facts.links = {**facts.links, p.link: {**facts.links.get(p.link, {}), tail: value}}
        elif p.field is not None and "." not in p.text:
            fields[p.text] = value
    return facts, fields
