"""What somebody may see is put into SQL once and kept: it must say the same as the condition it was made from, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.db.models import Exists, OuterRef, Q

from shouwen.base import ready
from shouwen.base.access import NOBODY, Reader, in_sight, withheld
from shouwen.base.models import Event, Notice
from shouwen.cases.models import Case, Deadline, Task
from shouwen.customers.models import Customer
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ops.cast import Cast
from tests.cases.doing import did, opened
from tests.cases.law import enacted
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")


@pytest.fixture
def readers() -> list[Reader]:
    """Cases of two sites, one of them in hand of somebody of the other; everybody who looks, and nobody."""
    enacted()
    people: Cast = cast(NINE)
    for n, (who, unit) in enumerate([(people.chen_jie, people.units.yunqi), (people.su_min, people.units.hupan)] * 2):
        (pk,) = create_customers([NewCustomer(unit=unit.pk, name=f"客户{n}", level=n % 2)], by=who.pk, at=NINE, now=NINE)
        case = opened("repair", who, NINE, unit, urgency="urgent")
        Case.objects.filter(pk=case.pk).update(customer=pk)
        if n < 2:
            did("hand_over", case, who, NINE, to=(people.li_na, people.he_jing)[n].pk)
        if n == 3:
            Case.objects.filter(pk=case.pk).update(withheld_from=[people.su_min.pk, people.lin_yue.pk])
    looking = (people.chen_jie, people.su_min, people.he_jing, people.lin_yue, people.zhao_jun)
    return [NOBODY, *(reader(person, NINE) for person in looking)]


KINDS: dict[type[models.Model], Callable[[Reader], Q]] = {
    Case: lambda who: Case.objects.all()._seen(who),
    Customer: lambda who: Customer.objects.all()._seen(who),
    Deadline: in_sight,
    Task: lambda who: Q(who__overlap=sorted(who.people)) & ~withheld(who) | in_sight(who),
    Event: lambda who: Q(actor_id=who.staff) & ~Q(actor_id=0) & ~withheld(who) | in_sight(who),
}


def keys(rows: Any) -> list[int]:
    return sorted(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_finds_what_its_condition_finds(kind: Any, readers: list[Reader]) -> None:
    found = []
    for who in readers:
        plain = keys(kind.objects.filter(KINDS[kind](who)))
        ready.forget()
        for _ in range(2):  # made, and kept
            assert keys(kind.objects.visible_to(who)) == plain
        assert kind.objects.visible_to(who).count() == len(plain)
        # turned round, joined by `or`, and inside another question, where its table has another name
        everything = keys(kind.objects.all())
        assert keys(kind.objects.exclude(pk__in=kind.objects.visible_to(who).values("pk"))) == sorted(
            set(everything) - set(plain)
        )
        assert keys(kind.objects.filter(Exists(kind.objects.visible_to(who).filter(pk=OuterRef("pk"))))) == plain
        assert keys(kind.objects.visible_to(who) | kind.objects.visible_to(readers[-2])) == sorted(
            {*plain, *keys(kind.objects.filter(KINDS[kind](readers[-2])))}
        )
        found.append(tuple(plain))
    assert len(set(found)) > 2  # they do not all see the same, or nothing would have been shown


def test_who_sees_what_inside_what_is_kept_twice_over(readers: list[Reader]) -> None:
    """A question on customers holds one on cases, and stands in one on cases: their tables inside have names of their own."""
    for who in readers:
        whose = keys(Customer.objects.filter(KINDS[Customer](who)))
        cases = Case.objects.filter(Exists(Customer.objects.visible_to(who).filter(pk=OuterRef("customer_id"))))
        assert keys(cases) == keys(Case.objects.filter(customer__in=whose))


def test_a_notice_is_for_whom_it_is_for(readers: list[Reader]) -> None:
    for who in readers:
        told = Q(staff_id__in=who.people) & ~withheld(who) | Q(customer_id__isnull=False) & in_sight(who, subject=False)
        assert keys(Notice.objects.visible_to(who)) == keys(Notice.objects.filter(told))


def test_a_condition_that_joins_another_table_is_no_such_condition() -> None:
    with pytest.raises(ValueError, match="joins other tables"):
        ready.ready(Case, "a test's own", lambda: Q(customer__name="x"))
