"""The demo company's past: as many cases as somebody asks for. Four weeks of them are acted, the rest are copies of these."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import psycopg
from django.conf import settings

from shouwen.base import database
from shouwen.base.progress import Say
from shouwen.cases.models import Case
from shouwen.ops.copies import Originals
from shouwen.ops.saying import Paced
from shouwen.ops.story import Player, Story, Tick
from shouwen.ops.tales import Around, Teller

WEEKS: Final = timedelta(days=28)  # that are acted
DEEPEST: Final = 26  # times these weeks are laid down before each other, two years; then others beside them
ACTED: Final = 2_000  # cases at most that are acted
OF_STORIES: Final = 0.55  # stories per case: most repairs and complaints open a call-back
WINDOW: Final = timedelta(minutes=60)


class Past:
    """Fills in the weeks that ended at a midnight."""

    def __init__(self, around: Around, end: datetime, tick: Tick, say: Say) -> None:
        self.around, self.end, self.tick, self.say = around, end, tick, say

    def fill(self, cases: int) -> Player | None:
        """Have at least so many cases before `end`; what is there already counts. Returns the player of what had to be acted."""
        have = Case.objects.filter(opened_at__lt=self.end).count()
        player = None
        if have < min(cases, ACTED) * 0.9:  # stories make about as many cases as they were asked for, not exactly
            player = self.act(round(min(cases, ACTED) * OF_STORIES))
            have = Case.objects.filter(opened_at__lt=self.end).count()
        if have < cases:
            self.copy(have, cases)
        return player

    def act(self, stories: int) -> Player:
        """Act so many stories within the four weeks."""
        teller = Teller(self.around, 28)
        begin, paced = self.end - WEEKS, Paced(self.say)
        told = [s for s in (self.story(teller, begin, i / stories) for i in range(stories)) if s.steps[-1].at < self.end]
        player = Player(self.tick, WINDOW)

        def progress(at: datetime) -> None:
            share = round(100 * ((at - begin) / WEEKS))
            paced.tell(f"正在办理历史事项：{share}%，{player.acts} 个动作", f"acting the past: {share} %, {player.acts} acts")

        player.play(told, until=self.end, told=progress)
        return player

    def story(self, teller: Teller, begin: datetime, share: float) -> Story:
        """Tell one story that begins after that share of the weeks, in working hours."""
        chance, site = teller.chance, teller.site()
        day = begin + timedelta(days=int(share * 24))  # none begins so late that it could not end
        at = day + timedelta(hours=8, minutes=20) + timedelta(minutes=round(chance.triangular(0, 560, 120)))
        what = chance.random()
        if what < 0.12:
            return teller.repair(at, site, kind=chance.choice(("leak", "outage", "danger")))
        if what < 0.72:
            visit = day + timedelta(days=chance.choice((1, 1, 1, 2, 3)), hours=chance.choice((9, 10, 11, 14, 15, 16)))
            return teller.repair(at, site, kind="fault", charged=chance.random() < 0.35, visit=visit)
        if what < 0.8:
            return teller.public_repair(at, site, at + timedelta(hours=chance.choice((2, 5, 24))))
        return teller.complaint(at, site) if what < 0.92 else teller.information(at, site)

    def copy(self, have: int, cases: int) -> None:
        """Lay copies down until there are enough."""
        closed = Case.objects.filter(opened_at__gte=self.end - WEEKS, opened_at__lt=self.end).ended()
        wanted = list(closed.order_by("pk").values_list("pk", "parent_id", "opened_at"))
        kept = {pk for pk, _, _ in wanted}
        originals = Originals(pk for pk, parent, _ in wanted if parent is None or parent in kept)
        paced, done = Paced(self.say), 0
        while have < cases and originals.cases:
            done += 1
            if cases - have < len(originals.cases):
                originals = originals.some(cases - have)
            have += originals.copy(-WEEKS * ((done - 1) % DEEPEST + 1), seed=done)
            paced.tell(f"正在复制历史事项：{have} / {cases}", f"copying the past: {have} / {cases}")
        take_stock()


def take_stock() -> None:
    """Let PostgreSQL count what has become of its tables: until then it plans for the few rows there were."""
    try:
        with psycopg.connect(database.url("owner", settings.HOME), autocommit=True) as owner:
            owner.execute("vacuum analyze")
    except psycopg.OperationalError:
        return  # somebody else's database without its owner's address: its autovacuum will come by
