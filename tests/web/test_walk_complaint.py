"""A walk through the pages: a complaint about somebody, who from then on neither sees it nor can do anything with it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from tests.web.browsing import choose, do, send
from tests.web.village import Village


def test_whoever_is_complained_about_cannot_touch_the_complaint(village: Village, sit: Callable[..., Page]) -> None:
    chen = sit("chen_jie")
    case = _complain(village, chen)
    expect(chen.locator(".case-people")).to_contain_text("责任人徐强")  # the superior of the accused

    accused = sit("qian_hao")
    for address in ("", "acts/investigate/", "acts/name_accused/"):  # whatever way round is tried
        answer = accused.goto(f"/cases/{case.number}/{address}")
        assert answer is not None
        assert answer.status == 404
    accused.goto("/cases/?state=all")
    expect(accused.locator("body")).not_to_contain_text(case.number)
    assert Case.objects.get(pk=case.pk).step == "received"

    superior = sit("xu_qiang")
    superior.goto("/?most=300")  # other tests fill the desk of that superior too
    superior.locator(".desk-row", has_text="钱师傅说话难听").locator("a.main-cell").click()
    do(superior, "investigate")
    superior.locator("#f-plan").fill("约双方当面说明")
    send(superior)
    expect(superior.locator(".course [aria-current]")).to_have_text("办理中")


def _complain(village: Village, page: Page) -> Case:
    caller = village.newcomer()
    page.goto(f"/intake/?customer={caller.pk}")
    page.locator(".procedure", has_text="投诉").click()
    page.locator("#f-content").fill("钱师傅说话难听")
    choose(page, "topic", "staff")
    choose(page, "harm", "slight")
    page.locator(".crowd-filter").fill("钱")
    page.locator(".crowd .tick:visible").click()
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/TS\d{8}-\d{4}/$"))
    return Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])
