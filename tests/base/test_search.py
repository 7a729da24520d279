"""Search: every road to the rows finds the same, in the right order, and nothing the reader may not see."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shouwen.base import search as searching
from shouwen.base.access import NOBODY, Reader
from shouwen.base.search import BadCursor, Hit, Page, forget, search, write_search
from shouwen.base.search_models import SearchRow
from shouwen.base.search_tokens import EVERYBODY, SearchDoc
from tests.world import NOW

pytestmark = pytest.mark.django_db

ALL = Reader(staff=1, units=None, people=frozenset({1}), clearance=3)
Road = Callable[[pytest.MonkeyPatch], None]


def doc(id_: int, **said: object) -> SearchDoc:
    given: dict[str, object] = {"kind": "case", "unit": 7, "sort_at": NOW + timedelta(minutes=id_), "title": f"第{id_}件"}
    return SearchDoc(id=id_, **{**given, **said})  # type: ignore[arg-type]  # keywords of a test's own


def write(*docs: SearchDoc) -> None:
    write_search(docs, now=NOW)


def ids(page: Page) -> list[int]:
    return [hit.id for hit in page.hits]


def every(text: str, reader: Reader = ALL, limit: int = 7) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    cursor = ""
    for _ in range(200):
        page = search(text, reader, limit=limit, cursor=cursor)
        found += ids(page)
        cursor = page.cursor
        if not cursor:
            return found
    raise AssertionError("the pages never end")


# The roads of a large table, walked on a small one.


def complete(patch: pytest.MonkeyPatch) -> None:
    """The table is smaller than the sample."""


def indexed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(searching, "SAMPLE", 2)
    patch.setattr(searching, "COMMON", 10**9)


def common(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(searching, "SAMPLE", 2)
    patch.setattr(searching, "COMMON", -1)


def capped(patch: pytest.MonkeyPatch) -> None:
    indexed(patch)
    patch.setattr(searching, "RANKED", 0)


def sorted_by_time(patch: pytest.MonkeyPatch) -> None:
    capped(patch)
    patch.setattr(searching, "WALKED", 3)


ROADS = pytest.mark.parametrize("road", [complete, indexed, common, capped, sorted_by_time])

WORDS = [
    "漏",
    "水",
    "漏水",
    "水漏",
    "空调",
    "空调漏水",
    "电梯异响",
    "显示故障代码",
    "红绿蓝",
    "犇",
    "漏 梯",
    "空调 电梯",
    "修",
    "厨房空调漏水",
    "漏 水 空 调",
]


def stories() -> list[SearchDoc]:
    """Texts that hold the words, hold them apart, or nearly hold them."""
    rng = random.Random(7)  # noqa: S311  chosen by a seed, not secret
    pieces = ["漏水", "水漏", "空调", "电梯", "异响", "显示", "故障", "代码", "红绿", "绿蓝", "厨房", "修", "，", "5", "ab"]
    made = ["".join(rng.choices(pieces, k=rng.randint(1, 6))) for _ in range(60)]
    return [doc(i, body=text) for i, text in enumerate([*made, "红绿灯和黄绿蓝灯", "红绿蓝", "显示故障代码", "空调漏水严重"], 1)]


def holds(text: str, query: str) -> bool:
    return all(part in text for part in query.split())


@ROADS
@pytest.mark.parametrize("word", WORDS)
def test_every_road_finds_what_holds_the_word_and_nothing_else(road: Road, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = stories()
    write(*written)
    road(monkeypatch)

    found = every(word)

    assert sorted(found) == sorted(d.id for d in written if holds(d.body, word))
    assert len(found) == len(set(found))


@ROADS
def test_newest_come_first(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    write(*(doc(i, body="漏水") for i in (3, 1, 2, 9, 5)))
    road(monkeypatch)

    assert every("漏水", limit=2) == [9, 5, 3, 2, 1]


@ROADS
def test_rows_of_one_moment_are_neither_lost_nor_repeated_between_pages(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    write(*(doc(i, body="漏水", sort_at=NOW, kind=kind) for i in range(1, 10) for kind in ("case", "record", "customer")))
    road(monkeypatch)

    assert sorted(every("漏水", limit=4)) == sorted([*range(1, 10)] * 3)


PEOPLE = [
    doc(1, kind="customer", name="王建国", number="KH20261121-0001", phones=("13800005678",)),
    doc(2, kind="customer", name="单立人", number="KH20261121-0002", phones=("13912340000", "075526001234")),
    doc(3, kind="customer", name="王建", number="KH20261121-0003"),
    doc(4, name="王建国", number="BX20261121-0007", about="厨房空调漏水", body="王建国家里没人，请打13700001111"),
    doc(5, number="BX20261122-0017", about="电梯异响", body="与王建国同楼"),
    doc(6, kind="record", number="5-1-302", codes=("粤B12345",)),
    doc(7, kind="record", number="15-1-1302"),
]


@ROADS
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王建国", {1, 4, 5}), ("王建", {1, 3, 4, 5}), ("王", {1, 3, 4, 5}), ("立人", {2}), ("建国王", set()),
        ("wjg", {1, 4}), ("jianguo", {1, 4}), ("slr", {2}), ("dlr", {2}), ("ktls", {4}), ("cfktls", {4}),
        ("dtyx", {5}), ("ktwx", set()),
        ("5678", {1}), ("13800005678", {1}), ("138 0000 5678", {1}), ("+86 13800005678", {1}), ("0000", {2}), ("26001234", {2}),
        ("8000", set()), ("1111", {4}), ("99999999", set()),
        ("BX20261121-0007", {4}), ("bx202611210007", {4}), ("ＢＸ20261121-0007", {4}), ("BX20261121", {4}), ("BX2026", {4, 5}),
        ("20261122", {5}), ("0017", {5}), ("1121-0007", {4}), ("BX20261121-00", {4}), ("KH20261121-0002", {2}),
        ("BX20261121-0008", set()),
        ("5-1-302", {6}), ("5-1", {6}), ("302", {6, 7}), ("1-302", {6}), ("1302", {7}), ("粤B12345", {6}), ("粤B", {6}),
        ("12345", {6}),
        ("粤b1", {6}), ("空调 王", {4}), ("空调 5678", set()), ("电梯 王建国", {5}),
    ],
)  # fmt: skip
def test_names_pinyin_phones_and_numbers(road: Road, typed: str, found: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    write(*PEOPLE)
    road(monkeypatch)

    assert set(every(typed)) == found


def test_an_exact_number_stands_before_exact_names_before_names_before_texts() -> None:
    write(
        doc(9, body="找王建国"), doc(1, name="王建国"), doc(2, name="王建国栋"), doc(3, name="小王建国"),
        doc(4, number="W-1", body="王建国"),
        doc(5, name="王建国", kind="customer"),
    )  # fmt: skip

    assert ids(search("王建国", ALL)) == [5, 1, 2, 3, 9, 4]


def test_the_exact_number_is_first_although_newer_ones_begin_with_it() -> None:
    write(doc(1, number="A1"), doc(2, number="A12"), doc(3, number="A123"), doc(4, body="A1"))

    assert ids(search("A1", ALL)) == [1, 3, 2, 4]


@pytest.mark.parametrize("road", [common, capped, sorted_by_time])
@pytest.mark.parametrize("limit", [1, 2, 3, 20])
def test_exact_names_are_first_among_very_many_hits(road: Road, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write(doc(1, name="王伟"), doc(2, name="王伟"), *(doc(i, body="王伟来过") for i in range(3, 9)))
    road(monkeypatch)

    found = every("王伟", limit=limit)

    assert found == ([2, 1, 8, 7, 6, 5, 4, 3] if limit > 1 else [2, 8, 7, 6, 5, 4, 3, 1])  # at most a page of them goes before


def test_the_beginning_of_very_many_numbers_lists_the_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    write(*(doc(i, number=f"BX2025{1 + i % 12:02d}01-{i:04d}") for i in range(1, 30)), doc(40, number="BX20260101-0001"))
    monkeypatch.setattr(searching, "RANKED", 5)

    found = every("BX2025", limit=4)

    numbers = [f"{1 + i % 12:02d}-{i:04d}" for i in found]
    assert numbers == sorted(numbers, reverse=True)
    assert sorted(found) == list(range(1, 30))


def test_a_common_word_is_answered_without_the_index_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    write(*(doc(i, body="漏水") for i in range(1, 30)))
    common(monkeypatch)

    with CaptureQueriesContext(connection) as asked:
        page = search("漏", ALL, limit=5)

    assert ids(page) == [29, 28, 27, 26, 25]
    assert page.many
    assert not any("enable_seqscan" in q["sql"] for q in asked.captured_queries)


def test_the_planner_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    write(*stories())
    sorted_by_time(monkeypatch)
    with transaction.atomic():
        search("漏水", ALL)

        with connection.cursor() as cursor:
            cursor.execute("select current_setting('enable_seqscan'), current_setting('enable_indexscan')")
            assert cursor.fetchone() == ("on", "on")


# Who sees what


def seen(reader: Reader, kinds: Iterable[str] | None = None) -> set[int]:
    page = search("漏水", reader, None if kinds is None else set(kinds))
    return set(ids(page))


@ROADS
def test_only_what_the_reader_may_see_is_found(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        doc(1, body="漏水", unit=7), doc(2, body="漏水", unit=8), doc(3, body="漏水", unit=8, people=(50,)),
        doc(4, body="漏水", unit=7, level=2), doc(5, body="漏水", unit=EVERYBODY), doc(6, body="漏水", unit=9, kind="customer"),
    )  # fmt: skip
    road(monkeypatch)

    assert seen(Reader(staff=50, units=frozenset({7}), people=frozenset({50}))) == {1, 3, 5}
    assert seen(Reader(staff=51, units=frozenset({7, 8}), people=frozenset({51}), clearance=2)) == {1, 2, 3, 4, 5}
    assert seen(Reader(staff=52, units=frozenset(), people=frozenset({52}))) == {5}
    assert seen(Reader(staff=53, units=None, people=frozenset({53}))) == {1, 2, 3, 5, 6}
    assert seen(ALL, {"customer"}) == {6}
    assert seen(ALL, {"customer", "case"}) == {1, 2, 3, 4, 5, 6}
    assert seen(ALL, set()) == set()
    assert seen(NOBODY) == set()


def test_a_number_of_another_unit_is_not_found_even_when_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    write(doc(1, number="BX20261121-0007", unit=8))
    common(monkeypatch)

    assert ids(search("BX20261121-0007", Reader(staff=5, units=frozenset({7}), people=frozenset({5})))) == []


def test_a_hit_has_no_place_for_what_is_not_shown() -> None:
    write(doc(1, kind="customer", name="王建国", phones=("13800005678",), title="王** KH1", preview="138****5678"))

    (hit,) = search("5678", ALL).hits

    assert hit == Hit("customer", 1, 7, "王** KH1", "138****5678", NOW + timedelta(minutes=1))
    assert "建国" not in repr(hit)


# What people type


@ROADS
@pytest.mark.parametrize(
    "typed",
    ["%", "_", "漏%", "%漏水%", "' or 1=1 --", "漏' | '水", "漏:*", "!漏水", "漏 & | 水", "(", "<->",
     "\\", "'\\''", "$1", "%s", "{}", "=7", "#5"],
)  # fmt: skip
def test_signs_mean_nothing(road: Road, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(doc(1, body="绿化草坪", number="X9"))
    road(monkeypatch)

    assert ids(search(typed, ALL)) == []


@pytest.mark.parametrize("typed", ["", "   ", "😀", "😀😀", "。，", "\x00", "\ud800", "\n\t"])
def test_nothing_to_look_for_finds_nothing(typed: str) -> None:
    write(doc(1, body="漏水😀"))

    assert search(typed, ALL) == Page(())


def test_emoji_beside_words_do_not_disturb() -> None:
    write(doc(1, body="漏水😀了"))

    assert ids(search("漏水😀", ALL)) == [1]


def test_four_hundred_characters_are_searched_by_their_beginning() -> None:
    story = "".join(random.Random(3).choices("厨房空调漏水电梯异响显示故障代码", k=400))  # noqa: S311  chosen by a seed, not secret
    write(doc(1, body=story), doc(2, body=story[:50]))

    assert ids(search(story, ALL)) == [1]
    assert ids(search("漏" * 400, ALL)) == []


def test_rare_characters_beyond_the_first_plane_are_found() -> None:
    write(doc(1, name="𠮷野"), doc(2, name="吉野"), doc(3, name="〇一"))

    assert ids(search("𠮷", ALL)) == [1]
    assert ids(search("𠮷野", ALL)) == [1]
    assert ids(search("〇", ALL)) == [3]


def test_a_text_longer_than_we_keep_is_found_by_what_is_kept() -> None:
    write(doc(1, body="水" * 5000 + "漏"), doc(2, name="长" * 500, title="长" * 500, preview="长" * 900, number="N" * 200))

    assert ids(search("水水", ALL)) == [1]
    assert ids(search("漏", ALL)) == []
    assert ids(search("长长", ALL)) == [2]


@pytest.mark.parametrize(
    "inside",
    [
        "", "{}", "[]", '["newest"]', '["x",0,"2026-01-01T00:00:00Z","case",1]', '["newest",0,"2026-01-01T00:00:00","case",1]',
        '["newest",0,"2026-01-01T00:00:00Z","a\\u0000",1]', '["newest",0,"2026-01-01T00:00:00Z","case",99999999999999999999]',
    ],
)  # fmt: skip
def test_a_made_up_cursor_is_refused(inside: str) -> None:
    for cursor in (base64.urlsafe_b64encode(inside.encode()).decode() or "x", inside or "é"):
        with pytest.raises(BadCursor):
            search("漏水", ALL, cursor=cursor)


@pytest.mark.parametrize("limit", [-1, 0, 1, 10**6])
def test_the_size_of_a_page_is_bounded(limit: int) -> None:
    write(*(doc(i, body="漏水") for i in range(1, 120)))

    assert len(search("漏水", ALL, limit=limit).hits) == max(1, min(limit, 100))


# Writing


def test_a_changed_row_is_replaced_and_an_unchanged_one_left_alone() -> None:
    write(doc(1, body="漏水"))
    later = NOW + timedelta(hours=1)

    write_search([doc(1, body="漏水")], now=later)
    assert SearchRow.objects.get().updated_at == NOW

    write_search([doc(1, body="停电")], now=later)
    assert SearchRow.objects.get().updated_at == later
    assert ids(search("漏水", ALL)) == []
    assert ids(search("停电", ALL)) == [1]


def test_of_several_documents_of_one_thing_the_last_is_kept() -> None:
    write(doc(1, body="漏水"), doc(1, body="停电"))

    assert ids(search("停电", ALL)) == [1]
    assert SearchRow.objects.count() == 1


def test_what_is_forgotten_is_not_found() -> None:
    write(doc(1, body="漏水"), doc(1, body="漏水", kind="customer"), doc(2, body="漏水"))

    forget("case", [1])

    assert sorted((h.kind, h.id) for h in search("漏水", ALL).hits) == [("case", 2), ("customer", 1)]


def test_writing_nothing_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        write_search([], now=NOW)

    assert len(asked) == 0


def test_a_kind_without_a_part_of_its_own_is_kept_too() -> None:
    write(doc(1, body="漏水", kind="entry"))

    assert ids(search("漏水", ALL, {"entry"})) == [1]
