"""Calendars: business days, periods, clock times, odd nights, and how they are read from plain words."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import (
    BadCalendar,
    BadSpan,
    Calendar,
    DayKind,
    NaiveMoment,
    NoWorkingTime,
    UnknownYear,
    cn_calendar,
    moment_words,
    parse_span,
)

OFFICE = cn_calendar()
BAR = Calendar.build(zh="酒吧", hours={"tue-sun": "18:00-02:00"}, day_ends="06:00", week_starts="tuesday")
NEW_YORK = Calendar.build(zone="America/New_York", hours={"mon-sun": "00:00-24:00"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def bounds(calendar: Calendar, period: Any, moment: str) -> list[str]:
    return [said(end) for end in calendar.period_bounds(period, at(moment))]


def test_one_in_the_night_belongs_to_the_evening_before() -> None:
    assert BAR.business_day(at("2026-11-22 01:00")) == date(2026, 11, 21)
    assert BAR.business_day(at("2026-11-22 05:59")) == date(2026, 11, 21)
    assert BAR.business_day(at("2026-11-22 06:00")) == date(2026, 11, 22)
    assert OFFICE.business_day(at("2026-11-22 01:00")) == date(2026, 11, 22)


def test_a_clock_time_is_that_of_the_business_day() -> None:
    assert said(BAR.clock(date(2026, 11, 21), "21:00")) == "2026-11-21 21:00"
    assert said(BAR.clock(date(2026, 11, 21), "01:00")) == "2026-11-22 01:00"
    assert said(BAR.clock(date(2026, 11, 21), "26:00")) == "2026-11-22 02:00"
    assert said(OFFICE.clock(date(2026, 11, 21), "01:00")) == "2026-11-21 01:00"
    assert said(OFFICE.clock(date(2026, 11, 21), "24:00")) == "2026-11-22 00:00"


def test_hours_past_midnight_are_worked_on_the_day_they_began() -> None:
    assert [said(end) for end in BAR.intervals(date(2026, 11, 21))[0]] == ["2026-11-21 18:00", "2026-11-22 02:00"]
    assert BAR.intervals(date(2026, 11, 23)) == ()  # a Monday
    assert said(BAR.add(at("2026-11-22 01:30"), parse_span("1wh"))) == "2026-11-22 18:30"
    assert said(BAR.add(at("2026-11-22 01:30"), parse_span("1wd"))) == "2026-11-23 02:00"
    assert said(BAR.add(at("2026-11-22 01:30"), parse_span("1d"))) == "2026-11-23 06:00"
    assert said(BAR.add(at("2026-11-22 01:30"), parse_span("1wd"), same_time=True)) == "2026-11-23 01:30"
    assert BAR.working_time(at("2026-11-21 23:00"), at("2026-11-22 19:00")) == timedelta(hours=4)


def test_periods_begin_and_end_with_business_days() -> None:
    assert bounds(BAR, "business_day", "2026-11-22 01:00") == ["2026-11-21 06:00", "2026-11-22 06:00"]
    assert bounds(BAR, "week", "2026-11-24 05:00") == [
        "2026-11-17 06:00",
        "2026-11-24 06:00",
    ]  # Monday night; weeks begin on Tuesday
    assert bounds(BAR, "calendar_month", "2026-12-01 05:00") == ["2026-11-01 06:00", "2026-12-01 06:00"]
    assert bounds(OFFICE, "week", "2026-11-22 23:00") == ["2026-11-16 00:00", "2026-11-23 00:00"]
    assert bounds(OFFICE, "calendar_month", "2026-12-31 23:59") == ["2026-12-01 00:00", "2027-01-01 00:00"]
    assert bounds(OFFICE, "calendar_quarter", "2026-11-22 23:00") == ["2026-10-01 00:00", "2027-01-01 00:00"]
    assert bounds(OFFICE, "calendar_quarter", "2026-03-31 23:00") == ["2026-01-01 00:00", "2026-04-01 00:00"]
    assert bounds(OFFICE, "calendar_year", "2026-11-22 23:00") == ["2026-01-01 00:00", "2027-01-01 00:00"]


def test_a_rolling_period_reaches_back_to_the_same_clock_time() -> None:
    assert bounds(OFFICE, parse_span("30d"), "2026-03-20 10:15") == ["2026-02-18 10:15", "2026-03-20 10:15"]
    assert bounds(OFFICE, parse_span("1mo"), "2026-03-31 10:15") == ["2026-02-28 10:15", "2026-03-31 10:15"]
    assert bounds(OFFICE, parse_span("36h"), "2026-03-20 10:15") == ["2026-03-18 22:15", "2026-03-20 10:15"]
    assert bounds(OFFICE, parse_span("2wd"), "2026-02-24 10:15") == ["2026-02-13 10:15", "2026-02-24 10:15"]


def test_so_long_before_a_date_is_counted_from_its_beginning() -> None:
    starts, _ = OFFICE.day_bounds(date(2026, 3, 31))

    assert said(OFFICE.subtract(starts, parse_span("7d"))) == "2026-03-24 00:00"
    assert said(OFFICE.subtract(starts, parse_span("1mo"))) == "2026-02-28 00:00"
    assert said(OFFICE.subtract(at("2026-02-24 09:30"), parse_span("2wh"))) == "2026-02-14 16:30"
    assert said(OFFICE.subtract(at("2026-02-24 09:30"), parse_span("1wh"))) == "2026-02-24 08:30"


def test_the_end_of_a_period_is_its_last_midnight() -> None:
    moment = at("2026-11-20 16:00")

    ends = {period: said(OFFICE.end_of(period, moment)) for period in ("day", "week", "month", "quarter", "year", "hours")}

    assert ends == {
        "day": "2026-11-21 00:00",
        "week": "2026-11-23 00:00",
        "month": "2026-12-01 00:00",
        "quarter": "2027-01-01 00:00",
        "year": "2027-01-01 00:00",
        "hours": "2026-11-20 17:30",
    }


def test_the_end_of_hours_after_closing_is_the_next_working_days() -> None:
    assert said(OFFICE.end_of_hours(at("2026-11-20 07:00"))) == "2026-11-20 17:30"
    assert said(OFFICE.end_of_hours(at("2026-11-20 17:30"))) == "2026-11-23 17:30"
    assert said(OFFICE.end_of_hours(at("2026-11-21 10:00"))) == "2026-11-23 17:30"


def test_next_day_at_ten_may_be_rolled_to_a_working_day() -> None:
    friday = at("2026-11-20 16:00")

    assert said(OFFICE.day_at(friday, 1, "10:00")) == "2026-11-21 10:00"
    assert said(OFFICE.day_at(friday, 1, "10:00", "forward")) == "2026-11-23 10:00"
    assert said(OFFICE.day_at(friday, 1, "10:00", "backward")) == "2026-11-20 10:00"
    assert said(BAR.day_at(at("2026-11-22 01:00"), 1, "10:00")) == "2026-11-22 10:00"


def test_dates_roll_forward_or_back_over_a_holiday() -> None:
    assert OFFICE.roll(date(2026, 2, 17), "forward") == date(2026, 2, 24)
    assert OFFICE.roll(date(2026, 2, 17), "backward") == date(2026, 2, 14)
    assert OFFICE.roll(date(2026, 2, 17), "none") == date(2026, 2, 17)
    assert OFFICE.roll(date(2026, 2, 14), "forward") == date(2026, 2, 14)
    assert OFFICE.roll(date(2026, 1, 1), "backward") == date(2025, 12, 31)
    assert OFFICE.next_working_day(date(2026, 2, 13)) == date(2026, 2, 14)
    assert OFFICE.next_working_day(date(2025, 12, 31)) == date(2026, 1, 4)


def test_months_and_years_without_the_day_end_on_their_last() -> None:
    assert said(OFFICE.add(at("2026-01-31 10:00"), parse_span("1mo"))) == "2026-03-01 00:00"
    assert said(OFFICE.add(at("2026-01-31 10:00"), parse_span("1mo"), same_time=True)) == "2026-02-28 10:00"
    assert said(OFFICE.add(at("2028-02-29 10:00"), parse_span("1y"))) == "2029-03-01 00:00"
    assert said(OFFICE.add(at("2024-02-29 10:00"), parse_span("4y"), same_time=True)) == "2028-02-29 10:00"
    assert said(OFFICE.add(at("2026-10-31 10:00"), parse_span("13mo"), same_time=True)) == "2027-11-30 10:00"


def test_the_last_day_of_a_calendar_span_may_be_rolled() -> None:
    start, span = at("2026-02-10 10:00"), parse_span("7d")

    assert said(OFFICE.add(start, span)) == "2026-02-18 00:00"
    assert said(OFFICE.add(start, span, roll="forward")) == "2026-02-25 00:00"
    assert said(OFFICE.add(start, span, roll="backward")) == "2026-02-15 00:00"
    assert said(OFFICE.add(start, span, roll="forward", same_time=True)) == "2026-02-24 10:00"
    with pytest.raises(BadSpan, match="no day to roll"):
        OFFICE.add(start, parse_span("48h"), roll="forward")


def test_clock_time_runs_on_when_the_clock_on_the_wall_is_put_on_or_back() -> None:
    zone = ZoneInfo("America/New_York")
    spring, autumn = datetime(2026, 3, 8, 1, 30, tzinfo=zone), datetime(2026, 11, 1, 1, 30, tzinfo=zone)

    assert NEW_YORK.add(spring, parse_span("1h")).isoformat() == "2026-03-08T03:30:00-04:00"
    assert NEW_YORK.add(autumn, parse_span("1h")).isoformat() == "2026-11-01T01:30:00-05:00"
    assert NEW_YORK.add(autumn, parse_span("1d"), same_time=True).isoformat() == "2026-11-02T01:30:00-05:00"
    assert NEW_YORK.clock(date(2026, 3, 8), "02:30").isoformat() == "2026-03-08T03:00:00-04:00"
    assert NEW_YORK.clock(date(2026, 11, 1), "01:30").isoformat() == "2026-11-01T01:30:00-04:00"
    days = {day: NEW_YORK.day_bounds(date(2026, *day)) for day in ((3, 8), (11, 1))}
    assert [end - start for start, end in days.values()] == [timedelta(hours=23), timedelta(hours=25)]
    assert NEW_YORK.working_time(*days[3, 8]) == timedelta(hours=23)


def test_a_midnight_that_the_clock_jumps_over_begins_the_day_all_the_same() -> None:
    havana = Calendar.build(zone="America/Havana", hours={"mon-sun": "00:00-01:30"})

    start, _ = havana.day_bounds(date(2026, 3, 8))

    assert start.isoformat() == "2026-03-08T01:00:00-04:00"
    assert havana.intervals(date(2026, 3, 8))[0][1] - start == timedelta(minutes=30)
    assert havana.business_day(start) == date(2026, 3, 8)


def test_a_date_that_never_was_has_no_length() -> None:
    samoa = Calendar.build(zone="Pacific/Apia", hours={"mon-sun": "09:00-17:00"})

    start, end = samoa.day_bounds(date(2011, 12, 30))

    assert start == end
    assert samoa.intervals(date(2011, 12, 30)) == ()
    assert samoa.business_day(start) == date(2011, 12, 31)


def test_moments_come_out_comparable_in_the_night_the_clock_goes_back() -> None:
    first = NEW_YORK.add(datetime.fromisoformat("2026-11-01T00:45:00-04:00"), parse_span("1h"))
    second = NEW_YORK.add(first, parse_span("30min"))

    assert (said(first), said(second)) == ("2026-11-01 01:45", "2026-11-01 01:15")
    assert second > first
    assert second - first == timedelta(minutes=30)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20, 10)  # noqa: DTZ001 - that is the mistake

    asks: list[Callable[[], object]] = [
        lambda: OFFICE.business_day(naive),
        lambda: OFFICE.add(naive, parse_span("1h")),
        lambda: OFFICE.add(at("2026-11-20 10:00"), parse_span("1h"), pauses=[(naive, None)]),
    ]
    for ask in asks:
        with pytest.raises(NaiveMoment):
            ask()


def test_seasons_have_names_and_may_bring_hours() -> None:
    calendar = Calendar.build(
        hours={"mon-fri": "08:30-12:00 13:30-17:30"},
        seasons={
            "summer": {"zh": "夏季", "from": "05-01", "to": "09-30", "hours": {"mon-fri": "08:00-12:00 15:00-18:00"}},
            "heating": {"zh": "供暖季", "from": "11-15", "to": "03-15"},
        },
    )

    assert said(calendar.end_of_hours(at("2026-04-30 10:00"))) == "2026-04-30 17:30"
    assert said(calendar.end_of_hours(at("2026-05-01 10:00"))) == "2026-05-01 18:00"
    assert calendar.in_season("heating", date(2026, 1, 10))
    assert not calendar.in_season("heating", date(2026, 3, 16))
    assert calendar.in_season("summer", date(2026, 9, 30))
    with pytest.raises(KeyError):
        calendar.in_season("rain", date(2026, 9, 30))


def test_one_date_may_have_hours_of_its_own_or_none() -> None:
    calendar = cn_calendar(special={"2026-02-13": "08:30-12:00", "2026-02-17": "09:00-10:00", "2026-03-02..2026-03-03": "closed"})

    assert calendar.day(date(2026, 2, 13)).kind is DayKind.SPECIAL
    assert said(calendar.end_of_hours(at("2026-02-13 09:00"))) == "2026-02-13 12:00"
    assert calendar.is_working_day(date(2026, 2, 17))
    assert not calendar.is_working_day(date(2026, 3, 3))


def test_the_same_clock_time_is_kept_within_the_hours_of_a_short_day() -> None:
    calendar = cn_calendar(special={"2026-03-11": "10:00-12:00"})

    for start, end in [("2026-03-10 16:00", "12:00"), ("2026-03-10 08:45", "10:00"), ("2026-03-10 11:15", "11:15")]:
        assert said(calendar.add(at(start), parse_span("1wd"), same_time=True)) == f"2026-03-11 {end}"


def test_own_holidays_are_known_for_their_years_unless_more_are_told() -> None:
    told = {"2025-12-25": "圣诞节", "2026-12-24..2026-12-26": "圣诞节"}
    calendar = Calendar.build(hours="09:00-17:00", holidays=told)

    assert [year for year in range(2020, 2030) if calendar.knows(year)] == [2025, 2026]
    assert Calendar.build(hours="09:00-17:00", holidays=list(told), years="2024-2028").knows(2028)
    assert Calendar.build(hours="09:00-17:00", holidays={}, years=[2030]).knows(2030)
    assert Calendar.build(hours="09:00-17:00").knows(1999)
    with pytest.raises(UnknownYear):
        calendar.is_working_day(date(2027, 1, 1))


def test_a_calendar_without_hours_answers_for_days_and_refuses_working_time() -> None:
    calendar = Calendar.build(zh="营业日历", day_ends="06:00")

    assert calendar.business_day(at("2026-11-22 01:00")) == date(2026, 11, 21)
    assert said(calendar.add(at("2026-11-22 01:00"), parse_span("1d"))) == "2026-11-23 06:00"
    for text in ("1wh", "1wd"):
        with pytest.raises(NoWorkingTime, match="no working hours at all in 2026") as refused:
            calendar.add(at("2026-11-22 01:00"), parse_span(text))
        assert "营业日历" in refused.value.zh


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"hours": {"mon-fri": "8:30-12:00"}}, "8:30"),
        ({"hours": {"mon-fri": "08:30~12:00"}}, "08:30~12:00"),
        ({"hours": {"mon-fri": "08:30-12:00,13:30-17:30"}}, "13:30"),
        ({"hours": {"mon-fri": "13:30-17:30 08:30-12:00"}}, "in order"),
        ({"hours": {"mon-fri": "08:30-12:00 11:00-17:30"}}, "overlap"),
        ({"hours": {"mon-fri": "08:60-12:00"}}, "08:60"),
        ({"hours": {"mon-fri": "37:00-38:00"}}, "37:00"),
        ({"hours": {"mon-fri": "18:00-02:00"}}, "day_ends"),
        ({"hours": {"mon-fri": "18:00-07:00"}, "day_ends": "06:00"}, "day_ends"),
        ({"hours": {"weekdays": "08:30-12:00"}}, "weekdays"),
        ({"hours": {"": "08:30-12:00"}}, "weekdays"),
        ({"hours": {"mon-fri": "08:30-12:00", "fri": "08:30-11:00"}}, "fri"),
        ({"day_ends": "22:00"}, "22:00"),
        ({"day_ends": "6"}, "6"),
        ({"week_starts": "first"}, "first"),
        ({"zone": "Asia/Beijing"}, "Asia/Beijing"),
        ({"zone": "../etc/passwd"}, "../etc/passwd"),
        ({"holidays": "us"}, "us"),
        ({"holidays": ["2026-02-30"]}, "2026-02-30"),
        ({"holidays": ["26-02-03"]}, "26-02-03"),
        ({"days_off": "2026-05-04 soon"}, "soon"),
        ({"days_off": {"2026-05-03..2026-05-01": "x"}}, "wrong order"),
        ({"days_off": ["2026-05-04"], "make_up": ["2026-05-04"]}, "2026-05-04"),
        ({"make_up": {"2026-05-04": "holiday"}}, "holiday"),
        ({"special": {"2026-05-04": "morning"}}, "morning"),
        ({"years": "last"}, "last"),
        ({"seasons": {"summer": {"from": "05-01"}}}, "summer"),
        ({"seasons": {"summer": {"from": "02-30", "to": "09-30"}}}, "summer"),
        (
            {"seasons": {"a": {"from": "05-01", "to": "09-30", "hours": {}}, "b": {"from": "09-30", "to": "10-02", "hours": {}}}},
            "a and b",
        ),
        ({"opening": "08:30"}, "opening"),
    ],
)
def test_words_that_make_no_calendar_are_refused_by_name(told: dict[str, Any], names: str) -> None:
    with pytest.raises(BadCalendar) as refused:
        Calendar.build(**told)

    assert names in refused.value.en
    assert refused.value.zh != refused.value.en


def test_a_calendar_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(OFFICE))  # noqa: S301 - our own bytes

    assert said(copy.add(at("2026-02-13 17:00"), parse_span("8wh"))) == "2026-02-14 17:30"


def test_midnight_is_said_as_the_end_of_the_day_where_it_ends_one() -> None:
    assert moment_words(at("2026-03-09 00:00"), "zh", ends_day=True) == "2026年3月8日（周日）24:00"
    assert moment_words(at("2026-03-09 00:00"), "zh") == "2026年3月9日（周一）00:00"
    assert moment_words(at("2026-03-09 00:00:05"), "en", ends_day=True) == "Mon 9 Mar 2026 00:00:05"
