"""制度: the list of regulations in force, and one of them as a document."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.base.errors import NotFound
from shouwen.cases.figures import figures_of
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law, laws_of
from shouwen.web.regulations import document
from shouwen.web.render import render_page


@require_safe
def listing(request: Ask) -> HttpResponse:
    """The packs in force with their regulations, and since when they hold."""
    law = demand_law(request)
    day = law.on(timezone.localdate(request.now))
    context = {
        "title": _("制度"), "packs": document.shelf(law, day, request.lang),
        "enactment": laws_of(request).number_at(request.now), "company": law.company.zh or law.company.id,
    }  # fmt: skip
    return render_page(request, "regulations/list.html", context)


@require_safe
def page(request: Ask, pack: str, regulation: str) -> HttpResponse:
    """One regulation as it stands today: articles, clauses, and beside each what it has done."""
    law = demand_law(request)
    found = law.regulations.get(f"{pack}/{regulation}")
    if found is None:
        raise NotFound
    day = law.on(timezone.localdate(request.now))
    clauses = document.clauses_of(law, day, found)
    figures = figures_of([c.name for c in clauses])
    said = document.document(law, found, clauses, figures, request.lang)
    return render_page(request, "regulations/page.html", {"title": said.title, "document": said})
