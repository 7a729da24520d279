"""The search box also goes to places and acts, and the pages are light or dark as somebody likes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from shouwen.cases.models import Case
from shouwen.staff.models import Staff
from tests.web.village import Village


def quick(village: Village, who: str, text: str, behind: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{behind}"}
    return village.client(getattr(village.cast, who)).post("/search/quick/", {"q": text}, headers=headers).content.decode()


@pytest.mark.parametrize("text", ["报表", "bb", "baobiao", "Reports", "统计"])
def test_a_page_is_found_by_its_name_its_pinyin_and_its_initials(village: Village, text: str) -> None:
    assert 'href="/reports/"' in quick(village, "chen_jie", text)


def test_a_new_matter_begins_from_the_box(village: Village) -> None:
    assert 'href="/intake/?procedure=repair"' in quick(village, "chen_jie", "新建报修")
    assert 'href="/intake/?procedure=repair"' in quick(village, "chen_jie", "xjbx")


def test_the_procedure_chosen_in_the_box_is_still_chosen_when_the_caller_is_known(
    village: Village, sit: Callable[..., Page]
) -> None:
    page = sit("chen_jie")
    page.goto("/intake/?procedure=complaint")
    page.locator("#caller").fill("云栖1")
    page.locator("#callers [role=option]").first.click()

    expect(page.locator("#intake-form")).to_be_visible()
    expect(page.locator(".procedure[aria-current]")).to_contain_text("投诉")


def test_an_act_of_the_open_case_is_offered_and_of_no_other_page(village: Village) -> None:
    case = Case.objects.filter(procedure="repair", step="received", held=False, unit__name="云栖花园").order_by("pk")[0]

    assert f"/cases/{case.number}/acts/assign/" in quick(village, "xu_qiang", "派工", f"/cases/{case.number}/")
    assert f"/cases/{case.number}/acts/assign/" in quick(village, "xu_qiang", "派工", f"/cases/{case.pk}/")  # found by the box
    assert "/acts/assign/" not in quick(village, "xu_qiang", "派工", "/cases/")
    assert "/acts/assign/" not in quick(village, "su_min", "派工", f"/cases/{case.number}/")  # of the other site: not in sight


def test_the_box_goes_where_enter_says(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("制度")
    expect(page.locator("#jump-1")).to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url("**/regulations/**")


def test_the_number_of_a_case_opens_it(village: Village, sit: Callable[..., Page]) -> None:
    case = Case.objects.filter(procedure="repair", unit__name="云栖花园").order_by("pk")[0]
    page = sit("chen_jie")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type(case.number)
    expect(page.locator("#search-found [role=option][aria-selected=true]")).to_contain_text(case.number)
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(rf"/cases/({case.number}|{case.pk})/"))


def test_dark_is_kept_for_the_person_and_follows_the_device_until_chosen(village: Village, sit: Callable[..., Page]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = sit("sun_lei", color_scheme="dark")
    dark.goto("/")
    by_device = dark.evaluate(ground)
    light = sit("sun_lei")
    light.goto("/")
    assert light.evaluate(ground) != by_device

    light.locator(".rail .person summary").click()
    light.locator(".rail button[name=theme][value=dark]").click()
    light.wait_for_load_state("load")

    assert light.evaluate(ground) == by_device
    assert Staff.objects.get(username="sun_lei").theme == "dark"
    light.locator(".rail .person summary").click()
    light.locator(".rail button[name=theme][value='']").click()
    expect(light.locator("html")).not_to_have_attribute("data-theme", re.compile("."))


def test_an_appearance_that_is_not_there_is_refused(village: Village) -> None:
    assert village.client(village.cast.sun_lei).post("/theme/", {"theme": "pink"}).status_code == 422


def test_on_paper_a_regulation_is_whole_and_has_no_buttons(village: Village, sit: Callable[..., Page]) -> None:
    page = sit("lin_yue")
    page.goto("/regulations/property/repair/")
    page.emulate_media(media="print")

    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator("[data-prints]")).to_be_hidden()
    assert page.locator(".clause").count() == page.locator(".clause:visible").count() > 20
