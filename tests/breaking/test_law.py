"""Attempts against the law itself: acts that bring what they should not, dates set back, approvals and holds turned inside out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shouwen.policy.act import Act, Evidence, Ref
from shouwen.policy.org import Absence
from shouwen.policy.ruling import Attest, Breach, Ruling, Settle
from shouwen.policy.subjects import Subject
from shouwen.worktime import parse_span
from tests.policy.laws import FANG, HE, HU, LI, NOUNS, SUN, WU, Play, at, faults_of, law_of, org, signed

CONSENT = """
  - {id: "1", for: job, when: {quote: "> 0"}, requires: {before: finish, evidence: {consent: customer}, covers: [quote]}}
"""
REPLY = '  - {id: "1", for: job, deadline: {from: open, until: reply, within: 2h}}\n'
BY_DESK = '  - {id: "1", for: job, approval: {before: finish, by: desk}}\n'
BY_TABLE = """
  - id: "1"
    for: job
    approval: {before: finish, by: table}
    columns: [quote, by]
    table:
      - ["<= 500CNY", desk]
      - ["> 500CNY", director]
"""


def codes(ruling: Ruling) -> list[str]:
    return [r.code for r in ruling.refusals]


def dated(play: Play, name: str, job: Subject, moment: str, entered: str, by: int = SUN, **more: Any) -> Ruling:
    """Do an act that is entered later than it is said to have happened, without letting the clock run."""
    return play.world.act(Act(name, Ref(job.kind, job.noun, job.id), by, at(moment), **more), at(entered))


def assigned(clauses: str, **fields: Any) -> tuple[Play, Subject]:
    """Return a job that was assigned."""
    play = Play(law_of(clauses))
    job = play.open("2026-03-02 09:00", **fields)
    play.act("assign", job, "2026-03-02 09:10")
    assert job.step == "assigned"
    return play, job


def answer(play: Play, job: Subject, name: str, by: int, moment: str) -> Ruling:
    return play.act(name, job, moment, by, row=str(next(a.id for a in job.approvals if not a.granted)), reason="照章")


# ---- what an act may bring


def test_an_act_cannot_take_away_the_fact_another_clause_rests_on() -> None:
    play, job = assigned(CONSENT, quote=300_000)

    ruling = play.act("reply", job, "2026-03-02 09:20", fields={"quote": 0})

    assert (codes(ruling), job.fields["quote"]) == (["no_field"], 300_000)
    assert "报价" in ruling.text()
    assert "更正" in ruling.text()
    assert "amend" in ruling.text("en")


def test_nor_can_the_very_act_a_gate_stands_before_once_the_fact_is_known() -> None:
    play, job = assigned(CONSENT, quote=300_000)

    assert codes(play.act("finish", job, "2026-03-02 10:00", fields={"quote": 0})) == ["no_field"]


def test_but_what_the_gate_misses_may_come_with_the_act() -> None:
    play, job = assigned(CONSENT)

    assert play.act("finish", job, "2026-03-02 10:00").refusals[0].unknown == ("quote",)
    assert play.act("finish", job, "2026-03-02 10:00", fields={"quote": 0}).allowed


def test_the_same_value_again_changes_nothing_and_harms_nobody() -> None:
    play, job = assigned(CONSENT, quote=300_000)

    assert play.act("reply", job, "2026-03-02 09:20", fields={"quote": 300_000}).allowed


def test_an_opening_does_not_bring_what_a_later_act_asks_for() -> None:
    play = Play(law_of('  - {id: "1", for: job, permits: {who: director, acts: [finish]}}\n'))

    with pytest.raises(KeyError):  # nothing was opened
        play.open("2026-03-02 09:00", fee=100)

    assert play.last is not None
    assert codes(play.last) == ["no_field"]


def test_amend_brings_any_field_and_the_law_brings_what_its_clause_says() -> None:
    play, job = assigned(
        '  - {id: "1", for: job, upon: reply, obliges: {open: call, who: desk, with: {job: this, happy: "yes"}}}\n'
    )

    assert play.act("amend", job, "2026-03-02 09:20", fields={"fee": 100, "quote": 5}).allowed
    assert play.act("reply", job, "2026-03-02 09:30").allowed
    assert [s.fields for s in play.world.subjects.values() if s.noun == "call"] == [{"job": job.id, "happy": True}]


# ---- acts in the past


def test_nothing_happens_on_a_case_before_it_was_opened() -> None:
    play = Play(law_of(REPLY))
    job = play.open("2026-03-02 09:00")

    ruling = dated(play, "reply", job, "2025-03-02 08:00", "2026-03-02 12:00")

    assert codes(ruling) == ["too_early"]
    assert play.due(job) == {"1": "2026-03-02 11:00"}


def test_a_change_dated_before_the_consent_does_not_leave_the_consent_standing() -> None:
    play, job = assigned(CONSENT, quote=3_000)
    play.act("amend", job, "2026-03-02 10:00", fields={"quote": 3_000}, evidence=signed("customer", LI))

    ruling = dated(play, "amend", job, "2026-03-02 09:30", "2026-03-02 10:10", fields={"quote": 300_000})

    assert (codes(ruling), ruling.refusals[0].clause) == (["too_early"], "t/r#1")
    assert job.fields["quote"] == 3_000


def test_a_change_after_the_consent_makes_it_fall() -> None:
    play, job = assigned(CONSENT, quote=3_000)
    play.act("amend", job, "2026-03-02 10:00", fields={"quote": 3_000}, evidence=signed("customer", LI))
    play.act("amend", job, "2026-03-02 10:01", fields={"quote": 300_000})

    assert play.act("finish", job, "2026-03-02 10:20").refusals[0].missing == ("consent",)


@pytest.mark.parametrize("over", ["business_day", "week", "calendar_month", "3h"])
def test_a_quota_is_not_empty_a_minute_before_it_was_used(over: str) -> None:
    play = Play(law_of(f'  - {{id: "1", for: job, limits: {{act: reply, to: 1, per: actor, over: {over}}}}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("reply", job, "2026-03-02 10:00")

    assert [r.clause for r in dated(play, "reply", job, "2026-03-02 09:59", "2026-03-02 10:10").refusals] == ["t/r#1"]


def test_what_is_entered_late_is_not_what_was_done_last() -> None:
    play = Play(law_of('  - {id: "1", for: job, requires: {before: assign, that: {since.reply: ">= 1h"}}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("reply", job, "2026-03-02 10:00")
    dated(play, "reply", job, "2026-03-02 09:01", "2026-03-02 10:05")

    assert (job.marks["reply"].first, job.marks["reply"].last) == (at("2026-03-02 09:01"), at("2026-03-02 10:00"))
    assert play.act("assign", job, "2026-03-02 10:30").refused


# ---- what was missed is missed, however late the clock is


@pytest.mark.parametrize("act", ["extend", "amend", "move", "hold", "close"])
def test_no_act_unmakes_a_breach_the_clock_has_yet_to_see(act: str) -> None:
    law = law_of("""
  - {id: "1", for: job, when: {urgency: urgent}, deadline: {from: visit_at, until: finish, within: 2h}}
  - {id: "2", for: job, upon: {breach: "1"}, penalises: {who: responsible, points: 2}}
""")
    play = Play(law)
    job = play.open("2026-03-02 09:00", urgency="urgent", visit_at=at("2026-03-02 09:00"))
    play.act("assign", job, "2026-03-02 09:10")
    job.step = "done" if act == "close" else job.step
    fields: dict[str, dict[str, Any]] = {
        "extend": {"span": parse_span("1h")}, "amend": {"urgency": "normal"}, "move": {"visit_at": at("2026-03-03 09:00")},
    }  # fmt: skip

    dated(play, act, job, "2026-03-02 11:30", "2026-03-02 11:30", fields=fields.get(act, {}))
    if act == "hold":
        dated(play, "resume", job, "2026-03-02 11:40", "2026-03-02 11:40")
    play.clock("2026-03-02 12:00")

    assert [(b.cite.clause, b.at) for b in play.effects(Breach)] == [("t/r#1", at("2026-03-02 11:00"))]
    assert [e.amount for e in (entry.enter for entry in play.world.entries)] == [2]


def test_an_act_that_ends_a_missed_promise_says_both() -> None:
    play, job = assigned(
        '  - {id: "1", for: job, when: {urgency: urgent}, deadline: {from: open, until: finish, within: 2h}}\n', urgency="urgent"
    )

    dated(play, "amend", job, "2026-03-02 12:00", "2026-03-02 12:00", fields={"urgency": "slow"})

    assert [type(e) for e in play.world.said[-1].ruling.effects if isinstance(e, Breach | Settle)] == [Breach, Settle]


# ---- hold, resume, extend


def test_a_hold_does_not_end_before_it_began_nor_where_there_is_none() -> None:
    play = Play(law_of(REPLY))
    job = play.open("2026-03-02 09:00")

    assert codes(play.act("resume", job, "2026-03-02 09:10")) == ["not_held"]
    play.act("hold", job, "2026-03-02 10:00")
    assert codes(dated(play, "resume", job, "2026-03-02 09:30", "2026-03-02 10:10")) == ["too_early"]
    assert play.act("resume", job, "2026-03-02 10:30").allowed
    assert play.due(job) == {"1": "2026-03-02 11:30"}


@pytest.mark.parametrize(
    ("fields", "clause", "code"),
    [({"span": "0min"}, "", "no_span"), ({"span": "1h"}, "t/r#99", "no_promise"), ({}, "", "missing")],
)
def test_an_extension_that_extends_nothing_is_refused(fields: dict[str, str], clause: str, code: str) -> None:
    play = Play(law_of(REPLY))
    job = play.open("2026-03-02 09:00")

    read = {k: parse_span(v) for k, v in fields.items()}

    assert codes(play.act("extend", job, "2026-03-02 09:10", fields=read, clause=clause)) == [code]
    assert "extend" not in job.marks


def test_extending_beyond_the_end_of_time_is_refused_and_not_an_error() -> None:
    play = Play(law_of(REPLY))
    job = play.open("2026-03-02 09:00")

    rulings = [play.act("extend", job, "2026-03-02 09:10", fields={"span": parse_span("200y")}) for _ in range(45)]

    assert codes(rulings[-1]) == ["out_of_range"]
    assert rulings[0].allowed


@pytest.mark.parametrize("act", ["hand_over", "extend", "link", "merge"])
def test_an_act_that_is_nothing_without_its_field_is_refused_without_it(act: str) -> None:
    play = Play(law_of(REPLY))
    job = play.open("2026-03-02 09:00")

    assert play.act(act, job, "2026-03-02 09:10").refusals[0].missing


# ---- approvals


def test_who_decides_is_asked_again_when_the_facts_changed_while_the_act_waited() -> None:
    play, job = assigned(BY_TABLE, quote=10_000)
    assert play.act("finish", job, "2026-03-02 09:20").outcome == "waiting"
    play.act("amend", job, "2026-03-02 09:21", fields={"quote": 10_000_000})

    answer(play, job, "approve", FANG, "2026-03-02 09:22")

    assert (job.step, [a.chain for a in job.approvals]) == ("assigned", [((HE,),)])
    answer(play, job, "approve", HE, "2026-03-02 09:23")
    assert job.step == "done"


def test_a_second_clause_that_comes_to_hold_meanwhile_is_asked_once_and_then_it_is_enough() -> None:
    play, job = assigned(
        BY_DESK + '  - {id: "2", for: job, when: {count: "> 3"}, approval: {before: finish, by: director}}\n', count=Decimal(1)
    )
    play.act("finish", job, "2026-03-02 09:20")
    play.act("amend", job, "2026-03-02 09:21", fields={"count": Decimal(5)})

    answer(play, job, "approve", FANG, "2026-03-02 09:22")
    answer(play, job, "approve", HE, "2026-03-02 09:23")

    assert (job.step, job.approvals) == ("done", [])


def test_an_act_asked_for_with_other_values_does_not_hide_behind_the_first_request() -> None:
    play, job = assigned(BY_DESK)
    play.act("finish", job, "2026-03-02 09:20", fields={"fee": 9_000})

    assert codes(play.act("finish", job, "2026-03-02 09:21", fields={"fee": 900_000})) == ["waits_already"]
    assert play.act("finish", job, "2026-03-02 09:21", fields={"fee": 9_000}).outcome == "waiting"
    assert [a.act.fields for a in job.approvals] == [{"fee": 9_000}]


def test_an_opening_that_waits_is_not_opened_around_its_approval() -> None:
    play = Play(law_of('  - {id: "1", for: job, when: {quote: "> 500CNY"}, approval: {before: open, by: director}}\n'))
    job = play.open("2026-03-02 09:00", quote=1_000_000)

    assert codes(play.act("open", job, "2026-03-02 09:10", fields={"quote": 1})) == ["open_already"]
    for act, fields in {"amend": {"quote": 1}, "hold": {}, "hand_over": {"to": WU}, "reply": {}}.items():
        assert codes(play.act(act, job, "2026-03-02 09:20", fields=fields)) == ["not_open"], act
    answer(play, job, "disapprove", HE, "2026-03-02 09:30")
    assert codes(play.act("open", job, "2026-03-02 09:40", fields={"quote": 1})) == ["open_already"]


def test_no_answer_is_given_before_the_request() -> None:
    play, job = assigned(BY_DESK)
    play.act("finish", job, "2026-03-02 09:20")

    assert codes(dated(play, "approve", job, "2026-03-02 09:19", "2026-03-02 09:30", FANG, row=str(job.approvals[0].id))) == [
        "too_early"
    ]


def test_a_chain_that_ends_in_advice_is_no_approval_and_does_not_load() -> None:
    said = faults_of('  - {id: "1", for: job, approval: {before: finish, by: [desk, {advises: director}]}}\n')

    assert any("不能只提意见" in line for line in said)


def test_whoever_is_barred_by_what_the_act_brings_does_not_approve_it() -> None:
    play, job = assigned(
        BY_DESK + '  - {id: "2", for: job, when: {fee: "> 0"}, excludes: {who: {field: technician}, acts: [finish]}}\n',
        technician=HU,
    )
    play.act("finish", job, "2026-03-02 09:20", fields={"fee": 100})

    chain = job.approvals[0].chain
    assert HU not in chain[0]
    job.approvals = [replace(job.approvals[0], chain=((HU, FANG),))]
    assert codes(answer(play, job, "approve", HU, "2026-03-02 09:30")) == ["not_approver"]


def test_the_requester_does_not_approve_as_a_deputy_either() -> None:
    away = Absence(HE, at("2026-03-01 00:00"), at("2026-03-10 00:00"), SUN)
    play = Play(law_of('  - {id: "1", for: job, approval: {before: finish, by: director}}\n'), who=org(absences=(away,)))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("finish", job, "2026-03-02 09:20", SUN)

    assert codes(answer(play, job, "approve", SUN, "2026-03-02 09:30")) == ["not_approver"]


# ---- evidence and reasons


def test_a_reason_of_blanks_passes_no_gate() -> None:
    play, job = assigned('  - {id: "1", for: job, requires: {before: finish, fields: [count], pass: {by: repairer}}}\n')

    assert play.act("finish", job, "2026-03-02 10:00", reason="  \n").refused
    assert play.act("finish", job, "2026-03-02 10:00", reason="停电").allowed


@pytest.mark.parametrize("shown", [Evidence("second_person"), Evidence("second_person", "staff", SUN)])
def test_a_second_person_is_somebody_and_somebody_else(shown: Evidence) -> None:
    play, job = assigned('  - {id: "1", for: job, requires: {before: finish, evidence: second_person}}\n')

    assert play.act("finish", job, "2026-03-02 10:00", evidence=(shown,)).refused
    assert play.act("finish", job, "2026-03-02 10:00", evidence=(Evidence("second_person", "staff", WU),)).allowed


def test_nobody_signs_for_a_colleague_with_a_click() -> None:
    play, job = assigned(
        '  - {id: "1", for: job, requires: {before: finish, evidence: {signature: {field: technician}}}}\n', technician=WU
    )

    forged, paper = Evidence("signature", "staff", WU), Evidence("signature", "staff", WU, 77)
    assert play.act("finish", job, "2026-03-02 10:00", SUN, evidence=(forged,)).refused
    assert play.act("finish", job, "2026-03-02 10:00", SUN, evidence=(paper,)).allowed


def test_a_signature_nobody_has_seen_is_the_word_of_whoever_claims_it() -> None:
    clause = '  - {id: "1", for: job, requires: {before: finish, evidence: {signature: customer}}}\n'
    for attachment, strength in ((0, "self"), (77, "signed")):
        play, job = assigned(clause)
        play.act("finish", job, "2026-03-02 10:00", evidence=(Evidence("signature", "customer", LI, attachment),))
        assert [e.strength for e in play.effects(Attest)] == [strength]


# ---- packs


def test_persons_declared_by_each_other_are_a_fault_and_not_an_endless_loop() -> None:
    said = faults_of("""
  - {id: "1", for: job, requires: {before: reply, by: a}}
persons: {a: {zh: 甲, is: b}, b: {zh: 乙, is: {superior_of: a}}}
""")

    assert any("互相引用" in line for line in said)


@pytest.mark.parametrize("name", ["come_round", "deadline_passed", "approve", "stands", "派工", "a" * 61])
def test_no_pack_names_an_act_as_the_clock_does_or_so_that_no_program_can_send_it(name: str) -> None:
    nouns = """
regulation: r
title: {zh: 试验}
procedures:
  job:
    title: {zh: 报修}
    steps: {received: 已受理, closed: 已结案}
    acts: {NAME: {zh: 结案, from: [received], to: closed}}
clauses:
""".replace("NAME", name)

    assert faults_of('  - {id: "1", for: job, says: {}}\n', nouns)


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("regulation: r\n", "regulation: r/x#1\n"),
        ("  job:\n", "  工单:\n"),
        ("{zh: 报修}\n", "{zh: 报修}\n    number: 这个编号太长了\n"),
    ],
)
def test_names_that_no_column_could_keep_are_faults_of_the_pack(was: str, is_: str) -> None:
    assert faults_of('  - {id: "1", for: call, says: {}}\n', NOUNS.replace(was, is_, 1))
