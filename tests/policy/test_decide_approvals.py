"""Approvals: an act that waits happens with the last yes."""

from __future__ import annotations

from dataclasses import replace

from shouwen.policy.org import Absence
from shouwen.policy.ruling import Ask, Ruling, Verdict
from shouwen.policy.subjects import Subject
from tests.policy.laws import FANG, HE, HU, SUN, WU, Play, at, law_of, org

REFUND = """
  - {id: "1", zh: 五百元以上完工须批准, for: job, when: {fee: "> 500CNY"}, approval: {before: finish, by: director}}
"""


def waiting(play: Play, fee: int = 60000, by: int = SUN) -> tuple[Subject, Ruling]:
    """Bring a job to where its finish waits for approval."""
    job = play.open("2026-03-02 09:00")
    play.act("assign", job, "2026-03-02 09:10")
    return job, play.act("finish", job, "2026-03-02 10:00", by, fields={"fee": fee})


def say(play: Play, job: Subject, name: str, by: int, moment: str = "2026-03-02 11:00") -> Ruling:
    """Answer the first approval of a job that waits."""
    row = str(next(a.id for a in job.approvals if not a.granted))
    return play.act(name, job, moment, by, row=row, reason="照章办理")


def test_an_act_that_needs_approval_waits_and_changes_nothing() -> None:
    play = Play(law_of(REFUND))

    job, ruling = waiting(play)

    assert ruling.outcome == "waiting"
    assert (job.step, job.fields) == ("assigned", {})
    assert [a.chain for a in play.effects(Ask)] == [((HE,),)]


def test_the_act_happens_with_the_last_yes_and_the_requester_is_its_actor() -> None:
    play = Play(law_of(REFUND))
    job, _ = waiting(play)

    say(play, job, "approve", HE)

    assert (job.step, job.fields["fee"], job.approvals) == ("done", 60000, [])
    assert (job.marks["finish"].by, job.marks["finish"].last) == ((SUN,), at("2026-03-02 11:00"))


def test_a_chain_is_asked_in_order() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, approval: {before: finish, by: [desk, director]}}\n'))
    job, _ = waiting(play)

    assert [r.code for r in say(play, job, "approve", HE).refusals] == ["not_approver"], "it is not his turn"
    say(play, job, "approve", HU)
    assert job.step == "assigned"
    say(play, job, "approve", HE)

    assert job.step == "done"


def test_one_of_a_post_is_enough_unless_all_are_asked() -> None:
    one = Play(law_of('  - {id: "1", zh: x, for: job, approval: {before: finish, by: desk}}\n'))
    every = Play(law_of('  - {id: "1", zh: x, for: job, approval: {before: finish, by: desk, all_of: yes}}\n'))
    first, _ = waiting(one)
    second, _ = waiting(every)

    say(one, first, "approve", FANG)
    say(every, second, "approve", FANG)
    assert (first.step, second.step) == ("done", "assigned")
    assert say(every, second, "approve", FANG).refused, "her yes is there already"
    say(every, second, "approve", HU)

    assert second.step == "done"


def test_two_approvals_of_one_act_must_both_be_given() -> None:
    play = Play(law_of(REFUND + '  - {id: "2", zh: x, for: job, approval: {before: finish, by: desk}}\n'))
    job, _ = waiting(play)

    first, second = job.approvals
    play.act("approve", job, "2026-03-02 11:00", HE, row=str(first.id))
    assert job.step == "assigned"
    play.act("approve", job, "2026-03-02 11:10", HU, row=str(second.id))

    assert job.step == "done"


def test_nobody_approves_their_own_request() -> None:
    play = Play(law_of('  - {id: "1", zh: x, for: job, approval: {before: finish, by: {post: director, else: desk}}}\n'))

    job, ruling = waiting(play, by=HE)

    assert ruling.outcome == "waiting"
    assert [a.chain for a in play.effects(Ask)] == [((FANG, HU),)], "where the requester is the only one, those of `else`"
    assert say(play, job, "approve", HE).refused
    assert say(play, job, "approve", HU).allowed


def test_a_request_that_only_its_requester_could_approve_is_refused_with_the_remedy() -> None:
    play = Play(law_of(REFUND))

    _, ruling = waiting(play, by=HE)

    assert [r.code for r in ruling.refusals] == ["no_approver"]
    assert "else" in ruling.text("zh")


def test_a_deputy_says_yes_in_absence_and_the_record_names_for_whom() -> None:
    away = Absence(HE, at("2026-03-01 00:00"), at("2026-03-10 00:00"), HU)
    play = Play(law_of(REFUND), who=org(absences=(away,)))
    job, _ = waiting(play)

    assert say(play, job, "approve", WU).refused
    assert say(play, job, "approve", HU).allowed

    assert [v.for_whom for v in play.effects(Verdict)] == [HE]
    assert job.step == "done"


def test_a_deputy_who_asked_does_not_approve_the_own_request() -> None:
    away = Absence(HE, at("2026-03-01 00:00"), at("2026-03-10 00:00"), SUN)
    play = Play(law_of(REFUND), who=org(absences=(away,)))
    job, _ = waiting(play, by=SUN)

    assert say(play, job, "approve", SUN).refused


def test_gates_are_judged_again_when_the_yes_comes() -> None:
    clauses = REFUND + '  - {id: "2", zh: 中午以后不得完工, for: job, requires: {before: finish, not_after: "12:00"}}\n'
    play = Play(law_of(clauses))
    job, _ = waiting(play)

    play.last = say(play, job, "approve", HE, "2026-03-02 13:00")

    assert play.last.allowed, "the yes itself is allowed"
    assert job.step == "assigned", "but the act it was for is refused now"
    assert [r.clause for s in play.world.said for r in s.ruling.refusals] == ["t/r#2"]


def test_gates_are_judged_at_the_request_so_that_nobody_is_asked_in_vain() -> None:
    clauses = REFUND + '  - {id: "2", zh: x, for: job, requires: {before: finish, fields: [count]}}\n'
    play = Play(law_of(clauses))

    job, ruling = waiting(play)

    assert ruling.refused
    assert job.approvals == []


def test_a_no_ends_it_and_the_act_may_be_asked_again() -> None:
    play = Play(law_of(REFUND))
    job, _ = waiting(play)

    say(play, job, "disapprove", HE)
    assert (job.step, job.approvals) == ("assigned", [])

    assert play.act("finish", job, "2026-03-02 12:00", fields={"fee": 60000}).outcome == "waiting"


def test_a_no_comes_with_its_reason() -> None:
    play = Play(law_of(REFUND))
    job, _ = waiting(play)
    row = str(job.approvals[0].id)

    ruling = play.act("disapprove", job, "2026-03-02 11:00", HE, row=row, reason=" ")

    assert [(r.code, r.missing) for r in ruling.refusals] == [("no_reason", ("reason",))]
    assert len(job.approvals) == 1, "it still waits"


def test_only_the_requester_withdraws_a_request() -> None:
    play = Play(law_of(REFUND))
    job, _ = waiting(play)

    assert [r.code for r in say(play, job, "withdraw", HE).refusals] == ["not_yours"]
    assert say(play, job, "withdraw", SUN).allowed

    assert job.approvals == []


def test_clocks_keep_running_while_an_act_waits() -> None:
    clauses = REFUND + '  - {id: "2", zh: x, for: job, deadline: {until: finish, within: 2h}}\n'
    play = Play(law_of(clauses))
    job, _ = waiting(play)

    assert play.due(job) == {"2": "2026-03-02 11:00"}


def test_below_the_limit_nothing_is_asked() -> None:
    play = Play(law_of(REFUND))

    job, ruling = waiting(play, fee=50000)

    assert ruling.allowed
    assert job.step == "done"


def test_who_approves_may_follow_from_a_table() -> None:
    clauses = """
  - id: "1"
    zh: 按金额批准
    for: job
    approval: {before: finish, by: table}
    columns: [fee, by]
    table:
      - ["<= 100CNY", desk]
      - ["> 100CNY", [desk, director]]
"""
    small, large = Play(law_of(clauses)), Play(law_of(clauses))

    waiting(small, fee=10000)
    waiting(large, fee=10001)

    assert [a.chain for a in small.effects(Ask)] == [((FANG, HU),)]
    assert [a.chain for a in large.effects(Ask)] == [((FANG, HU), (HE,))]


def test_the_approver_of_an_act_can_be_named_afterwards() -> None:
    clauses = REFUND + '  - {id: "2", zh: 批准的人不得结案, for: job, excludes: {who: {decided: finish}, acts: [close]}}\n'
    play = Play(law_of(clauses))
    job, _ = waiting(play)
    say(play, job, "approve", HE)

    assert play.act("close", job, "2026-03-02 12:00", HE).refused
    assert play.act("close", job, "2026-03-02 12:00", SUN).allowed


def test_an_approval_that_is_over_cannot_be_given_again() -> None:
    play = Play(law_of(REFUND))
    job, _ = waiting(play)
    gone = job.approvals[0]
    say(play, job, "approve", HE)

    again = play.act("approve", job, "2026-03-02 11:30", HE, row=str(replace(gone).id))

    assert [r.code for r in again.refusals] == ["no_approval"]
