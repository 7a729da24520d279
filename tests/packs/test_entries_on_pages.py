"""What the pages of regulations say an entry is carried by is what `shouwen law coverage` counts, for every entry of every pack."""

from __future__ import annotations

from functools import lru_cache

import pytest
from django.utils import translation

from shouwen.ops import shelf
from shouwen.policy.coverage import Entry, citing, cover
from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources, read_sources
from shouwen.web.regulations.entries import Carried, entries

CARRIED = 375  # as many as the catalogues of our packs have


@lru_cache(maxsize=1)
def everything() -> tuple[Sources, Law]:
    """All packs we ship, as one law."""
    folders = sorted(p for p in shelf.SHELF.iterdir() if (p / "pack.yaml").exists())
    sources = read_sources(folders)
    return sources, load(sources)


@lru_cache(maxsize=2)
def shown(lang: str) -> dict[str, dict[str, Carried]]:
    """The entries of each page."""
    law = everything()[1]
    with translation.override(lang):
        return {name: {e.entry: e for e in entries(law, r, lang)} for name, r in law.regulations.items()}


def test_every_entry_coverage_counts_stands_on_a_page_with_the_same_grade() -> None:
    sources, law = everything()
    found = list(citing(sources, law))
    catalogue = {c.entry: Entry(c.entry, "", "", "") for c in found}
    counted = {c.entry.id: c.grade for c in cover(catalogue, found, {}, [])}

    pages: dict[str, set[str]] = {}
    for page in shown("zh-hans").values():
        for entry, one in page.items():
            pages.setdefault(entry, set()).add(one.grade)

    assert len(counted) == CARRIED
    assert pages == {entry: {grade} for entry, grade in counted.items()}


def test_a_page_names_every_node_of_its_regulation_that_coverage_counts() -> None:
    sources, law = everything()
    for c in citing(sources, law):
        name = c.name.partition("#")[0].partition(":")[0]
        if name in law.regulations:
            assert c.entry in shown("zh-hans")[name], f"{c.name} cites {c.entry}"


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_what_carries_an_entry_is_said_in_words_and_not_by_the_keys_of_a_file(lang: str) -> None:
    said = [place.text for page in shown(lang).values() for one in page.values() for place in one.places]

    assert all(said)
    assert not [text for text in said if any(key in text for key in ("procedures.", "fields.", "measures.", ".yaml"))]
