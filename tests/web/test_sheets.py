"""Lists as XLSX: what is written is read back as it was, whatever it holds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from shouwen.web.sheets import LONGEST_NAME, xlsx

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of(workbook: bytes) -> list[list[str]]:
    """Read the one sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        assert book.testzip() is None
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  we wrote it just now
    return [["".join(t.text or "" for t in cell.iter(f"{MAIN}t")) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def test_rows_are_read_back_as_they_were_written() -> None:
    parts = [[["房号", "业主"]], [["云栖1-101", "王**"], ["<&>\"'", " 前后有空格 "]], [], [["=1+1", "两\n行"]]]

    assert rows_of(b"".join(xlsx("房屋", parts))) == [row for part in parts for row in part]


def test_what_xml_cannot_hold_is_left_out_and_the_sheet_has_a_lawful_name() -> None:
    workbook = b"".join(xlsx("a/b:c*[d]" + "长" * 60, [[["甲\x00乙\x0b丙"]]]))

    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        [sheet] = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")  # noqa: S314  we wrote it just now
    assert rows_of(workbook) == [["甲乙丙"]]
    assert len(sheet.attrib["name"]) <= LONGEST_NAME
    assert not set("/:*[]") & set(sheet.attrib["name"])


def test_it_is_sent_while_it_grows() -> None:
    asked = []

    def parts() -> Iterator[list[list[str]]]:
        for n in range(3):
            asked.append(n)
            yield [[f"{n}"] * 2000]

    stream = xlsx("长表", parts())
    next(stream)
    assert asked == []
    next(stream)
    assert asked == [0]
