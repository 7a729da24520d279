"""Reading the first sheet of an XLSX workbook as people keep lists in it: a title above the heads, merged cells, blank rows.

calamine reads it. Before it may, the file is measured: it keeps a sheet as a full rectangle, so a single cell far away would take all
memory, and a small file may unpack to a very large one. Numbers become the text somebody sees (101, never 101.0), days ISO texts.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

Value = str | float | int | bool | date | datetime | time | timedelta
ZIPPED: Final = b"PK\x03\x04"
COMPOUND: Final = b"\xd0\xcf\x11\xe0"  # a workbook of before 2007, or one with a password ([MS-CFB] 2.2)
ENCRYPTED: Final = 1  # flag of a member (APPNOTE 4.4.4)
EXACT: Final = 10**15  # spreadsheets keep fifteen digits of a number
TITLES: Final = 5  # rows above the heads that may hold one text each
_PLACE: Final = re.compile(  # an empty cell, which takes no room; the beginning of another; where it is, or which row
    rb"""<(?:\w+:)?c(?:\s[^<>]*)?/>|(<(?:\w+:)?c\b)|\br\s*=\s*["']([A-Za-z]{0,4})(\d{1,10})["']"""
)
_PART: Final = 64 * 1024 * 1024  # bytes looked through at a time: a place split between two parts is seen in its neighbours


class BadWorkbook(ValueError):
    """A file that is no workbook we read. `zh` and `en` say what to do; nothing of it is quoted."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class BadCell(BadWorkbook):
    """A cell whose value the spreadsheet itself has spoiled."""

    def at(self, line: int, head: str) -> tuple[str, str]:
        """Return where it is and what is wrong with it, in both languages."""
        return f"第 {line} 行“{head}”：{self.zh}", f"row {line}, {head}: {self.en}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a workbook may be: unpacked, in bytes; the rectangle that holds its cells, in cells."""

    unpacked: int
    cells: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: its number as the spreadsheet shows it, and a value for each head."""

    number: int
    cells: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet in sight that holds anything. `others`: how many more do."""

    name: str
    heads: Sequence[str]
    lines: Sequence[Line]
    others: int


def is_workbook(content: bytes) -> bool:
    """Whether a file wants to be read as a workbook, by how it begins."""
    return content.startswith((ZIPPED, COMPOUND))


def read_sheet(content: bytes, bounds: Bounds) -> Sheet:
    """Read the list that a workbook holds. Raises BadWorkbook."""
    if content.startswith(COMPOUND):
        raise BadWorkbook(
            "这个文件加了密码，或是旧格式（.xls）。请去掉密码，另存为 .xlsx 再试。",
            "This file has a password, or is of the old format (.xls). Take the password off and save it as .xlsx.",
        )
    _demand_bounded(content, bounds)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            seen = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
            filled = [sheet for sheet in map(book.get_sheet_by_name, seen) if sheet.height]
            if not filled:
                raise _empty()
            heads, lines = _list(filled[0])
            return Sheet(filled[0].name, heads, lines, len(filled) - 1)
    except CalamineError:
        raise _broken() from None


def text_of(value: Value, moments: str = "") -> str:
    """Return a value as somebody would type it; `moments`: how days and moments are written (strftime). Raises BadCell."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if moments:
        return value.strftime(moments)
    return value.isoformat(" ", "seconds" if value.second else "minutes") if isinstance(value, datetime) else value.isoformat()


def share_of(value: Value) -> str:
    """Return a percentage as text. A share that a spreadsheet shows as 70% is kept as 0.7, and it does not say so. Raises BadCell."""
    if isinstance(value, float) and 0 < abs(value) < 1:
        raise BadCell("是百分比格式，请改为数字，如 70", "is formatted as a share; write it as a number, like 70")
    return text_of(value)


def _number(value: float) -> str:
    if not abs(value) < EXACT:  # neither is what is no number at all
        raise BadCell(
            "数字超过15位，表格软件没有保住末几位；请把这一列设为文本，重新填写",
            "a number of more than 15 digits, whose last ones the spreadsheet has not kept; make the column text and fill it in again",
        )
    return str(int(value)) if value == int(value) else f"{Decimal(f'{value:.15g}'):f}"


def _empty() -> BadWorkbook:
    return BadWorkbook("工作簿里没有内容。", "There is nothing in this workbook.")


def _broken() -> BadWorkbook:
    return BadWorkbook(
        "这个 Excel 文件打不开，可能已损坏。请重新另存为 .xlsx 再试。", "This workbook is broken. Save it as .xlsx once more."
    )


def _too_large() -> BadWorkbook:
    return BadWorkbook(
        "工作簿太大。请只留要导入的那一张表，分成几份。", "The workbook is too large. Keep the one list, in several files."
    )


# ---- measuring -----------------------------------------------------------------------------------------------------------


def _demand_bounded(content: bytes, bounds: Bounds) -> None:
    """Unpack everything once, no further than allowed, and see how far its cells reach."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _measure(packed, bounds)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, RuntimeError):
        raise _broken() from None


def _measure(packed: zipfile.ZipFile, bounds: Bounds) -> None:
    left, reach = bounds.unpacked, _Reach()
    for member in packed.infolist():
        if member.flag_bits & ENCRYPTED:
            raise BadWorkbook("这个文件加了密码。请去掉密码再试。", "This file has a password. Take it off.")
        for part in _parts(packed, member, left):
            left -= len(part)
            if left < 0 or reach.over(part) > bounds.cells:
                raise _too_large()


@dataclass(slots=True)
class _Reach:
    """How far down and across the cells of a workbook reach that hold anything."""

    down: int = 1
    across: int = 1
    row: int = 1

    def over(self, part: bytes) -> int:
        """Look through one part more, and return how many cells the rectangle of all has."""
        for cell, letters, number in _PLACE.findall(part):
            if letters:
                self.down, self.across = max(self.down, int(number)), max(self.across, _column(letters))
            elif number:
                self.row = int(number)
            elif cell:
                self.down = max(self.down, self.row)
        return self.down * self.across


def _parts(packed: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Yield what a member really unpacks to, whatever size it says it has, until there is more than `most`."""
    member.file_size, member.CRC = most + 1, None  # type: ignore[assignment]  # without one nothing is compared; calamine does
    with packed.open(member) as file:
        while part := file.read(_PART):
            yield part


def _column(letters: bytes) -> int:
    """The number of a column: A is 1."""
    n = 0
    for letter in letters.upper():
        n = n * 26 + letter - 64
    return n


# ---- the list ------------------------------------------------------------------------------------------------------------


def _list(sheet: CalamineSheet) -> tuple[list[str], list[Line]]:
    """The heads and the rows below them. Raises BadWorkbook when there are no heads."""
    rows: list[list[Value]] = sheet.to_python(skip_empty_area=False)
    if not any(value != "" for row in rows for value in row):
        raise _empty()
    at = _head(rows)
    _fill(rows, sheet, at + 1)
    heads = [" ".join(_head_text(value).split()) for value in rows[at]]
    kept = [n for n, head in enumerate(heads) if head or any(row[n] != "" for row in rows[at + 1 :])]
    lines = [Line(n, [row[c] for c in kept]) for n, row in enumerate(rows[at + 1 :], at + 2) if any(v != "" for v in row)]
    return [heads[c] for c in kept], lines


def _head(rows: Sequence[Sequence[Value]]) -> int:
    """Which row holds the heads: the first that is filled, but for titles: rows of one text above rows of several."""
    filled = [(n, sum(v != "" for v in row)) for n, row in enumerate(rows) if any(v != "" for v in row)]
    wide = max((many for _, many in filled), default=0)
    for n, many in filled[: TITLES + 1]:
        if many > 1 or wide == 1:
            return n
    return filled[0][0]


def _head_text(value: Value) -> str:
    try:
        return text_of(value)
    except BadCell:
        return ""


def _fill(rows: list[list[Value]], sheet: CalamineSheet, begin: int) -> None:
    """Write what cells merged downwards say into each of their rows. Cells merged across belong to their first column."""
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if top < begin or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
