"""Administration at the pages: who may open what, rosters by keyboard, posts, handing over before leaving, a year of holidays."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case, Task
from shouwen.staff import changes, org, roster
from shouwen.staff.changes import NewStaff
from shouwen.staff.models import Absence, Holding, Shift, Staff, Unit
from tests.web.places import NOTICE
from tests.web.village import Village


def newcomer(village: Village, post: str = "") -> Staff:
    """Somebody nobody else's test knows."""
    admin, now = org.reader(village.cast.gao_yuan.pk, timezone.now()), timezone.now()
    unit = village.cast.units.hupan
    made = changes.add_staff(NewStaff(username=f"x{uuid.uuid4().hex[:10]}", name="仇伟", unit=unit), by=admin, now=now)
    if post:
        Holding.objects.create(staff=made, post=post, unit=unit, since=now - timedelta(days=1))
    return made


def status(client: Client, *addresses: str) -> list[int]:
    return [client.get(f"/management/{address}").status_code for address in addresses]


def test_who_administers_nothing_sees_rosters_absence_and_calendars_only(village: Village) -> None:
    chen = village.client(village.cast.chen_jie)
    person = village.cast.sun_lei.pk
    assert status(chen, "staff/", "units/", f"staff/{person}/", "staff/new/", "calendars/notice/", "staff/export/") == [403] * 6
    assert status(chen, "roster/", "absences/", "calendars/") == [200] * 3
    assert chen.get("/management/").headers["Location"] == "/management/roster/"


def test_the_auditor_reads_everything_and_changes_nothing(village: Village) -> None:
    han = village.client(village.cast.han_zheng)
    person, unit = village.cast.sun_lei.pk, village.cast.units.hupan
    assert status(han, "staff/", "units/", f"staff/{person}/", f"units/{unit.pk}/") == [200] * 4
    assert han.post(f"/management/staff/{person}/suspension/").status_code == 403
    assert han.post(f"/management/units/{unit.pk}/", {"name": "别的", "kind": "site"}).status_code == 403
    assert Unit.objects.get(pk=unit.pk).name == "湖畔苑"


def test_why_others_are_away_is_not_everybodys_business(village: Village) -> None:
    page = village.client(village.cast.chen_jie).get("/management/absences/").content.decode()
    assert "冯雪" not in page.split("现在不在岗")[1].split("</section>")[0]
    assert "冯雪" in village.client(village.cast.gao_yuan).get("/management/absences/").content.decode()


def test_somebody_is_taken_in_and_appointed_and_can_be_found(village: Village) -> None:
    admin, guard = village.client(village.cast.gao_yuan), village.client(village.cast.an_ning)
    username = f"y{uuid.uuid4().hex[:10]}"
    unit = village.cast.units.hupan.pk
    typed = {"name": "单小云", "username": username, "unit": unit, "language": "zh-hans", "skills": "water、power"}
    made = admin.post("/management/staff/new/", typed)
    person = Staff.objects.get(username=username)
    assert made.headers["Location"] == f"/management/staff/{person.pk}/"
    assert person.skills == ["water", "power"]

    today = timezone.localdate()
    guard.post(f"/management/staff/{person.pk}/posts/", {"post": "repairer", "unit": unit, "since": str(today)})

    assert username in admin.post("/management/staff/", {"q": "sxy", "post": "repairer"}, follow=True).content.decode()
    assert "维修人员" in guard.get(f"/management/staff/{person.pk}/").content.decode()


def test_what_is_wrong_with_a_form_is_said_and_what_was_typed_is_kept(village: Village) -> None:
    admin = village.client(village.cast.gao_yuan)
    answer = admin.post(
        "/management/staff/new/", {"name": "李娜", "username": "li_na", "phone": "13712345678", "language": "zh-hans"}
    )
    assert answer.status_code == 422
    assert "用户名已被使用" in answer.content.decode()
    assert "13712345678" in answer.content.decode()


def test_a_post_ends_after_its_last_day(village: Village) -> None:
    person = newcomer(village, "repairer")
    holding = person.holdings.get()
    last = timezone.localdate() + timedelta(days=3)
    end = f"/management/staff/{person.pk}/posts/{holding.pk}/end/"
    village.client(village.cast.an_ning).post(end, {"by_day": "1", "until": str(last)})
    holding.refresh_from_db()
    assert holding.until is not None
    assert timezone.localdate(holding.until) == last + timedelta(days=1)


def test_who_is_suspended_is_shown_the_door_at_the_next_click(village: Village) -> None:
    person = newcomer(village)
    client = village.client(person)
    assert client.get("/management/calendars/").status_code == 200
    village.client(village.cast.gao_yuan).post(f"/management/staff/{person.pk}/suspension/")
    assert client.get("/management/calendars/").status_code == 302


def test_who_answers_for_something_hands_it_over_and_it_is_taken_over_before_they_leave(village: Village) -> None:
    person, now = newcomer(village, "receptionist"), timezone.now()
    case = village.repair(village.cast.chen_jie, now - timedelta(minutes=5), 8, "移交用的报修")
    Case.objects.filter(pk=case.pk).update(responsible=person)
    admin, chief = village.client(village.cast.gao_yuan), village.client(village.cast.lin_yue)

    told = admin.post(f"/management/staff/{person.pk}/leaving/", follow=True).content.decode()
    assert "未结事项 1" in told
    assert Staff.objects.get(pk=person.pk).left_at is None

    li = village.cast.li_na
    wanted = {"case": case.pk, "to": li.pk, "reason": "离职", "key": uuid.uuid4().hex}
    assert chief.post(f"/management/staff/{person.pk}/matters/", wanted).status_code == 302
    chief.post(f"/management/staff/{person.pk}/matters/", wanted)  # sent again
    assert Task.objects.filter(case=case, act="take_over", done_at=None).count() == 1
    case.refresh_from_db()
    assert (case.responsible_id, case.first_asked_id) == (person.pk, village.cast.chen_jie.pk)

    village.act(case, "take_over", li)
    admin.post(f"/management/staff/{person.pk}/leaving/")
    assert Staff.objects.get(pk=person.pk).left_at is not None
    assert Case.objects.get(pk=case.pk).first_asked_id == village.cast.chen_jie.pk


def test_a_system_administrator_sees_how_much_somebody_owes_but_not_what(village: Village) -> None:
    now = timezone.now()
    village.repair(village.cast.chen_jie, now - timedelta(minutes=5), 9, "别人看不到的内容")
    page = village.client(village.cast.gao_yuan).get(f"/management/staff/{village.cast.chen_jie.pk}/").content.decode()
    assert "未结事项" in page
    assert "别人看不到的内容" not in page


def test_the_list_of_people_goes_out_masked_and_written_down(village: Village) -> None:
    before = Event.objects.filter(act="export", noun="staff").count()
    answer = village.client(village.cast.lin_yue).get("/management/staff/export/?unit=" + str(village.cast.units.finance.pk))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a streamed answer has it
    assert "138****0014" in text
    assert "13800000014" not in text
    assert Event.objects.filter(act="export", noun="staff").count() == before + 1
    assert village.client(village.cast.gao_yuan).get("/management/staff/export/").status_code == 403


def test_a_roster_is_made_by_keyboard_alone(village: Village, sit: Callable[..., Page]) -> None:
    monday = roster.monday_of(timezone.localdate()) + timedelta(days=70)
    page = sit("xu_qiang")
    page.goto(f"/management/roster/?unit={village.cast.units.hupan.pk}&week={monday}")
    squares = page.locator("[data-square]")
    squares.first.focus()
    page.keyboard.press("2")
    expect(squares.first).to_contain_text("中班")
    expect(squares.first).to_be_focused()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(squares.nth(1)).to_be_focused()
    page.keyboard.press("1")
    expect(squares.nth(1)).to_contain_text("早班")
    expect(squares.nth(1)).to_be_focused()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(squares.first).to_be_focused()
    page.keyboard.press("0")
    expect(squares.first).to_contain_text("未排班")

    standing = Shift.objects.filter(unit=village.cast.units.hupan, since__date__gte=monday, since__date__lt=monday + timedelta(7))
    assert [timezone.localtime(s.since).strftime("%u %H:%M") for s in standing] == ["2 08:00"]


def test_the_week_before_is_taken_over_at_a_click(village: Village, sit: Callable[..., Page]) -> None:
    monday = roster.monday_of(timezone.localdate()) + timedelta(days=84)
    page = sit("xu_qiang")
    unit = village.cast.units.hupan.pk
    page.goto(f"/management/roster/?unit={unit}&week={monday}")
    page.locator("[data-square]").nth(2).click()
    expect(page.locator("[data-square]").nth(2)).to_contain_text("早班")
    page.goto(f"/management/roster/?unit={unit}&week={monday + timedelta(days=7)}")
    page.get_by_role("button", name="照上周排").click()
    expect(page.locator("#flash")).to_contain_text("已按上周排了 1 个班")
    expect(page.locator("[data-square]").nth(2)).to_contain_text("早班")


def test_a_roster_is_read_only_where_one_does_not_make_it(village: Village) -> None:
    unit = village.cast.units.yunqi.pk
    chen = village.client(village.cast.chen_jie)
    assert "data-square" not in chen.get(f"/management/roster/?unit={unit}").content.decode()
    cell = {"staff": village.cast.sun_lei.pk, "post": "repairer", "unit": unit, "day": str(date(2026, 1, 5)), "pattern": "1"}
    assert chen.post("/management/roster/cell/", cell).status_code == 403


def _offered(page: str, field: str) -> set[str]:
    """The ids a select offers."""
    return set(re.findall(r'<option value="(\d+)"', page.partition(f'id="{field}"')[2].partition("</select>")[0]))


def test_a_head_notes_that_somebody_of_theirs_is_ill(village: Village) -> None:
    cast, client = village.cast, village.client(village.cast.lin_yue)
    page = client.get("/management/absences/").content.decode()
    since = timezone.localtime(timezone.now()) + timedelta(days=50)
    typed = {
        "staff": cast.zhou_ting.pk, "since": f"{since:%Y-%m-%dT%H:%M}", "until": f"{since + timedelta(days=1):%Y-%m-%dT%H:%M}",
        "deputy": cast.li_na.pk, "reason": "病假",
    }  # fmt: skip

    assert str(cast.zhou_ting.pk) in _offered(page, "b-staff")
    assert str(cast.sun_lei.pk) not in _offered(page, "b-staff")
    assert client.post("/management/absences/", typed).status_code == 302
    away = Absence.objects.get(staff=cast.zhou_ting)
    assert "周婷" in client.get("/management/absences/").content.decode().split("将要缺勤")[1]
    assert client.post(f"/management/absences/{away.pk}/end/").status_code == 302
    assert not Absence.objects.filter(staff=cast.zhou_ting).exists()
    assert client.post("/management/absences/", {**typed, "staff": cast.sun_lei.pk}).status_code == 403


def test_whoever_handles_no_matters_is_offered_nowhere_to_handle_them(village: Village) -> None:
    cast, director = village.cast, village.client(village.cast.lin_yue)
    nobody = {str(p.pk) for p in (cast.han_zheng, cast.gao_yuan, cast.an_ning)}
    offered = {
        "b-deputy": director.get("/management/absences/"),
        "f-staff": director.get("/cases/"),
        "m-to": director.get(f"/management/staff/{cast.chen_jie.pk}/matters/"),
        "u-head": village.client(cast.gao_yuan).get(f"/management/units/{cast.units.yunqi.pk}/"),
    }

    for field, page in offered.items():
        found = _offered(page.content.decode(), field)
        assert str(cast.li_na.pk) in found, field
        assert not nobody & found, field


def test_who_has_one_unit_is_not_asked_which(village: Village) -> None:
    cast = village.cast
    for address in (
        "/cases/",
        "/customers/",
        "/registers/house/",
        "/rounds/?view=open",
        "/reports/",
        "/callbacks/",
        "/dispatch/",
    ):
        assert "全部单位" not in village.client(cast.chen_jie).get(address).content.decode(), address
        assert "全部单位" in village.client(cast.lin_yue).get(address).content.decode(), address


def test_everybody_notes_their_own_absence_and_nobody_elses(village: Village) -> None:
    person, now = newcomer(village), timezone.localtime()
    since, until = now + timedelta(days=1), now + timedelta(days=2)
    typed = {"staff": village.cast.sun_lei.pk, "since": f"{since:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
    village.client(person).post("/management/absences/", {**typed, "deputy": village.cast.su_min.pk, "reason": "年假"})
    (away,) = Absence.objects.filter(staff=person)
    assert away.deputy == village.cast.su_min
    assert not Absence.objects.filter(staff=village.cast.sun_lei, since__gt=now).exists()
    village.client(person).post(f"/management/absences/{away.pk}/end/")
    assert not Absence.objects.filter(staff=person).exists()


def test_a_unit_in_use_cannot_be_closed_and_says_what_is_in_it(village: Village) -> None:
    admin = village.client(village.cast.gao_yuan)
    told = admin.post(f"/management/units/{village.cast.units.yunqi.pk}/closing/", follow=True).content.decode()
    assert "客户" in told
    assert "请先移走或办结" in told
    assert Unit.objects.get(pk=village.cast.units.yunqi.pk).closed_at is None


def test_a_slip_in_the_notice_is_shown_and_cannot_be_entered(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("gao_yuan")
    page.goto("/management/calendars/notice/?year=2027")
    page.locator("#n-text").fill(NOTICE.replace("共7天。2月14日", "共8天。2月14日"))
    page.locator("button[name=read]").click()
    expect(page.locator(".refusal")).to_contain_text("日期却是 7 天")
    expect(page.locator("button[name=enter]")).to_have_count(0)
    expect(page.locator("input[name=since]").first).to_have_value("2027-01-01")


def test_a_year_is_entered_in_the_browser_and_the_calendar_shows_whose_it_is(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("gao_yuan")
    page.goto("/management/calendars/notice/?year=2031")
    days = ("01-01", "01-22", "04-05", "05-01", "06-24", "10-02", "10-01")
    for n, day in enumerate(days):
        page.locator("input[name=since]").nth(n).fill(f"2031-{day}")
    page.locator("input[name=make_up]").nth(1).fill("2031-01-26")
    page.locator("button[name=preview]").click()
    expect(page.locator(".notice-changes")).to_contain_text("2031-01-26")
    page.locator("button[name=enter]").click()
    expect(page.locator("#flash")).to_contain_text("2031 年放假安排已录入")
    expect(page.locator(".pill", has_text="本公司录入")).to_be_visible()

    law = law_at(timezone.now())
    assert law is not None
    assert law.calendars["office"].is_working_day(date(2031, 1, 26))
    assert not law.calendars["office"].is_working_day(date(2031, 1, 22))
