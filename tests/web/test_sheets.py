"""Lists as XLSX: what is written is read back as it was, whatever it holds, and a long list needs no more memory than a short one."""

from __future__ import annotations

import errno
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from shouwen.base.reveal import ExportTooLarge
from shouwen.web import sheets
from shouwen.web.sheets import LONGEST_CELL, LONGEST_NAME, Cell, amount, workbook, yuan

FORMULAS: list[Cell] = ["=1+1", "+86 138", "-5", "@SUM(A1)", "{=1}", "=HYPERLINK(\"http://x\")", "http://x.y/", "\t=1", "0571"]  # fmt: skip


def rows_of(content: bytes, sheet: int = 0) -> list[list[Any]]:
    """Read one sheet of a workbook, by a library that did not write it."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def written(title: str, parts: list[list[list[Cell]]], **options: int) -> bytes:
    with workbook(title, parts, **options) as file:
        return file.read()


def test_rows_are_read_back_as_they_were_written() -> None:
    parts: list[list[list[Cell]]] = [
        [["房号", "业主"]],
        [["云栖1-101", "王**"], ["<&>\"'", " 前后有空格 "]],
        [],
        [["a", "两\n行"]],
    ]

    assert rows_of(written("房屋", parts)) == [row for part in parts for row in part]


def test_numbers_are_numbers_days_are_days_and_moments_are_moments() -> None:
    moment = datetime.fromisoformat("2026-03-01T14:05")
    row: list[Cell] = [7, Decimal("89.5"), amount(Decimal("89.5"), "㎡"), amount(10, "%"), yuan(-128_050), date(2026, 3, 1)]

    assert rows_of(written("x", [[["a"] * 7], [[*row, moment]]]))[1] == [
        7.0, 89.5, 89.5, 10.0, -1280.5, date(2026, 3, 1), moment,
    ]  # fmt: skip


def test_nothing_runs_as_a_formula_or_is_a_link() -> None:
    content = written("x", [[FORMULAS], [FORMULAS]])

    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert rows_of(content) == [FORMULAS, FORMULAS]


def test_the_heads_stay_in_sight() -> None:
    with zipfile.ZipFile(io.BytesIO(written("x", [[["房号"], ["1-101"]]]))) as book:
        assert (
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            in book.read("xl/worksheets/sheet1.xml").decode()
        )


def test_what_a_sheet_cannot_hold_is_cut_or_escaped_and_its_name_is_lawful() -> None:
    content = written("a/b:c*[d]'" + "长" * 60, [[["甲\x00乙\x0b丙"], ["字" * (LONGEST_CELL + 5)]]])

    name = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names[0]
    assert rows_of(content) == [["甲\x00乙\x0b丙"], ["字" * LONGEST_CELL]]
    assert len(name) <= LONGEST_NAME
    assert not set("/:*[]'") & set(name)


def test_a_list_longer_than_a_sheet_goes_on_in_another_under_the_same_heads() -> None:
    content = written("长表", [[["号"], ["1"], ["2"], ["3"], ["4"], ["5"]]], longest=3)

    assert [rows_of(content, n) for n in range(3)] == [[["号"], ["1"], ["2"]], [["号"], ["3"], ["4"]], [["号"], ["5"]]]
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names == ["长表", "长表 2", "长表 3"]


def test_ten_times_the_rows_need_no_more_memory() -> None:
    _peak(300)  # what is made once

    few, many = _peak(300), _peak(3000)
    assert many < few + 200_000  # bytes; the rows themselves are above a megabyte


def _peak(n: int) -> int:
    """The most memory that Python held while a list of n rows was written."""
    parts: Iterator[list[list[Cell]]] = (
        [[f"{part}-{row} {'字' * 40}" for _ in range(10)] for row in range(50)] for part in range(n // 50)
    )
    tracemalloc.start()
    try:
        workbook("长表", parts).close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_words: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(sheets, "_write", full)

    with pytest.raises(ExportTooLarge):
        workbook("x", [])


def test_what_goes_wrong_while_rows_are_read_is_not_hidden_behind_a_broken_file() -> None:
    def broken() -> Iterator[list[list[Cell]]]:
        yield [["号"]]
        raise LookupError

    with pytest.raises(LookupError):
        workbook("x", broken())
