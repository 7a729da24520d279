"""工作台: one page, which fetches its rows again whenever something of mine changes."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.web.asking import Ask
from shouwen.web.desk.owing import KINDS, owing
from shouwen.web.render import render_part


@require_safe
def page(request: Ask) -> HttpResponse:
    """What I owe, and what those owe for whom I stand in."""
    desk = owing(request)
    kind = request.GET.get("kind", "")
    context = {
        "title": _("工作台"),
        "desk": desk,
        "kind": kind if kind in KINDS else "",
        "sections": desk.sections(kind if kind in KINDS else ""),
        "kinds": [(k, words, desk.counts[k]) for k, words in KINDS.items()],
    }
    return render_part(request, "desk/_rows.html", context, page="desk/page.html")
