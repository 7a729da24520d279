"""Entries as subjects of acts: the adapter of kind "entry", for books whose entries go through steps.

What was entered never changes; where it stands is a row of its own beside it. Like records, entries have the shape of the newest
law: a book outlives many enactments. Entries of a book that has no steps any more are no subjects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from shouwen.base.search_tokens import SearchDoc
from shouwen.base.sql import from_json, raw
from shouwen.cases.adapters import Part, Source
from shouwen.cases.case_rows import dump_marks, load_marks
from shouwen.cases.enactments import NEWEST, Laws
from shouwen.cases.living import Living
from shouwen.cases.plain import dump_fields, load_fields
from shouwen.cases.rows_sql import Columns, insert, update
from shouwen.policy.act import Ref
from shouwen.policy.nouns import Noun

TABLE: Final = "ledger_entrystate"
_READ: Final = """select s.id, s.book, s.fields, s.step, coalesce(s.unit_id, 0), s.marks, s.version, s.opened_at, s.closed_at,
 coalesce(e.case_id, 0) from ledger_entrystate s join ledger_entry e on e.id = s.id where s.id = any(%s::int8[]) order by s.id"""
_LOCK: Final = _READ + " for no key update of s"
_CHANGING: Final[Columns] = (
    ("id", "int8"), ("fields", "jsonb"), ("step", "text"), ("unit_id", "int8"), ("marks", "jsonb"), ("version", "int4"),
    ("closed_at", "timestamptz"), ("updated_at", "timestamptz"),
)  # fmt: skip
_NEW: Final[Columns] = (*_CHANGING, ("book", "text"), ("opened_at", "timestamptz"))


class _Entries:
    """The adapter of entries; it keeps nothing itself."""

    kind: str = "entry"
    source: Source = Source(
        TABLE, "s.book",
        {"unit": "coalesce(s.unit_id, 0)", "customer": "0::int8", "responsible": "0::int8", "first_asked": "0::int8"},
        "s.closed_at is null",
    )  # fmt: skip

    def load(self, ids: Sequence[int], laws: Laws, *, lock: bool) -> Iterator[Living]:
        """Read entries in the order of their ids; those of a book without steps are no subjects."""
        law = laws.at(NEWEST)
        for row in raw().execute(_LOCK if lock else _READ, [list(ids)]).fetchall():
            noun = law.nouns.get(row[1]) if law is not None else None
            if noun is not None and noun.kind == self.kind:
                yield _living(row, noun)

    def recall(self, glimpses: Iterable[str], laws: Laws) -> Iterable[Living]:
        """None: nothing is read of them beside the question whether they are in sight."""
        return ()

    def number(self, subjects: Sequence[Living]) -> None:
        """Entries go by their id."""
        for s in subjects:
            s.number = str(s.ref.id)

    def writes(self, subjects: Sequence[Living], *, now: datetime) -> Iterator[Part]:
        """Return statements that write where new and changed entries stand; the entries themselves the ledger posts."""
        for s in subjects:
            s.version += 1
        if changed := [s for s in subjects if not s.fresh]:
            yield update(TABLE, _CHANGING, [_changing(s, now) for s in changed])
        if fresh := [s for s in subjects if s.fresh]:
            yield insert(TABLE, _NEW, [{**_changing(s, now), "book": s.ref.noun, "opened_at": s.opened_at} for s in fresh])

    def docs(self, subjects: Sequence[Living]) -> Iterable[SearchDoc]:
        """Entries are not searched: they are found in their book, and from what they rest on."""
        return ()


ENTRIES: Final = _Entries()


def _living(row: Sequence[Any], noun: Noun) -> Living:
    id_, book, fields, step, unit, marks, version, opened_at, closed_at, case = row
    return Living(
        Ref("entry", book, id_), noun, 0, load_fields(from_json(fields), noun), step, unit, opened_at=opened_at,
        closed_at=closed_at, marks=load_marks(from_json(marks)), parent=case, number=str(id_), version=version,
    )  # fmt: skip


def _changing(s: Living, now: datetime) -> dict[str, Any]:
    return {
        "id": s.ref.id, "fields": dump_fields(s.fields, s.noun), "step": s.step, "unit_id": s.unit or None,
        "marks": dump_marks(s.marks), "version": s.version, "closed_at": s.closed_at, "updated_at": now,
    }  # fmt: skip
