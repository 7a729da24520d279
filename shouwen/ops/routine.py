"""The days of the demo company going by: the clock does what is due, and people do what every day asks of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final

from shouwen.cases import clock
from shouwen.cases.acting import act_many
from shouwen.cases.models import Case
from shouwen.ops.tales import Around
from shouwen.policy.act import Act

REPORTING: Final = time(17, 10)
LOOK_AFTER: Final = timedelta(hours=6)  # what the calendar demands begins with a day, a month …
EXACT: Final = timedelta(seconds=1)  # after a due moment, for an act at that very moment would be in time


class Days:
    """Lets time pass up to a moment. `exact`: the clock looks at every due moment; else only where it is asked to."""

    def __init__(self, around: Around, begin: datetime, *, exact: bool, forgotten: Collection[date] = ()) -> None:
        """On a `forgotten` day nobody at the second site makes the daily report."""
        self.around, self.now, self.exact, self.forgotten = around, begin, exact, forgotten
        self._looked = begin - LOOK_AFTER

    def __call__(self, moment: datetime) -> None:
        """Let time pass."""
        while (report := self._next_report()) <= moment:
            self._pass(report)
            self._report(report)
        self._pass(moment)

    def _next_report(self) -> datetime:
        today = datetime.combine(self.now.date(), REPORTING, self.now.tzinfo)
        return today if today > self.now else today + timedelta(days=1)

    def _pass(self, moment: datetime) -> None:
        while self.exact and (due := clock.next_moment(self.now)) is not None and self.now < due + EXACT <= moment:
            self._tick((due + EXACT).astimezone(moment.tzinfo))
        if not self.exact or moment - self._looked >= LOOK_AFTER:
            self._tick(moment)
        self.now = max(self.now, moment)

    def _tick(self, moment: datetime) -> None:
        clock.tick(moment)
        self.now = self._looked = moment

    def _report(self, at: datetime) -> None:
        """Make the daily reports."""
        second = self.around.sites[1].unit
        officers = {s.unit: s.officers[0] for s in self.around.sites}
        due = Case.objects.filter(procedure="daily_report", closed_at=None, opened_at__lt=at).order_by("pk")
        kept = [c for c in due if not (c.unit_id == second and at.date() in self.forgotten)]
        acts = [Act("submit", c.ref, c.responsible_id or officers.get(c.unit_id or 0, 0), at) for c in kept]
        act_many(acts, now=at)
