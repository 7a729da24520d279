"""Deadlines: pauses, warnings, extensions and the sentence that explains them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.worktime import (
    Calendar,
    Due,
    Manner,
    PausedSpan,
    WorktimeError,
    cn_calendar,
    due,
    due_and_warning,
    extend,
    parse_span,
    parse_warn,
    warn_at,
)

OFFICE = cn_calendar()
DESK = Calendar.build(zh="物业前台", en="property desk", hours="08:00-20:00")
BAR = Calendar.build(zh="酒吧", en="bar", hours={"tue-sun": "18:00-02:00"}, day_ends="06:00")
LATE_BAR = Calendar.build(hours="17:30-23:00 23:30-04:30", day_ends="06:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def held(*told: str) -> list[tuple[datetime, datetime | None]]:
    """Pauses written as `2026-03-03 10:00 .. 2026-03-03 12:00`; without an end they are still open."""
    found: list[tuple[datetime, datetime | None]] = []
    for text in told:
        start, _, end = text.partition(" .. ")
        found.append((at(start), at(end) if end else None))
    return found


def promise(start: str, span: str, calendar: Calendar = OFFICE, **how: Any) -> Due:
    return due(at(start), parse_span(span), calendar, **how)


def falls(deadline: Due) -> str:
    assert deadline.due_at is not None
    return f"{deadline.due_at:%Y-%m-%d %H:%M}"


# Pauses


@pytest.mark.parametrize(
    ("span", "pauses", "end"),
    [
        ("2h", ["2026-03-03 10:30 .. 2026-03-03 11:00"], "2026-03-03 12:30"),
        ("2h", ["2026-03-03 10:30 .. 2026-03-03 11:00", "2026-03-03 10:45 .. 2026-03-03 11:15"], "2026-03-03 12:45"),
        ("2h", ["2026-03-03 09:00 .. 2026-03-03 10:10"], "2026-03-03 12:10"),
        ("2h", ["2026-03-03 12:00 .. 2026-03-03 13:00"], "2026-03-03 12:00"),
        ("4wh", ["2026-03-03 11:00 .. 2026-03-03 14:00"], "2026-03-03 17:00"),  # lunch was no working time to lose
        ("4wh", ["2026-03-03 18:00 .. 2026-03-04 08:00"], "2026-03-03 15:30"),
        ("1wd", ["2026-03-03 11:00 .. 2026-03-03 12:00"], "2026-03-05 09:30"),
        ("1wd", ["2026-03-03 20:00 .. 2026-03-04 08:00"], "2026-03-04 17:30"),
        ("1wd", ["2026-03-03 10:00 .. 2026-03-05 10:00"], "2026-03-06 17:30"),
        ("7d", ["2026-03-04 10:00 .. 2026-03-06 10:00"], "2026-03-13 00:00"),
        ("7d", ["2026-03-04 10:00 .. 2026-03-04 13:00"], "2026-03-11 03:00"),
        ("1mo", ["2026-03-04 10:00 .. 2026-03-06 10:00"], "2026-04-06 00:00"),
        ("2h", ["2026-03-03 10:30 .. 2026-03-03 10:30"], "2026-03-03 12:00"),
    ],
)
def test_a_pause_moves_the_end_by_what_would_have_run_in_it(span: str, pauses: list[str], end: str) -> None:
    assert falls(promise("2026-03-03 10:00", span, pauses=held(*pauses))) == end


@pytest.mark.parametrize("span", ["2h", "4wh", "3wd", "7d", "1mo"])
def test_while_a_pause_is_open_nothing_is_due(span: str) -> None:
    deadline = promise("2026-03-03 10:00", span, pauses=held("2026-03-03 10:30"))

    assert deadline.due_at is None
    assert deadline.warn_at(75) is None
    with pytest.raises(PausedSpan):
        OFFICE.add(at("2026-03-03 10:00"), parse_span(span), pauses=held("2026-03-03 10:30"))


def test_a_pause_that_opens_when_the_span_is_over_changes_nothing() -> None:
    assert falls(promise("2026-03-03 10:00", "2h", pauses=held("2026-03-03 12:00"))) == "2026-03-03 12:00"
    assert falls(promise("2026-03-03 10:00", "1wd", pauses=held("2026-03-04 17:30"))) == "2026-03-04 17:30"


def test_resuming_gives_the_moment_back() -> None:
    paused = promise("2026-03-03 10:00", "4wh", pauses=held("2026-03-03 11:00"))

    assert falls(paused.with_pauses(held("2026-03-03 11:00 .. 2026-03-04 08:30"))) == "2026-03-04 11:30"


def test_an_end_at_an_opening_is_not_lost_to_a_pause_over_the_night() -> None:
    start, opening = "2026-03-02 20:00", "2026-03-04 08:30"  # after closing: begins on Tuesday at opening, ends on Wednesday's

    assert falls(promise(start, "1wd", same_time=True)) == opening
    assert falls(promise(start, "1wd", same_time=True, pauses=held("2026-03-03 20:00 .. 2026-03-04 10:00"))) == "2026-03-04 10:00"
    assert falls(promise(start, "1wd", same_time=True, pauses=held("2026-03-03 20:00 .. 2026-03-04 19:00"))) == "2026-03-05 08:30"
    assert promise(start, "1wd", same_time=True, pauses=held("2026-03-03 20:00")).due_at is None


def test_a_pause_cannot_end_before_it_begins() -> None:
    with pytest.raises(WorktimeError, match="ends before it begins"):
        promise("2026-03-03 10:00", "2h", pauses=held("2026-03-03 12:00 .. 2026-03-03 11:00"))


# Warnings


@pytest.mark.parametrize(
    ("span", "warn", "end"),
    [
        ("8wh", "75%", "2026-03-03 17:30"),
        ("8wh", "80%", "2026-03-04 08:54"),
        ("4h", "75%", "2026-03-03 13:00"),
        ("4h", "30min", "2026-03-03 13:30"),
        ("4h", "5h", "2026-03-03 10:00"),  # never before the start
        ("8wh", "1wh", "2026-03-04 09:30"),
        ("3wd", "1wd", "2026-03-05 17:30"),
        ("3wd", "2wh", "2026-03-06 15:30"),
        ("7d", "1d", "2026-03-10 00:00"),
        ("1mo", "1w", "2026-03-28 00:00"),
    ],
)
def test_a_warning_comes_at_a_share_or_a_span_before_the_end(span: str, warn: str, end: str) -> None:
    told = promise("2026-03-03 10:00", span).warn_at(parse_warn(warn))

    assert f"{told:%Y-%m-%d %H:%M}" == end


def test_three_quarters_of_eight_working_hours_are_six_working_hours() -> None:
    for start in ("2026-03-03 10:00", "2026-02-13 17:00", "2026-03-06 17:15", "2026-03-07 12:00"):
        assert promise(start, "8wh").warn_at(75) == OFFICE.add(at(start), parse_span("6wh"))


def test_a_warning_takes_no_account_of_paused_time() -> None:
    pauses = held("2026-03-03 10:30 .. 2026-03-03 11:30")

    deadline = promise("2026-03-03 10:00", "2h", pauses=pauses)

    assert falls(deadline) == "2026-03-03 13:00"
    assert deadline.warn_at(50) == at("2026-03-03 12:00")
    assert deadline.warn_at(25) == at("2026-03-03 10:30")
    assert deadline.warn_at(parse_span("1h")) == at("2026-03-03 12:00")
    assert deadline.warn_at(parse_span("90min")) == at("2026-03-03 11:30")
    assert deadline.warn_at(parse_span("100min")) == at("2026-03-03 10:20")


def test_a_stored_deadline_can_be_warned_of() -> None:
    start, end = at("2026-03-03 10:00"), at("2026-03-04 10:00")

    assert warn_at(start, end, 50, OFFICE, runs="clock") == at("2026-03-03 22:00")
    assert warn_at(start, end, 50, OFFICE, runs="working") == at("2026-03-03 15:15")


# Extensions


@pytest.mark.parametrize(
    ("span", "more", "end"),
    [
        ("3wd", "2wd", "2026-03-10 17:30"),
        ("3wd", "0wd", "2026-03-06 17:30"),
        ("3wd", "4wh", "2026-03-09 14:00"),
        ("3wd", "24h", "2026-03-07 17:30"),
        ("7d", "2d", "2026-03-13 00:00"),
        ("7d", "1mo", "2026-04-11 00:00"),
        ("2h", "1wd", "2026-03-04 12:00"),
        ("2h", "1d", "2026-03-04 12:00"),
        ("4wh", "4wh", "2026-03-04 10:30"),
        ("20h", "1wd", "2026-03-04 17:30"),  # due at six in the morning, after Tuesday's closing: Wednesday's
    ],
)
def test_an_extension_moves_the_end_on_the_same_calendar(span: str, more: str, end: str) -> None:
    assert falls(extend(promise("2026-03-03 10:00", span), parse_span(more))) == end


@settings(database=None, max_examples=60)
@given(
    st.sampled_from([OFFICE, DESK, BAR]),
    st.integers(0, 60 * 24 * 60),
    st.sampled_from(["wh", "wd", "d", "w", "min"]),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_a_span_extended_is_the_longer_span(calendar: Calendar, minute: int, unit: str, first: int, more: int) -> None:
    start = at("2026-02-01 00:00") + timedelta(minutes=minute)

    extended = extend(due(start, parse_span(f"{first}{unit}"), calendar), parse_span(f"{more}{unit}"))

    assert extended.due_at == due(start, parse_span(f"{first + more}{unit}"), calendar).due_at


def test_a_promise_kept_to_the_same_time_stays_there_when_extended() -> None:
    boston = promise("2026-03-02 20:00", "1wd", same_time=True)

    assert falls(boston) == "2026-03-04 08:30"
    assert falls(extend(boston, parse_span("1wd"))) == "2026-03-05 08:30"


def test_extension_and_pause_add_up_in_either_order() -> None:
    pauses = held("2026-03-04 08:30 .. 2026-03-04 10:30")

    first_paused = extend(promise("2026-03-03 10:00", "3wd", pauses=pauses), parse_span("1wd"))
    first_extended = extend(promise("2026-03-03 10:00", "3wd"), parse_span("1wd")).with_pauses(pauses)

    assert falls(first_paused) == falls(first_extended) == "2026-03-10 10:30"


def test_a_rolled_promise_is_rolled_again_when_extended() -> None:
    rolled = promise("2026-02-08 10:00", "7d", roll="forward")

    assert falls(rolled) == "2026-02-25 00:00"  # the 15th is in the festival; the 24th is the first day worked
    assert falls(extend(rolled, parse_span("4d"))) == "2026-03-01 00:00"


# Explanations


@pytest.mark.parametrize(
    ("deadline", "zh", "en"),
    [
        (
            promise("2026-02-13 17:00", "8wh"),
            (
                "自2026年2月13日（周五）17:00起计8个工作小时，按日历“办公室”，跳过1个夜间、1次午休，2月14日（周六）为春节调休、照常计入，"
                "至2026年2月14日（周六）17:30止。"
            ),
            (
                "8 working hours from Fri 13 Feb 2026 17:00, on the calendar “office”, passing over 1 night and 1 lunch, "
                "make-up day Sat 14 Feb (Spring Festival) counted, ending Sat 14 Feb 2026 17:30."
            ),
        ),
        (
            promise("2026-02-12 18:00", "3wd"),
            (
                "自2026年2月12日（周四）18:00起计3个工作日，按日历“办公室”，起始在工作时间外，视为2月13日（周五）、当日不计，"
                "跳过春节假期（2月15日至23日），2月14日（周六）为春节调休、照常计入，至2026年2月25日（周三）17:30止。"
            ),
            (
                "3 working days from Thu 12 Feb 2026 18:00, on the calendar “office”, begun outside hours, "
                "so taken as Fri 13 Feb, itself not counted, passing over Spring Festival (15–23 Feb), "
                "make-up day Sat 14 Feb (Spring Festival) counted, "
                "ending Wed 25 Feb 2026 17:30."
            ),
        ),
        (
            promise("2026-03-06 16:00", "1wd", same_time=True),
            (
                "自2026年3月6日（周五）16:00起计1个工作日，按日历“办公室”，3月6日（周五）当日不计，钟点不变，跳过休息日2天，"
                "至2026年3月9日（周一）16:00止。"
            ),
            (
                "1 working day from Fri 6 Mar 2026 16:00, on the calendar “office”, Fri 6 Mar itself not counted, "
                "at the same time of day, passing over 2 days off, ending Mon 9 Mar 2026 16:00."
            ),
        ),
        (
            promise("2026-03-03 10:00", "2h", pauses=held("2026-03-03 10:30 .. 2026-03-03 11:00")),
            "自2026年3月3日（周二）10:00起计2小时，连续计时，其间暂停1次、共30分钟不计，至2026年3月3日（周二）12:30止。",
            (
                "2 hours from Tue 3 Mar 2026 10:00, running day and night, 1 pause of 30 minutes not counted, "
                "ending Tue 3 Mar 2026 12:30."
            ),
        ),
        (
            promise("2026-03-03 10:00", "4wh", pauses=held("2026-03-03 11:00")),
            "自2026年3月3日（周二）10:00起计4个工作小时，按日历“办公室”，自2026年3月3日（周二）11:00起暂停，到期时刻待恢复后再定。",
            (
                "4 working hours from Tue 3 Mar 2026 10:00, on the calendar “office”, paused since Tue 3 Mar 2026 11:00, "
                "the end to be known when it resumes."
            ),
        ),
        (
            promise("2026-02-10 10:00", "7d", roll="forward"),
            (
                "自2026年2月10日（周二）10:00起计7天，按日历“办公室”，起算当日不计，末日2月17日（周二）为春节，顺延至2月24日（周二），"
                "至2026年2月24日（周二）24:00止。"
            ),
            (
                "7 days from Tue 10 Feb 2026 10:00, on the calendar “office”, the first day not counted, "
                "the last day Tue 17 Feb being Spring Festival and moved on to Tue 24 Feb, ending Tue 24 Feb 2026 24:00."
            ),
        ),
        (
            extend(promise("2026-03-03 10:00", "3wd", pauses=held("2026-03-04 08:30 .. 2026-03-05 09:30")), parse_span("1wd")),
            (
                "自2026年3月3日（周二）10:00起计3个工作日，按日历“办公室”，3月3日（周二）当日不计，跳过休息日2天，经批准延长1个工作日，"
                "其间暂停1次、共8小时30分钟工作时间不计，至2026年3月11日（周三）09:30止。"
            ),
            (
                "3 working days from Tue 3 Mar 2026 10:00, on the calendar “office”, Tue 3 Mar itself not counted, "
                "passing over 2 days off, extended by 1 working day with approval, "
                "1 pause of 8 hours 30 minutes of working time not counted, "
                "ending Wed 11 Mar 2026 09:30."
            ),
        ),
    ],
    ids=["make-up day", "after closing", "same time", "pause", "open pause", "rolled", "extended"],
)
def test_a_deadline_explains_itself_in_one_sentence(deadline: Due, zh: str, en: str) -> None:
    assert deadline.explain("zh-hans") == zh
    assert deadline.explain("en") == en


@pytest.mark.parametrize(
    ("deadline", "says"),
    [
        (promise("2026-03-03 12:15", "1wh"), "起始在工作时间外，从2026年3月3日（周二）13:30开始计"),
        (promise("2026-03-03 11:30", "1wh"), "跳过1次午休"),
        (promise("2026-09-18 10:00", "10wd"), "中秋节假期（9月25日至27日）、国庆节假期（10月1日至7日）"),
        (promise("2026-09-18 10:00", "11wd"), "9月20日（周日）为国庆节调休、10月10日（周六）为国庆节调休、照常计入"),
        (promise("2025-01-02 10:00", "250wd"), "节假日30天"),
        (promise("2025-01-02 10:00", "250wd"), "跳过休息日89天"),
        (
            promise("2026-03-02 10:00", "2wd", cn_calendar(special={"2026-03-03": "closed", "2026-03-05": "08:30-12:00"})),
            "停业的3月3日（周二）",
        ),
        (
            promise("2026-03-02 10:00", "2wd", cn_calendar(special={"2026-03-04": "08:30-12:00"})),
            "3月4日（周三）按当日特定时间计",
        ),
        (
            promise("2026-03-06 22:30", "1wh", LATE_BAR),
            "跳过1次间歇，至2026年3月6日（周五）24:00止",
        ),
        (
            promise("2026-03-06 20:00", "1wh", BAR),
            "自2026年3月6日（周五）20:00起计1个工作小时，按日历“酒吧”，至2026年3月6日（周五）21:00止。",
        ),
        (promise("2026-03-06 01:00", "7d", BAR), "至2026年3月13日（周五）06:00止"),
        (promise("2026-03-06 19:30", "12wh", DESK), "跳过1个夜间，"),
        (promise("2026-03-06 10:00", "7d", roll="backward"), "至2026年3月13日（周五）24:00止"),
        (promise("2026-03-06 10:00", "8d", roll="backward"), "末日3月14日（周六）为休息日，提前至3月13日（周五）"),
    ],
)
def test_the_sentence_names_what_was_passed_over(deadline: Due, says: str) -> None:
    assert says in deadline.explain("zh")


def test_an_act_begun_long_ago_is_overdue_at_once_and_said_so_by_its_moment() -> None:
    assert falls(promise("2024-02-29 10:00", "1h")) == "2024-02-29 11:00"


@settings(max_examples=200, deadline=None)
@given(
    hour=st.integers(0, 24 * 40),
    span=st.sampled_from(["0h", "90min", "26h", "3wh", "40wh", "1wd", "9wd", "2d", "1w", "1mo"]),
    warn=st.sampled_from([None, 1, 75, 99, "30min", "2wh", "1wd", "3d"]),
    calendar=st.sampled_from([OFFICE, DESK, BAR, LATE_BAR]),
    paused=st.sampled_from([(), ("2026-03-03 10:00 .. 2026-03-04 16:00",), ("2026-03-20 10:00",)]),
    same_time=st.booleans(),
)
def test_what_is_said_at_once_is_what_the_explained_deadline_says(
    hour: int, span: str, warn: int | str | None, calendar: Calendar, paused: tuple[str, ...], same_time: bool
) -> None:
    start, pauses = at("2026-02-10 08:30") + timedelta(hours=hour), tuple(held(*paused))
    before = parse_span(warn) if isinstance(warn, str) else warn
    told = due(start, parse_span(span), calendar, pauses=pauses, same_time=same_time)
    warned = told.warn_at(before) if before is not None else None
    manner = Manner(same_time)
    assert due_and_warning(start, told.span, calendar, manner=manner, pauses=pauses, warn=before) == (told.due_at, warned)
