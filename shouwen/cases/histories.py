"""Recorded stories of cases and records, read from the journal for a rehearsal: in short read-only transactions, some hundreds at a time.

What the journal leaves out (personal data, large values) is taken from the case as it stands only if it never changed; otherwise
nobody can tell it. No row is locked, and nothing of one part stays in memory when the next is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec
from django.db import transaction

from shouwen.base.journal import ACT
from shouwen.base.sql import from_json, raw
from shouwen.cases import adapters
from shouwen.cases.enactments import NEWEST, Laws
from shouwen.cases.models import Enactment
from shouwen.cases.plain import load_act
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.nouns import PEOPLE_AND_PLACES, Noun
from shouwen.policy.org import Org
from shouwen.policy.simulating_law import Difference, Touched
from shouwen.policy.simulating_state import SET, History, Recorded, belonging
from shouwen.staff import org

PART: Final = 400  # subjects read at a time
RECORD: Final = "record"
# Cases that were alive in the period, in the order of their ids; one of `parts` processes reads those whose hash is its own.
_CASES: Final = """select id, number, procedure, enactment_id, coalesce(unit_id, 0), coalesce(customer_id, 0), coalesce(parent_id, 0),
 opened_by_clause, opened_at, fields, marks
 from cases_case where id > %s and procedure = any(%s::text[]) and opened_at < %s and (closed_at is null or closed_at >= %s)
 and (hashint8(id) & 1048575) %% %s = %s order by id limit %s"""
# The same of records, but only of those something happened to.
_RECORDS: Final = """select {wanted} from {table} s where s.id > %s and {noun} = any(%s::text[])
 and {since} < %s and ({until} is null or {until} >= %s) and (hashint8(s.id) & 1048575) %% %s = %s
 and exists (select from base_event e where e.subject_kind = 'record' and e.subject_id = s.id and e.at >= %s)"""
_OF_RECORDS: Final = "s.id, {called}, {noun}, 0, {unit}, {customer}, 0, '', {since}, s.fields, {marks}"
# One JSON text for each subject: PostgreSQL writes it and msgspec reads it several times faster than rows with moments go through psycopg.
# What cannot be judged otherwise needs no facts, what follows by a clause that says the same no comparing: neither is read. Behind the
# last act that can be judged otherwise nobody asks how the case stood: of the effects only those are read that may end a promise.
_EVENTS: Final = """with told as (
 select subject_id, seq, kind, act, actor_id, at, nullif(entered_at, at) entered, clause, clause_since, data,
  (%(all)s or case kind when 'act' then act = any(%(acts)s::text[]) or data->'brought' ?| %(fields)s::text[]
    or data->'followed' ?| %(fields)s::text[] or data->'large' ?| %(fields)s::text[]
   when 'ask' then true else actor_id = 0 and %(missed)s end) touched
 from base_event where {whose}
  and (%(all)s or actor_id = 0 or kind not in ('tell', 'entry', 'performs', 'case') or clause = any(%(clauses)s::text[]))
), placed as (select told.*, %(all)s or seq <= max(seq) filter (where touched) over (partition by subject_id) before from told)
select subject_id, json_agg(json_build_array(kind, act, actor_id, at, entered, clause, clause_since,
  case when kind <> 'act' then data when touched then data - '{{cites,warnings,flags}}'::text[]
   else data - '{{reads,cites,warnings,flags}}'::text[] end) order by seq)::text
 from placed where before or kind in ('act', 'ask', 'task_done', 'task_withdrawn') or clause = any(%(clauses)s::text[])
  or (kind = 'chosen' and data->>'field' = 'responsible')
 group by subject_id"""
_WHOSE: Final = {
    "case": "case_id = any(%(ids)s::int8[]) and subject_kind = 'case'",
    RECORD: "subject_kind = 'record' and subject_id = any(%(ids)s::int8[])",
}
_rows: Final = msgspec.json.Decoder(list[Recorded])
# That a clause is named has to be said: the index has only those. Without it each page read the whole journal.
_OPENED_BY: Final = """select u.id, e.data from unnest(%s::int8[], %s::text[], %s::timestamptz[]) u(id, clause, at)
 join base_event e on e.clause = u.clause and e.clause <> '' and e.kind = 'case' and e.at = u.at and (e.data->>'opens')::int8 = u.id"""
_ACTS: Final = """select subject_id, act, actor_id, at, entered_at from base_event
 where case_id = any(%s::int8[]) and subject_kind = 'case' and kind = 'act' order by subject_id, seq"""
_ASKED: Final = "select id, noun, act, subject_id from cases_approval where subject_id = any(%s::int8[])"
_COUNT: Final = """select count(*) from cases_case where procedure = any(%s::text[]) and opened_at < %s
 and (closed_at is null or closed_at >= %s)"""
# Noun by noun, so that an index alone answers (only acts have a name): of millions of events those looked for are few.
_OTHERS: Final = """with recursive named as (
 (select noun from base_event where act <> '' order by noun limit 1)
 union all select (select e.noun from base_event e where e.act <> '' and e.noun > named.noun order by e.noun limit 1)
  from named where named.noun is not null)
select coalesce(sum((select count(*) from base_event e where e.noun = named.noun and e.act <> '' and e.at >= %s and e.at < %s)), 0)
 from named where named.noun is not null and not named.noun = any(%s::text[])"""

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Period:
    """Which stories: of these procedures, alive between two moments; of several processes the `part`-th of `parts`.

    `only`: what of them will be looked at; None: everything is read.
    """

    nouns: tuple[str, ...]
    since: datetime
    until: datetime
    part: int = 0
    parts: int = 1
    limit: int = 0  # cases at most; 0: all
    only: Touched | None = None


@dataclass
class Archive:
    """The past of this installation."""

    laws: Laws = field(default_factory=Laws)
    _orgs: dict[date, Org] = field(default_factory=dict)
    _judged: dict[tuple[int, str, int], Law | None] = field(default_factory=dict)

    def then(self, at: datetime, history: History) -> Law | None:
        """Return the law that judged a story at a moment, in the shape the case began with."""
        key = self.laws.number_at(at), history.ref.noun, history.shape
        if key not in self._judged:
            self._judged[key] = self.laws.judging(at, history.ref.noun, history.shape)
        return self._judged[key]

    def org(self, at: datetime) -> Org:
        """Return the organisation as of a moment."""
        found = self._orgs.get(at.date())
        if found is None:
            found = self._orgs[at.date()] = org.snapshot(at)
        return found

    def histories(self, period: Period, told: Progress | None = None) -> Iterator[History]:
        """Yield the stories of a period, a part at a time; `told` is given the number of subjects so far after each."""
        done = 0
        for kind, subjects in (("case", _cases), (RECORD, _records)):
            last = 0
            while not period.limit or done < period.limit:
                with reading():
                    part = subjects(period, last, period.limit - done if period.limit else PART)
                    found = _stories(kind, part, self.laws, period.only)
                yield from found
                done += len(part)
                if told is not None:
                    told(done)
                if not part:
                    break
                last = part[-1][0]


def differences(new: Law, since: datetime, until: datetime) -> list[Difference]:
    """Return what a proposed law says otherwise than the laws that held in a period, of each noun and of people and places."""
    laws, found = Laws(), list[Difference]()
    held = Enactment.objects.filter(effective_from__lte=until).order_by("effective_from").values_list("pk", "effective_from")
    ends = [begins for _, begins in held[1:]] + [until]
    for (number, _), end in zip(held, ends, strict=True):
        if end < since:
            continue
        old = laws.of(number)
        nouns = sorted({*old.nouns, *new.nouns, *PEOPLE_AND_PLACES})
        for day in [since.date(), *(d for d in old.days if since.date() < d <= until.date())]:
            found += [d for n in nouns if (d := Difference(old.on(day), new.on(day), n)).changed]
    return found


def how_many(period: Period) -> int:
    """Return how many cases and records a period tells of."""
    row = raw().execute(_COUNT, [list(period.nouns), period.until, period.since]).fetchone()
    records = _of_records(_RECORDS, "count(*)", period, 0)
    return (int(row[0]) if row else 0) + (records[0][0] if records else 0)


def acts_elsewhere(period: Period) -> int:
    """Return how many acts the period has on what is not read: books, people, and cases and records of which nothing differs."""
    row = raw().execute(_OTHERS, [period.since, period.until, list(period.nouns)]).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def reading() -> Iterator[None]:
    """One short transaction that can write nothing."""
    outermost = not transaction.get_connection().in_atomic_block
    with transaction.atomic():
        if outermost:
            raw().execute("set transaction isolation level repeatable read read only")
        yield


def _cases(p: Period, last: int, most: int) -> list[tuple[Any, ...]]:
    wanted = [last, list(p.nouns), p.until, p.since, p.parts, p.part, min(most, PART)]
    return raw().execute(_CASES, wanted).fetchall()


def _records(p: Period, last: int, most: int) -> list[tuple[Any, ...]]:
    return _of_records(f"{_RECORDS} order by s.id limit {min(most, PART)}", _OF_RECORDS, p, last)


def _of_records(query: str, wanted: str, p: Period, last: int) -> list[tuple[Any, ...]]:
    source = adapters.subject(RECORD).source if adapters.keeps(RECORD) else None
    if source is None or source.past is None:
        return []
    called, since, until, marks = source.past
    named = {"called": called, "since": since, "until": until, "marks": marks, "table": source.table, "noun": source.noun}
    named |= source.keys
    params = [last, list(p.nouns), p.until, p.since, p.parts, p.part, p.since]
    return raw().execute(query.format(wanted=wanted.format(**named), **named), params).fetchall()


def _noun(subject: tuple[Any, ...], laws: Laws) -> Noun | None:
    """Return the shape a subject has: a case that of the law it began under, a record that of the newest."""
    law = laws.of(subject[3]) if subject[3] else laws.at(NEWEST)
    return law.nouns.get(subject[2]) if law is not None else None


def _stories(kind: str, told_of: Sequence[tuple[Any, ...]], laws: Laws, only: Touched | None) -> list[History]:
    cases = [c for c in told_of if _noun(c, laws) is not None]
    ids = [c[0] for c in cases]
    if not ids:
        return []
    query = _EVENTS.format(whose=_WHOSE[kind])
    rows = {id_: _rows.decode(told) for id_, told in raw().execute(query, _asked(ids, only)).fetchall()}
    by_law = [(c[0], c[7], c[8]) for c in cases if c[7]]
    opened = _opened_by(by_law) if by_law else {}
    nouns = {c[0]: noun for c in cases if (noun := _noun(c, laws)) is not None}
    waiting = _waiting(ids, nouns)
    told = [_Told(rows.get(c[0], []), opened.get(c[0], {}), waiting.get(c[0], {})) for c in cases]
    found = [_story(kind, c, t, nouns[c[0]]) for c, t in zip(cases, told, strict=True)]
    _point(found, cases, nouns)
    return found


def _asked(ids: list[int], only: Touched | None) -> dict[str, Any]:
    """Return the parameters of _EVENTS."""
    named = only or Touched(frozenset())
    lists = {"acts": list(named.acts), "fields": list(named.fields), "clauses": list(named.clauses)}
    return {"ids": ids, "all": only is None, "missed": bool(named.missed), **lists}


@dataclass(frozen=True, slots=True)
class _Told:
    """What was recorded of one case."""

    rows: list[Recorded]
    by_law: Mapping[str, Any]
    waiting: Mapping[int, Act]


def _point(found: Sequence[History], cases: Sequence[tuple[Any, ...]], nouns: Mapping[int, Noun]) -> None:
    """Give stories what was done on the cases they point to."""
    pointed = {c[0]: _pointed(c, nouns[c[0]]) for c in cases}
    ids = sorted({i for some in pointed.values() for i in some})
    acts: dict[int, list[Recorded]] = {}
    for id_, act, by, at, entered in raw().execute(_ACTS, [ids]).fetchall() if ids else ():
        acts.setdefault(id_, []).append(Recorded(ACT, act, by, at, entered))
    for history in found:
        history.others = {i: acts[i] for i in pointed[history.ref.id] if i in acts}


def _pointed(case: tuple[Any, ...], noun: Noun) -> set[int]:
    names = [n for n, f in noun.fields.items() if f.type.name == "case" and not f.type.many]
    fields = from_json(case[9]) if names else {}
    return {i for n in names if isinstance(i := fields.get(n), int)} | ({case[6]} - {0})


def _opened_by(cases: Sequence[tuple[int, str, datetime]]) -> dict[int, Mapping[str, Any]]:
    """Return what the clause that opened a case said of it: who is to do it, and until when."""
    columns = [list(c) for c in zip(*cases, strict=True)]
    return {id_: from_json(data) for id_, data in raw().execute(_OPENED_BY, columns).fetchall()}


def _waiting(ids: list[int], nouns: Mapping[int, Noun]) -> dict[int, dict[int, Act]]:
    found: dict[int, dict[int, Act]] = {}
    for id_, _, act, subject in raw().execute(_ASKED, [ids]).fetchall():
        found.setdefault(subject, {})[id_] = load_act(from_json(act), nouns[subject])
    return found


def _story(kind: str, case: tuple[Any, ...], told: _Told, noun: Noun) -> History:
    id_, number, procedure, enactment, unit, customer, parent, _, _, fields, marks = case
    rows, by_law = told.rows, told.by_law
    values, changes = from_json(fields), from_json(marks)
    kept, lost = _left_out(rows, values, changes, noun)
    silent, unseen = _set_from_elsewhere(rows, values, changes, noun)
    first = next((r for r in rows if r.kind == ACT), None)
    followed = first.data.get("followed", {}) if first is not None else {}
    chosen = first is not None and any(
        r.kind == "chosen" and r.at == first.at and r.data.get("field") == "responsible" for r in rows
    )
    if kind == RECORD and first is not None:  # its row says whose it is now; what it began with stands in its first act
        brought = {owner: first.data.get("brought", {}).get(name, 0) for name, owner in belonging(noun).items()}
        unit, customer = brought.get("unit", unit), brought.get("customer", customer)
    opening = Opening(
        unit, customer, 0 if chosen else followed.get("responsible", 0), followed.get("first_asked", 0),
        tuple(by_law.get("who", ())), by_law.get("post", ""), _moment(by_law.get("due_at")), parent,
    )  # fmt: skip
    ref = Ref(kind, procedure, id_)
    if kind == RECORD and noun.key in noun.fields and noun.fields[noun.key].personal:
        number = str(id_)  # what is found is kept, and printed
    return History(ref, number, opening, _placed(rows, silent), kept, lost | unseen, told.waiting, shape=enactment)


def _left_out(rows: Sequence[Recorded], values: Any, changes: Any, noun: Noun) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the values the journal left out that have stood ever since, and the fields of which nobody knows what they were."""
    names = {name for r in rows if r.kind == ACT for name in r.data.get("large", ())}
    once = {n for n in names if n in noun.fields and n in values and changes.get(f"changed:{n}", (0,))[0] == 1}
    return {n: noun.fields[n].type.load(values[n]) for n in once}, frozenset(names - once)


def _set_from_elsewhere(rows: Sequence[Recorded], values: Any, changes: Any, noun: Noun) -> tuple[list[Recorded], frozenset[str]]:
    """Return the fields that an act on another subject set, as rows of their own; and those whose values then nobody knows."""
    told = Counter(n for r in rows if r.kind == ACT for part in ("brought", "followed") for n in r.data.get(part, ()))
    told.update(n for r in rows if r.kind == ACT for n in r.data.get("large", ()))
    silent, unseen = [], set()
    for mark, (count, first, _, by) in changes.items():
        name = mark.removeprefix("changed:") if mark.startswith("changed:") else ""
        if name not in noun.fields or count <= told[name] or noun.fields[name].computed:
            continue
        if told[name] or count > 1 or name not in values:
            unseen.add(name)
            continue
        at = datetime.fromisoformat(first)
        silent.append(Recorded(SET, "", by[0] if by else 0, at, at, data={"field": name, "value": values[name]}))
    return silent, frozenset(unseen)


def _placed(rows: list[Recorded], silent: Sequence[Recorded]) -> list[Recorded]:
    """Return the rows of a story with those set from elsewhere: before the first act that did not happen earlier."""
    found = list(rows)
    for row in silent:
        later = (i for i, r in enumerate(found) if i and r.kind == ACT and r.at >= row.at)
        found.insert(next(later, len(found)), row)
    return found


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
