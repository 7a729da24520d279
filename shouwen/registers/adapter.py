"""Records as subjects of acts: the adapter of kind "record".

A record has the shape of the newest law, not of the one it began under: a house outlives many enactments. What a later law no
longer declares stays in the row, unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from shouwen.base.search_tokens import SearchDoc
from shouwen.cases.adapters import Part, Source
from shouwen.cases.enactments import NEWEST, Laws
from shouwen.cases.living import Living
from shouwen.cases.plain import dump_fields, load_fields
from shouwen.customers.relations import hand_over_parts
from shouwen.policy.act import Ref
from shouwen.policy.nouns import Noun
from shouwen.registers.facts import RecordState, load, recall
from shouwen.registers.searching import record_doc
from shouwen.registers.writing import changed_rows, demand_free, first_of, key_of, new_rows


class _Records:
    """The adapter of records; it keeps nothing itself."""

    kind: str = "record"
    source: Source = Source(
        "registers_record", "s.register",
        {
            "unit": "coalesce(s.unit_id, 0)", "customer": "coalesce(s.customer_id, 0)",
            "responsible": "coalesce(s.responsible_id, 0)", "first_asked": "0",
        },
        "s.archived_at is null", past=("s.key", "s.opened_at", "s.archived_at", "s.marks"),
    )  # fmt: skip

    def load(self, ids: Sequence[int], laws: Laws, *, lock: bool) -> Iterator[Living]:
        """Read records in the order of their ids; those of a register that no pack declares any more are no subjects."""
        return _livings(load(ids, lock=lock).values(), laws)

    def recall(self, glimpses: Iterable[str], laws: Laws) -> Iterator[Living]:
        """Return records that were just seen."""
        return _livings(map(recall, glimpses), laws)

    def number(self, subjects: Sequence[Living]) -> None:
        """New records go by their key. FieldError when it is missing or taken."""
        for s in subjects:
            s.number = _state(s).key
        demand_free([_state(s) for s in subjects], {s.noun.id: s.noun for s in subjects})

    def writes(self, subjects: Sequence[Living], *, now: datetime) -> Iterator[Part]:
        """Return statements that write new and changed records, and who holds them."""
        for s in subjects:
            s.version += 1
            s.unit, s.customer = _unit(s), _customer(s)
            s.found_anew = (
                True  # its unit or a choice in its preview may have changed; a search row that stays the same costs nothing
            )
        states = {s.ref.id: _state(s) for s in subjects}
        rekeyed = [states[s.ref.id] for s in subjects if states[s.ref.id].key != s.number]
        demand_free(rekeyed, {s.noun.id: s.noun for s in subjects})
        if fresh := [states[s.ref.id] for s in subjects if s.fresh]:
            yield new_rows(fresh, now)
        if changed := [states[s.ref.id] for s in subjects if not s.fresh]:
            yield changed_rows(changed, now)
        held = [(s.ref.noun, s.ref.id, s.customer, _held_since(s, now)) for s in subjects if first_of(s.noun, "customer")]
        yield from hand_over_parts(held)

    def docs(self, subjects: Sequence[Living]) -> Iterable[SearchDoc]:
        """Return what search keeps of records."""
        return [record_doc(_state(s), s.noun) for s in subjects]


RECORDS: Final = _Records()


def _livings(states: Iterable[RecordState], laws: Laws) -> Iterator[Living]:
    law = laws.at(NEWEST)
    for state in states:
        noun = law.nouns.get(state.register) if law is not None else None
        if noun is not None:
            yield _living(state, noun)


def _living(state: RecordState, noun: Noun) -> Living:
    return Living(
        Ref("record", state.register, state.id), noun, 0, load_fields(state.fields, noun), state.step, state.unit, state.customer,
        state.responsible, opened_at=state.opened_at, closed_at=state.archived_at, marks=state.marks, number=state.key,
        version=state.version,
    )  # fmt: skip


def _state(s: Living) -> RecordState:
    kept = {name: value for name, value in dump_fields(s.fields, s.noun).items() if value is not None}
    assert s.opened_at is not None
    return RecordState(
        s.ref.id, s.ref.noun, key_of(s.ref.id, kept, s.noun), kept, s.step, s.unit, s.customer, s.responsible, s.marks,
        s.opened_at, s.closed_at, s.version,
    )  # fmt: skip


def _unit(s: Living) -> int:
    return s.fields.get(first_of(s.noun, "unit")) or s.unit


def _customer(s: Living) -> int:
    name = first_of(s.noun, "customer")
    return s.fields.get(name) or 0 if name else s.customer


def _held_since(s: Living, now: datetime) -> datetime:
    """When the field that names the customer last changed; for a new record, when it was opened."""
    mark = s.marks.get(f"changed:{first_of(s.noun, 'customer')}")
    return mark.last if mark is not None else s.opened_at or now
