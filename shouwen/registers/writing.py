"""Records as rows: the statements that write them, and what the database would refuse, said before.

Acts on records are decided and journalled in `cases.acting`, which calls the adapter, which calls this. Nothing else writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shouwen.base.errors import FieldError
from shouwen.base.sql import columns, raw, to_json, unnest
from shouwen.cases.adapters import Part
from shouwen.cases.case_rows import dump_marks
from shouwen.policy.nouns import Noun
from shouwen.registers.facts import RecordState

LONGEST_KEY: Final = 120
_MOMENTS: Final = ("timestamptz", "timestamptz", "timestamptz")
_TYPES: Final = ("int8", "text", "text", "text", "text", "int8", "int8", "int8", "text", "int4", *_MOMENTS)
_ROWS: Final = f"{unnest(_TYPES)} as u (a, b, c, d, e, f, g, h, i, j, k, l, m)"
_INSERT: Final = f"""insert into registers_record (id, register, key, fields, step, unit_id, customer_id, responsible_id, marks,
 version, opened_at, archived_at, updated_at)
 select u.a, u.b, u.c, u.d::jsonb, u.e, nullif(u.f, 0), nullif(u.g, 0), nullif(u.h, 0), u.i::jsonb, u.j, u.k, u.l, u.m
 from {_ROWS}"""  # noqa: S608  our own names
_UPDATE: Final = f"""update registers_record r set key = u.c, fields = u.d::jsonb, step = u.e, unit_id = nullif(u.f, 0),
 customer_id = nullif(u.g, 0), responsible_id = nullif(u.h, 0), marks = u.i::jsonb, version = u.j, archived_at = u.l,
 updated_at = u.m from {_ROWS} where r.id = u.a"""  # noqa: S608  our own names
_TAKEN: Final = f"""select r.register, r.key from registers_record r
 join {unnest(("text", "text", "int8"))} as u (register, key, id)
 on r.register = u.register and r.key = u.key and r.id <> u.id"""  # noqa: S608  our own names


def new_rows(states: Sequence[RecordState], now: datetime) -> Part:
    """Return the statement that inserts records."""
    return _INSERT, columns([_values(s, now) for s in states], len(_TYPES))


def changed_rows(states: Sequence[RecordState], now: datetime) -> Part:
    """Return the statement that updates records."""
    return _UPDATE, columns([_values(s, now) for s in states], len(_TYPES))


def first_of(noun: Noun, kind: str) -> str:
    """Return the field of a register that says its unit or customer: the first of that type; "" when there is none."""
    return next((f.id for f in noun.fields.values() if f.type.name == kind and not f.type.many), "")


def key_of(id_: int, kept: Mapping[str, Any], noun: Noun) -> str:
    """Return the key a record goes by; one of a register without a key goes by its id."""
    return str(kept.get(noun.key) or "").strip() if noun.key else str(id_)


def demand_free(states: Sequence[RecordState], nouns: Mapping[str, Noun]) -> None:
    """Say by field that a key is missing or taken, before the database says it by constraint."""
    if not states:
        return
    taken = set(raw().execute(_TAKEN, columns([(s.register, s.key, s.id) for s in states], 3)).fetchall())
    for state in states:
        name = nouns[state.register].key
        if not state.key or len(state.key) > LONGEST_KEY:
            raise FieldError.of(name, f"应为 1 至 {LONGEST_KEY} 个字", f"should have 1 to {LONGEST_KEY} characters")
        if (state.register, state.key) in taken:
            raise FieldError.of(name, "已有这一条", "there is one already", "taken")
        taken.add((state.register, state.key))


def _values(s: RecordState, now: datetime) -> tuple[Any, ...]:
    holders = s.unit, s.customer, s.responsible
    moments = s.opened_at, s.archived_at, now
    return (s.id, s.register, s.key, to_json(s.fields), s.step, *holders, to_json(dump_marks(s.marks)), s.version, *moments)
