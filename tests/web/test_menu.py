"""The menu follows what somebody may see, what is empty for want of a right says so, and people land where their work is, in their language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.base.access import NOBODY, Reader
from shouwen.staff import changes
from shouwen.web import menu
from tests.web.village import Village
from tests.world import PASSWORD

OF_MATTERS = {"intake:page", "dispatch:page", "callbacks:page", "cases:list", "customers:list", "registers:home", "reports:page"}


def _offered(reader: Reader, *, goes_out: bool = False) -> set[str]:
    return {place.to for place in menu.places(reader, goes_out=goes_out)}


def _page(village: Village, who: str, address: str) -> str:
    return village.client(getattr(village.cast, who)).get(address).content.decode()


def test_who_reads_matters_is_offered_them_and_who_does_not_is_not() -> None:
    everything = Reader(staff=1, units=None)
    only_administers = Reader(staff=1, grants=frozenset({"administer:staff"}), domain=None)

    assert _offered(everything) >= OF_MATTERS
    assert not OF_MATTERS & _offered(only_administers)
    assert {"desk:page", "regulations:list", "notices:list", "management:home", "signing:people"} <= _offered(only_administers)
    assert "signing:audit" not in _offered(only_administers)
    assert "signing:audit" in _offered(Reader(staff=1, grants=frozenset({"audit"})))


def test_whose_day_is_visits_is_offered_them_first_and_no_desk_of_calls() -> None:
    offered = [place.to for place in menu.places(Reader(staff=1, units=frozenset({3})), goes_out=True)]

    assert offered.index("dispatch:visits") < offered.index("cases:list")
    assert not {"dispatch:page", "callbacks:page"} & set(offered)


@pytest.mark.parametrize("who", ["gao_yuan", "an_ning", "han_zheng"])
def test_a_page_leads_administrators_nowhere_they_see_nothing(village: Village, who: str) -> None:
    page = _page(village, who, "/regulations/")

    assert not re.findall(r'class="(?:rail-item|menu-item|btn[^"]*)" href="/(?:intake|cases|customers|dispatch|reports)/"', page)
    assert re.findall(r'class="rail-item" href="/management/"', page)


@pytest.mark.parametrize(
    "address",
    ["/", "/cases/", "/customers/", "/intake/", "/dispatch/", "/callbacks/", "/registers/house/", "/rounds/", "/reports/"],
)
def test_what_is_empty_for_want_of_a_right_says_so(village: Village, address: str) -> None:
    page = _page(village, "gao_yuan", address)

    assert "您的岗位不看客户和事项" in page
    assert "还没有客户" not in page
    assert "都办完了" not in page


def test_who_reads_matters_and_has_none_is_not_told_of_a_right(village: Village) -> None:
    assert "您的岗位不看客户和事项" not in _page(village, "zeng_qin", "/")


def test_the_search_box_names_no_page_that_shows_nothing(village: Village) -> None:
    answer = village.client(village.cast.gao_yuan).post("/search/quick/", {"q": "报表"}).content.decode()

    assert "/reports/" not in answer
    assert "/reports/" in village.client(village.cast.lin_yue).post("/search/quick/", {"q": "报表"}).content.decode()


@pytest.mark.parametrize(
    ("who", "lands"),
    [("han_zheng", "/audit/"), ("gao_yuan", "/management/"), ("chen_jie", "/"), ("zhao_jun", "/")],
)
def test_people_land_where_their_work_is(village: Village, who: str, lands: str) -> None:
    client = village.client(getattr(village.cast, who))
    client.logout()

    answer = client.post("/sign-in/", {"username": who, "password": PASSWORD})

    assert answer["Location"] == lands
    client.logout()
    asked = client.post("/sign-in/", {"username": who, "password": PASSWORD, "next": "/notices/"})
    assert asked["Location"] == "/notices/"


def test_who_heads_a_unit_has_its_figures_on_the_desk(sit: Callable[..., Page]) -> None:
    page = sit("zhao_jun")
    page.goto("/")

    figures = page.locator("#glance")
    expect(figures.locator(".tile")).to_have_count(6)
    expect(figures.get_by_role("link", name="报表")).to_have_attribute("href", re.compile("^/reports/"))
    expect(figures.get_by_role("link", name="团队")).to_have_attribute("href", "/team/")


def test_who_heads_nothing_has_no_figures(village: Village) -> None:
    assert 'id="glance"' not in _page(village, "chen_jie", "/")


def test_nobody_is_offered_nothing() -> None:
    assert not OF_MATTERS & _offered(NOBODY)


def test_the_language_chosen_at_the_door_stays_once_somebody_is_in(village: Village, sit: Callable[..., Page]) -> None:
    person = village.cast.zhou_ting
    page = sit()
    page.goto("/sign-in/?next=/regulations/")
    page.get_by_role("button", name="English").click()
    try:
        page.locator("#username").fill("zhou_ting")
        page.locator("#password").fill(PASSWORD)
        page.locator("[type=submit].btn-primary").click()
        expect(page.locator("h1")).to_have_text("Regulations")
        person.refresh_from_db()
        assert person.language == "en"
    finally:
        changes.choose_language(person, "zh-hans", now=timezone.now())


def test_a_browser_that_was_once_english_leaves_others_their_language(village: Village) -> None:
    client = Client()
    client.cookies["language"] = "en"

    client.post("/sign-in/", {"username": "zhou_ting", "password": PASSWORD})

    assert "制度" in client.get("/regulations/").content.decode()
