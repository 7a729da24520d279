"""Gates: what they refuse, whom, and what they say would make the act lawful."""

from __future__ import annotations

import pytest

from shouwen.policy.act import Evidence
from shouwen.policy.ruling import Attest, Breach, Enter, Pass
from tests.policy.laws import BAR, FANG, HE, HU, LI, MEI, SUN, WU, Play, at, law_of, signed


def test_an_unknown_fact_refuses_in_a_gate_and_is_named() -> None:
    play = Play(
        law_of('  - {id: "1", zh: 收费先付, for: job, when: {fee: "> 0"}, requires: {before: finish, that: {paid: yes}}}\n')
    )
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    ruling = play.act("finish", job, "2026-03-02 10:00")

    assert ruling.refused
    assert [(r.clause, r.code, r.unknown) for r in ruling.refusals] == [("t/r#1", "unknown", ("fee",))]
    assert "收费" in ruling.text("zh")
    assert not ruling.effects


def test_a_gate_says_what_is_missing_and_passes_once_it_is_there() -> None:
    play = Play(law_of('  - {id: "1", zh: 完工须填收费, for: job, requires: {before: finish, fields: [fee, count]}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    assert play.act("finish", job, "2026-03-02 10:00", fields={"count": 2}).refusals[0].missing == ("fee",)
    ruling = play.act("finish", job, "2026-03-02 10:00", fields={"fee": 0, "count": 2})

    assert ruling.allowed
    assert job.step == "done"


def test_a_refused_act_changes_nothing() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, requires: {before: assign, fields: [visit_at]}}\n'))
    job = play.open("2026-03-02 09:00")

    play.act("assign", job, "2026-03-02 09:10", fields={"technician": SUN})

    assert (job.step, job.fields) == ("received", {})


def test_all_gates_speak_at_once() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, requires: {before: assign, fields: [visit_at]}}\n'
        '  - {id: "2", zh: x, for: job, excludes: {who: first_asked, acts: [assign]}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00")

    ruling = play.act("assign", job, "2026-03-02 09:10", FANG)

    assert {r.clause for r in ruling.refusals} == {"t/r#1", "t/r#2"}


def test_permits_closes_an_act_to_all_whom_no_permits_names() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, permits: {who: repairer, acts: [finish]}}\n'
        '  - {id: "2", zh: x, for: job, permits: {who: [responsible], acts: [finish]}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    assert play.act("finish", job, "2026-03-02 10:00", HU).refused
    assert play.act("note", job, "2026-03-02 10:00", HU).allowed, "an act no permits names is open to all"
    assert play.act("finish", job, "2026-03-02 10:00", FANG).allowed, "the second permits names her"


def test_a_permits_whose_condition_does_not_hold_names_nobody() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, when: {urgency: urgent}, permits: {who: director, acts: [assign]}}\n'))

    urgent, normal = play.open("2026-03-02 09:00", urgency="urgent"), play.open("2026-03-02 09:00", urgency="normal")

    assert play.act("assign", urgent, "2026-03-02 09:10", SUN).refused
    assert play.act("assign", normal, "2026-03-02 09:10", SUN).allowed


def test_persons_are_barred_by_what_they_did() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: 完工后回访, for: job, upon: finish, obliges: {open: call, who: desk, with: {job: this}}}\n'
        '  - {id: "2", zh: 完工的人不得回访, for: call, excludes: {who: {did: job.finish}, acts: [ring]}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("finish", job, "2026-03-02 10:00", SUN)
    call = next(s for s in play.world.subjects.values() if s.noun == "call")

    assert play.act("ring", call, "2026-03-02 11:00", SUN).refused
    assert play.act("ring", call, "2026-03-02 11:00", HU).allowed


def test_a_gate_about_persons_refuses_everybody_while_nobody_knows_whom_it_means() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, excludes: {who: {field: technician}, acts: [close, assign]}}\n'))
    job = play.open("2026-03-02 09:00")

    ruling = play.act("assign", job, "2026-03-02 09:10", HU)

    assert ruling.refused
    assert ruling.refusals[0].unknown


def test_a_gate_that_warns_lets_the_act_happen_and_says_so() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, requires: {before: assign, fields: [visit_at], or: warn}}\n'))
    job = play.open("2026-03-02 09:00")

    ruling = play.act("assign", job, "2026-03-02 09:10")

    assert ruling.allowed
    assert [w.clause for w in ruling.warnings] == ["t/r#1"]
    assert not play.effects(Breach)


def test_a_gate_that_records_lets_the_act_happen_as_a_breach_with_its_penalty() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, requires: {before: assign, fields: [visit_at], or: record}}\n'
        '  - {id: "2", zh: x, upon: {breach: "1"}, penalises: {who: actor, points: 3}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00")

    assert play.act("assign", job, "2026-03-02 09:10", WU).allowed

    assert [(b.owes, b.gate) for b in play.effects(Breach)] == [((WU,), True)]
    assert [(e.who, e.amount) for e in play.effects(Enter)] == [(WU, 3)]


def test_a_post_may_pass_a_gate_with_a_reason_and_only_with_one() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, requires: {before: assign, fields: [visit_at], pass: {by: director}}}\n'))
    job = play.open("2026-03-02 09:00")

    assert play.act("assign", job, "2026-03-02 09:10", HE).refused, "no reason"
    assert play.act("assign", job, "2026-03-02 09:10", SUN, reason="赶时间").refused, "not his to pass"
    assert play.act("assign", job, "2026-03-02 09:10", HE, reason="客户不在").allowed

    assert [(p.by, p.reason) for p in play.effects(Pass)] == [(HE, "客户不在")]


def test_evidence_must_come_from_the_person_it_is_asked_of() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, requires: {before: finish, evidence: {consent: customer}}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    assert play.act("finish", job, "2026-03-02 10:00", evidence=signed("customer", LI + 1)).refused
    assert play.act("finish", job, "2026-03-02 10:00", evidence=(Evidence("photo"),)).refused
    assert play.act("finish", job, "2026-03-02 10:00", evidence=signed("customer", LI)).allowed


@pytest.mark.parametrize(("attachment", "strength"), [(0, "self"), (8, "signed")])
def test_evidence_is_as_strong_as_what_is_attached_else_it_rests_on_the_actors_word(attachment: int, strength: str) -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, requires: {before: finish, evidence: {consent: customer}}}\n'))
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")

    play.act("finish", job, "2026-03-02 10:00", evidence=(Evidence("consent", "customer", LI, attachment),))

    assert [(a.what, a.strength) for a in play.effects(Attest)] == [(("consent",), strength)]


def test_consent_to_a_quote_falls_when_the_quote_changes() -> None:
    play = Play(
        law_of('  - {id: "1", zh: x, for: job, requires: {before: finish, evidence: {consent: customer}, covers: quote}}\n')
    )
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    play.act("amend", job, "2026-03-02 09:20", FANG, fields={"quote": 3000}, evidence=signed("customer", LI))
    play.act("amend", job, "2026-03-02 09:30", FANG, fields={"quote": 5000})

    assert play.act("finish", job, "2026-03-02 10:00").refused
    play.act("amend", job, "2026-03-02 10:10", FANG, fields={"quote": 5000}, evidence=signed("customer", LI))

    assert play.act("finish", job, "2026-03-02 10:20").allowed


def test_an_act_may_not_happen_before_or_after_a_moment() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: x, for: job, requires: {before: reply, not_before: "10:00"}}\n'
        '  - {id: "2", zh: x, for: job, requires: {before: reply, not_after: visit_at}}\n'
    ))  # fmt: skip
    job = play.open("2026-03-02 09:00", visit_at=at("2026-03-02 15:00"))

    assert play.act("reply", job, "2026-03-02 09:59").refused
    assert play.act("reply", job, "2026-03-02 10:00").allowed
    assert play.act("reply", job, "2026-03-02 15:00").allowed
    assert play.act("reply", job, "2026-03-02 15:01").refused


def test_ticks_are_asked_item_by_item() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, checklist: {before: assign, items: {keys: 钥匙已带, tools: 工具已带}}}\n'))
    job = play.open("2026-03-02 09:00")

    ruling = play.act("assign", job, "2026-03-02 09:10", ticks=frozenset({"t/r#1.keys"}))
    assert [r.missing for r in ruling.refusals] == [("t/r#1.tools",)]

    assert play.act("assign", job, "2026-03-02 09:10", ticks=frozenset({"t/r#1.keys", "t/r#1.tools"})).allowed


def test_the_exception_speaks_and_the_rule_is_silent_while_it_holds() -> None:
    play = Play(law_of(
        '  - {id: "1", zh: 须预约, for: job, requires: {before: assign, fields: [visit_at]}}\n'
        '  - {id: "2", zh: 紧急的不用, for: job, when: {urgency: urgent}, overrides: "1", '
        'requires: {before: assign, fields: [technician]}}\n'
    ))  # fmt: skip
    urgent, normal = play.open("2026-03-02 09:00", urgency="urgent"), play.open("2026-03-02 09:00", urgency="normal")

    assert play.act("assign", urgent, "2026-03-02 09:10", fields={"technician": SUN}).allowed
    assert [r.clause for r in play.act("assign", normal, "2026-03-02 09:10", fields={"technician": SUN}).refusals] == ["t/r#1"]


@pytest.mark.parametrize(
    ("per", "over", "second", "allowed"),
    [
        ("case", "", "2026-03-09 10:00", False),
        ("actor", "business_day", "2026-03-02 18:00", False),
        ("actor", "business_day", "2026-03-03 08:00", True),
        ("actor", "calendar_month", "2026-03-31 10:00", False),
        ("actor", "calendar_month", "2026-04-01 00:00", True),
        ("actor", "24h", "2026-03-03 09:09", False),
        ("actor", "24h", "2026-03-03 09:11", True),
    ],
)  # fmt: skip
def test_a_quota_counts_per_somebody_over_a_window(per: str, over: str, second: str, allowed: bool) -> None:
    window = f", over: {over}" if over else ""
    play = Play(law_of(f'  - {{id: "1", zh: x, for: job, limits: {{act: reply, to: 1, per: {per}{window}}}}}\n'))
    one, other = play.open("2026-03-02 09:00"), play.open("2026-03-02 09:00")
    play.act("reply", one, "2026-03-02 09:10", SUN)

    again = play.act("reply", one if per == "case" else other, second, SUN)

    assert again.allowed is allowed
    assert play.act("reply", other, second, WU).allowed is True, "another person, another case"


def test_a_quota_of_a_business_day_runs_past_midnight_where_the_night_belongs_to_the_day_before() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, limits: {act: reply, to: 1, per: actor, over: business_day}}\n'), unit=BAR)
    one, other = play.open("2026-03-02 21:00", by=MEI), play.open("2026-03-02 21:00", by=MEI)
    play.act("reply", one, "2026-03-02 23:00", MEI)

    assert play.act("reply", other, "2026-03-03 01:00", MEI).refused, "the same evening"
    assert play.act("reply", other, "2026-03-03 06:00", MEI).allowed, "the next business day has begun"


def test_the_shape_refuses_what_does_not_fit_and_says_when_it_would() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h}}\n'))
    job = play.open("2026-03-02 09:00")

    assert [r.code for r in play.act("finish", job, "2026-03-02 09:10").refusals] == ["wrong_step"]
    assert "已派工" in play.act("finish", job, "2026-03-02 09:10").text("zh")
    assert [r.code for r in play.act("dance", job, "2026-03-02 09:10").refusals] == ["no_act"]
    assert [r.code for r in play.act("assign", job, "2026-03-02 09:10", fields={"colour": 1}).refusals] == ["no_field"]
    play.act("hold", job, "2026-03-02 09:20")
    assert [r.code for r in play.act("assign", job, "2026-03-02 09:30").refusals] == ["held"]
    play.act("resume", job, "2026-03-02 09:40")
    for act in ("assign", "finish", "close"):
        assert play.act(act, job, "2026-03-02 10:00").allowed
    assert [r.code for r in play.act("amend", job, "2026-03-02 11:00").refusals] == ["closed"]
    assert play.act("reopen", job, "2026-03-02 11:00").allowed
    assert job.step == "received"
