"""The tour of a demo: five stops, by hand or by keyboard, each remembered per person; nowhere but in a demo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from shouwen.web.touring import history, stops
from tests.web.browsing import axe, overflows
from tests.web.village import Village, home_of

START = "/"


@pytest.fixture
def demo(settings: Any, village: Village) -> Iterator[Path]:
    """Makes the home of this village a demo's; nobody beside us works in it."""
    settings.HOME = home_of(village.database)
    mark = settings.HOME / history.MARK
    mark.touch()
    yield mark
    mark.unlink()
    history.path().unlink(missing_ok=True)


def _shown(client: Client, address: str = START) -> str:
    page = client.get(address).content.decode()
    return page[page.index('class="tour') :] if 'class="tour' in page else ""


def test_outside_a_demo_there_is_no_tour(village: Village) -> None:
    client = village.client(village.cast.chen_jie)

    assert _shown(client) == ""
    assert client.post("/tour/", {"to": "1"}).status_code == 404


def test_the_tour_leads_from_stop_to_stop_to_pages_that_are_there(village: Village, demo: Path) -> None:
    client = village.client(village.cast.chen_jie)
    came = START
    for n, stop in enumerate(stops.STOPS):
        said = _shown(client, came)
        assert str(stop.title) in said
        assert str(stop.words)[:12] in said
        if n + 1 < len(stops.STOPS):
            came = client.post("/tour/", {"to": str(n + 1)})["Location"]

    answer = client.post("/tour/", {"to": "", "back": came})

    assert answer["Location"] == came
    assert _shown(client) == ""


def test_on_another_page_a_line_leads_back_and_says_no_more(village: Village, demo: Path) -> None:
    client = village.client(village.cast.li_na)

    said = _shown(client, "/customers/")

    assert str(stops.STOPS[0].title) in said
    assert str(stops.STOPS[0].words)[:12] not in said


def test_who_shares_a_browser_has_a_tour_of_their_own(village: Village, demo: Path) -> None:
    client = village.client(village.cast.chen_jie)
    client.post("/tour/", {"to": ""})
    assert _shown(client) == ""

    client.force_login(village.cast.su_min)

    assert _shown(client) != ""


def test_a_forged_cookie_and_a_foreign_way_back_are_not_followed(village: Village, demo: Path) -> None:
    client = village.client(village.cast.chen_jie)
    client.cookies[stops.cookie_of(village.cast.chen_jie)] = "3"

    assert str(stops.STOPS[0].title) in _shown(client)
    assert client.post("/tour/", {"to": "", "back": "https://example.org/"})["Location"] == "/"


def test_the_desk_says_how_far_the_history_is_until_it_is_whole(village: Village, demo: Path) -> None:
    client = village.client(village.cast.chen_jie)
    history.path().write_text(json.dumps({"weeks": 37, "of": 52}), "utf-8")
    assert "演示历史正在补齐：37 周/52 周" in client.get("/").content.decode()

    history.path().write_text(json.dumps({"weeks": 52, "of": 52}), "utf-8")
    assert "演示历史" not in client.get("/").content.decode()

    history.path().write_text("{", "utf-8")
    assert client.get("/").status_code == 200


def test_the_tour_is_walked_by_keyboard(village: Village, demo: Path, sit: Callable[..., Page]) -> None:
    page = sit("chen_jie")
    page.goto("/")
    expect(page.locator("#tour-title")).to_contain_text("1/5")
    assert axe(page) == []
    assert overflows(page) <= 0
    page.get_by_role("button", name="下一站").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{village.address}/intake/")
    expect(page.locator("#tour-title")).to_contain_text("2/5")

    page.get_by_role("button", name="不再提示").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{village.address}/intake/")
    expect(page.locator(".tour")).to_have_count(0)
