"""Every page at a desk and on a phone: nothing that axe finds serious, nothing too small to read, nothing wider than the window.

SHOUWEN_SHOTS=DIR keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shouwen.staff import changes
from tests.web.browsing import axe, axe_in_the_dark, clipped, glued, overflows, overlapping, too_small, unexplained
from tests.web.other_tongue import of_its_own
from tests.web.places import PLACES, Place
from tests.web.village import Village

SHOTS: Final = os.environ.get("SHOUWEN_SHOTS", "")
# Pages that are worked in all day: read at twice the size too, and in a window of 320 pixels (WCAG 1.4.4, 1.4.10).
MAIN: Final = frozenset(
    {
        "desk",
        "desk-team",
        "dispatch",
        "visits",
        "callbacks",
        "intake-repair",
        "cases",
        "case-late",
        "customer",
        "reports",
        "regulation",
    }
)
PEOPLE: Final = sorted({place.who for place in PLACES})


TWICE: Final = """() => {
  const sizes = [...document.body.querySelectorAll("*")].map((e) => [e, parseFloat(getComputedStyle(e).fontSize)]);
  for (const [element, size] of sizes) element.dataset.size = 2 * size;
  const sheet = new CSSStyleSheet(); // our own pages allow no style attributes
  sheet.replaceSync([...new Set(sizes.map(([, size]) => 2 * size))].map((size) => `[data-size="${size}"] { font-size: ${size}px !important }`).join(""));
  document.adoptedStyleSheets.push(sheet);
}"""


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
    wrong += axe_in_the_dark(page, Path(SHOTS) / f"{place.name}-{width}-dark.png" if SHOTS else None)
    if page.locator("h1").count() != 1:
        wrong.append(f"{page.locator('h1').count()} h1")
    if place.name in MAIN:
        wrong += _enlarged(page, f"{place.name}-{width}")
    return wrong


def _enlarged(page: Page, name: str) -> list[str]:
    """What does not fit when somebody enlarges a page: to four times what it is at a desk, which leaves it 320 pixels; its text to twice."""
    whole = page.viewport_size
    assert whole is not None
    wide = whole["width"] > 900
    if wide:
        page.evaluate(TWICE)
    else:
        page.set_viewport_size({"width": 320, "height": 640})
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-enlarged.png", full_page=True, caret="initial")
    found = [*_room(page), *(f"one over the other: {text}" for text in overlapping(page))]
    page.set_viewport_size(whole)
    return [f"enlarged: {text}" for text in found]


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
            if place.who == who and (width > 900 or place.name != "keys")
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
    return [*(of_its_own(page) if width > 900 else ()), *_room(page)]  # a phone says the same


def test_the_door_speaks_english_when_asked(sit: Callable[..., Page]) -> None:
    page = sit()
    page.goto("/sign-in/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def _speak(village: Village, who: str, language: str) -> None:
    changes.choose_language(getattr(village.cast, who), language, now=timezone.now())
