"""What the law says of a noun holds in search too, on every road."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shouwen.base.access import Reader
from shouwen.base.search import search
from tests.base.test_search import ROADS, Road, doc, ids, seen, write

pytestmark = pytest.mark.django_db


@ROADS
def test_what_the_law_says_of_a_noun_is_found_or_not_whatever_the_units(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        *(doc(i, body="漏水", unit=8) for i in range(10, 40)),
        doc(1, body="漏水", unit=8, noun="wide"), doc(2, body="漏水", unit=7, noun="closed"), doc(3, body="漏水", unit=7),
        doc(4, body="漏水", unit=7, noun="closed", people=(50,)),
    )  # fmt: skip
    road(monkeypatch)
    me = Reader(staff=50, units=frozenset({7}), people=frozenset({50}))

    assert seen(me) == {2, 3, 4}
    assert seen(replace(me, nouns=(("closed", frozenset()), ("wide", None)))) == {1, 3, 4}
    assert set(ids(search("漏水", me, nouns=["closed"]))) == {2, 4}
