"""A bare post is that of the unit a matter belongs to: said so where somebody holds it elsewhere, and never a round for nobody."""

from __future__ import annotations

import pytest

from shouwen.policy.org import Org
from shouwen.policy.ruling import OpenCase, Report
from tests.policy.laws import BAR, FANG, HQ, MEI, NOUNS, SITE, Play, law_of, org

BARE = "  - {id: '1', zh: 只许店长, en: Managers only, for: job, permits: {who: manager, acts: [reply]}}\n"
ANY = BARE.replace("who: manager", "who: {post: manager, of: any}")
ASKED = "  - {id: '1', zh: 店长批准, en: Managers approve, for: job, approval: {before: reply, by: manager}}\n"
MEASURE = "measures: {closed: {zh: 结案数, count: job.close, per: unit, over: calendar_month}}\n"


def test_whoever_holds_the_post_in_another_unit_is_told_so() -> None:
    play = Play(law_of(BARE))
    job = play.open("2026-03-02 09:00")

    (mei,) = play.act("reply", job, "2026-03-02 09:10", MEI).refusals
    (fang,) = play.act("reply", job, "2026-03-02 09:20", FANG).refusals

    assert "请由店长办理;您任此岗位是在酒吧,这里要的是园区的" in mei.text("zh")
    assert "you hold it in 酒吧, wanted is that of 园区" in mei.text("en")
    assert "酒吧" not in fang.text("zh")


def test_a_post_of_any_unit_is_another_sentence_and_lets_everybody_in_who_holds_it() -> None:
    play = Play(law_of(ANY))
    job = play.open("2026-03-02 09:00")

    assert play.act("reply", job, "2026-03-02 09:10", MEI).allowed
    assert law_of(ANY).versions["t/r#1"][0].sentence() == "报修:回复只能由店长(不论部门)办理"
    assert law_of(BARE).versions["t/r#1"][0].sentence() == "报修:回复只能由店长办理"


def test_where_nobody_here_may_approve_it_is_said_who_holds_the_post_elsewhere() -> None:
    play = Play(law_of(ASKED))
    (refusal,) = play.act("reply", play.open("2026-03-02 09:00"), "2026-03-02 09:10", FANG).refusals

    assert "现在没有可以批准的人" in refusal.text("zh")
    assert "园区没有店长,只在酒吧有" in refusal.text("zh")
    assert "nobody in 园区 is 店长, only in 酒吧" in refusal.text("en")


def rounds(clause: str, who: Org, nouns: str = "") -> list[int]:
    """Return the units in which the first of April opened a case, or brought a report."""

    play = Play(law_of(clause, NOUNS.replace("clauses:", f"{nouns}clauses:")), who=who)
    play.clock("2026-03-31 12:00")
    play.clock("2026-04-01 12:00")
    return sorted(e.unit for e in play.effects(OpenCase)) or sorted(len(e.to) for e in play.effects(Report))


def test_a_round_of_every_unit_passes_over_those_where_nobody_holds_the_post() -> None:
    monthly = "  - {id: '1', zh: x, schedules: {open: call, every: 1mo, who: WHO}}\n"

    assert rounds(monthly.replace("WHO", "desk"), org()) == [SITE]
    assert rounds(monthly.replace("WHO", "manager"), org()) == [BAR]
    assert rounds(monthly.replace("WHO", "responsible"), org()) == [HQ, SITE, BAR]
    assert rounds(monthly.replace("WHO", "{post: desk, else: director}"), org()) == [HQ, SITE, BAR]


def test_a_round_for_a_post_nobody_holds_anywhere_is_opened_for_whoever_gets_it() -> None:
    nobody = Org(org().units, org().staff, tuple(h for h in org().holdings if h.post != "desk"))

    assert rounds("  - {id: '1', zh: x, schedules: {open: call, every: 1mo, who: desk}}\n", nobody) == [HQ, SITE, BAR]


@pytest.mark.parametrize(("to", "found"), [("desk", [2]), ("{post: desk, of: any}", [2, 2, 2])])
def test_a_report_of_every_unit_is_made_where_somebody_gets_it(to: str, found: list[int]) -> None:
    report = f"  - {{id: '1', zh: x, reports: {{measures: closed, every: 1mo, to: {to}}}}}\n"

    assert rounds(report, org(), MEASURE) == found
