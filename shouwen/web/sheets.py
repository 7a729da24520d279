"""Lists as XLSX: one sheet of texts, written row by row into a zip that is sent while it grows. Nothing of it runs as a formula.

The format is ECMA-376 Part 1; only what a sheet of inline strings needs of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_A_NAME: Final = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME: Final = 31  # of a sheet
LONGEST_CELL: Final = 32_767


class _Growing(io.RawIOBase):
    """What has been written since it was last taken; it cannot go back, so the zip says sizes behind each part."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is only written."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes and nothing else
        """Keep some bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what is there, and forget it."""
        taken, self._parts = b"".join(self._parts), []
        return taken


def xlsx(title: str, parts: Iterable[Sequence[Sequence[str]]]) -> Iterator[bytes]:
    """Yield a workbook of one sheet whose rows come by parts; the first row are the heads and stays in sight."""
    file = _Growing()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _around(title):
            book.writestr(name, _HEAD + text)
        yield file.take()
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{views}<sheetData>'.encode())
            for rows in parts:
                sheet.write("".join(_row(row) for row in rows).encode())
                yield file.take()
            sheet.write(b"</sheetData></worksheet>")
    yield file.take()


def _row(cells: Sequence[str]) -> str:
    found = (escape(_NOT_XML.sub("", cell)[:LONGEST_CELL]) for cell in cells)
    return f'<row>{"".join(f"""<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>""" for text in found)}</row>'


def _around(title: str) -> Iterator[tuple[str, str]]:
    """Yield the parts around the sheet: what kinds there are, and which belongs to which."""
    name = quoteattr(_NOT_A_NAME.sub(" ", _NOT_XML.sub("", title))[:LONGEST_NAME].strip() or "1")
    yield (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>'
        ),
    )
    yield "_rels/.rels", _relation("officeDocument", "xl/workbook.xml")
    yield (
        "xl/workbook.xml",
        (f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets><sheet name={name} sheetId="1" r:id="r1"/></sheets></workbook>'),
    )
    yield "xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml")


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{_RELS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'
