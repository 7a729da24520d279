"""The demo company's year: 52 weeks before the present, acted day by day through the law, in the background, in order of time.

What began on one day is played to its end in one transaction. So whoever works meanwhile never sees half a story, the worker's
clock (which lives today) never rings for a promise that was kept last spring, and a killed process leaves a day whole or not at all:
the key of its first act says which. Of what the calendar asks for only the monthly checks of vacant houses are made up for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from django.db import transaction

from shouwen.base.models import ActKey, Notice
from shouwen.base.progress import Say
from shouwen.cases import clock
from shouwen.cases.models import Case
from shouwen.ops import seasons, vacancies
from shouwen.ops.chronicle import AWAY, of_day
from shouwen.ops.story import Player
from shouwen.ops.tales import Around
from shouwen.staff import org
from shouwen.staff.changes import be_absent
from shouwen.staff.models import Absence
from shouwen.web.touring import history

WEEKS: Final = 52
KEY: Final = "import:demo-year:"  # of the first act of a day; keys that begin with import: are never forgotten
WINDOW: Final = timedelta(minutes=30)
SAY_EVERY: Final = 4  # weeks
Rest = Callable[[float], object]  # seconds a day has taken -> waits a little, so that others have the machine too


@dataclass
class Year:
    """The weeks that ended at a midnight. `players` know what the law refused."""

    around: Around
    end: datetime
    say: Say
    rest: Rest = lambda _: None
    players: list[Player] = field(default_factory=list)

    @property
    def begin(self) -> datetime:
        """The midnight it begins with."""
        return self.end - timedelta(weeks=WEEKS)

    def fill(self) -> int:
        """Act every day that is not there yet, the oldest first; return how many were acted."""
        there = days_there()
        storm = seasons.storm_in(self.begin.date(), self.end.date())
        done = 0
        self._leave()
        for n in range(WEEKS * 7):
            on = self.begin.date() + timedelta(days=n)
            if n % 7 == 0 and (done or not there):  # begun again it is silent about what is there
                self._tell(n // 7)
            if on in there:
                continue
            began = time.monotonic()
            done += self._play(on, storm)
            self.rest(time.monotonic() - began)
        self._tell(WEEKS)
        return done

    @transaction.atomic
    def _play(self, on: date, storm: date | None) -> bool:
        """Play a day; return whether anything began on it."""
        told = [s for s in of_day(self.around, on, storm, _zone(self.end)) if s.steps[-1].at < self.end]
        first = datetime.combine(on, datetime.min.time(), _zone(self.end))
        if on.day == 1:
            told += vacancies.month_of(self.around, first, self.end)
        if not told:
            return False
        told[0].steps[0] = replace(told[0].steps[0], key=f"{KEY}{on}")
        last = max(s.steps[-1].at for s in told)
        if on.day == 1:
            last = max(last, vacancies.rings_until(first, self.end))
        player = Player(_ring, WINDOW)
        player.play(told, until=last)
        self.players.append(player)
        ids = [s.ref.id for s in told]
        cases = [*ids, *Case.objects.filter(parent_id__in=ids).values_list("pk", flat=True)]
        Notice.objects.filter(case_id__in=cases, staff_id__isnull=False, read_at=None).update(read_at=last)
        return True

    def _leave(self) -> None:
        """Write down who was on leave in that year, and who stood in."""
        cast, zone = self.around.cast, _zone(self.end)
        for year in (self.begin.year, self.end.year):
            since, until = (datetime(year, *day, tzinfo=zone) for day in AWAY)
            if not self.begin <= since < until <= self.end:
                continue
            leave = Absence(staff=cast.sun_lei, deputy=cast.qian_hao, since=since, until=until, reason="探亲假")
            be_absent(leave, by=org.reader(cast.sun_lei.pk, since), now=since)

    def _tell(self, weeks: int) -> None:
        note(weeks)
        if weeks and weeks % SAY_EVERY == 0 and weeks < WEEKS:
            self.say(
                f"演示历史正在补齐：{weeks} 周 / {WEEKS} 周", f"the demo's history is being filled in: {weeks} of {WEEKS} weeks"
            )


def days_there() -> set[date]:
    """The days of the year that have been acted. A day without a story has nothing to show and is told again, silently."""
    keys = ActKey.objects.filter(key__startswith=KEY).values_list("key", flat=True)
    return {date.fromisoformat(key.removeprefix(KEY)) for key in keys}


def note(weeks: int) -> None:
    """Keep beside the data how far the year is; whole or not at all."""
    path = history.path()
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"weeks": weeks, "of": WEEKS}), "utf-8")
    new.replace(path)


def _ring(moment: datetime) -> None:
    """Let everything ring that was due by a moment; nothing of the present is, for it falls due later."""
    while clock.fire(moment, clock.Fired()):
        pass


def _zone(moment: datetime) -> tzinfo:
    assert moment.tzinfo is not None
    return moment.tzinfo
