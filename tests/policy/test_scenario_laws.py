"""The law a scenario plays under: compiled anew only as far as the company values of the scenario reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shouwen.ops.shelf import folders
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiler
from shouwen.policy.errors import PackError
from shouwen.policy.law import law_of
from shouwen.policy.packs import read_sources
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import NOUNS, PACK
from tests.policy.test_mutation import SCENARIOS


@pytest.mark.parametrize("pack", ["generic", "trade"])
def test_the_law_of_a_scenario_is_the_one_a_full_compilation_makes(pack: str) -> None:
    sources = read_sources(folders([pack]))
    runner = Runner(sources)
    asked = [s for s in read_scenarios(sources) if s.values]
    assert asked

    for scenario in {tuple(s.values): s for s in asked}.values():
        quick = runner.law(scenario.values)
        full = law_of(Compiler(sources, replace(Company(), values=scenario.values)))

        assert list(quick.versions) == list(full.versions)
        for name, versions in full.versions.items():
            assert [(c.since, c.repealed or c.sentence(), c.undecided) for c in quick.versions[name]] == [
                (c.since, c.repealed or c.sentence(), c.undecided) for c in versions
            ], name
        a, b = runner.run(scenario, quick), runner.run(scenario, full)
        assert (a.wrong, a.cited, a.touched) == (b.wrong, b.cited, b.touched)


SET = """
  - title: 半小时
    given: {values: {"1": {within: 30min}}}
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J, expect: {due: {"1": "2026-03-02 09:30"}}}
"""


def test_clauses_a_scenario_does_not_set_are_those_of_the_company() -> None:
    both = '  - {id: "1", zh: x, for: job, deadline: {until: reply, within: unset}}\n  - {id: "2", zh: y, for: job, says: {}}\n'
    sources = {"t/pack.yaml": PACK, "t/r.yaml": NOUNS + both, "t/r.scenarios.yaml": SCENARIOS + SET}
    runner, [scenario] = Runner(sources), read_scenarios(sources)

    law = runner.law(scenario.values)

    assert law.versions["t/r#2"] is runner.law({}).versions["t/r#2"]
    assert law.versions["t/r#1"] is not runner.law({}).versions["t/r#1"]
    assert runner.run(scenario).wrong == ()


def test_a_value_of_a_clause_nobody_has_is_said_at_its_place() -> None:
    sources = {"t/pack.yaml": PACK, "t/r.yaml": NOUNS + '  - {id: "1", zh: x, for: job, says: {}}\n',
               "t/r.scenarios.yaml": SCENARIOS + SET.replace('"1": {within', '"7": {within')}  # fmt: skip
    [scenario] = read_scenarios(sources)

    with pytest.raises(PackError, match="t/r#7"):
        Runner(sources).law(scenario.values)
