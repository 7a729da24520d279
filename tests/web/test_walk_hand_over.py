"""A walk through the pages: whoever is asked first stays answerable until somebody has taken the matter over."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.web.browsing import do, send
from tests.web.village import Village


def test_the_first_asked_keeps_a_matter_until_it_is_taken_over(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), content="楼道堆放杂物")
    chen, li = sit("chen_jie"), sit("li_na")

    chen.goto(f"/cases/{case.number}/")
    expect(chen.locator(".case-people")).to_contain_text("责任人陈洁")
    do(chen, "hand_over")
    chen.locator("#f-to").select_option(label="李娜（客户服务中心）")
    chen.locator("#act-form .form-end .btn-primary").click()
    expect(chen.locator("#acting .refusal")).to_contain_text("请补填：原因")
    expect(chen.locator("#acting .refusal a")).to_have_attribute("href", re.compile(r"/regulations/property/first-asked/#c-2$"))
    expect(chen.locator("#f-to")).to_have_value(str(cast.li_na.pk))  # what was chosen is still there
    chen.locator("#f-reason").fill("属李娜片区")
    send(chen)
    expect(chen.locator(".case-people")).to_contain_text("责任人陈洁")
    expect(chen.locator(".todos")).to_contain_text("李娜")

    li.goto("/?most=300")  # other tests fill her desk too
    li.locator(".desk-row", has_text="楼道堆放杂物").locator("a.main-cell").click()
    li.locator(".todos .btn-primary").click()
    expect(li.locator(".case-people")).to_contain_text("责任人李娜")
    expect(li.locator(".case-people")).to_contain_text("首问人陈洁")
    expect(li.locator(".story")).to_contain_text("接手")

    expect(chen.locator(".case-people")).to_contain_text("责任人李娜")  # by itself: the page heard of it
    chen.goto("/notices/")
    expect(chen.locator(".notices")).to_contain_text("有人接手的，告知首问人")
