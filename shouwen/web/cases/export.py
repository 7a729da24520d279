"""Cases as a file: masked as on the page, written down as an export before the first row goes out."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from shouwen.base.masks import mask_text
from shouwen.base.reveal import export
from shouwen.cases.models import Case
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import Filters, customers_of, narrowed, page
from shouwen.web.law import laws_of, noun_name, step_name
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.sheets import Cell


def of_cases(request: Ask, filters: Filters) -> StreamingHttpResponse:
    """Answer the cases that the filters keep. Raises Forbidden for whoever may not export."""
    export(request.reader, filters.procedure, kind="case", now=request.now, what=dict(filters.told))

    def part(after: str) -> tuple[list[list[Cell]], str]:
        kept, mixed = narrowed(filters, request.reader, request.now), filters.state == "all"
        rows, more = page(kept, filters.sort, after, CHUNK, mixed=mixed)
        customers = customers_of(rows, request.reader)
        return [_row(request, case, customers) for case in rows], more

    return as_file(request, _("事项"), _heads(), part)


def _heads() -> list[str]:
    return [
        _("编号"), _("流程"), _("摘要"), _("环节"), _("客户"), _("单位"), _("责任人"), _("首问人"), _("立项时间"), _("最近到期"), _("结束时间"),
    ]  # fmt: skip


def _row(request: Ask, case: Case, customers: dict[int, str]) -> list[Cell]:
    law = laws_of(request).of(case.enactment_id)
    noun = law.nouns.get(case.procedure)
    return [
        case.number, noun_name(law, case.procedure, request.lang), mask_text(case.title), step_name(noun, case.step, request.lang),
        customers.get(case.customer_id or 0, ""), people.unit(request, case.unit_id), people.name(request, case.responsible_id),
        people.name(request, case.first_asked_id), local(case.opened_at), local(case.next_due), local(case.closed_at),
    ]  # fmt: skip
