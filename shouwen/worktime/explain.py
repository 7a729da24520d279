"""One sentence for one deadline: from when, what was counted, what was passed over, on which calendar, until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from shouwen.worktime.arithmetic import shifted
from shouwen.worktime.daybook import Day
from shouwen.worktime.dayline import micros
from shouwen.worktime.errors import Words
from shouwen.worktime.pauses import Pauses
from shouwen.worktime.saying import date_words, dates_words, is_zh, length_words, moment_words
from shouwen.worktime.skips import Run, held, skips
from shouwen.worktime.span import Family

if TYPE_CHECKING:
    from shouwen.worktime.deadline import Due

_MOST = 6  # beyond so many holidays or dates the sentence only counts them


def sentence(due: Due, lang: str) -> str:
    """Explain the deadline in Chinese or English.

    自2026年2月13日（周五）17:00起计8个工作小时，按日历“办公室”，跳过1个夜间、1次午休，2月14日（周六）为春节调休、
    照常计入，至2026年2月14日（周六）17:30止。
    """
    parts = [*_beginning(due, lang), *_same_time(due, lang), *_passed_over(due, lang), *_changes(due, lang), _ending(due, lang)]
    return "，".join(parts) + "。" if is_zh(lang) else ", ".join(parts) + "."


def _one(lang: str, zh: str, en: str) -> str:
    return Words(zh, en).says(lang)


def _beginning(due: Due, lang: str) -> Iterator[str]:
    began = moment_words(due.calendar.line.face(micros(due.start)), lang)
    if is_zh(lang):
        yield f"自{began}起计{due.span.zh()}"
    else:
        yield f"{due.span.en()} from {began}"
    if due.span.family is Family.CLOCK:
        yield _one(lang, "连续计时", "running day and night")
        return
    yield _one(lang, f"按日历“{due.calendar.book.words.zh}”", f"on the calendar “{due.calendar.book.words.en}”")
    yield from _first_day(due, lang)


def _same_time(due: Due, lang: str) -> Iterator[str]:
    if due.manner.same_time and due.span.family in {Family.WORKING_DAYS, Family.DAYS, Family.MONTHS}:
        yield _one(lang, "钟点不变", "at the same time of day")


def _first_day(due: Due, lang: str) -> Iterator[str]:
    """Say what the start counts for."""
    if due.span.family in {Family.DAYS, Family.MONTHS}:
        yield _one(lang, "起算当日不计", "the first day not counted")
        return
    start = micros(due.start)
    day, begins = due.calendar.tally.taken_up(start)
    if due.span.family is Family.WORKING_HOURS:
        if begins > start:
            opens = moment_words(due.calendar.line.face(begins), lang)
            yield _one(lang, f"起始在工作时间外，从{opens}开始计", f"begun outside hours and counted from {opens}")
        return
    taken = date_words(date.fromordinal(day), lang)
    if date.fromordinal(day) == due.calendar.line.day_of(start):
        yield _one(lang, f"{taken}当日不计", f"{taken} itself not counted")
    else:
        yield _one(
            lang, f"起始在工作时间外，视为{taken}、当日不计", f"begun outside hours, so taken as {taken}, itself not counted"
        )


def _passed_over(due: Due, lang: str) -> Iterator[str]:
    passed = skips(due)
    over: list[str] = []
    if passed.nights:
        over.append(_one(lang, f"{passed.nights}个夜间", f"{passed.nights} night{_s(passed.nights)}"))
    if passed.lunches:
        over.append(_one(lang, f"{passed.lunches}次午休", f"{passed.lunches} lunch{'' if passed.lunches == 1 else 'es'}"))
    if passed.breaks:
        over.append(_one(lang, f"{passed.breaks}次间歇", f"{passed.breaks} break{_s(passed.breaks)}"))
    if passed.days_off:
        over.append(_one(lang, f"休息日{passed.days_off}天", f"{passed.days_off} day{_s(passed.days_off)} off"))
    over += _holidays(passed.holidays, lang)
    if passed.closed:
        days = _dates(passed.closed, lang)
        over.append(_one(lang, f"停业的{days}", f"{days} (closed)"))
    if over:
        yield _one(lang, "跳过" + "、".join(over), "passing over " + " and ".join(over))
    yield from _made_up(passed.made_up, lang)
    if passed.special:
        days = _dates(passed.special, lang)
        yield _one(lang, f"{days}按当日特定时间计", f"{days} with hours of their own")


def _holidays(runs: tuple[Run, ...], lang: str) -> list[str]:
    if len(runs) > _MOST:
        days = sum((run.last - run.first).days + 1 for run in runs)
        return [_one(lang, f"节假日{days}天", f"{days} holidays")]
    return [
        _one(
            lang,
            f"{run.words.zh}假期（{dates_words(run.first, run.last, lang)}）",
            f"{run.words.en} ({dates_words(run.first, run.last, lang)})",
        )
        for run in runs
    ]


def _made_up(days: tuple[Day, ...], lang: str) -> Iterator[str]:
    if len(days) > _MOST:
        yield _one(lang, f"调休上班{len(days)}天照常计入", f"{len(days)} make-up days counted")
    elif days:
        zh = "、".join(
            f"{date_words(day.on, lang)}为{_words(day).zh}{'' if _words(day).zh == '调休' else '调休'}" for day in days
        )
        en = " and ".join(f"{date_words(day.on, lang)} ({_words(day).en})" for day in days)
        yield _one(lang, f"{zh}、照常计入", f"make-up day{_s(len(days))} {en} counted")


def _words(day: Day) -> Words:
    return day.words or Words("调休", "make-up day")


def _changes(due: Due, lang: str) -> Iterator[str]:
    """Say what moved the end: a roll, extensions, pauses."""
    if due.manner.roll != "none" and due.span.family in {Family.DAYS, Family.MONTHS}:
        yield from _rolled(due, lang)
    for extension in due.extensions:
        yield _one(lang, f"经批准延长{extension.zh()}", f"extended by {extension.en()} with approval")
    pauses = held(due)
    if pauses.times:
        in_days = due.span.runs == "clock"
        zh, en = (length_words(pauses.took, code, in_days=in_days) for code in ("zh", "en"))
        working = ("", "") if in_days else ("工作时间", " of working time")
        yield _one(
            lang,
            f"其间暂停{pauses.times}次、共{zh}{working[0]}不计",
            f"{pauses.times} pause{_s(pauses.times)} of {en}{working[1]} not counted",
        )


def _rolled(due: Due, lang: str) -> Iterator[str]:
    last = shifted(due.calendar.line.day_of(micros(due.start)), due.span)
    rolled = due.calendar.roll(last, due.manner.roll)
    if rolled == last:
        return
    words = due.calendar.day(last).words or Words("休息日", "a day off")
    later = rolled > last
    yield _one(
        lang,
        f"末日{date_words(last, lang)}为{words.zh}，{'顺延' if later else '提前'}至{date_words(rolled, lang)}",
        f"the last day {date_words(last, lang)} being {words.en} and moved {'on' if later else 'back'} "
        f"to {date_words(rolled, lang)}",
    )


def _ending(due: Due, lang: str) -> str:
    if due.due_at is None:
        since = Pauses.of(due.pauses).since
        stopped = moment_words(due.calendar.line.face(since if since is not None else micros(due.start)), lang)
        return _one(
            lang, f"自{stopped}起暂停，到期时刻待恢复后再定", f"paused since {stopped}, the end to be known when it resumes"
        )
    ends = moment_words(due.due_at, lang, ends_day=True)
    return _one(lang, f"至{ends}止", f"ending {ends}")


def _dates(days: tuple[date, ...], lang: str) -> str:
    if len(days) > _MOST:
        return _one(lang, f"{len(days)}天", f"{len(days)} days")
    return _one(lang, "、", " and ").join(date_words(day, lang) for day in days)


def _s(amount: int) -> str:
    return "" if amount == 1 else "s"
