"""The kinds and folds of the whole law, each on the small company: what they do, and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shouwen.policy.facts import Dated
from shouwen.policy.ruling import Enter, Grant, Report, Retain, SetField
from shouwen.policy.subjects import Subject
from tests.policy.laws import FANG, HE, NOUNS, SUN, WU, Play, at, faults_of, law_of

MEASURES = """
facts: {arrears: {zh: 欠款, type: money, stale_after: 7d}}
measures:
  closed: {zh: 结案数, count: job.close, per: responsible, over: calendar_month}
  rate: {zh: 结案率, share: job.close, of: job.assign, per: responsible, over: calendar_month}
  streak: {zh: 连续付讫, streak: job.close, per: responsible, while: {paid: "yes"}}
  oldest: {zh: 最早受理, oldest: job.assign, where: {step: assigned}}
  risen: {zh: 件数增量, rise: job.close.count, per: house, over: calendar_month}
  reached: {zh: 到过的房屋, share: job.close, of: house, when: {class: a}, over: calendar_month}
clauses:
"""
WITH = NOUNS.replace("clauses:\n", MEASURES.lstrip("\n"))


def play(clauses: str) -> Play:
    """Return a play under these clauses, with the measures."""
    return Play(law_of(clauses, WITH))


def house_of(p: Play, **fields: Any) -> Subject:
    """Return a house of the register."""
    return p.open("2026-03-01 08:00", "house", **fields)


def done(p: Play, day: str, **fields: Any) -> Subject:
    """Take a job from its opening to its close within a day."""
    case = p.open(f"{day} 09:00", **fields)
    p.act("assign", case, f"{day} 09:10", FANG)
    p.act("finish", case, f"{day} 09:20", SUN)
    p.act("close", case, f"{day} 09:30", FANG)
    return case


@pytest.mark.parametrize(
    ("said", "fee"),
    [
        ("quote * 2", 200_00), ("quote - 30CNY", 70_00), ("(quote + 20CNY) / 3", 40_00), ("quote * 12.5%", 12_50),
        ("max(0, 50CNY - quote)", 0), ("min(quote, count * 7CNY) + 1CNY", 22_00), ("quote - (30CNY - 10CNY)", 80_00),
    ],
)  # fmt: skip
def test_a_field_is_calculated_exactly_and_rounded_once(said: str, fee: int) -> None:
    p = play(f'  - {{id: "1", zh: 算, for: job, upon: reply, calculates: {{field: fee, value: "{said}"}}}}\n')
    case = p.open("2026-03-02 09:00", quote=100_00, count=Decimal(3))

    p.act("reply", case, "2026-03-02 09:10", FANG)

    assert case.fields["fee"] == fee


def test_what_cannot_be_calculated_is_left_and_flagged() -> None:
    p = play('  - {id: "1", zh: 算, for: job, upon: reply, calculates: {field: fee, value: quote / count}}\n')
    unknown, nothing = p.open("2026-03-02 09:00", quote=100_00), p.open("2026-03-02 09:00", quote=100_00, count=Decimal(0))

    assert dict(p.act("reply", unknown, "2026-03-02 09:10", FANG).flags) == {"t/r#1": ("count",)}
    p.act("reply", nothing, "2026-03-02 09:10", FANG)
    assert [c.fields.get("fee") for c in (unknown, nothing)] == [None, None]


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("quote +", "不完整"), ("quote ** 2", "不完整"), ("(quote", "括号没有合上"), ("quote; 1", "不是算式"), ("visit_at - quote", "不是数"),
        ("nothing + 1", "没有这个字段"), ("quote 2", "多出"),
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_said_at_its_place(said: str, zh: str) -> None:
    found = faults_of(f'  - {{id: "1", zh: 算, for: job, upon: reply, calculates: {{field: fee, value: "{said}"}}}}\n', WITH)

    assert any(zh in f and "t/r.yaml:" in f for f in found)


def test_a_grant_runs_from_its_first_day_through_its_last_and_what_rests_on_it_follows() -> None:
    p = play(
        '  - {id: "1", zh: 准, for: job, upon: close, grants: {what: {rest: 免查}, of: house, from: visit_at, within: 2d}}\n'
        '  - {id: "2", zh: 类, for: house, when: {grant.rest: "yes"}, classifies: {field: class, is: a}}\n'
        '  - {id: "3", zh: 类, for: house, when: {grant.rest: "no"}, classifies: {field: class, is: b}}\n'
    )
    house = house_of(p)
    done(p, "2026-03-02", house=house.id, visit_at=at("2026-03-05 12:00"))

    assert [(e.what, e.link) for e in p.effects(Grant)] == [("rest", "house")]
    said = {}
    for moment in ("2026-03-05 11:59", "2026-03-05 12:00", "2026-03-07 23:59", "2026-03-08 00:01"):
        p.world.run_clock(at(moment))
        said[moment[5:]] = house.fields.get("class")
    assert said == {"03-05 11:59": "b", "03-05 12:00": "a", "03-07 23:59": "a", "03-08 00:01": "b"}


def test_a_file_is_kept_for_the_longest_time_any_clause_says() -> None:
    p = play(
        '  - {id: "1", zh: 存, for: job, upon: finish, retains: {at_least: 10y}}\n'
        '  - {id: "2", zh: 存, for: job, upon: close, retains: {at_least: 1y}}\n'
        '  - {id: "3", zh: 毁, for: job, requires: {before: amend, that: {retained: "no"}}}\n'
    )
    case = done(p, "2026-03-02")

    assert len(p.effects(Retain)) == 2
    case.closed = False
    assert p.act("amend", case, "2035-03-02 09:00", FANG, fields={"fee": 1}).refused
    assert p.act("amend", case, "2036-03-04 09:00", FANG, fields={"fee": 1}).allowed


def test_a_report_is_made_at_the_last_moment_of_its_period() -> None:
    p = play('  - {id: "1", zh: 报, reports: {measures: [closed, rate], for_each: staff, every: 1mo, to: director}}\n')
    p.world.run_clock(at("2026-03-01 09:00"))
    done(p, "2026-03-31")

    p.world.run_clock(at("2026-04-01 08:00"))

    mine = [(s.ruling.act.at, e) for s in p.world.said for e in s.ruling.effects if isinstance(e, Report) and s.subject == FANG]
    assert [(a, e.period, dict(e.figures)) for a, e in mine] == [
        (at("2026-04-01 00:00") - timedelta(microseconds=1), "2026-03", {"closed": 1, "rate": Decimal(100)})
    ]


def test_a_clause_upon_the_end_of_a_week_speaks_of_that_week() -> None:
    p = play(
        '  - {id: "1", zh: 扣, for: staff, upon: end_of_month, when: {closed: "> 1"},'
        ' penalises: {who: subject, points: "2", times: closed, above: "1"}}\n'
    )
    p.world.run_clock(at("2026-03-01 09:00"))
    for day in ("2026-03-02", "2026-03-03", "2026-03-31"):
        done(p, day)
    done(p, "2026-04-01")

    p.world.run_clock(at("2026-04-01 10:00"))

    assert [(e.enter.who, e.enter.amount, e.at.day) for e in p.world.entries] == [(FANG, 4, 31)]


def test_a_share_of_things_counts_each_thing_once_and_only_those_of_the_whole() -> None:
    p = play('  - {id: "1", zh: 看, for: job, requires: {before: reply, that: {reached: ">= 0"}, or: warn}}\n')
    one, two, other = house_of(p, **{"class": "a"}), house_of(p, **{"class": "a"}), house_of(p, **{"class": "b"})
    for house in (one, one, other):
        done(p, "2026-03-02", house=house.id)
    assert two.id != one.id

    assert p.act("reply", p.open("2026-03-03 09:00"), "2026-03-03 09:10", FANG).reads["reached"] == Decimal(50)


def test_a_streak_ends_at_the_last_that_breaks_it() -> None:
    p = play('  - {id: "1", zh: 看, for: job, requires: {before: reply, that: {streak: ">= 0"}, or: warn}}\n')
    for day, paid in (("2026-03-02", True), ("2026-03-03", False), ("2026-03-04", True), ("2026-03-05", True)):
        done(p, day, paid=paid)

    assert p.act("reply", p.open("2026-03-06 09:00"), "2026-03-06 09:10", FANG).reads["streak"] == 2


def test_a_fact_from_outside_is_unknown_once_it_is_too_old() -> None:
    p = play('  - {id: "1", zh: 门, for: job, requires: {before: reply, that: {arrears: "0CNY"}}}\n')
    case = p.open("2026-03-09 09:00")
    answers = {}
    for when in ("2026-03-02 09:10", "2026-03-02 09:11"):
        p.world.named["arrears"] = Dated(0, at(when))
        answers[when[-5:]] = p.act("reply", case, "2026-03-09 09:11", FANG).outcome
    p.world.named["arrears"] = 0

    assert answers == {"09:10": "refused", "09:11": "allowed"}
    assert p.act("reply", case, "2026-03-09 09:12", FANG).refusals[0].unknown == ("arrears",), "nobody knows how old it is"


def test_what_is_always_true_is_asked_before_every_act_and_a_locked_field_stays() -> None:
    p = play(
        '  - {id: "1", zh: 恒, for: job, when: {quote: given}, requires: {before: any, that: {quote: "> 0CNY"}}}\n'
        '  - {id: "2", zh: 锁, for: job, when: {step: [assigned, done], changes.quote: "yes"}, approval: {before: amend, by: director}}\n'
    )
    case = p.open("2026-03-02 09:00", quote=5_00)
    assert p.act("amend", case, "2026-03-02 09:05", FANG, fields={"quote": 0}).refused
    assert p.act("amend", case, "2026-03-02 09:06", FANG, fields={"quote": 6_00}).allowed

    p.act("assign", case, "2026-03-02 09:10", FANG)

    assert p.act("amend", case, "2026-03-02 09:15", FANG, fields={"count": Decimal(2)}).allowed
    assert p.act("amend", case, "2026-03-02 09:16", FANG, fields={"quote": 7_00}).outcome == "waiting"


def test_an_amount_borne_by_several_adds_up_to_the_whole() -> None:
    p = play(
        '  - {id: "1", zh: 担, for: job, upon: reply, penalises: {money: field quote, split: {responsible: 1/3, director: 1/3, desk: 1/3}}}\n'
    )
    case = p.open("2026-03-02 09:00", quote=100_00)
    p.act("reply", case, "2026-03-02 09:10", FANG)

    amounts = [e.amount for e in p.effects(Enter)]
    assert sum(amounts) == 100_00
    assert amounts[:2] == [33_33, 33_33]
    assert {e.who for e in p.effects(Enter)} >= {FANG, HE}


AGAINST = """
  - {id: "1", zh: x, for: job, requires: {before: close, that: {fee: "> 5CNY"}}}
  - {id: "2", zh: x, for: job, requires: {before: close, that: {fee: "< 5CNY"}}}
"""


@pytest.mark.parametrize(
    ("clauses", "zh"),
    [
        ('  - {id: "1", zh: x, for: job, upon: reply, penalises: {money: 1CNY, split: {director: 50%}}}\n', "份额之和"),
        ('  - {id: "1", zh: x, for: job, upon: reply, penalises: {money: 1CNY}}\n', "who(记谁)或 split"),
        ('  - {id: "1", zh: x, for: job, upon: reply, penalises: {who: director, points: 1, above: 3}}\n', "还须写 times"),
        ('  - {id: "1", zh: x, for: job, limits: {act: close, to: 0}}\n', "永远做不成"),
        (AGAINST, "第2条与第1条合起来"),
        ('  - {id: "1", zh: x, schedules: {open: job, for_each: job.nothing, take: 3, every: 1mo}}\n', "抽样须写"),
        *(
            (f'  - {{id: "1", zh: x, schedules: {{open: job, for_each: job.close, take: {take}, every: 1mo}}}}\n', "不超过100%的比例")
            for take in ("0%", "101%", "-5%", "x%", "'%'")
        ),
        ('  - {id: "1", zh: x, for: job, upon: close, grants: {what: {a: 甲}, of: visit_at, within: 1d}}\n', "不是指向台账"),
        ('  - {id: "1", zh: x, for: job, upon: close, grants: {what: {a: 甲}}}\n', "写 until"),
        ('  - {id: "1", zh: x, reports: {measures: [nothing], every: 1mo, to: director}}\n', "没有这个计量"),
        ('  - {id: "1", zh: x, reports: {measures: [closed], every: 1wd, to: director}}\n', "不能作报表周期"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence_at_the_place(clauses: str, zh: str) -> None:
    found = faults_of(clauses, WITH)

    assert any(zh in f and "t/r.yaml:" in f for f in found), found


LIFE = NOUNS.replace(
    "  fine: {zh: 罚款, unit: CNY}",
    "  fine:\n    zh: 罚款\n    unit: CNY\n    steps: {proposed: 待执行, executed: 已执行}\n"
    "    acts: {execute: {zh: 执行, from: [proposed], to: executed}}",
)


def test_entries_that_cause_each_other_without_end_are_refused() -> None:
    again = '  - {id: "1", zh: 再罚, for: fine, upon: book, penalises: {who: {field: who}, money: field amount}}\n'
    first = '  - {id: "0", zh: 罚, for: job, upon: close, penalises: {who: responsible, money: 1CNY}}\n'

    assert any("记账互相引发" in f for f in faults_of(first + again, LIFE))
    assert faults_of(first + again.replace("upon: book,", 'upon: book, when: {clause: "0"},'), LIFE) == []


def test_nobody_books_an_entry_by_hand() -> None:
    p = Play(law_of('  - {id: "0", zh: 罚, for: job, upon: close, penalises: {who: responsible, money: 1CNY}}\n', LIFE))
    done(p, "2026-03-02")
    entry = next(s for s in p.world.subjects.values() if s.kind == "entry")

    assert [r.code for r in p.act("book", entry, "2026-03-02 10:00", WU).refusals] == ["by_law"]
    assert p.act("execute", entry, "2026-03-02 10:01", WU).allowed
    assert entry.step == "executed"


def test_a_choice_upon_the_end_of_a_period_is_kept_on_the_record() -> None:
    p = play('  - {id: "1", zh: 定, for: house, upon: end_of_month, classifies: {field: class, is: a}}\n')
    house = house_of(p)
    p.world.run_clock(at("2026-03-15 09:00"))

    p.world.run_clock(at("2026-04-02 09:00"))

    assert house.fields["class"] == "a"
    assert [e.cite.clause for e in p.effects(SetField) if e.cite is not None] == ["t/r#1"]
