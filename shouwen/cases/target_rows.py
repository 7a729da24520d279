"""What a measure with a target is counted from, as rows in SQL: added up by key, and read page by page in the order of an index.

The conditions are those of `measures_sql`. One that SQL cannot say is judged by the law, once for all rows of the window, and stands
in the query as the ids it holds of; so figures and pages are made in one way, and nothing else is held whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.base.sql import raw
from shouwen.cases import adapters
from shouwen.cases.conditions_sql import condition_sql, kept_noun
from shouwen.cases.counting import Question
from shouwen.cases.measures_sql import Counted, Measuring, acts_counted, rows_to_judge, standing_counted, without_a_point
from shouwen.policy.conditions import Condition
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, Target
from shouwen.worktime import Calendar

OF_PEOPLE: Final = ("actor", "who", "responsible", "first_asked")  # a key that is somebody of the staff
NOT_KEYED: Final = ("", "unit")  # one line for all, or for each unit
_NOBODY: Final = ("0", "null", '""')
_STANDING: Final = "'epoch'::timestamptz"  # what stands has no moment of its own: it goes by its id
_OPENED: Final = (
    "cases_case s where s.procedure = %s and s.step <> ''"  # an opening that waits for its approval has opened nothing
)
Key = str  # a number, or JSON as the field holds it
Said = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Member:
    """One row behind a figure: its subject, when it was counted (None: it stands), what it adds to a sum."""

    id: int
    at: datetime | None
    added: Decimal | int
    place: Place


@dataclass(frozen=True, slots=True)
class Asked:
    """A measure under a law, over a window."""

    law: Law
    measure: Measure
    since: datetime | None
    until: datetime
    now: datetime
    calendar: Calendar

    @property
    def whole_by_key(self) -> bool:
        """Whether the whole belongs to a key; things that are reached by somebody are the same for everybody."""
        return not self.measure.across or self.measure.per in NOT_KEYED

    @property
    def at_once(self) -> bool:
        """Whether part and whole are rows of one kind, of which each subject has one."""
        m = self.measure
        same = (m.counted.noun, m.counted.act) == (m.whole.noun, m.whole.act) and not (m.counted.kept or m.across)
        return same and not m.whole.kept and m.whole.act in ("", "open")


def keyed(m: Measure) -> bool:
    """Whether there is a figure for each key of a measure: a unit, a person, a customer, the value of one field."""
    return m.per in ("unit", "customer", "field", *OF_PEOPLE)


def numbers(q: Asked, keys: Collection[Key] | None) -> dict[Key, tuple[Decimal | int, int]]:
    """Return by key what was counted (or added up) and how many the whole are (0 where it is no share). `keys` None: all there are."""
    return {key: (without_a_point(part), whole) for key, part, whole in _run(*_numbers(q, keys))}


def farthest(q: Asked, keys: Collection[Key] | None, *, up: bool, most: int) -> dict[Key, tuple[Decimal | int, int]]:
    """Return the same for the keys that are farthest from a target, the farthest first (`up`: the least is the farthest)."""
    query, params = _numbers(q, keys)
    ranked = f"""select f.key, f.part, f.whole from ({query}) f where f.key <> all(%s::text[])
 order by f.part / greatest(f.whole, 1) {"" if up else "desc"}, f.key limit %s"""  # noqa: S608  names, no values
    rows = _run(ranked, [*params, list(_NOBODY), most])
    return {key: (without_a_point(part), whole) for key, part, whole in rows}


def _numbers(q: Asked, keys: Collection[Key] | None) -> Said:
    m = q.measure
    if m.fold != "share":
        rows, params = _narrowed(_side(q, m.counted, (m.when, m.where)), keys)
        value = "sum(r.added)" if m.fold == "sum" else "count(*)"
        return f"select r.key, ({value})::numeric as part, 0 as whole from ({rows}) r group by 1", params  # noqa: S608  names, no values
    if q.at_once:
        rows, params = _narrowed(_side(q, m.whole, (m.when,), hit=m.where), keys)
        part = "(count(*) filter (where r.hit))::numeric as part"
        return f"select r.key, {part}, count(*) as whole from ({rows}) r group by 1", params  # noqa: S608  names, no values
    part_of, whole = _part(q, keys), _all(q, keys)
    query = f"""with p as ({part_of[0]}), w as ({whole[0]}) select w.key, count(p.id)::numeric as part, count(*) as whole
 from w left join p on p.key = w.key and p.id = w.id group by 1"""  # noqa: S608  names, no values
    return query, [*part_of[1], *whole[1]]


def page(q: Asked, keys: Collection[Key] | None, *, missing: bool, after: Place | None, most: int) -> list[Member]:
    """Return the rows of one page of what was counted, or of what is missing of the whole, in the order of their moments and ids."""
    m = q.measure
    if m.fold != "share":
        rows, params = _narrowed(_side(q, m.counted, (m.when, m.where)), keys)
        if m.fold == "sum":
            rows = f"select * from ({rows}) a where a.added <> 0"  # noqa: S608  names, no values
    elif q.at_once:
        rows, params = _narrowed(_side(q, m.whole, (m.when,), hit=m.where), keys)
        rows = f"select * from ({rows}) a where a.hit is {'not ' if missing else ''}true"  # noqa: S608  names, no values
    else:
        part, whole = _part(q, keys), _all(q, keys)
        rows = f"""select w.key, w.id, w.at, w.place, 0 as added from ({whole[0]}) w
 where (w.key, w.id) {"not in" if missing else "in"} (select p.key, p.id from ({part[0]}) p)"""  # noqa: S608  names, no values
        params = [*whole[1], *part[1]]
    past, place = ("", []) if after is None else ("where (r.at, r.place) > (%s, %s)", [after.at, after.id])
    query = f"select r.id, r.at, r.place, r.added from ({rows}) r {past} order by r.at, r.place limit %s"  # noqa: S608  names, no values
    beginning = datetime.fromtimestamp(0, UTC)
    found = _run(query, [*params, *place, most])
    return [Member(id_, at if at != beginning else None, without_a_point(added), Place(at, n)) for id_, at, n, added in found]


def _run(query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    return raw().execute(query, params).fetchall()


def _narrowed(rows: Said, keys: Collection[Key] | None) -> Said:
    if keys is None:
        return rows
    return f"select * from ({rows[0]}) k where k.key = any(%s::text[])", [*rows[1], sorted(keys)]  # noqa: S608  names, no values


def _part(q: Asked, keys: Collection[Key] | None) -> Said:
    """What was counted of a share: each subject of a key once."""
    m = q.measure
    rows, params = _narrowed(_side(q, m.counted, (m.where,) if m.across else (m.when, m.where)), keys)
    return f"select distinct d.key, d.id from ({rows}) d where d.id is not null and d.key is not null", params  # noqa: S608  only names


def _all(q: Asked, keys: Collection[Key] | None) -> Said:
    """What it is a share of; of a key that says nothing of the whole, all for each key that has anything."""
    m = q.measure
    rows, params = _side(q, m.whole, (m.when,), standing=m.across)
    if q.whole_by_key:
        rows, params = _narrowed((rows, params), keys)
        once = not m.whole.kept and m.whole.act in ("", "open")
        columns = "d.key, d.id, d.at, d.place" if once else f"distinct d.key, d.id, {_STANDING} as at, d.id as place"
        return f"select {columns} from ({rows}) d", params  # noqa: S608  names, no values
    part, more = _part(q, keys)
    keyed_by = f"(select distinct p.key from ({part}) p) k"  # noqa: S608  names, no values
    return f"select k.key, d.id, d.at, d.place from ({rows}) d cross join {keyed_by}", [*params, *more]  # noqa: S608  names, no values


def _side(
    q: Asked, target: Target, conditions: Sequence[Condition], *, hit: Condition | None = None, standing: bool = False
) -> Said:
    """The rows of one side: key, id, at, place, what is added, and whether `hit` holds of them too."""
    m, law = q.measure, q.law
    if target.kept:
        target = replace(target, noun=kept_noun(m, law))
    counted = _rows(target, m, law, standing=standing)
    events = counted.at in ("d.at", "d.stopped_at")
    key = ("0", []) if standing and not q.whole_by_key else _key(counted, m)
    link = ("(s.fields ->> %s::text)::int8", [m.link]) if m.across and not standing else ("s.id", [])
    place = ("d.seq" if counted.at == "d.at" else "d.id") if events else "s.id"
    added = _added(counted, target.column)
    window, bounds = _window(q, counted)
    said = [s for c in conditions if (s := _said(q, target, counted, c))[0]]
    hits = _said(q, target, counted, hit) if hit is not None else ("true", [])
    query = f"""select ({key[0]})::text as key, {link[0]} as id, {counted.at or _STANDING} as at, {place} as place, {added[0]} as added,
 ({hits[0] or "true"}) as hit from {counted.rows}{window}{"".join(f" and {text}" for text, _ in said)}"""  # noqa: S608  names, no values
    return query, [*key[1], *link[1], *added[1], *hits[1], *counted.params, *bounds, *(p for _, given in said for p in given)]


def _rows(target: Target, m: Measure, law: Law, *, standing: bool) -> Counted:
    """What is looked at: what was done, or what stands; of things that are reached, those that have not ended."""
    if target.kept:
        return acts_counted(target, law)
    noun = law.nouns[target.noun]
    if target.act == "open" and noun.kind == "case" and not target.column and m.per not in ("actor", "who"):
        source = adapters.subject(noun.kind).source
        return Counted(_OPENED, "0", "s.opened_at", (noun.id,), source)  # each once, and an index has them in their order
    if target.act:
        return acts_counted(target, law)
    rows = standing_counted(target, law, ())
    return replace(rows, rows=f"{rows.rows} and {rows.source.standing}") if standing else rows


def _key(counted: Counted, m: Measure) -> Said:
    if m.per == "field":
        return "s.fields -> %s::text", [m.custom_per]
    if m.per in ("actor", "who"):
        return counted.actor, []
    return (counted.source.keys[m.per] if m.per else "0"), []


def _added(counted: Counted, column: str) -> Said:
    if not column:
        return "0", []
    fields = "d.data -> 'brought'" if column in counted.own else "s.fields"
    return f"coalesce(({fields} ->> %s::text)::numeric, 0)", [column]


def _said(q: Asked, target: Target, counted: Counted, condition: Condition) -> Said:
    """A condition in SQL; one that cannot be said as the ids of the subjects it holds of."""
    noun = q.law.nouns[target.noun]
    found = condition_sql(condition, noun)
    if found is not None:
        return found
    window, bounds = _window(q, counted)
    rows = replace(counted, rows=f"{counted.rows}{window}", params=(*counted.params, *bounds), at="")
    one = Question(q.measure.id, noun.id, "", None, q.since, q.until, q.now)
    asked = Measuring(replace(q.measure, per="", custom_per="", alike=()), replace(target, act=""), q.law, q.calendar)
    ids = {env.act.subject.id for _, env, _, _, _ in rows_to_judge([one], asked, rows) if condition.holds(env)}
    return "s.id = any(%s::int8[])", [sorted(ids)]


def _window(q: Asked, counted: Counted) -> Said:
    if not counted.at:
        return "", []
    return f" and {counted.at} <= %s and {counted.at} >= coalesce(%s::timestamptz, '-infinity')", [q.until, q.since]


def by_unit(found: Mapping[Key, tuple[Decimal | int, int]]) -> dict[int, tuple[Decimal | int, int]]:
    """The same with units as numbers."""
    return {int(key): pair for key, pair in found.items()}
