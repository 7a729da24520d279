"""What intake offers to open."""

from __future__ import annotations

import pytest

from shouwen.cases.intake import procedures
from shouwen.ops.shelf import folders
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources
from tests.policy.laws import at


def test_what_a_pack_has_itself_is_offered_before_what_it_builds_on() -> None:
    law = load(read_sources(folders(["property"])))

    packs = [noun.pack for noun in procedures(at("2026-03-02 09:00"), law)]

    assert list(dict.fromkeys(packs)) == ["property", "generic"]


@pytest.mark.parametrize("name", ["a_first", "z_last"])
def test_the_names_of_packs_decide_nothing(name: str) -> None:
    base = read_sources(folders(["generic"]))
    nearest = {
        f"{name}/pack.yaml": f"pack: {name}\ntitle: {{zh: 本公司}}\nbuilds_on: [generic]\n",
        f"{name}/own.yaml": """
regulation: own
title: {zh: 本公司规程}
procedures:
  own_matter: {title: {zh: 本公司事项}, steps: {begun: 已立, ended: 已结}, acts: {end: {zh: 结束, from: [begun], to: ended}}}
clauses: []
""",
    }

    first, *_ = procedures(at("2026-03-02 09:00"), load({**base, **nearest}))

    assert first.id == "own_matter"
