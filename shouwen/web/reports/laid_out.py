"""What the tables of a report are made of: numbers that open down, rows, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that opens down: to events, or to cases."""

    n: int
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it is about, its numbers, and a share in percent (None: nothing to divide by)."""

    label: str
    numbers: Sequence[Number]
    share: int | None = None
    clause: str = ""
    note: str = ""
    named: bool = False  # the label is the name of a person or unit, and stays as it was written


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its heads, its rows; with `share`, the head of the last column."""

    id: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    share: str = ""
