"""Keeping the filters of a list under a name, sharing them, letting them go."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.reports import keeping
from shouwen.reports.models import KeptView
from shouwen.web.asking import Ask
from shouwen.web.lists.kept import CASES, address_of
from shouwen.web.lists.words import KEY, with_key, with_words

LONGEST_PAGE: Final = 80


@require_POST
def keep(request: Ask) -> HttpResponse:
    """Keep the filters; the page comes back with them."""
    query, unit = request.POST.get("query", "")[:2000], request.POST.get("unit", "")
    page = _page(request)
    shared = int(unit) if unit.isdecimal() and len(unit) < 19 else 0
    try:
        wanted = with_words(request, query)
        view = keeping.keep(page, request.POST.get("name", ""), wanted, unit=shared, by=request.reader, now=request.now)
    except FieldError as wrong:
        messages.error(request, wrong.text(request.lang))
        return _back(page, query)
    messages.success(request, _("已保存为“%s”。") % view.name)
    return _back(page, query, but=KEY if shared else "")


@require_safe
def open_kept(request: Ask, pk: int) -> HttpResponse:
    """Go to a kept list that is searched for words."""
    view = get_object_or_404(KeptView.objects.visible_to(request.reader), pk=pk)
    return _back(view.page, with_key(request, view.query))


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


def _back(page: str, query: str, *, but: str = "") -> HttpResponse:
    kept = keeping.clean(query, but)
    return HttpResponseRedirect(address_of(page) + (f"?{kept}" if kept else ""))
