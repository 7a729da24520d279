"""A construction unit hands in dates and files by a link: no account, no script, no cookie; staff give the link and see who it was."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shouwen.base.models import Attachment, Event
from shouwen.cases import surveys
from shouwen.cases.acting import act
from shouwen.cases.models import Case, Survey
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.staff.models import Staff
from shouwen.web.surveys.answering import FILES
from tests.cases.doing import opened
from tests.cases.files import PNG
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Cast:
    found = cast(at("2026-03-02 09:00"))
    enacted("asking")
    return found


def asked(people: Cast) -> tuple[Case, Survey]:
    """A visit whose construction unit was asked for its papers a moment ago."""
    now = timezone.now() - timedelta(minutes=1)
    chen = people.chen_jie
    unit = Act("open", Ref("record", "builder", 0), chen.pk, now, {"number": "甲建设", "name": "甲建设"}, opening=Opening())
    case = opened("visit", chen, now, people.units.yunqi, builder=act(unit, now=now).subject.id)
    return case, Survey.objects.get(case=case)


def address(survey: Survey) -> str:
    return f"/answer/{surveys.token_of(survey)}/"


def text_of(answer: Any) -> str:
    return html.unescape(answer.getvalue().decode())


def file(name: str, content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def sent(survey: Survey, **more: Any) -> Any:
    """Send the form as a browser does, each time from a page of its own."""
    (key,) = re.findall(r'name="key" value="([^"]+)"', text_of(Client().get(address(survey))))
    return Client().post(address(survey), {"key": key, "day": "2026-03-06", "report": file("开工报告.png"), **more})


def signed_in(person: Staff) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_asks_for_dates_and_files_and_shows_what_the_pack_lets_it(people: Cast) -> None:
    case, survey = asked(people)

    answer = Client().get(address(survey))

    page = text_of(answer)
    assert answer.status_code == 200
    assert '<input id="q-1" type="date" name="day"' in page
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'type="file" name="photos" multiple', page)
    assert not re.search(r'type="file" name="report" multiple', page)
    assert case.number in page
    assert re.search(r"<dt>施工单位</dt>\s*<dd>甲建设</dd>", page)
    for untold in ("<script", "陈洁", "csrf"):
        assert untold not in page
    assert not answer.cookies


def test_it_is_in_english_for_whoever_asks_for_it(people: Cast) -> None:
    _case, survey = asked(people)

    page = text_of(Client().get(f"{address(survey)}?lang=en"))
    taken = Client().post(f"{address(survey)}?lang=en", {"day": "2026-03-06", "report": file("a.png")})
    after = text_of(Client().get(taken.headers["Location"]))

    for said in (page, after):
        assert not re.search("[\u4e00-\u9fff]", re.sub("简体中文|甲建设|云栖物业|上门服务|立项即请施工单位交资料", "", said))


def test_what_is_sent_is_taken_says_so_and_may_be_sent_again(people: Cast) -> None:
    case, survey = asked(people)

    first = sent(survey, photos=[file("a.png"), file("b.png")])
    second = sent(survey, day="2026-03-09")

    after = Client().get(first.headers["Location"])
    case.refresh_from_db()
    assert (first.status_code, second.status_code, after.status_code) == (302, 302, 200)
    assert "已收到，谢谢" in text_of(after)
    assert f'href="{address(survey)}"' in text_of(after)
    assert case.fields["day"] == "2026-03-09"
    assert Attachment.objects.filter(case_id=case.pk).count() == 4


def test_the_same_form_sent_twice_is_one_act(people: Cast) -> None:
    case, survey = asked(people)
    form = {"key": "page:1", "day": "2026-03-06"}

    answers = [Client().post(address(survey), {**form, "report": file("a.png")}) for _ in range(2)]

    assert [a.status_code for a in answers] == [302, 302]
    assert Event.objects.filter(case_id=case.pk, act="hand_in").count() == 1
    assert Attachment.objects.count() == 1


def test_a_file_that_is_none_is_said_at_its_question_and_what_was_typed_stays(people: Cast) -> None:
    _case, survey = asked(people)

    wrong = sent(survey, report=file("x.exe", b"MZ\x90\x00"))
    refused = sent(survey, day="2025-12-31")

    assert wrong.status_code == 422
    assert "不支持这种文件" in text_of(wrong)
    assert re.search(r'class="survey-field survey-fault">\s*<label for="q-2">开工报告', text_of(wrong))
    assert 'value="2026-03-06"' in text_of(wrong)
    assert "文件请重新选择" in text_of(wrong)
    assert refused.status_code == 409
    assert "须有照片" in text_of(refused)
    assert not Attachment.objects.exists()


def test_a_link_takes_so_many_files_a_day(people: Cast) -> None:
    _case, survey = asked(people)
    photos = [file(f"{i}.png") for i in range(FILES.tries)]

    assert sent(survey, photos=photos).status_code == 429
    assert not Attachment.objects.exists()


def test_staff_give_the_link_and_the_story_says_which_unit_it_was(people: Cast) -> None:
    case, survey = asked(people)
    desk = signed_in(people.chen_jie)

    page = text_of(desk.get(f"/cases/{case.number}/"))
    link = text_of(desk.post(f"/cases/{case.number}/surveys/{survey.pk}/"))
    sent(survey)
    after = text_of(desk.get(f"/cases/{case.number}/"))

    assert "等对方填报" in page
    assert "给对方链接" in page
    assert "甲建设，请其凭链接填“开工资料”" in page
    assert address(survey) in link
    assert "可以多次填报" in link
    assert "甲建设（凭链接）" in after
    assert "已收到 1 次" in after
    assert "开工报告.png" in after
    assert Event.objects.filter(kind="survey_shown", actor_id=people.chen_jie.pk).exists()


def test_staff_hand_in_the_same_files_where_the_unit_does_not(people: Cast) -> None:
    case, _survey = asked(people)
    desk, at_act = signed_in(people.chen_jie), f"/cases/{case.number}/acts/hand_in/"
    page = text_of(desk.get(at_act))
    hidden = dict(re.findall(r'<input type="hidden" name="(key|version|shown|was)" value="([^"]*)"', page))
    form = {**hidden, "asked": ["day", "report", "photos"], "day": "2026-03-06", "photos": [file("a.png"), file("b.png")]}

    done = desk.post(at_act, {**form, "report": file("报告.png")})

    case.refresh_from_db()
    names = dict(Attachment.objects.filter(case_id=case.pk, uploaded_by=people.chen_jie.pk).values_list("pk", "name"))
    assert done.status_code in (200, 204, 302)
    assert "问客户" not in page, "no customer is asked this"
    assert names[case.fields["report"]] == "报告.png"
    assert sorted(names[i] for i in case.fields["photos"]) == ["a.png", "b.png"]


def test_a_number_typed_for_a_file_names_no_file(people: Cast) -> None:
    case, _survey = asked(people)
    desk, at_act = signed_in(people.chen_jie), f"/cases/{case.number}/acts/hand_in/"
    hidden = dict(re.findall(r'<input type="hidden" name="(key|version|shown|was)" value="([^"]*)"', text_of(desk.get(at_act))))

    desk.post(at_act, {**hidden, "asked": ["day", "report"], "day": "2026-03-06", "report": "1"})

    case.refresh_from_db()
    assert case.fields.get("report") is None
