"""Unknown is neither yes nor no: gates, persons and acting clauses while a fact is missing."""

from __future__ import annotations

from shouwen.policy.ruling import Breach, Enter, OpenTask, Perform, Tell
from tests.policy.laws import BAR, FANG, HE, NOUNS, SUN, WU, Play, law_of

LINKED = NOUNS.replace(
    "fields: {job: {zh: 所访报修, type: case, of: job}, happy: {zh: 满意, type: yes_no}}",
    "fields: {job: {zh: 所访报修, type: case, of: job}, happy: {zh: 满意, type: yes_no}, house: {zh: 房屋, type: record, of: house}}",
)


def test_a_gate_that_records_does_not_call_an_unknown_fact_a_breach() -> None:
    clauses = (
        '  - {id: "1", zh: 付讫才派, for: job, when: {urgency: slow}, requires: {before: assign, that: {paid: "yes"}, or: record}}\n'
        '  - {id: "2", zh: 扣分, upon: {breach: "1"}, penalises: {who: responsible, points: "1"}}\n'
    )
    play = Play(law_of(clauses))
    unknown = play.act("assign", play.open("2026-03-02 09:00", urgency="slow"), "2026-03-02 09:10", FANG)
    broken = play.act("assign", play.open("2026-03-02 09:00", urgency="slow", paid=False), "2026-03-02 09:10", FANG)

    assert unknown.allowed
    assert [w.unknown for w in unknown.warnings] == [("paid",)]
    assert unknown.flags == (("t/r#1", ("paid",)),)
    assert not any(isinstance(e, Breach | Enter) for e in unknown.effects)
    assert any(isinstance(e, Breach) for e in broken.effects)


def test_a_permit_that_lets_somebody_pass_is_enough_though_another_cannot_be_judged() -> None:
    clauses = (
        '  - {id: "1", zh: 主任可派, for: job, permits: {who: director, acts: [assign]}}\n'
        '  - {id: "2", zh: 急件前台也可派, for: job, when: {urgency: urgent}, permits: {who: desk, acts: [assign]}}\n'
    )
    play = Play(law_of(clauses))
    case = play.open("2026-03-02 09:00")

    refused = play.act("assign", case, "2026-03-02 09:10", SUN)
    allowed = play.act("assign", case, "2026-03-02 09:11", HE)

    assert refused.refused
    assert allowed.allowed


def test_a_permit_that_cannot_be_judged_refuses_and_names_the_fact() -> None:
    play = Play(
        law_of('  - {id: "1", zh: 急件前台派, for: job, when: {urgency: urgent}, permits: {who: desk, acts: [assign]}}\n')
    )

    ruling = play.act("assign", play.open("2026-03-02 09:00"), "2026-03-02 09:10", SUN)

    assert [r.unknown for r in ruling.refusals] == [("urgency",)]


def test_the_post_of_an_unknown_unit_is_nobody_not_everybody() -> None:
    clause = '  - {id: "1", zh: 片区的人访, for: call, requires: {before: ring, by: {post: repairer, of: field house.area}}}\n'
    play = Play(law_of(clause, LINKED))
    house = play.open("2026-03-02 09:00", "house", keeper=WU)
    case = play.open("2026-03-02 09:00", "call", house=house.id)

    ruling = play.act("ring", case, "2026-03-02 09:10", SUN)

    assert [r.unknown for r in ruling.refusals] == [("house.area",)]


def test_what_the_law_does_itself_passes_a_gate_about_persons() -> None:
    clauses = (
        '  - {id: "1", zh: 主任派工, for: job, requires: {before: assign, by: director}}\n'
        '  - {id: "2", zh: 回复即派, for: job, upon: reply, performs: {act: assign}}\n'
    )
    play = Play(law_of(clauses))
    case = play.open("2026-03-02 09:00")

    play.act("reply", case, "2026-03-02 09:10", FANG)

    assert case.step == "assigned"


def test_an_act_two_clauses_want_of_the_law_is_done_once_and_both_are_cited() -> None:
    clauses = (
        '  - {id: "1", zh: 回复即派, for: job, upon: reply, performs: {act: assign}}\n'
        '  - {id: "2", zh: 急件回复即派, for: job, upon: reply, when: {urgency: urgent}, performs: {act: assign}}\n'
    )
    play = Play(law_of(clauses))

    ruling = play.act("reply", play.open("2026-03-02 09:00", urgency="urgent"), "2026-03-02 09:10", FANG)

    assert len([e for e in ruling.effects if isinstance(e, Perform)]) == 1
    assert {c.clause for c in ruling.cites} == {"t/r#1", "t/r#2"}
    assert not any(s.ruling.refused for s in play.world.said)


def test_a_penalty_whose_amount_or_person_is_unknown_is_not_booked_but_flagged() -> None:
    clauses = (
        '  - {id: "1", zh: 按报价罚, for: job, upon: reply, penalises: {who: responsible, money: field quote}}\n'
        '  - {id: "2", zh: 罚技师, for: job, upon: reply, penalises: {who: field technician, points: "1"}}\n'
        '  - {id: "3", zh: 按件罚, for: job, upon: reply, penalises: {who: desk, money: 5CNY, times: count}}\n'
    )
    play = Play(law_of(clauses))

    ruling = play.act("reply", play.open("2026-03-02 09:00"), "2026-03-02 09:10", FANG)

    assert not any(isinstance(e, Enter) for e in ruling.effects)
    assert dict(ruling.flags) == {"t/r#1": ("quote",), "t/r#2": ("technician",), "t/r#3": ("count",)}


def test_a_penalty_by_the_piece_is_multiplied_and_nothing_of_nothing_is_booked() -> None:
    play = Play(law_of('  - {id: "1", zh: 按件罚, for: job, upon: reply, penalises: {who: desk, money: 5CNY, times: count}}\n'))

    play.act("reply", play.open("2026-03-02 09:00", count=3), "2026-03-02 09:10", FANG)
    play.act("reply", play.open("2026-03-02 09:00", count=0), "2026-03-02 09:10", FANG)

    assert [e.amount for e in play.effects(Enter)] == [1500, 1500]


def test_a_notice_reaches_those_who_are_known_and_says_who_is_not() -> None:
    play = Play(law_of('  - {id: "1", zh: 告知, for: job, upon: reply, notifies: {to: [director, field technician]}}\n'))

    ruling = play.act("reply", play.open("2026-03-02 09:00"), "2026-03-02 09:10", FANG)

    assert [e.to for e in ruling.effects if isinstance(e, Tell)] == [(HE,)]
    assert ruling.flags == (("t/r#1", ("technician",)),)


def test_a_task_nobody_can_be_named_for_is_not_opened_but_flagged() -> None:
    clauses = (
        '  - {id: "1", zh: 检验, for: job, upon: reply, obliges: {task: inspect, who: field technician}}\n'
        '  - {id: "2", zh: 再检, for: job, upon: reply, obliges: {task: inspect, who: repairer, due: field visit_at}}\n'
    )
    play = Play(law_of(clauses))

    ruling = play.act("reply", play.open("2026-03-02 09:00"), "2026-03-02 09:10", FANG)

    assert not any(isinstance(e, OpenTask) for e in ruling.effects)
    assert dict(ruling.flags) == {"t/r#1": ("technician",), "t/r#2": ("visit_at",)}


def test_what_follows_a_breach_is_flagged_too() -> None:
    clauses = (
        '  - {id: "1", zh: 回复, for: job, deadline: {until: reply, within: 1h}}\n'
        '  - {id: "2", zh: 扣分, upon: {breach: "1"}, when: {paid: "yes"}, penalises: {who: responsible, points: "1"}}\n'
    )
    play = Play(law_of(clauses))
    play.open("2026-03-02 09:00")

    play.clock("2026-03-02 10:01")

    passed = next(s.ruling for s in play.world.said if s.ruling.act.name == "deadline_passed")
    assert passed.flags == (("t/r#2", ("paid",)),)
    assert not play.effects(Enter)


def test_a_due_moment_a_gate_asks_is_named_by_the_fact_it_lacks_and_asks_nothing_where_there_is_no_such_promise() -> None:
    clauses = (
        '  - {id: "1", zh: 留到点, for: job, when: {paid: "no"}, deadline: {until: reply, due: table}, '
        "table: [{urgency: urgent, is: 1h}, {urgency: [normal, slow], is: 2h}]}\n"
        '  - {id: "2", zh: 过点不收, for: job, requires: {before: assign, not_after: {due: "1"}}}\n'
    )
    play = Play(law_of(clauses))

    unknown = play.act("assign", play.open("2026-03-02 09:00", paid=False), "2026-03-02 09:10", FANG)
    free = play.act("assign", play.open("2026-03-02 09:00", paid=True), "2026-03-02 09:10", FANG)
    late = play.act("assign", play.open("2026-03-02 09:00", paid=False, urgency="urgent"), "2026-03-02 10:01", FANG)

    assert [r.unknown for r in unknown.refusals] == [("urgency",)]
    assert free.allowed
    assert [r.clause for r in late.refusals] == ["t/r#2"]


def test_who_is_barred_or_asked_to_approve_is_named_by_the_fact_it_rests_on() -> None:
    clauses = (
        '  - {id: "1", zh: 管家不得访, for: call, excludes: {who: {field: house.keeper}, acts: [ring]}}\n'
        '  - {id: "2", zh: 管家批, for: call, approval: {before: ring, by: {field: house.keeper}}}\n'
        '  - {id: "3", zh: 逐项, for: call, checklist: {before: ring, who: {field: house.keeper}, items: {a: 甲}}}\n'
    )
    play = Play(law_of(clauses, LINKED))
    house = play.open("2026-03-02 09:00", "house", area=BAR)

    ruling = play.act(
        "ring", play.open("2026-03-02 09:00", "call", house=house.id), "2026-03-02 09:10", WU, ticks=frozenset({"t/r#3.a"})
    )

    assert {r.clause: r.unknown for r in ruling.refusals} == {
        "t/r#1": ("house.keeper",),
        "t/r#2": ("house.keeper",),
        "t/r#3": ("house.keeper",),
    }
