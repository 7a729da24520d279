"""Read a calendar from plain words, as a pack or a settings file writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shouwen.worktime.daybook import DayBook, MakeUp, Season
from shouwen.worktime.errors import BadCalendar, Words
from shouwen.worktime.holidays import MONDAY, Holidays, chinese_holidays, holiday_words, parse_dates
from shouwen.worktime.hours import Hours, Week, parse_day_ends, parse_hours, parse_week, parse_weekday

Named = Mapping[str, str] | Iterable[str]
"""Dates with names, or dates alone: {"2026-05-01": "劳动节"} or ["2026-05-01"]; a key may be a run, 2026-02-15..2026-02-23."""

SeasonTexts = Mapping[str, str | Mapping[str, str]]
"""`zh`, `en`, `from` and `to` (05-01), and `hours` where the season brings its own."""


class CalendarTexts(TypedDict, total=False):
    """The keys of a calendar in a pack. Every value is text; all have a default."""

    zh: str  # what the calendar is called: 办公室
    en: str
    zone: str  # IANA name; Asia/Shanghai
    hours: Mapping[str, str] | str  # by groups of weekdays, {"mon-fri": "08:30-12:00 13:30-17:30"}; a text alone means every day
    seasons: Mapping[str, SeasonTexts]  # {"summer": {"zh": "夏季", "from": "05-01", "to": "09-30", "hours": {...}}}
    holidays: str | Named  # "cn", "none", or dates; "none" by default
    announced: Mapping[str, Mapping[str, Named]]  # years of `cn` we do not ship: {"2027": {"off": {...}, "make_up": {...}}}
    days_off: Named  # the company's own, besides the holidays
    make_up: Named  # working days besides the holidays' own, with the weekday whose hours they use ("monday" by default)
    special: Mapping[str, str]  # hours of single dates: {"2026-02-13": "08:30-12:00"}
    day_ends: str  # "24:00"; "06:00" where the night belongs to the day before
    week_starts: str  # "monday"
    years: str | Collection[int]  # "2024-2026": the years whose holidays are complete; by default those of the holidays


_ALL_DAYS = "mon-sun"


def read_daybook(told: CalendarTexts) -> DayBook:
    """Return the facts of a calendar; raise `BadCalendar` naming the key that cannot be read."""
    strange = sorted(set(told) - set(CalendarTexts.__annotations__))
    if strange:
        known = ", ".join(CalendarTexts.__annotations__)
        raise BadCalendar(f"日历没有“{strange[0]}”这一项，可用：{known}。", f"A calendar has no “{strange[0]}”; it has {known}.")
    _refuse_shapes(told)
    zh = told.get("zh", "工作日历")
    day_starts = parse_day_ends(told.get("day_ends", "24:00"))
    holidays = _holidays(told)
    special = _special(told.get("special", {}), day_starts)
    return DayBook(
        words=Words(zh, told.get("en") or (zh if "zh" in told else "working calendar")),
        zone=_zone(told.get("zone", "Asia/Shanghai")),
        week=_week(told.get("hours", {}), day_starts),
        day_starts=day_starts,
        week_starts=parse_weekday(told.get("week_starts", "monday")),
        seasons=_seasons(told.get("seasons", {}), day_starts),
        holidays=holidays.off,
        make_up=holidays.make_up,
        special=special,
        years=_years(told, holidays),
    )


def _refuse_shapes(told: CalendarTexts) -> None:
    """Refuse a list or mapping where text is wanted, and text where they are: whoever wrote it is told which key it is."""
    for key, value in told.items():
        if not _SHAPES.get(key, _is_text)(value):
            raise BadCalendar(
                f"{key}: 写法不对，应如 {_LIKE.get(key, '一个词')}。", f"{key}: write it like {_LIKE.get(key, 'a word')}."
            )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value.values()))


def _is_week(value: object) -> bool:
    return _is_text(value) or _is_texts(value)


def _is_named(value: object) -> bool:
    return _is_week(value) or (isinstance(value, Collection) and not isinstance(value, Mapping) and all(map(_is_text, value)))


def _is_season(value: object) -> bool:
    return isinstance(value, Mapping) and all((_is_week if k == "hours" else _is_text)(v) for k, v in value.items())


def _is_seasons(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_season, value.values()))


def _is_announced(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(y, Mapping) and all(map(_is_named, y.values())) for y in value.values())


def _is_years(value: object) -> bool:
    return _is_text(value) or (isinstance(value, Collection) and all(isinstance(year, int) for year in value))


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "hours": _is_week, "seasons": _is_seasons, "holidays": _is_named, "announced": _is_announced, "days_off": _is_named,
    "make_up": _is_named, "special": _is_texts, "years": _is_years,
}  # fmt: skip
_LIKE: Mapping[str, str] = {
    "hours": '{mon-fri: "08:30-12:00 13:30-17:30"}', "seasons": '{summer: {from: "05-01", to: "09-30"}}', "holidays": "cn",
    "announced": '{"2027": {off: {"2027-01-01": 元旦}}}', "days_off": '["2026-05-01"]', "make_up": '["2026-05-09"]',
    "special": '{"2026-02-13": "08:30-12:00"}', "years": '"2024-2026"', "zone": "Asia/Shanghai", "day_ends": '"06:00"',
    "week_starts": "monday",
}  # fmt: skip


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCalendar(
            f"zone: 没有“{name}”这个时区。请写 IANA 名称，例如 Asia/Shanghai。",
            f"zone: there is no time zone “{name}”. Write an IANA name, for example Asia/Shanghai.",
        ) from None


def _week(told: Mapping[str, str] | str, day_starts: int) -> Week:
    return parse_week({_ALL_DAYS: told} if isinstance(told, str) else told, day_starts)


def _special(told: Mapping[str, str], day_starts: int) -> Mapping[date, Hours]:
    return {on: parse_hours(text, day_starts) for days, text in told.items() for on in parse_dates(days)}


def _names(told: Named) -> dict[date, str]:
    listed = told.split() if isinstance(told, str) else told
    pairs = listed.items() if isinstance(listed, Mapping) else ((days, "") for days in listed)
    return {on: name for days, name in pairs for on in parse_dates(days)}


def _holidays(told: CalendarTexts) -> Holidays:
    """Put the company's own days over the published ones; the same date told as both is an error."""
    days_off, working = _names(told.get("days_off", ())), _names(told.get("make_up", ()))
    both = sorted(set(days_off) & set(working))
    if both:
        raise BadCalendar(f"{both[0]} 既写为休息日又写为上班日。", f"{both[0]} is told both as a day off and as a working day.")
    published = _published(told.get("holidays", "none"))
    if told.get("holidays") == "cn":
        published = _announced(published, told.get("announced", {}))
    off = {**published.off, **{on: Words(name or "休息日", name or "day off") for on, name in days_off.items()}}
    make_up = {on: day for on, day in published.make_up.items() if on not in days_off}
    for on, weekday in working.items():
        make_up[on] = MakeUp(parse_weekday(weekday) if weekday else MONDAY, Words("调休", "make-up day"))
    return Holidays(off, make_up, published.years)


def _published(told: str | Named) -> Holidays:
    if told == "cn":
        return chinese_holidays()
    if told == "none":
        return Holidays({}, {}, frozenset())
    if isinstance(told, str):
        raise BadCalendar(
            f"holidays: “{told}”看不懂。请写 cn、none 或日期。", f"holidays: “{told}” is not known. Write cn, none or dates."
        )
    off = {on: Words(name or "假日", name or "holiday") for on, name in _names(told).items()}
    return Holidays(off, {}, frozenset(on.year for on in off))


def _announced(published: Holidays, years: Mapping[str, Mapping[str, Named]]) -> Holidays:
    """Put whole years over the ones we ship; a make-up day is worked with Monday's hours. One told again replaces ours."""
    off = {on: words for on, words in published.off.items() if str(on.year) not in years}
    make_up = {on: day for on, day in published.make_up.items() if str(on.year) not in years}
    for year, days in years.items():
        if not re.fullmatch(r"20\d\d", year, re.ASCII):
            raise BadCalendar(f"holidays: “{year}”不是年份。", f"holidays: “{year}” is no year.")
        off |= {on: holiday_words(name) for on, name in _names(days.get("off", ())).items()}
        make_up |= {on: MakeUp(MONDAY, holiday_words(name)) for on, name in _names(days.get("make_up", ())).items()}
    return Holidays(off, make_up, published.years | frozenset(map(int, years)))


def _years(told: CalendarTexts, holidays: Holidays) -> frozenset[int] | None:
    """Take the years told; else those of the holidays; a calendar that keeps no holidays knows every year."""
    years = told.get("years")
    if years is None:
        return None if told.get("holidays", "none") == "none" else holidays.years
    if not isinstance(years, str):
        return frozenset(years)
    ends = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", years, re.ASCII)
    if ends is None:
        raise BadCalendar(
            f"years: “{years}”看不懂。请写 2026 或 2024-2026。", f"years: “{years}” cannot be read. Write 2026 or 2024-2026."
        )
    return frozenset(range(int(ends[1]), int(ends[2] or ends[1]) + 1))


def _seasons(told: Mapping[str, SeasonTexts], day_starts: int) -> tuple[Season, ...]:
    seasons = tuple(_season(key, texts, day_starts) for key, texts in told.items())
    hours = [season for season in seasons if season.week is not None]
    for index, season in enumerate(hours):
        for other in hours[index + 1 :]:
            if _overlap(season, other):
                raise BadCalendar(
                    f"seasons: {season.key} 与 {other.key} 重叠，同一天有两套工作时间。",
                    f"seasons: {season.key} and {other.key} overlap, so that one day has two sets of hours.",
                )
    return seasons


def _season(key: str, told: SeasonTexts, day_starts: int) -> Season:
    zh, en = str(told.get("zh", key)), str(told.get("en") or told.get("zh", key))
    try:
        first, last = (date.fromisoformat(f"2024-{told.get(end)}") for end in ("from", "to"))
    except ValueError:
        raise BadCalendar(
            f"seasons: {key} 须写 from 和 to,例如 from: “05-01”, to: “09-30”。",
            f"seasons: {key} needs from and to, for example from: “05-01”, to: “09-30”.",
        ) from None
    hours = told.get("hours")
    week = None if hours is None else _week(hours, day_starts)
    return Season(key, Words(zh, en), (first.month, first.day), (last.month, last.day), week)


def _overlap(one: Season, other: Season) -> bool:
    """Both are circular runs of days, so they meet where one of them begins."""
    leap = [date(2024, *season.first) for season in (one, other)]
    return other.covers(leap[0]) or one.covers(leap[1])
