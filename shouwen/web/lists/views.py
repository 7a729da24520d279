"""Keeping the filters of a list under a name, sharing them, letting them go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.base.errors import FieldError
from shouwen.reports import keeping
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import PAGE_NAME


@require_POST
def keep(request: Ask) -> HttpResponse:
    """Keep the filters; the page comes back with them."""
    query, unit = request.POST.get("query", "")[:2000], request.POST.get("unit", "")
    shared = int(unit) if unit.isdigit() and len(unit) < 19 else 0
    try:
        view = keeping.keep(PAGE_NAME, request.POST.get("name", ""), query, unit=shared, by=request.reader, now=request.now)
    except FieldError as wrong:
        messages.error(request, wrong.text(request.lang))
        return _back(request, query)
    messages.success(request, _("已保存为“%s”。") % view.name)
    return _back(request, view.query)


@require_POST
def drop(request: Ask, pk: int) -> HttpResponse:
    """Let a kept list go; the filters stay as they are."""
    keeping.let_go(pk, by=request.reader, now=request.now)
    messages.success(request, _("已删除这个常用列表。"))
    return _back(request, request.POST.get("query", "")[:2000])


def _back(_request: HttpRequest, query: str) -> HttpResponse:
    kept = keeping.clean(query)
    return HttpResponseRedirect(reverse("cases:list") + (f"?{kept}" if kept else ""))
