"""What a clause has done in a period, as the page shows it: each number with the address of what was counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shouwen.policy.law import Law
from shouwen.reports.figures import Figures
from shouwen.web.asking import Ask
from shouwen.web.reports.period import Asked

USUAL = 90  # days


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of a clause."""

    label: str
    n: int
    url: str
    tone: str = ""


def figures(request: Ask, asked: Asked, law: Law, clauses: Collection[str]) -> Mapping[str, Sequence[Shown]]:
    """Return the figures of clauses within the units in sight; what is nought is left out."""
    counted = Figures(asked.scope(request), request.now, law).of_clauses(clauses)
    return {name: _shown(asked, name, kinds) for name, kinds in counted.items()}


def _shown(asked: Asked, name: str, kinds: Mapping[str, int]) -> list[Shown]:
    parts = (
        ("", _("起作用"), ""),
        ("kept", _("按时"), "good"),
        ("late", _("逾期办结"), ""),
        ("breach", _("违反"), "over"),
        ("recorded", _("记为违反"), "over"),
        ("passed", _("放行"), "soon"),
        ("refused_follow_up", _("未能照办"), "soon"),
    )
    return [
        Shown(label, n, asked.counted(kind=kind, name=name), tone)
        for kind, label, tone in parts
        if (n := kinds.get(kind, 0) if kind else sum(kinds.values()))
    ]
