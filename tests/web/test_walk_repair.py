"""A walk through the pages: a burst pipe from the call to the end, late once, and called back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from tests.web.browsing import choose, do, send
from tests.web.village import Village


def test_a_repair_goes_from_the_call_to_its_end_with_a_breach_and_a_call_back(village: Village, sit: Callable[..., Page]) -> None:
    chen = sit("chen_jie")
    case = _take_in(village, chen)

    expect(chen.locator(".story")).to_contain_text("超时：紧急报修")  # the clock has found it, and the page heard of it
    expect(chen.locator("#case-promises")).to_contain_text("已记超时")
    _assign(sit("xu_qiang"), case)
    do(chen, "reply")
    chen.locator("#f-answer_text").fill("师傅已经在路上")
    send(chen)
    expect(chen.locator(".story")).to_contain_text("逾期办结：紧急报修")

    _mend(sit("sun_lei", 390), case)
    _confirm(chen, case)
    back = Case.objects.get(parent=case, procedure="call_back")
    _call_back(sit("li_na"), back)
    _close(chen, case)

    case.refresh_from_db()
    assert (case.step, case.closed_at is not None, case.fields["called_back"]) == ("closed", True, "satisfied")
    chen.goto(f"/cases/{case.number}/")
    expect(chen.locator(".course [aria-current]")).to_have_text("已结案")


def _take_in(village: Village, page: Page) -> Case:
    """At the telephone, by keyboard: the last digits, Enter, Enter, the text. It rang two hours ago and is written down now."""
    caller = village.customer(11)
    phone = caller.phones.get(is_main=True).number
    page.goto("/intake/")
    expect(page.locator("#caller")).to_be_focused()
    page.keyboard.type(phone[-6:])
    expect(page.locator(f"#caller-{caller.pk}")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#callers")).not_to_contain_text(phone)  # masked until somebody says why
    page.keyboard.press("Enter")
    expect(page.locator(".procedure:focus")).to_be_visible()  # what is opened most comes first; the arrows go on from there
    repair = page.locator(".procedure[href$='procedure=repair']")
    for _ in range(page.locator(".procedure:visible").count()):
        if repair.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    expect(repair).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#f-house")).to_have_value(village.house(caller).key)  # known already
    choose(page, "place", "in_home")
    choose(page, "channel", "phone")
    choose(page, "trouble", "leak")
    page.locator("#f-content").fill("厨房水管爆裂，水流不止")
    page.locator("#intake-form .more summary").click()
    rang = timezone.localtime(timezone.now() - timedelta(hours=2))
    page.locator("#i-at").fill(f"{rang:%Y-%m-%dT%H:%M}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/cases/BX\d{8}-\d{4}/$"))
    return Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])


def _assign(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.number}/")
    do(page, "assign")
    page.locator("#f-technician").select_option(label="孙磊（建议）")
    send(page)
    expect(page.locator(".course [aria-current]")).to_have_text("已派工")


def _mend(page: Page, case: Case) -> None:
    """The repairer, on a phone."""
    page.goto(f"/cases/{case.number}/")
    do(page, "accept")
    for tick in page.locator("#act-form .tick").all():
        tick.click()
    send(page)
    do(page, "arrive")
    send(page)
    do(page, "inspect")
    page.locator("#f-found").fill("角阀断裂")
    send(page)
    do(page, "start")
    choose(page, "charged", "no")
    send(page)
    do(page, "finish")
    page.locator("#f-outcome").fill("更换角阀，试水正常")
    choose(page, "damaged", "no")
    for tick in page.locator("#act-form .tick").all():
        tick.click()
    send(page)
    expect(page.locator(".course [aria-current]")).to_have_text("已完工")


def _confirm(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.number}/")
    do(page, "confirm")
    choose(page, "rating", "satisfied")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal")).to_contain_text("客户签字")  # who signs is part of the law
    page.locator("#act-form .tick", has_text="客户签字").click()
    send(page)
    do(page, "check_slip")
    send(page)
    expect(page.locator(".course [aria-current]")).to_have_text("已核对")
    do(page, "close")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal")).to_contain_text("回访")  # not before the customer has been called back


def _call_back(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.number}/")
    do(page, "call")
    for name, answer in {"channel": "phone", "methods": "talk", "outcome": "satisfied"}.items():
        choose(page, name, answer)
    for question in ("attitude", "efficiency", "effect"):
        choose(page, question, "good")
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator(".course [aria-current]")).to_have_text("已回访")


def _close(page: Page, case: Case) -> None:
    expect(page.locator("#case-fields")).to_contain_text(re.compile(r"回访结果\s*满意"))  # by itself: the call-back wrote it here
    do(page, "close")
    send(page)
