"""How moments, due times and money read on the pages, in Chinese and in English, in the company's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from shouwen.worktime import moment_words
from shouwen.worktime.saying import date_words

State = Literal["over", "soon", "later", "none"]
_NEAR: Final = {-1: gettext_noop("昨天"), 0: gettext_noop("今天"), 1: gettext_noop("明天")}
_WEEKDAYS: Final = (
    gettext_noop("周一"), gettext_noop("周二"), gettext_noop("周三"), gettext_noop("周四"), gettext_noop("周五"),
    gettext_noop("周六"), gettext_noop("周日"),
)  # fmt: skip
SOON: Final = timedelta(hours=1)  # this near is soon, even where the warning moment of the clause is yet to come


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment in words: `state` for the colour, `left` how long still (or how late), `when` the day and time."""

    at: datetime | None
    warn_at: datetime | None
    state: State
    left: str
    when: str


def due(at: datetime | None, now: datetime, warn_at: datetime | None = None) -> Due:
    """Say when something falls due, seen from now. None: no time was set, or the clock is stopped."""
    if at is None:
        return Due(None, None, "none", "", "")
    state: State = "over" if at < now else "soon" if now >= min(warn_at or at, at - SOON) else "later"
    return Due(at, warn_at, state, distance(at, now), by(at, now))


def distance(at: datetime, now: datetime) -> str:
    """Say how far away a moment is, coarsely: 还剩 45 分, 超时 3 小时.

    The pages' clock.js says the same as time passes.
    """
    length = abs(at - now)
    minutes = int(length.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if minutes < 1:
        return _("刚超时") if at < now else _("即将到期")
    if minutes < 60:
        amount = _("%d 分") % minutes
    elif rest and hours < 10:
        amount = _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": rest}
    elif hours < 48:
        amount = _("%d 小时") % hours
    else:
        amount = _("%d 天") % (hours // 24)
    return (_("超时 %s") if at < now else _("还剩 %s")) % amount


def when(at: datetime, now: datetime) -> str:
    """Say a moment as people say it: 今天 14:05, 明天 09:00, 11-25 周三 09:00, 2025-11-20 14:05."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days in _NEAR:
        return f"{_(_NEAR[days])} {clock}"
    return f"{day(local.date(), today)} {clock}"


def by(at: datetime, now: datetime) -> str:
    """Say until when something is due: the end of a day is 24:00 of it, and not the first moment of the next."""
    local = timezone.localtime(at)
    if local.time() != time():
        return when(at, now)
    return when(at - timedelta(minutes=1), now).replace("23:59", "24:00")


def day(on: date, today: date) -> str:
    """Say a date: within the coming and the past week with its weekday, of another year with the year."""
    if on.year != today.year:
        return f"{on:%Y-%m-%d}"
    if abs((on - today).days) < 7:
        return f"{on:%m-%d} {weekday(on)}"
    return f"{on:%m-%d}"


def weekday(on: date) -> str:
    """Say a day of the week: 周三."""
    return _(_WEEKDAYS[on.weekday()])


def in_full(at: datetime) -> str:
    """Say a moment completely: 2026年2月14日（周六）17:30."""
    return moment_words(timezone.localtime(at).replace(microsecond=0), language())


def long_date(on: date) -> str:
    """Say a date for a heading: 11月22日（周日）."""
    return date_words(on, language())


_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_HALF: Final = str.maketrans(",;:?!()", "，；：？！（）")
_BESIDE: Final = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef”’])[,;:?!()]|[,;:?!()](?=[\u3400-\u9fff“‘])")


def typeset(text: str) -> str:
    """Give Chinese the punctuation its readers expect: beside Chinese characters half-width signs become full-width ones.

    Packs are written in YAML, where full-width signs are a nuisance.

    >>> typeset("报修:受理前须填来源;金额 1,200(元)")
    '报修：受理前须填来源；金额 1,200（元）'
    """
    return _BESIDE.sub(lambda m: m.group().translate(_HALF), text)


def unit(word: str) -> str:
    """Return the unit behind a number: packs write it in Chinese (分, 台), and English says it in the name of the field or book.

    A sign (㎡, %) is the same to all.
    """
    return "" if language() == "en" and _CHINESE.search(word) else word


def language() -> str:
    """The reader's language, as the law's labels want it."""
    return get_language() or "zh-hans"


def money(fen: int) -> str:
    """Say money: ¥1,280.00."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
