"""A walk through dispatch: one press sends whom the law proposes, several at once each get their verdict, and a phone does the visit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.cases.loads import loads
from shouwen.cases.models import Case, Task
from shouwen.cases.options import option
from shouwen.staff import org
from shouwen.staff.models import Absence, Holding, Shift, Staff
from shouwen.web.dispatch import board
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


@pytest.fixture
def two_desks(village: Village) -> Iterator[None]:
    """A second receptionist sits at the site; after the test there is one again."""
    second = {"post": "receptionist", "unit": village.cast.units.yunqi, "since": timezone.now() - timedelta(days=1)}
    holding = Holding.objects.create(staff=village.cast.zhou_ting, **second)
    yield
    holding.delete()


def told(village: Village, content: str) -> Case:
    """Something told to the front desk: whoever sits there tells what it is."""
    return village.open("information", village.cast.li_na, timezone.now(), village.newcomer(), content=content)


@pytest.mark.usefixtures("two_desks")
def test_what_several_may_do_leaves_the_desk_of_the_others_when_one_takes_it(village: Village, sit: Callable[..., Page]) -> None:
    case = told(village, "门厅有人推销")
    chen, zhou = sit("chen_jie"), sit("zhou_ting")
    for page in (chen, zhou):
        page.goto("/?kind=pool&most=300")
        expect(page.locator(".desk-row", has_text="门厅有人推销").locator("[data-act]")).to_have_text("领取")
    chen.goto("/dispatch/?view=pool")
    row = chen.locator(".desk-row", has_text="门厅有人推销")
    while not row.count():  # what other tests left there may fill a page before it
        chen.goto(chen.url.partition("?")[0] + (chen.locator(".btn", has_text="下一页").get_attribute("href") or ""))
    expect(row.locator(".desk-owed")).to_contain_text("客户接待员")

    row.locator("[data-act]", has_text="领取").click()

    expect(chen.locator(".desk-row", has_text="门厅有人推销")).to_have_count(0)  # nobody else may take it any more
    expect(zhou.locator(".desk-row", has_text="门厅有人推销")).to_have_count(0)  # and it left the other's desk by itself
    chen.goto("/?kind=task&most=300")
    expect(chen.locator(".desk-row", has_text="门厅有人推销").locator("[data-act]").first).to_contain_text("辨明类别")
    assert Task.objects.of(case.ref).get().who == [village.cast.chen_jie.pk]


@pytest.mark.usefixtures("two_desks")
def test_of_two_who_press_at_once_the_second_is_told_that_somebody_has_it(village: Village) -> None:
    cast, case = village.cast, told(village, "路灯闪烁")
    task = Task.objects.of(case.ref).get()
    assert task.untaken
    before = in_hand(cast.chen_jie), in_hand(cast.zhou_ting)

    first, second = (
        village.client(person).post(f"/cases/{case.number}/acts/claim/", {"row": task.pk}, headers={"HX-Request": "true"})
        for person in (cast.zhou_ting, cast.chen_jie)
    )

    assert (first.status_code, second.status_code) == (200, 409)
    assert "已经由别人领取" in second.content.decode()
    task.refresh_from_db()
    assert (task.untaken, task.who) == (False, [cast.zhou_ting.pk])
    assert (in_hand(cast.chen_jie), in_hand(cast.zhou_ting)) == (before[0], before[1] + 1)  # until then it was nobody's load


def in_hand(person: Staff) -> int:
    """How many tasks are somebody's own."""
    now = timezone.now()
    return loads([person.pk], org.reader(person.pk, now), now=now, soon=timedelta(hours=1))[person.pk].tasks


def test_who_accepted_before_a_job_went_to_another_has_not_accepted_for_them(village: Village) -> None:
    cast, now = village.cast, timezone.now()
    case = village.repair(cast.chen_jie, now, 15, "天窗漏水")
    village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
    board_of = village.client(cast.xu_qiang)

    def listed() -> str:
        page = board_of.get("/dispatch/?view=given").content.decode()
        return next((row for row in page.split("data-row")[1:] if "天窗漏水" in row), "")

    assert "孙磊" in listed()
    village.act(case, "accept", cast.sun_lei, ticks=("property/repair#3.8.tools", "property/repair#3.8.spares"))
    assert listed() == ""
    village.act(case, "reassign", cast.xu_qiang, technician=cast.qian_hao.pk)
    assert "钱浩" in listed()
    village.act(case, "accept", cast.qian_hao, ticks=("property/repair#3.8.tools", "property/repair#3.8.spares"))
    assert listed() == ""


@pytest.mark.usefixtures("two_desks")
def test_of_what_waits_to_be_taken_the_page_says_how_much_more_there_is(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, now = village.cast, timezone.now()
    for n, content in enumerate(("甲", "乙", "丙")):
        case = village.repair(cast.chen_jie, now, 16, f"晒台{content}漏水")
        village.act(case, "assign", cast.xu_qiang, technician=cast.sun_lei.pk)
        told(village, f"楼道{content}杂物{n}")
    monkeypatch.setattr(board, "SHOWN", 2)
    for view in ("given", "pool"):
        client, address, seen = village.client(cast.xu_qiang if view == "given" else cast.chen_jie), f"?view={view}", list[str]()
        left: list[int] = []
        while address:
            page = client.get(f"/dispatch/{address}").content.decode()
            seen += re.findall(r'class="main-cell" href="/cases/([^/]+)/"', page)
            left += [int(n) for n in re.findall(r"还有 (\d+) 件", page)]
            following = re.search(r'class="btn push" href="([^"]+)"', page)
            address = following[1].replace("&amp;", "&") if following is not None else ""
        assert len(seen) == len(set(seen)) >= 3
        assert left == list(range(len(seen) - 2, 0, -2))


@pytest.fixture
def rostered(village: Village) -> Iterator[None]:
    """Of the repairers of one site one is on duty now and one is not; after the test nobody keeps a roster there, as before."""
    cast, now = village.cast, timezone.now()
    where: dict[str, Any] = {"post": "repairer", "unit": cast.units.yunqi}
    shift = Shift.objects.create(staff=cast.sun_lei, since=now - timedelta(hours=1), until=now + timedelta(hours=8), **where)
    yield
    shift.delete()


@pytest.fixture
def away(village: Village) -> Iterator[datetime]:
    """One of the repairers is on leave until a moment."""
    now = timezone.now()
    gone = Absence.objects.create(staff=village.cast.qian_hao, since=now - timedelta(days=1), until=now + timedelta(days=3))
    yield timezone.localtime(gone.until)
    gone.delete()


def crew(village: Village) -> dict[str, str]:
    """What the board says of everybody who could be sent, in words."""
    page = village.client(village.cast.xu_qiang).get("/dispatch/").content.decode()
    rows = page.partition('aria-labelledby="crew-title"')[2].split('<li class="load">')[1:]
    return {re.findall(r"<b>(.*?)</b>", row)[0]: row for row in rows}


@pytest.mark.usefixtures("rostered")
def test_the_crew_says_who_is_on_duty_and_who_is_not(village: Village) -> None:
    said = crew(village)

    assert ("在岗" in said["孙磊"], "不当班" in said["孙磊"]) == (True, False)
    assert ("在岗" in said["钱浩"], "不当班" in said["钱浩"]) == (False, True)
    assert "在岗" in said["单志远"], "at his site nobody keeps a roster"
    assert list(said).index("钱浩") > list(said).index("孙磊")


def test_whoever_is_away_is_said_to_be_and_is_not_proposed(village: Village, away: datetime) -> None:
    village.repair(village.cast.chen_jie, long_ago(), 17, "门廊停电", trouble="outage")

    said = crew(village)["钱浩"]
    page = village.client(village.cast.xu_qiang).get("/dispatch/").content.decode()

    assert f"休假至 {away:%m-%d}" in said
    assert "在岗" not in said
    row = next(row for row in page.split("dispatch-row")[1:] if "门廊停电" in row)
    assert re.findall(r"<b>(.*?)</b><small>", row) == ["孙磊"], "钱浩 is good at power cuts, and not here"
