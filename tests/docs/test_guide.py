"""The guide says what the screen says: every label in 「」 is a text of the pages, the law's own words, or a pack."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = sorted((ROOT / "docs/guide").glob("*.md"))
SPOKEN: Final = ("shouwen/web", "shouwen/policy", "shouwen/cases", "shouwen/staff", "packs/property", "packs/generic")
KINDS: Final = {".html", ".py", ".js", ".yaml"}
LABEL: Final = re.compile(r"「([^」\n]+)」")
HALF: Final = str.maketrans("，；：？！（）", ",;:?!()")  # packs and code are written with half-width signs
HOLE: Final = re.compile(r"\{\{[^}\n]*\}\}|\{(?:[\w.]+(?::%[^}\n]*)?|'、'\.join\([^)\n]*\))\}|%\(\w+\)s|%s|%d")


def plain(text: str) -> str:
    """Return a text without what is filled into it, and with one kind of punctuation."""
    return HOLE.sub("……", text.translate(HALF)).replace("“", "").replace("”", "")


@cache
def spoken() -> str:
    """Return everything that may appear on a page."""
    files = (p for folder in SPOKEN for p in sorted((ROOT / folder).rglob("*")) if p.suffix in KINDS)
    return "\n".join(plain(p.read_text(encoding="utf-8")) for p in files)


def unknown(text: str) -> list[str]:
    """Return the labels of a text that no page shows."""
    return [label for label in LABEL.findall(text) if plain(label) not in spoken()]


def said_page(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("document", GUIDE, ids=said_page)
def test_every_label_of_the_guide_is_on_a_page(document: Path) -> None:
    assert unknown(document.read_text(encoding="utf-8")) == []


def test_a_label_that_is_not_there_is_noticed() -> None:
    assert unknown("点「立项」") == []
    assert unknown("点「没有这个按钮」") == ["没有这个按钮"]
