"""Who may read which cases: the ground is what the company lets its posts see, and clauses (`reads`) add to it or limit it.

For each procedure a clause speaks of, `units_by_noun` says in which units somebody reads its cases; of all others the ground holds.
Limits come first: of the ground stays what one of the posts named by `only` gives. Then what other clauses give is added, also to a
post that sees nothing by the company's setting. A post that administers or audits, and does not see, is given nothing. Whoever
works on a case (responsible, first asked, an open task) reads it whatever clauses say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shouwen.policy.kinds.reads import Reads
from shouwen.policy.law import LawDay
from shouwen.policy.org import Holding, Org
from shouwen.policy.ruling import Cite

Units = frozenset[int] | None  # None: all of them, and what is of none


@dataclass(frozen=True, slots=True)
class Reading:
    """That a post may read the cases of a procedure, in its units or (`anywhere`) in all; `only`: of those who may, nobody else."""

    noun: str
    post: str
    anywhere: bool
    only: bool
    cite: Cite


@dataclass(frozen=True, slots=True)
class InSight:
    """Of which units things are seen: of the `nouns` of which the law says otherwise of those beside them, of all others of `units`."""

    units: Units
    nouns: tuple[tuple[str, Units], ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What the company lets posts do: whether one sees, and whether one is kept apart from what customers said."""

    sees: Callable[[str], bool] = lambda _: True
    apart: Callable[[str], bool] = lambda _: False


def readings(day: LawDay) -> tuple[Reading, ...]:
    """Return what the law of a day says of reading; nothing of a clause that another one overrides."""
    return tuple(
        Reading(noun, post, anywhere, rule.kind.only, rule.cite)
        for name, clause in sorted(day.clauses.items())
        for noun, rule in clause.rules.items()
        if isinstance(rule.kind, Reads) and not any(o.noun is rule.noun for o in day.overridden.get(name, ()))
        for post, anywhere in rule.kind.posts()
    )


def held_by(org: Org, staff: int, at: datetime) -> tuple[Holding, ...]:
    """Return the posts somebody holds at a moment, and those of whom they stand in for."""
    people = {staff, *org.stood_in_for(staff, at)}
    return tuple(h for h in org.holdings if h.staff in people and h.stands(at))


def units_of(org: Org, roots: Collection[int]) -> Units:
    """Return the units at and below the roots; None when one of them is the top, or no unit at all (0)."""
    if any(root == 0 or (root in org.units and not org.units[root].parent) for root in roots):
        return None
    return frozenset(u for u in org.units if not set(roots).isdisjoint(org.path(u)))


def units_by_noun(said: Iterable[Reading], org: Org, held: Collection[Holding], ground: Ground, seen: Units) -> dict[str, Units]:
    """Return by procedure the units of which somebody reads its cases, where that is not what they see anyway (`seen`)."""
    by_noun: dict[str, list[Reading]] = {}
    for reading in said:
        by_noun.setdefault(reading.noun, []).append(reading)
    found = {
        noun: _joined(_limited(rules, org, held, ground, seen), _given(rules, org, held, ground))
        for noun, rules in by_noun.items()
    }
    return {noun: units for noun, units in found.items() if units != seen}


def _limited(rules: Collection[Reading], org: Org, held: Collection[Holding], ground: Ground, seen: Units) -> Units:
    only = {r.post: r.anywhere for r in rules if r.only}
    if not only:
        return seen
    mine = [h for h in held if h.post in only and ground.sees(h.post)]
    return seen if any(only[h.post] for h in mine) else units_of(org, {h.unit for h in mine})


def _given(rules: Collection[Reading], org: Org, held: Collection[Holding], ground: Ground) -> Units:
    given = {(r.post, r.anywhere) for r in rules if not r.only}
    mine = [h for h in held if not ground.apart(h.post)]
    if any((h.post, True) in given for h in mine):
        return None
    return units_of(org, {h.unit for h in mine if (h.post, False) in given})


def _joined(some: Units, others: Units) -> Units:
    return None if some is None or others is None else some | others


def giving(said: Iterable[Reading], noun: str, posts: Collection[str]) -> Iterator[Reading]:
    """Yield what gives somebody with these posts the right to read cases of a procedure."""
    return (r for r in said if r.noun == noun and not r.only and r.post in posts)


def readable(
    said: Iterable[Reading], org: Org, staff: int, at: datetime, ground: Ground = Ground()
) -> Callable[[str, int], bool]:
    """Return a question: does somebody read, by post, the cases of a procedure in a unit (0: of none)?"""
    held = held_by(org, staff, at)
    people = {staff, *org.stood_in_for(staff, at)}
    roots = {h.unit for h in held if ground.sees(h.post)} | {u.id for u in org.units.values() if u.head in people}
    seen = units_of(org, roots)
    nouns: Mapping[str, Units] = units_by_noun(said, org, held, ground, seen)

    def reads(noun: str, unit: int) -> bool:
        units = nouns.get(noun, seen)
        return units is None or unit in units

    return reads
