"""Lists as files for spreadsheets, CSV or XLSX: from the same rows, part by part, so that none is held whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

from shouwen.web.asking import Ask
from shouwen.web.sheets import MEDIA_TYPE, Cell, Number, workbook

CHUNK: Final = 500  # rows read at a time: each by a query of its own, for a stream may be sent from several threads
BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for something else
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
CSV: Final = "text/csv; charset=utf-8"
Part = Callable[
    [str], tuple[Sequence[Sequence[Cell]], str]
]  # a cursor ("": the beginning) -> rows, the next cursor ("": no more)


class _Line:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def as_file(request: Ask, title: str, heads: Sequence[str], part: Part) -> StreamingHttpResponse:
    """Answer a list whose rows come by parts: a CSV that is sent while it grows, or with `file=xlsx` in the address a workbook.

    Whoever calls it has written down that it is taken out of the house.
    """
    name = f"{title}-{timezone.localtime(request.now):%Y%m%d-%H%M}"
    rows = _parts(request, heads, part)
    if request.GET.get("file") == "xlsx":
        return FileResponse(workbook(title, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA_TYPE)
    response = StreamingHttpResponse(_lines(rows), content_type=CSV)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    return response


def at_once(rows: Sequence[Sequence[Cell]]) -> Part:
    """Return a short list that is there already, as one part."""
    return lambda after: (rows, "")


def local(at: datetime | None) -> datetime | None:
    """Return a moment as a cell holds it: by the clock of the company, to the minute, without a zone."""
    return timezone.localtime(at).replace(second=0, microsecond=0, tzinfo=None) if at is not None else None


def csv_text(rows: Sequence[Sequence[Cell]], *, guarded: bool = True) -> str:
    """Return rows as lines of a CSV file; `guarded`: what a spreadsheet would run as a formula is made a text."""
    writer = csv.writer(_Line())
    return "".join(
        writer.writerow([_guarded(cell) if guarded and isinstance(cell, str) else _plain(cell) for cell in row]) for row in rows
    )


def _parts(request: Ask, heads: Sequence[str], part: Part) -> Iterator[Sequence[Sequence[Cell]]]:
    """Yield the heads, then the rows part by part."""
    yield [heads]
    after, more = "", True
    while more:
        with translation.override(request.lang):
            rows, after = part(after)
        yield rows
        more = bool(after)


def _lines(parts: Iterator[Sequence[Sequence[Cell]]]) -> Iterator[str]:
    yield BOM
    for rows in parts:
        yield csv_text(rows)


def _plain(cell: Cell) -> str:
    """Return a cell as text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    found = cell.value if isinstance(cell, Number) else cell
    return "" if found is None else f"{found}"


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
