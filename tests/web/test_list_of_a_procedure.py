"""The list of one procedure: it is narrowed by the days its matters are about, and tells them apart by what they are about."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.registers.models import Record
from tests.web.village import Village


def test_the_list_of_a_procedure_is_narrowed_by_the_days_it_is_about_and_tells_its_matters_apart(village: Village) -> None:
    key = Record.objects.filter(register="key", unit__name="云栖花园").order_by("pk")[0]
    wanted = {"key": key.pk, "taker_kind": "other", "taker": "何某", "purpose": "看房"}
    lent = [
        village.open("key_loan", village.cast.chen_jie, timezone.now(), village.customer(8), **wanted, return_on=day)
        for day in ("2031-05-06", "2031-05-07")
    ]
    client = village.client(village.cast.chen_jie)

    page = client.get("/cases/?procedure=key_loan&state=all&f.return_on=2031-05-06")
    elsewhere = client.get("/cases/?state=all&f.return_on=2031-05-06")
    nonsense = client.get("/cases/?procedure=key_loan&f.return_on=yesterday&f.taker=何某")

    assert [c.pk for c in page.context["cases"]] == [lent[0].pk]
    assert page.context["told"][lent[0].pk] == [key.key, Record.objects.get(pk=key.fields["house"]).key, "其他人员", "2031-05-06"]
    assert (elsewhere.context["filters"].own, elsewhere.context["told"]) == ({}, {})
    assert nonsense.context["filters"].own == {}


def test_the_steps_of_a_procedure_come_when_it_is_chosen_and_go_with_it(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/cases/")
    expect(page.locator("#f-step")).to_have_count(0)
    page.locator("#f-procedure").select_option("repair")

    expect(page.locator("#f-step")).to_be_visible()
    expect(page.locator("#list-clears a")).to_be_visible()
    page.locator("#f-procedure").select_option("")
    expect(page.locator("#f-step")).to_have_count(0)
