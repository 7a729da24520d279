"""docs/pack-language.md is made from the lists the loader reads with, and everything it shows works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from shouwen.policy import examples, words
from shouwen.policy.act import BUILT_IN_ACTS
from shouwen.policy.company import read_company
from shouwen.policy.compile import CALENDAR_MOMENTS
from shouwen.policy.conditions import ConditionReader
from shouwen.policy.equivalents import read_equivalents
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.law import load
from shouwen.policy.paths import Names
from shouwen.policy.people import KEYS as PERSON_KEYS
from shouwen.policy.people import WORDS_ZH, WhoReader
from shouwen.policy.reading import Reader
from shouwen.policy.reference import TEMPLATE, reference
from shouwen.policy.scenario import Runner, read_scenarios
from shouwen.policy.source import read_text
from shouwen.policy.values import TYPES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pack-language.md"
LAW = load(examples.sources())


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == reference(), "make it anew: shouwen law reference > docs/pack-language.md"


def test_the_examples_load_and_their_scenarios_hold() -> None:
    runner = Runner(examples.sources(), law=LAW)
    results = [runner.run(s) for s in read_scenarios(examples.sources())]

    assert results
    assert [w for r in results for w in r.wrong] == []


def test_every_kind_has_its_section_its_parameters_and_an_example() -> None:
    page = reference()

    for word, kind in KINDS.items():
        section = page.partition(f"\n### {word}\n")[2].partition("\n### ")[0]
        assert all(f"| `{key}`" in section for key in kind.keys), word
        assert f"→ {LAW.versions[examples.NAMES[word]][0].sentence()}" in section
        assert LAW.versions[examples.NAMES[word]][0].kind_word == word


def test_every_shared_word_is_on_the_page() -> None:
    page = reference()
    listed = [*words.CLAUSE, *words.REGULATION, *words.PACK, *words.NOUN, *words.FIELD, *words.ACT, *words.MEASURE, *words.VALUES]

    for word in [*listed, *BUILT_IN_ACTS, *TYPES, *CALENDAR_MOMENTS, *WORDS_ZH]:
        assert f"`{word}`" in page, word
    for word in PERSON_KEYS:
        assert re.search(rf"\b{word}\b", page), word


def test_every_placeholder_is_filled() -> None:
    assert "{{" not in reference()
    assert "{{KINDS}}" in TEMPLATE.read_text("utf-8")


def rows(heading: str) -> list[str]:
    """Return the spellings shown in the first column of a section's table."""
    section = reference().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [c for line in section.splitlines() if line.startswith("| `") for c in re.findall(r"`([^`]+)`", line.split("|")[1])]


NOUNS = {
    **examples.sources(),
    "demo/shown.yaml": """
regulation: shown
title: 所举的写法
procedures:
  shown:
    title: 所举
    fields:
      urgency: {zh: 紧急, type: choice, of: {urgent: 急, normal: 缓}}
      quote: {zh: 报价, type: money}
      charged: {zh: 实收, type: money}
      limit: {zh: 限额, type: money}
      age: {zh: 账龄, type: span}
      visit_at: {zh: 预约, type: datetime}
      technician: {zh: 技师, type: staff}
      house: {zh: 房屋, type: record, of: place}
    steps: {a: 甲, b: 乙}
    acts: {finish: {zh: 完工, from: [a], to: b}, refund: {zh: 退款, from: [a]}}
registers:
  place: {title: 房屋, fields: {area: {zh: 片区, type: unit}}}
posts: {receptionist: {zh: 接待员}}
""",
}


@pytest.mark.parametrize("spelling", rows("条件"))
def test_every_condition_that_is_shown_can_be_read(spelling: str) -> None:
    if not spelling.startswith(("{", "[")):
        return  # an operator
    law, faults = load(NOUNS), Faults()
    names = Names(law.nouns, {}, {}, {}, law.posts, Reader(faults), law.nouns["shown"])

    ConditionReader(names).condition(read_text(spelling, "shown.yaml"))

    assert [f.zh for f in faults.found] == []


@pytest.mark.parametrize("spelling", rows("谁"))
def test_every_person_word_that_is_shown_can_be_read(spelling: str) -> None:
    law, faults = load(NOUNS), Faults()
    nouns = {**law.nouns, "repair": law.nouns["repair"]}
    names = Names(nouns, {}, {}, {}, law.posts, Reader(faults), law.nouns["shown"])

    said = WhoReader(names, {}).who(read_text(spelling, "shown.yaml"))

    assert [f.zh for f in faults.found] == []
    assert said.zh


def test_the_lists_of_equivalent_mutants_and_the_companys_settings_are_shown_as_they_are_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", reference(), re.DOTALL)
    mutants = next(b for b in blocks if b.startswith("regulation: repair\nequivalent:"))
    company = next(b for b in blocks if b.startswith("company:"))

    assert len(read_equivalents({"demo/repair.mutants.yaml": mutants})) == 1
    assert read_company(company).calendar == "office"


def test_every_block_of_yaml_is_yaml() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", reference(), re.DOTALL)

    assert len(blocks) >= len(KINDS)
    assert all(yaml.safe_load(b) is not None for b in blocks)


def test_every_place_the_glossary_names_is_there() -> None:
    root = PAGE.parents[1]
    cells = [line.split("|")[4] for line in (PAGE.parent / "glossary.md").read_text("utf-8").splitlines() if line.count("|") == 5]
    places = [place for cell in cells for place in re.findall(r"`([a-z_/.]+)`", cell)]

    assert len(places) > 40
    assert [p for p in places if not (root / "shouwen" / p).exists() and not (root / p).exists()] == []
