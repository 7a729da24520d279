"""Lists as XLSX, by XlsxWriter: numbers as numbers, days as days, every text as text. Nothing of it runs as a formula.

Rows go to a file as they come, so the memory a list needs does not grow with it; the file is whole before any of it is sent.
"""

from __future__ import annotations

import errno
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from shouwen.base.reveal import ExportTooLarge

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME: Final = 31  # of a sheet
LONGEST_CELL: Final = 32_767
LONGEST_SHEET: Final = 1_048_576  # rows; a longer list goes on in another sheet
WIDTH: Final = 18  # of a column, in digits
DAY: Final = "yyyy-mm-dd"
MOMENT: Final = "yyyy-mm-dd hh:mm"
AS_IT_IS: Final = "General"
_NOT_A_NAME: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_TEXTUAL: Final[dict[str, Any]] = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how a spreadsheet writes it: `form` is a number format of ECMA-376 Part 1, 18.8.31."""

    value: Decimal | int
    form: str = AS_IT_IS


Cell = str | int | Decimal | date | datetime | Number | None  # moments without a zone: spreadsheets know none


def yuan(fen: int) -> Number:
    """Return an amount of money as a cell."""
    return Number(Decimal(fen) / 100, '"¥"#,##0.00')


def amount(value: Decimal | int, unit: str) -> Number:
    """Return a number of something as a cell; its unit stands behind it and is no part of it."""
    quoted = unit.replace('"', "")
    return Number(value, f'{AS_IT_IS}"{quoted}"' if quoted else AS_IT_IS)


def workbook(title: str, parts: Iterable[Sequence[Sequence[Cell]]], *, longest: int = LONGEST_SHEET) -> IO[bytes]:
    """Write a workbook whose rows come by parts; the first row are the heads and stays in sight. Returns the file, at its beginning.

    Close the file and it is gone. Raises ExportTooLarge when the disk is full.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    try:
        with tempfile.TemporaryDirectory(prefix="shouwen-xlsx-") as beside:  # what a broken list leaves goes with it
            _write(file, beside, title, parts, longest)
    except (OSError, FileCreateError) as e:
        file.close()
        if _is_full(e):
            raise ExportTooLarge from e
        raise
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _is_full(e: BaseException) -> bool:
    found = e.args[0] if isinstance(e, FileCreateError) and e.args else e
    return isinstance(found, OSError) and found.errno in {errno.ENOSPC, errno.EDQUOT}


def _write(file: IO[bytes], beside: str, title: str, parts: Iterable[Sequence[Sequence[Cell]]], longest: int) -> None:
    with Workbook(file, {**_TEXTUAL, "constant_memory": True, "tmpdir": beside, "use_zip64": True}) as book:
        sheets = _Sheets(book, title, longest)
        for rows in parts:
            for row in rows:
                sheets.add(row)


@dataclass(slots=True)
class _Sheets:
    """The sheets of a workbook while they are written, and the formats of its cells."""

    book: Any
    title: str
    longest: int
    heads: Sequence[Cell] | None = None
    row: int = 0
    many: int = 0
    sheet: Any = None
    formats: dict[str, Any] = field(default_factory=dict)

    def add(self, cells: Sequence[Cell]) -> None:
        """Write a row; the first of all are the heads."""
        if self.heads is None:
            self.heads = cells
        elif self.row < self.longest:
            self._cells(cells, "")
            return
        self.many += 1
        self.sheet, self.row = self.book.add_worksheet(_name(self.title, self.many)), 0
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(0, len(self.heads) - 1), WIDTH)
        self._cells(self.heads, "head")
        if cells is not self.heads:
            self._cells(cells, "")

    def _cells(self, cells: Sequence[Cell], form: str) -> None:
        row, sheet = self.row, self.sheet
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(row, column, cell[:LONGEST_CELL], self._format(form) if form else None)
            elif isinstance(cell, date):
                sheet.write_datetime(row, column, cell, self._format(MOMENT if isinstance(cell, datetime) else DAY))
            elif isinstance(cell, Number):
                sheet.write_number(row, column, cell.value, self._format(cell.form))
            elif cell is not None:
                sheet.write_number(row, column, cell)
        self.row += 1

    def _format(self, form: str) -> Any:
        if form not in self.formats:
            self.formats[form] = self.book.add_format({"bold": True} if form == "head" else {"num_format": form})
        return self.formats[form]


def _name(title: str, n: int) -> str:
    """A name a sheet may have: of the letters of its title, and with a number where there are several."""
    behind = f" {n}" if n > 1 else ""
    return (_NOT_A_NAME.sub(" ", title)[: LONGEST_NAME - len(behind)].strip() or "1") + behind
