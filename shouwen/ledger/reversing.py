"""What may take an entry back: clauses that void its book, and the acts upon which they do. Nothing else reverses an entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shouwen.policy.kinds.keeps import Penalises
from shouwen.policy.law import LawDay


@dataclass(frozen=True, slots=True)
class Way:
    """A clause that takes entries of a book back, upon an act of a noun. `field`: only those booked upon the case it points to."""

    clause: str
    noun: str
    act: str
    field: str


def ways_back(day: LawDay, book: str) -> Iterator[Way]:
    """Yield the ways by which the law of a day takes entries of a book back, in the order of its clauses."""
    for clause in day.clauses.values():
        for noun, rule in clause.rules.items():
            kind = rule.kind
            if (
                isinstance(kind, Penalises)
                and kind.voids
                and kind.book == book
                and rule.upon is not None
                and rule.upon.kind == "act"
            ):
                yield Way(clause.name, noun, rule.upon.name, kind.case)
