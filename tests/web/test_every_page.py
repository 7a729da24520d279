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
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.staff import changes
from tests.web.browsing import axe, axe_in_the_dark, clipped, glued, overflows, too_small, unexplained
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
    wrong += _room(page)
    wrong += [f"says not why: {text}" for text in unexplained(page)]
    wrong += axe_in_the_dark(page)
    if page.locator("h1").count() != 1:
        wrong.append(f"{page.locator('h1').count()} h1")
    return wrong


def _room(page: Page) -> list[str]:
    """What does not fit: the page into its window, a button into what it stands in, a word beside its neighbour."""
    wide = overflows(page)
    too_wide = [f"{wide} pixels wider than the window"] if wide > 0 else []
    return [*too_wide, *(f"clipped: {text}" for text in clipped(page)), *(f"no gap: {text}" for text in glued(page))]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("who", [who for who in PEOPLE if who])
def test_pages_in_english_say_nothing_of_their_own_in_chinese_and_fit(
    village: Village, sit: Callable[..., Page], who: str, width: int
) -> None:
    page = sit(who, width)
    _speak(village, who, "en")
    try:
        found = {
            place.name: wrong
            for place in PLACES
            if place.who == who and place.name not in SAID_IN_CHINESE and (width > 900 or place.name != "keys")
            if (wrong := _faults_in_english(page, village, place, width))
        }
        assert not found
    finally:
        _speak(village, who, "zh-hans")


def _faults_in_english(page: Page, village: Village, place: Place, width: int) -> list[str]:
    page.goto(place.find(village))
    place.come(page)
    page.wait_for_timeout(150)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{place.name}-{width}-en.png", full_page=True, caret="initial")
    return [*_chinese(page), *_room(page)]


def test_the_door_speaks_english_when_asked(sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/sign-in/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def _speak(village: Village, who: str, language: str) -> None:
    changes.choose_language(getattr(village.cast, who), language, now=timezone.now())


def _chinese(page: Page) -> list[str]:
    texts = page.evaluate(
        """([ours, content]) => [...document.querySelectorAll(ours)]
          .filter((e) => e.checkVisibility() && !e.closest(content) && !e.querySelector(content)).map((e) => e.innerText.trim())
          .concat([...document.querySelectorAll(":is([placeholder], [aria-label], [title], [alt]):not(:is(" + content + ") *)")]
            .flatMap((e) => ["placeholder", "aria-label", "title", "alt"].map((name) => e.getAttribute(name) || ""))
            .filter((text) => !/[a-z]/.test(text))) // a name may stand in an English sentence""",
        [OURS, CONTENT],
    )
    return sorted({text[:60] for text in texts if CHINESE.search(text)})
