"""Lists as CSV files for Excel: masked as on the page, streamed, written down as an export before the first row goes out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shouwen.base.masks import mask_text
from shouwen.base.reveal import export
from shouwen.cases.models import Case
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import Filters, customers_of, narrowed, page
from shouwen.web.law import laws_of, noun_name, step_name
from shouwen.web.sheets import MEDIA_TYPE, xlsx

CHUNK: Final = 500  # rows read at a time: each by a query of its own, for a stream may be sent from several threads
BOM: Final = "\ufeff"  # without it Excel takes UTF-8 for something else
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def as_csv(request: Ask, filters: Filters) -> StreamingHttpResponse:
    """Stream the cases that the filters keep. Raises Forbidden for whoever may not export."""
    export(request.reader, filters.procedure, kind="case", now=request.now, what=dict(filters.told))

    def part(after: str) -> tuple[list[list[str]], str]:
        rows, more = page(narrowed(filters, request.reader, request.now), filters.sort, after, CHUNK)
        customers = customers_of(rows, request.reader)
        return [_row(request, case, customers) for case in rows], more

    return streamed(request, _("事项"), _heads(), part)


def streamed(
    request: Ask, title: str, heads: Sequence[str], part: Callable[[str], tuple[list[list[str]], str]]
) -> StreamingHttpResponse:
    """Stream a list whose rows come by parts: `part` has those after a cursor, and the cursor of the next ("": no more).

    A CSV, or with `file=xlsx` in the address a workbook.
    """
    book = request.GET.get("file") == "xlsx"
    name = f"{title}-{timezone.localtime(request.now):%Y%m%d-%H%M}.{'xlsx' if book else 'csv'}"
    rows = _parts(request, heads, part)
    response = StreamingHttpResponse(
        xlsx(title, rows) if book else _lines(rows), content_type=MEDIA_TYPE if book else "text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(name)}"
    return response


def _quoted(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "".join(f"%{b:02X}" for b in c.encode()) for c in name)


def _parts(
    request: Ask, heads: Sequence[str], part: Callable[[str], tuple[list[list[str]], str]]
) -> Iterator[Sequence[Sequence[str]]]:
    """Yield the heads, then the rows part by part."""
    yield [heads]
    after, more = "", True
    while more:
        with translation.override(request.lang):
            rows, after = part(after)
        yield rows
        more = bool(after)


def _lines(parts: Iterator[Sequence[Sequence[str]]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM
    for rows in parts:
        yield "".join(writer.writerow([safe_cell(cell) for cell in row]) for row in rows)


def _heads() -> list[str]:
    return [
        _("编号"), _("流程"), _("摘要"), _("环节"), _("客户"), _("单位"), _("责任人"), _("首问人"), _("立项时间"), _("最近到期"), _("结束时间"),
    ]  # fmt: skip


def _row(request: Ask, case: Case, customers: dict[int, str]) -> list[str]:
    law = laws_of(request).of(case.enactment_id)
    noun = law.nouns.get(case.procedure)
    moments = [_local(case.opened_at), _local(case.next_due), _local(case.closed_at)]
    return [
        case.number, noun_name(law, case.procedure, request.lang), mask_text(case.title), step_name(noun, case.step, request.lang),
        customers.get(case.customer_id or 0, ""), people.unit(request, case.unit_id), people.name(request, case.responsible_id),
        people.name(request, case.first_asked_id), *moments,
    ]  # fmt: skip


def _local(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def safe_cell(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is made a text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
