"""The four drafts: hard regulations written before there was an engine. What this issue's kinds cover runs; the rest waits, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.policy.errors import PackError
from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Result, Runner, read_scenarios
from shouwen.policy.source import read_text

DRAFTS = Path(__file__).parent / "drafts"
PACKS = ("auto", "generic", "hospitality", "property")
CATALOGUE = {  # the entries each regulation carries, on a clause or on a node
    "auto": ("003-16", 11, 33), "generic": ("003-13", 1, 20), "hospitality": ("000-03", 1, 26), "property": ("001-24", 1, 23),
}  # fmt: skip
WAITING = {
    "auto": {"2.3", "2.4", "3.4", "4.3", "4.4", "6.1", "6.2", "6.3.1", "7.1", "7.2", "7.5", ":fines_month", ":doubled_month"},
    "generic": {"1.2", "1.4.2", "2.2", "3.1", "3.2", ":arrears_age", ":over_streak"},
    "hospitality": {"7", "14", "15", "31", "32"},
    "property": {
        "2.4",
        "4.7",
        "5.1",
        "5.3",
        "6.1",
        "6.2",
        "6.3",
        ":water_used",
        ":power_used",
        ":vacancy_share",
        ":unsold_checked",
        ":unsold_entered",
        ":vacant_checked",
    },
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
    """Its law, without what waits."""
    return load(sources, allow_later=True)


@pytest.fixture(scope="module")
def results(sources: Sources, law: Law) -> list[Result]:
    """All its scenarios, run."""
    runner = Runner(sources, law=law, allow_later=True)
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


def test_what_waits_for_the_whole_law_is_set_aside_by_name(pack: str, law: Law) -> None:
    names = {f":{name.rpartition(':')[2]}" if ":" in name else name.rpartition("#")[2] for name, _ in law.waiting}

    assert names == WAITING[pack]


def test_every_waiting_clause_keeps_a_scenario_with_the_reason(pack: str, sources: Sources) -> None:
    kept: set[str] = set()
    for name, text in sources.items():
        later = read_text(text, name).get("later") if name.endswith(".scenarios.yaml") else None
        for node in later.items or [] if later is not None else []:
            assert node.get("because") is not None
            kept |= {n.text or "" for n in (node.get("tests") or node).items or []}

    assert {w for w in WAITING[pack] if not w.startswith(":")} <= kept


def test_a_pack_with_waiting_clauses_is_not_enacted(sources: Sources) -> None:
    with pytest.raises(PackError) as refused:
        load(sources)

    assert "尚未实现,不能颁布" in refused.value.text()


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
    law = load(sources_of("property"), allow_later=True)

    open_points = {(name.rpartition("#")[2], parameter) for name, parameter in law.undecided}

    assert open_points == {
        ("2.5", "every"),
        ("2.5", "during"),
        ("2.6", "every"),
        ("2.8", "within"),
        ("3.2", "within"),
        ("4.8", "within"),
        ("5.4", "at_least"),
    }
