"""What is promised, what happens to a promise when facts change, and what follows when it is not kept."""

from __future__ import annotations

from datetime import date

import pytest

from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.law import load
from shouwen.policy.ruling import Breach, Enter, Move, Promise, Settle, Tell, Warned
from shouwen.worktime import parse_span
from tests.policy.laws import BAR, FANG, HE, HU, LI, SUN, Play, at, law_of, sources_of

URGENT = """
  - {id: "1", zh: 紧急的一小时内回复, for: job, when: {urgency: urgent}, deadline: {from: open, until: reply, within: 1h, warn: 75%}}
  - {id: "1.1", zh: 普通的四小时内回复, for: job, when: {urgency: normal}, deadline: {from: open, until: reply, within: 4h}}
  - {id: "2", zh: 超时扣二分, upon: {breach: "1"}, penalises: {who: responsible, points: 2}}
  - {id: "3", zh: 超时报上级, upon: {breach: "1"}, notifies: {to: {superior_of: responsible}}}
"""
VISIT = """
  - {id: "4", zh: 上门不晚于预约十分钟, for: job, deadline: {from: visit_at, until: finish, within: 10min}}
"""


def test_a_promise_runs_from_its_start_and_is_kept_by_its_act() -> None:
    play = Play(law_of(URGENT))

    job = play.open("2026-03-02 09:00", urgency="urgent")
    assert play.due(job) == {"1": "2026-03-02 10:00"}
    play.act("reply", job, "2026-03-02 10:00")

    assert play.due(job) == {}
    assert [s.outcome for s in play.effects(Settle)] == ["kept"]


def test_an_act_at_the_due_second_is_in_time_and_a_second_later_is_late() -> None:
    in_time, late = Play(law_of(URGENT)), Play(law_of(URGENT))

    in_time.act("reply", in_time.open("2026-03-02 09:00", urgency="urgent"), "2026-03-02 10:00:00")
    late.act("reply", late.open("2026-03-02 09:00", urgency="urgent"), "2026-03-02 10:00:01")

    assert not in_time.effects(Breach)
    assert [s.outcome for s in late.effects(Settle)] == ["late"]


def test_a_breach_brings_its_penalty_and_its_notice_once() -> None:
    play = Play(law_of(URGENT))

    job = play.open("2026-03-02 09:00", urgency="urgent")
    play.clock("2026-03-02 10:01")
    play.clock("2026-03-02 12:00")

    assert [(e.who, e.amount) for e in play.effects(Enter)] == [(FANG, 2)]
    assert [e.to for e in play.effects(Tell)] == [(HE,)]
    assert job.deadlines[0].breached_at == at("2026-03-02 10:00")


def test_a_warning_comes_when_three_quarters_of_the_span_are_gone() -> None:
    play = Play(law_of(URGENT))

    play.open("2026-03-02 09:00", urgency="urgent")
    play.clock("2026-03-02 09:44:59")
    assert not play.effects(Warned)
    play.clock("2026-03-02 09:45")

    assert [w.clause for w in play.effects(Warned)] == ["t/r#1"]


def test_correcting_the_urgency_withdraws_the_promise_and_makes_the_new_one_from_the_same_start() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")

    play.act("amend", job, "2026-03-02 09:30", FANG, fields={"urgency": "normal"})

    assert play.due(job) == {"1.1": "2026-03-02 13:00"}
    assert [(s.clause, s.outcome, s.why) for s in play.effects(Settle)] == [("t/r#1", "withdrawn", "condition")]
    assert not play.effects(Breach)


def test_a_breach_stays_when_the_urgency_is_corrected_afterwards() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")
    play.clock("2026-03-02 10:30")

    play.act("amend", job, "2026-03-02 10:31", FANG, fields={"urgency": "normal"})

    assert len(play.effects(Breach)) == 1
    assert sum(e.amount for e in play.effects(Enter)) == 2


def test_moving_the_appointment_anchors_the_promise_anew() -> None:
    play = Play(law_of(VISIT))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:05", fields={"visit_at": at("2026-03-02 14:00"), "technician": SUN})
    assert play.due(job) == {"4": "2026-03-02 14:10"}

    play.act("move", job, "2026-03-02 13:00", fields={"visit_at": at("2026-03-03 10:00")})

    assert play.due(job) == {"4": "2026-03-03 10:10"}
    assert [s.why for s in play.effects(Settle)] == ["moved"]


def test_a_breach_stays_when_the_appointment_is_moved_afterwards() -> None:
    play = Play(law_of(VISIT))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:05", fields={"visit_at": at("2026-03-02 14:00"), "technician": SUN})

    play.act("move", job, "2026-03-02 15:00", fields={"visit_at": at("2026-03-03 10:00")})

    assert [b.at for b in play.effects(Breach)] == [at("2026-03-02 14:10")]
    assert play.due(job) == {"4": "2026-03-03 10:10"}


def test_a_promise_waits_for_the_date_it_starts_from() -> None:
    play = Play(law_of(VISIT))

    job = play.open("2026-03-02 09:00")

    assert play.due(job) == {}


def test_a_promise_born_overdue_says_so_and_brings_no_penalty() -> None:
    clauses = VISIT + '  - {id: "5", zh: 迟到扣分, upon: {breach: "4"}, penalises: {who: responsible, points: 1}}\n'
    clauses += '  - {id: "6", zh: 迟到报主任, upon: {breach: "4"}, notifies: {to: director}}\n'
    play = Play(law_of(clauses))
    job = play.open("2026-03-02 09:00")

    play.act("assign", job, "2026-03-02 15:00", fields={"visit_at": at("2026-03-02 14:00"), "technician": SUN})
    play.clock("2026-03-02 15:01")

    assert [p.born_overdue for p in play.effects(Promise)] == [True]
    assert play.effects(Breach)
    assert not play.effects(Enter), "a promise nobody could keep is no offence"
    assert play.effects(Tell), "but somebody is told"


def test_a_running_deadline_keeps_the_version_that_made_it() -> None:
    clauses = """
  - id: "1"
    zh: 回复
    for: job
    deadline: {from: open, until: reply, within: 2h}
    versions: {"2025-07-01": {within: 1h}}
"""
    play = Play(law_of(clauses))

    before = play.open("2025-06-30 23:30")
    after = play.open("2025-07-01 00:30")

    assert (play.due(before), play.due(after)) == ({"1": "2025-07-01 01:30"}, {"1": "2025-07-01 01:30"})
    assert [d.since for d in (*before.deadlines, *after.deadlines)] == [None, date(2025, 7, 1)]
    play.act("hold", before, "2025-07-01 00:40")
    play.act("resume", before, "2025-07-01 00:50")
    assert play.due(before) == {"1": "2025-07-01 01:40"}, "still two hours, by the version that made it"


def test_a_repealed_clause_promises_nothing_from_its_day_on_and_what_ran_runs_on() -> None:
    clauses = """
  - id: "1"
    zh: 回复
    for: job
    deadline: {from: open, until: reply, within: 2h}
    versions: {"2025-07-01": null}
"""
    play = Play(law_of(clauses))

    before, after = play.open("2025-06-30 23:30"), play.open("2025-07-01 00:30")
    play.act("note", before, "2025-07-01 00:40")

    assert (play.due(before), play.due(after)) == ({"1": "2025-07-01 01:30"}, {})


def test_the_day_of_a_law_is_the_business_day_of_the_unit() -> None:
    clauses = """
  - id: "1"
    zh: 回复
    for: job
    deadline: {from: open, until: reply, within: 2h}
    versions: {"2025-07-01": {within: 1h}}
"""
    play = Play(law_of(clauses), unit=BAR)

    job = play.open("2025-07-01 00:30")  # still the bar's evening of 30 June

    assert play.due(job) == {"1": "2025-07-01 02:30"}


def test_a_hold_stops_the_clock_and_resuming_gives_the_time_back() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")

    play.act("hold", job, "2026-03-02 09:20")
    assert play.due(job) == {"1": "paused"}
    play.clock("2026-03-02 12:00")
    assert not play.effects(Breach)
    play.act("resume", job, "2026-03-02 12:00")

    assert play.due(job) == {"1": "2026-03-02 12:40"}


def test_a_promise_that_runs_while_held_is_not_stopped() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h, held: runs}}\n'))
    job = play.open("2026-03-02 09:00")

    play.act("hold", job, "2026-03-02 09:20")
    play.clock("2026-03-02 10:01")

    assert [b.at for b in play.effects(Breach)] == [at("2026-03-02 10:00")]


def test_an_extension_moves_the_due_moment_of_the_clause_it_names() -> None:
    play = Play(law_of(URGENT + VISIT))
    job = play.open("2026-03-02 09:00", urgency="urgent", visit_at=at("2026-03-02 10:00"))

    play.act("extend", job, "2026-03-02 09:10", fields={"span": parse_span("30min")}, clause="t/r#1")

    assert play.due(job) == {"1": "2026-03-02 10:30", "4": "2026-03-02 10:10"}
    assert [(m.why, m.span) for m in play.effects(Move)] == [("extended", "30min")]


def test_extensions_and_pauses_add_up() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")

    play.act("extend", job, "2026-03-02 09:10", fields={"span": parse_span("30min")}, clause="t/r#1")
    play.act("hold", job, "2026-03-02 09:20")
    play.act("resume", job, "2026-03-02 09:30")

    assert play.due(job) == {"1": "2026-03-02 10:40"}


def test_three_working_days_end_when_the_unit_closes_on_the_third() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: close, within: 3wd}}\n'))

    friday = play.open("2026-03-06 15:00")

    assert play.due(friday) == {"1": "2026-03-11 17:30"}


def test_a_promise_ends_with_its_case() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 30d}}\n'))
    job = play.open("2026-03-02 09:00")

    for act in ("assign", "finish", "close"):
        play.act(act, job, "2026-03-02 10:00")

    assert play.due(job) == {}
    assert [(s.outcome, s.why) for s in play.effects(Settle)] == [("withdrawn", "ended")]


def test_one_promise_of_several_acts_is_kept_when_all_are_done() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: [reply, assign], within: 1h}}\n'))
    job = play.open("2026-03-02 09:00")

    play.act("reply", job, "2026-03-02 09:10")
    assert play.due(job) == {"1": "2026-03-02 10:00"}
    play.act("assign", job, "2026-03-02 09:20")

    assert play.due(job) == {}


def test_an_obligation_opens_its_case_with_a_promise_of_its_own() -> None:
    clauses = """
  - {id: "1", zh: 回访, for: job, upon: finish, obliges: {open: call, within: 2wd, who: desk, with: {job: this}}}
  - {id: "2", zh: 没有回访的报主任, upon: {breach: "1"}, notifies: {to: director}}
"""
    play = Play(law_of(clauses))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("finish", job, "2026-03-02 10:00")

    call = next(s for s in play.world.subjects.values() if s.noun == "call")
    assert call.fields["job"] == job.id
    assert play.due(call) == {"1": "2026-03-04 17:30"}
    assert [t.post for t in call.tasks] == ["desk"]
    play.clock("2026-03-04 17:31")

    assert [e.to for e in play.effects(Tell)] == [(HE,)]


def test_whoever_takes_over_becomes_responsible_and_the_first_asked_stays() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")

    play.act("hand_over", job, "2026-03-02 09:05", FANG, fields={"to": HU})
    assert (job.responsible, job.first_asked) == (FANG, FANG), "not before it is accepted"
    play.act("take_over", job, "2026-03-02 09:06", HU)

    assert (job.responsible, job.first_asked, job.tasks) == (HU, FANG, [])


def test_declining_a_hand_over_leaves_it_where_it_was() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")
    play.act("hand_over", job, "2026-03-02 09:05", FANG, fields={"to": HU})

    play.act("decline", job, "2026-03-02 09:06", HU)

    assert (job.responsible, job.tasks) == (FANG, [])


def test_a_breach_is_charged_to_whoever_owed_it_when_it_fell() -> None:
    play = Play(law_of(URGENT))
    job = play.open("2026-03-02 09:00", urgency="urgent")
    play.clock("2026-03-02 10:01")
    play.act("hand_over", job, "2026-03-02 10:05", FANG, fields={"to": HU})
    play.act("take_over", job, "2026-03-02 10:06", HU)

    assert [e.who for e in play.effects(Enter)] == [FANG]


def test_an_unknown_year_refuses_the_act_visibly() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 3wd}}\n'))

    ref = Ref("case", "job", play.world.new_id())
    ruling = play.world.act(Act("open", ref, FANG, at("2035-03-02 09:00"), opening=Opening(unit=902, customer=LI)))

    assert ruling.refused
    assert [r.code for r in ruling.refusals] == ["unknown_year"]
    assert "2035" in ruling.text("zh")
    assert "2035" in ruling.text("en")


@pytest.mark.parametrize(
    ("due", "wanted"),
    [
        ("end_of_day", "2026-03-07 00:00"), ("end_of_hours", "2026-03-06 17:30"), ("end_of_week", "2026-03-09 00:00"),
        ("end_of_month", "2026-04-01 00:00"), ("end_of_quarter", "2026-04-01 00:00"), ("end_of_year", "2027-01-01 00:00"),
        ("next day 10:00", "2026-03-07 10:00"), ('"21:00"', "2026-03-06 21:00"), ("field visit_at", "2026-03-10 08:00"),
    ],
)  # fmt: skip
def test_due_moments_are_counted_from_the_start(due: str, wanted: str) -> None:
    play = Play(law_of(f'  - {{id: "1", zh: x, for: job, deadline: {{until: reply, due: {due}}}}}\n'))

    job = play.open("2026-03-06 15:00", visit_at=at("2026-03-10 08:00"))

    assert play.due(job) == {"1": wanted}


def test_a_due_moment_on_a_day_off_rolls_forward() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1d, roll: forward}}\n'))

    job = play.open("2026-03-06 15:00")  # a Friday

    assert play.due(job) == {"1": "2026-03-10 00:00"}, "Saturday's end becomes Monday's"


def test_the_calendar_of_a_pack_counts_for_its_regulations_whatever_other_packs_are_loaded() -> None:
    shops = """
pack: shops
calendar: shop
calendars: {shop: {zh: 店铺, hours: "10:00-22:00"}}
"""
    till = """
regulation: till
procedures:
  sale: {title: 售货, steps: {a: 甲, b: 乙}, acts: {pay: {zh: 付款, from: [a], to: b}}}
clauses:
  - {id: "1", zh: x, for: sale, deadline: {until: pay, due: end_of_hours}}
"""
    sources = {**sources_of(URGENT), "shops/pack.yaml": shops, "shops/till.yaml": till}

    play = Play(load(sources))

    assert play.due(play.open("2026-03-06 15:00", "sale")) == {"1": "2026-03-06 22:00"}
