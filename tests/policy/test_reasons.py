"""Why a clause spoke: the facts it read, the parts of its condition, the row of its table; unknown is said, not guessed."""

from __future__ import annotations

from typing import Any

from shouwen.policy.act import Act, Ref
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.base import Rule
from shouwen.policy.law import Law
from shouwen.policy.reasons import Reasons, reasons, seen_again
from tests.policy.laws import at, law_of, org

TABLE = """
  - id: "1"
    zh: 按紧急程度定时限
    for: job
    deadline: {from: open, until: reply, due: table}
    columns: [urgency, due]
    table: [[urgent, 2h], [[normal, slow], 24h]]
  - {id: "2", zh: 报价高的须批准, for: job, when: {urgency: urgent, quote: "> 100"}, approval: {before: finish, by: director}}
  - {id: "3", zh: 没有报价不派, for: job, when: {quote: missing}, requires: {before: assign, fields: [technician]}}
"""


def rule_of(law: Law, clause: str) -> Rule:
    return law.versions[f"t/r#{clause}"][-1].rule


def asked(clause: str, known: dict[str, Any]) -> Reasons:
    law = law_of(TABLE)
    rule = rule_of(law, clause)
    facts, fields = seen_again(Facts(org=org()), known, rule)
    act = Act("open", Ref("case", "job", 1), 0, at("2025-03-03 09:00"))
    noun = law.nouns["job"]
    env = Env(facts, act, act.at, noun, next(iter(law.calendars.values())), law.calendars, fields)
    return reasons(rule, known, env)


def test_a_table_shows_the_row_that_fitted_and_the_fact_it_turned_on() -> None:
    found = asked("1", {"urgency": "urgent"})

    assert [(f.word(), f.text()) for f in found.facts] == [("紧急程度", "紧急")]
    assert "紧急" in found.row
    assert "普通" not in found.row


def test_each_part_of_a_condition_says_whether_it_held() -> None:
    assert [p.held for p in asked("2", {"urgency": "urgent", "quote": 20000}).parts] == [True, True]
    assert [p.held for p in asked("2", {"urgency": "normal", "quote": 20000}).parts] == [False, True]


def test_a_fact_nobody_kept_is_unknown_and_decides_nothing() -> None:
    found = asked("2", {"urgency": "urgent"})

    assert [p.held for p in found.parts] == [True, None]
    assert [f.text("en") for f in found.facts if f.path.text == "quote"] == ["not recorded"]
    assert asked("1", {}).row == ""


def test_what_is_asked_to_be_missing_holds_when_nothing_is_kept() -> None:
    assert [p.held for p in asked("3", {}).parts] == [True]
    assert [p.held for p in asked("3", {"quote": 100}).parts] == [False]


def test_a_value_the_law_of_now_cannot_read_is_unknown() -> None:
    assert [p.held for p in asked("2", {"urgency": "urgent", "quote": "many"}).parts] == [True, None]
