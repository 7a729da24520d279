"""Workbooks as people make them are read as they mean them; what is broken, locked or too large is said in a sentence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from xlsxwriter import Workbook

from shouwen.base.workbooks import COMPOUND, BadCell, BadWorkbook, Bounds, is_workbook, read_sheet, text_of

BOUNDS = Bounds(4_000_000, 100_000)
FAR = '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>'


def book(fill: Callable[[Any], None]) -> bytes:
    """A workbook that somebody fills, by a library that is not what reads it."""
    file = io.BytesIO()
    with Workbook(file) as made:
        fill(made)
    return file.getvalue()


def sheet(*rows: list[Any]) -> bytes:
    def fill(made: Any) -> None:
        page = made.add_worksheet()
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)

    return book(fill)


def texts(content: bytes) -> list[list[str]]:
    found = read_sheet(content, BOUNDS)
    return [list(found.heads), *([text_of(v) for v in line.cells] for line in found.lines)]


def changed(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same workbook with its members changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def with_cells(xml: str, row: str = '<row r="1048576">') -> bytes:
    """A workbook to whose end somebody has written more cells by hand."""
    return changed(
        sheet(["房号"], [101]),
        lambda name, old: old.replace(b"</sheetData>", f"{row}{xml}</row></sheetData>".encode()) if "sheet1" in name else old,
    )


# ---- values --------------------------------------------------------------------------------------------------------------


def test_house_numbers_and_telephones_stay_as_they_are_seen() -> None:
    content = sheet(["房号", "电话", "面积", "编号"], [101, 13812345678, 89.55, "0101"], [1001, "0571-88886666", 0.1 + 0.2, -3])

    assert texts(content)[1:] == [["101", "13812345678", "89.55", "0101"], ["1001", "0571-88886666", "0.3", "-3"]]


def test_days_moments_and_hours_are_read_in_whatever_form_they_are_shown() -> None:
    def fill(made: Any) -> None:
        page = made.add_worksheet()
        page.write_row(0, 0, ["日期", "时间", "钟点", "时长", "已交"])
        page.write_datetime(1, 0, datetime.fromisoformat("2026-03-01"), made.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
        page.write_datetime(1, 1, datetime.fromisoformat("2026-03-01T14:05"), made.add_format({"num_format": "m/d/yy h:mm"}))
        page.write_datetime(1, 2, time(9, 30), made.add_format({"num_format": "h:mm"}))
        page.write_datetime(1, 3, timedelta(hours=26, minutes=30), made.add_format({"num_format": "[h]:mm"}))
        page.write_boolean(1, 4, True)

    assert texts(book(fill))[1] == ["2026-03-01", "2026-03-01 14:05", "09:30", "26:30", "TRUE"]


def test_the_days_of_a_workbook_that_counts_from_1904_are_the_same() -> None:
    file = io.BytesIO()
    with Workbook(file, {"date_1904": True}) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["日期"])
        page.write_datetime(1, 0, datetime.fromisoformat("2026-03-01"), made.add_format({"num_format": "yyyy-mm-dd"}))

    assert texts(file.getvalue())[1] == ["2026-03-01"]


def test_a_unit_behind_a_number_is_no_part_of_it_and_a_formula_counts_as_what_it_came_to() -> None:
    def fill(made: Any) -> None:
        page = made.add_worksheet()
        page.write_row(0, 0, ["面积", "费用", "合计"])
        page.write_number(1, 0, 89.5, made.add_format({"num_format": 'General"㎡"'}))
        page.write_number(1, 1, 1280, made.add_format({"num_format": '"¥"#,##0.00'}))
        page.write_formula(1, 2, "=A2*2", None, 179)

    assert texts(book(fill))[1] == ["89.5", "1280", "179"]


def test_a_number_whose_last_digits_are_lost_is_not_taken_for_what_was_typed() -> None:
    line = read_sheet(sheet(["证件号"], [330106199001011234]), BOUNDS).lines[0]

    with pytest.raises(BadCell, match="15"):
        text_of(line.cells[0])


# ---- shapes --------------------------------------------------------------------------------------------------------------


def test_a_title_above_the_heads_is_passed_over_and_lines_keep_their_numbers() -> None:
    def fill(made: Any) -> None:
        page = made.add_worksheet()
        page.merge_range(0, 0, 0, 2, "房屋清单")
        page.write(1, 0, "2026年3月")
        page.write_row(3, 0, ["房号", " 业 主\n姓名 ", "面积"])
        page.write_row(6, 0, ["1-101", "王建国", 89])

    found = read_sheet(book(fill), BOUNDS)
    assert found.heads == ["房号", "业 主 姓名", "面积"]
    assert [(line.number, list(line.cells)) for line in found.lines] == [(7, ["1-101", "王建国", 89.0])]


def test_what_is_merged_downwards_holds_for_each_of_its_rows() -> None:
    def fill(made: Any) -> None:
        page = made.add_worksheet()
        page.write_row(0, 0, ["楼栋", "房号"])
        page.merge_range(1, 0, 3, 0, "1幢")
        page.write_column(1, 1, [101, 102, 103])

    assert texts(book(fill))[1:] == [["1幢", "101"], ["1幢", "102"], ["1幢", "103"]]


def test_a_list_of_one_column_has_its_head_in_the_first_row() -> None:
    assert texts(sheet(["房号"], [101], [], [102])) == [["房号"], ["101"], ["102"]]


def test_hidden_and_empty_sheets_are_passed_over_and_further_ones_are_counted() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("空")
        hidden = made.add_worksheet("隐藏")
        hidden.write(0, 0, "房号")
        hidden.hide()
        made.add_worksheet("清单").write_column(0, 0, ["房号", 101])
        made.add_worksheet("说明").write(0, 0, "怎样填写")

    found = read_sheet(book(fill), BOUNDS)
    assert (found.name, found.others) == ("清单", 1)


def test_cells_that_are_only_formatted_take_no_room() -> None:
    content = with_cells('<c r="XFD1048576" s="0"/>')

    assert texts(content) == [["房号"], ["101"]]


# ---- what is no list -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        sheet(["房号"], [101])[:900],
        changed(sheet(["房号"]), lambda name, old: b"<" if name == "xl/workbook.xml" else old),
        b"PK\x03\x04" + b"\x00" * 40,
        changed(sheet(["房号"]), lambda name, old: b"<worksheet" if "sheet1" in name else old),
    ],
)
def test_a_broken_file_is_said_to_be_broken(content: bytes) -> None:
    assert is_workbook(content)
    with pytest.raises(BadWorkbook, match="打不开"):
        read_sheet(content, BOUNDS)


def test_a_password_and_an_old_format_are_said_with_what_to_do() -> None:
    def locked(content: bytes) -> bytes:
        at = content.rindex(b"PK\x01\x02")
        return content[: at + 8] + bytes([content[at + 8] | 1]) + content[at + 9 :]

    assert is_workbook(COMPOUND + b"\xa1\xb1\x1a\xe1")
    for content in (COMPOUND + b"\xa1\xb1\x1a\xe1" + b"\x00" * 600, locked(sheet(["房号"], [101]))):
        with pytest.raises(BadWorkbook, match="密码"):
            read_sheet(content, BOUNDS)


def test_an_empty_workbook_is_said_to_be_empty() -> None:
    for content in (sheet(), sheet(["", ""])):
        with pytest.raises(BadWorkbook, match="没有内容"):
            read_sheet(content, BOUNDS)


@pytest.mark.parametrize(
    "content",
    [
        with_cells(FAR),
        with_cells(FAR.replace('r="XFD1048576"', "r = 'XFD1048576'")),
        with_cells(FAR.replace("<c ", '<c x="/>" ')),
        with_cells("<c><v>1</v></c>" * 2),
        with_cells("<c><v>1</v></c>" * 2, '<row x=">" r="1048576">'),
    ],
)
def test_a_cell_far_away_takes_no_memory(content: bytes) -> None:
    with pytest.raises(BadWorkbook, match="太大"):
        read_sheet(content, BOUNDS)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_also_when_it_lies_about_its_size() -> None:
    content = changed(sheet(["房号"]), lambda name, old: old + b" " * 5_000_000 if "sheet1" in name else old)
    size = (len(zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml"))).to_bytes(4, "little")

    assert len(content) < 50_000
    assert content.count(size) == 2
    for found in (content, content.replace(size, (800).to_bytes(4, "little"))):
        with pytest.raises(BadWorkbook, match="太大"):
            read_sheet(found, BOUNDS)
