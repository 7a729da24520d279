"""Spans: read, said, put in order, and refused with what to write instead."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.worktime import (
    BadSpan,
    Family,
    NaiveMoment,
    NoWorkingTime,
    PausedSpan,
    Span,
    Unit,
    UnknownYear,
    Words,
    compare,
    meant,
    parse_span,
    parse_warn,
)


@settings(database=None)
@given(st.sampled_from(Unit), st.integers(0, 200))
def test_what_is_read_is_written_the_same(unit: Unit, amount: int) -> None:
    text = f"{amount}{unit}"

    assert str(parse_span(text)) == text
    assert parse_span(str(Span(amount, unit))) == Span(amount, unit)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("15min", "15分钟", "15 minutes"),
        ("2h", "2小时", "2 hours"),
        ("4wh", "4个工作小时", "4 working hours"),
        ("5wd", "5个工作日", "5 working days"),
        ("7d", "7天", "7 days"),
        ("2w", "2周", "2 weeks"),
        ("3mo", "3个月", "3 months"),
        ("10y", "10年", "10 years"),
        ("1wd", "1个工作日", "1 working day"),
    ],
)
def test_a_span_is_said_in_both_languages(text: str, zh: str, en: str) -> None:
    assert parse_span(text).zh() == zh
    assert parse_span(text).en() == en


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("10m", "10min"),
        ("10m", "10mo"),
        ("1.5h", "90min"),
        ("1,5h", "90min"),
        ("1，5h", "90min"),
        ("0.5y", "6mo"),
        ("1.5w", "1w"),
        ("1.5wd", "2wd"),
        ("１５min", "15min"),
        ("15ｍｉｎ", "15min"),
        ("15 min", "15min"),
        ("3d\n", "3d"),
        ("3D", "3d"),
        ("03d", "3d"),
        ("+3d", "3d"),
        ("3天", "3d"),
        ("３个工作日", "3wd"),
        ("三个工作日", "3wd"),
        ("两小时", "2h"),
        ("半小时", "30min"),
        ("半年", "6mo"),
        ("3个月", "3mo"),
        ("2 working days", "2wd"),
        ("2 Business Hours", "2wh"),
        ("1hour", "1h"),
        ("2 weeks", "2w"),
        ("1季度", "3mo"),
        ("1h30min", "90min"),
        ("10", "10min"),
        ("wd", "1wd"),
        ("-3d", "7d"),
        ("", "15min"),
        ("soon", "15min"),
        ("PT1H", "2h"),
        ("1d12h", "one unit"),
        ("30s", "minute"),
        ("30秒", "minute"),
    ],
)
def test_a_wrong_spelling_is_refused_with_the_right_one(text: str, instead: str) -> None:
    with pytest.raises(BadSpan) as refused:
        parse_span(text)

    assert instead in refused.value.en
    assert refused.value.zh.startswith(f"“{text}”不是时间跨度：")
    assert str(refused.value) == refused.value.en
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("text", "why"), [("１５min", "全角"), ("10m", "分钟也可能是月"), ("1,5h", "整数"), ("7 d", "不留空格"), ("5", "缺少单位")]
)
def test_the_reason_is_named_in_chinese(text: str, why: str) -> None:
    with pytest.raises(BadSpan) as refused:
        parse_span(text)

    assert why in refused.value.zh
    assert refused.value.says("zh-hans") == refused.value.zh
    assert refused.value.says("en") == refused.value.en


@settings(database=None, max_examples=300)
@given(st.text(max_size=8) | st.from_regex(r"[-+]?[0-9０-９٣]{0,3}[ .,，hmdyw个天月工作日]{0,4}", fullmatch=True))
def test_any_text_is_a_span_or_refused_in_words(text: str) -> None:
    told: Span | BadSpan
    try:
        told = parse_span(text)
    except BadSpan as refused:
        told = refused

    if isinstance(told, Span):
        assert str(told) == text
    else:
        assert (told.zh[-1], told.en[-1]) == ("。", ".")


@settings(database=None)
@given(st.sampled_from(["10m", "１５min", "1,5h", "3天", "2 h", "半年", "1h30min", "三个工作日"]))
def test_what_is_advised_can_be_read(text: str) -> None:
    with pytest.raises(BadSpan) as refused:
        parse_span(text)

    advised = refused.value.en.rpartition("Write ")[2].removesuffix(".").split(" or ")

    assert advised
    assert all(str(parse_span(span)) == span for span in advised)


def test_spans_of_one_family_are_put_in_order() -> None:
    assert parse_span("59min") < parse_span("1h") <= parse_span("60min") < parse_span("61min")
    assert parse_span("8d") > parse_span("1w") >= parse_span("7d")
    assert parse_span("11mo") < parse_span("1y")
    assert parse_span("60min") != parse_span("1h")
    assert max(parse_span("1w"), parse_span("6d")) == parse_span("1w")


@pytest.mark.parametrize(("one", "other"), [("24h", "1d"), ("1wd", "8wh"), ("30d", "1mo"), ("1wh", "1h"), ("1wd", "1d")])
def test_spans_of_different_families_are_not_compared(one: str, other: str) -> None:
    with pytest.raises(BadSpan, match="without a calendar"):
        assert parse_span(one) < parse_span(other)


def test_elapsed_time_is_compared_with_clock_time_and_days() -> None:
    assert compare(timedelta(minutes=8), parse_span("8min")) == 0
    assert compare(timedelta(minutes=7, seconds=59), parse_span("8min")) == -1
    assert compare(timedelta(days=31), parse_span("30d")) == 1
    assert compare(timedelta(days=14), parse_span("2w")) == 0
    with pytest.raises(BadSpan, match="no fixed length"):
        compare(timedelta(days=31), parse_span("1mo"))


def test_what_runs_follows_from_the_unit() -> None:
    assert {str(unit): Span(1, unit).runs for unit in Unit} == {
        "min": "clock",
        "h": "clock",
        "wh": "working",
        "wd": "working",
        "d": "clock",
        "w": "clock",
        "mo": "clock",
        "y": "clock",
    }
    assert parse_span("2w").family is Family.DAYS


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2天", "2d"), ("二小时", "2h"), ("两小时", "2h"), ("3个工作日", "3wd"), (" 2 d ", "2d"), ("２Ｈ", "2h"), ("十五分钟", "15min"),
        ("二十天", "20d"), ("两周", "2w"), ("1.5小时", "90min"), ("一个半小时", "90min"), ("一个小时三十分钟", "90min"), ("1h30min", "90min"),
        ("3 working days", "3wd"), ("半年", "6mo"), ("2", ""), ("10m", ""), ("明天", ""), ("1.25天", ""), ("", ""), ("二三天", ""),
    ],
)  # fmt: skip
def test_what_a_person_plainly_meant_is_read_and_what_is_not_plain_is_not(text: str, span: str) -> None:
    assert meant(text) == span


def test_a_span_can_be_changed_a_little_to_see_whether_a_scenario_notices() -> None:
    span = parse_span("3wd")

    assert [str(other) for other in (span.doubled(), span.plus_one(), span.minus_one())] == ["6wd", "4wd", "2wd"]
    with pytest.raises(BadSpan):
        parse_span("0min").minus_one()


def test_a_span_of_more_than_two_hundred_years_is_a_typing_error() -> None:
    assert parse_span("200y").amount == 200
    for text in ("201y", "99999999d"):
        with pytest.raises(BadSpan, match="too long"):
            parse_span(text)


def test_a_warning_is_a_share_or_a_span() -> None:
    assert parse_warn("75%") == 75
    assert parse_warn("30min") == parse_span("30min")
    for text in ("0%", "100%", "7.5%", "75％", "%"):
        with pytest.raises(BadSpan, match="from 1% to 99%"):
            parse_warn(text)


def test_spans_and_their_refusals_survive_pickling() -> None:
    assert pickle.loads(pickle.dumps(parse_span("3wd"))) == parse_span("3wd")  # noqa: S301 - our own bytes
    refused = pickle.loads(pickle.dumps(BadSpan("不行。", "No.")))  # noqa: S301 - our own bytes
    assert (refused.zh, refused.en) == ("不行。", "No.")
    for told in (
        NaiveMoment(),
        PausedSpan(),
        UnknownYear(2027, Words("办公室", "office")),
        NoWorkingTime(2027, Words("办公室", "office")),
    ):
        assert pickle.loads(pickle.dumps(told)).zh == told.zh  # noqa: S301 - our own bytes
