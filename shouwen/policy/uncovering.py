"""Whose personal data are uncovered only in connection with a matter: what clauses (`reads` with `whose`) say, and what connects.

A matter connects with a customer in two ways: it is their own and not over; or it is one the clause names, stands at a step the
clause names, and points to a record whose field is that customer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shouwen.policy.facts import rows_pointing
from shouwen.policy.kinds.base import Rule, refuse
from shouwen.policy.kinds.reads import Reads
from shouwen.policy.law import LawDay
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Refusal


@dataclass(frozen=True, slots=True)
class Cover:
    """That the customer in a field of a register's records is uncovered only from matters of some procedures at some steps."""

    register: str
    field: str
    matters: Mapping[str, frozenset[str]]
    rule: Rule

    def refusal(self) -> Refusal:
        """Return why nothing is uncovered."""
        said = self.rule.kind.sentence(self.rule)
        return refuse(
            self.rule, f"{said}。请从这样的事项里查看", "Open it from a matter the clause names, or from one of their own."
        )


@dataclass(frozen=True, slots=True)
class Matter:
    """What of a case connects it with somebody."""

    noun: Noun
    step: str
    customer: int
    ended: bool
    fields: Mapping[str, Any]


def covers(day: LawDay) -> tuple[Cover, ...]:
    """Return what the law of a day says of uncovering; nothing of a clause that another one overrides."""
    return tuple(
        Cover(noun, kind.whose, kind.matters, rule)
        for name, clause in sorted(day.clauses.items())
        for noun, rule in clause.rules.items()
        if isinstance(kind := rule.kind, Reads) and kind.whose
        if not any(o.noun is rule.noun for o in day.overridden.get(name, ()))
    )


def connects(cover: Cover, matter: Matter, customer: int, things: Collection[int]) -> bool:
    """Whether a matter connects with a customer; `things`: the records of the register that are theirs and in use."""
    if matter.customer == customer and not matter.ended:
        return True
    at = cover.matters.get(matter.noun.id, frozenset())
    return matter.step in at and any(target in things for _, target in pointing(matter.noun, matter.fields, cover.register))


def pointing(noun: Noun, fields: Mapping[str, Any], register: str) -> Iterator[tuple[str, int]]:
    """Yield the records of a register that a case points to, in its fields and in their rows: where, and the id."""
    for shape in noun.fields.values():
        if shape.type.name == "record" and register in shape.type.nouns and (value := fields.get(shape.id)) is not None:
            yield from ((shape.id, target) for target in (value if isinstance(value, tuple) else (value,)))
    columns = ways(noun, register)
    yield from ((way, target) for way, target in rows_pointing(noun, fields) if way in columns)


def ways(noun: Noun, register: str) -> dict[str, bool]:
    """Return the fields of a procedure, and the columns of its rows (`offers.offer`), that point to a register; whether it is many."""
    own = {f.id: f.type.many for f in noun.fields.values() if f.type.name == "record" and register in f.type.nouns}
    rows = {
        f"{name}.{c.id}": False
        for name in noun.rows
        for c in noun.fields[name].type.columns.values()
        if c.type.name == "record" and register in c.type.nouns and not c.type.many
    }
    return own | rows
