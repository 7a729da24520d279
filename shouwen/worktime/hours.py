"""Opening hours as people write them: `08:30-12:00 13:30-17:30`, for a weekday or a group of weekdays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shouwen.worktime.errors import BadCalendar

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Hours = tuple[tuple[int, int], ...]
"""Intervals in minutes after 00:00 of the business day's date; 26:00 is 1560. In order, apart, each longer than nothing."""

Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
CLOSED = ""


def parse_clock(text: str) -> int:
    """Read `21:00` as minutes after midnight; up to `36:00`, as bars write two at night `26:00`."""
    told = re.fullmatch(r"([0-9]{2}):([0-5][0-9])", text)
    if told is None or int(told[1]) * 60 + int(told[2]) > 36 * 60:
        raise BadCalendar(
            f"“{text}”不是钟点。请写两位小时和两位分钟，例如 08:30。", f"“{text}” is no clock time. Write it as 08:30."
        )
    return int(told[1]) * 60 + int(told[2])


def parse_day_ends(text: str) -> int:
    """Read when the business day ends, as minutes after the midnight that follows: `24:00` is 0, `06:00` and `30:00` are 360."""
    minutes = parse_clock(text) % DAY
    if minutes > DAY // 2:
        raise BadCalendar(
            f"day_ends: “{text}”须为 24:00 或次日凌晨至中午的钟点，例如 06:00。",
            f"day_ends: “{text}” must be 24:00 or a time of the next morning, for example 06:00.",
        )
    return minutes


def on_business_day(minutes: int, day_starts: int) -> int:
    """Place a clock time on the business day: where the day begins at 06:00, 01:00 is the night that follows."""
    return minutes + DAY if minutes < day_starts else minutes


def parse_hours(text: str, day_starts: int = 0) -> Hours:
    """Read the hours of one business day; nothing, or `closed`, means a day off.

    >>> parse_hours("08:30-12:00 13:30-17:30"), parse_hours("18:00-02:00", parse_day_ends("06:00"))
    (((510, 720), (810, 1050)), ((1080, 1560),))
    """
    if text in {CLOSED, "closed"}:
        return ()
    intervals: list[tuple[int, int]] = []
    for part in text.split():
        start, end = _interval(part, text, day_starts)
        if intervals and start < intervals[-1][1]:
            raise BadCalendar(
                f"工作时间“{text}”的各段须按先后排列且不重叠。", f"The hours “{text}” must be in order and may not overlap."
            )
        if end > DAY + day_starts:
            raise BadCalendar(
                f"工作时间“{text}”超出营业日的结束。跨夜的工作时间请写 day_ends，例如 day_ends: “06:00”。",
                f"The hours “{text}” go past the end of the business day. "
                "For hours past midnight write day_ends, for example day_ends: “06:00”.",
            )
        intervals.append((start, end))
    return tuple(intervals)


def _interval(part: str, text: str, day_starts: int) -> tuple[int, int]:
    ends = part.split("-")
    if len(ends) != 2:
        raise BadCalendar(
            f"工作时间“{text}”看不懂。请写 08:30-12:00 13:30-17:30，段与段之间空一格。",
            f"The hours “{text}” cannot be read. Write 08:30-12:00 13:30-17:30, with a blank between intervals.",
        )
    start, end = (on_business_day(parse_clock(clock), day_starts) for clock in ends)
    return start, end if end > start else end + DAY


def parse_weekday(text: str) -> int:
    """Read `mon` or `monday` as 0, up to `sun` as 6."""
    for number, (short, long) in enumerate(zip(WEEKDAYS, _NAMES, strict=True)):
        if text in {short, long}:
            return number
    raise BadCalendar(
        f"“{text}”不是星期。请写 {' '.join(WEEKDAYS)} 之一。", f"“{text}” is no weekday. Write one of {' '.join(WEEKDAYS)}."
    )


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read `mon-fri`, `sat sun` or `fri-mon` as weekday numbers."""
    numbers: list[int] = []
    for part in text.split():
        first, dash, last = part.partition("-")
        start = parse_weekday(first)
        length = (parse_weekday(last) - start) % 7 if dash else 0
        numbers += [(start + step) % 7 for step in range(length + 1)]
    if not numbers:
        raise BadCalendar("工作时间缺少星期。请写例如 mon-fri。", "The hours lack their weekdays. Write for example mon-fri.")
    return tuple(numbers)


def parse_week(told: Mapping[str, str], day_starts: int = 0) -> Week:
    """Read the hours of each weekday; a weekday not named is a day off, one named twice an error."""
    week: dict[int, Hours] = {}
    for group, text in told.items():
        hours = parse_hours(text, day_starts)
        for weekday in parse_weekdays(group):
            if weekday in week:
                raise BadCalendar(
                    f"{WEEKDAYS[weekday]} 的工作时间写了两次。", f"The hours of {WEEKDAYS[weekday]} are written twice."
                )
            week[weekday] = hours
    return as_week(week.get(weekday, ()) for weekday in range(7))


def as_week(hours: Iterable[Hours]) -> Week:
    """Hold the hours of Monday to Sunday."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = hours
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
