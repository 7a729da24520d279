"""回访: one page, which fetches its calls again whenever something of its units changes."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.reports.standing import covered_now
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.callbacks.calls import CALL, MISS, PROCEDURE, Filters, calls
from shouwen.web.law import act_name, demand_law
from shouwen.web.render import render_part

MOST_UNITS: Final = 60  # whose changes one page listens for


@require_safe
def page(request: Ask) -> HttpResponse:
    """Today's calls (or all that are open, or those done), and the coverage of this month."""
    law = demand_law(request)
    noun = law.nouns.get(PROCEDURE)
    if noun is None:
        return render_part(request, "callbacks/_none.html", {"title": _("回访")})
    filters = Filters.read(request.GET, noun)
    found, more = calls(request, filters, noun, request.GET.get("after", ""))
    units = request.org.units if request.reader.units is None else request.reader.units
    shape = noun.fields.get("kind")
    shares, counted_at = covered_now(law, PROCEDURE, [int(filters.unit)] if filters.unit else units, request.now)
    context = {
        "title": _("回访"),
        "filters": filters,
        "views": [("today", _("今天该打")), ("open", _("全部待回访")), ("done", _("已回访"))],
        "kinds": [(c.id, c.en if c.en and request.lang == "en" else c.zh) for c in shape.type.choices.values()] if shape else [],
        "units": people.unit_choices(request),
        "calls": found,
        "after": more,
        "covered": shares,
        "covered_at": counted_at,
        "ways": [(a, act_name(noun, a, request.lang)) for a in (CALL, MISS) if a in noun.acts],
        "may_uncover": request.reader.may("reveal", "customer"),
        "topics": " ".join([f"desk-{request.me.pk}", *(f"unit-{u}" for u in sorted(units)[:MOST_UNITS])]),
    }
    return render_part(request, "callbacks/_calls.html", context, page="callbacks/page.html")
