"""Rendering: a whole page, or the part of one that htmx asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from shouwen.base.models import Company, Notice
from shouwen.base.sql import place
from shouwen.web import menu
from shouwen.web.asking import Ask, wants_part
from shouwen.web.dispatch.visiting import goes_out

# Pages that stand under another's place in the navigation.
SECTIONS: Final = {"rounds": "registers", "books": "registers", "papers": "reports"}
MANY: Final = 99  # unread notices beyond this are not counted
_companies: dict[tuple[str, int], str] = {}


def render_page(request: HttpRequest, page: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a whole page."""
    return HttpResponse(render_to_string(page, {**_shell(request), **context}, request), status=status)


def render_part(
    request: HttpRequest, part: str, context: Mapping[str, Any], *, page: str = "part.html", status: int = 200
) -> HttpResponse:
    """Return the part to htmx, and to a plain visit the page around it. `page` includes `part` by that name."""
    if wants_part(request):
        response = HttpResponse(render_to_string(part, {**context, "now": getattr(request, "now", None)}, request), status=status)
    else:
        response = render_page(request, page, {"part": part, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    ask = cast(Ask, request)
    if getattr(ask, "me", None) is None:  # the door, and problems met before anybody was known
        return {"me": None, "now": getattr(ask, "now", None)}
    match = request.resolver_match
    offered = menu.places(ask.reader, goes_out=goes_out(ask))
    bar, beyond = menu.on_a_phone(offered)
    return {
        "me": ask.me,
        "now": ask.now,
        "reader": ask.reader,
        "section": SECTIONS.get(match.namespace, match.namespace) if match else "",
        "unread": Notice.objects.visible_to(ask.reader).unread(ask.me.pk)[: MANY + 1].count(),
        "company": _company(ask.org.version),
        "posts": sorted(ask.reader.posts),
        "menu": offered,
        "bar": bar,
        "beyond": beyond,
    }


def _company(version: int) -> str:
    """The company's name, kept until anything of the organisation changes."""
    key = (place(), version)
    if key not in _companies:
        _companies.clear()
        _companies[key] = Company.ours().name
    return _companies[key]
