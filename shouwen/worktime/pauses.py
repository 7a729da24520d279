"""Pauses: stretches in which a span does not run.

A pause moves the end of a span by exactly the time of the span's own kind that fell into it: working time for `wh` and `wd`, any
time for the rest. Pauses are kept as intervals and measured each time; there is no running sum that could drift. What runs is the
set difference, so pauses that overlap count once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shouwen.worktime.dayline import micros
from shouwen.worktime.errors import WorktimeError
from shouwen.worktime.span import Runs
from shouwen.worktime.tally import Tally

Pause = tuple[datetime, datetime | None]
"""From when to when the clock stood still; None while it still does."""


def measured(tally: Tally, runs: Runs, a: int, b: int) -> int:
    """Return what ran between two moments, a ≤ b."""
    return b - a if runs == "clock" else tally.measure(a, b)


def advanced(tally: Tally, runs: Runs, at: int, amount: int) -> int:
    """Return the first moment by which so much has run."""
    return at + amount if runs == "clock" else tally.advance(at, amount)


def retreated(tally: Tally, runs: Runs, at: int, amount: int) -> int:
    """Return the last moment from which so much is still to run."""
    return at - amount if runs == "clock" else tally.retreat(at, amount)


@dataclass(frozen=True, slots=True)
class Pauses:
    """The closed pauses in order and apart, and since when the clock stands still, if it does. In microseconds."""

    closed: tuple[tuple[int, int], ...] = ()
    since: int | None = None

    @classmethod
    def of(cls, told: Iterable[Pause]) -> Pauses:
        """Put the pauses in order and merge those that meet; one that ends before it begins is an error, an empty one nothing."""
        if told == ():
            return NO_PAUSES
        closed: list[tuple[int, int]] = []
        since: int | None = None
        for begin, finish in told:
            start = micros(begin)
            if finish is None:
                since = start if since is None else min(since, start)
                continue
            end = micros(finish)
            if end < start:
                raise WorktimeError("暂停的结束早于开始。", "A pause ends before it begins.")
            closed.append((start, end))
        apart: list[tuple[int, int]] = []
        for start, end in sorted(closed):
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            elif start < end:
                apart.append((start, end))
        return cls(tuple(apart), since)

    def until(self, at: int) -> tuple[tuple[int, int], ...]:
        """Return the pauses, the open one closed at a moment."""
        if self.since is None or self.since >= at:
            return self.closed
        kept = tuple((start, min(end, self.since)) for start, end in self.closed if start < self.since)
        return (*kept, (self.since, at))

    def within(self, a: int, b: int) -> tuple[tuple[int, int], ...]:
        """Return the parts of the pauses that lie between two moments."""
        return tuple((max(a, start), min(b, end)) for start, end in self.until(b) if start < b and end > a)

    def net(self, tally: Tally, runs: Runs, a: int, b: int) -> int:
        """Return what ran between two moments outside the pauses."""
        if self is NO_PAUSES:
            return measured(tally, runs, a, b)
        return measured(tally, runs, a, b) - sum(measured(tally, runs, start, end) for start, end in self.within(a, b))

    def run_out(self, tally: Tally, runs: Runs, start: int, amount: int) -> int:
        """Return the first moment by which so much has run outside the closed pauses."""
        if self is NO_PAUSES:
            return advanced(tally, runs, start, amount)
        at = start
        for pause_start, pause_end in self.closed:
            if pause_end <= at:
                continue
            before = measured(tally, runs, at, pause_start) if pause_start > at else 0
            if before >= amount:
                break
            amount -= before
            at = pause_end
        return advanced(tally, runs, at, amount)

    def run_back(self, tally: Tally, runs: Runs, end: int, amount: int) -> int:
        """Return the last moment from which so much is still to run outside the closed pauses."""
        at = end
        for pause_start, pause_end in reversed(self.closed):
            if pause_start >= at:
                continue
            after = measured(tally, runs, pause_end, at) if pause_end < at else 0
            if after >= amount:
                break
            amount -= after
            at = pause_start
        return retreated(tally, runs, at, amount)

    def moved(self, tally: Tally, runs: Runs, start: int, end: int) -> int | None:
        """Return the end of a span that began at `start`, moved by its pauses; None while an open pause keeps it from ending.

        An end placed at an opening (`same_time`) is not lost to a pause over the night before it: it comes when work goes on.
        """
        if self is NO_PAUSES:
            return end
        later = end
        if self.closed:
            later = max(end, self.run_out(tally, runs, start, measured(tally, runs, start, end)))
        while (resumed := self._inside(later)) is not None:
            later = resumed if runs == "clock" else tally.taken_up(resumed)[1]
        if self.since is not None and self.since < later:
            return None
        return later

    def _inside(self, at: int) -> int | None:
        """Return the end of the closed pause that a moment lies within, its two ends excepted."""
        index = bisect_left(self.closed, (at, at)) - 1
        if index < 0 or self.closed[index][1] <= at:
            return None
        return self.closed[index][1]


NO_PAUSES = Pauses()
