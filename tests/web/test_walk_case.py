"""A walk through one case by two people: they see each other, overwrite nothing of one another, and take back what was a mistake."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case, CaseLink
from shouwen.policy.act import Evidence
from shouwen.web.cases import beside
from tests.web.browsing import choose, do, send
from tests.web.village import Village


def _hears(page: Page, village: Village, case: Case) -> None:
    """Its event stream is open, for news has come by it: what others say from now on is heard."""
    village.act(case, "note", village.cast.chen_jie, text="快递员来过", evidence=(Evidence("self"),))
    expect(page.locator("#case-story")).to_contain_text("快递员来过")


def test_two_people_at_one_case_see_each_other_come_write_and_leave(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="快递柜坏了", topic="facility")
    chen, lin = sit("chen_jie"), sit("lin_yue")
    chen.goto(f"/cases/{case.number}/")
    _hears(chen, village, case)
    lin.goto(f"/cases/{case.number}/")
    expect(chen.locator("#presence")).to_contain_text("林悦也在看")
    expect(lin.locator("#presence")).to_contain_text("陈洁也在看")

    do(lin, "note")
    expect(chen.locator("#presence")).to_contain_text("林悦正在填写")
    lin.locator("#acting [data-empties]").first.click()
    expect(chen.locator("#presence")).to_contain_text("林悦也在看")

    lin.goto("/")
    expect(chen.locator("#presence")).to_be_hidden()


def test_who_looks_at_a_case_is_told_only_to_those_who_may_see_it(village: Village) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="健身器材松动", topic="facility")
    stranger = village.client(village.cast.he_jing)  # works at the other site
    assert stranger.post(f"/cases/{case.number}/here/", {"state": "1"}).status_code == 404
    assert stranger.get(f"/cases/{case.number}/here/?who={village.cast.chen_jie.pk}.1").status_code == 404


def test_what_another_did_meanwhile_is_shown_and_nothing_typed_is_lost(village: Village, sit: Callable[..., Page]) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 21, "书房插座松动", trouble="fault")
    chen = sit("chen_jie")
    chen.goto(f"/cases/{case.number}/")
    do(chen, "amend")
    choose(chen, "place", "public")
    village.act(case, "amend", village.cast.lin_yue, content="书房和客厅插座都松动")
    chen.locator("#act-form .form-end .btn-primary").click()

    expect(chen.locator("#act-form .note-warning")).to_contain_text("林悦")
    expect(chen.locator("#act-form .note-warning")).to_contain_text("书房和客厅插座都松动")
    expect(chen.locator(".hint-changed")).to_contain_text("林悦已改为：书房和客厅插座都松动")
    expect(chen.locator("#f-content")).to_have_value("书房和客厅插座都松动")  # she had not touched it
    assert chen.locator("input[name=place][value=public]").is_checked()  # this she had
    assert Case.objects.get(pk=case.pk).fields["place"] == "in_home"

    chen.locator("#act-form .form-end .btn-primary").click()
    expect(chen.locator("#acting .note-success")).to_be_visible()
    kept = Case.objects.get(pk=case.pk).fields
    assert (kept["place"], kept["content"]) == ("public", "书房和客厅插座都松动")


def test_both_having_changed_one_field_the_second_is_asked(village: Village, sit: Callable[..., Page]) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 22, "卧室灯闪", trouble="fault")
    chen = sit("chen_jie")
    chen.goto(f"/cases/{case.number}/")
    do(chen, "amend")
    chen.locator("#f-content").fill("卧室和走廊灯闪")
    village.act(case, "amend", village.cast.lin_yue, content="卧室灯不亮")
    chen.locator("#act-form .form-end .btn-primary").click()
    expect(chen.locator(".hint-changed")).to_contain_text("卧室灯不亮")
    expect(chen.locator("#f-content")).to_have_value("卧室和走廊灯闪")
    assert Case.objects.get(pk=case.pk).fields["content"] == "卧室灯不亮"


def test_what_only_the_clock_did_stops_nobody(village: Village) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 23, "地漏反味", trouble="fault")
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    sent = {"version": str(case.version), "shown": timezone.now().isoformat(), "answer_text": "明天师傅来看"}
    answer = village.client(village.cast.chen_jie).post(f"/cases/{case.number}/acts/reply/", sent)
    assert answer.status_code == 302


def test_a_hold_by_mistake_is_taken_back_from_where_it_was_done(village: Village, sit: Callable[..., Page]) -> None:
    case = village.complaint(village.cast.chen_jie, timezone.now(), content="噪音扰民", topic="service")
    chen = sit("chen_jie")
    chen.goto(f"/cases/{case.number}/")
    do(chen, "hold")
    chen.locator("#f-reason").fill("等客户回电")
    send(chen)
    chen.locator("#acting .note button", has_text="办错了？恢复").click()
    send(chen)
    assert not Case.objects.get(pk=case.pk).held
    expect(chen.locator(".story")).to_contain_text("恢复")  # both stand in the story


@pytest.mark.parametrize(("act", "how"), [("link", "related"), ("merge", "merged")])
def test_another_matter_of_the_customer_is_offered_to_link_and_merge(
    village: Village, sit: Callable[..., Page], act: str, how: str
) -> None:
    chen, n = village.cast.chen_jie, {"link": 8, "merge": 9}[act]
    first = village.repair(chen, timezone.now(), n, "厨房灯坏", trouble="fault")
    second = village.repair(chen, timezone.now(), n, "厨房灯还是坏的", trouble="fault")
    page = sit("chen_jie")
    page.goto(f"/cases/{second.number}/")
    do(page, act)
    page.locator("#act-form .suggested button", has_text=first.number).click()
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .note-success")).to_be_visible()
    assert CaseLink.objects.filter(case=second, other=first, how=how).exists()


def test_of_hundreds_of_tied_matters_the_last_are_listed_and_it_says_so(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = village.cast
    monkeypatch.setattr(beside, "BESIDE", 2)
    case, *others = [village.repair(people.chen_jie, timezone.now(), 8, f"地库第 {n} 处漏水") for n in range(4)]
    for other in others:
        CaseLink.objects.create(case=other, other=case, how="duplicate", at=timezone.now(), by=people.chen_jie)
    shown = village.client(people.chen_jie).get(f"/cases/{case.number}/beside/").content.decode()
    listed = shown[shown.index('class="plain ties"') :]
    assert [listed.count(o.number) > 0 for o in others] == [False, True, True]
    assert "只列最近 2 条" in shown


def test_a_closed_case_is_reopened_with_its_reason(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), content="师傅迟到", topic="staff", accused=[cast.qian_hao.pk])
    village.act(case, "cancel", cast.xu_qiang, cancel_reason="客户撤回", evidence=(Evidence("consent", "customer"),))
    page = sit("lin_yue")
    page.goto(f"/cases/{case.number}/")
    expect(page.locator(".acts")).to_contain_text("已经结束；要继续办理，先重开。")
    assert page.locator(".acts .why").count() == 0  # no list of everything that is locked
    do(page, "reopen")
    page.locator("#f-reason").fill("客户又来电")
    send(page)
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_the_first_button_is_what_a_promise_waits_for_where_nothing_leads_on(village: Village) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 11, "厅灯不亮", trouble="fault")
    page = village.client(village.cast.chen_jie).get(f"/cases/{case.number}/").content.decode()
    first = re.search(r'class="btn btn-primary"[^>]*id="act-(\w+)"|id="act-(\w+)"[^>]*class="btn btn-primary"', page)
    assert first is not None
    assert "reply" in first.groups()  # the quotation may wait, the customer may not
