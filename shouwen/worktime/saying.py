"""How moments, dates and lengths of time are said in Chinese and in English."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_zh(lang: str) -> bool:
    """Say whether the language is a Chinese one."""
    return lang.lower().startswith("zh")


def moment_words(moment: datetime, lang: str, *, ends_day: bool = False) -> str:
    """Say a moment: 2026年2月14日（周六）17:30. With `ends_day`, midnight is the 24:00 of the day before, as regulations say it.

    >>> moment_words(datetime.fromisoformat("2026-03-09T00:00+08:00"), "en", ends_day=True)
    'Sun 8 Mar 2026 24:00'
    """
    on, clock = moment.date(), f"{moment:%H:%M}" if not moment.second else f"{moment:%H:%M:%S}"
    if ends_day and clock == "00:00":
        on, clock = on - timedelta(days=1), "24:00"
    if is_zh(lang):
        return f"{on.year}年{date_words(on, lang)}{clock}"
    return f"{_EN_DAYS[on.weekday()]} {on.day} {_EN_MONTHS[on.month - 1]} {on.year} {clock}"


def date_words(on: date, lang: str) -> str:
    """Say a date within its year: 2月14日（周六）."""
    if is_zh(lang):
        return f"{on.month}月{on.day}日（周{_ZH_DAYS[on.weekday()]}）"
    return f"{_EN_DAYS[on.weekday()]} {on.day} {_EN_MONTHS[on.month - 1]}"


def dates_words(first: date, last: date, lang: str) -> str:
    """Say a run of dates: 2月15日至23日."""
    if is_zh(lang):
        if first == last:
            return f"{first.month}月{first.day}日"
        return f"{first.month}月{first.day}日至{'' if first.month == last.month else f'{last.month}月'}{last.day}日"
    if first == last:
        return f"{first.day} {_EN_MONTHS[first.month - 1]}"
    month = "" if first.month == last.month else f" {_EN_MONTHS[first.month - 1]}"
    return f"{first.day}{month}–{last.day} {_EN_MONTHS[last.month - 1]}"


def length_words(length: timedelta, lang: str, *, in_days: bool = True) -> str:
    """Say a length of time; working time is said in hours, since a working day has no fixed number of them.

    >>> length_words(timedelta(hours=27, minutes=5), "zh"), length_words(timedelta(hours=27), "en", in_days=False)
    ('1天3小时5分钟', '27 hours')
    """
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if in_days else (0, hours)
    parts = [(days, "天", "day"), (hours, "小时", "hour"), (minutes, "分钟", "minute"), (seconds, "秒", "second")]
    told = [part for part in parts if part[0]] or [parts[2]]
    if is_zh(lang):
        return "".join(f"{amount}{zh}" for amount, zh, _ in told)
    return " ".join(f"{amount} {en}{'' if amount == 1 else 's'}" for amount, _, en in told)
