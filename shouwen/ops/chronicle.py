"""The stories of one day of the demo company's year: ordinary ones, those that went wrong and were put right, and the storm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from shouwen.ops import seasons
from shouwen.ops.matters import Trouble
from shouwen.ops.seasons import Day
from shouwen.ops.story import Step, Story
from shouwen.ops.tales import Around, Site, Teller
from shouwen.policy.act import Evidence

CARING: Final = "generic/service-desk#5.5"
CLAIM: Final = "property/lost-property#3.4"
BURST: Final = time(14, 0)  # when the storm breaks
BURSTS: Final = 180  # minutes in which the leaks come in
AWAY: Final = ((2, 20), (3, 6))  # when 孙磊 is on leave; the deputy does his work
_GOOD: Final = ("very_satisfied", "very_satisfied", "satisfied", "satisfied", "satisfied", "fair")
_POOR: Final = ("very_satisfied", "satisfied", "satisfied", "fair", "fair", "dissatisfied")
_FOUND: Final = (("黑色雨伞", "other"), ("儿童水杯", "other"), ("门禁卡", "other"), ("蓝色外套", "other"), ("身份证套", "papers"))
_IDEAS: Final = (
    "希望快递柜旁装一盏灯",
    "建议电梯里放天气提示",
    "希望健身房早一小时开门",
    "建议东门增设电动车充电位",
    "希望每季度办一次旧物交换",
)
_ASKED: Final = (  # what is asked, where it was looked up, what was answered
    ("车位月租多少钱", "停车收费公示", "地面和地库月租不同，以大堂公示为准"),
    ("装修要办什么手续", "装修须知", "先到客服中心登记，交图纸和押金"),
    ("健身房几点关门", "会所开放时间", "每天晚上十点关门"),
    ("门禁卡丢了怎么补", "门禁卡办理说明", "带身份证到客服中心补办"),
    ("物业费怎么开票", "收费说明", "缴费后在客服中心开电子发票"),
)


def away(around: Around, on: date) -> tuple[int, int] | None:
    """Return who is on leave on a day, and the deputy; None when everybody is there."""
    first, last = AWAY
    if date(on.year, *first) <= on < date(on.year, *last):
        return around.cast.sun_lei.pk, around.cast.qian_hao.pk
    return None


class Chronicler(Teller):
    """Tells what began on one day. The same day is told the same way, whatever was told before it."""

    def __init__(self, around: Around, day: Day, zone: tzinfo) -> None:
        super().__init__(around, day.on.toordinal())
        self.day, self.zone = day, zone
        self.garden, self.lake = around.sites
        self._again: tuple[tuple[int, int], tuple[str, Trouble]] | None = None
        self._sent_to = 0

    def stories(self) -> list[Story]:
        """Return them in the order they began."""
        return sorted([*self._urgent(), *self._ordinary(), *self._rare()], key=lambda s: s.steps[0].at)

    # ---- what differs from an ordinary teller ---------------------------------------------------------------------------

    def home(self, site: Site) -> tuple[int, int]:
        """Return a home: the one that calls again, if somebody does."""
        return self._again[0] if self._again else super().home(site)

    def said(self, kind: str) -> tuple[str, Trouble]:
        """Return what is said; who calls again says so."""
        return self._again[1] if self._again else super().said(kind)

    def technician(self, site: Site, skill: str, at: datetime) -> int:
        """Return who is sent; instead of who is on leave, the deputy."""
        chosen = self._sent_to or super().technician(site, skill, at)
        gone = away(self.around, at.date())
        return gone[1] if gone and chosen == gone[0] else chosen

    def rating(self, site: Site) -> str:
        """Return how satisfied a customer is: the team of the first site does better."""
        return self.chance.choice(_GOOD if site is self.garden else _POOR)

    # ---- the day --------------------------------------------------------------------------------------------------------

    def _at(self, hours: float, days: int = 0) -> datetime:
        midnight = datetime.combine(self.day.on + timedelta(days=days), time(), self.zone)
        return midnight + timedelta(minutes=round(hours * 60))

    def _visit(self) -> datetime:
        """Return an appointment on one of the next days on which people work."""
        days = self.chance.choice((1, 1, 2, 3))
        while seasons.kind_of(self.day.on + timedelta(days=days)) in ("festival", "holiday"):
            days += 1
        return self._at(self.chance.choice((9, 10, 11, 14, 15, 16)), days)

    def _urgent(self) -> Iterator[Story]:
        if self.day.kind == "storm":
            yield from self._storm()
            return
        for kind in self.day.urgent:
            story = self.repair(self._at(self.chance.uniform(7.5, 21)), self.site(), kind=kind)
            if self.chance.random() < 0.12:  # nobody answered within the hour; it is broken, told and pointed
                yield self._forgotten(story)
                yield self._complained(story)
            else:
                yield story

    def _ordinary(self) -> Iterator[Story]:
        for _ in range(self.day.stories):
            at, site, what = self._at(self.chance.triangular(8.4, 17.5, 10)), self.site(), self.chance.random()
            if what < 0.74:
                yield from self._repairs(at, site)
            elif what < 0.82:
                yield self.public_repair(at, site, at + timedelta(hours=self.chance.choice((2, 5, 24))))
            elif what < 0.92:
                yield self._complaint(at, site)
            else:
                yield self.information(at, site)

    def _repairs(self, at: datetime, site: Site) -> Iterator[Story]:
        story = self.repair(at, site, kind="fault", charged=self.chance.random() < 0.35, visit=self._visit())
        yield story
        if self.chance.random() < 0.06:
            yield self._once_more(story, site)

    def _once_more(self, story: Story, site: Site) -> Story:
        """The same customer calls again about the same thing some days after it was mended."""
        said = story.steps[0].fields
        done = next(s.at for s in story.steps if s.act == "confirm")
        back = self._at(9.5, (done.date() - self.day.on).days + self.chance.randint(3, 6))
        words = f"{said['content'].partition('，')[0]}，上次修过又坏了"
        self._again = ((said["house"], story.customer), (words, Trouble("fault", "water", (), ())))
        try:
            return self.repair(back, site, kind="fault", visit=back + timedelta(hours=5))
        finally:
            self._again = None

    def _complaint(self, at: datetime, site: Site) -> Story:
        story = self.complaint(at, site, *(("slight",) if self.chance.random() < 0.8 else ("loss", "injury", "many_people")))
        if self.chance.random() < 0.2:  # answered late: a breach, and the superior is told; then it is put right
            story.later("answer", timedelta(hours=52))
        return story

    def _forgotten(self, story: Story) -> Story:
        return story.later("reply", timedelta(minutes=self.chance.randint(65, 140)))

    def _complained(self, story: Story) -> Story:
        """Who waited for an answer complains the day after, is heard, and is called."""
        site = next(s for s in self.around.sites if s.unit == story.unit)
        said = story.steps[0]
        self._again = ((said.fields["house"], story.customer), ("", Trouble("", "", (), ())))
        try:
            return self.complaint(self._at(9.4, 1), site, "slight")
        finally:
            self._again = None

    # ---- the storm ------------------------------------------------------------------------------------------------------

    def _storm(self) -> Iterator[Story]:
        """Forty leaks in three hours for three technicians: they go from one to the next far into the night."""
        start = datetime.combine(self.day.on, BURST, self.zone)
        crews = [(self.garden, t) for t in self.garden.repairers.values()] + [
            (self.lake, next(iter(self.lake.repairers.values())))
        ]
        free = dict.fromkeys((t for _, t in crews), start)
        for n in range(seasons.STORM_LEAKS):
            site, tech = min(crews, key=lambda c: free[c[1]])
            self._sent_to = tech
            story = self.repair(start + timedelta(minutes=n * BURSTS / seasons.STORM_LEAKS), site, kind="leak")
            self._sent_to = 0
            if n > seasons.STORM_LEAKS // 2:  # the line is busy: the later ones are answered late
                story.later("reply", timedelta(minutes=5 * (n - seasons.STORM_LEAKS // 2)))
            sent = next(s.at for s in story.steps if s.act == "assign")
            story.later("assign", max(free[tech] - sent, timedelta(0)))
            free[tech] = next(s.at for s in story.steps if s.act == "confirm")
            yield story
        for days, harm in ((1, "loss"), (1, "slight"), (1, "slight"), (2, "loss"), (3, "slight")):  # what it leaves behind
            yield self.complaint(self._at(9 + days, days), self.site(), harm)
        for days in (1, 1, 2, 4):
            yield self.public_repair(self._at(8.6 + days, days), self.site(), self._at(14, days))

    # ---- what comes now and then ----------------------------------------------------------------------------------------

    def _rare(self) -> Iterator[Story]:
        if self.day.kind != "office":
            return
        if self.chance.random() < 0.25:
            yield self.enquiry(self._at(self.chance.uniform(9, 17)), self.site())
        if self.chance.random() < 0.08:
            yield self.message(self._at(self.chance.uniform(9, 15)), self.site())
        if self.chance.random() < 0.12:
            yield self.found(self._at(self.chance.uniform(9, 15)), self.site())
        if self.chance.random() < 0.08:
            yield self.idea(self._at(self.chance.uniform(9, 15)), self.site())

    def found(self, at: datetime, site: Site) -> Story:
        """Something is found, handed in at the desk and fetched the same day."""
        finder = self.chance.choice(site.officers)
        item, class_ = self.chance.choice(_FOUND)
        brought = {"item": item, "class": class_, "place_found": "大堂", "found_at": at, "finder": finder}
        story = self.begin("found_item", site, 0, Step(at + self.minutes(5, 20), "open", finder, brought))
        self.then(story, 5, 30, "take_in", site.desk)
        told = {"claimant": "失主", "claimant_id": "证件已核对", "described": f"{item}，说法与物品一致"}
        shown = (Evidence("id_seen", "staff", site.desk),)
        return self.then(story, 30, 95, "hand_out", site.desk, fields=told, evidence=shown, ticks=self.around.ticks(CLAIM))

    def enquiry(self, at: datetime, site: Site) -> Story:
        """Somebody asks on the telephone and is answered while they wait."""
        need, basis, answer = self.chance.choice(_ASKED)
        _, customer = self.home(site)
        story = self.begin("enquiry", site, customer, Step(at, "open", site.desk, {"customer": customer, "need": need}))
        self.then(story, 1, 6, "answer", site.desk, fields={"basis": basis, "answer_text": answer})
        content = self.chance.random() < (0.95 if site is self.garden else 0.85)
        said = {"satisfied": content} if content else {"satisfied": content, "comment": "等得太久"}
        return self.then(story, 1, 3, "end", site.desk, fields=said)

    def message(self, at: datetime, site: Site) -> Story:
        """Somebody writes, and is answered the same day."""
        need, _, answer = self.chance.choice(_ASKED)
        _, customer = self.home(site)
        brought = {"customer": customer, "channel": self.chance.choice(("email", "sms")), "content": f"请问{need}"}
        story = self.begin("message", site, customer, Step(at, "open", site.desk, brought))
        return self.then(story, 10, 90, "reply", site.desk, fields={"reply_text": answer}, ticks=self.around.ticks(CARING))

    def idea(self, at: datetime, site: Site) -> Story:
        """A customer has an idea; it is judged, and adopted or not with a reason."""
        _, customer = self.home(site)
        words = self.chance.choice(_IDEAS)
        story = self.begin("idea", site, customer, Step(at, "open", site.desk, {"customer": customer, "content": words}))
        feasible = self.chance.random() < 0.6
        judged = {"feasible": feasible, "evaluation": "花费不大，可以办" if feasible else "超出物业权限，已转告业委会"}
        self.then(story, 30, 95, "evaluate", site.desk, fields=judged)
        if feasible:
            self.then(story, 10, 60, "adopt", site.desk, fields={"reason": "对住户方便，费用在预算内"})
            self.then(story, 1500, 2800, "tell_implementation", site.desk, fields={"implementation": "已落实，并回告建议人"})
        else:
            self.then(story, 10, 60, "reject", site.desk, fields={"reason": "须由业主大会决定"})
        return self.visited(story, site)


def of_day(around: Around, on: date, storm: date | None, zone: tzinfo) -> list[Story]:
    """Return the stories that begin on a day."""
    return Chronicler(around, seasons.day_of(on, storm), zone).stories()
