"""Customers answer a questionnaire on a phone: no account, no script, no cookie, once; staff give them the link and see the answer."""

from __future__ import annotations

import html
import io
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases import surveys
from shouwen.cases.models import Case, Survey
from shouwen.staff import org
from tests.web.browsing import overflows
from tests.web.keeping import asked
from tests.web.village import Village

ALL_WELL = {f"answers.{item}": "satisfied" for item in ("safety", "cleaning", "repairs", "facilities", "manners")}


def address(survey: Survey) -> str:
    return f"/answer/{surveys.token_of(survey)}/"


def text_of(answer: Any) -> str:
    return html.unescape(answer.getvalue().decode())


def test_the_page_asks_and_says_nothing_of_the_person_and_needs_no_script_or_cookie(village: Village) -> None:
    case, survey = asked(village, "万俟无名")

    answer = Client().get(address(survey))

    page = text_of(answer)
    assert answer.status_code == 200
    assert "请对本季的各项服务作个评价" in page
    assert "秩序和安全" in page
    assert "云栖物业" in page
    for told in ("万俟", case.number, "陈洁", "<script", "style=", str(case.customer_id)):
        assert told not in page
    assert not answer.cookies
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer.headers["Cache-Control"]


def test_it_is_in_english_for_whoever_asks_for_it(village: Village) -> None:
    _case, survey = asked(village)

    page = text_of(Client().get(f"{address(survey)}?lang=en"))

    assert '<html lang="en">' in page
    assert "Order and safety" in page
    assert "Dissatisfied" in page
    assert not re.search("[\u4e00-\u9fff]", page.replace("简体中文", "").replace("云栖物业", ""))


def test_what_the_law_misses_is_said_at_its_question_and_what_was_typed_stays_as_it_was(village: Village) -> None:
    _case, survey = asked(village)
    hostile = '"><script>alert(1)</script>\u202e'

    missing = Client().post(address(survey), {"answers.safety": "satisfied", "answers.safety.remark": hostile})
    refused = Client().post(address(survey), {**ALL_WELL, "answers.cleaning": "dissatisfied"})

    assert missing.status_code == 422
    assert text_of(missing).count("请选择或填写") == 4
    assert "<script>alert" not in missing.content.decode()
    assert hostile in text_of(missing)
    assert refused.status_code == 409
    assert "不满意项须写明说明" in text_of(refused)
    assert re.search(r'class="survey-fault"[^>]*>\s*<legend>环境和卫生', text_of(refused))


def test_an_answer_is_taken_once_and_does_what_the_law_wants_of_it(village: Village) -> None:
    case, survey = asked(village)
    told = {**ALL_WELL, "answers.repairs": "dissatisfied", "answers.repairs.remark": "修了三次"}

    first = Client().post(address(survey), told)
    again = Client().post(address(survey), ALL_WELL)

    case.refresh_from_db()
    assert (first.status_code, first.headers["Location"]) == (302, address(survey))
    assert "已收到您的答复" in text_of(Client().get(address(survey)))
    assert (again.status_code, "已收到您的答复" in text_of(again)) == (200, True)
    assert case.step == "returned"
    assert Event.objects.filter(case_id=case.pk, act="take_back").count() == 1
    assert Case.objects.get(parent=case, procedure="rectification").fields["item"] == "报修和维修"
    story = text_of(village.client(village.cast.chen_jie).get(f"/cases/{case.number}/"))
    assert "客户本人" in story
    assert "客户已答" in story


def test_links_that_open_nothing_say_what_to_do(village: Village) -> None:
    _case, late = asked(village)
    Survey.objects.filter(pk=late.pk).update(
        asked_at=timezone.now() - timedelta(days=9), until=timezone.now() - timedelta(days=1)
    )
    _case, back = asked(village)
    surveys.withdraw(back.pk, org.reader(village.cast.chen_jie.pk, timezone.now()), now=timezone.now())
    case, over = asked(village)
    village.act(case, "lapse", village.cast.chen_jie)

    found = [Client().get(address(s)).status_code for s in (late, back, over)]
    said = [text_of(Client().get(address(s))) for s in (late, back, over)]

    assert found == [410, 410, 410]
    for page, words in zip(said, ("链接已过期", "这个链接已收回", "不用再填"), strict=True):
        assert words in page
        assert "服务电话" in page
    for wrong in ("/answer/", "/answer/abc/", "/answer/%3Cscript%3E/", f"/answer/{'x' * 3000}/"):
        answer = Client(REMOTE_ADDR="10.9.9.1").get(wrong)
        assert (answer.status_code, "没有复制完整" in text_of(answer)) == (404, True)


def test_who_tries_many_links_or_sends_one_again_and_again_is_told_to_wait(village: Village) -> None:
    _case, survey = asked(village)
    guesser = Client(REMOTE_ADDR="10.9.9.2")

    for _ in range(30):
        assert guesser.get("/answer/guess/").status_code == 404
    assert guesser.get("/answer/guess/").status_code == 429
    assert guesser.get(address(survey)).status_code == 200  # whoever has a right one is not kept out by others
    for _ in range(20):
        assert Client().post(address(survey), {}).status_code == 422
    assert Client().post(address(survey), ALL_WELL).status_code == 429


def test_no_line_of_the_log_holds_a_token(village: Village) -> None:
    _case, survey = asked(village)
    logs: Any = settings.LOGGING
    written, told = io.StringIO(), logs["formatters"]["careful"]
    handler = logging.StreamHandler(written)
    handler.setFormatter(import_string(told["()"])(told["format"]))
    logger = logging.getLogger("django.request")

    logger.addHandler(handler)
    try:
        Client().post(address(survey), {})  # 422: Django logs the address of every refusal
        logger.warning("%s", f"GET {address(survey)}?lang=en HTTP/1.1")
    finally:
        logger.removeHandler(handler)

    assert written.getvalue().count("/answer/…") == 2
    assert surveys.token_of(survey) not in written.getvalue()


def test_staff_ask_in_the_same_words_and_give_the_link_which_is_journalled(village: Village) -> None:
    case, survey = asked(village)
    desk = village.client(village.cast.chen_jie)

    page, form = (text_of(desk.get(f"/cases/{case.number}/{end}")) for end in ("", "acts/take_back/"))
    shown = text_of(desk.post(f"/cases/{case.number}/surveys/{survey.pk}/"))

    assert "等客户作答" in page
    assert surveys.token_of(survey) not in page
    assert "问客户：本季各项服务" in form
    assert "秩序和安全" in form
    assert address(survey) in shown
    assert 'class="qr"' in shown
    assert Event.objects.filter(case_id=case.pk, kind="survey_shown", actor_id=village.cast.chen_jie.pk).exists()
    assert village.client(village.cast.su_min).post(f"/cases/{case.number}/surveys/{survey.pk}/").status_code == 404


def test_each_question_is_a_figure_that_opens_down_to_its_answers_and_leaves_as_a_file(village: Village) -> None:
    case, survey = asked(village)
    Client().post(address(survey), {**ALL_WELL, "answers.facilities": "fair"})
    lin = village.client(village.cast.lin_yue)

    report = text_of(lin.get("/reports/"))
    table = re.search(
        r'id="(answers-survey-\d+)"(?:(?!</section>).)*客户意见调查表 · 公共设施设备.*?</section>', report, re.DOTALL
    )
    assert table is not None
    link = re.search(r'<a href="([^"]*name=take_back.answers[^"]*fair[^"]*)"', table.group(0))
    assert link is not None
    opened, sent = text_of(lin.get(link.group(1))), text_of(lin.get(f"/reports/export/{table.group(1)}/?format=csv"))

    assert case.number in opened
    assert "客户意见调查表 · 公共设施设备 · 一般" in opened
    assert "一般" in sent
    assert "请客户自己答的问卷" in report
    by_customer = re.search(r'<a href="([^"]*kind=by_customer&noun=survey[^"]*)"', report)
    assert by_customer is not None
    assert case.number in text_of(lin.get(by_customer.group(1)))


def test_on_a_phone_without_scripts_a_customer_answers_with_thumbs(village: Village, sit: Callable[..., Page]) -> None:
    case, survey = asked(village)
    page = sit(width=390, java_script_enabled=False)

    page.goto(address(survey))
    assert overflows(page) <= 0
    for fieldset in page.locator("fieldset").all():
        fieldset.locator("label", has_text="不满意" if "环境" in fieldset.inner_text() else re.compile("^满意$")).click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("不满意项须写明说明")
    page.get_by_label("说明 环境和卫生").fill("垃圾没人收")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到您的答复，谢谢")
    case.refresh_from_db()
    assert case.step == "returned"
