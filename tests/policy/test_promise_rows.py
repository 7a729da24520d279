"""Promises on rows, promises that end with a date, that begin again, and what correcting a date does to them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shouwen.policy.ruling import Breach, Promise, Settle
from tests.policy.laws import NOUNS, SUN, Play, at, faults_of, law_of

ROWS = NOUNS.replace(
    "waited: {zh: 等候, type: span}",
    "waited: {zh: 等候, type: span}\n"
    "      parts: {zh: 分期, type: rows, of: {due_on: {zh: 到期日, type: date}, paid_on: {zh: 收款日, type: date}, kind: {zh: 种类, type: choice, of: {a: 甲, b: 乙}}}}\n"
    "      day: {zh: 日子, type: date}\n"
    "      told_at: {zh: 告知时间, type: datetime}",
).replace("house, waited]", "house, waited, parts, day, told_at]")
BY_ROW = '  - {id: "1", zh: 分期收款, for: job, deadline: {for_each: parts, until: parts.paid_on, due: field parts.due_on}}\n'


def part(due: str, paid: str = "", kind: str = "") -> dict[str, Any]:
    """Return a row."""
    row: dict[str, Any] = {"due_on": date.fromisoformat(due)}
    return row | ({"paid_on": date.fromisoformat(paid)} if paid else {}) | ({"kind": kind} if kind else {})


def rows_due(play: Play, case: Any) -> dict[str, str]:
    """Return the due moment of each row's promise."""
    return {d.row: f"{d.due_at:%m-%d %H:%M}" for d in case.deadlines}


def test_every_row_has_its_own_promise_until_its_own_date() -> None:
    play = Play(law_of(BY_ROW, ROWS))

    case = play.open("2026-03-02 09:00", parts=(part("2026-03-05"), part("2026-03-10")))

    assert rows_due(play, case) == {"1": "03-06 00:00", "2": "03-11 00:00"}


def test_filling_one_rows_date_keeps_that_promise_and_no_other() -> None:
    play = Play(law_of(BY_ROW, ROWS))
    case = play.open("2026-03-02 09:00", parts=(part("2026-03-05"), part("2026-03-10")))

    ruling = play.act("amend", case, "2026-03-04 09:00", fields={"parts": (part("2026-03-05", "2026-03-04"), part("2026-03-10"))})

    assert [(e.row, e.outcome) for e in ruling.effects if isinstance(e, Settle)] == [("1", "kept")]
    assert rows_due(play, case) == {"2": "03-11 00:00"}


def test_a_row_that_is_missed_is_breached_alone() -> None:
    play = Play(law_of(BY_ROW, ROWS))
    case = play.open("2026-03-02 09:00", parts=(part("2026-03-05"), part("2026-03-10")))

    play.clock("2026-03-07 00:00")

    assert [(e.row, e.at) for e in play.effects(Breach)] == [("1", at("2026-03-06 00:00"))]
    assert len(case.deadlines) == 2


def test_the_condition_filters_the_rows_and_an_unknown_one_is_flagged() -> None:
    play = Play(law_of(BY_ROW.replace("for: job,", "for: job, when: {parts.kind: a},"), ROWS))

    case = play.open("2026-03-02 09:00", parts=(part("2026-03-05", kind="a"), part("2026-03-06", kind="b"), part("2026-03-10")))

    assert rows_due(play, case) == {"1": "03-06 00:00"}
    assert play.last is not None
    assert play.last.flags == (("t/r#1", ("parts.kind",)),)


def test_a_row_added_later_gets_its_promise_and_a_row_taken_away_loses_it() -> None:
    play = Play(law_of(BY_ROW, ROWS))
    case = play.open("2026-03-02 09:00", parts=(part("2026-03-05"),))
    play.act("amend", case, "2026-03-02 10:00", fields={"parts": (part("2026-03-05"), part("2026-03-09"))})
    two = rows_due(play, case)

    play.act("amend", case, "2026-03-02 11:00", fields={"parts": (part("2026-03-05"),)})

    assert two == {"1": "03-06 00:00", "2": "03-10 00:00"}
    assert rows_due(play, case) == {"1": "03-06 00:00"}


def test_a_promise_may_end_when_a_date_is_filled_in() -> None:
    play = Play(law_of('  - {id: "1", zh: 告知, for: job, deadline: {until: told_at, within: 2h}}\n', ROWS))
    case = play.open("2026-03-02 09:00")

    ruling = play.act("amend", case, "2026-03-02 10:00", fields={"told_at": at("2026-03-02 09:50")})

    assert [(e.clause, e.outcome) for e in ruling.effects if isinstance(e, Settle)] == [("t/r#1", "kept")]


def test_changing_the_date_a_promise_falls_due_on_makes_it_anew_and_says_why() -> None:
    play = Play(law_of('  - {id: "1", zh: 到期, for: job, deadline: {until: reply, due: field day}}\n', ROWS))
    case = play.open("2026-03-02 09:00", day=date(2026, 3, 5))

    ruling = play.act("amend", case, "2026-03-03 09:00", fields={"day": date(2026, 3, 9)})

    assert [(e.outcome, e.why) for e in ruling.effects if isinstance(e, Settle)] == [("withdrawn", "corrected")]
    assert play.due(case) == {"1": "2026-03-10 00:00"}


def test_a_change_that_leaves_the_due_moment_alone_leaves_the_promise_alone() -> None:
    clause = '  - {id: "1", zh: 到期, for: job, deadline: {until: reply, due: table}, table: [{urgency: [urgent, normal], is: 1h}, {urgency: slow, is: 2h}]}\n'
    play = Play(law_of(clause, ROWS))
    case = play.open("2026-03-02 09:00", urgency="urgent")

    same = play.act("amend", case, "2026-03-02 09:10", fields={"urgency": "normal"})
    other = play.act("amend", case, "2026-03-02 09:20", fields={"urgency": "slow"})

    assert [e for e in same.effects if isinstance(e, Settle | Promise)] == []
    assert [e.why for e in other.effects if isinstance(e, Settle)] == ["corrected"]
    assert play.due(case) == {"1": "2026-03-02 11:00"}


def test_a_clock_time_and_an_end_of_day_stand_on_the_day_of_a_field() -> None:
    clause = '  - {id: "1", zh: 到点, for: job, deadline: {until: reply, due: table, day: day}, table: [{urgency: urgent, is: "21:00"}, {urgency: [normal, slow], is: end_of_day}]}\n'
    play = Play(law_of(clause, ROWS))

    urgent = play.open("2026-03-02 09:00", urgency="urgent", day=date(2026, 3, 6))
    normal = play.open("2026-03-02 09:00", urgency="normal", day=date(2026, 3, 6))

    assert (play.due(urgent), play.due(normal)) == ({"1": "2026-03-06 21:00"}, {"1": "2026-03-07 00:00"})


def test_without_the_day_nothing_is_promised_and_the_day_is_named() -> None:
    play = Play(law_of('  - {id: "1", zh: 到点, for: job, deadline: {until: reply, due: "21:00", day: day}}\n', ROWS))

    case = play.open("2026-03-02 09:00")

    assert case.deadlines == []
    assert play.last is not None
    assert play.last.flags == (("t/r#1", ("day",)),)


def test_a_promise_that_begins_again_is_missed_every_time_until_it_is_kept() -> None:
    play = Play(law_of('  - {id: "1", zh: 改正, for: job, deadline: {until: reply, within: 1wd, again: "yes"}}\n'))
    case = play.open("2026-03-12 09:00")  # a Thursday
    dues = [play.due(case)["1"]]
    for moment in ("2026-03-13 17:31", "2026-03-16 17:31", "2026-03-17 17:31"):
        play.clock(moment)
        dues.append(play.due(case)["1"])

    kept = play.act("reply", case, "2026-03-18 09:00")
    play.clock("2026-04-01 00:00")

    assert dues == [f"2026-03-{day} 17:30" for day in (13, 16, 17, 18)]
    assert len(play.effects(Breach)) == 3
    assert [(e.outcome, e.why) for e in kept.effects if isinstance(e, Settle)] == [("kept", "")]
    assert case.deadlines == []


def test_a_promise_that_begins_again_is_not_moved_back_by_other_acts() -> None:
    play = Play(law_of('  - {id: "1", zh: 改正, for: job, deadline: {until: reply, within: 2h, again: "yes"}}\n'))
    case = play.open("2026-03-12 09:00")
    play.clock("2026-03-12 11:30")

    play.act("note", case, "2026-03-12 11:40")

    assert play.due(case) == {"1": "2026-03-12 13:00"}


def test_a_promise_whose_condition_becomes_unknown_goes_on_running() -> None:
    play = Play(law_of('  - {id: "1", zh: 急件, for: job, when: {urgency: urgent}, deadline: {until: reply, within: 2h}}\n'))
    case = play.open("2026-03-12 09:00", urgency="urgent")

    ruling = play.act("amend", case, "2026-03-12 09:10", fields={"urgency": None})

    assert play.due(case) == {"1": "2026-03-12 11:00"}
    assert ruling.flags == (("t/r#1", ("urgency",)),)


def test_the_task_a_clause_opens_upon_the_last_act_is_owed_after_the_case_has_ended() -> None:
    play = Play(law_of('  - {id: "1", zh: 检验, for: job, upon: close, obliges: {task: inspect, who: repairer, within: 1d}}\n'))
    case = play.open("2026-03-12 09:00")
    for name, hour in (("assign", 10), ("finish", 11), ("close", 12)):
        assert play.act(name, case, f"2026-03-12 {hour}:00", fields={"fee": 0} if name == "finish" else {}).allowed
    play.act("note", case, "2026-03-12 13:00")

    assert play.due(case) == {"1": "2026-03-14 00:00"}
    done = play.act("complete", case, "2026-03-13 09:00", SUN, row=str(case.tasks[0].id))
    assert [(e.clause, e.outcome) for e in done.effects if isinstance(e, Settle)] == [("t/r#1", "kept")]


def test_a_task_opened_upon_a_breach_has_its_promise_too() -> None:
    clauses = (
        '  - {id: "1", zh: 回复, for: job, deadline: {until: reply, within: 1h}}\n'
        '  - {id: "2", zh: 催办, upon: {breach: "1"}, obliges: {task: inspect, who: repairer, within: 2h}}\n'
    )
    play = Play(law_of(clauses))
    case = play.open("2026-03-12 09:00")

    play.clock("2026-03-12 10:30")

    assert play.due(case)["2"] == "2026-03-12 12:00"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("for_each: fee, until: reply, within: 1h", "不是行字段"),
        ("until: fee, within: 1h", "没有动作"),
        ("until: parts.kind, within: 1h", "没有动作"),
        ('until: reply, due: "21:00", day: fee', "没有这个日期字段"),
        ("until: reply, due: field parts.kind", "不是时刻"),
        ('until: reply, due: "21:00", again: "yes"', "须写多长时间内"),
        ('until: reply, within: 0wd, again: "yes"', "大于零"),
    ],
)
def test_what_is_no_rows_field_and_no_date_is_refused(parameters: str, said: str) -> None:
    faults = faults_of(f'  - {{id: "1", zh: 错, for: job, deadline: {{{parameters}}}}}\n', ROWS)

    assert any(said in f for f in faults), faults
