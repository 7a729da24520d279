"""Populations: the members a clause speaks of one by one (a register or procedure, a named group of it, staff, units).

Who may be meant is said here; whether one belongs is decided for it alone, with its own facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from shouwen.base.sql import raw
from shouwen.cases import adapters
from shouwen.policy.act import Ref
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.rounds import LAST_MOMENT, Occurrence, occurrences_of, sample

PAGE: Final = 5000
_READ: Final = "select s.id from {table} s where {noun} = %s and {standing} and s.id > %s order by s.id limit %s"

_DONE: Final = """select distinct d.subject_id from base_event d where d.kind = 'act' and d.act <> '' and d.noun = %s and d.act = %s
 and d.at >= %s and d.at < %s"""


def drawn_by(law: Law, clause: str, at: datetime) -> Occurrence | None:
    """Return the round of a clause that draws a sample, as it comes round at a moment; None when it comes to everybody."""
    found = next((c for c in law.scheduled if c.name == clause), None)
    kind = found.rule.kind if found is not None else None
    if found is None or not isinstance(kind, Schedules) or not kind.drawn:
        return None
    return next((o for o in occurrences_of(law, found, at - LAST_MOMENT, at) if o.drawn is not None), None)


def sampled(o: Occurrence, law: Law) -> list[Ref]:
    """Return what a round draws: so many of those on which an act was done in the period before, the same whenever it is asked."""
    kind, noun = law.clause_of(o.clause, o.since).rule.kind, law.nouns[law.populations[o.population].noun]
    assert isinstance(kind, Schedules)
    since, until = o.drawn or (o.at, o.at)
    done = raw().execute(_DONE, [noun.id, kind.drawn, since, until]).fetchall()
    return [Ref(noun.kind, noun.id, i) for i in sample((i for (i,) in done), o, kind.take or 0)]


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
        people = {h.staff for h in org.holdings}  # technical accounts hold no post: nobody asks them
        return [Ref("staff", "staff", i) for i in sorted(org.staff) if i > after and i in people][:limit]
    if noun.kind == "unit":
        units = sorted(u.id for u in org.units.values() if u.id > after and (not unit_kinds or u.kind in unit_kinds))
        return [Ref("unit", "unit", i) for i in units[:limit]]
    if not adapters.keeps(noun.kind):
        return []
    source = adapters.subject(noun.kind).source
    query = _READ.format(table=source.table, noun=source.noun, standing=source.standing)
    return [Ref(noun.kind, noun.id, id_) for (id_,) in raw().execute(query, [noun.id, after, limit]).fetchall()]
