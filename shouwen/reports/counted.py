"""The events behind a figure, newest first: the same scope, the same conditions as when they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone

from shouwen.base.sql import raw
from shouwen.policy.law import Law
from shouwen.reports.figures import PROMISES, Scope, procedures
from shouwen.reports.rolling import marks

FIRST_LOOK: Final = timedelta(days=1)
_ROWS: Final = """select e.seq, e.at, e.kind, e.noun, e.act, e.clause, e.actor_id, coalesce((e.data -> 'owes' ->> 0)::int8, 0),
 case when %(reader)s = any(c.withheld_from) then '' else coalesce(e.data ->> 'reason', '') end, coalesce(e.data ->> 'step', ''),
 case when %(reader)s = any(c.withheld_from) then '' else coalesce(c.number, '') end,
 case when %(reader)s = any(c.withheld_from) then '' else coalesce(c.title, '') end,
 coalesce(c.procedure, ''), coalesce(c.enactment_id, 0), coalesce(c.unit_id, 0)
 from base_event e left join cases_case c on c.id = e.case_id
 where {what} and e.at >= %(since)s and e.at < %(until)s {more} order by e.at desc, e.seq desc limit %(limit)s"""


@dataclass(frozen=True, slots=True)
class What:
    """Which events: as figures name them. `unit` is one unit alone (None: all of the scope's), `person` as counted (0: everybody)."""

    kind: str
    noun: str = ""
    name: str = ""
    unit: int | None = None
    person: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """One event that was counted, with its case as far as it has one."""

    seq: int
    at: datetime
    kind: str
    noun: str
    act: str
    clause: str
    actor: int
    owes: int
    reason: str
    step: str
    number: str
    title: str
    procedure: str
    enactment: int
    unit: int

    @property
    def whose(self) -> int:
        """Who owed it, or who did it."""
        return self.owes if self.kind in PROMISES else self.actor


def page(what: What, scope: Scope, law: Law | None, place: tuple[datetime, int] | None, limit: int) -> list[Counted]:
    """Return up to `limit` events after a place in the list.

    The newest day is looked at first, and four times as much each time there are too few: what is frequent is found at once, and
    what is rare is soon read through.
    """
    conditions, params = _conditions(what, law)
    params["reader"] = scope.reader
    if scope.units is not None:
        conditions.append("coalesce(c.unit_id, 0) = any(%(units)s::int8[])")
        params["units"] = sorted(scope.units)
    more = ""
    if place is not None:
        more = "and (e.at, e.seq) < (%(place_at)s, %(place)s)"
        params |= {"place_at": place[0], "place": place[1]}
    query = _ROWS.format(what=" and ".join(conditions), more=more)
    begin, upper, span = _midnight(scope.since), _midnight(scope.until + timedelta(days=1)), FIRST_LOOK
    if place is not None:
        upper = min(upper, place[0] + timedelta(microseconds=1))
    found: list[Counted] = []
    while upper > begin and len(found) < limit:
        lower = max(begin, upper - span)
        rows = raw().execute(query, {**params, "since": lower, "until": upper, "limit": limit - len(found)}).fetchall()
        found += [Counted(*row) for row in rows]
        upper, span = lower, span * 4
    return found


def _conditions(what: What, law: Law | None) -> tuple[list[str], dict[str, Any]]:
    """What makes an event one of those counted. Written so that an index of the journal finds them."""
    params: dict[str, Any] = {"kind": what.kind, "noun": what.noun, "name": what.name, "person": what.person, "unit": what.unit}
    acts = what.kind in {"act", "ended", "answer"}
    found = (
        ["e.kind = 'act' and e.act <> ''"]
        if acts
        else ["e.kind = %(kind)s and e.clause <> ''"]
        if what.kind
        else ["e.clause <> ''"]
    )
    found += _nouns(what, law, params)
    if what.name and not acts:
        found.append("e.clause = %(name)s")
    if what.name and what.kind == "act":
        found.append("e.act = %(name)s")
    if what.kind == "ended":
        found.append(_ends(what, law, params))
    if what.kind == "answer":
        found.append(_answers(what.name, params))
    if what.unit is not None:
        found.append("coalesce(c.unit_id, 0) = %(unit)s")
    if what.person:
        found.append("(e.data -> 'owes' ->> 0)::int8 = %(person)s" if what.kind in PROMISES else "e.actor_id = %(person)s")
    return found, params


def _nouns(what: What, law: Law | None, params: dict[str, Any]) -> list[str]:
    """The condition of what noun an event is; what is opened is counted of procedures only. `params` gets them."""
    if what.noun:
        return ["e.noun = %(noun)s"]
    params["nouns"] = procedures(law)
    if (what.kind, what.name) != ("act", "open") or not params["nouns"]:
        return []
    return ["e.noun = any(%(nouns)s::text[])"]


def _ends(what: What, law: Law | None, params: dict[str, Any]) -> str:
    """The condition that an act ended its case; `params` gets what it compares with."""
    ends: list[tuple[str, Sequence[str]]] = [(m["noun"], m["ends"]) for m in marks(law) if not m["act"]]
    pairs = [f"{noun} {step}" for noun, steps in ends for step in steps if not what.name or step == what.name]
    params["ends"] = pairs
    return "e.noun || ' ' || (e.data ->> 'step') = any(%(ends)s::text[])"


def _answers(name: str, params: dict[str, Any]) -> str:
    """The condition that an act brought an answer, named `act.field:value`; `params` gets what it compares with."""
    question, _colon, value = name.rpartition(":")
    act, _dot, field = question.partition(".")
    params |= {"answering": act, "field": field, "value": value}
    return "e.act = %(answering)s and e.data -> 'brought' ->> %(field)s::text = %(value)s"


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
