"""What worktime refuses, each refusal said in Chinese and in English, with what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def says(self, lang: str) -> str:
        """Return the Chinese words for `zh` and its variants (`zh-hans`, `zh_CN`), the English ones for anything else."""
        return self.zh if lang.lower().startswith("zh") else self.en


class WorktimeError(ValueError):
    """A question or a text that worktime cannot answer; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return self.en

    def says(self, lang: str) -> str:
        """Return the reason in the reader's language."""
        return Words(self.zh, self.en).says(lang)


class BadSpan(WorktimeError):
    """A text that is no span, or a span asked for what it cannot give."""


class BadCalendar(WorktimeError):
    """Words from which no calendar can be built; they name the key and the value."""


class NaiveMoment(WorktimeError):
    """A moment without a time zone: nobody can say when it was."""

    def __init__(self) -> None:
        super().__init__("时刻须带时区。", "A moment needs its time zone.")

    def __reduce__(self) -> tuple[type[NaiveMoment], tuple[()]]:
        return NaiveMoment, ()


class PausedSpan(WorktimeError):
    """A moment was asked for while the clock stands still; ask `due` instead, which answers None."""

    def __init__(self) -> None:
        super().__init__(
            "计时尚在暂停，到期时刻待恢复后才能确定。", "The clock is paused; the moment is known only after it resumes."
        )

    def __reduce__(self) -> tuple[type[PausedSpan], tuple[()]]:
        return PausedSpan, ()


class UnknownYear(WorktimeError):
    """A working-time question about a year whose holidays nobody has entered. Never answered by a guess."""

    def __init__(self, year: int, calendar: Words) -> None:
        super().__init__(
            f"日历“{calendar.zh}”没有{year}年的节假日和调休安排，不能计算该年的工作时间。请先录入{year}年的安排。",
            f"The calendar “{calendar.en}” has no holidays and make-up days for {year}, so working time "
            f"in that year cannot be counted. Enter the arrangement for {year} first.",
        )
        self.year = year
        self.calendar = calendar

    def __reduce__(self) -> tuple[type[UnknownYear], tuple[int, Words]]:
        return UnknownYear, (self.year, self.calendar)


class NoWorkingTime(WorktimeError):
    """A working-time question to a calendar that has not one working hour in a year."""

    def __init__(self, year: int, calendar: Words) -> None:
        super().__init__(
            f"日历“{calendar.zh}”在{year}年没有任何工作时间。请写明工作时间，例如 mon-fri: 08:30-12:00 13:30-17:30。",
            f"The calendar “{calendar.en}” has no working hours at all in {year}. "
            "Give it hours, for example mon-fri: 08:30-12:00 13:30-17:30.",
        )
        self.year = year
        self.calendar = calendar

    def __reduce__(self) -> tuple[type[NoWorkingTime], tuple[int, Words]]:
        return NoWorkingTime, (self.year, self.calendar)
