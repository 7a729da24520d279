"""Adding up the journal day by day, each event exactly once, however many workers there are and whenever they are killed.

Events are numbered when they are written and seen when their transaction ends, so a lower number may appear after a higher one. We
therefore choose a number to go to, note which transactions are under way then, and add up to it only after all of them have ended:
what stands up to it is then complete, and as nobody changes the journal it stays so. Who acts holds the rows it acts upon locked
before it writes the journal, so its transaction is known to be under way. Adding up and noting how far one is are one transaction.

What lies between that number and the newest event is counted when somebody asks (`figures`), by the same statement.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from shouwen.base.sql import raw, to_json
from shouwen.cases.enactments import law_at
from shouwen.policy.law import Law
from shouwen.policy.values import FieldType

BATCH: Final = 20_000  # events at a time: a fraction of a second
ANSWERS: Final = frozenset({"satisfied", "dissatisfied"})  # a field with these choices says how content a customer is

# Events as rows of figures; its parameters are those of `grouping`.
GROUPED: Final = """with marked as (
 select * from jsonb_to_recordset(%(marks)s::jsonb) as m (noun text, act text, field text, ends jsonb, item text, mark text, items jsonb)),
 told as (
 select (e.at at time zone %(zone)s)::date as day, e.kind, e.noun, e.act, e.clause, e.actor_id, e.data, coalesce(c.unit_id, 0) as unit
 from base_event e left join cases_case c on c.id = e.case_id
 where e.seq > coalesce(%(after)s::int8, (select seq from reports_reached)) and e.seq <= %(upto)s and (e.clause <> '' or e.kind = 'act')),
 one as (
 select day, kind, noun, case when kind = 'act' then act else clause end as name, unit,
  case when kind = 'act' then actor_id when kind in ('kept', 'late', 'breach') then coalesce((data -> 'owes' ->> 0)::int8, 0)
   else 0 end as person from told
 union all select t.day, 'ended', t.noun, t.data ->> 'step', t.unit, t.actor_id from told t
  join marked m on m.noun = t.noun and m.act = '' and m.ends ? (t.data ->> 'step') where t.kind = 'act'
 union all select t.day, 'answer', t.noun, m.act || '.' || m.field || ':' || (t.data -> 'brought' ->> m.field), t.unit, t.actor_id
  from told t join marked m on m.noun = t.noun and m.act = t.act and m.act <> '' and m.item = ''
  where t.kind = 'act' and t.data -> 'brought' ? m.field
 union all select t.day, 'answer', t.noun, m.act || '.' || m.field || '.' || r.item || ':' || r.mark, t.unit, t.actor_id
  from told t join marked m on m.noun = t.noun and m.act = t.act and m.item <> ''
  cross join lateral (select distinct o ->> m.item as item, o ->> m.mark as mark
   from jsonb_array_elements(case jsonb_typeof(t.data -> 'brought' -> m.field) when 'array' then t.data -> 'brought' -> m.field
    else '[]' end) o) r
  where t.kind = 'act' and m.items ? r.item and r.mark <> ''
 union all select t.day, 'by_customer', t.noun, t.act, t.unit, 0 from told t
  where t.kind = 'act' and t.actor_id = 0 and t.data -> 'evidence' @> '[["self", "customer"]]')
 select day, kind, noun, name, unit, person, count(*)::int8 as n from one group by 1, 2, 3, 4, 5, 6"""

# Whether nobody is under way any more who was so at the horizon. Only this database counts: a long transaction in another one of the
# same server writes no event of ours. `age` compares numbers of transactions across their wrap-around.
_ENDED: Final = """not exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
 and age(backend_xid) > age((horizon % 4294967296)::text::xid))"""
_HELD: Final = f"select seq, next, horizon, {_ENDED} from reports_reached for update skip locked"  # noqa: S608  our own words
_ADD: Final = f"""insert into reports_daily (day, kind, noun, name, unit_id, person_id, n)
 select day, kind, noun, left(name, 200), unit, person, n from ({GROUPED}) g
 on conflict (kind, day, noun, name, unit_id, person_id) do update set n = reports_daily.n + excluded.n"""  # noqa: S608  our own words
_MOVE: Final = "update reports_reached set seq = %s"
_CHOOSE: Final = """update reports_reached r set next = m.seq, horizon = 0 from (select max(seq) as seq from base_event) m
 where m.seq > r.next"""
_NOTE: Final = (
    "update reports_reached set horizon = pg_current_xact_id()::text::int8"  # larger than of whoever has begun to write
)


@transaction.atomic
def advance(now: datetime) -> bool:
    """Do the next small step of adding up; return whether there is more to be added right away."""
    cursor = raw()
    row = cursor.execute(_HELD).fetchone()
    if row is None:
        return False  # another worker is at it
    seq, goal, horizon, ended = row
    if seq == goal:
        cursor.execute(_CHOOSE)
    elif not horizon:
        cursor.execute(_NOTE)
    elif ended:
        upto = min(goal, seq + BATCH)
        cursor.execute(_ADD, grouping(law_at(now), seq, upto))
        cursor.execute(_MOVE, [upto])
        return bool(upto < goal)
    return False


def grouping(law: Law | None, after: int | None, upto: int) -> dict[str, Any]:
    """Return the parameters of GROUPED: events after one number (None: after what has been added up) and up to another."""
    return {"marks": to_json(marks(law)), "zone": timezone.get_default_timezone_name(), "after": after, "upto": upto}


def marks(law: Law | None) -> list[dict[str, Any]]:
    """Return what is looked for in acts: the steps that end a case, what says how content a customer is, what questionnaires ask.

    Rows that are asked item by item (`items`) are looked at by the columns `item` and `mark`.
    """
    found: list[dict[str, Any]] = []
    for noun in law.nouns.values() if law is not None else ():
        if noun.kind == "case":
            found.append(_mark(noun.id, ends=sorted(noun.ends)))
        for act in noun.acts.values():
            brought = {**{f: noun.fields[f] for f in act.asks if f in noun.fields}, **act.fields}
            answers = [f for f, shape in brought.items() if shape.type.choices.keys() >= ANSWERS]
            asked = [q for wanted in noun.questionnaires.values() if wanted.act == act.id for q in wanted.questions.values()]
            answers += [q.fills for q in asked if _is_counted(noun.fields[q.fills].type)]
            found += [_mark(noun.id, act.id, f) for f in dict.fromkeys(answers)]
            found += [
                _mark(noun.id, act.id, q.fills, item=q.matrix.item, mark=q.matrix.mark, items=[w.zh for w in q.items.values()])
                for q in asked
                if q.matrix is not None
            ]
    return found


def _is_counted(kind: FieldType) -> bool:
    return kind.name == "choice" and not kind.many


def _mark(noun: str, act: str = "", name: str = "", **more: Any) -> dict[str, Any]:
    return {"noun": noun, "act": act, "field": name, "ends": [], "item": "", "mark": "", "items": [], **more}
