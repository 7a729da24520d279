"""Populations: the members a clause speaks of one by one (a register or procedure, a named group of it, staff, units).

Who may be meant is said here; whether one belongs is decided for it alone, with its own facts. What of the group's condition can be
said in SQL leaves out beforehand those that do not: of a million records the few that belong are read, and locked, and judged.
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.utils import DataError

from shouwen.base.sql import raw
from shouwen.cases import adapters, models
from shouwen.cases.adapters import Source
from shouwen.cases.conditions_sql import Said, narrowing_sql
from shouwen.policy.act import Ref
from shouwen.policy.conditions import Condition
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org
from shouwen.policy.rounds import LAST_MOMENT, Occurrence, drawn_below, lot, occurrences_of
from shouwen.staff import org
from shouwen.worktime import WorktimeError

PART: Final = 5000  # of those a sample is drawn from, read at a time
MOST_AT_ONCE: Final = 20  # members an act asks in its own transaction; if there are more, all go through the queue
LOOKED_AT: Final = 10_000  # members, at most, of which those that may belong are sought in one statement
_READ: Final = "select s.id from {table} s where {noun} = %s and {standing} and s.id > %s order by s.id limit %s"
# In the order of the index, and no further than the page: of all that are looked at those that may belong, and the last one.
_LOOK: Final = """select id, n, belongs from (
 select id, belongs, row_number() over w as n, lead(id) over w is null as last from (
  select s.id, coalesce({belongs}, false) as belongs from {table} s where {noun} = %s and {standing} and s.id > %s
  order by s.id limit %s) looked window w as (order by id)) found
 where belongs or last order by id limit %s"""

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


def members_after(name: str, law: Law, org_: Org, after: int, limit: int, unit_kinds: Collection[str] = ()) -> list[Ref]:
    """Return up to `limit` members in the order of their ids, those after an id."""
    population = law.populations.get(name)
    noun = law.noun(population.noun) if population is not None else None
    if noun is None:
        return []
    if noun.kind == "staff":
        people = {h.staff for h in org_.holdings}  # technical accounts hold no post: nobody asks them
        return [Ref("staff", "staff", i) for i in sorted(org_.staff) if i > after and i in people][:limit]
    if noun.kind == "unit":
        units = sorted(u.id for u in org_.units.values() if u.id > after and (not unit_kinds or u.kind in unit_kinds))
        return [Ref("unit", "unit", i) for i in units[:limit]]
    if not adapters.keeps(noun.kind):
        return []
    source = adapters.subject(noun.kind).source
    query = _READ.format(table=source.table, noun=source.noun, standing=source.standing)
    return [Ref(noun.kind, noun.id, id_) for (id_,) in raw().execute(query, [noun.id, after, limit]).fetchall()]


@dataclass(frozen=True, slots=True)
class Page:
    """Members that may belong, in the order of their ids; how far was looked for them, at how many, and whether those were the last."""

    members: Sequence[Ref]
    reached: int
    looked_at: int
    last: bool


def page_of(members: Sequence[Ref], limit: int, reached: int) -> Page:
    """Return members, of whom no more than `limit` were asked for, as the page after an id."""
    return Page(members, members[-1].id if members else reached, len(members), len(members) < limit)


def page_after(o: models.Occurrence, law: Law, limit: int, *, narrow: bool) -> Page:
    """Return up to `limit` members that a round comes to, after the one it has reached; with `narrow` without those of whom SQL can
    say that they do not belong to its group."""
    population = law.populations.get(o.population)
    noun = law.noun(population.noun) if population is not None else None
    said = belonging(law, o.clause, o.at, noun) if narrow and noun is not None and adapters.keeps(noun.kind) else None
    if noun is not None and said is not None:
        # A value kept under a law by which its field was of another type cannot be cast; then everybody is asked, and the law decides.
        with contextlib.suppress(DataError), transaction.atomic():
            return _look(noun, said, o.reached, limit)
    return page_of(members_after(o.population, law, org.snapshot(o.at), o.reached, limit, o.unit_kinds), limit, o.reached)


def _look(noun: Noun, said: Said, after: int, limit: int) -> Page:
    source: Source = adapters.subject(noun.kind).source
    query = _LOOK.format(belongs=said[0], table=source.table, noun=source.noun, standing=source.standing)
    found = raw().execute(query, [*said[1], noun.id, after, LOOKED_AT, limit]).fetchall()
    if not found:
        return Page((), after, 0, last=True)
    reached, looked_at, _ = found[-1]
    members = [Ref(noun.kind, noun.id, id_) for id_, _, belongs in found if belongs]
    return Page(members, reached, looked_at, last=looked_at < LOOKED_AT and len(members) < limit)


def belonging(law: Law, clause: str, at: datetime, noun: Noun) -> Said | None:
    """Return what can be said in SQL of the conditions by which a round asks; None when that is nothing, or not the same everywhere:
    the day of a moment, and with it the version of the clause, may differ from calendar to calendar."""
    try:
        days = {calendar.business_day(at) for calendar in law.calendars.values()}
    except WorktimeError:
        return None
    versions = [law.on(day).clauses.get(clause) for day in days]
    first = versions[0] if versions else None
    if first is None or len(first.rules) != 1 or any(c is not first for c in versions):
        return None
    said = [narrowing_sql(c, noun) for c in _conditions(first.rule, noun)]
    texts = [text for text, _ in said if text]
    return (" and ".join(texts), [p for _, params in said for p in params]) if texts else None


def _conditions(rule: Rule, noun: Noun) -> Iterator[Condition]:
    kind = rule.kind
    if isinstance(kind, Schedules | Obliges | Reports) and kind.member is not None and kind.member.id == noun.id:
        yield from (kind.members, rule.when)
