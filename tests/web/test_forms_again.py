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


def test_a_form_that_was_refused_asks_what_the_law_wants_of_what_was_typed(village: Village) -> None:
    """Whether a repair is charged for is said on the form; only then its items are wanted, and the form has somewhere to write them."""
    cast, now = village.cast, timezone.now()
    case = village.repair(cast.chen_jie, now, 15, "按摩浴缸不出热水")
    village.act(case, "reply", cast.chen_jie, answer_text="马上来")
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    village.act(case, "accept", cast.sun_lei, ticks=("property/repair#3.8.tools", "property/repair#3.8.spares"))
    village.act(case, "arrive", cast.sun_lei)
    client, address = village.client(cast.sun_lei), f"/cases/{case.number}/acts/start/"
    blank = client.get(address).content.decode()
    typed = {"asked": ["charged", "found"], "charged": "yes", "found": "加热管烧断", "version": str(case.version)}
    assert "quote_items" not in blank
    refused = client.post(address, {**typed, "key": "test:charged-1", "evidence": "consent:customer:0"})
    assert (refused.status_code, 'name="asked" value="quote_items"' in refused.content.decode()) == (409, True)
    rows = {"quote_items.0.item": "人工", "quote_items.0.amount": "80", "asked": ["charged", "found", "quote_items"]}
    proof = re.search(r'name="evidence" value="(consent:[^"]+)"', refused.content.decode())
    assert proof
    done = client.post(address, {**typed, **rows, "key": "test:charged-2", "evidence": proof[1]})
    case.refresh_from_db()
    assert (done.status_code, case.step, case.fields["quote"]) == (302, "working", 8_000), done.content.decode()[:2000]


def test_intake_says_what_may_be_left_to_the_regulation_and_that_something_is_being_written(village: Village) -> None:
    """A choice nobody need make is not mistaken for one forgotten; a phone puts the form before what stands beside it."""
    client = village.client(village.cast.chen_jie)
    blank, form = (client.get(f"/intake/?customer=0{more}").content.decode() for more in ("", "&procedure=repair"))
    fields = re.findall(r'name="asked" value="(\w+)">(.*?)(?=<input type="hidden" name="asked"|</form>)', form, re.DOTALL)
    assert {name for name, shown in fields if "不选的，按制度定" in shown} == {"urgency", "immediate"}
    assert ("data-writing" in blank, "data-writing" in form) == (False, True)
