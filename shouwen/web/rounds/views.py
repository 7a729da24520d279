"""例行: the list of what falls due, the month, the coverage."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.policy.law import Law
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import cited, demand_law
from shouwen.web.registers.frame import tabs
from shouwen.web.render import render_page, render_part
from shouwen.web.rounds import calendar, due
from shouwen.web.rounds.months import Month


@require_safe
def page(request: Ask) -> HttpResponse:
    """What rounds opened: due today, open, missed, done."""
    law, filters, after = demand_law(request), due.Filters.read(request.GET), request.GET.get("after", "")
    rows, more = due.page(request, law, filters, after)
    context = {
        "title": _("例行"), "tabs": tabs("rounds"), "filters": filters, "rows": rows, "after": more, "paged": bool(after),
        "views": [
            ("today", _("今天到期")), ("open", _("未办")), ("missed", _("逾期")), ("done", _("已办")), ("all", _("全部")),
        ],
        "clauses": _clauses(request, law), "units": people.unit_choices(request),
    }  # fmt: skip
    return render_part(request, "rounds/_rows.html", context, page="rounds/page.html")


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
        "this_month": Month.of(timezone.localdate(request.now)),
    }  # fmt: skip
    return render_page(request, "rounds/coverage.html", context)
