"""Who reads which cases: what the company lets its posts see is the ground; clauses (`reads`) add to it and limit it, from a day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shouwen.policy.law import Law
from shouwen.policy.org import Absence, Holding
from shouwen.policy.reading_rights import Ground, readable, readings
from tests.policy.laws import BAR, FANG, HE, HQ, HU, MEI, SITE, SUN, at, faults_of, law_of, org

ANYBODY = Ground()
NOON = at("2026-03-02 12:00")
GIVES = '  - {id: "1", zh: 店长看各部门的, for: job, reads: {who: {post: manager, of: any}}}\n'
NONE = '  - {id: "0", zh: x, says: {}}\n'
LIMITS = '  - {id: "2", zh: 只给前台看, for: job, reads: {who: desk, only: "yes"}}\n'


def seen(law: Law, person: int, *absences: Absence, ground: Ground = ANYBODY, day: str = "2026-03-02") -> set[int]:
    """In which units somebody reads jobs."""
    ours = org(absences=absences)
    reads = readable(readings(law.on(date.fromisoformat(day))), ours, person, NOON, ground)
    return {unit for unit in (0, *ours.units) if reads("job", unit)}


def test_without_a_clause_the_companys_setting_holds() -> None:
    law = law_of(NONE)

    assert seen(law, MEI) == {BAR}
    assert seen(law, MEI, ground=Ground(sees=lambda post: post != "manager")) == set()


def test_a_clause_gives_a_post_the_cases_of_every_unit() -> None:
    assert seen(law_of(GIVES), MEI) == {0, HQ, SITE, BAR}
    assert seen(law_of(GIVES), SUN) == seen(law_of(NONE), SUN), "nobody else"


def test_a_post_the_company_lets_see_nothing_is_given_what_the_clause_says_and_in_its_own_units_where_it_says_no_more() -> None:
    blind = Ground(sees=lambda post: post != "manager")

    assert seen(law_of(GIVES.replace("{post: manager, of: any}", "manager")), MEI, ground=blind) == {BAR}


def test_who_administers_or_audits_is_given_nothing() -> None:
    assert seen(law_of(GIVES), MEI, ground=Ground(sees=lambda _: False, apart=lambda post: post == "manager")) == set()


def test_a_limit_leaves_the_cases_to_the_posts_it_names_and_gives_them_no_more_than_they_saw() -> None:
    before, after = law_of(NONE), law_of(LIMITS)

    assert seen(after, HE) == set(), "the head of the unit is no desk"
    assert seen(after, FANG) == seen(before, FANG)
    assert seen(after, FANG, ground=Ground(sees=lambda post: post != "desk")) == set()


def test_what_one_clause_limits_another_may_give() -> None:
    both = law_of(GIVES + LIMITS)

    assert seen(both, MEI) == {0, HQ, SITE, BAR}
    assert seen(both, SUN) == set()
    assert seen(both, HU) == seen(law_of(NONE), HU)


def test_an_exception_silences_the_clause_and_a_version_begins_on_its_day() -> None:
    freed = law_of(LIMITS + '  - {id: "3", zh: 例外, for: job, overrides: "2", reads: {who: manager}}\n')
    dated = law_of(LIMITS.replace('only: "yes"}', 'only: "no"}, versions: {"2026-07-01": {only: "yes"}}'))

    assert seen(freed, SUN) == seen(law_of(NONE), SUN)
    assert seen(dated, SUN, day="2026-06-30") == seen(law_of(NONE), SUN)
    assert seen(dated, SUN, day="2026-07-01") == set()


def test_whoever_stands_in_reads_what_the_clause_gives_the_post_of_the_one_who_is_away() -> None:
    away = Absence(MEI, at("2026-03-01 00:00"), at("2026-03-05 00:00"), SUN)

    assert seen(law_of(GIVES), SUN, away) == {0, HQ, SITE, BAR}


@pytest.mark.parametrize(
    ("clause", "zh"),
    [
        ("for: job, reads: {who: responsible}", "看是按岗位的"),
        ("for: job, reads: {who: {field: technician}}", "看是按岗位的"),
        ("for: job, reads: {who: {post: desk, of: field house.area}}", "看是按岗位的"),
        ("for: job, reads: {who: {post: desk, of: any, else: director}}", "看是按岗位的"),
        ("for: house, reads: {who: desk}", "能定谁看的只有事项"),
        ("for: job, when: {urgency: urgent}, reads: {who: desk}", "reads 不用 when"),
        ("for: job, upon: close, reads: {who: desk}", "reads 不用 upon"),
    ],
)
def test_what_cannot_be_a_right_to_read_is_said_at_its_place(clause: str, zh: str) -> None:
    assert any(zh in fault for fault in faults_of(f'  - {{id: "1", zh: x, {clause}}}\n'))


def test_a_holding_that_has_ended_gives_nothing() -> None:
    gone = Holding(MEI, "manager", BAR, until=at("2026-03-01 00:00"))

    assert not readable(readings(law_of(GIVES).on(date(2026, 3, 2))), replace(org(), holdings=(gone,)), MEI, NOON)("job", BAR)
