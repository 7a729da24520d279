"""Coverage is counted from the packs themselves; nobody types a grade."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.policy.coverage import Entry, citing, cover, read_catalogue, totals, waiting
from shouwen.policy.packs import Sources
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import NOUNS, PACK

CATALOGUE = {i: Entry(i, "售后服务", f"条目{i}", f"entry {i}") for i in (f"001-01-{n:02}" for n in range(1, 10))}
SHAPE = (
    NOUNS.replace("fee: {zh: 收费, type: money}", 'fee: {zh: 收费, type: money, source: ["001-01-01"]}')
    .replace("reply: {zh: 回复,", 'reply: {zh: 回复, source: ["001-01-02"],')
    .replace("title: {zh: 试验}", 'title: {zh: 试验}\nsource: ["001-01-03"]')
)
CLAUSES = """
  - {id: "1", zh: x, source: ["001-01-04", "001-01-05"], for: job, deadline: {until: reply, within: 1h}}
  - {id: "2", zh: x, source: ["001-01-05"], for: job, script: {before: reply, items: [a]}}
  - {id: "3", zh: x, source: ["001-01-06"], for: job, checklist: {before: close, items: {a: 甲}}}
  - id: "4"
    zh: x
    for: job
    classifies: {field: urgency}
    columns: [paid, is]
    table:
      - {id: a, paid: yes, is: slow, source: ["001-01-07"]}
      - {id: b, paid: no, is: urgent}
"""
SCENARIOS = """
regulation: r
given:
  units: {E: {}}
  staff: {fang: {post: desk, of: E}}
scenarios:
  - title: 回复
    tests: ["1"]
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J}
      - {at: "2026-03-02 09:10", by: fang, act: reply, of: J, expect: {kept: ["1"]}}
  - title: 再回复
    tests: ["1", "3"]
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J}
"""
WAITS = """
waits:
  - {entry: "001-01-08", for: reports, why: {zh: 等报表, en: waits for reports}}
"""


def sources(pack: str = PACK + WAITS) -> Sources:
    return {"t/pack.yaml": pack, "t/r.yaml": SHAPE + CLAUSES, "t/r.scenarios.yaml": SCENARIOS}


def covered(*systems: str) -> dict[str, dict[str, object]]:
    """Return what is known of each entry."""
    runner = Runner(sources())
    results = [runner.run(s) for s in read_scenarios(sources())]
    reasons, _ = waiting(sources())
    return {c.entry.id: c.plain() for c in cover(CATALOGUE, list(citing(sources(), runner.law({}))), reasons, results, systems)}


def test_a_clause_carries_its_entries_with_the_grade_of_its_kind() -> None:
    found = covered()

    assert found["001-01-04"] == {"id": "001-01-04", "nodes": ["t/r#1"], "grade": "executed", "scenarios": 2, "reason": None}
    assert (found["001-01-06"]["grade"], found["001-01-06"]["nodes"]) == ("attested", ["t/r#3"])


def test_of_several_nodes_the_strongest_grade_counts_and_all_are_named() -> None:
    assert covered()["001-01-05"] == {
        "id": "001-01-05",
        "nodes": ["t/r#1", "t/r#2"],
        "grade": "executed",
        "scenarios": 2,
        "reason": None,
    }


def test_fields_acts_and_headers_carry_entries_too_each_by_what_it_is() -> None:
    found = covered()

    assert (found["001-01-01"]["nodes"], found["001-01-01"]["grade"]) == (["t/r:procedures.job.fields.fee"], "attested")
    assert (found["001-01-02"]["nodes"], found["001-01-02"]["grade"]) == (["t/r:procedures.job.acts.reply"], "executed")
    assert (found["001-01-03"]["nodes"], found["001-01-03"]["grade"]) == (["t/r"], "said")


def test_an_act_counts_the_scenarios_in_which_it_was_done_and_a_field_those_in_which_it_was_filled() -> None:
    found = covered()

    assert (found["001-01-02"]["scenarios"], found["001-01-01"]["scenarios"]) == (1, 0)


def test_the_row_of_a_table_carries_its_entry_as_its_clause() -> None:
    assert covered()["001-01-07"]["nodes"] == ["t/r#4"]


def test_an_entry_that_waits_has_its_reason_and_one_nobody_thought_of_has_none() -> None:
    found = covered()

    assert found["001-01-08"] == {"id": "001-01-08", "nodes": [], "grade": None, "scenarios": 0, "reason": "等报表"}
    assert found["001-01-09"] == {"id": "001-01-09", "nodes": [], "grade": None, "scenarios": 0, "reason": None}


def test_only_the_systems_asked_for_or_cited_are_listed() -> None:
    more = {**CATALOGUE, "002-01-01": Entry("002-01-01", "别的", "x", "x")}
    law = Runner(sources()).law({})

    assert len(cover(more, list(citing(sources(), law)), {}, [])) == 9
    assert [c.entry.id for c in cover(more, list(citing(sources(), law)), {}, [], ["002-01"])] == ["002-01-01"]


def test_totals_count_the_three_grades_apart() -> None:
    runner = Runner(sources())
    reasons, _ = waiting(sources())
    found = totals(cover(CATALOGUE, list(citing(sources(), runner.law({}))), reasons, []))

    assert found == {
        "001-01": {"system": "售后服务", "entries": 9, "executed": 4, "attested": 2, "said": 1, "waiting": 1, "open": 1}
    }


def test_every_node_that_cites_says_where_it_stands() -> None:
    places = {c.name: c.node for c in citing(sources(), Runner(sources()).law({}))}

    assert all(n.file in {"t/r.yaml", "t/pack.yaml"} and n.line > 1 for n in places.values())


def test_a_catalogue_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "001.yaml").write_text('- {id: "001-01-01", system: "售后", zh: 渠道, en: Channels, params: {a: [b]}}\n', "utf-8")

    assert read_catalogue(tmp_path) == {"001-01-01": Entry("001-01-01", "售后", "渠道", "Channels")}


@pytest.mark.parametrize("field", ["why: 等报表", "why: {zh: 等报表}"])
def test_a_reason_may_be_written_either_way(field: str) -> None:
    reasons, places = waiting(sources(PACK + f'waits:\n  - {{entry: "001-01-08", for: reports, {field}}}\n'))

    assert reasons["001-01-08"]["zh"] == "等报表"
    assert places[0].line == PACK.count("\n") + 2
