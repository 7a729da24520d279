"""A small company for tests of the law: one procedure, one register, a handful of people, and the clauses each test writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings

from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.company import Company
from shouwen.policy.errors import PackError
from shouwen.policy.law import Law, load
from shouwen.policy.org import Absence, Holding, Org, StaffFact, UnitFact
from shouwen.policy.packs import Sources
from shouwen.policy.ruling import Ruling
from shouwen.policy.subjects import Subject
from shouwen.policy.world import World

ZONE = ZoneInfo("Asia/Shanghai")
# Properties are tried by number, never by the clock: a busy machine is no fault of the law.
TRIED = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
HQ, SITE, BAR = 901, 902, 903
HE, SUN, WU, FANG, HU, MEI = 1, 2, 3, 4, 5, 6  # director; repairers; desk; the bar's manager
LI = 70  # a customer

NOUNS = """
regulation: r
title: {zh: 试验}
posts:
  director: {zh: 主任}
  repairer: {zh: 维修人员}
  desk: {zh: 前台}
  manager: {zh: 店长}
books:
  points: {zh: 扣分, unit: 分}
  fine: {zh: 罚款, unit: CNY}
registers:
  house:
    title: {zh: 房屋}
    fields: {area: {zh: 片区, type: unit}, keeper: {zh: 管家, type: staff}, class: {zh: 等级, type: choice, of: {a: 甲, b: 乙}}}
procedures:
  job:
    title: {zh: 报修}
    fields:
      urgency: {zh: 紧急程度, type: choice, of: {urgent: 紧急, normal: 普通, slow: 不急}}
      visit_at: {zh: 预约时间, type: datetime}
      fee: {zh: 收费, type: money}
      quote: {zh: 报价, type: money}
      count: {zh: 件数, type: number}
      paid: {zh: 是否付讫, type: yes_no, if: 付讫的, else: 未付讫的}
      seen: {zh: 看过的, type: many, of: {roof: 屋顶, door: 门, pipe: 管道}}
      technician: {zh: 技师, type: staff}
      house: {zh: 房屋, type: record, of: house}
      waited: {zh: 等候, type: span}
    steps: {received: 已受理, assigned: 已派工, done: 已完工, closed: 已结案}
    acts:
      open: {zh: 立项, asks: [urgency, visit_at, quote, count, paid, seen, technician, house, waited]}
      reply: {zh: 回复, from: [received, assigned]}
      assign: {zh: 派工, from: [received], to: assigned, asks: [visit_at, technician]}
      move: {zh: 改约, from: [assigned], asks: [visit_at]}
      finish: {zh: 完工, from: [assigned], to: done, asks: [fee]}
      close: {zh: 结案, from: [done], to: closed}
    tasks: {inspect: 检验}
  call:
    title: {zh: 回访}
    fields: {job: {zh: 所访报修, type: case, of: job}, happy: {zh: 满意, type: yes_no}}
    steps: {planned: 待访, called: 已访}
    acts: {ring: {zh: 打电话, from: [planned], to: called}}
clauses:
"""
PACK = """
pack: t
title: {zh: 试验包}
calendar: office
calendars:
  office: {zh: 办公, hours: {mon-fri: "08:30-12:00 13:30-17:30"}, holidays: cn}
  bar: {zh: 酒吧, hours: "20:00-25:00", day_ends: "06:00"}
"""


def sources_of(clauses: str, nouns: str = NOUNS, pack: str = PACK) -> Sources:
    """Return the files of a pack whose regulation `t/r` has these clauses."""
    return {"t/pack.yaml": pack, "t/r.yaml": nouns + clauses}


def law_of(clauses: str, nouns: str = NOUNS, company: Company | None = None) -> Law:
    """Return the law with these clauses."""
    return load(sources_of(clauses, nouns), company)


def faults_of(clauses: str, nouns: str = NOUNS, lang: str = "zh") -> list[str]:
    """Return what is wrong with these clauses, each with its place; nothing when they load."""
    try:
        law_of(clauses, nouns)
    except PackError as e:
        return [f.text(lang) for f in e.faults]
    return []


def at(text: str) -> datetime:
    """Return a moment in company time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def org(*, absences: tuple[Absence, ...] = ()) -> Org:
    """Return who works here. Everybody but the bar's manager works at the site under the director."""
    units = {HQ: UnitFact(HQ, "总部", head=HE), SITE: UnitFact(SITE, "园区", HQ), BAR: UnitFact(BAR, "酒吧", HQ, calendar="bar")}
    staff = {i: StaffFact(i, f"员工{i}", SITE if i != MEI else BAR) for i in (HE, SUN, WU, FANG, HU, MEI)}
    posts = {HE: "director", SUN: "repairer", WU: "repairer", FANG: "desk", HU: "desk", MEI: "manager"}
    holdings = tuple(Holding(i, post, 0 if i == HE else BAR if i == MEI else SITE) for i, post in posts.items())
    return Org(units, staff, holdings, absences)


class Play:
    """A world in which a test acts. `unit` is where cases are opened."""

    def __init__(
        self, law: Law, *, unit: int = SITE, who: Org | None = None, customers: Mapping[int, Mapping[str, Any]] | None = None
    ) -> None:
        self.law, self.unit = law, unit
        self.world = World(law, who or org(), customers={LI: {}, **(customers or {})})
        self.last: Ruling | None = None

    def open(self, moment: str, noun: str = "job", by: int = FANG, **fields: Any) -> Subject:
        """Open a case (or record) and return it."""
        ref = Ref(self.law.nouns[noun].kind, noun, self.world.new_id())
        opening = Opening(unit=self.unit, customer=LI)
        self.last = self.world.act(Act("open", ref, by, at(moment), fields, opening=opening), at(moment))
        return self.world.subjects[ref.id]

    def act(self, name: str, subject: Subject, moment: str, by: int = SUN, *, entered: str = "", **more: Any) -> Ruling:
        """Do an act on a subject; `fields`, `evidence`, `ticks`, `clause`, `row`, `reason` as an act has them."""
        ref = Ref(subject.kind, subject.noun, subject.id)
        self.clock(moment)
        self.last = self.world.act(Act(name, ref, by, at(moment), **more), at(entered or moment))
        return self.last

    def clock(self, moment: str) -> None:
        """Let the clock run."""
        self.world.run_clock(at(moment))

    def effects(self, kind: type) -> list[Any]:
        """Return every effect of one kind so far."""
        return [e for s in self.world.said if not s.ruling.refused for e in s.ruling.effects if isinstance(e, kind)]

    def due(self, subject: Subject) -> dict[str, str]:
        """Return the running promises of a subject: clause number and due moment."""
        return {d.clause.partition("#")[2]: f"{d.due_at:%Y-%m-%d %H:%M}" if d.due_at else "paused" for d in subject.deadlines}


def signed(party: str, who: int) -> tuple[Evidence, ...]:
    """Return the consent of a person."""
    return (Evidence("consent", party, who),)
