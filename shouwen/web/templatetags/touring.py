"""The tags of the demo: the tour's hint, and how far the history is. Load with {% load touring %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import template

from shouwen.web.asking import Ask
from shouwen.web.touring import history, stops

register = template.Library()


@register.inclusion_tag("touring/_hint.html", takes_context=True)
def tour(context: Mapping[str, Any]) -> dict[str, Any]:
    """Show the stop somebody is at, on its own page; elsewhere a line that leads back to it. Nothing outside a demo."""
    ask = cast(Ask, context.get("request"))
    if ask is None or not hasattr(ask, "me") or not history.in_demo():
        return {"stop": None}
    at = stops.reached(ask, ask.me)
    if at == stops.DONE:
        return {"stop": None}
    stop = stops.STOPS[at]
    here = ask.resolver_match is not None and ask.resolver_match.view_name in stop.pages
    last = at + 1 == len(stops.STOPS)
    return {
        "stop": stop, "here": here, "at": at, "number": at + 1, "of": len(stops.STOPS), "before": at - 1 if at else None,
        "next": None if last else at + 1, "csrf_token": context.get("csrf_token", ""), "back": ask.get_full_path(),
    }  # fmt: skip


@register.inclusion_tag("touring/_history.html")
def demo_history() -> Mapping[str, int]:
    """Say quietly how far the demo's history is; nothing when it is whole."""
    return history.progress()
