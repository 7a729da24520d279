"""A landlord's data in full are seen only from a rental under way, an allowed disclosure, a patrol, or a matter of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from shouwen.base.errors import Refused
from shouwen.base.models import Event
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case
from shouwen.customers.uncover import uncover
from shouwen.ops import shelf
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.packs import read_sources
from shouwen.registers.models import Record
from shouwen.registers.uncovering import connected, demand_matter
from shouwen.staff.models import Staff
from tests.cases.doing import did, opened
from tests.cases.law import BEGINNING
from tests.customers.folk import settle
from tests.world import NOW, cast, reader


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The demo company with its law and nothing else: enacted once, for it takes seconds. Nothing of it is left at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = cast()
        settings = (shelf.SHELF / "yunqi/company.yaml").read_text()
        enact(read_sources(shelf.folders(["yunqi"])), settings, effective_from=BEGINNING, now=BEGINNING)
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def world(company: Cast, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The company, for one test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield company
        transaction.set_rollback(True)


def kept(world: Cast, register: str, by: Staff, **fields: Any) -> Record:
    """Enter a thing into a register."""
    wish = Act("open", Ref("record", register, 0), by.pk, NOW, fields, opening=Opening(unit=world.units.yunqi.pk))
    ruling = act(wish, now=NOW)
    assert ruling.allowed, ruling.text()
    return Record.objects.get(pk=ruling.subject.id)


def offered(world: Cast, landlord: int) -> Record:
    """A flat to let, of a landlord."""
    house = kept(world, "house", world.zhao_jun, number="9-9-901", area=world.units.yunqi.pk)
    of = {"house": house.pk, "customer": landlord, "fittings": "家电齐全", "terms": "长租"}
    return kept(world, "rental_offer", world.li_na, number="CZ-90", **of)


def seeking(world: Cast, seeker: int, offer: Record | None = None) -> Case:
    """Somebody looks for a flat, and is told of one."""
    case = opened("rental", world.li_na, NOW, world.units.yunqi, customer=seeker, enquiry="要两室")
    if offer is not None:
        did("introduce", case, world.li_na, NOW, wishes="两室", offers=({"offer": offer.pk},), fee_told=True)
    return case


def shown(customer: int, who: Staff, case: Case | None = None) -> bool:
    """Whether somebody is shown the telephone, from a case or from nowhere; what is refused leaves no event."""
    before, no = Event.objects.filter(act="reveal").count(), None
    try:
        clear = uncover(customer, ["phones"], reader(who), reason="联系客户", now=NOW, case=case.pk if case else 0)
    except Refused as refused:
        no = refused
    if no is None:
        return bool(clear["phones"])
    assert [r.clause for r in no.ruling.refusals] == ["property/rental#2.5"]
    assert "只从在办的求租" in no.text("zh")
    assert Event.objects.filter(act="reveal").count() == before
    return False


def test_a_landlord_is_shown_from_a_rental_that_introduced_their_flat_and_from_no_other(world: Cast) -> None:
    people = settle(world)
    offer = offered(world, people["wang"])
    with_it, without = seeking(world, people["shan"], offer), seeking(world, people["shan"])

    assert shown(people["wang"], world.li_na, with_it)
    assert not shown(people["wang"], world.li_na, without)
    assert not shown(people["wang"], world.li_na)
    assert not shown(people["wang"], world.zhao_jun), "not even at the top"
    assert connected(people["wang"], reader(world.li_na), NOW) == [with_it]


def test_who_lets_nothing_is_shown_as_before_and_so_is_who_took_the_flat_back(world: Cast) -> None:
    people = settle(world)
    offer = offered(world, people["wang"])

    assert shown(people["shan"], world.li_na)
    assert connected(people["shan"], reader(world.li_na), NOW) is None
    act(Act("withdraw_offer", offer.ref, world.li_na.pk, NOW), now=NOW)
    assert shown(people["wang"], world.li_na)


def test_a_landlords_own_open_matter_shows_them_until_it_is_over(world: Cast) -> None:
    people = settle(world)
    offered(world, people["wang"])
    own = seeking(world, people["wang"])

    assert shown(people["wang"], world.chen_jie, own)
    did("cancel", own, world.li_na, NOW, cancel_reason="不租了")
    assert not shown(people["wang"], world.chen_jie, own)
    assert connected(people["wang"], reader(world.chen_jie), NOW) == []


def test_a_special_case_shows_them_once_it_is_allowed_and_no_longer_than_until_it_is_given(world: Cast) -> None:
    people = settle(world)
    offer = offered(world, people["wang"])
    special = opened("disclosure", world.li_na, NOW, world.units.yunqi, offer=offer.pk, given_to="邮局", reason="退件无法联系")
    assert not shown(people["wang"], world.li_na, special)

    Case.objects.filter(pk=special.pk).update(step="allowed")  # as its approval leaves it: scenarios of 2.3 have the way there

    assert shown(people["wang"], world.li_na, special)
    did("give", Case.objects.get(pk=special.pk), world.li_na, NOW)
    assert not shown(people["wang"], world.li_na, special)


def test_a_matter_one_does_not_see_shows_nothing(world: Cast) -> None:
    people = settle(world)
    matter = seeking(world, people["shan"], offered(world, people["wang"]))

    with pytest.raises(Refused):
        demand_matter(people["wang"], matter.pk, reader(world.su_min), NOW)
    demand_matter(people["wang"], matter.pk, reader(world.li_na), NOW)


def test_asking_takes_no_more_queries_however_many_matters_there_are(world: Cast) -> None:
    people = settle(world)
    offer = offered(world, people["wang"])
    asked = []
    for _ in range(2):
        seeking(world, people["shan"], offer)
        with CaptureQueriesContext(connection) as queries:
            connected(people["wang"], reader(world.li_na), NOW)
        asked.append(len(queries))

    assert asked[1] <= asked[0]
