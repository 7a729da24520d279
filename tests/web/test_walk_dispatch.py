"""A walk through dispatch: one press sends whom the law proposes, several at once each get their verdict, and a phone does the visit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from shouwen.cases.options import option
from tests.web.village import Village

IN_HAND = ("assigned", "on_site", "in_review", "assessed", "working")  # as long as the repairer has something to do


def long_ago() -> datetime:
    """When something was opened that stands first among all that waits, whatever other tests have opened."""
    return timezone.now() - timedelta(days=20)


def test_one_press_sends_whom_the_law_proposes_and_why_is_said(village: Village, sit: Callable[..., Page]) -> None:
    case = village.repair(village.cast.chen_jie, long_ago(), 0, "阁楼漏水")
    page = sit("xu_qiang")
    page.clock.install()
    page.goto("/dispatch/")
    row = page.locator(".dispatch-row", has_text="阁楼漏水")
    first = row.locator(".candidate").first
    expect(first).to_contain_text("手上")
    expect(row.locator(".candidates .cite")).to_have_text("§3.3")
    name = first.locator("b").inner_text()
    below = page.locator(".dispatch-row").nth(1).locator(".main-cell").inner_text()
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))  # the seconds for which it stays pass when the test says so
    first.click()
    expect(page.locator("#trouble")).to_contain_text(f"{case.number} 已派给 {name}")
    expect(row.locator(".row-done")).to_contain_text(f"{case.number} 已派给 {name}")  # it stays for a moment
    expect(row.locator(".candidates")).to_be_hidden()
    expect(page.locator(".dispatch-row").nth(1).locator(".main-cell")).to_have_text(below)  # nothing moved under the hand
    expect(row.locator(".row-done a", has_text="打开")).to_be_visible()
    page.clock.run_for(7000)
    page.clock.resume()  # what is fetched now has moments of its own
    expect(page.locator(".dispatch-row", has_text="阁楼漏水")).to_have_count(0)
    case.refresh_from_db()
    sent = next(p for p in village.cast.everybody if p.pk == case.fields["technician"])
    assert (case.step, sent.name) == ("assigned", name)

    page.goto("/dispatch/?view=given")
    expect(page.locator(".desk-row", has_text="阁楼漏水")).to_contain_text(name)
    expect(page.locator(".desk-row", has_text="阁楼漏水")).to_contain_text("未领单")


def test_a_leak_goes_to_whoever_is_good_at_leaks_and_skills_are_said_in_words(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, long_ago(), 9, "衣帽间跑水")
    page = sit("xu_qiang")
    page.goto("/dispatch/")
    first = page.locator(".dispatch-row", has_text="衣帽间跑水").locator(".candidate").first
    expect(first).to_contain_text("孙磊")
    expect(first).to_contain_text("专长对口")
    expect(page.locator(".load", has_text="孙磊").locator(".pill", has_text="跑水漏水")).to_be_visible()


def test_of_those_equally_skilled_whoever_has_least_in_hand_is_proposed_first(village: Village) -> None:
    cast, now = village.cast, timezone.now()
    busy = village.repair(cast.chen_jie, now, 1, "窗扇松动", trouble="danger")
    first = _proposed(village, busy)
    village.act(busy, "assign", cast.xu_qiang, technician=first)
    again = village.repair(cast.chen_jie, now, 2, "吊顶要掉", trouble="danger")
    for _ in range(12):  # until the other has less in hand than the first
        if _proposed(village, again) != first:
            return
        more = village.repair(cast.chen_jie, now, 3, "玻璃开裂", trouble="danger")
        village.act(more, "assign", cast.xu_qiang, technician=first)
    assert _proposed(village, again) != first


def _proposed(village: Village, case: Case) -> int:
    found = option(case.ref, "assign", village.cast.xu_qiang.pk, now=timezone.now())
    assert found is not None
    return found.proposals["technician"][0]


def test_what_the_law_still_wants_is_asked_in_place(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, long_ago(), 4, "晾衣架坏了", trouble="fault")
    page = sit("xu_qiang")
    page.goto("/dispatch/")
    row = page.locator(".dispatch-row", has_text="晾衣架坏了")
    row.locator(".candidate").first.click()
    expect(row.locator(".row-acting .refusal")).to_contain_text("预约上门")  # an ordinary repair has its appointment first
    expect(row.locator("#f-technician option:checked")).not_to_have_text("")  # whom one pressed is still chosen


def test_several_are_sent_at_once_each_with_its_verdict(village: Village, sit: Callable[..., Page]) -> None:
    chen, now = village.cast.chen_jie, long_ago()
    village.repair(chen, now, 5, "阳台跑水")
    village.repair(chen, now, 6, "玄关灯不亮", trouble="fault")
    page = sit("xu_qiang")
    page.goto("/dispatch/")
    for title in ("阳台跑水", "玄关灯不亮"):
        page.locator(".dispatch-row", has_text=title).locator(".tick").click()
    page.locator("form button[type=submit]", has_text="勾选的按第一人选派出").click()
    expect(page.locator("#verdicts li", has_text="阳台跑水")).not_to_contain_text("预约")
    expect(page.locator("#verdicts li", has_text="玄关灯不亮")).to_contain_text("预约上门")
    expect(page.locator("#verdicts .count")).to_have_text("1 / 2")
    expect(page.locator(".dispatch-row", has_text="阳台跑水")).to_have_count(0)  # the board is up to date by itself
    expect(page.locator(".dispatch-row", has_text="玄关灯不亮")).to_have_count(1)


def test_who_may_not_assign_is_told_by_which_clause(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, long_ago(), 7, "储物间漏水")
    page = sit("chen_jie")
    page.goto("/dispatch/")
    expect(page.locator("#board .why").filter(has_text="工程部主任").first).to_be_visible()  # said once for all rows
    expect(page.locator(".dispatch-row", has_text="储物间漏水").locator(".candidates .cite")).to_have_text("§3.2")


def test_the_desk_of_a_technician_says_how_many_visits_wait(village: Village) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 10, "客卫渗水")
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    page = village.client(cast.sun_lei).get("/").content.decode()

    found = re.search(r'desk-visits" href="/dispatch/visits/">.*?<span class="count">(\d+)</span>', page, re.DOTALL)
    assert found is not None
    theirs = Case.objects.open().filter(fields__technician=cast.sun_lei.pk, held=False, step__in=IN_HAND)
    assert int(found[1]) == theirs.count()
    assert "都办完了" not in page
    assert "desk-visits" not in village.client(cast.chen_jie).get("/").content.decode()


def test_the_bottom_of_a_phone_leads_a_technician_to_visits_and_a_receptionist_to_intake(village: Village) -> None:
    def second(username: str) -> str:
        page = village.client(getattr(village.cast, username)).get("/").content.decode()
        return str(re.findall(r'<a href="([^"]+)"', page.partition('<nav class="bottom"')[2])[1])

    assert second("sun_lei") == "/dispatch/visits/"
    assert second("chen_jie") == "/intake/"


def test_what_is_begun_stands_first_and_what_is_done_has_left_the_list(village: Village) -> None:
    cast, now = village.cast, timezone.now()
    for n, (text, step) in enumerate((("露台渗水", "on_site"), ("书房渗水", "done"), ("玄关渗水", "assigned")), 11):
        case = village.repair(cast.chen_jie, now, n, text)
        village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk, visit_at=(now + timedelta(minutes=n)).isoformat())
        Case.objects.filter(pk=case.pk).update(step=step)

    page = village.client(cast.sun_lei).get("/dispatch/visits/").content.decode()

    assert "书房渗水" not in page
    assert page.index("露台渗水") < page.index("玄关渗水")


def test_a_visit_is_done_on_a_phone_from_one_page(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 8, "地下室渗水")
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    page = sit("sun_lei", 390)
    page.goto("/dispatch/visits/")
    visit = page.locator(".visit", has_text="地下室渗水")
    accept = visit.locator(".visit-steps .btn-primary")
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 48  # for a thumb
    accept.click()
    expect(visit.locator("#act-form .tick")).to_have_count(2)
    for tick in visit.locator("#act-form .tick").all():
        tick.click()
    visit.locator("#act-form .form-end .btn-primary").click()
    expect(visit.locator(".visit-steps .btn-primary")).to_have_text("到场")
    visit.locator(".visit-steps .btn-primary").click()
    expect(visit.locator(".pill", has_text="已到场")).to_be_visible()
    assert Case.objects.get(pk=case.pk).step == "on_site"
