"""例行: the list of what falls due, the month, the coverage."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.masks import mask_text
from shouwen.base.reveal import export as write_export
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import cited, demand_law, laws_of, noun_name, step_name
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.lists.kept import around
from shouwen.web.registers.frame import tabs
from shouwen.web.render import render_page, render_part
from shouwen.web.reports import targets
from shouwen.web.rounds import calendar, due
from shouwen.web.rounds.months import Month
from shouwen.web.sheets import Cell


@require_safe
def page(request: Ask) -> HttpResponse:
    """What rounds opened: due today, open, missed, done."""
    law, filters, after = demand_law(request), due.Filters.read(request.GET), request.GET.get("after", "")
    rows, more = due.page(request, law, filters, after)
    file = reverse("rounds:export") if request.reader.may("export", "case") else ""
    context = {
        "title": _("例行"), "tabs": tabs("rounds"), "filters": filters, "rows": rows, "after": more, "paged": bool(after),
        "shown": [
            ("today", _("今天到期")), ("open", _("未办")), ("missed", _("逾期")), ("done", _("已办")), ("all", _("全部")),
        ],
        "clauses": _clauses(request, law), **around(request, "rounds", file=file),
    }  # fmt: skip
    return render_part(request, "rounds/_rows.html", context, page="rounds/page.html")


@require_safe
def export(request: Ask) -> HttpResponseBase:
    """The same as a file; written down as an export before."""
    demand(request.reader, "export", "case")
    law, filters = demand_law(request), due.Filters.read(request.GET)
    write_export(request.reader, "", kind="case", now=request.now, what={"rounds": filters.view, **filters.told})

    def part(after: str) -> tuple[list[list[Cell]], str]:
        rows, more = due.page(request, law, filters, after, CHUNK)
        return [_cells(request, row) for row in rows], more

    heads = [
        _("编号"),
        _("例行"),
        _("条款"),
        _("对象"),
        _("环节"),
        _("由谁"),
        _("单位"),
        _("到期"),
        _("逾期"),
        _("立项时间"),
        _("结束时间"),
    ]
    return as_file(request, _("例行"), heads, part)


def _cells(request: Ask, row: due.Row) -> list[Cell]:
    case = row.case
    shape = laws_of(request).of(case.enactment_id)
    noun = shape.nouns.get(case.procedure)
    title = mask_text(case.title) or noun_name(shape, case.procedure, request.lang)
    clause = cited(shape, case.opened_by_clause, request.lang).long if case.opened_by_clause else ""
    return [
        case.number, title, clause, mask_text(row.about), step_name(noun, case.step, request.lang), row.who,
        people.unit(request, case.unit_id), local(row.due_at), _("是") if row.missed else "", local(case.opened_at),
        local(case.closed_at),
    ]  # fmt: skip


def _clauses(request: Ask, law: Law) -> list[tuple[str, str]]:
    """The clauses by which rounds come, to choose one."""
    names = dict.fromkeys(c.name for c in law.scheduled)
    return [(n, f"{cited(law, n, request.lang).long} {cited(law, n, request.lang).text}") for n in names]


def _month(request: Ask) -> Month:
    return Month.read(request.GET.get("month", "")) or Month.of(timezone.localdate(request.now))


@require_safe
def month(request: Ask) -> HttpResponse:
    """A month as a calendar: what falls due on each day, and what will come round."""
    law, shown = demand_law(request), _month(request)
    weeks, unknown = calendar.weeks(request, law, shown)
    context = {
        "title": _("例行月历"), "tabs": tabs("rounds"), "month": shown, "weeks": weeks, "unknown": unknown,
        "this_month": Month.of(timezone.localdate(request.now)),
        "days": [d for week in weeks for d in week if d.inside and (d.marks or d.planned)],
        "weekdays": [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")],
    }  # fmt: skip
    return render_page(request, "rounds/month.html", context)


@require_safe
def coverage(request: Ask) -> HttpResponse:
    """How much of every round of a month was done, against all that was asked."""
    law, shown = demand_law(request), _month(request)
    context = {
        "title": _("例行覆盖"), "tabs": tabs("rounds"), "month": shown, "covered": calendar.covered(request, law, shown),
        "this_month": Month.of(timezone.localdate(request.now)), "rows": _aims(request, law, shown),
    }  # fmt: skip
    return render_page(request, "rounds/coverage.html", context)


def _aims(request: Ask, law: Law, shown: Month) -> list[targets.Row]:
    """What measures of the procedures that rounds open aim at, in the period the month ends in."""
    opened = {kind.procedure for c in law.scheduled if isinstance(kind := c.rule.kind, Schedules)}
    names = {m.id for m in law.measures.values() if m.target and m.counted.noun in opened}
    return targets.rows(request, law, names, shown.end - timedelta(days=1)) if names and request.reader.reads_matters else []
