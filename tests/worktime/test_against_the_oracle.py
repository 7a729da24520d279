"""Every unit of span, with pauses, on calendars of every shape, compared with an oracle that counts minutes."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.worktime import Calendar, Roll, parse_span
from shouwen.worktime.dayline import DayLine
from shouwen.worktime.tally import Tally, YearTally
from tests.worktime.asking import MINUTE, Question, calendar, calendar_of, difference, differences, minutes
from tests.worktime.oracle import NAMES, Minutes, Unit
from tests.worktime.units import OFFICE, UNITS

QUICK = settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
SLOW = settings(QUICK, max_examples=12)
MOST = {"min": 4000, "h": 90, "wh": 40, "wd": 8, "d": 12, "w": 2, "mo": 1}
AWAY = 20 * 1440  # questions begin in the middle of the stretch, pauses included


@st.composite
def pauses(draw: st.DrawFn, start: int) -> tuple[tuple[int, int | None], ...]:
    edge = st.integers(start - 2000, start + 8 * 1440)
    closed = [(a, a + length) for a, length in draw(st.lists(st.tuples(edge, st.integers(0, 3000)), max_size=3))]
    opened = draw(st.none() | edge) if draw(st.integers(0, 3)) == 0 else None
    return (*closed, *([(opened, None)] if opened is not None else []))


@st.composite
def questions(draw: st.DrawFn, days: int) -> Question:
    unit = draw(st.sampled_from(sorted(MOST)))
    start = draw(st.integers(3 * 1440, max(4, days - 62) * 1440))
    rolls: list[Roll] = ["none", "none", "forward", "backward"]
    roll = draw(st.sampled_from(rolls if unit in {"d", "w", "mo"} else rolls[:1]))
    return Question(start, draw(st.integers(0, MOST[unit])), unit, draw(pauses(start)), draw(st.booleans()), roll)


@pytest.mark.parametrize("unit", UNITS, ids=str)
@settings(QUICK, max_examples=25)
@given(data=st.data())
def test_a_span_ends_where_counting_minutes_says(unit: Unit, data: st.DataObject) -> None:
    asked = data.draw(questions(unit.days))

    assert difference(calendar(unit), minutes(unit), asked) is None


@st.composite
def offices(draw: st.DrawFn) -> Unit:
    """Any hours, any days, any zone; a fortnight around a change of the clock, New Year or nothing in particular."""
    turn = draw(st.sampled_from([0, 0, 60, 360, 720]))
    week = {day: draw(_hours(turn)) for day in draw(st.lists(st.sampled_from(NAMES), min_size=2, unique=True))}
    first = draw(
        st.sampled_from([date(2026, 2, 28), date(2026, 3, 18), date(2026, 10, 15), date(2026, 10, 24), date(2025, 12, 24)])
    )
    inside = st.integers(0, 20).map(lambda step: (first + timedelta(days=step)).isoformat())
    off, special = draw(st.sets(inside, max_size=3)), draw(st.dictionaries(inside, _hours(turn) | st.just(""), max_size=2))
    texts = {
        "zone": draw(st.sampled_from(["America/New_York", "America/Havana", "Asia/Beirut", "Europe/London", "Asia/Kathmandu"])),
        "hours": week,
        "day_ends": f"{turn // 60:02}:00" if turn else "24:00",
        "days_off": sorted(off),
        "special": special,
    }
    return Unit(texts, first, 35, frozenset(off))


@st.composite
def _hours(draw: st.DrawFn, turn: int) -> str:
    points = sorted(draw(st.sets(st.integers(turn // 15, turn // 15 + 96), min_size=2, max_size=6)))
    pairs = [(points[index] * 15, points[index + 1] * 15) for index in range(0, len(points) - 1, 2)]
    return " ".join(f"{_face(a)}-{_face(b)}" for a, b in pairs)


def _face(minute: int) -> str:
    return "24:00" if minute == 1440 else f"{minute % 1440 // 60:02}:{minute % 60:02}"


@SLOW
@given(unit=offices(), data=st.data())
def test_any_calendar_agrees_with_the_oracle(unit: Unit, data: st.DataObject) -> None:
    oracle, office = Minutes(unit), calendar_of(unit)
    for _ in range(6):
        kind, amount = data.draw(st.sampled_from([("min", 3000), ("h", 60), ("wh", 9), ("wd", 2), ("d", 5)]))
        start = data.draw(st.integers(2 * 1440, 9 * 1440))
        asked = Question(start, data.draw(st.integers(0, amount)), kind, data.draw(pauses(start)), data.draw(st.booleans()))

        assert difference(office, oracle, asked) is None, asked


@pytest.mark.parametrize("unit", UNITS, ids=str)
@settings(QUICK, max_examples=25)
@given(data=st.data())
def test_working_time_is_the_minutes_worked_outside_the_pauses(unit: Unit, data: st.DataObject) -> None:
    oracle, office = minutes(unit), calendar(unit)
    start = data.draw(st.integers(3 * 1440, 40 * 1440))
    end = start + data.draw(st.integers(0, 20 * 1440))
    held = data.draw(pauses(start))

    told = office.working_time(
        oracle.at(start), oracle.at(end), pauses=[(oracle.at(a), None if b is None else oracle.at(b)) for a, b in held]
    )

    assert told == oracle.working(start, end, held) * MINUTE
    assert office.working_time(oracle.at(end), oracle.at(start)) == -oracle.working(start, end) * MINUTE


@pytest.mark.parametrize("unit", UNITS, ids=str)
@settings(QUICK, max_examples=10)
@given(data=st.data())
def test_counting_back_stops_at_the_last_moment_that_is_early_enough(unit: Unit, data: st.DataObject) -> None:
    oracle, office = minutes(unit), calendar(unit)
    end, amount = data.draw(st.integers(40 * 1440, 60 * 1440)), data.draw(st.integers(0, 40))

    assert office.subtract(oracle.at(end), parse_span(f"{amount}wh")) == oracle.at(oracle.latest(end, amount * 60))


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_business_days_and_intervals_are_those_of_the_oracle(unit: Unit) -> None:
    oracle, office = minutes(unit), calendar(unit)
    stretch = range(3 * 1440, len(oracle.day) - 3 * 1440)

    assert all(office.business_day(oracle.at(index)) == oracle.day[index] for index in stretch[::37])
    worked = {index for day in sorted(set(oracle.day[3000:-3000])) for index in _covered(office, oracle, day)}
    assert {index for index in stretch if oracle.work[index]} == worked & set(stretch)


def _covered(office: Calendar, oracle: Minutes, day: date) -> set[int]:
    found: set[int] = set()
    for start, end in office.intervals(day):
        found |= set(range((start - oracle.origin) // MINUTE, (end - oracle.origin) // MINUTE))
    return found


# An oracle that cannot be contradicted proves nothing: plant the usual mistakes and see it speak up.


def _fixed() -> list[Question]:
    """The same few questions every time; every other one is paused, every third keeps its clock time."""
    dice = random.Random(20261122)  # noqa: S311 - no secret
    asked = []
    for unit, most in (("wh", 30), ("wd", 6), ("d", 5), ("min", 900)):
        for step in range(12):
            start = dice.randrange(5 * 1440, 25 * 1440)
            held = ((start + 700, start + 1900),) if step % 2 else ()
            asked.append(Question(start, dice.randrange(1, most), unit, held, same_time=step % 3 == 0))
    return asked


FIXED = _fixed()
OFFICE_UNIT, BAR_UNIT = UNITS[0], UNITS[4]


@pytest.mark.parametrize("unit", [OFFICE_UNIT, BAR_UNIT], ids=str)
def test_without_a_planted_mistake_nothing_differs(unit: Unit) -> None:
    assert differences(calendar_of(unit), minutes(unit), FIXED) == 0


@pytest.mark.parametrize("unit", [OFFICE_UNIT, BAR_UNIT], ids=str)
def test_an_interval_one_minute_too_long_is_caught(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    right = YearTally._note
    monkeypatch.setattr(YearTally, "_note", lambda table, day, start, end: right(table, day, start, end + 60_000_000))

    assert differences(calendar_of(unit), minutes(unit), FIXED) > 3


@pytest.mark.parametrize("unit", [OFFICE_UNIT, BAR_UNIT], ids=str)
def test_a_working_day_counted_twice_is_caught(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Tally.nth
    monkeypatch.setattr(Tally, "nth", lambda tally, day, steps: right(tally, day, steps + 1))

    assert differences(calendar_of(unit), minutes(unit), FIXED) > 3


@pytest.mark.parametrize("unit", [OFFICE_UNIT, BAR_UNIT], ids=str)
def test_a_business_day_that_ends_a_minute_early_is_caught(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    right = DayLine.start
    monkeypatch.setattr(DayLine, "start", lambda line, on: right(line, on) - 60_000_000)

    assert differences(calendar_of(unit), minutes(unit), FIXED) > 3


def test_a_holiday_forgotten_and_a_make_up_day_forgotten_are_caught() -> None:
    for key in ("special", "days_off"):
        mistaken = calendar_of(
            Unit({**OFFICE, key: {"2026-02-14": "closed"} if key == "special" else ["2026-02-14"]}, date(2026, 1, 20), 90)
        )
        assert differences(mistaken, minutes(OFFICE_UNIT), FIXED) > 0
    opened = calendar_of(Unit({**OFFICE, "make_up": ["2026-02-16"]}, date(2026, 1, 20), 90))
    assert differences(opened, minutes(OFFICE_UNIT), FIXED) > 0


def test_a_pause_that_is_not_taken_off_is_caught() -> None:
    office, oracle = calendar_of(OFFICE_UNIT), minutes(OFFICE_UNIT)
    held = next(asked for asked in FIXED if asked.unit == "wh" and asked.pauses and asked.amount > 5)

    end = oracle.ends(held.start, held.amount, "wh")

    assert oracle.moved(held.start, end, "wh", held.pauses) != end
    assert office.add(oracle.at(held.start), parse_span(f"{held.amount}wh")) == oracle.at(end)
