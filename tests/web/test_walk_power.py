"""A walk through the pages of a power company: one project from the application to the file, through every gate, some of them refusing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django import DjangoDbBlocker

from shouwen.cases import surveys
from shouwen.cases.models import Case, Survey
from tests import databases, sites
from tests.cases.files import PNG
from tests.cases.power import Firm, founded
from tests.cases.test_power_project import PAPERS
from tests.web.browsing import (
    Visitor,
    at_case,
    axe,
    barred,
    fill,
    here,
    overflows,
    press,
    refused,
    send,
    tick_all,
    too_small,
    visitor,
)
from tests.web.village import Village, environment, inside

Sit = Callable[[str], Page]


@pytest.fixture
def firm(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str) -> Iterator[tuple[Firm, Village]]:
    """The power company, served by a process of its own."""
    with databases.clone(template_database, f"{worker}_power") as name, inside(name, django_db_blocker):
        made = founded(timezone.now())
        with sites.serving(environment(name)) as address:
            yield made, Village(address, name)


@pytest.fixture
def sit(firm: tuple[Firm, Village], browser: Browser) -> Iterator[Sit]:
    """Somebody sits down at a browser; whoever did before goes on where they were. Who is nobody of the company has a phone."""
    people, village = firm
    came: dict[str, Visitor] = {}

    def down(who: str) -> Page:
        if who not in came:
            came[who] = visitor(browser, village, people.staff.get(who), 1440 if who in people.staff else 390)
        return came[who].page

    yield down
    for one in came.values():
        one.leave()


PAPER: Final[FilePayload] = {"name": "资料.png", "mimeType": "image/png", "buffer": PNG}


def day(later: int) -> str:
    """The date of a day so many days from today."""
    return str(timezone.localdate() + timedelta(days=later))


def agreed(page: Page, case: Case, step: str) -> None:
    """Whoever decides says yes on the page of the case."""
    page.goto(f"/cases/{case.number}/")
    page.locator(".consent .btn-primary").click()
    here(page, step)


def test_a_project_goes_from_the_application_to_the_file_through_every_gate(firm: tuple[Firm, Village], sit: Sit) -> None:
    people = firm[0]
    project = _applied(people, sit)
    people.made["project"] = project.ref
    _planned(sit, project)
    _chosen(sit, project)
    _reviewed(sit, project)
    _begun(people, sit, project)
    _equipped(people, sit, project)
    _inspected(people, sit, project)
    _supplied(sit, project)

    project.refresh_from_db()
    assert (project.step, project.fields["first_time"], project.closed_at is not None) == ("archived", True, True)


def _applied(people: Firm, sit: Sit) -> Case:
    """At the window: without explaining the procedure nothing is taken."""
    page = sit("clerk")
    page.goto(f"/intake/?customer={people.customer.pk}&procedure=supply_project")
    fill(
        page,
        address="工业路9号",
        area=str(people.units["station"].pk),
        kind="new",
        usage="industry",
        voltage="high",
        capacity="630",
    )
    fill(page, wants_line="no", backup="none", special="no")
    page.locator("#intake-form .form-end .btn-primary").click()
    expect(page.locator("#intake-form .refusal")).to_contain_text("讲明申请内容")
    for tick in page.locator("#intake-form .tick input").all():
        tick.check()
    page.locator("#intake-form .form-end .btn-primary").click()
    page.wait_for_url(re.compile(r"/cases/GD\d{8}-\d{4}/$"))
    return Case.objects.get(number=page.url.rstrip("/").rpartition("/")[2])


def _planned(sit: Sit, project: Case) -> None:
    officer = sit("officer")
    officer.goto("/")
    expect(officer.locator(".desk-row", has_text="接单")).to_be_visible()
    send(at_case(officer, project, "take_on"))
    fill(at_case(officer, project, "survey"), survey_note="可接工业线", grid_short="no")
    send(officer)
    fill(at_case(officer, project, "draft_plan"), supply_mode="单电源", metering="高供高计", economy="就近接入")
    tick_all(officer)
    refused(officer, "资质等级")
    fill(officer, grade_needed="3")
    send(officer)
    fill(at_case(sit("marketing"), project, "reply"), reply_medium="document", delivered_on=day(0))
    send(sit("marketing"))
    here(sit("marketing"), "方案已答复")


def _chosen(sit: Sit, project: Case) -> None:
    """A unit whose qualification has run out is refused, and so is a choice the customer has not signed."""
    officer = sit("officer")
    fill(at_case(officer, project, "entrust"), entrusted="yes")
    send(officer)
    fill(at_case(officer, project, "choose_units"), design_unit="design", build_unit="lapsed")
    refused(officer, "有效期")
    fill(officer, build_unit="build")
    refused(officer, "签字")
    tick_all(officer)
    send(officer)
    here(officer, "单位已选")


def _reviewed(sit: Sit, project: Case) -> None:
    """Thirteen papers, one of them not needed: it is said why; then the meeting, the opinion and a yes."""
    officer, marketing = sit("officer"), sit("marketing")
    fill(at_case(officer, project, "submit_design"), design_basis="1")
    for paper in PAPERS[:-1]:
        officer.locator(f"select[name='papers.{paper}']").select_option("filled")
    officer.locator("select[name='papers.own_source']").select_option("waived")
    send(officer)
    fill(at_case(marketing, project, "convene"), review_at=f"{day(2)}T09:00")
    refused(marketing, "十三项")
    at_case(officer, project, "submit_design")
    officer.locator("select[name='papers.extra']").select_option("filled")
    officer.locator("input[name='papers.own_source.note']").fill("无自备电源")
    send(officer)
    fill(at_case(marketing, project, "convene"), review_at=f"{day(2)}T09:00")
    send(marketing)
    fill(at_case(officer, project, "pass_design"), opinion="同意设计")
    tick_all(officer)
    send(officer)
    agreed(marketing, project, "设计已审定")


def _begun(people: Firm, sit: Sit, project: Case) -> None:
    """The unit finds a difference: no start before the written notice. It hands in one paper by its link, on a phone; staff another."""
    officer, marketing = sit("officer"), sit("marketing")
    fill(at_case(sit("planner"), project, "hand_plans"), build_plan="规划一份", material_plan="计划一份")
    send(sit("planner"))
    fill(at_case(officer, project, "verify"), verified="differs", verify_note="电缆沟位置不符")
    send(officer)
    fill(at_case(marketing, project, "send_supervisor"), supervisor=str(people.staff["engineer"].pk))
    send(marketing)
    change = people.newest("change_request")
    barred(officer, project, "start_build", "书面通知")
    send(at_case(officer, change, "agree"))
    agreed(marketing, change, "已同意")
    fill(at_case(marketing, change, "issue"), notice_no="更1")
    send(marketing)
    _handed_in(sit("unit"), project)
    at_case(officer, project, "start_build").locator("#f-schedule").set_input_files(PAPER)
    send(officer)
    here(officer, "施工中")


def _handed_in(phone: Page, project: Case) -> None:
    """The construction unit opens its link and hands in dates and papers; the page fits a phone and has no barrier."""
    survey = Survey.objects.get(case=project, questionnaire="start_papers")
    phone.goto(f"/answer/{surveys.token_of(survey)}/")
    for width in (1440, 390):
        phone.set_viewport_size({"width": width, "height": 844})
        assert overflows(phone) <= 0
        assert [*axe(phone), *too_small(phone)] == []
    phone.get_by_label("开工时间").fill(day(0))
    phone.get_by_label("预计完工时间").fill(day(30))
    for label in ("开工报告", "工程任务进度表"):
        phone.get_by_label(label).set_input_files(PAPER)
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("已收到，谢谢")


def _equipped(people: Firm, sit: Sit, project: Case) -> None:
    """Equipment outside the catalogue is not ordered, nothing is before its drawings are checked, and no other model is taken in."""
    officer, marketing = sit("officer"), sit("marketing")
    for name, model in (("bad", "s9"), ("order", "s13")):
        made = people.made[model].id
        wish = people.open("equipment_order", "officer", timezone.now(), name=name, project=project.pk, model=made, quantity=1)
        assert wish.allowed, wish.text()
    bad, order = people.case("bad"), people.case("order")
    barred(officer, bad, "order", "只可订购目录内的设备")
    refused(at_case(officer, order, "order"), "须确认图纸已审核")
    fill(at_case(marketing, order, "check_drawing"), drawing="passed")
    send(marketing)
    send(at_case(officer, order, "order"))
    agreed(marketing, order, "已订购")
    fill(at_case(officer, order, "feed_back"), arrive_on=day(9), feedback="甲厂排产")
    send(officer)
    fill(at_case(officer, order, "arrive"), delivered="S9", serials="B1")
    refused(officer, "到货须是所批型号")
    fill(officer, delivered="S13")
    send(officer)
    here(officer, "已到货")
    barred(officer, bad, "order", "只可订购目录内的设备")


def _judged(people: Firm, sit: Sit, result: str, findings: str) -> Case:
    """The officer gives an opinion, and the inspector signs it too."""
    officer, inspection = sit("officer"), people.newest("inspection")
    at_case(officer, inspection, "judge")
    fill(officer, inspector=str(people.staff["inspector"].pk), basis="1", findings=findings, result=result)
    tick_all(officer)
    send(officer)
    barred(officer, inspection, "countersign", "会签")
    send(at_case(sit("inspector"), inspection, "countersign"))
    return inspection


def _inspected(people: Firm, sit: Sit, project: Case) -> None:
    """A concealed work is signed off with a photo; at two thirds there is an inspection. One that fails is done again, a second time."""
    officer, engineer = sit("officer"), sit("engineer")
    assert people.open("concealed_work", "officer", timezone.now(), project=project.pk, part="接地网").allowed
    work = people.newest("concealed_work")
    fill(at_case(engineer, work, "sign_off"), norm="GB 50169")
    refused(engineer, "照片")
    tick_all(engineer)
    send(engineer)
    fill(at_case(officer, project, "progress"), devices="3", installed="2")
    send(officer)
    failed = _judged(people, sit, "failed", "接地电阻超标")
    expect(sit("inspector").locator("#case-story")).to_contain_text("开出工程检查")
    inspection = _judged(people, sit, "passed", "接地已整改，良好")
    assert (inspection.pk != failed.pk, inspection.fields["round_no"]) == (True, 2)
    assert people.newest("inspection").pk == inspection.pk, "what passed is not inspected again"
    fill(at_case(officer, inspection, "deliver"), customer_receipt="签收1", builder_receipt="签收2")
    send(officer)
    barred(officer, project, "finish_build", "隐蔽工程")
    send(at_case(officer, work, "cover"))
    fill(at_case(officer, project, "finish_build"), finished_on=day(0))
    send(officer)
    here(officer, "已完工")


def _supplied(sit: Sit, project: Case) -> None:
    """No power without a contract, a date and a meter; no file without the papers and the check."""
    officer, marketing = sit("officer"), sit("marketing")
    fill(at_case(marketing, project, "report_completion"), completion_report="竣1", supply_request="申1")
    send(marketing)
    send(at_case(marketing, project, "accept"))
    barred(marketing, project, "energise", "供用电合同")
    fill(at_case(marketing, project, "sign_contract"), contract="合1", agreements="协1")
    send(marketing)
    fill(at_case(marketing, project, "agree_date"), supply_on=day(8))
    tick_all(marketing)
    send(marketing)
    send(at_case(sit("fitter"), project, "fit_meter"))
    send(at_case(marketing, project, "energise"))
    barred(officer, project, "archive", "竣工资料")
    fill(at_case(officer, project, "collect"), as_built="竣工图一套")
    send(officer)
    fill(at_case(sit("inspector"), project, "check_usage"), meter_state="正常", usage_state="正常")
    send(sit("inspector"))
    press(at_case(officer, project, "archive"))
    here(officer, "已归档")
