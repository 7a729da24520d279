"""A small company lives by the reception and the centre packs: a visit from announcement to settlement, and a day of rounds missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from shouwen.base.models import Event, Notice
from shouwen.base.numbering import next_id
from shouwen.cases import clock
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Approval, Case, Deadline, Round
from shouwen.ledger.models import Entry
from shouwen.ops import shelf
from shouwen.ops.cast import SINCE, Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.staff.models import Holding, Staff
from tests.cases.doing import did, opened, wanted
from tests.cases.law import BEGINNING
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE: Final = at("2026-03-02 09:00")
ARRIVAL: Final = at("2026-03-06 15:00")
# What these packs leave open, as this company decides it.
OWN: Final = """
  reception/reception#3.3: {is: 10%}
  reception/reception#3.15: {every: 1mo}
  reception/reception#5.4: {value: 1000CNY}
  centre/rounds#2.12: {within: 2d}
  centre/rounds#3.1: {within: 20d}
  centre/rounds#4.4: {is: "4"}
  centre/rounds#7.4: {value: 95%}
  centre/rounds#7.7: {within: 10d}
  centre/rounds#9.1: {within: 5mo}
  centre/rounds#10.5: {every: 3mo, within: 40d}
  centre/rounds#10.6: {every: 3mo, within: 50d}
  centre/rounds#10.7: {every: 3mo, within: 60d}
"""
POSTS: Final = {
    "executive": "gao_yuan", "department_director": "an_ning", "department_manager": "han_zheng", "department_supervisor": "ma_jun",
}  # fmt: skip
TICKS: Final = tuple(f"reception/welcome#1.1.{i}" for i in ("know", "who", "place"))

SIX: Final = frozenset(f"centre/rounds#2.3.{i}" for i in ("building", "facility", "safety", "cleaning", "greening", "pests"))


@pytest.fixture
def people() -> Cast:
    """The cast with the posts of a reception, under both packs, looked at until the second of March."""
    found = cast(NINE)
    text = (shelf.SHELF / "yunqi" / "company.yaml").read_text(encoding="utf-8")
    company = text.replace("adopts: [property]", "adopts: [reception, centre]").replace("values:\n", f"values:{OWN}", 1)
    enact(read_sources(shelf.folders(["reception", "centre"])), company, effective_from=BEGINNING, now=BEGINNING)
    for post, name in POSTS.items():
        Holding.objects.create(staff=getattr(found, name), post=post, unit=found.units.company, since=SINCE)
    Round.objects.create(looked_until=NINE)
    return found


def visit(people: Cast, **more: Any) -> Case:
    """An important customer with three guests is announced: class B, 300 a head, 10 % of leeway."""
    told = {"visitor": "长河公司", "visitor_kind": "key_customer", "guests": 3, "arrives_at": ARRIVAL, "senior": False}
    owner = {"matter_owner": people.zhou_ting.pk, "dept": people.units.service.pk}
    return opened("reception", people.zhou_ting, NINE, people.units.company, **told, **owner, **more)


def planned(people: Cast, case: Case, by: Staff, **more: Any) -> Ruling:
    """Ask for the plan of a visit, without pick-up or lodging unless said."""
    plan = {"host": people.an_ning.pk, "expected": 90_000, "escorts": 1, "pickup": False, "lodging": False, **more}
    return act(replace(wanted("plan", case, by, NINE, **plan), ticks=frozenset(TICKS)), now=NINE)


def approved(case: Case, by: Staff, clause: str, when: datetime) -> Ruling:
    """Say yes to a request that waits."""
    row = str(Approval.objects.get(case=case, clause=clause, decided_at=None).pk)
    ruling = act(replace(wanted("approve", case, by, when), row=row), now=when)
    assert ruling.allowed, ruling.text()
    return ruling


def test_a_reception_is_approved_by_its_class_budgeted_escorted_and_closed(people: Cast) -> None:
    case = visit(people)
    assert (case.fields["class"], case.fields["host"]) == ("honoured", people.an_ning.pk)
    assert (case.fields["budget"], case.fields["ceiling"], case.fields["escort_norm"]) == (90_000, 99_000, 1)

    refused = planned(people, case, people.zhou_ting, escorts=2)
    assert [r.clause for r in refused.refusals] == ["reception/reception#4.2"], "three guests are escorted by one"
    refused = planned(people, case, people.zhou_ting, host=people.han_zheng.pk)
    assert [r.clause for r in refused.refusals] == ["reception/reception#1.6"], "a manager does not receive class B"
    assert planned(people, case, people.zhou_ting).outcome == "waiting"
    approved(case, people.an_ning, "reception/reception#2.2", NINE)

    case.refresh_from_db()
    assert (case.step, case.responsible) == ("planned", people.an_ning)
    did("receive", case, people.an_ning, ARRIVAL)
    steps = frozenset(f"reception/reception#1.13.{i}" for i in ("led_in", "seated", "talked", "shown", "served"))
    assert act(replace(wanted("see_off", case, people.an_ning, ARRIVAL), ticks=steps), now=ARRIVAL).allowed
    costs = ({"item": "meal", "amount": 80_000}, {"item": "travel", "amount": 20_000})
    paid = {"costs": costs, "over_reason": "多一桌", "cost_unit": people.units.service.pk}
    settled = act(wanted("settle", case, people.an_ning, ARRIVAL, **paid), now=ARRIVAL)
    assert settled.outcome == "waiting", "1,000 is above the ceiling of 990"
    approved(case, people.zhao_jun, "reception/reception#3.12", ARRIVAL)

    case.refresh_from_db()
    assert (case.step, case.fields["actual"], case.fields["over"]) == ("settled", 100_000, 10_000)
    entry = Entry.objects.get(book="reception_cost")
    assert (entry.amount, entry.party_id) == (100_000, people.units.service.head_id)


def test_a_greeter_who_is_late_at_the_station_is_reported_to_the_host(people: Cast) -> None:
    case = visit(people)
    waits = {"travel_no": "G101", "guest_level": "staff", "greeter": people.su_min.pk, "lower_greeter": False}
    planned(people, case, people.zhou_ting, pickup=True, wait_from=at("2026-03-06 14:30"), **waits)
    approved(case, people.an_ning, "reception/reception#2.2", NINE)
    assert Deadline.objects.get(case=case, clause="reception/welcome#3.2").due_at == at("2026-03-06 14:30")

    clock.tick(at("2026-03-06 14:30:01"))

    assert Event.objects.of_case(case.pk).filter(kind="breach", clause="reception/welcome#3.2").count() == 1
    told = Notice.objects.filter(clause="reception/welcome#3.3").values_list("staff_id", flat=True)
    assert people.an_ning.pk in set(told)


def rounds(people: Cast, now: datetime) -> Case:
    """The day's patrol of the one centre there is, opened by the clock at the beginning of that day."""
    if not Record.objects.filter(register="centre").exists():
        site = people.units.yunqi.pk
        fields = {"name": "云栖中心", "site": site}
        ref = Ref("record", "centre", next_id())
        assert act(Act("open", ref, people.lin_yue.pk, NINE, fields, opening=Opening(site)), now=NINE).allowed
    clock.tick(now)
    return Case.objects.filter(procedure="centre_patrol").latest("pk")


def walked(people: Cast, case: Case, when: datetime) -> Ruling:
    """A patrol that looks at all six areas."""
    return act(replace(wanted("walk", case, people.li_na, when), ticks=SIX), now=when)


def test_a_day_of_rounds_falls_due_and_the_next_may_not_come_at_the_same_hour(people: Cast) -> None:
    today = rounds(people, at("2026-03-03 00:00"))
    assert today.deadlines.get().due_at == at("2026-03-04 00:00")
    assert walked(people, today, at("2026-03-03 10:00")).allowed
    did("night_check", today, people.li_na, at("2026-03-03 21:30"), night_result="在岗")
    did("finish", today, people.li_na, at("2026-03-03 21:31"))
    kept = datetime.fromisoformat(Record.objects.get(register="centre").fields["last_walk"])
    assert kept == at("2026-03-03 10:00")

    tomorrow = rounds(people, at("2026-03-04 00:00:01"))

    refused = walked(people, tomorrow, at("2026-03-04 10:30"))
    assert [r.clause for r in refused.refusals] == ["centre/rounds#2.2"]
    assert walked(people, tomorrow, at("2026-03-04 15:00")).allowed
    today.refresh_from_db()
    assert (today.step, today.deadlines.running().exists()) == ("done", False)


def test_a_missed_round_is_noted_reported_and_answered_for(people: Cast) -> None:
    missed = rounds(people, at("2026-03-03 00:00"))

    clock.tick(at("2026-03-04 00:00:01"))

    missed.refresh_from_db()
    assert missed.step == "missed"
    assert Event.objects.of_case(missed.pk).filter(kind="breach", clause="centre/rounds#2.1").count() == 1
    assert Notice.objects.filter(clause="centre/rounds#2.10", staff_id=people.lin_yue.pk).count() == 1
    answer = Case.objects.get(procedure="missed_round")
    assert (answer.fields["round"], answer.deadlines.get().due_at) == (missed.pk, at("2026-03-07 00:00"))
    morning = at("2026-03-04 09:00")
    did("answer", answer, people.li_na, morning, why="台风", remedy="当日加查一次")
    assert act(wanted("accept", answer, people.li_na, morning), now=morning).refused, "nobody accepts their own answer"
    did("accept", answer, people.lin_yue, morning)
    answer.refresh_from_db()
    assert (answer.step, answer.deadlines.running().exists()) == ("accepted", False)
