"""Pages of long lists: by key, never by OFFSET or COUNT. A cursor says where a page ended; it is checked, not trusted."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from django.db.models import Q, QuerySet

from shouwen.base.search import BadCursor

PAGE: Final = 50
M = TypeVar("M")


def write_cursor(*place: datetime | str | int | None) -> str:
    """Return a cursor as it stands in an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_moment_cursor(cursor: str) -> tuple[datetime | None, int] | None:
    """Read the cursor of a list ordered by a moment (None: those without one) and id. Raises BadCursor."""
    found = _read(cursor, tuple[datetime | None, int])
    if found is not None:
        _demand_id(found[1])
        if found[0] is not None and found[0].tzinfo is None:
            raise BadCursor
    return found


def read_id_cursor(cursor: str) -> int | None:
    """Read the cursor of a list that ended at something with an id, and says no more of it. Raises BadCursor."""
    found = _read(cursor, tuple[int])
    if found is None:
        return None
    _demand_id(found[0])
    return found[0]


def read_text_place(cursor: str, rows: QuerySet[Any], column: str) -> tuple[str, int] | None:
    """Read the cursor of a list ordered by a text and id: it says only whose the text is, for that may be a name or a number plate.

    `rows`: all that the reader may see, however the list is narrowed by now. Raises BadCursor.
    """
    pk = read_id_cursor(cursor)
    if pk is None:
        return None
    found: tuple[str, int] | None = rows.order_by().filter(pk=pk).values_list(column, "pk").first()
    if found is None:
        raise BadCursor
    return found


def read_number_cursor(cursor: str) -> tuple[int, int] | None:
    """Read the cursor of a list ordered by a whole number and id. Raises BadCursor."""
    found = _read(cursor, tuple[int, int])
    if found is not None:
        _demand_id(found[1])
        if not -(2**63) <= found[0] < 2**63:
            raise BadCursor
    return found


T = TypeVar("T")


def _read(cursor: str, kind: type[T]) -> T | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise BadCursor from None


def _demand_id(id_: int) -> None:
    if not 0 <= id_ < 2**63:
        raise BadCursor


def past_moment(column: str, place: tuple[datetime | None, int], *, down: bool) -> Q:
    """The condition for rows after a place, ordered by a moment with nulls last and then by id."""
    at, id_ = place
    side, beyond = ("lt", "pk__lt") if down else ("gt", "pk__gt")
    if at is None:
        return Q(**{f"{column}__isnull": True, beyond: id_})
    later = Q(**{f"{column}__{side}": at}) | Q(**{column: at, beyond: id_})
    return later | Q(**{f"{column}__isnull": True})


def past(column: str, place: tuple[datetime | str | None, int], *, down: bool = False) -> Q:
    """The condition for rows after a place, ordered by a column that is never empty and then by id. Raises BadCursor for no value.

    Its first part holds for the whole: an index leads to the place by it, instead of reading all rows before it once more.
    """
    at, id_ = place
    if at is None:
        raise BadCursor
    side, beyond = ("lt", "pk__lt") if down else ("gt", "pk__gt")
    return Q(**{f"{column}__{side}e": at}) & (Q(**{f"{column}__{side}": at}) | Q(**{beyond: id_}))


def past_id(id_: int, *, down: bool = False) -> Q:
    """The condition for rows after a place, ordered by id alone: ids are given out in blocks, so they grow with time but for moments."""
    return Q(pk__lt=id_) if down else Q(pk__gt=id_)


def cut(rows: list[M], limit: int = PAGE) -> tuple[list[M], bool]:
    """Take one row too many away, and say whether there was one."""
    return rows[:limit], len(rows) > limit
