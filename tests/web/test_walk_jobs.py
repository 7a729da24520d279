"""The daily jobs, each with the fewest keys its page allows, counted by the browser. The known caller's repair is in test_walk_intake."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from shouwen.cases.models import Case
from tests.web.keystrokes import Counter
from tests.web.test_walk_dispatch import long_ago
from tests.web.village import Village

Sit = Callable[..., Page]
Count = Callable[[Page], Counter]
DESK = "/?most=300"  # all of it: other tests fill it too


@pytest.fixture
def count(record_property: Any) -> Count:
    """Count what is pressed on a page from now on."""
    return lambda page: Counter(page, record_property)


def _row(page: Page, title: str) -> Locator:
    """Go to a row by J; the first press shows where one is."""
    row, at = page.locator("[data-row]", has_text=title), page.locator("[data-row].at", has_text=title)
    expect(row).to_be_visible()
    for _ in range(2 * page.locator("[data-row]").count()):  # rows that come meanwhile are passed too
        if at.count():
            break
        page.keyboard.press("j")
    expect(at).to_be_visible()
    return row


def _send(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def test_a_complaint_of_a_known_caller_is_taken_in_by_keyboard(village: Village, sit: Sit, count: Count) -> None:
    caller = village.customer(3)
    page = sit("chen_jie")
    counter = count(page)
    page.goto("/intake/")
    page.keyboard.type(caller.phones.get(is_main=True).number[-4:])
    expect(page.locator(f"#caller-{caller.pk}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".procedure:focus")).to_be_visible()
    page.keyboard.press(page.locator(".procedure[href$='procedure=complaint']").get_attribute("data-digit") or "")
    expect(page.locator("#f-content")).to_be_focused()
    page.keyboard.insert_text("电梯连着三天坏，没人来看")
    page.locator(".way:has(input[name=topic][value=facility])").click()
    page.locator(".way:has(input[name=harm][value=slight])").click()
    _send(page)
    page.wait_for_url(re.compile(r"/cases/TS\d{8}-\d{4}/$"))
    job = counter.done("02 受理熟客的投诉")
    assert Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2]).fields["topic"] == "facility"
    assert (len(job.keys), job.presses) <= (8, 2)


def test_a_promise_is_kept_from_the_desk_by_keyboard(village: Village, sit: Sit, count: Count) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now() - timedelta(days=9), 38, "天窗漏雨")
    page = sit("chen_jie")
    counter = count(page)
    page.goto(DESK)
    row = _row(page, "天窗漏雨")
    page.keyboard.press("a")
    expect(row.locator("#f-answer_text")).to_be_focused()
    page.keyboard.insert_text("师傅在路上")
    _send(page)
    expect(page.locator("#trouble")).to_contain_text("已办理")
    job = counter.done("03 在工作台答复客户")
    assert Case.objects.get(pk=case.pk).marks["reply"][0] == 1
    assert len([k for k in job.keys if k != "j"]) <= 3  # a, Control, Enter: however far down the row stands


def test_a_repairer_is_sent_by_two_keys(village: Village, sit: Sit, count: Count) -> None:
    case = village.repair(village.cast.chen_jie, long_ago() - timedelta(days=2), 33, "设备层跑水")
    page = sit("xu_qiang")
    counter = count(page)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/dispatch/")
    _row(page, "设备层跑水")
    page.keyboard.press("a")
    expect(page.locator("#trouble")).to_contain_text(f"{case.number} 已派给")
    job = counter.done("04 派工")
    assert Case.objects.get(pk=case.pk).step == "assigned"
    assert (len(job.keys), job.presses) <= (4, 0), job.keys  # g p j a


def test_a_visit_is_completed_with_a_thumb(village: Village, sit: Sit, count: Count) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 33, "水表井漏水")
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    page = sit("sun_lei", 390)
    counter = count(page)
    page.goto("/dispatch/visits/")
    visit = page.locator(".visit", has_text="水表井漏水")
    _step(visit, "领单")
    _step(visit, "到场")
    _step(visit, "现场检查", texts={"found": "接头老化"})
    _step(visit, "动工", ways={"charged": "no"})
    _step(visit, "完工", ways={"damaged": "no"}, texts={"outcome": "更换接头，试水正常"})
    expect(visit).to_have_count(0)  # nothing is left to do there
    job = counter.done("05 手机上办完一次上门")
    assert Case.objects.get(pk=case.pk).step == "done"
    assert (len(job.keys), job.presses) <= (0, 20), job


MOVING = """<button>这里</button><script>
  addEventListener("pointerdown", () => {
    if (document.querySelector("p")) return;
    document.body.insertAdjacentHTML("beforeend", "<p style='position:fixed;inset:0'>");
    setTimeout(() => document.querySelector("p").style.display = "none", 100);
  }, true);
  document.querySelector("button").onclick = (e) => { e.target.textContent = "到了"; };
</script>"""


def test_a_tap_that_the_driver_makes_again_because_the_page_moved_is_one(sit: Sit) -> None:
    page = sit("", 390)
    counter = Counter(page, lambda *_told: None)
    page.route("**/moving", lambda route: route.fulfill(body=MOVING, content_type="text/html; charset=utf-8"))
    page.goto("/moving")
    page.evaluate("addEventListener('touchstart', () => { window.taps = (window.taps || 0) + 1; }, true)")
    page.locator("button").tap()
    expect(page.get_by_text("到了")).to_be_visible()
    assert (page.evaluate("window.taps"), counter.done("").presses) == (2, 1)


def _step(visit: Locator, said: str, *, texts: dict[str, str] | None = None, ways: dict[str, str] | None = None) -> None:
    """Press what comes next; fill in what its form asks, if it opens one."""
    visit.locator(".visit-steps button", has_text=said).tap()
    form = visit.locator("#act-form")
    expect(form.or_(visit.locator(f".visit-steps:not(:has(button:text-is('{said}')))"))).to_be_visible()
    if form.count():
        for name, text in (texts or {}).items():
            form.locator(f"#f-{name}").tap()
            visit.page.keyboard.insert_text(text)
        for name, value in (ways or {}).items():
            form.locator(f".way:has(input[name={name}][value={value}])").tap()
        for tick in form.locator(".tick").all():
            tick.tap()
        form.locator(".form-end .btn-primary").tap()
        expect(form).to_have_count(0)


def test_a_call_back_is_written_down_with_its_result(village: Village, sit: Sit, count: Count) -> None:
    cast, now = village.cast, timezone.now() - timedelta(days=30)
    repair = village.repair(cast.chen_jie, now, 34, "信报箱锁坏", trouble="fault")
    who = village.customer(34)
    case = village.open("call_back", cast.chen_jie, now, who, customer=who.pk, kind="repair", repair=repair.pk)
    page = sit("li_na")
    counter = count(page)
    page.goto("/callbacks/?view=open")
    row = _row(page, "信报箱锁坏")
    page.keyboard.press("a")
    expect(row.locator(".row-acting form")).to_be_visible()
    answers = {
        "outcome": "satisfied",
        "channel": "phone",
        "methods": "talk",
        "attitude": "good",
        "efficiency": "good",
        "effect": "good",
    }
    for name, value in answers.items():
        row.locator(f".way:has(input[name={name}][value={value}]), .tick:has(input[name={name}][value={value}])").first.click()
    _send(page)
    expect(page.locator("[data-row]", has_text="信报箱锁坏")).to_have_count(0)
    job = counter.done("06 回访并登记结果")
    assert Case.objects.get(pk=case.pk).fields["outcome"] == "satisfied"
    assert job.presses <= len(answers)


def test_a_matter_is_found_and_added_to_without_leaving_the_keyboard(village: Village, sit: Sit, count: Count) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 35, "岗亭空调不冷", trouble="fault")
    page = sit("chen_jie")
    counter = count(page)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("岗亭空调")
    expect(page.locator("#search-found [role=option]", has_text=case.number)).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/cases/({case.number}|{case.pk})/"))
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("记一笔")
    expect(page.locator("#search-found [role=option][aria-selected=true]")).to_contain_text("记一笔")
    page.keyboard.press("Enter")
    expect(page.locator("#f-text")).to_be_focused()
    page.keyboard.insert_text("业主说下午在家")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # what it rests on: one's own word
    _send(page)
    expect(page.locator(".story")).to_contain_text("业主说下午在家")
    job = counter.done("07 搜索、跳转、记一笔")
    assert (len(job.keys), job.presses) <= (10, 0), job


def test_an_approval_is_given_from_the_desk(village: Village, sit: Sit, count: Count) -> None:
    cast = village.cast
    case = village.complaint(
        cast.chen_jie, timezone.now() - timedelta(hours=3), content="吊顶掉落砸坏车", topic="facility", harm="loss"
    )
    village.act(
        case, "investigate", cast.xu_qiang if case.responsible_id == cast.xu_qiang.pk else cast.chen_jie, plan="先赔付后检修"
    )
    page = sit("lin_yue")
    counter = count(page)
    page.goto(DESK)
    row = _row(page, "吊顶掉落砸坏车")
    page.keyboard.press("a")
    expect(row.locator(".row-acting form")).to_be_visible()
    _send(page)
    expect(page.locator("#trouble")).to_contain_text("已办理")
    job = counter.done("08 批准")
    assert Case.objects.get(pk=case.pk).step == "investigating"
    assert len([k for k in job.keys if k != "j"]) <= 3


def test_what_is_handed_over_is_accepted_by_one_key_from_the_desk(village: Village, sit: Sit, count: Count) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), content="游乐区螺丝松动", topic="facility")
    village.act(case, "hand_over", cast.chen_jie, to=cast.zhou_ting.pk, reason="属周婷片区")
    page = sit("zhou_ting")
    counter = count(page)
    page.goto(DESK)
    _row(page, "游乐区螺丝松动")
    page.keyboard.press("a")
    expect(page.locator("#trouble")).to_contain_text("已办理")
    job = counter.done("09 接手移交来的事项")
    assert Case.objects.get(pk=case.pk).responsible_id == cast.zhou_ting.pk
    assert len([k for k in job.keys if k != "j"]) <= 1


def test_a_figure_of_the_reports_is_opened_down_to_its_matters(village: Village, sit: Sit, count: Count) -> None:
    page = sit("lin_yue")
    counter = count(page)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/reports/")
    page.locator("#procedures td a").first.click()
    expect(page.locator("[data-row]").first).to_be_visible()
    job = counter.done("10 看报表，点开到事项")
    assert (len(job.keys), job.presses) == (2, 1)
