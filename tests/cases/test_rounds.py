"""Rounds: once in each period for every member, page by page, and by queue where an act speaks of many."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from shouwen.base.models import Event, Notice
from shouwen.base.numbering import next_id
from shouwen.cases import clock, queueing, rounds, sitting
from shouwen.cases.acting import act, act_many
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Occurrence, Round
from shouwen.ops.cast import Cast
from shouwen.ops.doctor import Health, _stuck
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.staff.models import Holding, Unit
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
MARCH = at("2026-03-20 09:00")
APRIL = at("2026-04-01 00:00")


@pytest.fixture
def people() -> Cast:
    """The cast with a clerk, under the law of keys, looked at until March."""
    found = cast(MARCH)
    enacted("works")
    Holding.objects.create(staff=found.li_na, post="clerk", since=at("2020-01-01 00:00"))
    Round.objects.create(looked_until=MARCH)
    return found


def keys(people: Cast, n: int, *, lent: int) -> list[Ref]:
    """Keys, of which the first ones are lent out."""
    opening = Opening(people.units.yunqi.pk)
    refs = [Ref("record", "key", next_id()) for _ in range(n)]
    acts = [Act("open", ref, people.ma_jun.pk, MARCH, {"tag": f"A{i}"}, opening=opening) for i, ref in enumerate(refs)]
    rulings = act_many(acts, now=MARCH)
    rulings += act_many([Act("lend", ref, people.ma_jun.pk, MARCH) for ref in refs[:lent]], now=MARCH)
    assert all(r.allowed for r in rulings)
    return refs


def test_when_a_period_begins_each_member_that_belongs_gets_its_case_once(people: Cast) -> None:
    refs = keys(people, 5, lent=3)
    clock.tick(APRIL - timedelta(minutes=1))
    assert not Case.objects.exists()

    for minutes in (0, 1, 2):
        clock.tick(APRIL + timedelta(minutes=minutes))

    opened = Case.objects.of("key_check")
    assert {c.fields["key"] for c in opened} == {r.id for r in refs[:3]}
    assert {c.deadlines.get().due_at for c in opened} == {at("2026-05-01 00:00")}
    assert {c.responsible for c in opened} == {people.li_na}
    done = Occurrence.objects.get()
    assert (done.clause, done.period, done.asked, done.opened) == ("works/loan#5", "2026-04", 5, 3)
    assert done.done_at is not None


def test_a_page_is_asked_in_one_transaction_with_how_far_it_is(people: Cast) -> None:
    keys(people, 5, lent=5)
    rounds.look(APRIL)
    assert rounds.ask(APRIL, page=2)
    assert (Case.objects.count(), Occurrence.objects.get().asked) == (2, 2)
    while rounds.ask(APRIL, page=2):
        pass
    assert Case.objects.count() == 5


def test_rounds_missed_while_nobody_worked_are_made_up(people: Cast) -> None:
    keys(people, 1, lent=1)
    clock.tick(at("2026-06-02 08:00"))
    assert list(Occurrence.objects.order_by("period").values_list("period", flat=True)) == ["2026-04", "2026-05", "2026-06"]
    assert Case.objects.of("key_check").count() == 3


def test_the_first_look_reaches_back_to_the_beginning_of_the_day(people: Cast) -> None:
    Round.objects.all().delete()
    keys(people, 1, lent=1)
    assert rounds.look(at("2026-04-01 11:00")) == 1
    Round.objects.all().delete()
    Occurrence.objects.all().delete()
    assert rounds.look(at("2026-04-02 11:00")) == 0


def test_a_member_that_cannot_be_asked_is_left_out_and_the_rest_go_on(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = keys(people, 4, lent=4)
    judge = decide

    def failing(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
        if act.name == "come_round" and act.subject.id == refs[1].id:
            raise ZeroDivisionError
        return judge(law, facts, act, now)

    monkeypatch.setattr(sitting, "decide", failing)
    clock.tick(APRIL)

    assert {c.fields["key"] for c in Case.objects.all()} == {refs[i].id for i in (0, 2, 3)}
    trouble = Event.objects.get(kind="trouble")
    assert (trouble.subject_id, trouble.clause, trouble.data["why"]) == (refs[1].id, "works/loan#5", "ZeroDivisionError")
    assert Occurrence.objects.get().done_at == APRIL


def test_an_act_that_speaks_of_many_puts_them_into_the_queue(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "MOST_AT_ONCE", 3)
    refs = keys(people, 5, lent=1)

    ruling = act(Act("take_back", refs[0], people.ma_jun.pk, MARCH), now=MARCH)

    assert ruling.allowed
    assert not Case.objects.exists()
    waiting = Occurrence.objects.get()
    assert (waiting.population, waiting.clause, waiting.by_id) == ("key", "works/loan#5.1", people.ma_jun.pk)
    clock.tick(MARCH)
    assert {c.fields["key"] for c in Case.objects.all()} == {r.id for r in refs}
    assert Record.objects.get(pk=refs[0].id).step == "in"


def test_a_few_are_asked_at_once(people: Cast) -> None:
    refs = keys(people, 3, lent=1)
    act(Act("take_back", refs[0], people.ma_jun.pk, MARCH), now=MARCH)
    assert Case.objects.count() == 3
    assert not Occurrence.objects.exists()


def test_what_is_archived_is_nobody_of_a_population(people: Cast) -> None:
    refs = keys(people, 4, lent=4)
    Record.objects.filter(pk__in=[refs[0].id, refs[2].id]).update(archived_at=MARCH)

    clock.tick(APRIL)

    assert {c.fields["key"] for c in Case.objects.of("key_check")} == {refs[1].id, refs[3].id}
    assert Occurrence.objects.get().asked == 2


# ---- a year nobody has entered ----------------------------------------------------------------------------------------------------

TOURS: Final = """regulation: tours
title: {zh: 巡查, en: Tours}
owner: boss
posts: {boss: {zh: 主任}, clerk: {zh: 文员}}
groups: {}
procedures:
  tour:
    title: {zh: 巡查, en: Tour}
    number: XC
    fields: {of: {zh: 巡查单位, type: unit}}
    steps: {planned: 待巡查, done: 已巡查}
    acts: {walk: {zh: 巡查, from: [planned], to: done}}
clauses:
  - {id: "1", zh: 每个工作日巡查, schedules: {open: tour, for_each: unit, every: 1wd, due: end_of_day, who: clerk, with: {of: this}}}
  - {id: "2", zh: 每月巡查, schedules: {open: tour, for_each: unit, every: 1mo, due: end_of_month, who: clerk, with: {of: this}}}
  - {id: "3", zh: 每年初三个工作日内巡查, schedules: {open: tour, for_each: unit, every: 1y, within: 3wd, who: clerk, with: {of: this}}}
"""
EVE: Final = at("2026-12-31 12:00")
NEW_YEAR: Final = at("2027-01-01 08:00")
MONDAY: Final = at("2027-01-04 08:00")


def tours(more: str, since: datetime) -> None:
    pack = "pack: tours\ntitle: {zh: 巡查, en: Tours}\ncalendars:\n"
    pack += f'  office: {{zh: 办公, hours: {{mon-fri: "08:30-17:30"}}, holidays: cn{more}}}\ncalendar: office\n'
    enact({"tours/pack.yaml": pack, "tours/tours.yaml": TOURS}, effective_from=since, now=since)


@pytest.fixture
def walkers(settings: Any) -> Cast:
    """One unit with a clerk and a director, under a law that does not know 2027, looked at until the eve of it."""
    found = cast(EVE)
    tours("", at("2020-01-01 00:00"))
    for person, post in ((found.li_na, "clerk"), (found.zhao_jun, "boss")):
        Holding.objects.create(staff=person, post=post, since=at("2020-01-01 00:00"))
    Round.objects.create(looked_until=EVE)
    return found


def toured() -> dict[tuple[str, str], int]:
    """How many cases each clause has opened, by the day it opened them."""
    rows = Case.objects.of("tour").values_list("opened_by_clause", "opened_at")
    return dict(Counter((clause.partition("#")[2], f"{timezone.localtime(opened):%m-%d}") for clause, opened in rows))


def test_a_clause_that_cannot_be_told_stays_behind_and_the_others_go_on(walkers: Cast) -> None:
    units = walkers_units()
    clock.tick(NEW_YEAR)
    clock.tick(MONDAY)

    assert toured() == {("2", "01-01"): units}
    assert set(Round.objects.get().behind) == {"tours/tours#1"}
    troubles = Event.objects.filter(kind="trouble").order_by("clause")
    assert [(e.clause, e.data["why"]) for e in troubles] == [("tours/tours#1", "unknown_year"), ("tours/tours#3", "unknown_year")]
    told = Notice.objects.filter(topic="trouble", staff_id=walkers.zhao_jun.pk)
    assert {n.clause for n in told} == {"tours/tours#1", "tours/tours#3"}
    assert all("节假日" in n.text for n in told)
    (finding,) = _stuck()
    assert (finding.health, "tours/tours#1、tours/tours#3" in finding.zh) == (Health.WRONG, True), "doctor says it, too"


def test_once_the_year_is_entered_it_catches_up_exactly_once(walkers: Cast) -> None:
    units = walkers_units()
    clock.tick(MONDAY)
    tours(', days_off: ["2027-01-01..2027-01-03"], years: 2026-2027', at("2027-01-05 07:00"))

    for minutes in (0, 30, 60):
        clock.tick(at("2027-01-05 08:00") + timedelta(minutes=minutes))

    assert toured() == {("1", "01-04"): units, ("1", "01-05"): units, ("2", "01-01"): units, ("3", "01-05"): units}
    assert Round.objects.get().behind == {}
    assert list(_stuck()) == []
    assert not Occurrence.objects.filter(done_at=None).exists()


def walkers_units() -> int:
    return Unit.objects.count()
