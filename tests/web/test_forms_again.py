"""What a form does the second time: finding again after an answer that found nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.customers.models import Customer
from tests.web.village import Village


def test_a_house_is_found_after_a_first_search_found_nothing(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, timezone.now(), 14, "阳台漏雨")
    page = sit("chen_jie")
    page.goto("/intake/?customer=0&procedure=repair")
    page.locator("#f-house").press_sequentially("没有这间")
    expect(page.locator("#found-house")).to_contain_text("没有找到")
    page.locator("#f-house").fill("云栖")
    expect(page.locator("#found-house [data-pick]").first).to_be_visible()


def test_a_customer_whose_form_is_sent_twice_is_taken_in_once(village: Village) -> None:
    client = village.client(village.cast.chen_jie)
    blank = client.get("/customers/new/").content.decode()
    key, unit = re.search(r'name="key" value="([^"]+)"', blank), re.search(r'<option value="(\d+)" selected', blank)
    assert key
    assert unit
    told = {"key": key[1], "name": "宇文初一", "kind": "person", "unit": unit[1], "language": "zh-hans"}
    first, second = (client.post("/customers/new/", told) for _ in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, first["Location"])
    changed = client.post("/customers/new/", {**told, "name": "宇文初二"})
    assert (changed.status_code, "再按一次保存" in changed.content.decode()) == (422, True)
    assert Customer.objects.filter(name__startswith="宇文初").count() == 1


def test_choosing_which_promise_is_extended_breaks_no_script(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now())
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    page.locator("#act-extend").click()
    page.locator("#act-form input[name=clause]").first.check()
    expect(page.locator("#act-form input[name=clause]").first).to_be_checked()  # `sit` sees whether a script failed
