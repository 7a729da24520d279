"""The language as JSON Schema (2020-12), for the editors of those who write packs; made from the words of the reference.

The schema knows shapes and closed words; what names refer to is the loader's to check (`shouwen law check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shouwen.policy import scenario_words
from shouwen.policy.kinds.base import Key, Kind
from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.measures import FOLDS
from shouwen.policy.people import KEYS as PERSON_KEYS
from shouwen.policy.words import (
    ACT,
    CLAUSE,
    FIELD,
    MEASURE,
    NOUN,
    PACK,
    REGULATION,
    SMALL,
    TEXT,
    TEXTS,
    VALUES,
    Schema,
    Word,
    each,
    ref,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FILES: Final = ("regulation", "pack", "scenarios", "mutants")


def schema(file: str = "regulation") -> dict[str, Any]:
    """Return the schema of a kind of file: regulation, pack, scenarios or mutants."""
    body = {"regulation": _regulation, "pack": _pack, "scenarios": _scenarios, "mutants": _mutants}[file]()
    return {"$schema": DIALECT, "title": f"shouwen {file}", **body, "$defs": _definitions()}


def _regulation() -> dict[str, Any]:
    return {**_closed(REGULATION), "required": ["regulation", "title"]}


def _pack() -> dict[str, Any]:
    return {**_closed(PACK), "required": ["pack"]}


def _scenarios() -> dict[str, Any]:
    return {**_closed(scenario_words.FILE), "required": ["regulation", "scenarios"]}


def _mutants() -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {k: dict(TEXT) for k in ("clause", "mutant", "why")},
        "required": ["clause", "mutant", "why"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"regulation": dict(TEXT), "equivalent": {"type": "array", "items": item}},
        "additionalProperties": False,
    }


def _closed(words: Mapping[str, Word]) -> dict[str, Any]:
    """Return the schema of a mapping that has these keys and no others."""
    return {"type": "object", "properties": {k: _told(w) for k, w in words.items()}, "additionalProperties": False}


def _told(word: Word) -> dict[str, Any]:
    return {**word.schema, "description": f"{word.zh} / {word.en}"}


def _definitions() -> dict[str, Any]:
    scalar_or = {"anyOf": [TEXT, {"type": "object"}]}
    person = {**dict.fromkeys(PERSON_KEYS, scalar_or), "else": ref("who")}
    mapping = {"type": "object", "additionalProperties": TEXTS}
    return {
        "source": {"type": "array", "items": {"type": "string", "pattern": r"^\d{3}-\d{2}-\d{2,3}$"}},
        "assumed": {"anyOf": [TEXT, each(TEXT)]},
        "label": {
            "anyOf": [
                TEXT,
                {"type": "object", "properties": {k: {} for k in ("zh", "en", "source", "if")}, "additionalProperties": False},
            ]
        },
        "who": {
            "anyOf": [
                TEXT,
                {"type": "object", "properties": person, "additionalProperties": False},
                {"type": "array", "items": ref("who")},
            ]
        },
        "condition": {"anyOf": [mapping, {"type": "array", "items": mapping}]},
        "evidence": {"anyOf": [TEXT, {"type": "object"}, {"type": "array", "items": ref("evidence")}]},
        "upon": {
            "anyOf": [
                TEXT,
                {"type": "object", "properties": {"breach": dict(TEXT)}, "additionalProperties": False},
            ]
        },
        "noun": _closed(NOUN),
        "field": {"anyOf": [TEXT, _closed(FIELD)]},
        "act": _closed(ACT),
        "measure": {**_closed(MEASURE), "oneOf": [{"required": [fold]} for fold in FOLDS]},
        "clause": _clause(),
        "scenario": _closed(scenario_words.SCENARIO),
        "given": _closed(scenario_words.GIVEN),
        "step": _closed(scenario_words.STEP),
        "expect": _closed(scenario_words.EXPECT),
        **{
            name: _closed(words) if name in ("part", "form", "layout") else {"anyOf": [TEXT, _closed(words)]}
            for name, words in SMALL.items()
        },
        **{word: _kind(kind) for word, kind in KINDS.items()},
    }


def _clause() -> dict[str, Any]:
    """A clause has the shared words and exactly one kind."""
    shared = _closed(CLAUSE)
    kinds = {word: {**ref(word), "description": " / ".join(kind.doc)} for word, kind in KINDS.items()}
    return {
        **shared,
        "properties": {**shared["properties"], **kinds},
        "required": ["id"],
        "oneOf": [{"required": [word]} for word in KINDS],
    }


def _kind(kind: type[Kind]) -> dict[str, Any]:
    properties = {name: {**value_schema(key), "description": f"{key.zh} / {key.en}"} for name, key in kind.keys.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": [n for n, k in kind.keys.items() if k.required],
        "additionalProperties": False,
    }


def value_schema(key: Key) -> Schema:
    """Return the schema of a parameter's value: a closed list of words, or any of the kinds of value it names."""
    words = key.value.split("|")
    known = [VALUES[w].schema for w in words if w in VALUES]
    if not known:
        return {"enum": [*words, "unset"]}
    different = [s for i, s in enumerate(known) if s not in known[:i]]
    return different[0] if len(different) == 1 else {"anyOf": different}
