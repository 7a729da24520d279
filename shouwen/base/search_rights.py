"""Which rows of search somebody finds, by unit, person and noun: what `VisibleQuerySet.scope` says of the things themselves."""

from __future__ import annotations

from typing import Any

from shouwen.base.access import Reader

Condition = tuple[str, Any]  # SQL and its parameter; a tuple stands for several


def by_unit_or_person(reader: Reader, units: list[int], people: list[int]) -> Condition:
    """Return what `VisibleQuerySet.scope` says of a row of search."""
    ground: list[Condition] = [] if reader.units is None else [("unit_id = any(%s::int8[])", units)]
    if reader.narrower:
        ground.append(("noun <> all(%s::text[])", list(reader.narrower)))
    parts = [*([ground] if ground else []), [("people && %s::int8[]", people)]]
    for noun, open_ in reader.nouns:
        within: list[Condition] = [] if open_ is None else [("unit_id = any(%s::int8[])", sorted(open_))]
        parts.append([("noun = %s", noun), *within])
    text = " or ".join("(" + " and ".join(t for t, _ in part) + ")" for part in parts)
    return f"({text})", tuple(value for part in parts for _, value in part)
