"""A walk through the pages: a complaint about somebody, who from then on neither sees it nor can do anything with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases.models import Case
from tests.web.browsing import at_case, barred, choose, do, press, send
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


def test_whom_the_regulation_names_passes_a_gate_with_a_reason_and_nobody_else(
    village: Village, sit: Callable[..., Page]
) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), topic="fee", content="停车费算错了赔得少")
    village.act(case, "investigate", cast.chen_jie, plan="核账")
    village.act(case, "answer", cast.chen_jie, answer_text="退还多收的部分")
    village.act(case, "resolve", cast.chen_jie, cause="重复计费", result="已退还")
    call = Case.objects.get(procedure="call_back", fields__complaint=case.pk)
    answers: dict[str, Any] = {
        "outcome": "dissatisfied",
        "opinion": "赔得少",
        "result_told": True,
        "channel": "phone",
        "methods": ["talk"],
    }
    village.act(call, "call", cast.li_na, **answers)
    case.refresh_from_db()
    assert case.fields["called_back"] == "dissatisfied"

    desk = sit("chen_jie")
    barred(desk, case, "close", "回访有结果且非不满意才可结案")
    desk.goto(f"/cases/{case.number}/acts/close/")
    expect(desk.locator("#act-form #why")).to_have_count(0)  # nobody else is asked for a reason, whatever way round is tried

    director = at_case(sit("lin_yue"), case, "close")
    expect(director.locator("#acting .refusal")).to_contain_text("回访有结果且非不满意才可结案")
    expect(director.get_by_label("客服中心主任可以说明理由放行")).to_be_visible()
    press(director)  # without a reason it stays shut
    expect(director.locator("#acting .refusal")).to_contain_text("回访有结果且非不满意才可结案")
    director.get_by_label("客服中心主任可以说明理由放行").fill("已按合同退足，业主要求超出合同")
    send(director)

    expect(director.locator("#case-story")).to_contain_text("林悦说明理由放行：已按合同退足，业主要求超出合同")
    case.refresh_from_db()
    assert case.step == "closed"
    (passed,) = Event.objects.of(case.ref).filter(kind="passed")
    assert (passed.clause, passed.actor_id) == ("property/complaint#5.3", cast.lin_yue.pk)
