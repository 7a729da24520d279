"""Keyset pages: a cursor names the row a page ended with, so that the next page costs as little as the first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from shouwen.base.errors import FieldError

LIMIT: Final = 50
MOST: Final = 100
HIGHEST_ID: Final = 2**63 - 1


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended: a moment (or none) and an id. `order` says in which list, so that a cursor of another list is refused."""

    order: Annotated[str, msgspec.Meta(max_length=24)]
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None
    id: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST_ID)]


T = TypeVar("T")


def read_cursor(cursor: str, order: str) -> Place | None:
    """Return the place a cursor names; None for the first page. FieldError for one that no page of this list gave out."""
    if not cursor:
        return None
    try:
        place = msgspec.msgpack.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=Place)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        place = None
    if place is None or place.order != order:
        raise FieldError.of(
            "cursor", "翻页位置无效,请从第一页开始", "not a cursor of this list; begin at the first page", "bad_cursor"
        )
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).rstrip(b"=").decode()


def cut(rows: Sequence[T], limit: int, order: str, at: Any, id_: Any) -> tuple[Sequence[T], str]:
    """Return one page of `limit` + 1 rows, and the cursor of the next ("" when there is none)."""
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], write_cursor(Place(order, at(last), id_(last)))
