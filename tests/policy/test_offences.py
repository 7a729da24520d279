"""An offence is judged by the law, the posts and the day of when it happened, whenever it is found out."""

from __future__ import annotations

from dataclasses import replace

from shouwen.policy.org import Holding
from shouwen.policy.ruling import Enter, Tell
from tests.policy.laws import FANG, HE, NOUNS, SITE, SUN, WU, Play, at, faults_of, law_of, org

OFFENCES = NOUNS.replace(
    "  call:",
    "  offence:\n"
    "    title: {zh: 违规}\n"
    "    happened: happened_at\n"
    "    fields: {happened_at: {zh: 发生时间, type: datetime}, weight: {zh: 情节, type: number}}\n"
    "    steps: {reported: 已报, upheld: 已查实}\n"
    "    acts: {uphold: {zh: 查实, from: [reported], to: upheld}}\n"
    "  call:",
)
CLAUSES = (
    '  - {id: "1", zh: 扣分, for: offence, upon: uphold, penalises: {who: director, points: "2"}, versions: {"2026-04-01": {points: "5"}}}\n'
    '  - {id: "2", zh: 告知, for: offence, upon: uphold, notifies: {to: director}}\n'
)


def test_the_penalty_is_that_of_the_day_it_happened() -> None:
    play = Play(law_of(CLAUSES, OFFENCES))
    old = play.open("2026-04-02 09:00", "offence", happened_at=at("2026-03-31 23:00"))
    new = play.open("2026-04-02 09:00", "offence", happened_at=at("2026-04-01 00:00"))

    play.act("uphold", old, "2026-04-10 09:00", HE)
    play.act("uphold", new, "2026-04-10 09:00", HE)

    assert [(e.amount, e.happened) for e in play.effects(Enter)] == [(2, at("2026-03-31 23:00")), (5, at("2026-04-01 00:00"))]


def test_the_post_means_whoever_held_it_when_it_happened_but_notices_go_to_whoever_holds_it_now() -> None:
    changed = org()
    holdings = (
        *(h for h in changed.holdings if h.post != "director"),
        Holding(HE, "director", 0, None, at("2026-03-15 00:00")), Holding(WU, "director", 0, at("2026-03-15 00:00")),
    )  # fmt: skip
    play = Play(law_of(CLAUSES, OFFENCES), who=replace(changed, holdings=holdings))
    case = play.open("2026-03-20 09:00", "offence", happened_at=at("2026-03-10 12:00"))

    ruling = play.act("uphold", case, "2026-03-20 10:00", FANG)

    assert [e.who for e in ruling.effects if isinstance(e, Enter)] == [HE]
    assert [e.to for e in ruling.effects if isinstance(e, Tell)] == [(WU,)]


def test_the_entry_counts_for_the_day_it_happened() -> None:
    play = Play(law_of(CLAUSES, OFFENCES))
    case = play.open("2026-04-02 09:00", "offence", happened_at=at("2026-03-31 23:00"))

    play.act("uphold", case, "2026-04-10 09:00", HE)

    assert [e.at for e in play.world.entries] == [at("2026-03-31 23:00")]


def test_while_it_is_unknown_when_it_happened_nothing_is_kept_and_that_is_said() -> None:
    play = Play(law_of(CLAUSES, OFFENCES))
    case = play.open("2026-04-02 09:00", "offence")

    ruling = play.act("uphold", case, "2026-04-10 09:00", HE)

    assert ruling.allowed
    assert [e for e in ruling.effects if isinstance(e, Enter)] == []
    assert ruling.flags == (("t/r#1", ("happened_at",)),)


def test_happened_must_name_a_date_field() -> None:
    faults = faults_of("  []\n", OFFENCES.replace("happened: happened_at", "happened: weight"))

    assert any("happened 应为日期或时间字段" in f for f in faults)


def test_units_do_not_change_with_the_day_it_happened() -> None:
    play = Play(
        law_of('  - {id: "1", zh: 扣分, for: offence, upon: uphold, penalises: {who: repairer, points: "1"}}\n', OFFENCES),
        unit=SITE,
    )
    case = play.open("2026-04-02 09:00", "offence", happened_at=at("2026-03-31 23:00"))

    play.act("uphold", case, "2026-04-10 09:00", HE)

    assert sorted(e.who for e in play.effects(Enter)) == [SUN, WU]
