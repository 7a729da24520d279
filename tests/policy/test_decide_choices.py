"""Choices, acts of the law itself, tasks and tellings: what happens upon an act, and in which order."""

from __future__ import annotations

from shouwen.policy.ruling import Enter, OpenTask, Perform, Tell
from tests.policy.laws import FANG, HE, HU, LI, NOUNS, SUN, WU, Play, faults_of, law_of


def test_a_choice_is_made_before_the_gates_and_promises_that_read_it() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: 多件的紧急, for: job, when: {count: ">= 3"}, classifies: {field: urgency, is: urgent}}\n'
        '  - {id: "2", zh: 紧急的须预约, for: job, when: {urgency: urgent}, requires: {before: assign, fields: [visit_at]}}\n'
        '  - {id: "3", zh: 紧急的一小时, for: job, when: {urgency: urgent}, deadline: {until: reply, within: 1h}}\n'
    ))  # fmt: skip

    job = play.open("2026-03-02 09:00", count=3)

    assert job.fields["urgency"] == "urgent"
    assert play.due(job) == {"3": "2026-03-02 10:00"}
    assert play.act("assign", job, "2026-03-02 09:10").refused


def test_a_live_choice_follows_the_facts_it_rests_on() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, when: {count: ">= 3"}, classifies: {field: urgency, is: urgent}}\n'
        '  - {id: "2", zh: x, for: job, when: {count: "< 3"}, classifies: {field: urgency, is: normal}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00", count=3)

    play.act("amend", job, "2026-03-02 09:10", FANG, fields={"count": 1})

    assert job.fields["urgency"] == "normal"


def test_a_choice_whose_condition_nobody_knows_does_nothing_and_is_flagged() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, when: {count: ">= 3"}, classifies: {field: urgency, is: urgent}}\n'))

    job = play.open("2026-03-02 09:00")

    assert "urgency" not in job.fields
    assert play.last is not None
    assert play.last.flags == (("t/r#1", ("count",)),)


def test_a_table_chooses_and_an_unknown_axis_gives_no_answer() -> None:
    clauses = """
  - id: "1"
    zh: 按件数定
    for: job
    classifies: {field: urgency}
    columns: [count, is]
    table:
      - ["< 2", slow]
      - ["[2..4)", normal]
      - [">= 4", urgent]
"""
    play = Play(law_of(clauses))

    opened = [play.open("2026-03-02 09:00"), *(play.open("2026-03-02 09:00", count=n) for n in (1, 2, 3, 4))]

    assert [job.fields.get("urgency") for job in opened] == [None, "slow", "normal", "normal", "urgent"]


def test_two_answers_to_one_question_are_refused_at_load() -> None:
    found = faults_of(
        '  - {id: "1", zh: x, for: job, when: {count: "> 3"}, classifies: {field: urgency, is: urgent}}\n'
        '  - {id: "2", zh: x, for: job, when: {paid: yes}, classifies: {field: urgency, is: normal}}\n'
    )

    assert len(found) == 1
    assert "overrides" in found[0]


def test_answers_that_can_never_meet_are_no_contradiction() -> None:
    assert not faults_of(
        '  - {id: "1", zh: x, for: job, when: {count: "> 3"}, classifies: {field: urgency, is: urgent}}\n'
        '  - {id: "2", zh: x, for: job, when: {count: "<= 3"}, classifies: {field: urgency, is: normal}}\n'
    )


def test_the_law_proposes_candidates_in_order_and_leaves_the_choice_to_a_person() -> None:
    facts = "facts:\n  near: {zh: 远近, type: number}\n"
    clauses = '  - {id: "1", zh: x, for: job, upon: assign, assigns: {field: technician, from: repairer, prefer: [-near]}}\n'
    play = Play(law_of(clauses, NOUNS.replace("clauses:\n", facts + "clauses:\n")))
    play.world.named["near"] = {SUN: 9, WU: 2}
    job = play.open("2026-03-02 09:00")

    ruling = play.act("assign", job, "2026-03-02 09:10", FANG)

    assert ruling.proposals == {"technician": (WU, SUN)}
    assert "technician" not in job.fields


def test_what_the_law_does_itself_goes_to_the_best_of_those_who_do_not_have_it_yet() -> None:
    facts = "facts:\n  near: {zh: 远近, type: number}\n"
    clauses = (
        '  - {id: "1", zh: x, for: job, upon: move, assigns: {field: technician, from: repairer, prefer: [-near]}}\n'
        '  - {id: "2", zh: x, for: job, upon: reply, performs: {act: move}}\n'
    )
    play = Play(law_of(clauses, NOUNS.replace("clauses:\n", facts + "clauses:\n")))
    play.world.named["near"] = {SUN: 9, WU: 2}
    by_law, by_hand = play.open("2026-03-02 09:00"), play.open("2026-03-02 09:00")
    for job in (by_law, by_hand):
        play.act("assign", job, "2026-03-02 09:10", FANG, fields={"technician": WU})

    play.act("reply", by_law, "2026-03-02 10:00", FANG)
    play.act("move", by_hand, "2026-03-02 10:00", FANG)

    assert (by_law.fields["technician"], by_hand.fields["technician"]) == (SUN, WU)


def test_the_only_candidate_is_the_answer_unless_somebody_was_named() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: assign, assigns: {to: {superior_of: actor}}}\n'))
    job = play.open("2026-03-02 09:00")

    play.act("assign", job, "2026-03-02 09:10", FANG)

    assert job.responsible == HE


def test_the_law_does_an_act_itself_and_it_passes_the_same_gates() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, upon: finish, performs: {act: close}}\n'
        '  - {id: "2", zh: x, for: job, when: {paid: no}, requires: {before: close, fields: [count]}}\n'
    ))  # fmt: skip
    paid, owing = play.open("2026-03-02 09:00", paid=True), play.open("2026-03-02 09:00", paid=False)
    for job in (paid, owing):
        play.act("assign", job, "2026-03-02 09:10")
        play.act("finish", job, "2026-03-02 10:00")

    assert (paid.step, owing.step) == ("closed", "done")
    assert [p.act.name for p in play.effects(Perform)] == ["close", "close"]


def test_a_task_goes_to_a_post_and_whoever_holds_it_may_claim_and_complete_it() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: finish, obliges: {task: inspect, who: desk, within: 1h}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("finish", job, "2026-03-02 10:00")
    task = job.tasks[0]

    assert [(t.post, t.who) for t in play.effects(OpenTask)] == [("desk", (FANG, HU))]
    assert [r.code for r in play.act("complete", job, "2026-03-02 10:10", SUN, row=str(task.id)).refusals] == ["not_your_task"]
    play.act("claim", job, "2026-03-02 10:10", HU, row=str(task.id))
    assert [t.who for t in job.tasks] == [(HU,)]
    play.act("complete", job, "2026-03-02 10:20", HU, row=str(task.id))

    assert job.tasks == []
    assert play.due(job) == {}


def test_a_task_done_by_an_act_is_done_with_it() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: assign, obliges: {task: inspect, who: desk, done_by: finish}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    assert [r.code for r in play.act("complete", job, "2026-03-02 10:00", FANG, row=str(job.tasks[0].id)).refusals] == [
        "task_by_act"
    ]
    play.act("finish", job, "2026-03-02 10:00")

    assert job.tasks == []


def test_each_person_is_told_once_and_the_customer_is_told_as_one() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, upon: open, notifies: {to: [desk, responsible, customer]}}\n'))

    play.open("2026-03-02 09:00")

    assert [(t.to, t.customer) for t in play.effects(Tell)] == [((FANG, HU), LI)]


def test_money_and_points_go_into_their_books_for_whom_they_are_meant() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, upon: finish, when: {fee: "> 0"}, books: {book: fine, who: customer, plus: field fee}}\n'
        '  - {id: "2", zh: x, for: job, upon: finish, rewards: {who: actor, points: 5, book: points}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("finish", job, "2026-03-02 10:00", fields={"fee": 1250})

    assert [(e.book, e.party, e.who, e.amount) for e in play.effects(Enter)] == [
        ("fine", "customer", LI, 1250),
        ("points", "staff", SUN, 5),
    ]


def test_two_clauses_may_not_charge_one_book_for_one_event() -> None:
    found = faults_of(
        '  - {id: "1", zh: x, for: job, upon: finish, penalises: {who: actor, points: 1}}\n'
        '  - {id: "2", zh: x, for: job, upon: finish, penalises: {who: actor, points: 2}}\n'
    )

    assert len(found) == 1


def test_the_same_question_has_the_same_answer() -> None:
    clauses = """
  - {id: "1", zh: x, for: job, upon: open, notifies: {to: desk}}
  - {id: "2", zh: x, for: job, deadline: {until: reply, within: 1h}}
"""

    first, second = Play(law_of(clauses)), Play(law_of(clauses))
    first.open("2026-03-02 09:00")
    second.open("2026-03-02 09:00")

    assert first.last == second.last
