"""Measures over what was done, what stands and what is in the books, and what conditions may ask of the past."""

from __future__ import annotations

from typing import Any

import pytest

from shouwen.policy.ruling import SetField, Tell
from tests.policy.laws import FANG, HE, NOUNS, SUN, Play, faults_of, law_of

PAID = NOUNS.replace(
    "      reply: {zh: 回复, from: [received, assigned]}\n",
    "      reply: {zh: 回复, from: [received, assigned]}\n"
    "      receive: {zh: 收款, fields: {fee: {zh: 收款额, type: money}, means: {zh: 方式, type: text}}}\n"
    "      stamp: {zh: 盖章, sets: {visit_at: moment, technician: actor, urgency: slow, house.class: b}}\n",
)
HOUSE: dict[str, Any] = {"class": "a"}
MEASURES = """
measures:
  came: {zh: 本件收款, sum: job.receive.fee, per: case}
  owed: {zh: 本件欠款, sum: fine, per: case}
  month: {zh: 当月罚款, sum: fine, per: responsible, over: calendar_month}
  old: {zh: 去年的单, count: job, where: {step: [received, assigned], open: "< start_of_year"}}
clauses:
"""


def asked(clauses: str, *names: str) -> Any:
    """Return a play whose act `reply` reads the measures named."""
    reads = "".join(
        f'  - {{id: "m{n}", zh: 看, for: job, requires: {{before: reply, that: {{{n}: ">= -99999999"}}, or: warn}}}}\n'
        for n in names
    )
    return Play(law_of(clauses + reads, PAID.replace("clauses:\n", MEASURES.lstrip("\n"))))


def read(play: Any, case: Any, moment: str, by: int = FANG) -> dict[str, Any]:
    """Return what the law read when somebody replied."""
    return {k: v for k, v in play.act("reply", case, moment, by).reads.items() if k in ("came", "owed", "month", "old")}


def test_a_sum_adds_what_the_act_brought_not_what_stands_in_a_field_of_the_same_name() -> None:
    play = asked("", "came")
    case = play.open("2026-03-02 09:00")
    play.act("amend", case, "2026-03-02 09:05", FANG, fields={"fee": 99_00})
    play.act("receive", case, "2026-03-02 09:10", FANG, fields={"fee": 30_00, "means": "现金"})
    play.act("receive", case, "2026-03-02 09:20", FANG, fields={"means": "白条"})

    assert read(play, case, "2026-03-02 09:30") == {"came": 30_00}
    assert case.fields["fee"] == 99_00


def test_a_balance_of_one_case_counts_the_entries_made_upon_it() -> None:
    play = asked(
        '  - {id: "1", zh: 记, for: job, upon: receive, books: {book: fine, who: responsible, plus: field receive.fee}}\n',
        "owed",
        "month",
    )
    one, two = play.open("2026-03-02 09:00"), play.open("2026-03-02 09:00")
    play.act("receive", one, "2026-03-02 09:10", FANG, fields={"fee": 10_00})
    play.act("receive", two, "2026-03-02 09:10", FANG, fields={"fee": 25_00})

    assert read(play, two, "2026-03-02 10:00") == {"owed": 25_00, "month": 35_00}
    assert read(play, two, "2026-04-01 10:00") == {"owed": 25_00, "month": 0}


def test_a_date_may_be_compared_with_the_beginning_of_the_year() -> None:
    play = asked("", "old")
    play.open("2025-12-31 23:59")
    play.open("2026-01-01 00:00")

    assert read(play, play.open("2026-03-02 09:00"), "2026-03-02 10:00") == {"old": 1}


def test_the_beginning_of_a_period_reads_as_words_and_has_no_place_in_a_table() -> None:
    law = law_of(
        '  - {id: "1", zh: 旧约, for: job, when: {visit_at: "< start_of_month"}, requires: {before: reply, fields: [count]}}\n'
    )
    faults = faults_of(
        '  - {id: "1", zh: 表, for: job, classifies: {field: urgency, is: table}, table: [{visit_at: "< start_of_month", is: slow}]}\n'
    )

    assert "预约时间早于本月起点的" in law.versions["t/r#1"][0].sentence()
    assert any("时段起点" in f for f in faults)


def test_an_act_sets_what_its_shape_says_in_the_subject_and_in_the_record_it_points_to() -> None:
    play = asked("", "came")
    house = play.open("2026-03-02 09:00", "house", **HOUSE)
    case = play.open("2026-03-02 09:00", house=house.id)

    ruling = play.act("stamp", case, "2026-03-02 10:00", SUN)

    assert (case.fields["technician"], case.fields["urgency"], f"{case.fields['visit_at']:%H:%M}") == (SUN, "slow", "10:00")
    assert house.fields["class"] == "b"
    assert {(e.field, e.link) for e in ruling.effects if isinstance(e, SetField)} == {
        ("technician", ""), ("urgency", ""), ("visit_at", ""), ("class", "house"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sets", "said"), [("colour: red", "没有这个字段"), ("urgency: never", "应为其中之一"), ("fee: soon", "应为金额")]
)
def test_what_an_act_cannot_set_is_refused_at_its_place(sets: str, said: str) -> None:
    faults = faults_of("  []\n", NOUNS.replace("reply: {zh: 回复,", f"reply: {{zh: 回复, sets: {{{sets}}},"))

    assert any(said in f and "t/r.yaml:" in f for f in faults), faults


def test_who_was_responsible_for_a_linked_case_may_be_told() -> None:
    play = asked('  - {id: "1", zh: 告知, for: call, upon: ring, notifies: {to: {field: job.responsible}}}\n')
    case = play.open("2026-03-02 09:00", by=HE)

    ruling = play.act("ring", play.open("2026-03-02 09:00", "call", job=case.id), "2026-03-02 10:00", FANG)

    assert [e.to for e in ruling.effects if isinstance(e, Tell)] == [(HE,)]
