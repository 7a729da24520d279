"""A small power company of the tests: a city company with one branch and one station, and the units it works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from shouwen.base.models import Company
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Approval, Case
from shouwen.customers.models import Customer
from shouwen.ops import shelf
from shouwen.ops.coming import with_coming_years
from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Holding, Staff, Unit
from tests.world import at

Fields = dict[str, Any]
BEGINNING: Final = at("2026-01-01 00:00")
OURS: Final = """company: lanshan
title: {zh: 蓝山供电, en: Lanshan Power}
adopts: [utility]
calendar: supply_office
values:
  utility/supply-project#2.10: {within: 4wh}
  utility/supply-project#4.10: {within: 3wd}
  utility/supply-project#4.13: {within: 3wd}
  utility/supply-project#4.14: {within: 3wd}
  utility/supply-design#2.8: {every: 3mo}
  utility/supply-construction#3.8: {within: 2wd}
  utility/supply-inspection#3.1: {every: 1mo}
  utility/supply-inspection#3.2: {every: 7d, take: "1"}
  utility/supply-inspection#3.3: {every: 3mo}
  utility/supply-connection#2.4: {within: 5wd}
"""
# who: post and the unit it is held in
POSTS: Final = {
    "clerk": ("window_clerk", "station"), "officer": ("branch_officer", "branch"), "head": ("station_head", "station"),
    "marketing": ("branch_marketing", "branch"), "city": ("city_marketing", "city"), "planner": ("planner", "branch"),
    "production": ("production", "branch"), "engineer": ("site_engineer", "branch"), "inspector": ("usage_inspector", "branch"),
    "dispatcher": ("dispatcher", "city"), "fitter": ("meter_fitter", "branch"),
}  # fmt: skip


def sources() -> Sources:
    """The files of the pack that is shipped."""
    return read_sources(shelf.folders(["utility"]))


@dataclass
class Firm:
    """The company: its units, who holds which post, its customer, and what was made by name."""

    units: dict[str, Unit]
    staff: dict[str, Staff]
    customer: Customer
    made: dict[str, Ref] = field(default_factory=dict)

    def open(
        self, noun: str, who: str, moment: datetime, *, name: str = "", ticks: tuple[str, ...] = (), **fields: Any
    ) -> Ruling:
        """Open a case or enter a record, and keep it under a name."""
        by = self.staff[who]
        kind = "record" if noun in ("contractor", "equipment_model") else "case"
        opening = Opening(unit=0 if noun == "equipment_model" else by.unit_id or 0)  # the catalogue is for everybody
        wish = Act("open", Ref(kind, noun, 0), by.pk, moment, fields, ticks=_ticked(ticks), opening=opening)
        ruling = act(wish, now=moment)
        if not ruling.refused:
            self.made[name or noun] = ruling.subject
        return ruling

    def do(
        self,
        name: str,
        of: str,
        who: str,
        moment: datetime,
        *,
        shown: tuple[str, ...] = (),
        ticks: tuple[str, ...] = (),
        **fields: Any,
    ) -> Ruling:
        """Do an act on what goes by a name; `shown` is what is shown for it."""
        by = self.staff[who]
        proofs = tuple(self._shown(s) for s in shown)
        return act(Act(name, self.made[of], by.pk, moment, fields, proofs, _ticked(ticks)), now=moment)

    def says(self, answer: str, of: str, who: str, moment: datetime) -> Ruling:
        """Say yes or no to what waits on a case."""
        ref = self.made[of]
        pending = Approval.objects.get(case_id=ref.id, closed_at=None)
        return act(Act(answer, ref, self.staff[who].pk, moment, row=str(pending.pk)), now=moment)

    def case(self, of: str) -> Case:
        """The row of a case."""
        return Case.objects.get(pk=self.made[of].id)

    def newest(self, noun: str) -> Case:
        """Keep the case of a procedure that was opened last under the procedure's name; returns its row."""
        found = Case.objects.filter(procedure=noun).latest("pk")
        self.made[noun] = found.ref
        return found

    def _shown(self, what: str) -> Evidence:
        """`signature customer` or `photo`: what the actor says was shown."""
        kind, _, who = what.partition(" ")
        return Evidence(kind, "customer", self.customer.pk) if who else Evidence(kind)


def _ticked(clauses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"utility/{c}" for c in clauses)


def ticks_of(clause: str, *items: str) -> tuple[str, ...]:
    """The ticks of a checklist: `supply-design#2.4` with its items."""
    return tuple(f"{clause}.{i}" for i in items)


def founded(now: datetime = BEGINNING) -> Firm:
    """Write the company into the test's database and enact its law, with the holidays that deadlines of `now` may reach."""
    Company.objects.create(name="蓝山供电")
    city = Unit.objects.create(name="市公司", kind="company")
    branch = Unit.objects.create(name="城北分公司", kind="department", parent=city)
    station = Unit.objects.create(name="开发区供电所", kind="site", parent=branch)
    units = {"city": city, "branch": branch, "station": station}
    enact(sources(), with_coming_years(OURS, now), effective_from=BEGINNING, now=BEGINNING)
    staff: dict[str, Staff] = {}
    for name, (post, where) in POSTS.items():
        staff[name] = Staff.objects.create(username=name, name=f"员工{len(staff) + 1}", unit=units[where])
        Holding.objects.create(staff=staff[name], post=post, unit=units[where], since=BEGINNING)
    customer = Customer.objects.create(number="YD1", name="测试机械厂", unit=station, created_at=BEGINNING, updated_at=BEGINNING)
    firm = Firm(units, staff, customer)
    _registers(firm)
    return firm


def _registers(firm: Firm) -> None:
    """Enter a design unit, a construction unit whose qualification has run out and a good one, and a transformer of the catalogue."""
    papers: Fields = {"qualification": "证", "licence": "照"}
    units: tuple[tuple[str, Fields, date], ...] = (
        ("design", {"design_grade": 2}, date(2099, 12, 31)),
        ("lapsed", {"build_grade": 1}, date(2026, 2, 28)),
        ("build", {"build_grade": 3}, date(2099, 12, 31)),
    )
    for name, grades, until in units:
        made = firm.open("contractor", "marketing", BEGINNING, name=name, number=name, valid_until=until, **papers, **grades)
        assert made.allowed, made.text()
        assert firm.do("qualify", name, "marketing", BEGINNING).allowed
    transformer: Fields = {"standard": "GB 1094", "catalogue_no": "荐-1", "power_approval": "电-1"}
    assert firm.open("equipment_model", "city", BEGINNING, name="s13", number="S13", maker="甲厂", **transformer).allowed
    assert firm.do("enlist", "s13", "city", BEGINNING).allowed
    assert firm.open("equipment_model", "city", BEGINNING, name="s9", number="S9", maker="乙厂").allowed
