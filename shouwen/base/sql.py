"""Set-based SQL inside Django's transaction: prepared, with parameters bound by the server.

Django's own cursor binds on the client and never prepares. A `Raw` cursor uses the same connection, so it takes part in
`transaction.atomic()`; it wraps database errors as Django does and shows up in the query log, so that a page's number of
queries is counted honestly.

Mind: Django makes jsonb come back as text on its connections; read it with `from_json`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import connections

if TYPE_CHECKING:
    from django.db.backends.postgresql.base import DatabaseWrapper
    from psycopg.abc import Params, QueryNoTemplate

    Cursor = psycopg.Cursor[tuple[Any, ...]]
else:
    Cursor = psycopg.Cursor

DEFAULT: Final = "default"
_places: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # by psycopg connection
_encoder = msgspec.json.Encoder(decimal_format="string")
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class Raw(Cursor):
    """A psycopg cursor on Django's connection. Statements are prepared unless told otherwise."""

    def __init__(self, django: DatabaseWrapper) -> None:
        super().__init__(django.connection)
        self._django = django

    def execute(  # type: ignore[override]  # no templates: Python 3.14 has them, we have not
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = True,
        binary: bool | None = None,
    ) -> Self:
        """Run one statement; database errors are raised as django.db's."""
        django = self._django
        given = _quick(params) if params else params
        begin = time.monotonic()
        try:
            with django.wrap_database_errors:
                return super().execute(query, given, prepare=prepare, binary=binary)
        finally:
            if django.queries_logged:
                django.queries_log.append({"sql": str(query), "time": f"{time.monotonic() - begin:.3f}"})


def _quick(params: Params) -> Params:
    """Write lists as PostgreSQL's array literals. psycopg turns them into arrays element by element, in Python: a third of the
    processor time of a batch. Every array of ours is cast where it stands (`%s::int8[]`), so its text is enough."""
    if isinstance(params, Mapping):
        return {name: array(p) if type(p) is list else p for name, p in params.items()}
    return [array(p) if type(p) is list else p for p in params]


def array(values: list[Any]) -> str | list[Any]:
    """Return the literal of an array of numbers, texts, moments, days and truths; the list itself when something else is in it."""
    made: list[str] = []
    for v in values:
        write = _WRITTEN.get(type(v))
        if write is None:
            return values
        made.append(write(v))
    return f"{{{','.join(made)}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WRITTEN: Final[Mapping[type, Any]] = {
    int: str,
    str: _quoted,
    type(None): lambda _: "NULL",
    bool: lambda v: "t" if v else "f",
    datetime: lambda v: f'"{v.isoformat()}"',
    date: date.isoformat,
}


def raw(using: str = DEFAULT) -> Raw:
    """Return a cursor on the connection of this thread, opening it (and checking a kept one) as Django would."""
    django: DatabaseWrapper = connections[using]  # type: ignore[assignment]  # PostgreSQL is the only engine
    django.close_if_health_check_failed()
    django.ensure_connection()
    return Raw(django)


def place(using: str = DEFAULT) -> str:
    """Return which database this thread works in. What a process keeps in memory (ids, the organisation) belongs to one database,
    and one that was dropped and made again under the same name is another."""
    django = connections[using]
    django.ensure_connection()
    found = _places.get(django.connection)
    if found is None:
        info = django.connection.info
        with django.wrap_database_errors:
            (oid,) = django.connection.execute("select oid from pg_database where datname = current_database()").fetchone()
        found = _places[django.connection] = f"{info.host}:{info.port}/{oid}"
    return found


def recordset(columns: str) -> str:
    """Return a FROM item `u` with the given columns ("id bigint, text text"), which takes one parameter: `records(rows)`.

    For many rows of many columns this is the fastest way in: psycopg turns lists into arrays in Python, element by element
    (37 µs of CPU for an event of 13 columns), JSON is made in C (2 µs), and the server needs the same time for both.
    """
    return f"jsonb_to_recordset(%s::jsonb) as u ({columns})"


def records(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as the parameter of a `recordset`; each maps the columns' names to values."""
    return to_json(list(rows))


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into one list for each column, as `unnest` wants them; `width` is the number of columns (for no rows at all)."""
    return [list(c) for c in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def unnest(types: Sequence[str]) -> str:
    """Return `unnest(%s::text[], %s::bigint[] …)` for the given column types; as many parameters, each a list."""
    return f"unnest({', '.join(f'%s::{t}[]' for t in types)})"


def to_json(value: Any) -> str:
    """Return JSON text: moments as ISO 8601, decimals as strings, sets as lists, frozen dataclasses as objects."""
    return _encoder.encode(value).decode()


def from_json(text: str | bytes | Mapping[str, Any] | list[Any] | None) -> Any:
    """Read what a jsonb column gave, whether the connection has parsed it or not."""
    return _decoder.decode(text) if isinstance(text, str | bytes) else text
