"""Whoever stands in for somebody who is away does what their post may, as long as they are away; what binds one person stays theirs."""

from __future__ import annotations

from shouwen.policy.org import Absence
from tests.policy.laws import FANG, HU, MEI, SUN, WU, Play, at, law_of, org

REPAIRERS = "  - {id: '1', zh: 只许维修人员, for: job, permits: {who: repairer, acts: [reply, assign]}}\n"
OWN = "  - {id: '1', zh: 只许立项人, for: job, permits: {who: {did: open}, acts: [reply]}}\n"
SIGNED = "  - {id: '1', zh: 派工须由维修人员, for: job, requires: {before: assign, by: repairer}}\n"
PASSED = "  - {id: '1', zh: 须有报价, for: job, requires: {before: reply, fields: [quote], pass: {by: repairer}}}\n"
BARRED = REPAIRERS + "  - {id: '2', zh: 店长不得, for: job, excludes: {who: {post: manager, of: any}, acts: [reply]}}\n"
AWAY = Absence(SUN, at("2026-03-02 00:00"), at("2026-03-03 00:00"), HU)


def test_a_deputy_may_what_the_post_of_whoever_is_away_may_and_only_meanwhile() -> None:
    play = Play(law_of(REPAIRERS), who=org(absences=(AWAY,)))
    job = play.open("2026-03-02 09:00")

    assert play.act("reply", job, "2026-03-02 09:10", FANG).refused, "nobody has named them"
    assert play.act("reply", job, "2026-03-02 09:20", HU).allowed
    assert play.act("assign", job, "2026-03-03 09:00", HU).refused, "whoever was away is back"
    assert play.act("assign", job, "2026-03-03 09:10", SUN).allowed


def test_a_deputy_of_another_site_does_the_work_of_the_post_there() -> None:
    away = Absence(SUN, at("2026-03-02 00:00"), at("2026-03-03 00:00"), MEI)
    play = Play(law_of(REPAIRERS), who=org(absences=(away,)))

    assert play.act("reply", play.open("2026-03-02 09:00"), "2026-03-02 09:10", MEI).allowed


def test_a_deputy_who_is_away_too_stands_in_for_nobody() -> None:
    both = (AWAY, Absence(HU, at("2026-03-02 08:00"), at("2026-03-02 12:00")))
    play = Play(law_of(REPAIRERS), who=org(absences=both))
    job = play.open("2026-03-02 09:00")

    assert play.act("reply", job, "2026-03-02 09:10", HU).refused
    assert play.act("reply", job, "2026-03-02 12:00", HU).allowed


def test_a_gate_that_wants_a_post_is_passed_by_its_deputy_and_so_is_one_that_a_post_may_let_pass() -> None:
    signed, passed = (Play(law_of(c), who=org(absences=(AWAY,))) for c in (SIGNED, PASSED))

    assert signed.act("assign", signed.open("2026-03-02 09:00"), "2026-03-02 09:10", HU).allowed
    assert signed.act("assign", signed.open("2026-03-02 09:00"), "2026-03-02 09:20", FANG).refused
    assert passed.act("reply", passed.open("2026-03-02 09:00"), "2026-03-02 09:10", HU, reason="客户急等").allowed
    assert passed.act("reply", passed.open("2026-03-02 09:00"), "2026-03-02 09:20", FANG, reason="客户急等").refused


def test_what_is_asked_of_the_person_who_did_something_no_deputy_does_for_them() -> None:
    play = Play(law_of(OWN), who=org(absences=(AWAY,)))
    job = play.open("2026-03-02 09:00", by=SUN)

    assert play.act("reply", job, "2026-03-02 09:10", HU).refused
    assert play.act("reply", job, "2026-03-02 09:20", SUN).allowed


def test_whom_a_clause_bars_it_bars_in_person_and_not_because_they_stand_in() -> None:
    away = (Absence(MEI, at("2026-03-02 00:00"), at("2026-03-03 00:00"), WU), AWAY)
    play = Play(law_of(BARRED), who=org(absences=away))
    job = play.open("2026-03-02 09:00")

    assert play.act("reply", job, "2026-03-02 09:10", WU).allowed, (
        "a repairer himself: that he stands in for a manager bars nothing"
    )
    for_a_repairer = Absence(SUN, at("2026-03-02 00:00"), at("2026-03-03 00:00"), MEI)
    barred = Play(law_of(BARRED), who=org(absences=(for_a_repairer,)))
    assert barred.act("reply", barred.open("2026-03-02 09:00"), "2026-03-02 09:10", MEI).refused, "her own bar stays hers"
