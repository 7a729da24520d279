"""Entering a year of holidays: what was refused is then decided, the rest of the company's text stays, later laws keep the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.base.errors import FieldError, Forbidden
from shouwen.cases import holidays
from shouwen.cases.company_text import carried_over, with_years, year_block
from shouwen.cases.enactments import Laws, enact, law_at, sources_of
from shouwen.cases.models import Enactment
from shouwen.ops.cast import Cast
from shouwen.policy.company import read_company
from shouwen.staff import org
from shouwen.worktime import parse_span
from shouwen.worktime.notice import YearOff, read_notice
from tests.cases.law import enacted, sources
from tests.world import NOW, at, cast, reader

NOTICE = """关于2027年部分节假日安排的通知
一、元旦：1月1日至3日放假，共3天。
二、春节：2月5日至11日放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日至5日放假，共3天。
四、劳动节：5月1日至5日放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日放假，共1天。
六、中秋节：9月15日放假，共1天。
七、国庆节：10月1日至7日放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""  # made up
SETTINGS = "# 我们的设定\ncompany: ours\ntitle: {zh: 我们}\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def year(text: str = NOTICE) -> YearOff:
    told, doubts = read_notice(text)
    assert not doubts
    return told


def test_a_year_that_is_entered_is_known_from_then_on_and_not_before(world: Cast) -> None:
    enacted()
    made = holidays.enter_year(year(), source="国办发明电〔2026〕7号", by=reader(world.gao_yuan), now=NOW)

    before, after = law_at(NOW - timedelta(seconds=1)), law_at(NOW)
    assert before is not None
    assert after is not None
    assert not before.calendars["office"].knows(2027)
    office = after.calendars["office"]
    assert not office.is_working_day(date(2027, 1, 1))
    assert office.is_working_day(date(2027, 2, 20))
    assert office.is_working_day(date(2026, 2, 28)), "the years we ship are as they were"
    assert office.add(at("2026-12-31 09:00"), parse_span("1wd")) == at("2027-01-04 17:30")
    assert made.effective_from == NOW
    assert made.enacted_by_id == world.gao_yuan.pk
    assert holidays.entered_years(after) == {2027}


def test_a_year_entered_again_enacts_nothing_and_a_corrected_one_replaces_it(world: Cast) -> None:
    enacted()
    admin = reader(world.gao_yuan)
    first = holidays.enter_year(year(), by=admin, now=NOW)
    assert holidays.enter_year(year(), by=admin, now=NOW + timedelta(hours=1)) == first

    later = holidays.enter_year(
        year(NOTICE.replace("6月9日放假，共1天", "6月9日至10日放假，共2天")), by=admin, now=NOW + timedelta(hours=2)
    )

    law = Laws().of(later.pk)
    assert not law.calendars["office"].is_working_day(date(2027, 6, 10))
    assert later.company_text.count('"2027":') == 1


def test_a_law_enacted_for_later_gets_the_year_too(world: Cast) -> None:
    enacted()
    april = at("2027-04-01 00:00")
    enact(sources("demo"), SETTINGS, effective_from=april, now=NOW)

    holidays.enter_year(year(), by=reader(world.gao_yuan), now=NOW)

    law = law_at(april)
    assert law is not None
    assert law.company.id == "ours"
    assert law.calendars["office"].knows(2027)


def test_a_year_is_carried_over_into_what_is_enacted_afterwards(world: Cast) -> None:
    enacted()
    holidays.enter_year(year(), by=reader(world.gao_yuan), now=NOW)

    made = enact(sources("demo"), SETTINGS, effective_from=NOW + timedelta(days=1), now=NOW)

    assert made.company_text.startswith(SETTINGS)
    assert Laws().of(made.pk).calendars["office"].knows(2027)
    assert sources_of(made) == dict(sources("demo"))


def test_a_year_with_a_fault_is_not_entered(world: Cast) -> None:
    enacted()
    told = year()
    with pytest.raises(FieldError) as wrong:
        holidays.enter_year(YearOff(2027, told.off, {**told.on, date(2027, 3, 3): "春节"}), by=reader(world.gao_yuan), now=NOW)
    assert "2027-03-03" in wrong.value.text("zh")
    assert Enactment.objects.count() == 1


def test_only_who_administers_calendars_enters_a_year(world: Cast) -> None:
    enacted()
    for person in (world.an_ning, world.li_na, world.zhao_jun):
        with pytest.raises(Forbidden):
            holidays.enter_year(year(), by=reader(person), now=NOW)


def test_before_anything_is_enacted_there_is_no_calendar_to_enter_it_in(world: Cast) -> None:
    with pytest.raises(holidays.NoLawYet):
        holidays.enter_year(year(), by=reader(world.gao_yuan), now=NOW)


def test_who_waits_for_a_year_is_told_until_it_is_entered(world: Cast) -> None:
    enacted()
    (waits,) = holidays.waiting(2027, org.snapshot(NOW), NOW)
    assert waits.name == "office"
    assert world.units.yunqi.pk in waits.units
    holidays.enter_year(year(), by=reader(world.gao_yuan), now=NOW)
    assert holidays.waiting(2027, org.snapshot(NOW), NOW) == []


def test_the_changes_are_the_days_the_week_alone_would_get_wrong(world: Cast) -> None:
    enacted()
    law = law_at(NOW)
    assert law is not None
    changed = {c.on: c.worked for c in holidays.changes(year(), law.calendars["office"])}
    assert changed[date(2027, 1, 1)] is False
    assert changed[date(2027, 2, 20)] is True
    assert date(2027, 1, 2) not in changed, "a Saturday is a day off anyway"


def test_only_the_years_are_touched_in_a_companys_text() -> None:
    told = year()
    text = with_years(SETTINGS, {"2027": year_block(told, '带"引号"的文号')})

    assert text.startswith(SETTINGS)
    read = read_company(text)
    assert read.id == "ours"
    assert read.holidays["2027"]["off"]["2027-02-05..2027-02-11"] == "春节"
    assert read.holidays["2027"]["make_up"] == {
        "2027-02-14": "春节", "2027-02-20": "春节", "2027-04-25": "劳动节", "2027-05-08": "劳动节", "2027-09-26": "国庆节",
        "2027-10-09": "国庆节",
    }  # fmt: skip
    assert carried_over(text, text) == text
    assert with_years(text, {"2027": year_block(told, '带"引号"的文号')}) == text
