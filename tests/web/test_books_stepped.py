"""Books whose entries go through steps: an entry is executed or cancelled on its page, by the law, and cancelling takes it back."""

from __future__ import annotations

import pytest
from django.test import Client

from shouwen.ledger.models import Entry
from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff
from tests.cases.test_vehicle_files import delivered_late, store


@pytest.fixture
def people(db: None) -> Cast:
    """The cast of a motor trader, one of whom was fined for a late file."""
    found = store()
    delivered_late(found, delivered="2026-03-06 16:00", late="2026-03-11 17:31", vin="A")
    return found


def of(person: Staff) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_who_may_not_decide_sees_the_acts_locked_with_their_clause_and_is_refused(people: Cast) -> None:
    entry, client = Entry.objects.get(), of(people.li_na)

    page = client.get(f"/books/entries/{entry.pk}/")
    refused = client.post(f"/books/entries/{entry.pk}/acts/cancel/", {"key": "page:1"})

    assert (page.context["step"], [o.act for o in page.context["acts"].open]) == ("待执行", [])
    assert {o.act for o in page.context["acts"].barred} >= {"execute", "cancel"}
    assert "/regulations/auto/vehicle-file/#c-7-1" in page.content.decode()
    assert refused.status_code == 409
    assert not Entry.objects.filter(reverses=entry).exists()


def test_cancelling_a_fine_takes_it_back_by_an_entry_of_its_own_and_the_page_tells_it(people: Cast) -> None:
    entry, client = Entry.objects.get(), of(people.lin_yue)
    assert "cancel" in {o.act for o in client.get(f"/books/entries/{entry.pk}/").context["acts"].open}

    done = client.post(f"/books/entries/{entry.pk}/acts/cancel/", {"key": "page:2"}, follow=True)
    back = Entry.objects.get(reverses=entry)

    assert (done.context["line"].reversed_by, done.context["standing"], back.amount) == (back.pk, False, -entry.amount)
    assert [e.title for e in done.context["entries"]][-1] == "撤销处罚"
    account = client.get(f"/books/fine/staff/{people.li_na.pk}/")
    assert (account.context["total"].amount, account.context["total"].reversals) == (0, 1)
