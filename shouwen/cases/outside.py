"""Facts from outside: others tell them with the moment as of which they are true, the law reads them when an act is judged.

The newest up to the act's own moment counts, of whatever stands nearest to it: the subject itself, else its customer, else its
unit, else the company as a whole. Facts by which candidates are ranked (`prefer`) are told of each member of staff. One that is
older than its `stale_after` is unknown: gates refuse, and name it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from django.db import transaction

from shouwen.base.access import Reader, demand, units_in_sight
from shouwen.base.errors import FieldError, NotFound, Problem
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.numbering import next_id
from shouwen.base.sql import from_json, raw, records, to_json
from shouwen.cases import adapters
from shouwen.cases.enactments import law_at
from shouwen.policy.act import Ref
from shouwen.policy.facts import Dated
from shouwen.policy.law import Law
from shouwen.policy.nouns import NamedFact
from shouwen.policy.values import BadValue
from shouwen.staff import org
from shouwen.worktime import Calendar, Span

if TYPE_CHECKING:
    from shouwen.cases.facts import Matter

ABOUT: Final = ("case", "record", "customer", "unit", "staff")  # what a fact may be of; "": of the company as a whole
SLACK: Final = timedelta(minutes=5)  # how far a clock elsewhere may be ahead of ours
_INSERT: Final = """insert into cases_outsidefact (id, name, about_kind, about_id, value, as_of, source, by_id, entered_at)
 values (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s) on conflict (name, about_kind, about_id, as_of) do nothing"""
_STANDING: Final = "select value from cases_outsidefact where (name, about_kind, about_id, as_of) = (%s, %s, %s, %s)"
_NEAREST: Final = """select distinct on (u.i) u.i, f.value::text, f.as_of
 from jsonb_to_recordset(%s::jsonb) u(i int, p int, n text, k text, d bigint, t timestamptz)
 cross join lateral (select value, as_of from cases_outsidefact
  where name = u.n and about_kind = u.k and about_id = u.d and as_of <= u.t order by as_of desc limit 1) f order by u.i, u.p"""
# However long facts have been told: of each person, and of each thing, the newest is looked up, and what came before is not read.
_OF_STAFF: Final = """select u.i, s.id, f.value::text, f.as_of from jsonb_to_recordset(%s::jsonb) u(i int, n text, t timestamptz)
 cross join staff_staff s cross join lateral (select value, as_of from cases_outsidefact
  where name = u.n and about_kind = 'staff' and about_id = s.id and as_of <= u.t order by as_of desc limit 1) f"""
_NEWEST: Final = """with recursive told as (
  (select name, about_kind, about_id from cases_outsidefact order by 1, 2, 3 limit 1)
  union all select n.* from told cross join lateral (select f.name, f.about_kind, f.about_id from cases_outsidefact f
   where (f.name, f.about_kind, f.about_id) > (told.name, told.about_kind, told.about_id) order by 1, 2, 3 limit 1) n)
 select distinct on (told.name) told.name, f.as_of, count(*) over (partition by told.name), f.by_id, f.source, f.entered_at
 from told cross join lateral (select as_of, by_id, source, entered_at from cases_outsidefact
  where (name, about_kind, about_id) = (told.name, told.about_kind, told.about_id) order by as_of desc limit 1) f
 where told.name = any(%s::text[]) order by told.name, f.as_of desc"""


class ToldOtherwise(Problem):
    """The fact has another value as of that very moment already; what was known is not changed."""

    status = 409
    code = "told_otherwise"

    def __init__(self) -> None:
        super().__init__(
            "这一时刻已有另一个值；更正请用新的时刻。",
            "As of that moment it has another value already; correct it as of a new one.",
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells: of a declared fact its value as of a moment, of what (ABOUT with its id; "": of the whole company)."""

    name: str
    value: Any
    as_of: datetime
    source: str = ""
    kind: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A declared fact that others tell: the newest moment told, of how many, and whether that is too old. None: never told."""

    fact: NamedFact
    newest: datetime | None
    of: int
    stale: bool
    by: int = 0  # who told the newest, where from, and when
    source: str = ""
    entered_at: datetime | None = None


@transaction.atomic
def tell(told: Told, *, by: Reader, now: datetime) -> NamedFact:
    """Keep what somebody tells; the same again changes nothing. Raises Forbidden, NotFound, FieldError, ToldOtherwise."""
    demand(by, "write", "fact")
    law = law_at(now)
    fact = _demand_declared(law, told)
    assert law is not None
    value = to_json(_kept(fact, told.value))
    if told.as_of > now + SLACK:
        raise FieldError.of("as_of", "这一时刻还没有到", "that moment is still to come", "future")
    _demand_about(law, told, by, now)
    id_ = next_id()
    row = [id_, told.name, told.kind, told.id, value, told.as_of, told.source, by.staff, now]
    if raw().execute(_INSERT, row).rowcount:
        about = {"as_of": told.as_of, "source": told.source, "about": told.kind, "id": told.id}
        subject = Ref("fact", told.name, id_)
        write_events([EventRow(subject=subject, kind=ACT, act="tell", actor=by.staff, at=now, entered_at=now, data=about)])
        return fact
    standing = raw().execute(_STANDING, [told.name, told.kind, told.id, told.as_of]).fetchone()
    if standing is None or from_json(standing[0]) != from_json(value):
        raise ToldOtherwise
    return fact


def _demand_declared(law: Law | None, told: Told) -> NamedFact:
    fact = law.facts.get(told.name) if law is not None else None
    if fact is None:
        raise NotFound("现行制度没有声明这个事实。", "The law in force declares no such fact.")
    if adapters.knows(told.name):
        raise FieldError.of("name", "这个事实由系统自己得出", "the system itself knows this fact")
    return fact


def _kept(fact: NamedFact, value: Any) -> Any:
    try:
        read = fact.type.read(value)
    except BadValue as e:
        raise FieldError.of("value", e.zh, e.en) from None
    if read is None:
        raise FieldError.of("value", "请写明值", "it has no value", "missing")
    return fact.type.dump(read)


def _demand_about(law: Law, told: Told, by: Reader, now: datetime) -> None:
    if bool(told.kind) != bool(told.id) or told.kind not in ("", *ABOUT):
        raise FieldError.of("about", f"写明类别（{'、'.join(ABOUT)}）和编号", f"say of what ({', '.join(ABOUT)}) and its id")
    if (told.kind == "staff") != (told.name in ranked_by(law)):
        zh, en = (
            "只有用来挑人的事实按员工逐个说",
            "facts by which people are ranked, and only those, are told of members of staff",
        )
        raise FieldError.of("about", zh, en)
    if not told.kind:
        return
    if told.kind in ("staff", "unit"):
        snapshot = org.snapshot(now)
        there: Collection[int] = snapshot.staff if told.kind == "staff" else snapshot.units
    else:
        there = units_in_sight({told.kind: {told.id}}, by)[told.kind]
    if told.id not in there:
        raise FieldError.of("about", "没有找到", "there is no such one", "unknown")


_ranking: WeakKeyDictionary[Law, frozenset[str]] = WeakKeyDictionary()


def ranked_by(law: Law) -> frozenset[str]:
    """Return the facts by which some clause ranks candidates: these are told of people."""
    found = _ranking.get(law)
    if found is None:
        rules = (r for versions in law.versions.values() for c in versions for r in c.rules.values())
        found = _ranking[law] = frozenset(n.lstrip("-") for r in rules for n in getattr(r.kind, "prefer", ()))
    return found


def feeds(law: Law, calendar: Calendar, now: datetime) -> list[Feed]:
    """Return the facts of a law that others tell, and how fresh each is."""
    names = [n for n in law.facts if not adapters.knows(n)]
    rows = {n: row for n, *row in raw().execute(_NEWEST, [names]).fetchall()} if names else {}
    found = []
    for name in sorted(names):
        newest, of, by, source, entered_at = rows.get(name, (None, 0, 0, "", None))
        age = law.facts[name].stale_after
        stale = newest is None or (age is not None and now > calendar.add(newest, age, same_time=True))
        found.append(Feed(law.facts[name], newest, of, stale, by, source, entered_at))
    return found


def known(name: str, matters: Sequence[Matter]) -> list[Any]:
    """Return of each act what was told of a fact: a value, one with its moment where it can be stale, or a value for each person."""
    found: list[Any] = [None] * len(matters)
    asked = [(i, m, m.law.facts[name]) for i, m in enumerate(matters) if name in m.law.facts]
    people = [{"i": i, "n": name, "t": m.act.at} for i, m, _ in asked if name in ranked_by(m.law)]
    places = [{"i": i, "n": name, "t": m.act.at, **p} for i, m, _ in asked if name not in ranked_by(m.law) for p in _places(m)]
    facts = {i: (m, fact) for i, m, fact in asked}
    for i, value, as_of in raw().execute(_NEAREST, [records(places)]).fetchall() if places else ():
        fact = facts[i][1]
        typed = _typed(fact, value)
        found[i] = typed if fact.stale_after is None else Dated(typed, as_of)
    for i, person, value, as_of in raw().execute(_OF_STAFF, [records(people)]).fetchall() if people else ():
        m, fact = facts[i]
        if fact.stale_after is None or m.act.at <= m.calendar.add(as_of, fact.stale_after, same_time=True):
            found[i] = {**(found[i] or {}), person: _typed(fact, value)}
    return found


def _places(m: Matter) -> Iterator[Mapping[str, Any]]:
    """Yield of what a fact may have been told that concerns an act, the nearest first."""
    s = m.subject
    nearest = ((s.ref.kind, s.ref.id), ("customer", s.customer), ("unit", s.unit), ("", 0))
    for place, (kind, id_) in enumerate(nearest):
        if id_ or not kind:
            yield {"p": place, "k": kind, "d": id_}


def _typed(fact: NamedFact, text: str) -> Any:
    value = fact.type.load(from_json(text))
    return value.as_timedelta() if isinstance(value, Span) else value
