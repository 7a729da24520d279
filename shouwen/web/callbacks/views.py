"""回访: one page, which fetches its calls again whenever something of its units changes."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.errors import NotFound
from shouwen.base.masks import mask_text
from shouwen.base.reveal import export as write_export
from shouwen.reports.standing import covered_now
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.callbacks.calls import Call, Filters, calls, procedure_of
from shouwen.web.law import act_name, demand_law
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.lists.kept import around
from shouwen.web.render import render_part
from shouwen.web.sheets import Cell

MOST_UNITS: Final = 60  # whose changes one page listens for


@require_safe
def page(request: Ask) -> HttpResponse:
    """Today's calls (or all that are open, or those done), and the coverage of this month."""
    law = demand_law(request)
    noun = procedure_of(law)
    if noun is None or noun.calls is None:
        return render_part(request, "callbacks/_none.html", {"title": _("回访"), "headed": True})
    filters = Filters.read(request.GET, noun)
    found, more = calls(request, filters, noun, request.GET.get("after", ""))
    seen = request.reader.units_of(noun.id)
    units = set(request.org.units) if seen is None else seen
    within = units & {int(filters.unit)} if filters.unit else units
    shape = noun.fields.get(noun.calls.kind)
    shares, counted_at = covered_now(law, noun.id, within, request.now)
    file = reverse("callbacks:export") if request.reader.may("export", "case") else ""
    context = {
        **around(request, "callbacks", file=file, itself="callbacks"),
        "title": _("回访"),
        "filters": filters,
        "shown": [("today", _("今天该打")), ("open", _("全部待回访")), ("done", _("已回访"))],
        "kinds": [(c.id, c.en if c.en and request.lang == "en" else c.zh) for c in shape.type.choices.values()] if shape else [],
        "calls": found,
        "after": more,
        "covered": shares,
        "covered_at": counted_at,
        "ways": [(a, act_name(noun, a, request.lang)) for a in (noun.calls.done, noun.calls.missed) if a in noun.acts],
        "may_uncover": request.reader.may("reveal", "customer"),
        "topics": " ".join([f"desk-{request.me.pk}", *(f"unit-{u}" for u in sorted(units)[:MOST_UNITS])]),
    }
    return render_part(request, "callbacks/_calls.html", context, page="callbacks/page.html")


@require_safe
def export(request: Ask) -> HttpResponseBase:
    """The same calls as a file: names and numbers masked as on the page; written down as an export before."""
    demand(request.reader, "export", "case")
    noun = procedure_of(demand_law(request))
    if noun is None:
        raise NotFound
    filters = Filters.read(request.GET, noun)
    write_export(request.reader, noun.id, kind="case", now=request.now, what=filters.told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found, more = calls(request, filters, noun, after, CHUNK)
        return [_cells(request, one) for one in found], more

    heads = [
        _("编号"), _("客户"), _("电话"), _("类别"), _("所问事项"), _("经办人"), _("单位"), _("未通次数"), _("未通原因"), _("下次拨打"), _("最近到期"), _("结果"),
        _("结束时间"),
    ]  # fmt: skip
    return as_file(request, _("回访"), heads, part)


def _cells(request: Ask, one: Call) -> list[Cell]:
    about = f"{one.about.number} {mask_text(one.about.title)}" if one.about is not None else ""
    return [
        one.case.number, one.customer, one.phone, one.kind, about, one.did, people.unit(request, one.case.unit_id), one.tries,
        one.why, local(one.next_try), local(one.case.next_due), one.outcome, local(one.case.closed_at),
    ]  # fmt: skip
