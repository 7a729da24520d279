"""The journal: writing facts, set by set. It is append-only; the database itself refuses everything else.

What a row holds, so that readers of the journal can rely on it:

- one row of kind `act` for each act that happened, with its name in `act`; `clause` is empty, the clauses it rests on stand in
  `data["cites"]`;
- one row for each effect that rests on a clause: `kind` names the effect in lower case (promise, settle, breach, warned, task,
  tell, entry, pass …), `act` is empty, `clause` and `clause_since` say which clause in which version;
- one row of kind `confirmed` for each notice somebody confirmed (`outbox.confirm`): its subject is the notice, its clause in `data`;
- `at` is when it happened, `entered_at` when it was written down;
- ids of people, never their names, telephone numbers or addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec

from shouwen.base.sql import raw, records, recordset, to_json
from shouwen.policy.act import Ref

MAX_DATA: Final = 64 * 1024  # bytes of JSON: facts of a case, not whole populations
ACT: Final = "act"
_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # in JSON: the one character PostgreSQL keeps nowhere

_NAMES: Final = "subject_kind, noun, subject_id, case_id, kind, act, actor_id, clause, clause_since, at, entered_at, data, key"
_SELECT: Final = "u.a, u.b, u.c, nullif(u.d, 0), u.e, u.f, u.g, u.h, u.i, u.j, u.k, u.l, u.m"
_COLUMNS: Final = """a text, b text, c bigint, d bigint, e text, f text, g bigint, h text, i date, j timestamptz, k timestamptz,
 l jsonb, m text"""

# For callers that write the journal together with other tables in one statement; its one parameter is `event_records(rows)`.
INSERT_EVENTS: Final = f"insert into base_event ({_NAMES}) select {_SELECT} from {recordset(_COLUMNS)}"  # noqa: S608  our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One fact to be written. `case` 0: it belongs to no case. `data` becomes JSON of at most MAX_DATA bytes."""

    subject: Ref
    kind: str
    actor: int
    at: datetime
    entered_at: datetime
    act: str = ""
    clause: str = ""
    clause_since: date | None = None
    case: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


class TooMuchData(ValueError):
    """An event's data is larger than MAX_DATA: whoever builds it must say less. The data is not repeated here."""

    def __init__(self, row: EventRow, size: int) -> None:
        super().__init__(f"{row.kind} {row.act or row.clause}: {size} bytes of data, at most {MAX_DATA}")


def event_records(rows: Iterable[EventRow]) -> str:
    """Return the parameter of INSERT_EVENTS. Raises TooMuchData before anything is written."""
    return records(map(_record, rows))


def write_events(rows: Iterable[EventRow]) -> None:
    """Write facts in the order given, with one statement, in the caller's transaction."""
    if found := list(rows):
        raw().execute(INSERT_EVENTS, [event_records(found)])


def _record(row: EventRow) -> dict[str, Any]:
    data = msgspec.Raw(_NUL.sub(r"\1", to_json(row.data)).encode())
    if (size := len(memoryview(data))) > MAX_DATA:
        raise TooMuchData(row, size)
    to = row.subject
    about = {"a": to.kind, "b": to.noun, "c": to.id, "d": row.case, "e": row.kind, "f": row.act, "g": row.actor, "h": row.clause}
    return {**about, "i": row.clause_since, "j": row.at, "k": row.entered_at, "l": data, "m": row.key}
