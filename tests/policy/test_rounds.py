"""The planner of rounds: which periods of the schedules-clauses begin when, and what coming round to a member does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from shouwen.policy.act import Ref
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.kinds.sampling import Take
from shouwen.policy.law import Law
from shouwen.policy.org import Org, StaffFact
from shouwen.policy.rounds import Occurrence, come_round, occurrences, periods, sample
from shouwen.policy.ruling import OpenCase, Promise
from shouwen.worktime import Calendar, UnknownYear, parse_span
from tests.policy.laws import BAR, FANG, HE, HU, NOUNS, SITE, SUN, WU, Play, at, faults_of, law_of, org

PLAIN = Calendar.build(hours={"mon-fri": "08:30-17:30"}, holidays="cn")
SEASONS = 'seasons: {rain: {zh: 雨季, from: "06-15", to: "08-31"}, winter: {zh: 冬季, from: "11-15", to: "03-15"}}\n'
A: dict[str, Any] = {"class": "a"}
B: dict[str, Any] = {"class": "b"}
GROUPS = "groups: {grand: {zh: 甲级房, of: house, when: {class: a}}}\n"


def ruled(clauses: str, extra: str = "") -> Law:
    """Return a law with schedules; `extra` are declarations beside the nouns."""
    return law_of(clauses, NOUNS.replace("clauses:\n", f"{extra}clauses:\n"))


def rounds(every: str, more: str = "", extra: str = "") -> Law:
    """Return a law with one schedules-clause over houses."""
    return ruled(
        f'  - {{id: "1", zh: 查房, schedules: {{open: job, for_each: house, every: {every}, with: {{house: this}}{more}}}}}\n',
        extra,
    )


def found(law: Law, after: str, until: str) -> list[tuple[str, str]]:
    """Return period and moment of each occurrence."""
    return [(o.period, f"{o.at:%Y-%m-%d %H:%M}") for o in occurrences(law, at(after), at(until))]


def test_a_month_comes_round_at_its_first_minute() -> None:
    law = rounds("1mo")

    assert found(law, "2026-02-28 23:59", "2026-04-15 12:00") == [
        ("2026-03", "2026-03-01 00:00"),
        ("2026-04", "2026-04-01 00:00"),
    ]


def test_the_stretch_of_time_is_open_at_its_beginning_and_closed_at_its_end() -> None:
    law = rounds("1mo")

    assert found(law, "2026-03-01 00:00", "2026-04-01 00:00") == [("2026-04", "2026-04-01 00:00")]
    assert found(law, "2026-02-01 00:00", "2026-02-28 23:59") == []


def test_two_stretches_give_what_their_union_gives() -> None:
    law = rounds("7d", ", during: rain", SEASONS)
    whole = found(law, "2026-06-01 00:00", "2026-09-30 00:00")

    parts = [*found(law, "2026-06-01 00:00", "2026-07-06 00:00"), *found(law, "2026-07-06 00:00", "2026-09-30 00:00")]

    assert parts == whole
    assert len(whole) == 12


@pytest.mark.parametrize(
    ("every", "first", "last", "names"),
    [
        ("1d", "2026-02-28", "2026-03-02", ["2026-02-28", "2026-03-01", "2026-03-02"]),
        ("7d", "2026-01-01", "2026-01-12", ["2026-W01", "2026-W02", "2026-W03"]),
        ("1w", "2027-01-03", "2027-01-04", ["2026-W53", "2027-W01"]),
        ("14d", "2026-03-01", "2026-03-31", ["2026-W08", "2026-W10", "2026-W12", "2026-W14"]),
        ("1mo", "2026-12-31", "2027-01-01", ["2026-12", "2027-01"]),
        ("3mo", "2026-02-01", "2026-07-01", ["2026-01", "2026-04", "2026-07"]),
        ("1y", "2026-12-31", "2027-01-01", ["2026", "2027"]),
        ("1wd", "2026-02-13", "2026-02-24", ["2026-02-13", "2026-02-14", "2026-02-24"]),
    ],
)
def test_periods_are_cut_from_the_calendar_and_named(every: str, first: str, last: str, names: list[str]) -> None:
    cut = periods(parse_span(every), PLAIN, date.fromisoformat(first), date.fromisoformat(last))

    assert [name for name, _, _ in cut] == names


@pytest.mark.parametrize("every", ["1d", "5d", "7d", "14d", "2w", "1mo", "2mo", "3mo", "1y"])
@pytest.mark.parametrize("week_starts", ["monday", "sunday", "saturday"])
def test_periods_follow_each_other_without_gap_or_overlap_wherever_one_begins_to_look(every: str, week_starts: str) -> None:
    calendar = Calendar.build(hours={"mon-fri": "08:30-17:30"}, week_starts=week_starts)
    whole = list(periods(parse_span(every), calendar, date(2025, 11, 1), date(2027, 2, 1)))

    assert all(end == following[1] for (_, _, end), following in pairwise(whole))
    assert len({name for name, _, _ in whole}) == len(whole)
    for look in (date(2026, 1, 1), date(2026, 5, 17), date(2026, 12, 31)):
        one = next(iter(periods(parse_span(every), calendar, look, look)))
        assert one in whole
        assert one[1] <= look < one[2]


def test_a_week_begins_on_the_first_weekday_of_the_calendar() -> None:
    sunday = Calendar.build(hours={"mon-fri": "08:30-17:30"}, week_starts="sunday")

    name, first, _ = next(iter(periods(parse_span("7d"), sunday, date(2026, 3, 4), date(2026, 3, 4))))

    assert (name, first) == ("2026-W10", date(2026, 3, 1))


def test_in_a_season_the_round_comes_on_the_first_day_of_the_period_that_lies_in_it() -> None:
    law = rounds("1mo", ", during: rain", SEASONS)

    assert found(law, "2026-01-01 00:00", "2026-12-31 00:00") == [
        ("2026-06", "2026-06-15 00:00"), ("2026-07", "2026-07-01 00:00"), ("2026-08", "2026-08-01 00:00"),
    ]  # fmt: skip


def test_a_season_may_run_over_new_year() -> None:
    law = rounds("1mo", ", during: winter", SEASONS)

    assert [p for p, _ in found(law, "2026-01-01 00:00", "2027-01-01 00:00")] == [
        "2026-02",
        "2026-03",
        "2026-11",
        "2026-12",
        "2027-01",
    ]


def test_each_period_is_asked_of_the_version_that_holds_on_its_day() -> None:
    law = ruled(
        '  - {id: "1", zh: 查房, schedules: {open: job, for_each: house, every: 1mo, with: {house: this}}, '
        'versions: {"2026-03-15": {every: 7d}, "2026-04-13": null}}\n'
    )

    assert [p for p, _ in found(law, "2026-02-15 00:00", "2026-06-01 00:00")] == [
        "2026-03",
        "2026-W12",
        "2026-W13",
        "2026-W14",
        "2026-W15",
    ]


def test_what_the_company_has_not_decided_does_not_come_round() -> None:
    assert found(rounds("unset"), "2026-01-01 00:00", "2027-01-01 00:00") == []
    assert found(rounds("1mo", ", during: unset"), "2026-01-01 00:00", "2027-01-01 00:00") == []
    assert rounds("unset").undecided == (("t/r#1", "every"),)


def test_working_days_of_an_unknown_year_are_an_error_not_a_guess() -> None:
    with pytest.raises(UnknownYear):
        occurrences(rounds("1wd"), at("2031-01-01 00:00"), at("2031-02-01 00:00"))


@pytest.mark.parametrize("every", ["2h", "30min", "0d", "2wd", "8wh"])
def test_a_span_the_calendar_cannot_be_cut_into_is_refused(every: str) -> None:
    faults = faults_of(f'  - {{id: "1", zh: 查房, schedules: {{open: job, for_each: house, every: {every}}}}}\n')

    assert any("不能作周期" in f for f in faults)


def test_a_season_needs_both_its_days() -> None:
    faults = faults_of("", NOUNS.replace("clauses:\n", 'seasons: {rain: {zh: 雨季, from: "06-15"}}\nclauses: []\n'))

    assert any("须写 from 和 to" in f for f in faults)


def test_the_act_that_asks_a_member_names_clause_period_and_member_for_ever() -> None:
    one = occurrences(rounds("1mo"), at("2026-02-28 00:00"), at("2026-03-01 00:00"))[0]

    act = come_round(one, Ref("record", "house", 7))

    assert (act.name, act.by, act.clause, act.row, act.at) == ("come_round", 0, "t/r#1", "2026-03", at("2026-03-01 00:00"))
    assert act.key == "t/r#1|2026-03|record:house:7"


def test_only_members_of_the_group_get_a_case_and_the_due_moment_stands_on_it() -> None:
    law = ruled(
        '  - {id: "1", zh: 查房, schedules: {open: job, for_each: grand, every: 1mo, due: end_of_month, with: {house: this}}}\n',
        GROUPS,
    )
    play = Play(law)
    play.clock("2026-02-20 09:00")
    grand = play.open("2026-02-20 09:00", "house", **A)
    play.open("2026-02-20 09:00", "house", **B)

    play.clock("2026-03-01 00:00")

    cases = [s for s in play.world.subjects.values() if s.noun == "job"]
    assert [c.fields["house"] for c in cases] == [grand.id]
    assert play.due(cases[0]) == {"1": "2026-04-01 00:00"}
    assert play.effects(Promise)[0].row == "2026-03"


def test_it_is_not_said_of_a_member_whether_it_belongs_while_a_fact_is_missing() -> None:
    law = ruled('  - {id: "1", zh: 查房, schedules: {open: job, for_each: grand, every: 1mo, with: {house: this}}}\n', GROUPS)
    one = occurrences(law, at("2026-02-28 00:00"), at("2026-03-01 00:00"))[0]

    ruling = decide(law, Facts(org=org(), unit=SITE), come_round(one, Ref("record", "house", 7)), one.at)

    assert ruling.effects == []
    assert ruling.flags == (("t/r#1", ("class",)),)


def test_the_condition_and_the_person_speak_of_the_member() -> None:
    law = ruled(
        '  - {id: "1", zh: 查房, when: {class: a}, schedules: {open: job, for_each: house, every: 1d, who: {field: keeper}, with: {house: this}}}\n'
    )
    one = occurrences(law, at("2026-03-01 00:00"), at("2026-03-02 00:00"))[0]
    act = come_round(one, Ref("record", "house", 7))

    opened = decide(law, Facts({"class": "a", "keeper": WU}, org=org(), unit=SITE), act, one.at)
    passed = decide(law, Facts({"class": "b", "keeper": WU}, org=org(), unit=SITE), act, one.at)
    nobody = decide(law, Facts({"class": "a"}, org=org(), unit=SITE), act, one.at)

    assert [(e.procedure, e.who, e.fields, e.unit) for e in opened.effects if isinstance(e, OpenCase)] == [
        ("job", (WU,), {"house": 7}, SITE)
    ]
    assert (passed.effects, passed.flags) == ([], ())
    assert (nobody.effects, nobody.flags) == ([], (("t/r#1", ("keeper",)),))


def test_the_same_case_ends_and_the_promise_with_it() -> None:
    play = Play(rounds("1mo", ", due: end_of_month, who: desk"))
    play.clock("2026-02-20 09:00")
    play.open("2026-02-20 09:00", "house", **A)
    play.clock("2026-03-01 00:00")
    case = next(s for s in play.world.subjects.values() if s.noun == "job")
    for name, moment in (
        ("take_over", "03-02 09:00"),
        ("assign", "03-02 09:00"),
        ("finish", "03-03 09:00"),
        ("close", "03-04 09:00"),
    ):
        assert play.act(name, case, f"2026-{moment}", FANG, fields={"fee": 0} if name == "finish" else {}).allowed

    assert case.deadlines == []
    assert play.world.done[-1].act == "kept:t/r#1"


def test_staff_come_round_by_their_posts_and_answer_for_themselves() -> None:
    law = ruled(
        '  - {id: "1", zh: 核单, when: {post: desk}, schedules: {open: job, for_each: staff, every: 1d, who: subject, with: {technician: this}}}\n'
    )
    play = Play(law)
    play.clock("2026-03-01 12:00")

    play.clock("2026-03-02 00:00")

    cases = [s for s in play.world.subjects.values() if s.noun == "job"]
    assert sorted((c.responsible, c.fields["technician"], c.unit) for c in cases) == [(FANG, FANG, SITE), (HU, HU, SITE)]


def test_without_for_each_every_unit_the_regulation_applies_to_gets_one() -> None:
    nouns = NOUNS.replace("title: {zh: 试验}", "title: {zh: 试验}\napplies_to: [venue]", 1)
    law = law_of('  - {id: "1", zh: 盘点, schedules: {open: job, every: 1mo}}\n', nouns)
    told = org()
    told = replace(told, units={**told.units, BAR: replace(told.units[BAR], kind="venue")})
    play = Play(law, who=told)
    play.clock("2026-02-20 00:00")

    play.clock("2026-03-01 00:00")

    assert [s.unit for s in play.world.subjects.values() if s.noun == "job"] == [BAR]


def test_a_storm_asks_every_house_once_in_the_name_of_whoever_declared_it() -> None:
    law = ruled(
        '  - {id: "1", zh: 暴雨查房, for: call, upon: open, obliges: {open: job, for_each: grand, within: 2h, who: {field: keeper}, with: {house: this, technician: actor}}}\n',
        GROUPS,
    )
    play = Play(law)
    houses = [play.open("2026-07-01 09:00", "house", keeper=SUN, **c) for c in (A, B, A)]

    play.open("2026-07-01 20:00", "call", by=HE)

    cases = [s for s in play.world.subjects.values() if s.noun == "job"]
    assert [(c.fields["house"], c.fields["technician"], c.responsible) for c in cases] == [
        (houses[0].id, HE, SUN),
        (houses[2].id, HE, SUN),
    ]
    assert [play.due(c) for c in cases] == [{"1": "2026-07-01 22:00"}] * 2


def test_coming_round_wants_the_facts_the_member_is_asked_for_and_nothing_of_the_others() -> None:
    nouns = NOUNS.replace(
        "keeper: {zh: 管家, type: staff}", "keeper: {zh: 管家, type: staff}, owner: {zh: 业主房, type: record, of: house}"
    )
    law = law_of('  - {id: "1", zh: 查房, when: {owner.class: a}, schedules: {open: job, for_each: house, every: 1d}}\n', nouns)

    assert law.on(date(2026, 3, 1)).needs("house", "come_round").links == {"owner"}
    assert law.on(date(2026, 3, 1)).needs("house", "amend").links == frozenset()


def test_one_round_wants_what_its_own_clause_and_the_exceptions_to_it_read() -> None:
    nouns = NOUNS.replace(
        "keeper: {zh: 管家, type: staff}",
        "keeper: {zh: 管家, type: staff}, owner: {zh: 业主房, type: record, of: house}, beside: {zh: 邻房, type: record, of: house}",
    )
    every = "schedules: {open: job, for_each: house, every: 1d}"
    day = law_of(
        f'  - {{id: "1", zh: 查房, when: {{owner.class: a}}, {every}}}\n'
        f'  - {{id: "2", zh: 通风, {every}}}\n'
        f'  - {{id: "3", zh: 邻房在住的不通风, overrides: "2", when: {{beside.class: a}}, {every}}}\n',
        nouns,
    ).on(date(2026, 3, 1))

    assert [day.needs_of_round("house", f"t/r#{n}").links for n in "123"] == [{"owner"}, {"beside"}, {"beside"}]
    assert day.needs_of_round("house", "t/r#gone").links == frozenset()


CUTS = ("2026-02-27 23:00", "2026-02-28 23:59:59.999999", "2026-03-01 00:00", "2026-03-01 00:00:00.000001", "2026-03-01 12:00",
        "2026-03-01 18:00", "2026-03-01 23:59:59.999999", "2026-03-02 00:00", "2026-03-02 05:59", "2026-03-31 23:59:59.999998",
        "2026-04-01 00:00", "2026-05-01 06:00")  # fmt: skip


def test_however_a_stretch_of_time_is_cut_the_same_comes_round() -> None:
    law = ruled(
        "".join(
            f'  - {{id: "{n}", zh: 查房, schedules: {{open: job, for_each: house, every: {every}{more}}}}}\n'
            for n, (every, more) in enumerate([("1d", ""), ("1wd", ""), ("7d", ""), ("1mo", ""), ("3mo", ", during: rain")], 1)
        )
        + '  - {id: "9", zh: 月底告知, for: house, upon: end_of_month, notifies: {to: desk}}\n'
        + '  - {id: "10", zh: 每日告知, for: house, upon: end_of_day, notifies: {to: desk}}\n',
        SEASONS,
    )

    whole = occurrences(law, at(CUTS[0]), at(CUTS[-1]))
    parts = [o for a, b in pairwise(CUTS) for o in occurrences(law, at(a), at(b))]

    assert parts == whole
    assert {o.clause for o in whole} == {f"t/r#{n}" for n in (1, 2, 3, 4, 9, 10)}


def test_a_clause_for_staff_loads_beside_the_others() -> None:
    law = ruled('  - {id: "1", zh: 核单, when: {post: desk, unit: given}, schedules: {open: job, for_each: staff, every: 1wd}}\n')
    one = occurrences(law, at("2026-03-01 12:00"), at("2026-03-02 00:00"))[0]
    here = Org(staff={9: StaffFact(9, "甲", SITE)}, holdings=org().holdings)

    ruling = decide(law, Facts(org=here), come_round(one, Ref("staff", "staff", 9)), one.at)

    assert ruling.effects == []
    assert ruling.allowed


def drawn(period: str, clause: str = "test/job#1") -> list[int]:
    """Two of fifty, by the lot of one period of one clause."""
    return sample(range(1, 51), Occurrence(at("2026-03-01 00:00"), clause, None, period, "house"), Take(2))


def test_a_sample_is_the_same_for_whoever_asks_again_and_in_whatever_order_they_come() -> None:
    o = Occurrence(at("2026-03-01 00:00"), "test/job#1", None, "2026-03", "house")

    assert drawn("2026-03") == [4, 8]  # the lot itself: a change of it would draw a month again that was drawn already
    assert sample(reversed(range(1, 51)), o, Take(2)) == [4, 8]
    assert 4 in sample([4, *range(9, 51)], o, Take(2))  # who was drawn stays drawn when others are not among them


def test_a_share_is_rounded_up_to_at_least_one_and_draws_whom_a_number_would() -> None:
    o, tenth = Occurrence(at("2026-03-01 00:00"), "test/job#1", None, "2026-03", "house"), Take(share=Fraction(1, 10))

    assert [len(sample(range(n), o, tenth)) for n in (0, 1, 10, 11, 20, 21)] == [0, 1, 1, 2, 2, 3]
    assert sample(range(1, 51), o, tenth) == sample(range(1, 51), o, Take(5))
    assert sample(range(1, 51), o, Take(share=Fraction(1))) == list(range(1, 51))
    assert sample(range(1, 51), o, None) == []


def test_another_period_and_another_clause_draw_others() -> None:
    months = [tuple(drawn(f"2026-{m:02}")) for m in range(1, 13)]

    assert len(set(months)) == 12
    assert drawn("2026-03", "test/job#2") != drawn("2026-03")
    assert all(len(set(month)) == 2 for month in months)


def test_who_is_drawn_is_nobodys_favourite() -> None:
    times = Counter(i for year in range(2000, 2100) for month in range(1, 13) for i in drawn(f"{year}-{month:02}"))

    assert len(times) == 50
    assert max(times.values()) < 2 * 48  # 48 each on average
