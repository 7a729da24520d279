"""Populations: the members a clause speaks of one by one (a register or procedure, a named group of it, staff, units).

Who may be meant is said here; whether one belongs is decided for it alone, with its own facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from shouwen.base.sql import raw
from shouwen.cases import adapters
from shouwen.policy.act import Ref
from shouwen.policy.law import Law
from shouwen.policy.org import Org

PAGE: Final = 5000
_READ: Final = "select s.id from {table} s where {noun} = %s and {standing} and s.id > %s order by s.id limit %s"


def members(name: str, law: Law, org: Org, unit_kinds: Collection[str] = ()) -> Iterator[Ref]:
    """Yield everybody and everything a population may mean."""
    last = 0
    while page := members_after(name, law, org, last, PAGE, unit_kinds):
        yield from page
        last = page[-1].id


def members_after(name: str, law: Law, org: Org, after: int, limit: int, unit_kinds: Collection[str] = ()) -> list[Ref]:
    """Return up to `limit` members in the order of their ids, those after an id."""
    population = law.populations.get(name)
    noun = law.noun(population.noun) if population is not None else None
    if noun is None:
        return []
    if noun.kind == "staff":
        return [Ref("staff", "staff", i) for i in sorted(org.staff) if i > after][:limit]
    if noun.kind == "unit":
        units = sorted(u.id for u in org.units.values() if u.id > after and (not unit_kinds or u.kind in unit_kinds))
        return [Ref("unit", "unit", i) for i in units[:limit]]
    if not adapters.keeps(noun.kind):
        return []
    source = adapters.subject(noun.kind).source
    query = _READ.format(table=source.table, noun=source.noun, standing=source.standing)
    return [Ref(noun.kind, noun.id, id_) for (id_,) in raw().execute(query, [noun.id, after, limit]).fetchall()]
