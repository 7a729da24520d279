"""为什么: asked of a class, a promise, an assignment, an entry and a refusal; answered with facts, sum and clause."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.ledger.models import Entry
from shouwen.policy.act import Evidence
from tests.web.village import Village

TIGHT = re.compile(r"\s+")


def leak(village: Village, n: int, ago: timedelta) -> Case:
    return village.repair(village.cast.chen_jie, timezone.now() - ago, n, f"水管漏水{n}")


def asked(village: Village, address: str, who: str = "chen_jie", status: int = 200) -> str:
    """The answer as text."""
    got = village.client(getattr(village.cast, who)).get(f"/why/{address}/", headers={"HX-Request": "true"})
    assert got.status_code == status, got.content.decode()
    return TIGHT.sub(" ", re.sub(r"<[^>]+>", " ", got.content.decode()))


def effect(case: Case, **wanted: object) -> Event:
    """The first effect of a kind on a case; what the clock does, the worker of the village may do a moment later."""
    until = time.monotonic() + 120
    found = None
    while found is None and time.monotonic() < until:
        found = Event.objects.of(case.ref).filter(**wanted).order_by("seq").first()
        time.sleep(0 if found else 0.2)
    assert found is not None, wanted
    return found


def test_a_class_says_its_row_and_the_fact_it_turned_on(village: Village) -> None:
    said = asked(village, f"case/{leak(village, 12, timedelta(minutes=2)).pk}/field/urgency")

    assert "报修服务规程 §1.3" in said
    assert "故障类别 跑水漏水" in said
    assert "适用表中这一行 故障类别为跑水漏水" in said
    assert "成立 未填紧急程度" in said
    assert "不成立" not in said


def test_a_promise_says_its_arithmetic_and_so_does_what_became_of_it(village: Village) -> None:
    case = leak(village, 13, timedelta(hours=2))
    began = timezone.localtime(case.opened_at)

    for kind in ("promise", "breach"):
        said = asked(village, f"{effect(case, kind=kind, clause='property/repair#2.1').pk}")
        assert f"{began:%H:%M:%S}起计1小时" in said, kind
        assert f"{began + timedelta(hours=1):%H:%M:%S}止" in said, kind


def test_an_entry_says_which_promise_was_missed_and_how_it_was_counted(village: Village) -> None:
    case = leak(village, 14, timedelta(hours=2))
    made = effect(case, kind="entry")
    booked = Entry.objects.get(case_id=case.pk, clause="property/repair#2.5")

    said = asked(village, f"entry/{booked.pk}", who="lin_yue")

    assert "报修服务规程 §2.5" in said
    assert "因为超时： 报修服务规程 §2.1" in said
    assert "起计1小时" in said
    assert asked(village, str(made.pk), who="lin_yue") == said


def test_a_refusal_says_who_may_and_what_is_missing(village: Village) -> None:
    case = leak(village, 15, timedelta(minutes=3))

    said = asked(village, f"case/{case.pk}/not/assign")

    assert "报修服务规程 §3.2" in said
    assert "工程部主任" in said
    assert village.client(village.cast.chen_jie).get(f"/why/case/{case.pk}/not/nonsense/").status_code == 200


def test_an_assignment_says_by_which_clause_and_fact_the_case_is_whose_it_is(village: Village) -> None:
    cast = village.cast
    case = village.complaint(cast.chen_jie, timezone.now(), topic="staff")
    assert "不是条款定的" in asked(village, f"case/{case.pk}/field/responsible"), "whoever was asked first has it, by no clause"
    village.act(case, "name_accused", cast.lin_yue, accused=[cast.sun_lei.pk])
    assert case.responsible_id == cast.xu_qiang.pk

    said = asked(village, f"case/{case.pk}/field/responsible", who="lin_yue")

    assert "投诉" in said
    assert "§2.3" in said
    assert "被投诉人 孙磊" in said
    assert "成立 " in said
    assert "随“" in said  # with the act it came with, and whose
    assert "林悦" in said
    assert asked(village, str(effect(case, kind="chosen", data__field="responsible").pk), who="lin_yue") == said
    page = village.client(cast.lin_yue).get(f"/cases/{case.number}/").content.decode()
    assert f'hx-get="/why/case/{case.pk}/field/responsible/"' in page


def test_what_a_person_chose_is_no_clause_s_doing(village: Village) -> None:
    case = leak(village, 16, timedelta(minutes=3))
    village.act(case, "amend", village.cast.chen_jie, urgency="normal")

    assert "不是条款定的" in asked(village, f"case/{case.pk}/field/urgency")


def test_what_one_may_not_see_is_not_explained(village: Village) -> None:
    case = leak(village, 17, timedelta(minutes=3))
    seq = effect(case, kind="promise").pk

    assert asked(village, str(seq), who="gao_yuan", status=404)
    assert asked(village, f"case/{case.pk}/field/urgency", who="gao_yuan", status=404)
    assert asked(village, f"{effect(case, kind='act').pk}", status=404)  # an act is a person's own


def test_on_the_page_of_a_case_anything_is_asked_why(village: Village, sit: Callable[..., Page]) -> None:
    case = leak(village, 18, timedelta(minutes=4))
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")

    page.locator("#why-assign .btn-why").click()
    expect(page.locator("#why-assign .why-answer")).to_contain_text("§3.2")
    page.locator(".entry-lines li", has_text="紧急程度定为紧急").locator(".btn-why").click()
    expect(page.locator(".entry-lines .why-answer")).to_contain_text("跑水漏水")
    page.locator(".promise .btn-link", has_text="怎么算的").first.click()
    expect(page.locator("#case-promises .arithmetic").first).to_contain_text("起计1小时")
    expect(page.locator("#case-promises .why-answer")).to_contain_text("紧急程度")


def test_news_of_a_case_takes_no_answer_away_and_closes_nothing(village: Village, sit: Callable[..., Page]) -> None:
    case = leak(village, 20, timedelta(minutes=4))
    page = sit("chen_jie")
    page.goto(f"/cases/{case.number}/")
    sums = page.locator("#case-promises .arithmetic")
    page.locator(".promise .btn-link", has_text="怎么算的").first.click()
    expect(sums.first).to_contain_text("起计1小时")
    page.locator("#case-story details summary").first.click()
    page.locator("#case-promises .arithmetic .btn-why, #case-story .btn-why").first.focus()
    asking = page.evaluate("document.activeElement.getAttribute('hx-get')")
    assert asking.startswith("/why/")

    village.act(case, "note", village.cast.chen_jie, text="消息来时还开着", evidence=(Evidence("self"),))

    expect(page.locator("#case-story")).to_contain_text("消息来时还开着")
    expect(sums.first).to_contain_text("起计1小时")
    expect(page.locator("#case-story details").first).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.getAttribute('hx-get')") == asking, "the focus is lost"


def test_a_refused_act_is_explained_where_it_was_refused(village: Village, sit: Callable[..., Page]) -> None:
    case = leak(village, 19, timedelta(minutes=4))
    page = sit("xu_qiang")
    page.goto(f"/cases/{case.number}/")
    page.locator("#act-assign").click()
    page.locator("#act-form .form-end .btn-primary").click()
    expect(page.locator("#acting .refusal").first).to_be_visible()

    page.locator("#acting details", has_text="为什么").locator("summary").click()

    expect(page.locator("#acting .why-answer")).to_contain_text("§")
