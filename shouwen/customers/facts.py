"""What the law may know of customers: their class, and what packs declare as customer_fields. No name, no number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shouwen.base.sql import from_json, raw
from shouwen.policy.nouns import Field

_COLUMNS: Final = "id, kind, class_code, level, language, fields"
GLIMPSE: Final = f"json_build_array({_COLUMNS})"
_READ: Final = f"select {_COLUMNS} from customers_customer where id = any(%s::int8[])"  # noqa: S608  our own names
_LOCK: Final = _READ + " order by id for share"


def customer_facts(ids: Sequence[int], declared: Mapping[str, Field], *, lock: bool = False) -> dict[int, dict[str, Any]]:
    """Return the typed fields of customers by id, with one query. With `lock` they stay so until the transaction ends."""
    return _facts(raw().execute(_LOCK if lock else _READ, [list(ids)]).fetchall() if ids else (), declared)


def recall_customers(glimpses: Iterable[str], declared: Mapping[str, Field]) -> dict[int, dict[str, Any]]:
    """Return the same of customers that were just seen."""
    return _facts(map(from_json, glimpses), declared)


def _facts(rows: Iterable[Sequence[Any]], declared: Mapping[str, Field]) -> dict[int, dict[str, Any]]:
    return {
        id_: {"kind": kind, "class": class_code, "level": level, "language": language, **_typed(from_json(kept), declared)}
        for id_, kind, class_code, level, language, kept in rows
    }


def _typed(kept: Mapping[str, Any], declared: Mapping[str, Field]) -> dict[str, Any]:
    return {name: declared[name].type.load(value) for name, value in kept.items() if name in declared}
