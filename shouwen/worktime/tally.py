"""Working time on prefix sums: one table for each year, built when first asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from shouwen.worktime.daybook import DayBook
from shouwen.worktime.dayline import MINUTE, DayLine
from shouwen.worktime.errors import NoWorkingTime


class YearTally:
    """The working intervals of one year in order, and the working time gone at the end of each."""

    __slots__ = ("days", "ends", "gone", "starts", "total", "worked")

    def __init__(self, book: DayBook, line: DayLine, year: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.gone: list[int] = []  # working time from New Year to the end of this interval
        self.days: list[int] = []  # ordinal of the business day of each interval
        self.total = 0
        on = date(year, 1, 1)
        while on.year == year:
            for first, last in book.day(on).hours:
                start, end = line.place(on, first * MINUTE), line.place(on, last * MINUTE)
                if end > start:  # an interval the clock jumped over has no time in it
                    self._note(on.toordinal(), start, end)
            on += timedelta(days=1)
        self.worked = sorted(set(self.days))

    def _note(self, day: int, start: int, end: int) -> None:
        self.total += end - start
        self.starts.append(start)
        self.ends.append(end)
        self.gone.append(self.total)
        self.days.append(day)

    def position(self, at: int) -> int:
        """Return the working time from New Year to the moment."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.gone[index] - max(0, self.ends[index] - at)


class Tally:
    """Working time and working days over the years of one calendar, in microseconds and day ordinals."""

    def __init__(self, book: DayBook, line: DayLine) -> None:
        self.book = book
        self.line = line
        self._years: dict[int, YearTally] = {}

    def year(self, year: int) -> YearTally:
        """Return the table of a year; raise `UnknownYear` where the calendar does not know it."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = YearTally(self.book, self.line, year)
        return table

    def _worked_year(self, year: int) -> YearTally:
        """Return the table of a year to be walked through; without a working hour in it the walk might never end."""
        table = self.year(year)
        if not table.total:
            raise NoWorkingTime(year, self.book.words)
        return table

    def measure(self, a: int, b: int) -> int:
        """Return the working time between two moments, a ≤ b."""
        if a == b:
            return 0
        first, last = self.line.year_of(a), self.line.year_of(b)
        if b == self.line.new_year(last):  # 24:00 of 31 December asks nothing of the new year
            last -= 1
            gone = self.year(last).total
        else:
            gone = self.year(last).position(b)
        passed = sum(self.year(year).total for year in range(first, last))
        return passed + gone - self.year(first).position(a)

    def advance(self, at: int, amount: int) -> int:
        """Return the first moment by which so much working time has passed: full at closing time, not at the next opening."""
        if amount == 0:
            return at
        year = self.line.year_of(at)
        table = self._worked_year(year)
        target = table.position(at) + amount
        while target > table.total:
            target -= table.total
            year += 1
            table = self._worked_year(year)
        index = bisect_left(table.gone, target)
        return table.ends[index] - (table.gone[index] - target)

    def retreat(self, at: int, amount: int) -> int:
        """Return the last moment from which so much working time is still to come: at an opening, not at the closing before."""
        if amount == 0:
            return at
        year = self.line.year_of(at)
        if at == self.line.new_year(year):
            year -= 1
            target = self._worked_year(year).total - amount
        else:
            target = self._worked_year(year).position(at) - amount
        while target < 0:
            year -= 1
            target += self._worked_year(year).total
        table = self.year(year)
        index = bisect_right(table.gone, target)
        return table.ends[index] - (table.gone[index] - target)

    def taken_up(self, at: int) -> tuple[int, int]:
        """Return the working day a moment counts for, and when work on it can begin: closing time already belongs to the next."""
        year = self.line.year_of(at)
        table = self._worked_year(year)
        index = bisect_right(table.ends, at)
        if index == len(table.ends):
            table, index = self._worked_year(year + 1), 0
        return table.days[index], max(at, table.starts[index])

    def ended(self, at: int) -> int:
        """Return the working day during or after which the moment lies: the last that opened by then."""
        year = self.line.year_of(at)
        table = self._worked_year(year)
        index = bisect_right(table.starts, at) - 1
        if index < 0:
            table = self._worked_year(year - 1)
        return table.days[index]

    def nth(self, day: int, steps: int) -> int:
        """Return the working day so many after (before, if negative) a working day."""
        year = date.fromordinal(day).year
        table = self._worked_year(year)
        index = bisect_left(table.worked, day) + steps
        while index >= len(table.worked):
            index -= len(table.worked)
            year += 1
            table = self._worked_year(year)
        while index < 0:
            year -= 1
            table = self._worked_year(year)
            index += len(table.worked)
        return table.worked[index]

    def opens(self, day: int) -> int:
        """Return the first opening of a working day."""
        table = self.year(date.fromordinal(day).year)
        return table.starts[bisect_left(table.days, day)]

    def closes(self, day: int) -> int:
        """Return the last closing of a working day."""
        table = self.year(date.fromordinal(day).year)
        return table.ends[bisect_right(table.days, day) - 1]

    def rolled(self, on: date, step: int) -> date:
        """Return the date if it is worked, else the next working day (step 1) or the one before (step -1)."""
        worked = self._worked_year(on.year).worked
        day = on.toordinal()
        index = bisect_left(worked, day)
        if index < len(worked) and worked[index] == day:
            return on
        if step < 0:
            index -= 1
        if 0 <= index < len(worked):
            return date.fromordinal(worked[index])
        table = self._worked_year(on.year + step)
        return date.fromordinal(table.worked[0 if step > 0 else -1])
