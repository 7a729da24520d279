"""The stories of the demo company: how a repair, a complaint and a piece of information go, from the first word to the end.

Each tale is told whole, with plausible moments; whoever wants a case under way cuts it off (`Story.until`, `Story.before`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from shouwen.base.numbering import next_id
from shouwen.ops import matters
from shouwen.ops.cast import Cast
from shouwen.ops.matters import Trouble
from shouwen.ops.story import Step, Story
from shouwen.policy.act import Evidence, Ref
from shouwen.policy.law import Law
from shouwen.registers.models import Record

TOOLS: Final = "property/repair#3.8"
TIDY: Final = "property/repair#7.1"
EARLY: Final = time(8, 30)
LATE: Final = time(18, 30)
LONG: Final = 100  # minutes
_RATINGS: Final = ("very_satisfied", "satisfied", "satisfied", "satisfied", "fair", "dissatisfied")


@dataclass(frozen=True, slots=True)
class Site:
    """Who works at a site, and the houses and places there."""

    unit: int
    desk: int
    officers: tuple[int, ...]
    repairers: Mapping[str, int]  # by skill
    homes: tuple[tuple[int, int], ...]  # (house, customer)
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """Everything tales need to know of the company."""

    cast: Cast
    law: Law
    sites: tuple[Site, ...]
    prices: Mapping[int, int]  # price item -> fen

    def ticks(self, clause: str) -> frozenset[str]:
        """Return the ticks of every item of a checklist."""
        versions = self.law.versions.get(clause, [])
        items = getattr(versions[-1].rule.kind, "items", {}) if versions else {}
        return frozenset(f"{clause}.{item}" for item in items)


def look_around(cast: Cast, law: Law) -> Around:
    """Read what the estate is."""
    rows = (
        Record.objects.filter(archived_at=None).order_by("id").values_list("register", "id", "unit_id", "customer_id", "fields")
    )
    homes: dict[int, list[tuple[int, int]]] = {}
    places: dict[int, list[int]] = {}
    prices: dict[int, int] = {}
    for register, id_, unit, customer, fields in rows:
        if register == "house" and customer and fields.get("lived_in"):
            homes.setdefault(unit or 0, []).append((id_, customer))
        elif register == "public_place":
            places.setdefault(unit or 0, []).append(id_)
        elif register == "price_item":
            prices[id_] = fields["price"]
    c = cast
    crews = (
        (c.units.yunqi.pk, c.chen_jie.pk, (c.li_na.pk, c.zhou_ting.pk), {"water": c.sun_lei.pk, "power": c.qian_hao.pk}),
        (c.units.hupan.pk, c.su_min.pk, (c.he_jing.pk,), {"water": c.shan_zhiyuan.pk}),
    )
    sites = tuple(
        Site(unit, desk, officers, crew, tuple(homes.get(unit, ())), tuple(places.get(unit, ())))
        for unit, desk, officers, crew in crews
    )
    return Around(cast, law, sites, prices)


class Teller:
    """Tells tales. The same seed tells the same ones."""

    def __init__(self, around: Around, seed: int) -> None:
        self.around = around
        self.chance = random.Random(seed)  # noqa: S311  the same tales every time

    def minutes(self, least: float, most: float) -> timedelta:
        """Return some minutes."""
        return timedelta(minutes=round(self.chance.uniform(least, most)))

    def site(self) -> Site:
        """Return one of the sites; the larger one more often."""
        return self.chance.choices(self.around.sites, (3, 2))[0]

    def home(self, site: Site) -> tuple[int, int]:
        """Return a house that is lived in, and the customer who calls about it."""
        return self.chance.choice(site.homes)

    def said(self, kind: str) -> tuple[str, Trouble]:
        """Return what is said of a home, and what kind of trouble that is."""
        return matters.in_home(self.chance, kind)

    def technician(self, site: Site, skill: str, at: datetime) -> int:
        """Return who is sent, at a moment."""
        return site.repairers.get(skill) or next(iter(site.repairers.values()))

    def rating(self, site: Site) -> str:
        """Return how satisfied a customer is with the work."""
        return self.chance.choice(_RATINGS)

    def repair(self, at: datetime, site: Site, *, kind: str = "", charged: bool = False, visit: datetime | None = None) -> Story:
        """A repair in somebody's home. `visit`: the appointment of an ordinary one; urgent ones are visited at once."""
        house, customer = self.home(site)
        words, trouble = self.said(kind)
        channel = self.chance.choice(("phone", "phone", "phone", "online", "slip"))
        brought = {
            "customer": customer,
            "house": house,
            "place": "in_home",
            "channel": channel,
            "content": words,
            "trouble": trouble.kind,
        }
        story = self.begin("repair", site, customer, Step(at, "open", site.desk, brought))
        tech = self._sent(story, site, trouble, at, visit)
        fee = self._worked(story, tech, customer, charged=charged)
        signed = Evidence("signature", "customer", customer)
        self._then(story, 3, 8, Step(at, "confirm", tech, {"rating": self.rating(site)}, (signed,)))
        if fee:
            self._paid(story, tech, fee)
        self._called_back(story, site)
        return story

    def public_repair(self, at: datetime, site: Site, visit: datetime) -> Story:
        """A repair of a common part that somebody of the staff has seen: the area's officer confirms it."""
        words, skill = matters.in_public(self.chance)
        officer = self.chance.choice(site.officers)
        place = self.chance.choice(site.places)
        brought = {"house": place, "place": "public", "channel": "staff", "content": words, "trouble": "fault"}
        story = self.begin("repair", site, 0, Step(at, "open", officer, brought))
        tech = self._sent(story, site, Trouble("fault", skill, (), ()), at, visit)
        self._worked(story, tech, 0, charged=False)
        self._then(
            story, 10, 60, Step(at, "confirm", officer, {"rating": "satisfied"}, (Evidence("signature", "staff", officer),))
        )
        self._closed(story, site)
        return story

    def complaint(self, at: datetime, site: Site, *harms: str, accused: int = 0) -> Story:
        """A complaint: looked into, answered, resolved, called back, closed. A major one asks for approval of its plan."""
        house, customer = self.home(site)
        topic, harm, words = matters.complaint(self.chance, *harms)
        topic = "staff" if accused else "service" if topic == "staff" else topic
        brought: dict[str, Any] = {"customer": customer, "house": house, "content": words, "topic": topic, "harm": harm}
        if accused:
            brought["accused"] = (accused,)
        story = self.begin("complaint", site, customer, Step(at, "open", site.desk, brought))
        handler = self.around.cast.lin_yue.pk if accused else self.chance.choice(site.officers)
        self._then(story, 20, 50, Step(at, "investigate", handler, {"plan": self.chance.choice(matters.PLANS)}))
        # A slight one is major too, when the same customer has complained within the month: then it has an approval to wait for.
        director = self.around.cast.zhao_jun.pk if handler == self.around.cast.lin_yue.pk else self.around.cast.lin_yue.pk
        self._then(story, 15, 60, Step(at, "approve", director, approval=True, perhaps=harm == "slight"))
        self._then(story, 60, 240, Step(at, "answer", handler, {"answer_text": "已查明情况，正在处理，处理完会回电告知结果"}))
        told = {"cause": self.chance.choice(matters.CAUSES), "result": self.chance.choice(matters.SETTLED)}
        self._then(story, 120, 600, Step(at, "resolve", handler, told))
        call = {"outcome": "satisfied", "channel": "phone", "methods": ("talk",), "result_told": True}
        self._then(story, 300, 1200, Step(at, "call", site.desk, call, of="call_back"))
        self._then(story, 30, 90, Step(at, "close", handler))
        return self.visited(story, site)

    def visited(self, story: Story, site: Site) -> Story:
        """The officer looks in on who complained or had an idea, some days later, and finds things in order."""
        officer, record = self.chance.choice(site.officers), {"record": self.chance.choice(matters.VISITS)}
        self._then(story, 3_000, 12_000, Step(story.steps[-1].at, "visit", officer, record, of="visit"))
        self._then(story, 5, 30, Step(story.steps[-1].at, "settle", officer, of="visit"))
        return story

    def information(self, at: datetime, site: Site) -> Story:
        """Something the staff learned: registered, told apart by the desk, dispatched, reported, closed."""
        finder = self.chance.choice((*site.officers, *site.repairers.values()))
        handler = self.chance.choice((self.around.cast.ma_jun.pk, *site.officers))
        story = self.begin("information", site, 0, Step(at, "open", finder, {"content": matters.news(self.chance)}))
        self._then(story, 5, 40, Step(at, "identify", site.desk, {"kind": "feedback", "severity": "ordinary"}))
        self._then(story, 5, 30, Step(at, "dispatch", site.desk, {"handler": handler}))
        self._then(story, 120, 900, Step(at, "report_result", handler, {"result": "已办妥并告知提出的人"}))
        self._then(story, 20, 120, Step(at, "close", site.desk))
        return story

    def then(self, story: Story, least: float, most: float, act: str, by: int, **more: Any) -> Story:
        """Add one more act to a story."""
        self._then(story, least, most, Step(story.steps[-1].at, act, by, **more))
        return story

    # ---- the parts of a repair ------------------------------------------------------------------------------------------

    def begin(self, noun: str, site: Site, customer: int, first: Step) -> Story:
        """A story of one step: the one that opens its case."""
        return Story(Ref("case", noun, next_id()), site.unit, customer, [first])

    def _then(self, story: Story, least: float, most: float, step: Step) -> None:
        """Add a step some minutes after the last one; what takes hours is done in working hours."""
        at = story.steps[-1].at + self.minutes(least, most)
        if most > LONG and not EARLY <= at.time() <= LATE:
            morning = at if at.time() < EARLY else at + timedelta(days=1)
            at = datetime.combine(morning.date(), EARLY, at.tzinfo) + self.minutes(0, 90)
        story.steps.append(replace(step, at=at))

    def _sent(self, story: Story, site: Site, trouble: Trouble, at: datetime, visit: datetime | None) -> int:
        """The customer is answered, somebody is sent and arrives."""
        tech = self.technician(site, trouble.skill, visit or at)
        self._then(story, 3, 20, Step(at, "reply", site.desk, {"answer_text": matters.ANSWERS[trouble.kind == "fault"]}))
        sent: dict[str, Any] = {"technician": tech}
        if trouble.kind == "fault":
            sent["visit_at"] = visit or at + timedelta(hours=3)
        self._then(story, 5, 25, Step(at, "assign", self.around.cast.xu_qiang.pk, sent))
        ready = Step(at, "accept", tech, ticks=self.around.ticks(TOOLS))
        if visit is not None and visit - timedelta(minutes=20) > story.steps[-1].at:
            story.steps.append(Step(visit - self.minutes(12, 20), "accept", tech, ticks=ready.ticks))
            story.steps.append(Step(visit + self.minutes(-6, 8), "arrive", tech))
        else:
            self._then(story, 3, 9, ready)
            self._then(story, 4, 13, Step(at, "arrive", tech))
        return tech

    def _worked(self, story: Story, tech: int, customer: int, *, charged: bool) -> int:
        """Inspected, quoted, started, finished; returns the fee in fen."""
        at = story.steps[-1].at
        self._then(story, 3, 10, Step(at, "inspect", tech, {"found": self.chance.choice(matters.FINDINGS)}))
        lines: tuple[Mapping[str, Any], ...] = ()
        if charged and self.around.prices:
            item, price = self.chance.choice(list(self.around.prices.items()))
            part = self.chance.choice((800, 1500, 2800, 4500))
            quoted = ({"item": "人工", "amount": price}, {"item": "配件", "amount": part})
            lines = (
                {"kind": "labour", "item": item, "qty": Decimal(1), "price": price, "by_hand": False},
                {"kind": "part", "name": "密封圈", "spec": "DN15", "model": "标准", "qty": Decimal(1), "price": part},
            )
            self._then(story, 2, 6, Step(at, "price", tech, {"charged": True, "quote_items": quoted}))
            self._then(story, 2, 5, Step(at, "start", tech, evidence=(Evidence("consent", "customer", customer),)))
        else:
            self._then(story, 1, 4, Step(at, "start", tech, {"charged": False}))
        done: dict[str, Any] = {"damaged": False, "outcome": self.chance.choice(matters.RESULTS)}
        if lines:
            done["lines"] = lines
        self._then(
            story, 15, 80, Step(at, "finish", tech, done, (Evidence("signature", "staff", tech),), self.around.ticks(TIDY))
        )
        return sum(int(line["price"]) for line in lines)

    def _paid(self, story: Story, tech: int, fee: int) -> None:
        at = story.steps[-1].at
        self._then(story, 1, 4, Step(at, "collect", tech, {"collected": fee}))
        self._then(story, 60, 240, Step(at, "hand_in", self.around.cast.zheng_fang.pk))
        self._then(story, 20, 90, Step(at, "deliver_invoice", tech))

    def _called_back(self, story: Story, site: Site) -> None:
        outcome = self.chance.choices(("satisfied", "refused"), (9, 1))[0]
        said: dict[str, Any] = {"outcome": outcome}
        if outcome == "satisfied":
            said |= {"channel": "phone", "methods": ("talk",), "attitude": "good", "efficiency": "good", "effect": "good"}
        at = story.steps[-1].at
        self._then(story, 300, 1500, Step(at, "call", site.desk, said, of="call_back"))
        self._closed(story, site)

    def _closed(self, story: Story, site: Site) -> None:
        at = story.steps[-1].at
        self._then(story, 20, 200, Step(at, "check_slip", site.desk))
        self._then(story, 5, 60, Step(at, "close", site.desk))
