"""A walk through the desk: what somebody owes by when and by which clause, done from the row, and a team seen by its head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from tests.web.village import Village


def test_a_promise_is_kept_from_the_row_of_the_desk(village: Village, sit: Callable[..., Page]) -> None:
    case = village.repair(village.cast.chen_jie, timezone.now(), 14, "阳台漏雨")
    page = sit("chen_jie")
    page.goto("/")
    row = page.locator(".desk-row", has_text="阳台漏雨")
    expect(row.locator(".desk-owed")).to_contain_text("答复客户、派工")
    expect(row.locator(".desk-owed .cite")).to_have_text("§2.1")

    row.locator("[data-act]", has_text="派工").click()
    page.locator(".row-acting .form-end .btn-primary").click()
    expect(row.locator(".row-acting .refusal").first).to_contain_text(
        "派工"
    )  # not hers to do: the clause and the remedy stand there
    page.keyboard.press("Escape")
    expect(row.locator(".row-acting form")).to_have_count(0)

    row.locator("[data-act]", has_text="答复客户").click()
    expect(row.locator(".row-acting form [type=submit]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("已办理")
    assert Case.objects.get(pk=case.pk).marks["reply"][0] == 1


def test_a_desk_is_worked_through_by_keyboard(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, timezone.now() - timedelta(minutes=20), 15, "走廊灯不亮", trouble="fault")
    page = sit("chen_jie")
    page.goto("/")
    page.keyboard.press("j")
    expect(page.locator(".desk-row.at")).to_have_count(1)
    page.keyboard.press("a")
    expect(page.locator(".desk-row.at .row-acting form")).to_be_visible()


def test_a_desk_stays_grouped_as_somebody_likes_it(village: Village, sit: Callable[..., Page]) -> None:
    village.repair(village.cast.chen_jie, timezone.now(), 16, "水表停转", trouble="fault")
    page = sit("chen_jie")
    page.goto("/")
    page.locator(".switch a", has_text="条款").click()
    expect(page.locator(".desk-title", has_text="普通报修二十四小时内答复并派工")).to_be_visible()
    page.goto("/cases/")
    page.goto("/")
    expect(page.locator(".switch [aria-current]")).to_have_text("条款")
    page.locator(".switch a", has_text="流程").click()
    expect(page.locator(".desk-title", has_text="报修").first).to_be_visible()


def test_a_form_under_a_row_is_not_pulled_away_by_news(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    village.repair(cast.chen_jie, timezone.now(), 17, "门铃不响", trouble="fault")
    page = sit("chen_jie")
    page.goto("/")
    page.locator(".desk-row", has_text="门铃不响").locator("[data-act]", has_text="答复客户").click()
    expect(page.locator(".row-acting form")).to_be_visible()
    village.repair(cast.chen_jie, timezone.now(), 18, "窗帘轨道脱落", trouble="fault")
    expect(page.locator("#desk.outdated")).to_be_visible()
    expect(page.locator(".row-acting form")).to_be_visible()
    page.locator("[data-empties]").click()
    expect(page.locator(".desk-row", has_text="窗帘轨道脱落")).to_be_visible()  # what was held back comes now


def test_the_head_sees_the_load_of_the_team_and_hands_over_from_there(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.complaint(
        cast.chen_jie, timezone.now() - timedelta(minutes=90), 19, content="车位被占没人管", topic="facility"
    )
    page = sit("lin_yue")
    page.goto("/")
    page.locator(".tabs a", has_text="团队").click()
    expect(page.locator(".load", has_text="陈洁")).to_contain_text("负责")
    page.locator(".load", has_text="陈洁").click()
    row = page.locator("#team .desk-row", has_text="车位被占没人管").first
    expect(row).to_contain_text("着手办理")
    row.locator("[data-act]", has_text="移交").click()
    page.locator("#f-to").select_option(label="周婷（客户服务中心）")
    page.locator("#f-reason").fill("陈洁手上太多")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("已办理")
    assert case.tasks.get(act="take_over").who == [cast.zhou_ting.pk]


def test_whoever_heads_nobody_has_no_team(village: Village) -> None:
    assert village.client(village.cast.chen_jie).get("/team/").status_code == 404


def test_jobs_that_name_somebody_count_as_load_of_theirs(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 9, "阳台管道破裂")
    village.act(case, "assign", cast.xu_qiang, technician=cast.qian_hao.pk)
    page = sit("xu_qiang")
    page.goto("/team/")
    expect(page.locator(".load", has_text="钱浩")).to_contain_text("手上")
