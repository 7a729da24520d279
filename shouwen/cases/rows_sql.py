"""Writing many rows with one parameter: a JSON document that PostgreSQL takes apart into typed columns.

One parameter of one type means one prepared statement for each shape, however many rows and whatever numbers are in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shouwen.base.sql import raw, to_json
from shouwen.cases.adapters import Part

Columns = tuple[tuple[str, str], ...]  # name, type


def insert(table: str, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> Part:
    """Return the statement that inserts rows."""
    return _insert(table, columns), (to_json(rows),)


def update(table: str, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> Part:
    """Return the statement that sets the columns of rows found by their id, the first column."""
    return _update(table, columns), (to_json(rows),)


def together(parts: Iterable[Part]) -> list[Part]:
    """Put statements together as parts of at most two: what changes rows, then what inserts them; each sees the database as before
    it."""
    kept = list(parts)
    halves = ([p for p in kept if p[0].lstrip().startswith("insert") is inserts] for inserts in (False, True))
    return [_one(half) for half in halves if half]


def _one(parts: Sequence[Part]) -> Part:
    *before, (last, _) = parts
    named = ", ".join(f"p{i} as ({text})" for i, (text, _) in enumerate(before))
    return f"with {named} {last}" if before else last, [value for _, params in parts for value in params]


def run(statements: Iterable[Part]) -> None:
    """Execute statements one after the other."""
    for text, params in statements:
        raw().execute(text, params)


@lru_cache(maxsize=64)
def _insert(table: str, columns: Columns) -> str:
    names = ", ".join(f'"{name}"' for name, _ in columns)
    return f"insert into {table} ({names}) select * from {_recordset(columns)}"  # noqa: S608  our own words


@lru_cache(maxsize=64)
def _update(table: str, columns: Columns) -> str:
    (key, _), *rest = columns
    changes = ", ".join(f'"{name}" = r."{name}"' for name, _ in rest)
    return f'update {table} t set {changes} from {_recordset(columns)} where t."{key}" = r."{key}"'  # noqa: S608  our own words


def _recordset(columns: Columns) -> str:
    typed = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    return f"json_to_recordset(%s::json) as r({typed})"
