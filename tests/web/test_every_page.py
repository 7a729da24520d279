"""Every page at a desk and on a phone: nothing that axe finds serious, nothing too small to read, nothing wider than the window.

SHOUWEN_SHOTS=DIR keeps a picture of each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.web.browsing import axe, overflows, too_small
from tests.web.places import PLACES, Place
from tests.web.village import Village

SHOTS: Final = os.environ.get("SHOUWEN_SHOTS", "")
PEOPLE: Final = sorted({place.who for place in PLACES})
CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
# What our pages say of themselves. Titles of cases, names of people, units and houses are content, and stay as they were written.
OURS: Final = ".rail-item, .top, .tab, button:not(.found-item, .person-button), label, legend, th, dt, summary, h2, .hint, .fault, .blank, .way"
CONTENT: Final = "[lang=zh-Hans], .visit h2, .candidate, .roster, .customer-card, .tick, .person, option, .found, .suggested, .notice-text, .case-name"

# What is done before looking finds its way by Chinese words.
SAID_IN_CHINESE: Final = frozenset({"desk-acting", "desk-team-of-one", "manage-notice-read"})


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "a-stranger")
def test_pages_can_be_read_and_used(village: Village, sit: Callable[..., Page], who: str, width: int) -> None:
    page = sit(who, width)
    found = {
        place.name: wrong
        for place in PLACES
        if place.who == who and (width > 900 or place.name != "keys")  # a phone has no keyboard
        if (wrong := _faults(page, village, place, width))
    }
    assert not found


def _faults(page: Page, village: Village, place: Place, width: int) -> list[str]:
    page.goto(place.find(village))
    place.come(page)
    page.wait_for_timeout(150)  # what is fetched after the page itself
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{place.name}-{width}.png", full_page=True, caret="initial")
    wrong = [*axe(page), *(f"too small: {text}" for text in too_small(page))]
    if (wide := overflows(page)) > 0:
        wrong.append(f"{wide} pixels wider than the window")
    if page.locator("h1").count() != 1:
        wrong.append(f"{page.locator('h1').count()} h1")
    return wrong


@pytest.mark.parametrize("who", [who for who in PEOPLE if who])
def test_pages_in_english_say_nothing_of_their_own_in_chinese(village: Village, sit: Callable[..., Page], who: str) -> None:
    page = sit(who)
    page.goto("/")
    _switch(page, "English")
    try:
        found = {}
        for place in PLACES:
            if place.who != who or place.name in SAID_IN_CHINESE:
                continue
            page.goto(place.find(village))
            place.come(page)
            page.wait_for_timeout(150)
            if said := _chinese(page):
                found[place.name] = said
        assert not found
    finally:
        page.goto("/")
        _switch(page, "简体中文")


def test_the_door_speaks_english_when_asked(sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/sign-in/")
    page.get_by_role("button", name="English").click()
    assert page.get_by_label("Password").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def _switch(page: Page, language: str) -> None:
    page.locator(".rail .person summary").click()
    page.locator(".rail button[name=language]", has_text=language).click()
    page.wait_for_load_state("load")


def _chinese(page: Page) -> list[str]:
    texts = page.evaluate(
        """([ours, content]) => [...document.querySelectorAll(ours)]
          .filter((e) => e.checkVisibility() && !e.closest(content) && !e.querySelector(content)).map((e) => e.innerText.trim())""",
        [OURS, CONTENT],
    )
    return sorted({text[:60] for text in texts if CHINESE.search(text)})
