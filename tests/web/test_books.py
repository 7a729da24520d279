"""Books as pages: every total opens into its entries; an entry names its clause, its matter and what took it back, or could."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.ledger.models import Entry
from shouwen.ledger.posting import void_entries
from shouwen.ledger.reversing import ways_back
from tests.policy.laws import law_of
from tests.web.keeping import deposit
from tests.web.village import Village


def test_a_total_is_the_sum_of_the_entries_it_opens_into(village: Village) -> None:
    case = deposit(village, 10)
    client = village.client(village.cast.lin_yue)

    account = next(
        a for a in client.get("/books/deposit/?party=customer").context["accounts"] if a.total.party_id == case.customer_id
    )
    page = client.get(account.url)

    assert sum(line.entry.amount for line in page.context["lines"]) == account.total.amount == 10_000
    assert page.context["amount"] == account.amount


def test_a_book_comes_to_what_its_parties_come_to(village: Village) -> None:
    deposit(village, 11)
    client = village.client(village.cast.lin_yue)

    total = next(t for book, _name, t, _amount in client.get("/books/").context["books"] if book == "deposit")
    accounts = client.get("/books/deposit/?party=customer").context["accounts"]

    assert total.amount == sum(a.total.amount for a in accounts)
    assert total.parties == len(accounts)


def test_an_entry_names_clause_matter_and_person_and_hides_the_customer_s_name(village: Village) -> None:
    case = deposit(village, 12)
    entry = Entry.objects.get(case_id=case.pk)

    text = village.client(village.cast.lin_yue).get(f"/books/entries/{entry.pk}/").content.decode()

    assert "/regulations/property/rental/#c-4-4" in text
    assert case.number in text
    assert "冯雪" in text
    assert case.customer is not None
    assert case.customer.name not in text


def test_an_entry_taken_back_and_its_reversal_name_each_other_and_cancel_out(village: Village) -> None:
    case = deposit(village, 13)
    entry = Entry.objects.get(case_id=case.pk)
    void_entries([entry.pk], actor=village.cast.feng_xue.pk, cite=None, at=timezone.now(), now=timezone.now())
    back = Entry.objects.get(reverses=entry)
    client = village.client(village.cast.lin_yue)

    one, other = client.get(f"/books/entries/{entry.pk}/"), client.get(f"/books/entries/{back.pk}/")
    account = client.get(f"/books/deposit/customer/{case.customer_id}/")

    assert (one.context["line"].reversed_by, other.context["line"].reverses) == (back.pk, entry.pk)
    assert (account.context["total"].amount, account.context["total"].reversals) == (0, 1)
    assert not one.context["backs"]


def test_where_no_clause_takes_a_book_back_the_page_says_so(village: Village) -> None:
    case = deposit(village, 14)

    page = village.client(village.cast.lin_yue).get(f"/books/entries/{Entry.objects.get(case_id=case.pk).pk}/")

    assert page.context["standing"]
    assert not page.context["backs"]
    assert "没有条款可以冲销" in page.content.decode()


def test_entries_of_other_sites_are_not_found_and_not_added_up(village: Village) -> None:
    case = deposit(village, 15)
    client = village.client(village.cast.su_min)

    assert client.get(f"/books/entries/{Entry.objects.get(case_id=case.pk).pk}/").status_code == 404
    assert client.get(f"/books/deposit/customer/{case.customer_id}/").context["total"].amount == 0
    assert client.get("/books/nothing/").status_code == 404
    assert client.get("/books/deposit/export/").status_code == 403


@pytest.mark.usefixtures("one_day")
def test_a_period_adds_up_its_days_only(village: Village) -> None:
    case, today = deposit(village, 16), timezone.localdate()
    client, url = village.client(village.cast.lin_yue), f"/books/deposit/customer/{case.customer_id}/"

    assert client.get(f"{url}?since={today}&until={today}").context["total"].amount == 10_000
    assert client.get(f"{url}?until={today - timedelta(days=2)}").context["total"].amount == 0
    assert client.get(f"{url}?since=soon&after=99").status_code == 422


VOIDS: Final = """
  - id: "1"
    zh: 完工计分
    for: job
    upon: finish
    penalises: {who: responsible, points: 2}
  - id: "2"
    zh: 重开的冲销
    for: job
    upon: reopen
    penalises: {who: responsible, voids: points}
"""


def test_the_law_says_upon_which_acts_a_book_is_taken_back() -> None:
    day = law_of(VOIDS).on(timezone.localdate())

    assert [(w.clause.rpartition("#")[2], w.noun, w.act, w.field) for w in ways_back(day, "points")] == [
        ("2", "job", "reopen", "")
    ]
    assert not list(ways_back(day, "fine"))


def test_a_manager_opens_a_total_down_to_the_matter_it_came_from(village: Village, sit: Callable[..., Page]) -> None:
    case = deposit(village, 17)
    page = sit("lin_yue")
    page.goto("/registers/")
    page.get_by_role("link", name="账簿", exact=True).click()
    page.locator("main").get_by_role("link", name="押金", exact=True).click()
    page.goto(page.locator("#balances .main-cell").first.get_attribute("href") or "")
    page.goto(f"/books/deposit/customer/{case.customer_id}/")
    expect(page.locator(".account-sum b")).to_have_text("¥100.00")
    page.locator("#entries .main-cell").first.click()
    page.get_by_role("link", name=case.number).click()

    expect(page.locator(".case-line .number")).to_have_text(case.number)
