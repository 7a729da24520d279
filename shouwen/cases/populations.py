"""Populations: the members a clause speaks of one by one (a register or procedure, a named group of it, staff, units).

Who may be meant is said here; whether one belongs is decided for it alone, with its own facts.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from shouwen.base.sql import raw
from shouwen.cases import adapters
from shouwen.policy.act import Ref
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.rounds import LAST_MOMENT, Occurrence, drawn_below, lot, occurrences_of

PART: Final = 5000  # of those a sample is drawn from, read at a time
MOST_AT_ONCE: Final = 20  # members an act asks in its own transaction; if there are more, all go through the queue
_READ: Final = "select s.id from {table} s where {noun} = %s and {standing} and s.id > %s order by s.id limit %s"

_DONE: Final = """declare drawn_from no scroll cursor for select distinct d.subject_id from base_event d
 where d.kind = 'act' and d.act <> '' and d.noun = %s and d.act = %s and d.at >= %s and d.at < %s"""


def drawn_by(law: Law, clause: str, at: datetime) -> Occurrence | None:
    """Return the round of a clause that draws a sample, as it comes round at a moment; None when it comes to everybody."""
    found = next((c for c in law.scheduled if c.name == clause), None)
    kind = found.rule.kind if found is not None else None
    if found is None or not isinstance(kind, Schedules) or not kind.drawn:
        return None
    return next((o for o in occurrences_of(law, found, at - LAST_MOMENT, at) if o.drawn is not None), None)


def sampled(o: Occurrence, law: Law) -> Sequence[int]:
    """Return what a round draws, in the order of their ids: so many, or such a share, of those on which an act was done in the
    period before. The same whenever it is asked, but not for nothing: all of them are read, and of each two numbers are held.

    Called inside a transaction.
    """
    kind, noun = law.clause_of(o.clause, o.since).rule.kind, law.nouns[law.populations[o.population].noun]
    assert isinstance(kind, Schedules)
    since, until = o.drawn or (o.at, o.at)
    ids, lots = array("q"), array("Q")
    raw().execute(_DONE, [noun.id, kind.drawn, since, until])
    while part := raw().execute(f"fetch {PART} from drawn_from").fetchall():
        ids.extend(i for (i,) in part)
        lots.extend(lot(o, i) for (i,) in part)
    raw().execute("close drawn_from")
    highest = drawn_below(lots, kind.take.of(len(lots)) if kind.take is not None else 0)
    return array("q", sorted(i for i, drawn in zip(ids, lots, strict=True) if drawn < highest))


def kind_of(population: str, law: Law) -> tuple[str, str]:
    """Return the kind and the noun of the members of a population."""
    noun = law.nouns[law.populations[population].noun]
    return noun.kind, noun.id


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
