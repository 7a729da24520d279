"""On paper: what is printed is the matter itself, without menus and buttons, and no wider than the sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import overflows
from tests.web.places import PLACES
from tests.web.village import Village

SHEET: Final = 688  # CSS pixels: A4 (210 mm) without the margins of 14 mm
PRINTED: Final = (
    "case-late",
    "cases",
    "customer",
    "reports",
    "register",
    "manage-roster-read",
    "book-account",
    "rounds-month",
    "regulation",
    "paper",
    "paper-register",
)
LEFT_OVER: Final = """() => [...document.querySelectorAll(".rail, .top, .bottom, .filters, .pager, .menu, button, .btn, select")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width)
  .map((e) => `${e.tagName.toLowerCase()}.${e.className} ${e.innerText.trim().slice(0, 30)}`)"""

WIDER: Final = """() => [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth)
  .map((e) => `${e.tagName.toLowerCase()}.${e.className}`).slice(0, 12)"""


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_has_no_buttons_and_fits_the_sheet(village: Village, sit: Callable[..., Page], name: str) -> None:
    (place,) = (place for place in PLACES if place.name == name)
    page = sit(place.who)
    page.goto(place.find(village))
    place.come(page)
    expect(page.locator(".waiting-card")).to_have_count(0)
    page.set_viewport_size({"width": SHEET, "height": 1000})
    page.emulate_media(media="print")

    left = page.evaluate(LEFT_OVER)
    assert not left, "; ".join(sorted(set(left)))
    assert overflows(page) <= 0, page.evaluate(WIDER)
    expect(page.locator("h1")).to_be_visible()
