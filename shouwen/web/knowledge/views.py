"""Looking something up while a customer asks: a field beside the form, what it finds, and one of them to read and cite."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import find as find_case
from shouwen.web.cases.slots import acts_at
from shouwen.web.knowledge import shelf as shelves
from shouwen.web.law import law_of
from shouwen.web.render import render_part


@require_POST
def find(request: Ask, procedure: str) -> HttpResponse:
    """What holds the words, while they are typed. By POST: what a customer asks stands in no address."""
    text = request.POST.get("look", "").replace("\x00", "").strip()[:100]
    shelf = _shelf(request, procedure)
    articles, partly = shelves.found(request, shelf, text) if text else ([], False)
    context = {
        "title": _("资料"), "q": text, "articles": articles, "partly": partly, "procedure": procedure,
        "case": request.GET.get("case", "")[:64],
    }  # fmt: skip
    return render_part(request, "knowledge/_found.html", context)


@require_safe
def read(request: Ask, procedure: str, pk: int) -> HttpResponse:
    """One of them, whole, with the way to cite it: in the form that is open, or the one of the case that cites."""
    shelf = _shelf(request, procedure)
    article = shelves.article(request, shelf, pk)
    if article is None:
        raise Http404
    context: dict[str, Any] = {"title": article.title, "article": article, "field": shelf.field.id, "now": request.now}
    if key := request.GET.get("case", "")[:64]:
        case = find_case(request, key)
        law = law_of(request)
        act = shelf.act_of(law.nouns[procedure], case) if law is not None and case.procedure == procedure else ""
        context["cites_at"] = f"{acts_at(case)}{act}/?cite={article.id}" if act and case.is_open else ""
    return render_part(request, "knowledge/_article.html", context)


def _shelf(request: Ask, procedure: str) -> shelves.Shelf:
    law = law_of(request)
    shelf = shelves.shelf_of(law, law.nouns.get(procedure) if law is not None else None)
    if shelf is None or not request.reader.reads_matters:
        raise Http404
    return shelf
