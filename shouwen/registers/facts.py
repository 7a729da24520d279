"""Reading records set by set: for acts on them, for cases that point to them, for rounds that visit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.base.sql import from_json, raw
from shouwen.cases.case_rows import load_marks
from shouwen.policy.facts import Mark
from shouwen.policy.nouns import Noun

_COLUMNS: Final = """id, register, key, fields, step, coalesce(unit_id, 0), coalesce(customer_id, 0),
 coalesce(responsible_id, 0), marks, opened_at, archived_at, version"""
GLIMPSE: Final = f"json_build_array({_COLUMNS})"
_READ: Final = f"select {_COLUMNS} from registers_record where id = any(%s::int8[]) order by id"  # noqa: S608  our own names
_BY_KEY: Final = f"""select {_COLUMNS} from registers_record
 where register = %s and key = any(%s::text[]) order by id"""  # noqa: S608  our own names
_LINKS: Final = "select id, register, fields, step from registers_record where id = any(%s::int8[])"


@dataclass(slots=True)
class RecordState:
    """A record as it stands. `fields` are kept values (JSON); 0 means none."""

    id: int
    register: str
    key: str
    fields: dict[str, Any]
    step: str
    unit: int
    customer: int
    responsible: int
    marks: dict[str, Mark]
    opened_at: datetime
    archived_at: datetime | None
    version: int


def load(ids: Sequence[int], *, lock: bool = False) -> dict[int, RecordState]:
    """Return records by id, with one query; what is not there is missing. With `lock` nobody else changes them meanwhile."""
    return {s.id: s for s in _states(_READ + (" for update" if lock else ""), [list(ids)])} if ids else {}


def load_by_key(register: str, keys: Sequence[str], *, lock: bool = False) -> dict[str, RecordState]:
    """Return records of a register by key."""
    return {s.key: s for s in _states(_BY_KEY + (" for update" if lock else ""), [register, list(keys)])} if keys else {}


def record_facts(ids: Sequence[int], nouns: Mapping[str, Noun]) -> dict[int, dict[str, Any]]:
    """Return the typed fields of records by id, and their `state`: what a case knows of the records it points to."""
    rows = raw().execute(_LINKS, [list(ids)]).fetchall() if ids else []
    found: dict[int, dict[str, Any]] = {}
    for id_, register, kept, step in rows:
        if register in nouns:  # a register no pack declares any more says nothing to the law
            found[id_] = {**typed(from_json(kept), nouns[register]), "state": step}
    return found


def typed(kept: Mapping[str, Any], noun: Noun) -> dict[str, Any]:
    """Return kept values as the law wants them; what the register does not declare is left out."""
    return {name: noun.fields[name].type.load(value) for name, value in kept.items() if name in noun.fields}


def recall(glimpse: str) -> RecordState:
    """Return a record that was just seen."""
    *row, opened_at, archived_at, version = from_json(glimpse)
    moment = datetime.fromisoformat
    return _state((*row, moment(opened_at), moment(archived_at) if archived_at else None, version))


def _states(query: str, params: list[Any]) -> list[RecordState]:
    return [_state(row) for row in raw().execute(query, params).fetchall()]


def _state(row: Sequence[Any]) -> RecordState:
    id_, register, key, kept, step, unit, customer, responsible, marks, opened_at, archived_at, version = row
    fields, done = from_json(kept), load_marks(from_json(marks))
    return RecordState(
        id_, register, key, fields, step, unit, customer, responsible, done, opened_at, archived_at, version
    )  # fmt: skip
