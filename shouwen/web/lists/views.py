"""Keeping the filters of a list under a name, sharing them, letting them go."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.base.errors import FieldError
from shouwen.reports import keeping
from shouwen.web.asking import Ask
from shouwen.web.lists.kept import CASES, address_of

LONGEST_PAGE: Final = 80


@require_POST
def keep(request: Ask) -> HttpResponse:
    """Keep the filters; the page comes back with them."""
    query, unit = request.POST.get("query", "")[:2000], request.POST.get("unit", "")
    page = _page(request)
    shared = int(unit) if unit.isdigit() and len(unit) < 19 else 0
    try:
        view = keeping.keep(page, request.POST.get("name", ""), query, unit=shared, by=request.reader, now=request.now)
    except FieldError as wrong:
        messages.error(request, wrong.text(request.lang))
        return _back(page, query)
    messages.success(request, _("已保存为“%s”。") % view.name)
    return _back(page, view.query)


@require_POST
def drop(request: Ask, pk: int) -> HttpResponse:
    """Let a kept list go; the filters stay as they are."""
    page = _page(request)
    keeping.let_go(pk, by=request.reader, now=request.now)
    messages.success(request, _("已删除这个常用列表。"))
    return _back(page, request.POST.get("query", "")[:2000])


def _page(request: Ask) -> str:
    """The list it is about. Raises NotFound for what is none."""
    page = request.POST.get("page", CASES)[:LONGEST_PAGE]
    address_of(page)
    return page


def _back(page: str, query: str) -> HttpResponse:
    kept = keeping.clean(query)
    return HttpResponseRedirect(address_of(page) + (f"?{kept}" if kept else ""))
