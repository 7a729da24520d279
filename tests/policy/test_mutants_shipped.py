"""Nothing we ship can be changed unnoticed: every mutant of every regulation of the shelf, one test each, so that both processors share them.

CI tries all of them every time, though the issue asks for changed regulations only: docs/decisions/0037-all-mutants-every-time.md.
"""

from __future__ import annotations

from functools import cache

import pytest

from shouwen.ops.shelf import SHELF, folders
from shouwen.policy.equivalents import MOST, judge, read_equivalents
from shouwen.policy.errors import Faults
from shouwen.policy.mutation import Mutator, written_in
from shouwen.policy.packs import MAPS, MUTANTS, SCENARIOS, read_sources
from shouwen.policy.scenario import Runner, read_scenarios

REGULATIONS = sorted(
    f"{path.parent.name}/{path.stem}"
    for path in SHELF.glob("*/*.yaml")
    if path.name not in ("pack.yaml", "company.yaml") and not path.name.endswith((SCENARIOS, MUTANTS, MAPS))
)


@cache
def shipped(pack: str) -> Mutator:
    """Return the mutator of a pack of the shelf; one for all its regulations."""
    sources = read_sources(folders([pack]))
    return Mutator(Runner(sources), read_scenarios(sources))


def test_every_regulation_of_the_shelf_is_among_those_that_are_mutated() -> None:
    loaded = {r for pack in {name.partition("/")[0] for name in REGULATIONS} for r in shipped(pack).law.regulations}

    assert set(REGULATIONS) == loaded
    assert len(REGULATIONS) > 25


@pytest.mark.parametrize("name", REGULATIONS)
def test_nothing_in_a_shipped_regulation_can_be_changed_unnoticed(name: str) -> None:
    """Every mutant, of every grade: the issue asks it of executed clauses; attested ones and what is counted are held to it as well."""
    m, faults = shipped(name.partition("/")[0]), Faults()

    assert [w for r in m.failing(name) for w in r.wrong] == []
    outcomes = [m.outcome(mutant) for thing in m.everything([name]) for mutant in m.mutants(thing)]
    listed = {k: e for k, e in read_equivalents(m.runner.sources).items() if written_in(e.clause) == name}
    survived = judge(listed, outcomes, faults)

    assert outcomes
    assert [f"{o.mutant.clause} {o.mutant.name} [{o.mutant.grade}]" for o in survived] == []
    assert faults.found == []


@pytest.mark.parametrize("pack", sorted({p.parent.name for p in SHELF.glob(f"*/*{MUTANTS}")}))
def test_at_most_one_mutant_in_a_hundred_of_a_pack_is_listed_as_equivalent(pack: str) -> None:
    m = shipped(pack)
    made = sum(1 for thing in m.everything([r for r in REGULATIONS if r.startswith(f"{pack}/")]) for _ in m.mutants(thing))
    listed = [e for e in read_equivalents(m.runner.sources).values() if e.clause.startswith(f"{pack}/")]

    assert 0 < len(listed) * 100 <= made * MOST
