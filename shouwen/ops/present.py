"""The demo company's present: a desk on an ordinary day. Some forty cases in every step, urgent and late ones too.

Moments are told from now: a leak ten minutes ago, a visit this afternoon, a complaint since yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from shouwen.ops.story import Step, Story
from shouwen.ops.tales import Around, Teller

EARLIEST: Final = time(8, 30)
LATEST: Final = time(17, 0)


class Present:
    """Tells the stories of the last week, as far as they have come by now."""

    def __init__(self, around: Around, now: datetime) -> None:
        """`now` is a moment of the company's local time."""
        self.around, self.now = around, now
        self.cast = around.cast
        self.teller = Teller(around, 2026)
        self.garden, self.lake = around.sites

    def stories(self) -> list[Story]:
        """Return all of them; none reaches beyond now."""
        told = [
            *self._urgent(),
            *self._ordinary(),
            *self._on_site(),
            *self._after(),
            *self._complaints(),
            *self._news(),
            *self._ended(),
        ]
        return [story.before(self.now) for story in told]

    def ago(self, **span: float) -> datetime:
        """Return a moment before now."""
        return self.now - timedelta(**span)

    def day(self, days: int, clock: str) -> datetime:
        """Return a time of day, some days ago (or to come, with a negative number). Never later than now when days ago."""
        moment = datetime.combine(self.now.date() - timedelta(days=days), time.fromisoformat(clock), self.now.tzinfo)
        return moment if days <= 0 else min(moment, self.ago(minutes=5))

    def visit(self, hours: float) -> datetime:
        """Return an appointment about so many hours from now, at a time when people receive somebody."""
        moment = (self.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        if moment.time() > LATEST:
            moment = datetime.combine(moment.date() + timedelta(days=1), EARLIEST, moment.tzinfo)
        return moment if moment.time() >= EARLIEST else datetime.combine(moment.date(), EARLIEST, moment.tzinfo)

    def _urgent(self) -> Iterator[Story]:
        t = self.teller
        yield t.repair(self.ago(minutes=9), self.garden, kind="leak").until("open")
        yield t.repair(self.ago(minutes=49), self.garden, kind="danger").until(
            "open"
        )  # near: three quarters of the hour are over
        yield t.repair(self.ago(minutes=130), self.lake, kind="outage").until("open")  # breached: nobody answered within the hour
        yield t.repair(self.ago(minutes=26), self.lake, kind="leak").until("assign")
        yield t.repair(self.ago(minutes=75), self.garden, kind="outage").until("arrive")

    def _ordinary(self) -> Iterator[Story]:
        t = self.teller
        for minutes, site in ((35, self.garden), (95, self.garden), (160, self.lake)):
            yield t.repair(self.ago(minutes=minutes), site, kind="fault", visit=self.visit(20)).until("open")
        for hours, site in ((3, self.garden), (5, self.lake), (18, self.garden)):
            yield t.repair(self.ago(hours=hours), site, kind="fault", visit=self.visit(26)).until("reply")
        for hours, ahead, site in ((6, 2, self.garden), (20, 4, self.garden), (22, 24, self.lake), (26, 28, self.garden)):
            yield t.repair(self.ago(hours=hours), site, kind="fault", visit=self.visit(ahead)).until("assign")
        held = t.repair(self.ago(hours=30), self.garden, kind="fault", visit=self.visit(60)).until("assign")
        yield t.then(held, 30, 60, "hold", self.garden.desk, fields={"reason": "客户出差，下周回来再约"})
        given = t.repair(self.ago(hours=4), self.garden, kind="fault", visit=self.visit(30)).until("reply")
        yield t.then(
            given,
            30,
            60,
            "hand_over",
            self.garden.desk,
            fields={"to": self.lake.desk, "reason": "客户另一套房在湖畔苑，一并办理"},
        )

    def _on_site(self) -> Iterator[Story]:
        t = self.teller
        yield t.repair(self.ago(hours=7), self.garden, kind="fault", visit=self.ago(minutes=25)).until("inspect")
        yield t.repair(self.ago(hours=9), self.garden, kind="fault", visit=self.ago(minutes=50)).until("start")
        review = t.repair(self.ago(hours=8), self.lake, kind="fault", visit=self.ago(minutes=40)).until("inspect")
        tech = next(iter(self.lake.repairers.values()))
        yield t.then(review, 2, 5, "review", tech, fields={"review_reason": "管道在墙内，须拆墙，请班长定方案"})
        yield t.public_repair(self.ago(hours=10), self.garden, self.ago(hours=2)).until("finish")

    def _after(self) -> Iterator[Story]:
        t = self.teller
        yield t.repair(self.ago(hours=28), self.garden, kind="fault", visit=self.ago(hours=4)).until("finish")
        for days, clock in ((1, "10:00"), (1, "14:30"), (2, "09:30")):  # confirmed: their call-backs wait
            yield t.repair(self.day(days + 1, "16:00"), self.garden, kind="fault", visit=self.day(days, clock)).until("confirm")
        yield t.repair(self.day(2, "15:00"), self.lake, kind="fault", visit=self.day(1, "09:30")).until("confirm")
        yield t.repair(self.day(3, "10:00"), self.garden, kind="fault", charged=True, visit=self.day(2, "10:00")).until("collect")
        yield t.repair(self.day(4, "10:00"), self.lake, kind="fault", visit=self.day(3, "10:00")).until("call")

    def _complaints(self) -> Iterator[Story]:
        t, c = self.teller, self.cast
        yield t.complaint(self.ago(hours=2), self.garden, "slight").until("open")
        yield t.complaint(self.ago(hours=27), self.lake, "slight").until("investigate")  # late: not answered within a day
        yield t.complaint(self.ago(hours=20), self.garden, "slight").until("answer")
        yield t.complaint(self.ago(hours=3), self.garden, "loss", "many_people").until("investigate")  # its plan waits for a yes
        yield t.complaint(self.ago(hours=5), self.lake, "injury").until("approve")
        yield t.complaint(self.ago(hours=6), self.garden, "slight", accused=c.qian_hao.pk).until("investigate")
        yield t.complaint(self.day(2, "09:00"), self.garden, "slight").until("resolve")  # its call-back waits

    def _news(self) -> Iterator[Story]:
        t = self.teller
        yield t.information(self.ago(minutes=70), self.garden).until("open")
        yield t.information(self.ago(hours=5), self.lake).until("identify")
        yield t.information(self.ago(hours=8), self.garden).until("dispatch")
        yield t.information(self.ago(hours=30), self.garden).until("dispatch")  # late: the result is owed within a day
        up = t.information(self.ago(hours=9), self.lake).until("dispatch")
        yield t.then(up, 20, 60, "refer_up", _handler(up), fields={"refer_reason": "涉及业委会，须总部答复"})

    def _ended(self) -> Iterator[Story]:
        t = self.teller
        for days, site in ((6, self.garden), (6, self.lake), (5, self.garden), (5, self.garden), (4, self.lake)):
            yield t.repair(self.day(days, "09:10"), site, kind="fault", charged=days == 6, visit=self.day(days, "14:00"))
        yield t.repair(self.day(5, "11:00"), self.garden, kind="leak")
        yield t.public_repair(self.day(4, "08:40"), self.garden, self.day(3, "10:00"))
        yield t.complaint(self.day(6, "10:20"), self.lake, "slight")
        yield t.information(self.day(5, "09:40"), self.garden)


def _handler(story: Story) -> int:
    """Whom an information was dispatched to."""
    step: Step = next(s for s in story.steps if s.act == "dispatch")
    found = step.fields["handler"]
    assert isinstance(found, int)
    return found
