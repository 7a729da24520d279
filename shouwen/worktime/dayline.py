"""The line of business days in one zone: from the face of the wall clock to moments and back.

Inside worktime a moment is a whole number of microseconds since 1970-01-01 UTC: Python compares and subtracts two times of one
ZoneInfo by their faces, which is wrong by an hour on two nights of the year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from shouwen.worktime.errors import NaiveMoment

MINUTE = 60_000_000
DAY = 86_400_000_000
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def micros(moment: datetime) -> int:
    """Return microseconds since 1970 UTC; raise `NaiveMoment` for a time without zone."""
    try:
        since = moment - _EPOCH
    except TypeError:  # Python subtracts no time without zone from one that has one
        raise NaiveMoment from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def in_micros(length: timedelta) -> int:
    """Return a length of time in microseconds."""
    return (length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds


class DayLine:
    """Business days of one zone. Day D begins when the clock on D reaches the start of the day, and ends where D+1 begins."""

    def __init__(self, zone: ZoneInfo, day_starts: int) -> None:
        self.zone = zone
        self.day_starts = day_starts * MINUTE
        self._starts: dict[date, int] = {}
        self._new_years: dict[int, int] = {}
        self._midnights: dict[int, datetime | None] = {}  # by day since 1970, in UTC
        self._turns: dict[int, tuple[int, date, date] | None] = {}  # as those: when one business day turns into another
        self._offsets: dict[timedelta, timezone] = {}

    def face(self, at: int) -> datetime:
        """Return the moment as the zone's clock shows it, its offset fixed: comparing and subtracting then go by elapsed time."""
        day, into = divmod(at, DAY)
        midnight = self._midnights[day] if day in self._midnights else self._midnight(day)
        return self._shown(at) if midnight is None else midnight + timedelta(0, 0, into)

    def _midnight(self, day: int) -> datetime | None:
        """Return the face of a day's first moment in UTC; None when the offset changes before its last, or years run out.

        No zone changes its offset twice within a day, so that an offset which is the same at both ends holds all day.
        """
        try:
            first, last = self._shown(day * DAY), self._shown((day + 1) * DAY - 1)
        except OverflowError:
            return None
        found = self._midnights[day] = first if first.tzinfo is last.tzinfo else None
        return found

    def _shown(self, at: int) -> datetime:
        local = (_EPOCH + timedelta(microseconds=at)).astimezone(self.zone)
        offset = local.utcoffset() or timedelta()
        fixed = self._offsets.get(offset)
        if fixed is None:
            fixed = self._offsets[offset] = timezone(offset)
        return local.replace(tzinfo=fixed, fold=0)

    def place(self, on: date, wall: int) -> int:
        """Return the first moment at which the wall clock has reached `wall` microseconds after midnight of the date.

        When the clock goes back an hour is shown twice: the first time counts. When it goes forward a time is never shown: the
        moment of the jump counts.
        """
        faced = datetime.combine(on, time(), tzinfo=self.zone) + timedelta(microseconds=wall)
        before, after = faced.utcoffset() or timedelta(), faced.replace(fold=1).utcoffset() or timedelta()
        shown = (on.toordinal() - _EPOCH_DAY) * DAY + wall
        if before >= after:
            return shown - in_micros(before)
        return self._jump(shown - in_micros(after), shown - in_micros(before))

    def _jump(self, low: int, high: int) -> int:
        """Find the second at which the offset changes; it lies after `low` and not after `high`."""
        old = self.face(low).utcoffset()
        floor, ceiling = low // 1_000_000, -(-high // 1_000_000)
        while ceiling - floor > 1:
            middle = (floor + ceiling) // 2
            if self.face(middle * 1_000_000).utcoffset() == old:
                floor = middle
            else:
                ceiling = middle
        return ceiling * 1_000_000

    def start(self, on: date) -> int:
        """Return the moment at which the business day begins."""
        at = self._starts.get(on)
        if at is None:
            at = self._starts[on] = self.place(on, self.day_starts)
        return at

    def end(self, on: date) -> int:
        """Return the moment at which the business day ends: 24:00, or the small hours of a bar."""
        return self.start(on + _DAY)

    def new_year(self, year: int) -> int:
        """Return the start of the year's first business day."""
        at = self._new_years.get(year)
        if at is None:
            at = self._new_years[year] = self.start(date(year, 1, 1))
        return at

    def day_of(self, at: int) -> date:
        """Return the business day of a moment."""
        day = at // DAY
        turn = self._turns[day] if day in self._turns else self._turn(day)
        if turn is None:
            return self._day_of(at)
        return turn[1] if at < turn[0] else turn[2]

    def _turn(self, day: int) -> tuple[int, date, date] | None:
        """Return when a business day begins on a day in UTC, the one that ends there, and it; None when more than one begins."""
        try:
            first, last = self._day_of(day * DAY), self._day_of((day + 1) * DAY - 1)
        except OverflowError:
            return None
        one_turn = first == last or self.end(first) == self.start(last)
        found = self._turns[day] = (self.start(last), first, last) if one_turn else None
        return found

    def _day_of(self, at: int) -> date:
        local = self.face(at - self.day_starts).date()
        while at >= self.end(local):
            local += _DAY
        while at < self.start(local):
            local -= _DAY
        return local

    def wall_of(self, at: int, on: date) -> int:
        """Return the face of the clock as microseconds after midnight of the business day `on`."""
        shown = self.face(at).replace(tzinfo=None)
        return in_micros(shown - datetime.combine(on, time()))

    def year_of(self, at: int) -> int:
        """Return the year of the moment's business day."""
        year = 1970 + at // 31_556_952_000_000  # within a day of right: the next New Year is asked only near it
        into = at - self.new_year(year)
        if into < 0:
            return year - 1
        return year + 1 if into > 364 * DAY and at >= self.new_year(year + 1) else year
