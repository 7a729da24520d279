"""The events behind a figure, newest first: the same scope, the same conditions as when they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.utils import timezone

from shouwen.base.access import Reader
from shouwen.base.sql import raw, to_json
from shouwen.policy.law import Law
from shouwen.reports.figures import PROMISES, Scope, of_units, procedures
from shouwen.reports.rolling import marks

FIRST_LOOK: Final = timedelta(days=1)
_ROWS: Final = """select e.seq, e.at, e.kind, e.noun, e.act, e.clause, e.actor_id, coalesce((e.data -> 'owes' ->> 0)::int8, 0),
 case when {hidden} then '' else coalesce(e.data ->> 'reason', '') end, coalesce(e.data ->> 'step', ''),
 case when {hidden} then '' else coalesce(c.number, '') end,
 case when {hidden} then '' else coalesce(c.title, '') end,
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
    ours, within = of_units(scope, "coalesce(c.unit_id, 0)", "e.noun")
    conditions.append(ours)
    params |= within
    hidden = _hidden(scope.reader, params)
    more = ""
    if place is not None:
        more = "and (e.at, e.seq) < (%(place_at)s, %(place)s)"
        params |= {"place_at": place[0], "place": place[1]}
    query = _ROWS.format(what=" and ".join(conditions), more=more, hidden=hidden)
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


def _hidden(reader: Reader, params: dict[str, Any]) -> str:
    """The condition that a case is not told to the reader who may count it; `params` gets what it compares with."""
    params["reader"] = reader.staff
    if not reader.narrower:
        return "%(reader)s = any(c.withheld_from)"
    params["closed"], params["people"] = list(reader.narrower), sorted(reader.people)
    params["opened"] = [f"{n} {u}" for n, units in reader.nouns if n in reader.narrower for u in sorted(units or ())]
    working = "c.responsible_id = any(%(people)s::int8[]) or c.first_asked_id = any(%(people)s::int8[])"
    opened = "c.procedure || ' ' || coalesce(c.unit_id, 0) = any(%(opened)s::text[])"
    return (
        f"(%(reader)s = any(c.withheld_from) or (c.procedure = any(%(closed)s::text[])"
        f" and coalesce({working}, false) is false and not {opened}))"
    )


def _conditions(what: What, law: Law | None) -> tuple[list[str], dict[str, Any]]:
    """What makes an event one of those counted. Written so that an index of the journal finds them."""
    params: dict[str, Any] = {"kind": what.kind, "noun": what.noun, "name": what.name, "person": what.person, "unit": what.unit}
    acts = what.kind in {"act", "ended", "answer", "by_customer"}
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
    if what.name and what.kind in {"act", "by_customer"}:
        found.append("e.act = %(name)s")
    if what.kind == "by_customer":
        found.append("""e.actor_id = 0 and e.data -> 'evidence' @> '[["self", "customer"]]'""")
    if what.kind == "ended":
        found.append(_ends(what, law, params))
    if what.kind == "answer":
        found.append(_answers(what, law, params))
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


def _answers(what: What, law: Law | None, params: dict[str, Any]) -> str:
    """The condition that an act brought an answer, named `act.field:value`; `params` gets what it compares with.

    Of rows that are asked item by item it is `act.field.item:value`.
    """
    question, _colon, value = what.name.rpartition(":")
    act, _dot, field = question.partition(".")
    field, _dot, item = field.partition(".")
    params |= {"answering": act, "field": field, "value": value}
    if not item:
        return "e.act = %(answering)s and e.data -> 'brought' ->> %(field)s::text = %(value)s"
    row = next((m for m in marks(law) if (m["noun"], m["act"], m["field"]) == (what.noun, act, field) and m["item"]), None)
    params["row"] = to_json([{row["item"]: item, row["mark"]: value}]) if row is not None else "[{}]"
    return "e.act = %(answering)s and e.data -> 'brought' -> %(field)s::text @> %(row)s::jsonb"


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
