"""The calendar of a unit: its zone, hours, holidays and business day, and the questions one may put to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, Unpack

from shouwen.worktime.arithmetic import PLAIN, Manner, Roll, back, prolong, reach, roll
from shouwen.worktime.daybook import Day, DayBook
from shouwen.worktime.dayline import MINUTE, DayLine, micros
from shouwen.worktime.errors import PausedSpan
from shouwen.worktime.hours import on_business_day, parse_clock
from shouwen.worktime.pauses import Pause, Pauses
from shouwen.worktime.reading import CalendarTexts, read_daybook
from shouwen.worktime.span import Span
from shouwen.worktime.tally import Tally

Period = Literal["business_day", "week", "calendar_month", "calendar_quarter", "calendar_year"]
End = Literal["day", "week", "month", "quarter", "year", "hours"]

_PERIODS: Mapping[str, Period] = {
    "day": "business_day",
    "week": "week",
    "month": "calendar_month",
    "quarter": "calendar_quarter",
    "year": "calendar_year",
}
_MONTHS: Mapping[str, int] = {"calendar_month": 1, "calendar_quarter": 3, "calendar_year": 12}


class Calendar:
    """Immutable. Moments go in with any zone and come out with the calendar's, its offset fixed.

    >>> office = Calendar.build(hours={"mon-fri": "08:30-12:00 13:30-17:30"}, holidays="cn")
    >>> from shouwen.worktime.span import parse_span
    >>> office.add(datetime.fromisoformat("2026-02-13T17:00+08:00"), parse_span("8wh")).isoformat()
    '2026-02-14T17:30:00+08:00'
    """

    __slots__ = ("book", "line", "tally")

    def __init__(self, book: DayBook) -> None:
        self.book = book
        self.line = DayLine(book.zone, book.day_starts)
        self.tally = Tally(book, self.line)

    @classmethod
    def build(cls, **told: Unpack[CalendarTexts]) -> Calendar:
        """Build a calendar from plain words; `CalendarTexts` lists the keys. Raise `BadCalendar` naming what cannot be read."""
        return cls(read_daybook(told))

    def __reduce__(self) -> tuple[type[Calendar], tuple[DayBook]]:
        return Calendar, (self.book,)  # the tables are built again where they are needed

    def __repr__(self) -> str:
        return f"<Calendar {self.book.words.en}, {self.book.zone.key}>"

    # Days

    def knows(self, year: int) -> bool:
        """Say whether working time of the year can be counted."""
        return self.book.knows(year)

    def day(self, on: date) -> Day:
        """Return the date's hours and why it has them."""
        return self.book.day(on)

    def is_working_day(self, on: date) -> bool:
        """Say whether the unit works on the date at all."""
        return bool(self.book.day(on).hours)

    def intervals(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working intervals of a business day; those of a bar's night lie on the next date."""
        placed = [
            (self.line.place(on, first * MINUTE), self.line.place(on, last * MINUTE)) for first, last in self.book.day(on).hours
        ]
        return tuple((self.line.face(start), self.line.face(end)) for start, end in placed if start < end)

    def in_season(self, key: str, on: date) -> bool:
        """Say whether the date lies in a named season; raise KeyError for a season the calendar does not have."""
        for season in self.book.seasons:
            if season.key == key:
                return season.covers(on)
        raise KeyError(key)

    def business_day(self, moment: datetime) -> date:
        """Return the business day: at one in the night of a bar it is still yesterday."""
        return self.line.day_of(micros(moment))

    def day_bounds(self, on: date) -> tuple[datetime, datetime]:
        """Return when the business day begins and when it ends; the end is the beginning of the next."""
        return self.line.face(self.line.start(on)), self.line.face(self.line.end(on))

    def clock(self, on: date, time: str) -> datetime:
        """Return the moment the clock shows `21:00` on that business day; 01:00 is in its night where the day ends at 06:00.

        A time shown twice (the clock goes back) means the first, one never shown (it goes forward) the moment of the jump.
        """
        return self.line.face(self.line.place(on, on_business_day(parse_clock(time), self.book.day_starts) * MINUTE))

    def day_at(self, moment: datetime, days: int, time: str, rule: Roll = "none") -> datetime:
        """Return a clock time so many business days after the moment's: `next day 10:00` is `day_at(moment, 1, "10:00")`."""
        return self.clock(self.roll(self.business_day(moment) + timedelta(days=days), rule), time)

    def next_working_day(self, on: date) -> date:
        """Return the first working day after the date."""
        return self.roll(on + timedelta(days=1), "forward")

    def roll(self, on: date, rule: Roll) -> date:
        """Return the date if it is worked; else the next working day (forward, 顺延), the one before, or the date itself."""
        return roll(self.tally, on, rule)

    # Periods

    def period_bounds(self, period: Period | Span, moment: datetime) -> tuple[datetime, datetime]:
        """Return the period around a moment, the end not included; or the span back from the moment, both ends included."""
        if isinstance(period, Span):
            return self.subtract(moment, period), self.line.face(micros(moment))
        first, after = self.period_dates(period, self.business_day(moment))
        return self.line.face(self.line.start(first)), self.line.face(self.line.start(after))

    def period_dates(self, period: Period, on: date) -> tuple[date, date]:
        """Return the first business day of the period and the first one after it."""
        if period == "business_day":
            return on, on + timedelta(days=1)
        if period == "week":
            first = on - timedelta(days=(on.weekday() - self.book.week_starts) % 7)
            return first, first + timedelta(days=7)
        length = _MONTHS[period]
        month = on.year * 12 + (on.month - 1) // length * length
        return _month(month), _month(month + length)

    def end_of(self, period: End, moment: datetime) -> datetime:
        """Return the end of the day, week, month, quarter or year: its last 24:00. `hours` asks `end_of_hours`."""
        if period == "hours":
            return self.end_of_hours(moment)
        return self.period_bounds(_PERIODS[period], moment)[1]

    def end_of_hours(self, moment: datetime) -> datetime:
        """Return when the unit closes on the working day a moment counts for; after closing that is the next working day."""
        return self.line.face(self.tally.closes(self.tally.taken_up(micros(moment))[0]))

    # Time

    def working_time(self, a: datetime, b: datetime, *, pauses: Iterable[Pause] = ()) -> timedelta:
        """Return the working time from a to b outside the pauses; negative if b is before a."""
        start, end = micros(a), micros(b)
        low, high = min(start, end), max(start, end)
        total = Pauses.of(pauses).net(self.tally, "working", low, high)
        return timedelta(microseconds=total if start <= end else -total)

    def add(
        self, start: datetime, span: Span, *, same_time: bool = False, pauses: Iterable[Pause] = (), roll: Roll = "none"
    ) -> datetime:
        """Return when the span that begins at `start` ends; `arithmetic` says how each unit counts.

        An open pause before the end raises `PausedSpan`.
        """
        first = micros(start)
        end = reach(self.tally, first, span, PLAIN if not same_time and roll == "none" else Manner(same_time, roll))
        at = Pauses.of(pauses).moved(self.tally, span.runs, first, end)
        if at is None:
            raise PausedSpan
        return self.line.face(at)

    def subtract(self, end: datetime, span: Span) -> datetime:
        """Return the last moment that is at least the span before `end` (`ahead_of`, rolling periods)."""
        return self.line.face(back(self.tally, micros(end), span))

    def extend(self, end: datetime, span: Span, *, roll: Roll = "none") -> datetime:
        """Return the end moved by an extension: Thursday's closing time and one working day is Friday's closing time."""
        return self.line.face(prolong(self.tally, micros(end), span, Manner(roll=roll)))


def _month(months: int) -> date:
    """Return the first of a month counted from year 0."""
    year, month = divmod(months, 12)
    return date(year, month + 1, 1)
