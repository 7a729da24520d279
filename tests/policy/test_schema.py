"""The JSON Schema takes what the loader takes, and refuses what authors get wrong."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
import yaml

from shouwen.ops.shelf import SHELF, folders
from shouwen.policy import examples, expecting, measures, noun_reading, packs, scenario, scenario_words, words
from shouwen.policy.kinds.registry import CLAUSE_KEYS, KINDS
from shouwen.policy.schema import FILES, schema

VALIDATORS = {file: jsonschema_rs.validator_for(schema(file)) for file in FILES}
FILES_OF_PACKS = {
    **examples.sources(), **packs.read_sources(folders([p.parent.name for p in SHELF.glob("*/pack.yaml")])),
}  # fmt: skip


MORE_OF_ITS_OWN = {"requires": 6, "assigns": 4}  # docs/decisions/0038-words-of-a-kind.md


def kind_of(name: str) -> str | None:
    """Return which schema a file is held to."""
    if name.endswith(("company.yaml", packs.MAPS)):
        return None
    return (
        "scenarios"
        if name.endswith(packs.SCENARIOS)
        else "mutants"
        if name.endswith(packs.MUTANTS)
        else "pack"
        if name.endswith("/pack.yaml")
        else "regulation"
    )


def complaints(file: str, text: str) -> list[str]:
    """Return what a schema says of a file, read as an editor reads it."""
    return [f"{list(e.instance_path)}: {e.message}"[:300] for e in VALIDATORS[file].iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", [n for n in FILES_OF_PACKS if kind_of(n)])
def test_every_file_we_ship_fits_the_schema(name: str) -> None:
    assert complaints(str(kind_of(name)), FILES_OF_PACKS[name]) == []


@pytest.mark.parametrize(
    "change",
    [
        ("deadline: {from: open,", "deadlin: {from: open,"), ("until: reply, within", "untill: reply, within"),
        ("regulation: repair", "regulaton: repair"),
        ("    for: repair\n    when: {urgency", "    fr: repair\n    when: {urgency"), ("type: money", "type: mony"),
        ('id: "2.2"', 'nr: "2.2"'),
        ("covers: quote}", "covers: quote, or: forbid}"), ('source: ["001-01-11"]', 'source: ["1-1"]'), ("to: assigned, asks",
        "too: assigned, asks"),
    ],
)  # fmt: skip
def test_what_authors_get_wrong_is_marked_in_their_editor(change: tuple[str, str]) -> None:
    assert change[0] in examples.REGULATION

    assert complaints("regulation", examples.REGULATION.replace(*change, 1))


def test_a_clause_is_of_exactly_one_kind() -> None:
    both = 'regulation: r\ntitle: x\nclauses: [{id: "1", says: {}, performs: {act: x}}]\n'
    none = 'regulation: r\ntitle: x\nclauses: [{id: "1", for: x}]\n'

    assert complaints("regulation", both)
    assert complaints("regulation", none)


def test_every_key_the_loader_takes_is_explained_and_no_other() -> None:
    """The lists the loader reads with and the words of the reference are the same."""
    pairs: list[tuple[Any, Any]] = [
        (noun_reading.FIELD_KEYS, words.FIELD), (noun_reading.ACT_KEYS, words.ACT), (noun_reading.NOUN_KEYS, words.NOUN),
        (packs.PACK_KEYS, words.PACK), (packs.REGULATION_KEYS, words.REGULATION), (measures.KEYS, words.MEASURE), (CLAUSE_KEYS,
        words.CLAUSE),
        (scenario.FILE_KEYS, scenario_words.FILE), (scenario.SCENARIO_KEYS, scenario_words.SCENARIO), (scenario.GIVEN_KEYS,
        scenario_words.GIVEN),
        (scenario.STEP_KEYS, scenario_words.STEP), (expecting.CHECKS, scenario_words.EXPECT),
    ]  # fmt: skip
    for taken, explained in pairs:
        assert set(taken) == set(explained)


def test_every_kind_of_value_is_explained_or_a_word_of_a_closed_list() -> None:
    for kind in KINDS.values():
        for name, key in kind.keys.items():
            known = [w in words.VALUES for w in key.value.split("|")]
            assert all(known) or not any(known), f"{kind.word}.{name}: {key.value}"


def test_the_language_stays_small() -> None:
    """DESIGN: at most 45 shared words; each kind has three of its own, but for two that are decided by name."""
    parameters: dict[str, set[str]] = {}
    for word, kind in KINDS.items():
        for key in kind.keys:
            parameters.setdefault(key, set()).add(word)
    shared = {k for k, kinds in parameters.items() if len(kinds) > 1} | set(CLAUSE_KEYS)
    own = {word: [k for k in kind.keys if parameters[k] == {word}] for word, kind in KINDS.items()}

    assert len(shared) <= 45
    assert {word: len(keys) for word, keys in own.items() if len(keys) > 3} == MORE_OF_ITS_OWN, own
