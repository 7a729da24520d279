"""Others alike in several fields (`per: [house, visit_at]`), and what a gate rests on through a field the law fills."""

from __future__ import annotations

from typing import Any

import pytest

from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.subjects import Subject
from tests.policy.laws import FANG, NOUNS, SITE, Play, at, faults_of, law_of

MEASURES = """
measures:
  rivals: {zh: 同屋同时的其他报修, count: job, per: [house, visit_at], where: {step: [received, assigned]}}
  fined: {zh: 已罚, sum: fine, per: case}
  replies: {zh: 来访次数, count: job.reply, per: case}
  same_house: {zh: 同屋报修数, count: job.open, per: house}
clauses:
"""
LAW = NOUNS.replace("clauses:\n", MEASURES.lstrip("\n"))
ONCE = '  - {id: "1", zh: 一屋一时一件, for: job, requires: {before: [open, amend], that: {rivals: "0"}}}\n'
NINE = "2026-03-02 09:00"
TEN, NOON = at("2026-03-03 10:00"), at("2026-03-03 12:00")


@pytest.fixture
def play() -> Play:
    """A company where no house is visited twice at one time."""
    return Play(law_of(ONCE, LAW))


def outcome(play: Play, **fields: Any) -> str:
    """What the law says of another job."""
    wish = Act("open", Ref("case", "job", play.world.new_id()), FANG, at(NINE), fields, opening=Opening(unit=SITE))
    return play.world.act(wish, at(NINE)).outcome


def houses(play: Play) -> tuple[Subject, Subject]:
    """Two houses."""
    grade: dict[str, Any] = {"class": "a"}
    return play.open(NINE, "house", **grade), play.open(NINE, "house", **grade)


def test_a_second_one_alike_is_refused_and_one_that_differs_in_one_field_is_not(play: Play) -> None:
    here, there = houses(play)

    assert outcome(play, house=here.id, visit_at=TEN) == "allowed"

    assert outcome(play, house=here.id, visit_at=TEN) == "refused"
    assert outcome(play, house=here.id, visit_at=NOON) == "allowed"
    assert outcome(play, house=there.id, visit_at=TEN) == "allowed"


def test_a_subject_is_no_other_of_itself_and_is_judged_by_what_the_act_brings(play: Play) -> None:
    here, _ = houses(play)
    first, second = play.open(NINE, house=here.id, visit_at=TEN), play.open(NINE, house=here.id, visit_at=NOON)

    assert play.act("amend", first, "2026-03-02 10:00", FANG, fields={"count": 2}).allowed
    assert play.act("amend", second, "2026-03-02 10:00", FANG, fields={"visit_at": TEN}).refused
    assert play.act("amend", first, "2026-03-02 10:00", FANG, fields={"visit_at": at("2026-03-03 15:00")}).allowed
    assert play.act("amend", second, "2026-03-02 10:01", FANG, fields={"visit_at": TEN}).allowed


def test_what_is_not_known_is_like_nothing(play: Play) -> None:
    here, _ = houses(play)

    assert [outcome(play, house=here.id) for _ in range(2)] == ["allowed"] * 2
    assert [outcome(play) for _ in range(2)] == ["allowed"] * 2


def test_what_is_counted_per_a_field_goes_by_what_the_act_brings() -> None:
    play = Play(
        law_of('  - {id: "1", zh: 一屋一件, for: job, requires: {before: [open, amend], that: {same_house: "0"}}}\n', LAW)
    )
    here, there = houses(play)
    play.open(NINE, house=here.id)
    other = play.open(NINE, house=there.id)

    assert outcome(play, house=here.id) == "refused"
    assert play.act("amend", other, "2026-03-02 10:00", FANG, fields={"house": here.id}).refused


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("count: job, per: [house, colour]", "没有这个字段"),
        ("count: job.reply, per: [house, visit_at]", "只能数流程或台账"),
        ("sum: job.reply.fee, per: [house, visit_at]", "只能数流程或台账"),
        ("count: points, per: [house, visit_at]", "只能数流程或台账"),
        ("count: job, per: [house], overlapping: [visit_at, leaves_at]", "没有这个日期字段"),
        ("count: job, per: [house], overlapping: [visit_at, house]", "没有这个日期字段"),
        ("count: job, per: [house], overlapping: [visit_at]", "overlapping 写起、止两个字段"),
        ("count: job, per: [house], overlapping: [visit_at, visit_at]", "overlapping 写起、止两个字段"),
        ("count: job, per: [house], overlapping: [visit_at, day]", "overlapping 写起、止两个字段"),
        ("count: job, per: house, overlapping: [visit_at, done_at]", "overlapping 还须写 per: [字段]"),
    ],
)
def test_only_what_stands_is_alike_in_fields_it_has(measure: str, said: str) -> None:
    dated = NOUNS.replace(
        "      visit_at:", "      day: {zh: 日期, type: date}\n      done_at: {zh: 完成时间, type: datetime}\n      visit_at:"
    )
    faults = faults_of("  []\n", dated.replace("clauses:\n", f"measures:\n  x: {{zh: 数, {measure}}}\nclauses:\n"))

    assert any(said in f and "t/r.yaml:" in f for f in faults), faults


def test_a_gate_rests_on_what_the_fields_it_reads_are_filled_from() -> None:
    """Two acts at once must not both read what the other is about to change: it is counted under a lock."""
    law = law_of(
        '  - {id: "1", zh: 算, for: job, upon: reply, calculates: {field: quote, value: fined * 2}}\n'
        '  - {id: "2", zh: 再算, for: job, upon: reply, when: {quote: "> 5CNY"}, classifies: {field: urgency, is: slow}}\n'
        '  - {id: "3", zh: 不急的不回, for: job, requires: {before: reply, that: {urgency: [urgent, normal]}}}\n'
        '  - {id: "4", zh: 数一数, for: job, upon: reply, calculates: {field: count, value: replies}}\n',
        LAW,
    )

    day = law.on(at(NINE).date())

    assert day.plan("job", "reply").counted == ("fined",)
    assert day.plan("job", "assign").counted == ()
