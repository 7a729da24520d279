"""Taking a list into a register: a file or what was copied from a spreadsheet, what would become of each row, and then doing it.

The list travels with the page, so nothing of it is kept until somebody says so.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shouwen.base.access import demand
from shouwen.base.errors import Complaint, FieldError
from shouwen.base.workbooks import BadCell, BadWorkbook, Bounds, Sheet, Value, is_workbook, read_sheet, share_of, text_of
from shouwen.policy.nouns import Noun
from shouwen.registers.importing import Report, Row, columns_of, import_records, preview_records, read_csv
from shouwen.web.asking import Ask
from shouwen.web.law import said
from shouwen.web.lists.files import BOM, CSV, csv_text
from shouwen.web.registers.frame import find_register, tabs
from shouwen.web.render import render_page

MOST: Final = 2000  # rows of one list here; longer ones go through `shouwen import`
LARGEST: Final = 2 * 1024 * 1024  # bytes
BOUNDS: Final = Bounds(unpacked=32 * 1024 * 1024, cells=200_000)  # of a workbook: at most 50 MB of memory
TOLD: Final = 10  # spoiled cells that are named; putting one right puts its column right
SHOWN: Final = 500  # rows shown with their verdict; wrong ones first
ENCODINGS: Final = ("utf-8-sig", "gb18030")  # what spreadsheets write in China


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one row: created, changed, unchanged or wrong with the reasons."""

    row: int
    outcome: str
    cells: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()  # column, reason


@require_http_methods(["GET", "POST"])
def page(request: Ask, register: str) -> HttpResponse:
    """Ask for a list; show what would become of it; take it in."""
    demand(request.reader, "import", "record")
    noun = find_register(request, register)
    if request.method != "POST":
        return _page(request, noun)
    try:
        text = _text(request, noun)
        rows = _rows(text)
        take = import_records if "take" in request.POST else preview_records
        report = take(noun.id, rows, by=request.reader, at=request.now, now=request.now)
    except FieldError as wrong:
        colon = _("：")
        faults = [
            f"{c.field}{colon}{c.text(request.lang)}" if c.field not in ("file", "register") else c.text(request.lang)
            for c in wrong.complaints
        ]
        return _page(request, noun, faults=faults, text=request.POST.get("text", ""), status=422)
    verdicts = _verdicts(request, rows, report)
    return _page(request, noun, text=text, report=report, verdicts=verdicts, heads=list(rows[0]), taken="take" in request.POST)


@require_safe
def columns(request: Ask, register: str) -> HttpResponse:
    """An empty list with the columns a register knows, to be filled in."""
    demand(request.reader, "import", "record")
    noun = find_register(request, register)
    response = HttpResponse(BOM + csv_text([columns_of(noun)]), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{noun.id}.csv"'
    return response


def _wrong(text: str) -> FieldError:
    return FieldError.of("file", text, text)


def _text(request: Ask, noun: Noun) -> str:
    """The list as text: the file that came, else what was pasted. Raises FieldError."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return request.POST.get("text", "")
    if (file.size or 0) > LARGEST:
        raise _wrong(_("文件太大，请分成几份"))
    content: bytes = file.read()
    if is_workbook(content):
        return _of_workbook(content, noun)
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _wrong(_("读不懂这个文件：请另存为 Excel（.xlsx）或 CSV"))


def _of_workbook(content: bytes, noun: Noun) -> str:
    """The list of a workbook as text, as it then travels with the page. Raises FieldError, which names cells by their line."""
    try:
        sheet = read_sheet(content, BOUNDS)
    except BadWorkbook as e:
        raise FieldError.of("file", e.zh, e.en) from None
    shares = {name for f in noun.fields.values() if f.type.name == "percent" for name in (f.zh, f.id)}
    wrong: list[Complaint] = []
    lines = [[_cell(sheet, line.number, n, value, wrong, shares) for n, value in enumerate(line.cells)] for line in sheet.lines]
    if wrong:
        raise FieldError(wrong[:TOLD])
    return csv_text([sheet.heads, *lines], guarded=False)


def _cell(sheet: Sheet, line: int, column: int, value: Value, wrong: list[Complaint], shares: set[str]) -> str:
    """A cell as text; what cannot be taken as it stands is added to what is wrong."""
    head = sheet.heads[column]
    try:
        return share_of(value) if head in shares else text_of(value)
    except BadCell as e:
        wrong.append(Complaint("file", *e.at(line, head)))
        return ""


def _rows(text: str) -> list[Row]:
    """The rows of a list, its columns parted by commas, or by tabs as spreadsheets copy them. Raises FieldError."""
    if "\x00" in text:
        raise _wrong(_("读不懂这个文件：请另存为 Excel（.xlsx）或 CSV"))
    lines = text.strip("\ufeff\r\n ")
    try:
        if "\t" in lines.partition("\n")[0]:
            out = io.StringIO()
            csv.writer(out).writerows(csv.reader(io.StringIO(lines), delimiter="\t"))
            lines = out.getvalue()
        found = [row for row in read_csv(io.StringIO(lines, newline="")) if any(row.values())]
    except csv.Error:
        raise _wrong(_("读不懂这个文件：请另存为 Excel（.xlsx）或 CSV")) from None
    if not found:
        raise _wrong(_("表里没有一行数据；第一行应是列名"))
    if len(found) > MOST:
        raise _wrong(_("一次最多 %d 行，请分成几份") % MOST)
    return found


def _verdicts(request: Ask, rows: list[Row], report: Report) -> list[Verdict]:
    """What becomes of each row, the wrong ones first."""
    wrong: dict[int, list[tuple[str, str]]] = {}
    for fault in report.faults:
        why = fault.en if request.lang.startswith("en") else fault.zh
        wrong.setdefault(fault.row, []).append((fault.column, why))
    found = [
        Verdict(n, "wrong" if n in wrong else report.rows.get(n, "unchanged"), tuple(row.values()), tuple(wrong.get(n, ())))
        for n, row in enumerate(rows, 1)
    ]
    return sorted(found, key=lambda v: v.outcome != "wrong")


def _page(request: Ask, noun: Noun, *, status: int = 200, **more: Any) -> HttpResponse:
    name = said(noun, request.lang)
    verdicts: list[Verdict] = more.pop("verdicts", [])
    context = {
        "title": _("导入%s") % name, "tabs": tabs("registers"), "noun": noun, "name": name, "columns": columns_of(noun), "most": MOST,
        "verdicts": verdicts[:SHOWN], "hidden": max(0, len(verdicts) - SHOWN), "wrong": sum(v.outcome == "wrong" for v in verdicts), **more,
    }  # fmt: skip
    return render_page(request, "registers/import.html", context, status=status)
