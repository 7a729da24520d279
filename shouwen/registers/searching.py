"""How a record is found: by its key, plates and other texts. Fields that packs call personal are compared, not shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shouwen.base.masks import mask_phone, mask_plate, mask_text
from shouwen.base.search_tokens import EVERYBODY, IS_HAN, SearchDoc, national
from shouwen.policy.nouns import Noun
from shouwen.registers.facts import RecordState

KIND: Final = "record"
SHORT: Final = 24  # characters of a text that may be a code: a plate, a number of a meter
SHOWN: Final = 3  # fields in the preview


def record_doc(state: RecordState, noun: Noun) -> SearchDoc:
    """Return what a record says of itself to search."""
    filled = [(f, str(state.fields[f.id])) for f in noun.fields.values() if f.id in state.fields and f.id != noun.key]
    texts = [value for f, value in filled if f.type.name == "text"]
    phones = [national(value) for f, value in filled if f.type.name == "phone"]
    personal = noun.key in noun.fields and noun.fields[noun.key].personal
    return SearchDoc(
        kind=KIND, id=state.id, unit=state.unit or EVERYBODY, sort_at=state.opened_at,
        title=f"{noun.zh} {mask_plate(state.key) if personal else state.key}", preview=" ".join(_shown(state, noun))[:400],
        number=state.key, name=state.key if IS_HAN.search(state.key) else "", about=noun.zh, body="\n".join(texts),
        phones=tuple(p for p in phones if p),
        codes=tuple(t for t in texts if len(t) <= SHORT and any(c.isdigit() for c in t)),
        people=(state.responsible,) if state.responsible else (), noun=noun.id,
    )  # fmt: skip


def _shown(state: RecordState, noun: Noun) -> Iterator[str]:
    """The first fields that tell records apart: choices and texts that are not personal."""
    left = SHOWN
    for field in noun.fields.values():
        value = state.fields.get(field.id)
        if not left or value is None or field.id == noun.key:
            continue
        if field.type.name == "choice":
            yield field.type.choices[value].zh if value in field.type.choices else str(value)
            left -= 1
        elif field.type.name == "phone":
            yield mask_phone(str(value))
            left -= 1
        elif field.type.name == "text" and not field.personal:
            yield mask_text(str(value)[:40])
            left -= 1
