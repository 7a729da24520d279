"""Copies of cases that were acted, made by SQL: other ids, numbers, moments and words, everything else as the law made it.

A past of 100,000 cases cannot be acted in a demo's patience. A few thousand are, and these are laid down again and again, weeks
earlier each time, with their events, deadlines, tasks, approvals and entries. The moments inside their JSON are moved too, so a
copy tells its story as consistently as its original. Search rows are made by the code that makes every other one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db import models, transaction

from shouwen.base.models import Event
from shouwen.base.numbering import ID_BLOCK, next_numbers
from shouwen.base.search import write_search
from shouwen.base.sql import from_json, raw
from shouwen.cases import adapters
from shouwen.cases.case_rows import LONGEST_TITLE, local_day
from shouwen.cases.enactments import Laws, law_at
from shouwen.cases.models import Approval, Case, Deadline, Task
from shouwen.cases.work_rows import load_work
from shouwen.ledger.models import Entry
from shouwen.ops import matters

INSIDE: Final = ("deadline", "task", "approval", "request", "opens")  # ids that events name in their data
_IDS: Final = """select min(i), max(i) from (
 select id as i from cases_case where id = any(%(t)s::int8[])
 union all select id from cases_deadline where case_id = any(%(t)s::int8[])
 union all select id from cases_task where case_id = any(%(t)s::int8[])
 union all select id from cases_approval where case_id = any(%(t)s::int8[])
 union all select request from cases_approval where case_id = any(%(t)s::int8[])
 union all select id from ledger_entry where case_id = any(%(t)s::int8[])) s"""
_DATES: Final = r"""select distinct (regexp_matches(j, '\d{4}-\d\d-\d\d', 'g'))[1] as d from (
 select data::text as j from base_event where case_id = any(%(t)s::int8[])
 union all select fields::text || marks::text || pauses::text from cases_case where id = any(%(t)s::int8[])
 union all select act::text from cases_approval where case_id = any(%(t)s::int8[])) s order by d"""


@dataclass(frozen=True, slots=True)
class _Original:
    id: int
    procedure: str
    number: str
    opened_at: datetime
    parent: int
    words: str
    fields: Mapping[str, Any]


class Originals:
    """Cases to be copied, all together: what one of them opened is one of them too."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids = sorted(ids)
        rows = raw().execute(
            """select id, procedure, number, opened_at, coalesce(parent_id, 0), fields from cases_case
            where id = any(%s::int8[]) order by id""",
            [self.ids],
        )
        self.cases = [_original(*row) for row in rows.fetchall()]

    def some(self, n: int) -> Originals:
        """Return about `n` of them: whole families, none without what it opened."""
        families: dict[int, list[int]] = {}
        for c in self.cases:
            families.setdefault(c.parent or c.id, []).append(c.id)
        found: list[int] = []
        for family in families.values():
            if len(found) >= n:
                break
            found += family
        return Originals(found)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The lowest and the highest id of anything that belongs to them."""
        low, high = raw().execute(_IDS, {"t": self.ids}).fetchall()[0]
        return int(low), int(high)

    @cached_property
    def links(self) -> list[str]:
        """The fields by which cases point to cases."""
        law = law_at(max(c.opened_at for c in self.cases))
        nouns = law.nouns.values() if law is not None else ()
        return sorted({f.id for noun in nouns for f in noun.fields.values() if f.type.name == "case"})

    @cached_property
    def dates(self) -> list[date]:
        """Every date that stands in their JSON, in order."""
        return [date.fromisoformat(d) for (d,) in raw().execute(_DATES, {"t": self.ids}).fetchall()]

    def copy(self, shift: timedelta, *, seed: int, later: timedelta = timedelta(0)) -> int:
        """Lay them down once more, that much earlier (whole days, negative) or at the same time; return how many.

        `later` puts off what running deadlines fall due by, so that copies of open cases do not ring.
        """
        if shift.seconds or shift.microseconds or shift > timedelta(0):
            raise ValueError("a copy lies whole days earlier")
        with transaction.atomic():
            made = _Copying(self, shift, later, seed)
            made.write()
            _make_findable([made.offset + c.id for c in self.cases], max(c.opened_at for c in self.cases) + shift)
        return len(self.cases)


def _original(id_: int, procedure: str, number: str, opened_at: datetime, parent: int, fields: Any) -> _Original:
    kept = from_json(fields)
    return _Original(id_, procedure, number, opened_at, parent, str(kept.get("content") or ""), kept)


class _Copying:
    """One round of copies: the statements and what is in them."""

    def __init__(self, originals: Originals, shift: timedelta, later: timedelta, seed: int) -> None:
        self.cases, self.shift, self.later = originals.cases, shift, later
        self.dates = originals.dates if shift else []
        self.offset = _far_enough(*originals.span)
        self.chance = random.Random(seed)  # noqa: S311  no secret
        self.links = originals.links

    def write(self) -> None:
        """Write every table."""
        title = f"case when m.words <> '' then left(m.words, {LONGEST_TITLE}) else x.title end"
        plain = {name: self._json(f"x.{name}") for name in ("fields", "marks", "pauses")}
        self._table(Case, "x.id", {"number": "m.number", "title": title, **plain})
        asked = f"jsonb_set({self._json('x.act')}, '{{id}}', to_jsonb(x.subject_id + {self.offset}))"
        self._table(Approval, "x.case_id", {"act": asked, "request": f"x.request + {self.offset}"})
        row = f"case when x.approval_id is null then x.row else (x.row::int8 + {self.offset})::text end"
        self._table(Task, "x.case_id", {"row": row})
        running = f"case when x.stopped_at is null then interval '{self.later.total_seconds()} s' else interval '0' end"
        dues = {name: f"x.{name} + {self._shift} + {running}" for name in ("due_at", "warn_at")}
        self._table(Deadline, "x.case_id", dues)
        self._table(Entry, "x.case_id", {"key": f"x.key || ':{self.offset}'"})
        self._table(Event, "x.case_id", {"data": self._data()}, order="x.seq")

    @property
    def _shift(self) -> str:
        return f"interval '{self.shift.days} days'"

    def _table(self, model: type[models.Model], case: str, special: Mapping[str, str], order: str = "x.id") -> None:
        """Copy the rows of one table that belong to the originals; columns that are new to us are copied as they are."""
        names, values = [], []
        for f in model._meta.concrete_fields:  # noqa: SLF001  Django's own documented way to know a model's columns
            if isinstance(f, models.BigAutoField):
                continue
            names.append(f'"{f.column}"')
            values.append(special.get(f.name) or self._value(f))
        table = model._meta.db_table  # noqa: SLF001  Django's documented way to a model's table and fields
        statement = f"""insert into {table} ({", ".join(names)}) select {", ".join(values)} from {table} x
            join unnest(%s::int8[], %s::text[], %s::text[], %s::text[], %s::int8[]) as m (old, number, was, words, parent)
              on {case} = m.old order by {order}"""  # noqa: S608  our own words
        raw().execute(statement, self._parameters, prepare=False)

    def _value(self, f: models.Field[Any, Any]) -> str:
        column = f'x."{f.column}"'
        if f.column == "subject_id":
            return f"case when x.subject_kind = 'case' then {column} + {self.offset} else {column} end"
        own = {"id", "case_id", "parent_id", "merged_into_id", "approval_id", "reverses_id"}
        if f.column in own:
            return f"{column} + {self.offset}"
        return f"{column} + {self._shift}" if isinstance(f, models.DateTimeField) else column

    @cached_property
    def _parameters(self) -> list[Any]:
        numbers = self._numbers()
        words = [self._other_words(c) for c in self.cases]
        return [[c.id for c in self.cases], numbers, [c.words for c in self.cases], words, [c.parent for c in self.cases]]

    def _numbers(self) -> list[str]:
        """Return a number for each copy, of its own day."""
        wanted = [(c.number.rpartition("-")[0].rstrip("0123456789"), local_day(c.opened_at + self.shift)) for c in self.cases]
        had = {key: iter(next_numbers(*key, n)) for key, n in sorted(Counter(wanted).items())}
        return [next(had[key]) for key in wanted]

    def _other_words(self, c: _Original) -> str:
        """Return other words for what a case is about; as many different ones as there are copies, nearly."""
        if not c.words:
            return ""
        if c.procedure == "complaint":
            return matters.complaint(self.chance)[2]
        if c.procedure == "information":
            return matters.news(self.chance)
        if c.fields.get("place") == "public":
            return matters.in_public(self.chance)[0]
        return matters.in_home(self.chance, str(c.fields.get("trouble") or ""))[0]

    def _json(self, column: str) -> str:
        """Return JSON with its dates moved and its words changed; what points to the case that opened it points to its copy."""
        text = f"{column}::text"
        for day in self.dates:  # the earliest first: what has been moved is earlier than what is still to be moved
            text = f"replace({text}, '{day}', '{day + self.shift}')"
        text = f"case when m.was <> '' then replace({text}, m.was, m.words) else {text} end"
        linked = text
        for name in self.links:
            for end in ",}":
                was, is_ = f"m.parent || '{end}'", f"(m.parent + {self.offset}) || '{end}'"
                linked = f"""replace({linked}, '"{name}": ' || {was}, '"{name}": ' || {is_})"""
        return f"(case when m.parent = 0 then {text} else {linked} end)::jsonb"

    def _data(self) -> str:
        names = "array[" + ", ".join(f"'{n}'" for n in INSIDE) + "]"
        moved = f"""(select jsonb_object_agg(k, v::text::int8 + {self.offset}) from jsonb_each(x.data) as e (k, v)
            where k = any({names}) and jsonb_typeof(v) = 'number')"""  # noqa: S608  our own names
        return f"{self._json('x.data')} || case when x.data ?| {names} then coalesce({moved}, '{{}}') else '{{}}' end"


def _far_enough(low: int, high: int) -> int:
    """Take a range of ids nobody else has, long enough for all of the originals; return how far it lies from them."""
    count = (high - low) // ID_BLOCK + 2
    for _ in range(20):  # somebody else may take a block in between
        rows = raw().execute("select nextval('shouwen_ids') from generate_series(1, %s::int)", [count]).fetchall()
        first, last = min(rows)[0], max(rows)[0]
        if last - first == (count - 1) * ID_BLOCK:
            return int(first) - low
    raise TimeoutError("the ids are wanted by too many at once")


def _make_findable(ids: Sequence[int], now: datetime) -> None:
    laws, cases = Laws(), adapters.subject("case")
    for start in range(0, len(ids), 1000):
        found = list(cases.load(ids[start : start + 1000], laws, lock=False))
        load_work([s for s in found if not s.closed])
        write_search(cases.docs(found), now=now)
