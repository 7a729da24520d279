"""The pictures of the user's guide, taken by a browser of the pages as they are.

`./run pictures` takes them anew. Here each page is looked at again: what its picture says (headings, columns, fields, places to go) must still
be on the page, so a picture that has become untrue is a failed test. Names, times and counts may differ.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests import databases
from tests.web.places import PLACES
from tests.web.village import Village

GUIDE: Final = databases.ROOT / "docs/guide"
PICTURES: Final = GUIDE / "pictures"
SAID: Final = PICTURES / "said.json"
WRITE: Final = os.environ.get("SHOUWEN_PICTURES") == "write"
LARGEST: Final = 60 * 1024
QUALITY: Final = 55
LASTING: Final = "h1, .rail-item, thead th, main form legend, main form label:not(.tick):not(.way)"
SHOWN: Final = re.compile(r"!\[[^\]]+\]\(pictures/([\w-]+)\.webp\)")
IN_THE_GUIDE: Final = {  # place -> width
    "sign-in": 1200, "desk": 1200, "desk-team": 1200, "intake-callers": 1200, "intake-repair": 1200, "dispatch": 1200, "visits": 390,
    "callbacks-open": 1200, "case-late": 1200, "case-refused": 1200, "case-handed-over": 1200, "customer": 1200, "search-quick": 1200,
    "cases-chosen": 1200, "regulation": 1200, "reports": 1200, "notices": 1200, "manage-roster": 1200, "sign-ins": 1200,
}  # fmt: skip


@pytest.mark.parametrize("name", IN_THE_GUIDE)
def test_a_picture_of_the_guide_still_says_what_the_page_says(village: Village, sit: Callable[..., Page], name: str) -> None:
    place = next(p for p in PLACES if p.name == name)
    page = sit(place.who, IN_THE_GUIDE[name])
    page.goto(place.find(village))
    place.come(page)
    expect(page.locator(".waiting-card")).to_have_count(0)  # what is fetched after the page itself
    page.wait_for_timeout(200)
    said = _said(page)
    if WRITE:
        _take(page, name, said)
    kept = json.loads(SAID.read_text("utf-8"))[name]
    assert kept, "a picture says something"
    assert not set(kept) - set(said), "run ./run pictures and look at what they show"
    assert (PICTURES / f"{name}.webp").stat().st_size <= LARGEST


def test_the_guide_shows_every_picture_and_no_other() -> None:
    shown = [name for page in GUIDE.glob("*.md") for name in SHOWN.findall(page.read_text("utf-8"))]
    assert set(shown) == set(IN_THE_GUIDE) == {path.stem for path in PICTURES.glob("*.webp")}


def _said(page: Page) -> list[str]:
    """The lasting words of a page, without the counts beside them."""
    texts = page.evaluate(
        "(what) => [...document.querySelectorAll(what)].filter((e) => e.checkVisibility()).map((e) => e.innerText)", LASTING
    )
    return sorted({found for text in texts if (found := re.sub(r"[\d\s*]+.*$", "", text.strip(), flags=re.DOTALL))})


def _take(page: Page, name: str, said: list[str]) -> None:
    """What is in the window, as WebP: playwright gives PNG and JPEG only."""
    PICTURES.mkdir(exist_ok=True)
    size = page.viewport_size
    assert size is not None
    clip = {"x": 0, "y": 0, **size, "scale": 1}
    asked = {"format": "webp", "quality": QUALITY, "clip": clip}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))
    known = json.loads(SAID.read_text("utf-8")) if SAID.exists() else {}
    known = {n: words for n, words in {**known, name: said}.items() if n in IN_THE_GUIDE}
    SAID.write_text(json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=1) + "\n", "utf-8")
