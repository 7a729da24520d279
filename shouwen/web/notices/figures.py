"""The figures of a report as its notice shows them: whose, of which period, and each measure by its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from shouwen.base.models import Notice
from shouwen.policy.goals import goal_of
from shouwen.policy.measures import Measure
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, said
from shouwen.web.values import Lookups, Showing

A_DAY: Final = 24 * 60 * 60  # seconds
TOLD: Final = "figures"  # in the payload of a notice


def figures_of(request: Ask, notices: Sequence[Notice]) -> dict[int, list[str]]:
    """Return what the reports among some notices say, by notice."""
    reports = [n for n in notices if n.payload.get(TOLD)]
    law = law_of(request) if reports else None
    showing = Showing(request, request.lang, Lookups())
    measures = law.measures if law is not None else {}
    return {n.pk: [*_about(request, n.payload), *_said(showing, measures, n.payload[TOLD])] for n in reports}


def _about(request: Ask, told: Mapping[str, Any]) -> list[str]:
    """Whose figures they are, where it is a unit or a member of staff, and of which period."""
    kind, id_ = told.get("of") or ("", 0)
    whose = people.unit(request, id_) if kind == "unit" else people.name(request, id_) if kind == "staff" else ""
    return [text for text in (whose, str(told.get("row", ""))) if text]


def _said(showing: Showing, measures: Mapping[str, Measure], figures: Mapping[str, Any]) -> list[str]:
    """Each figure with its word; one that is not known any more goes by its name."""
    return [
        f"{said(m, showing.lang) if m else name} {shown_figure(showing, m, v)}{_aimed(m, v)}"
        for name, v in figures.items()
        for m in [measures.get(name)]
    ]


def shown_figure(showing: Showing, measure: Measure | None, value: Any) -> str:
    """Say one figure that was reported."""
    if value is None or measure is None:
        return "—" if value is None else str(value)
    if measure.fold == "oldest":
        return _("%d 天") % (int(value) // A_DAY)
    return showing.text(measure.type, value)


def _aimed(measure: Measure | None, value: Any) -> str:
    """The target beside a figure, and whether it was reached; a share of 0 may be one of nothing, and is not judged."""
    goal = goal_of(measure) if measure is not None and value is not None else None
    if goal is None or measure is None:
        return ""
    figure = measure.type.load(value)
    if measure.fold == "share" and not figure:
        return _("（目标 %s）") % goal
    return (_("（目标 %s，已达到）") if goal.reached(figure) else _("（目标 %s，未达到）")) % goal
