"""What is found when nothing holds the whole of what was typed: whatever holds some of its pairs, those with most first."""

from __future__ import annotations

import pytest

from shouwen.base import search as searching
from shouwen.base.access import Reader
from shouwen.base.search import search
from tests.base.test_search import ALL, ROADS, Road, doc, ids, write

pytestmark = pytest.mark.django_db


def test_words_apart_are_found_when_nothing_holds_the_whole() -> None:
    write(doc(1, body="厨房水槽下面的管子漏水"), doc(2, body="厨房的灯不亮"), doc(3, body="电梯异响"))

    assert ids(search("厨房水管", ALL)) == []
    assert [h.id for h in searching.alike("厨房水管", ALL).hits] == [1, 2]  # 1 holds more of its characters
    assert [h.id for h in searching.alike("漏水的水槽", ALL).hits] == [1]


@ROADS
def test_what_is_alike_is_found_on_every_road_with_most_pairs_first(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    write(*[doc(i, body="阳台玻璃") for i in range(1, 6)], doc(6, body="阳台的窗户玻璃有裂纹"), doc(7, body="楼道灯"))
    road(monkeypatch)
    monkeypatch.setattr(searching, "RANKED", 100)
    monkeypatch.setattr(searching, "WALKED", 100)

    hits = [h.id for h in searching.alike("阳台窗户裂纹", ALL).hits]

    assert hits[0] == 6
    assert set(hits) == {1, 2, 3, 4, 5, 6}


def test_names_and_numbers_are_found_whole_or_not_at_all() -> None:
    write(doc(1, name="王建国", body="空调漏水"))

    assert searching.alike("李建国", ALL).hits == ()
    assert searching.alike("bx20261121-0007", ALL).hits == ()
    assert searching.alike("空调漏水 9-9-909", ALL).hits == ()


def test_what_is_alike_is_found_only_by_who_may_see_it() -> None:
    write(doc(1, unit=1, body="厨房水槽下面的管子"))

    assert searching.alike("厨房水管", Reader(staff=5, units=frozenset({2}), people=frozenset({5}))).hits == ()
    assert [h.id for h in searching.alike("厨房水管", Reader(staff=5, units=frozenset({1}), people=frozenset({5}))).hits] == [1]
