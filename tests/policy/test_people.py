"""Who is meant: person words, resolved as of the moment the fact happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shouwen.policy.act import Act, Ref
from shouwen.policy.env import Env
from shouwen.policy.errors import Faults
from shouwen.policy.facts import Facts, Mark
from shouwen.policy.org import Absence, Holding, Org, Shift, StaffFact, UnitFact
from shouwen.policy.paths import Names
from shouwen.policy.people import Who, WhoReader
from shouwen.policy.reading import Reader
from shouwen.policy.source import read_text
from shouwen.worktime import Calendar
from tests.policy.laws import BAR, FANG, HE, HQ, HU, LI, MEI, SITE, SUN, WU, at, law_of, org

LAW = law_of('  - {id: "1", zh: x, says: {}}\n')
NOON = at("2026-03-02 12:00")
PERSONS = {"signer": read_text("{zh: 签发人, is: {decided: finish}}", "p.yaml")}


def read(text: str) -> tuple[Who, list[str]]:
    """Return a person word, and what is wrong with it."""
    faults = Faults()
    names = Names(LAW.nouns, {}, {}, {}, LAW.posts, Reader(faults), LAW.nouns["job"])
    return WhoReader(names, PERSONS).who(read_text(text, "w.yaml")), [f.zh for f in faults.found]


def env(fields: Mapping[str, Any] | None = None, *, by: int = SUN, company: Org | None = None, **facts: Any) -> Env:
    """Return a job at the site, of a customer, about to be acted on by somebody."""
    known = dict(fields or {})
    told = {"unit": SITE, "responsible": FANG, "first_asked": HU, "customer": LI, **facts}
    act = Act("reply", Ref("case", "job", 7), by, NOON)
    return Env(
        Facts(known, org=company or org(), **told), act, NOON, LAW.nouns["job"], Calendar.build(hours="00:00-24:00"), {}, known
    )


def people(text: str, here: Env) -> tuple[int, ...]:
    """Return who is meant."""
    who, wrong = read(text)
    assert not wrong
    return who.people(here)


def mark(*who: int) -> Mark:
    """Return that an act was done by these."""
    return Mark(len(who), NOON, NOON, who)


@pytest.mark.parametrize(
    ("text", "wanted", "zh"),
    [
        ("responsible", (FANG,), "责任人"),
        ("first_asked", (HU,), "首问人"),
        ("actor", (SUN,), "经办人"),
        ("customer", (LI,), "客户"),
        ("repairer", (SUN, WU), "维修人员"),
        ("{post: repairer}", (SUN, WU), "维修人员"),
        ("{post: manager}", (), "店长"),
        ("{post: manager, of: any}", (MEI,), "店长(不论部门)"),
        ("{post: manager, of: field house.area}", (MEI,), "房屋片区的店长"),
        ("{did: reply}", (WU, SUN), "回复的人"),
        ("{did: job.reply}", (WU, SUN), "报修回复的人"),
        ("{not_did: reply}", (HE, FANG, HU, MEI), "未回复的人"),
        ("{decided: finish}", (HE,), "批准完工的人"),
        ("signer", (HE,), "签发人"),
        ("{field: technician}", (WU,), "技师"),
        ("field technician", (WU,), "技师"),
        ("{field: house.keeper}", (HU,), "房屋的管家"),
        ("{head_of: unit}", (HE,), "所在部门负责人"),
        ("{superior_of: responsible}", (HE,), "责任人的上级"),
        ("{superior_of: director}", (), "主任的上级"),
        ("{deputy_of: responsible}", (FANG,), "责任人或其代理人"),
        ("{on_duty: desk}", (FANG, HU), "当班的前台"),
        ("{post: manager, else: {post: director}}", (HE,), "店长(没有则主任)"),
        ("{field: technician, else: responsible}", (WU,), "技师(没有则责任人)"),
    ],
)
def test_each_person_word_means_whom_it_says(text: str, wanted: tuple[int, ...], zh: str) -> None:
    here = env(
        {"technician": WU, "house": 5}, marks={"reply": mark(WU, SUN), "approved:finish": mark(HE)},
        links={"house": {"area": BAR, "keeper": HU}},
    )  # fmt: skip
    who, _ = read(text)

    assert people(text, here) == wanted
    assert who.zh == zh


def test_a_person_nobody_knows_is_unknown_and_not_nobody() -> None:
    who, _ = read("{field: technician}")
    other, _ = read("{field: technician, else: responsible}")

    assert who.unknown(env())
    assert not other.unknown(env())
    assert other.people(env()) == (FANG,)


def test_a_post_of_the_nearest_unit_upwards_counts() -> None:
    assert people("director", env(unit=SITE)) == (HE,)
    assert people("desk", env(unit=HQ)) == (), "posts of a unit below do not answer for the one above"


def test_posts_are_those_of_the_moment() -> None:
    company = Org(
        {SITE: UnitFact(SITE, "园区")}, {SUN: StaffFact(SUN, "孙", SITE), WU: StaffFact(WU, "吴", SITE)},
        (Holding(SUN, "repairer", SITE, until=at("2026-03-01 00:00")), Holding(WU, "repairer", SITE,
        since=at("2026-03-01 00:00"))),
    )  # fmt: skip

    assert people("repairer", env(company=company)) == (WU,)


def test_whoever_is_away_is_stood_in_for_by_the_deputy_unless_that_one_is_away_too() -> None:
    away = Absence(FANG, at("2026-03-01 00:00"), at("2026-03-03 00:00"), HU)
    both = (away, Absence(HU, at("2026-03-01 00:00"), at("2026-03-03 00:00")))

    assert people("{deputy_of: responsible}", env(company=org(absences=(away,)))) == (HU,)
    assert people("{deputy_of: responsible}", env(company=org(absences=both))) == (FANG,)
    assert people("{on_duty: desk}", env(company=org(absences=(away,)))) == (HU,)


def test_a_shift_says_who_is_on_duty() -> None:
    base = org()
    company = Org(
        base.units, base.staff, base.holdings, (), (Shift(HU, "desk", SITE, at("2026-03-02 08:00"), at("2026-03-02 20:00")),)
    )

    assert people("{on_duty: desk}", env(company=company)) == (HU,)


def test_the_head_of_a_unit_is_no_superior_of_oneself() -> None:
    assert people("{superior_of: actor}", env(by=HE)) == ()
    assert people("{superior_of: actor}", env(by=MEI)) == (HE,)


def test_what_a_person_word_rests_on_is_known_so_that_it_can_be_gathered() -> None:
    law = law_of("""
  - {id: "1", zh: x, for: job, upon: reply, notifies: {to: {field: house.keeper}}}
  - {id: "2", zh: x, for: job, permits: {who: {post: manager, of: field house.area}, acts: [close]}}
  - {id: "3", zh: x, for: job, upon: assign, notifies: {to: {superior_of: {field: technician, else: {field: house.keeper}}}}}
""")
    day = law.on(NOON.date())

    assert day.needs("job", "reply").links == {"house"}
    assert day.needs("job", "close").links == {"house"}
    assert day.needs("job", "assign").links == {"house"}
    assert day.needs("job", "note").links == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("directer", "director"), ("{post: repairman}", "repairer"), ("{did: replay}", "reply"), ("{did: jub.reply}",
        "job.reply"),
        ("{field: fee}", "不是人员"), ("{field: technicien}", "technician"), ("{of: unit}", "没有写明是谁"), ("{boss_of: actor}",
        "没有“boss_of”这个键"),
    ],
)  # fmt: skip
def test_a_person_word_that_means_nobody_is_refused(text: str, said: str) -> None:
    _, wrong = read(text)

    assert any(said in w for w in wrong), wrong
