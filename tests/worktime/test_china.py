"""The Chinese holidays we ship, against both their sources, and what they do to an office and to a desk that never closes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shouwen.worktime import Calendar, DayKind, UnknownYear, cn_calendar, due, parse_span
from shouwen.worktime.holidays import chinese_holidays
from tests.worktime.shared import shared
from tests.worktime.units import HOLIDAYS_2026, MAKE_UP_2026

OFFICE = cn_calendar()
SATURDAYS = cn_calendar(zh="营业厅", hours={"mon-fri": "09:00-12:00 13:00-18:00", "sat": "09:00-12:00"})
DESK = Calendar.build(zh="物业前台", hours="08:00-20:00")
NAMED = {  # as the two sources call them
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Anti-Fascist 70th Day",
}
AMENDED_OFF = {"2019-05-02", "2019-05-03", "2020-01-31"}  # a third list keeps to what was first announced
AMENDED_ON = {"2019-04-28", "2019-05-05"}
JOINED_WEEKEND = {"2023-12-30": "New Year's Day", "2023-12-31": "New Year's Day"}  # only chinesecalendar calls it a holiday


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def ends(start: str, span: str, calendar: Calendar = OFFICE, **how: Any) -> str:
    told = due(at(start), parse_span(span), calendar, **how).due_at
    assert told is not None
    return f"{told:%Y-%m-%d %H:%M}"


def source(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(shared("cn-holidays", name).read_text(encoding="utf-8"))
    return found


def shipped() -> tuple[dict[str, str], dict[str, str]]:
    told = chinese_holidays()
    off = {str(on): NAMED[words.zh] for on, words in told.off.items()}
    return off, {str(on): NAMED[day.words.zh] for on, day in told.make_up.items()}


def test_our_holidays_are_those_of_chinesecalendar_but_for_one_weekend() -> None:
    told, (off, make_up) = source("chinesecalendar_1.11.0.json"), shipped()

    assert off | JOINED_WEEKEND == told["holidays"]
    assert not set(JOINED_WEEKEND) & set(off)
    assert make_up == told["makeup_workdays"]


def test_our_holidays_are_those_of_chinese_days() -> None:
    told, (off, make_up) = source("chinese-days_1.5.7.json"), shipped()

    assert off == {on: name.split(",")[0] for on, name in told["holidays"].items()}
    assert make_up == {on: name.split(",")[0] for on, name in told["workdays"].items()}


def test_our_holidays_are_those_of_a_third_list_since_2018_and_the_amendments_of_two_years() -> None:
    told, (off, make_up) = source("cnworkdays_2026.0_config.json"), shipped()

    weekdays = {on for on in off if on >= "2018" and date.fromisoformat(on).weekday() < 5}
    assert weekdays == set(told["holidays"]) | AMENDED_OFF
    assert {on for on in make_up if on >= "2018"} == set(told["compensatory_working_days"]) - {"2020-02-01"} | AMENDED_ON


def test_each_year_has_the_working_days_counted_by_the_cross_check() -> None:
    told = source("cross_check.json")["workdays_per_year"]

    days = [date(2004, 1, 1) + timedelta(days=step) for step in range((date(2027, 1, 1) - date(2004, 1, 1)).days)]

    assert Counter(str(on.year) for on in days if OFFICE.is_working_day(on)) == told


def test_the_days_of_2026_are_those_of_the_announcement() -> None:
    off, make_up = shipped()

    assert {on for on in off if on > "2026"} == HOLIDAYS_2026
    assert {on for on in make_up if on > "2026"} == MAKE_UP_2026


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-02-13 17:00", "8wh", "2026-02-14 17:30"),  # half an hour on Friday, the rest on the make-up Saturday
        ("2026-02-13 17:30", "8wh", "2026-02-24 09:00"),  # seven and a half on Saturday, half an hour after the festival
        ("2026-02-14 16:30", "2wh", "2026-02-24 09:30"),
        ("2026-02-13 16:00", "1wd", "2026-02-14 17:30"),
        ("2026-02-13 16:00", "3wd", "2026-02-25 17:30"),  # 春节前交车，补班日算一天
        ("2026-03-06 16:00", "3wd", "2026-03-11 17:30"),  # 周五交车，周三下班前移交
        ("2026-02-13 17:30", "1wd", "2026-02-24 17:30"),  # at closing time it is Saturday's
        ("2026-02-13 08:00", "1wd", "2026-02-14 17:30"),  # before opening it is today's
        ("2026-02-15 10:00", "1wd", "2026-02-25 17:30"),  # on a holiday it is the first working day's
        ("2026-02-28 10:00", "1wd", "2026-03-02 17:30"),  # the other make-up Saturday; the Sunday is off
        ("2026-09-30 12:30", "30min", "2026-09-30 13:00"),
        ("2026-09-30 12:30", "1wh", "2026-09-30 14:30"),  # at lunch
        ("2026-09-30 17:00", "7d", "2026-10-08 00:00"),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(start: str, span: str, end: str) -> None:
    assert ends(start, span) == end


def test_a_make_up_saturday_has_mondays_hours_even_where_saturdays_are_short() -> None:
    assert len(SATURDAYS.intervals(date(2026, 2, 7))) == 1
    assert len(SATURDAYS.intervals(date(2026, 2, 14))) == 2
    assert SATURDAYS.day(date(2026, 2, 14)).kind is DayKind.MAKE_UP
    assert ends("2026-02-07 11:00", "2wh", SATURDAYS) == "2026-02-09 10:00"
    assert ends("2026-02-14 11:00", "2wh", SATURDAYS) == "2026-02-14 14:00"


def test_a_saturday_within_a_holiday_is_off_even_where_saturdays_are_worked() -> None:
    assert not SATURDAYS.is_working_day(date(2026, 2, 21))


def test_the_company_may_close_on_a_make_up_day_and_open_on_a_holiday() -> None:
    own = cn_calendar(
        days_off={"2026-02-14": "年会"}, make_up={"2026-02-22..2026-02-23": "friday"}, special={"2026-02-13": "08:30-12:00"}
    )

    assert not own.is_working_day(date(2026, 2, 14))
    assert own.is_working_day(date(2026, 2, 22))
    assert ends("2026-02-13 11:00", "2wh", own) == "2026-02-22 09:30"


def test_a_desk_that_never_closes_works_through_the_festival_and_in_any_year() -> None:
    assert ends("2026-02-16 19:00", "2wh", DESK) == "2026-02-17 09:00"
    assert ends("2026-02-16 19:00", "1wd", DESK) == "2026-02-17 20:00"
    assert ends("2031-12-31 19:30", "1wh", DESK) == "2032-01-01 08:30"


def test_working_time_of_an_unknown_year_is_refused_and_said_why() -> None:
    with pytest.raises(UnknownYear) as refused:
        ends("2026-12-31 16:00", "1wd")

    assert refused.value.year == 2027
    assert "2027年" in refused.value.zh
    assert "办公室" in refused.value.zh
    assert "2027" in refused.value.en
    asks: list[Callable[[], object]] = [
        lambda: OFFICE.is_working_day(date(2027, 1, 4)),
        lambda: OFFICE.working_time(at("2026-12-31 10:00"), at("2027-01-01 10:00")),
        lambda: OFFICE.roll(date(2027, 1, 4), "forward"),
        lambda: OFFICE.next_working_day(date(2026, 12, 31)),
        lambda: OFFICE.intervals(date(2003, 12, 31)),
        lambda: ends("2026-12-28 10:00", "7d", roll="forward"),
        lambda: ends("2026-12-31 17:30", "1wh"),
    ]
    for ask in asks:
        with pytest.raises(UnknownYear):
            ask()


def test_what_ends_within_a_known_year_or_asks_no_holidays_is_answered() -> None:
    assert ends("2026-12-31 16:00", "1wh") == "2026-12-31 17:00"
    assert ends("2026-12-31 16:00", "48h") == "2027-01-02 16:00"
    assert ends("2026-12-31 16:00", "7d") == "2027-01-08 00:00"
    assert ends("2026-12-31 16:00", "10y") == "2037-01-01 00:00"
    assert OFFICE.working_time(at("2026-12-31 16:30"), at("2027-01-01 00:00")) == timedelta(hours=1)
    assert OFFICE.business_day(at("2030-05-01 10:00")) == date(2030, 5, 1)
    assert OFFICE.knows(2026)
    assert not OFFICE.knows(2027)
