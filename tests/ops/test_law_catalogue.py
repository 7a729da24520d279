"""Every entry of the catalogue's systems that the issues name is carried by a clause or a node, or says why it waits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shouwen.ops import cli
from shouwen.policy.coverage import read_catalogue

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "catalogue"
SYSTEMS = {  # of the three issues, with the packs that carry them
    ("property",): {
        "001-01", "001-19", "001-20", "003-01", "004-02",
        "001-02", "001-05", "001-09", "001-12", "001-13", "001-27", "003-02",
        "001-22", "001-23", "001-24", "001-25", "001-26",
    },
    ("hospitality",): {"000-03"}, ("utility",): {"003-07"}, ("trade",): {"003-13"}, ("auto",): {"003-16"}, ("reception", "centre"): {"003-09"},
}  # fmt: skip
ENTRIES = 76 + 68 + 231


@pytest.mark.skipif(not CATALOGUE.is_dir(), reason="the catalogue of the regulations' entries is not beside this project")
def test_the_systems_of_the_issues_have_as_many_entries_as_the_issues_say() -> None:
    wanted = [system for systems in SYSTEMS.values() for system in systems]
    assert len(wanted) == len(set(wanted)) == 5 + 7 + 10
    assert sum(e.of in wanted for e in read_catalogue(CATALOGUE).values()) == ENTRIES


@pytest.mark.skipif(not CATALOGUE.is_dir(), reason="the catalogue of the regulations' entries is not beside this project")
@pytest.mark.parametrize("packs", SYSTEMS, ids="-".join)
def test_every_entry_of_the_systems_is_carried_or_has_its_reason(
    packs: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [part for system in sorted(SYSTEMS[packs]) for part in ("--system", system)]

    assert cli.main(["law", "coverage", *packs, "--catalogue", str(CATALOGUE), "--json", "--lang", "zh", *wanted]) == 0

    told = json.loads(capsys.readouterr().out)
    assert set(told["systems"]) == SYSTEMS[packs]
    known = {e.id for e in read_catalogue(CATALOGUE).values() if e.of in SYSTEMS[packs]}
    assert {e["id"] for e in told["entries"]} == known
    assert [e["id"] for e in told["entries"] if not e["grade"] and not e["reason"]] == []
    assert all(set(e) == {"id", "nodes", "grade", "scenarios", "reason"} for e in told["entries"])
    unplayed = [
        e["id"] for e in told["entries"] if e["grade"] in ("executed", "attested") and not e["scenarios"] and not e["reason"]
    ]
    assert unplayed == []
