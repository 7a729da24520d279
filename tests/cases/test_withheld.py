"""Whom an open complaint names does not see it: not in a list, a search, the journal, the notices, nor by its address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shouwen.base.access import units_in_sight
from shouwen.base.models import Attachment, Event, Notice
from shouwen.base.numbering import next_id
from shouwen.base.search import search
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Deadline, Task
from shouwen.customers.models import Customer
from shouwen.customers.writing import NewCustomer, create_customers
from shouwen.ops import shelf
from shouwen.ops.cast import Cast
from shouwen.policy.act import Evidence
from shouwen.policy.packs import read_sources
from shouwen.staff.models import Staff
from tests.cases.doing import did, opened, wanted
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")
TEN = at("2026-03-02 10:00")


@pytest.fixture
def people() -> Cast:
    """The demo company under its own law."""
    begun = at("2026-01-01 00:00")
    company = (shelf.SHELF / "yunqi" / "company.yaml").read_text(encoding="utf-8")
    enact(read_sources(shelf.folders(["yunqi"])), company, effective_from=begun, now=begun)
    return cast(NINE)


def caller(people: Cast) -> Customer:
    """Somebody who complains."""
    made = [NewCustomer(unit=people.units.yunqi.pk, name="方敏")]
    (pk,) = create_customers(made, by=people.chen_jie.pk, at=NINE, now=NINE)
    return Customer.objects.get(pk=pk)


def complaint(people: Cast, *accused: Staff) -> Case:
    """A complaint about some of the staff, taken in by the receptionist."""
    who = caller(people)
    return opened(
        "complaint", people.chen_jie, NINE, people.units.yunqi,
        customer=who.pk, content="师傅穿鞋进屋还骂人", topic="staff", severity="ordinary", accused=tuple(p.pk for p in accused),
    )  # fmt: skip


def sees(person: Staff, case: Case) -> dict[str, bool]:
    """Through which of the doors somebody sees a case."""
    who = reader(person, TEN)
    return {
        "list": Case.objects.visible_to(who).filter(pk=case.pk).exists(),
        "search": any(h.id == case.pk for h in search("穿鞋进屋", who).hits),
        "number": any(h.id == case.pk for h in search(case.number, who).hits),
        "journal": Event.objects.visible_to(who).filter(case_id=case.pk).exists(),
        "tasks": Task.objects.visible_to(who).filter(case_id=case.pk).exists(),
        "promises": Deadline.objects.visible_to(who).filter(case_id=case.pk).exists(),
        "notices": Notice.objects.visible_to(who).filter(case_id=case.pk).exists(),
        "files": Attachment.objects.visible_to(who).filter(case_id=case.pk).exists(),
        "glance": case.pk in units_in_sight({"case": [case.pk]}, who)["case"],
    }


def test_an_open_complaint_is_hidden_from_whom_it_names_and_from_nobody_else(people: Cast) -> None:
    case = complaint(people, people.chen_jie)
    Notice.objects.create(
        id=next_id(), staff_id=people.chen_jie.pk, case_id=case.pk, topic="tell", at=NINE, try_at=NINE, key=str(next_id())
    )

    assert not any(sees(people.chen_jie, case).values())  # though she took it in, and is the one first asked
    assert all(sees(people.li_na, case)[door] for door in ("list", "search", "number", "journal", "promises", "glance"))
    assert sees(people.lin_yue, case)["journal"]


def test_it_is_hidden_from_the_moment_somebody_is_named_until_that_is_taken_back(people: Cast) -> None:
    case = complaint(people)
    found = sees(people.chen_jie, case)
    assert (found["list"], found["search"], found["glance"]) == (True, True, True)

    did("name_accused", case, people.su_min, TEN, accused=(people.chen_jie.pk,))
    assert not any(sees(people.chen_jie, case).values())

    did("name_accused", case, people.lin_yue, TEN, accused=())
    found = sees(people.chen_jie, case)
    assert (found["list"], found["search"], found["glance"]) == (True, True, True)


def test_a_task_in_it_does_not_show_it_to_whom_it_names(people: Cast) -> None:
    case = complaint(people, people.sun_lei)
    did("hand_over", case, people.xu_qiang, TEN, to=people.chen_jie.pk, reason="请客服跟进")
    Task.objects.filter(case_id=case.pk).update(who=[people.sun_lei.pk])

    assert not any(sees(people.sun_lei, case).values())


def test_once_it_has_ended_whom_it_named_may_read_it_again(people: Cast) -> None:
    case = complaint(people, people.chen_jie)
    consent = Evidence("consent", "customer", case.customer_id or 0)
    wish = replace(wanted("cancel", case, people.lin_yue, TEN, cancel_reason="客户撤回"), evidence=(consent,))
    assert act(wish, now=TEN).allowed

    found = sees(people.chen_jie, case)
    assert (found["list"], found["search"], found["glance"]) == (True, True, True)
