"""A walk through the desk: what somebody owes by when and by which clause, done from the row, and a team seen by its head."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from django.test import RequestFactory
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from shouwen.cases.models import Case
from shouwen.staff import org
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask
from shouwen.web.desk import views
from shouwen.web.desk.owing import owing, tell
from shouwen.web.desk.rows import Item
from tests.web.village import Village


def test_a_promise_is_kept_from_the_row_of_the_desk(village: Village, receptionist: Staff, sit: Callable[..., Page]) -> None:
    case = village.repair(receptionist, timezone.now(), 14, "飘窗漏雨")
    page = sit(receptionist)
    page.goto("/?most=300")
    row = page.locator(".desk-row", has_text="飘窗漏雨")
    expect(row.locator(".desk-owed")).to_contain_text("答复客户")
    expect(row.locator(".desk-owed")).not_to_contain_text("派工")  # that is owed by whoever assigns, and stands on that desk
    expect(row.locator(".desk-owed .desk-item .cite")).to_have_text("§2.1")

    row.locator("[data-act]", has_text="答复客户").click()
    expect(row.locator("#f-answer_text")).to_be_focused()
    page.keyboard.insert_text("师傅在路上")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trouble")).to_contain_text("已办理")
    assert Case.objects.get(pk=case.pk).marks["reply"][0] == 1


def test_whoever_assigns_finds_the_job_on_their_desk_and_answers_for_it(village: Village) -> None:
    people = village.cast
    case = village.repair(people.chen_jie, timezone.now() - timedelta(minutes=9), 20, "露台积水")
    village.act(case, "reply", people.chen_jie, answer_text="师傅在路上")

    item = _promise(_asks(people.xu_qiang), case)
    assert (item.text, item.clause, [(w.act, w.how) for w in item.ways]) == ("派工", "property/repair#2.6", [("assign", "form")])
    assert case.deadlines.get(clause="property/repair#2.6").owes == [people.xu_qiang.pk]


def test_whoever_may_do_an_act_of_a_promise_gets_its_button(village: Village) -> None:
    people = village.cast
    case = village.repair(people.chen_jie, timezone.now(), 21, "书房渗水")

    item = _promise(_asks(people.chen_jie), case)
    assert (item.text, [(w.act, w.how) for w in item.ways]) == ("答复客户", [("reply", "form")])


def _promise(request: Ask, case: Case) -> Item:
    rows = [row for row in owing(request).rows if row.case == case]
    tell(request, rows)
    return next(item for row in rows for item in row.items if item.kind == "promise")


def test_a_long_desk_shows_its_beginning_and_how_much_is_left(
    village: Village, receptionist: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        village.repair(receptionist, timezone.now(), 22, f"楼梯间灯{n}", trouble="fault")
    client = village.client(receptionist)
    whole = client.get("/?most=300").content.decode()
    assert "再显示一些" not in whole
    monkeypatch.setattr(views, "SHOWN", 2)

    page = client.get("/").content.decode()

    rows = whole.count('<li class="desk-row" data-row>')
    assert page.count('<li class="desk-row" data-row>') == 2
    assert f"还有 {rows - 2} 件" in page
    assert "?most=4" in page
    assert re.findall(r'<span class="count">(\d+)</span></h2>', page)[0] in re.findall(
        r'<span class="count">(\d+)</span></h2>', whole
    )  # a heading counts all of its own
    assert client.get("/?most=4").content.decode().count('<li class="desk-row" data-row>') == 4


def _asks(person: Staff) -> Ask:
    request = cast(Ask, RequestFactory().get("/"))
    request.me, request.now, request.lang = person, timezone.now() + timedelta(seconds=1), "zh-hans"
    request.reader, request.org = org.reader(person.pk, request.now), org.snapshot(request.now, org.version())
    return request


def test_a_desk_is_worked_through_by_keyboard(village: Village, receptionist: Staff, sit: Callable[..., Page]) -> None:
    village.repair(receptionist, timezone.now() - timedelta(minutes=20), 15, "走廊灯不亮", trouble="fault")
    page = sit(receptionist)
    page.goto("/?most=300")
    page.keyboard.press("j")
    expect(page.locator(".desk-row.at")).to_have_count(1)
    _go_to(page, "走廊灯不亮")
    page.keyboard.press("a")
    expect(page.locator(".desk-row.at .row-acting form")).to_be_visible()


def _go_to(page: Page, title: str) -> None:
    """By J, past whatever else stands on this desk or comes to it meanwhile."""
    at = page.locator(".desk-row.at", has_text=title)
    for _ in range(2 * page.locator(".desk-row").count()):
        if at.count():
            break
        page.keyboard.press("j")
    expect(at).to_be_visible()


def test_news_does_not_take_away_the_row_one_stands_at(village: Village, receptionist: Staff, sit: Callable[..., Page]) -> None:
    village.repair(receptionist, timezone.now() - timedelta(minutes=20), 15, "门厅灯闪烁", trouble="fault")
    page = sit(receptionist)
    page.goto("/?most=300")
    _go_to(page, "门厅灯闪烁")

    village.repair(receptionist, timezone.now(), 16, "门厅又来一件", trouble="fault")

    expect(page.locator(".desk-row", has_text="门厅又来一件")).to_be_visible()
    expect(page.locator(".desk-row.at")).to_have_count(1)
    expect(page.locator(".desk-row.at")).to_contain_text("门厅灯闪烁")


def test_news_that_comes_while_a_part_is_being_fetched_is_not_lost(
    village: Village, receptionist: Staff, sit: Callable[..., Page]
) -> None:
    page = sit(receptionist)
    page.goto("/?most=300")
    held: list[tuple[Route, APIResponse]] = []
    page.route(re.compile(r"/\?most=300"), lambda route: held.append((route, route.fetch())), times=1)
    village.repair(receptionist, timezone.now(), 21, "储藏室先来一件", trouble="fault")
    for _ in range(1200):
        if held:
            break
        page.wait_for_timeout(50)
    village.repair(receptionist, timezone.now(), 22, "储藏室又来一件", trouble="fault")
    page.wait_for_timeout(500)  # its news is heard while the answer is still on its way
    route, answer = held[0]
    route.fulfill(response=answer)

    expect(page.locator(".desk-row", has_text="储藏室先来一件")).to_be_visible()
    expect(page.locator(".desk-row", has_text="储藏室又来一件")).to_be_visible()


def test_a_desk_stays_grouped_as_somebody_likes_it(village: Village, receptionist: Staff, sit: Callable[..., Page]) -> None:
    village.repair(receptionist, timezone.now(), 16, "水表停转", trouble="fault")
    page = sit(receptionist)
    page.goto("/?most=300")
    page.locator(".switch a", has_text="条款").click()
    expect(page.locator(".desk-title", has_text="普通报修二十四小时内答复")).to_be_visible()
    page.goto("/cases/")
    page.goto("/?most=300")
    expect(page.locator(".switch [aria-current]")).to_have_text("条款")
    page.locator(".switch a", has_text="流程").click()
    expect(page.locator(".desk-title", has_text="报修").first).to_be_visible()


def test_a_form_under_a_row_is_not_pulled_away_by_news(village: Village, receptionist: Staff, sit: Callable[..., Page]) -> None:
    village.repair(receptionist, timezone.now(), 17, "门铃不响", trouble="fault")
    page = sit(receptionist)
    page.goto("/?most=300")
    page.locator(".desk-row", has_text="门铃不响").locator("[data-act]", has_text="答复客户").click()
    expect(page.locator(".row-acting form")).to_be_visible()
    village.repair(receptionist, timezone.now(), 18, "窗帘轨道脱落", trouble="fault")
    expect(page.locator("#desk.outdated")).to_be_visible()
    expect(page.locator(".row-acting form")).to_be_visible()
    page.locator("[data-empties]").click()
    expect(page.locator(".desk-row", has_text="窗帘轨道脱落")).to_be_visible()  # what was held back comes now


def test_the_head_sees_the_load_of_the_team_and_hands_over_from_there(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    began = timezone.now() - timedelta(days=1)  # what is late comes before what other tests left open
    case = village.complaint(cast.chen_jie, began, content="车位被占没人管", topic="facility")
    page = sit("lin_yue")
    page.goto("/?most=300")
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


def test_the_head_sees_what_is_late_what_falls_due_within_a_day_and_what_breaks_first(village: Village) -> None:
    cast, now = village.cast, timezone.now()
    head, who = village.client(cast.lin_yue), cast.zhou_ting

    def said() -> tuple[int, int]:
        page = head.get("/team/").content.decode()
        row = next(row for row in page.split('<li><a class="load') if f"<b>{who.name}</b>" in row).partition("</li>")[0]
        soon, late = (re.search(f"{word} (\\d+)", row) for word in ("一天内到期", "超时"))
        return int(soon[1]) if soon else 0, int(late[1]) if late else 0

    soon, late = said()
    village.repair(who, now - timedelta(minutes=50), 23, "檐口滴水")  # to be answered within the hour
    assert said() == (soon + 1, late)
    village.repair(who, now - timedelta(hours=2), 24, "檐沟漏水")
    assert said() == (soon + 1, late + 1)

    page = head.get(f"/team/?person={who.pk}").content.decode()
    assert f"{who.name}最先到期的" in page
    breaks = [row.partition("</li>")[0] for row in page.partition("最先到期的")[2].split("data-row>")[1:]]
    first, second = (next(i for i, row in enumerate(breaks) if text in row) for text in ("檐沟漏水", "檐口滴水"))
    assert first < second
    assert all(part in breaks[first] for part in (who.name, "答复客户", "§2.1", "due-over"))
    assert "due-over" not in breaks[second]


def test_whoever_heads_nobody_has_no_team(village: Village) -> None:
    assert village.client(village.cast.chen_jie).get("/team/").status_code == 404


def test_jobs_that_name_somebody_count_as_load_of_theirs(village: Village, sit: Callable[..., Page]) -> None:
    cast = village.cast
    case = village.repair(cast.chen_jie, timezone.now(), 9, "阳台管道破裂")
    village.act(case, "assign", cast.xu_qiang, technician=cast.qian_hao.pk)
    page = sit("xu_qiang")
    page.goto("/team/")
    expect(page.locator(".load", has_text="钱浩")).to_contain_text("手上")
