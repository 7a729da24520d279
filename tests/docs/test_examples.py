"""The examples of the how-to pages are tried: packs load, scenarios hold, mutants are noticed, maps are read. The new page: tests/web/test_add_a_page.py."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import Final

from shouwen.ops.case_map import read_map
from shouwen.ops.shelf import folders
from shouwen.policy.mutation import Mutator
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Runner, read_scenarios

HOWTO: Final = Path(__file__).resolve().parents[2] / "docs/howto"
BLOCK: Final = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """Return the examples of a page in a language, without the margin of the list they stand in."""
    return [dedent(text) for kind, text in BLOCK.findall((HOWTO / page).read_text(encoding="utf-8")) if kind == language]


def wrong(sources: Sources, title: str = "") -> list[str]:
    """Play the scenarios (with a title); return how many there were, and what is not as they expect."""
    runner = Runner(sources)
    results = [runner.run(s) for s in read_scenarios(sources) if s.title == title or not title]
    return [str(len(results)), *(w.text() for r in results for w in r.wrong)]


def small_pack() -> Sources:
    """The pack of write-a-clause.md."""
    pack, regulation, scenarios = blocks("write-a-clause.md", "yaml")
    return {"keyroom/pack.yaml": pack, "keyroom/loans.yaml": regulation, "keyroom/loans.scenarios.yaml": scenarios}


def test_the_small_pack_loads_and_its_scenarios_hold() -> None:
    assert wrong(small_pack()) == ["3"]


def test_nothing_in_the_small_pack_can_be_wrong_unnoticed() -> None:
    mutator = Mutator(Runner(small_pack()), read_scenarios(small_pack()))
    outcomes = [mutator.outcome(m) for c in mutator.everything(["keyroom/loans"]) for m in mutator.mutants(c)]
    assert len(outcomes) > 10
    assert [o.mutant.name for o in outcomes if not o.noticed] == []


def test_the_changed_limit_holds_from_its_day_on() -> None:
    clause, scenario, _ = blocks("change-a-limit.md", "yaml")
    sources = dict(read_sources(folders(["property"])))
    old, new = clause.splitlines()[-2:]
    text = sources["property/repair.yaml"]
    assert text.count(f"{old.strip()}\n") == 1, "the clause on the page is not the one in the pack any more"
    sources["property/repair.yaml"] = text.replace(old.strip(), f"{old.strip()}\n    {new.strip()}")
    sources["property/repair.scenarios.yaml"] += "\n".join(f"  {line}" for line in scenario.splitlines())
    assert wrong(sources, "十二月起,紧急报修三十分钟内答复") == ["1"]


def test_the_map_of_columns_is_read(tmp_path: Path) -> None:
    (example,) = blocks("import-old-cases.md", "yaml")
    (tmp_path / "old.map.yaml").write_text(example, encoding="utf-8")
    found = read_map(tmp_path / "old.map.yaml")
    assert found.procedure == "hotline_request"
    assert found.fields["outcome"].value({"RESULT": "按期"}, frozenset()) == "in_time"
