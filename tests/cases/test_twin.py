"""Whatever holds in memory holds in the database: every scenario is played twice, and everything said and left behind is compared."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pytest
from django.db import transaction

from shouwen.base import numbering
from shouwen.ops import shelf
from shouwen.policy.errors import Faults
from shouwen.policy.packs import read_sources
from shouwen.policy.reading import Reader
from shouwen.policy.scenario import Runner, Scenario, read_scenarios, values_key
from shouwen.policy.setting import build
from shouwen.policy.world import World
from tests.cases.law import PACKS
from tests.cases.twin import IN_MEMORY, Names, far_ids, install, state, take_over, trace

SHIPPED: Final = sorted(p.parent.name for p in shelf.SHELF.glob("*/pack.yaml") if not (p.parent / "company.yaml").exists())
# The packs beside these tests, and those of the product, each with what it builds on.
PACKS_OF: Final = {
    **{p.name: [p] for p in sorted(PACKS.iterdir()) if p.is_dir()},
    **{name: shelf.folders([name]) for name in SHIPPED},
}


@cache
def runner(name: str) -> Runner:
    """One runner for each set of packs: it compiles its law once."""
    return Runner(read_sources(PACKS_OF[name]))


def scenarios() -> list[Any]:
    """Every scenario of every pack, without those of the packs it builds on."""
    own = {name: [folder for folder in folders if folder.name == name] for name, folders in PACKS_OF.items()}
    found = [(name, s) for name, folders in own.items() for s in read_scenarios(read_sources(folders))]
    return [pytest.param(name, s, id=f"{name}: {s.title}") for name, s in found]


def play(name: str, scenario: Scenario, *, in_database: bool) -> tuple[list[str], World]:
    """Play a scenario; return what is not as it expects, and the world it left."""
    faults = Faults()
    law = runner(name).law(scenario.values)
    stage = build(law, scenario.given, Reader(faults), scenario.regulation)
    faults.stop_if_any()
    stage.world.next = IN_MEMORY.start
    if in_database:
        take_over(stage, install(law, f"{name} {values_key(scenario.values)}"))
    return [f.text() for f in runner(name)._play(scenario, stage)], stage.world


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "scenario"), scenarios())
def test_a_scenario_goes_the_same_way_in_the_database(name: str, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "_ids", far_ids())
    wrong, memory = play(name, scenario, in_database=False)
    assert wrong == []

    with transaction.atomic():
        differs, database = play(name, scenario, in_database=True)

    one, other = Names({}), Names({})
    assert differs == []
    assert trace(database, other) == trace(memory, one)
    assert state(database, other) == state(memory, one)
