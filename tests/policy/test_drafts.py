"""The drafts that are not shipped yet: hard regulations written before there was an engine, run whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Result, Runner, read_scenarios

DRAFTS = Path(__file__).parent / "drafts"
PACKS = ("auto", "generic", "hospitality", "property")
# the entries each regulation carries, on a clause or on a node
CATALOGUE = {
    "auto": ("003-16", 11, 33),
    "generic": ("003-13", 1, 20),
    "hospitality": ("000-03", 1, 26),
    "property": ("001-24", 1, 23),
}


def sources_of(pack: str) -> Sources:
    """Return the files of one draft pack."""
    return read_sources([DRAFTS / pack])


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    """One draft pack."""
    return str(request.param)


@pytest.fixture(scope="module")
def sources(pack: str) -> Sources:
    """Its files."""
    return sources_of(pack)


@pytest.fixture(scope="module")
def law(sources: Sources) -> Law:
    """Its law."""
    return load(sources)


@pytest.fixture(scope="module")
def results(sources: Sources, law: Law) -> list[Result]:
    """All its scenarios, run."""
    runner = Runner(sources, law=law)
    return [runner.run(s) for s in read_scenarios(sources)]


def test_every_scenario_of_a_draft_holds(results: list[Result]) -> None:
    wrong = {r.scenario.title: r.wrong for r in results if r.wrong}

    assert len(results) >= 15
    assert wrong == {}


def test_every_clause_that_can_act_acts_in_a_scenario(law: Law, results: list[Result]) -> None:
    silent = {name for name, versions in law.versions.items() if versions[-1].grade == "said"}

    assert set(law.versions) - {c for r in results for c in r.cited} == silent


def test_every_clause_is_named_by_a_scenario_that_tests_it(law: Law, results: list[Result]) -> None:
    silent = {name for name, versions in law.versions.items() if versions[-1].grade == "said"}

    assert set(law.versions) - {c for r in results for c in r.scenario.tested} == silent


def test_every_catalogue_entry_is_cited(pack: str, sources: Sources) -> None:
    system, first, last = CATALOGUE[pack]
    text = "".join(sources.values())

    assert [f"{system}-{n:02}" for n in range(first, last + 1) if f'"{system}-{n:02}"' not in text] == []


def test_every_clause_says_itself_in_a_sentence(law: Law) -> None:
    for versions in law.versions.values():
        for clause in versions:
            said = clause.sentence()
            assert "None" not in said
            assert "_" not in said, "an id stands where a word should"


def test_what_the_source_leaves_open_is_listed_until_the_company_decides() -> None:
    law = load(sources_of("property"))

    open_points = {(name.rpartition("#")[2], parameter) for name, parameter in law.undecided}

    assert open_points == {
        ("2.5", "every"),
        ("2.5", "during"),
        ("2.6", "every"),
        ("2.8", "within"),
        ("3.2", "within"),
        ("4.8", "within"),
        ("5.4", "at_least"),
        ("5.1", "rows.part"),
        ("6.3", "take"),
    }
