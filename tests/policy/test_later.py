"""What the engine cannot do yet is never enacted, and set aside by name where drafts are read."""

from __future__ import annotations

import pytest

from shouwen.policy.errors import PackError
from shouwen.policy.law import Law, load
from shouwen.policy.scenario import read_scenarios
from tests.policy.laws import NOUNS, law_of, sources_of

MEASURES = """
measures:
  grown: {zh: 增量, rise: job.count, per: case}
  fines: {zh: 罚款次数, count: fine.book, where: {clause: ["1"]}, per: who}
  left: {zh: 余额, sum: fine, per: who}
  checked: {zh: 查房率, share: job.close, of: house, when: {class: a}, over: calendar_month}
clauses:
"""
WITH_MEASURES = NOUNS.replace("clauses:\n", MEASURES.lstrip("\n")).replace(
    "waited: {zh: 等候, type: span}", "waited: {zh: 等候, type: span}\n      papers: {zh: 资料, type: slots, of: {bill: 账单}}"
)
RUNS = '  - {id: "0", zh: 派工, for: job, requires: {before: assign, fields: [technician]}}\n'


def draft(clause: str) -> Law:
    """Return a law read as a draft: one clause that runs and the one given."""
    return load(sources_of(RUNS + f'  - {{id: "1", zh: 试, {clause}}}\n', WITH_MEASURES), allow_later=True)


@pytest.mark.parametrize(
    ("clause", "word"),
    [
        ("for: job, upon: close, calculates: {field: fee, value: quote * 2}", "calculates"),
        ("reports: {measures: [left], every: 1mo, to: director}", "reports"),
        ("for: job, upon: close, retains: {at_least: 1y}", "retains"),
        ("for: job, upon: close, grants: {what: x}", "grants"),
        ("for: house, upon: amend, queues: {among: job, first: open}", "queues"),
        ("for: job, upon: close, penalises: {who: responsible, voids: points}", "voids"),
        ("for: job, upon: close, penalises: {money: field fee, split: {responsible: 50%}}", "split"),
        ('for: job, upon: close, penalises: {who: responsible, points: "1", for_each: left, above: "3"}', "above"),
        ('schedules: {open: job, for_each: house, take: "1", every: 1mo}', "take"),
        ('for: staff, upon: end_of_week, penalises: {who: subject, points: "1"}', "end_of_week"),
        ('for: fine, upon: open, penalises: {who: responsible, points: "1"}', "for fine"),
        ('for: job, upon: {entry: fine}, penalises: {who: responsible, points: "1"}', "entry"),
        ('for: job, requires: {before: close, that: {grown: "> 0"}}', "grown"),
        ('for: job, when: {fines: ">= 2"}, requires: {before: close, fields: [fee]}', "fines"),
        ("for: job, when: {checked: 100%}, requires: {before: close, fields: [fee]}", "checked"),
        ("for: job, requires: {before: close, fields: [papers.bill]}", "papers.bill"),
        ('for: house, requires: {before: amend, that: {grant.vacancy: "no"}}', "grant.vacancy"),
    ],
)
def test_a_clause_that_waits_is_set_aside_with_the_word_it_waits_for(clause: str, word: str) -> None:
    law = draft(clause)

    assert dict(law.waiting)["t/r#1"] == word
    assert set(law.versions) == {"t/r#0"}


def test_what_runs_is_not_set_aside() -> None:
    law = draft('for: job, when: {left: "> 0CNY"}, requires: {before: close, fields: [fee]}')

    assert set(law.versions) == {"t/r#0", "t/r#1"}
    assert {n for n, _ in law.waiting} == {"t/r:grown", "t/r:fines", "t/r:checked"}


def test_what_follows_from_a_waiting_clause_waits_too() -> None:
    clauses = (
        '  - {id: "1", zh: 量, for: job, when: {grown: "> 0"}, deadline: {until: reply, within: 1h}}\n'
        '  - {id: "2", zh: 罚, upon: {breach: "1"}, penalises: {who: responsible, points: "1"}}\n'
        '  - {id: "3", zh: 门, for: job, requires: {before: close, not_after: {due: "1"}}}\n'
        '  - {id: "4", zh: 告, upon: {breach: "2"}, notifies: {to: director}}\n'
    )
    law = load(sources_of(RUNS + clauses, WITH_MEASURES), allow_later=True)

    assert {n for n, _ in law.waiting} >= {"t/r#1", "t/r#2", "t/r#3", "t/r#4"}
    assert set(law.versions) == {"t/r#0"}


def test_nothing_that_waits_can_be_enacted_and_the_place_is_named() -> None:
    with pytest.raises(PackError) as refused:
        law_of(RUNS + '  - {id: "1", zh: 试, for: job, upon: close, penalises: {who: responsible, voids: points}}\n')

    said = refused.value.text()
    assert "t/r.yaml:" in said
    assert "“voids”尚未实现,不能颁布" in said


def test_a_scenario_kept_for_later_is_not_run_and_says_what_it_waits_for() -> None:
    kept = 'regulation: r\nscenarios: []\nlater:\n  - {title: 以后, because: calculates, tests: ["1"], steps: []}\n'

    assert read_scenarios({"t/r.scenarios.yaml": kept}) == []
    with pytest.raises(PackError, match="because"):
        read_scenarios({"t/r.scenarios.yaml": kept.replace("because: calculates, ", "")})
