"""工作台: what I owe, and what my team owes. Each fetches its rows again whenever something of it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.base.errors import NotFound
from shouwen.web.asking import Ask
from shouwen.web.desk.owing import KINDS, MOST, owing, tell
from shouwen.web.desk.rows import GROUPS, Row, first_of
from shouwen.web.desk.team import team
from shouwen.web.dispatch import board, visiting
from shouwen.web.law import cited, law_of, laws_of, noun_name
from shouwen.web.render import render_part

KEPT: Final = "desk_by"  # in the session: how somebody likes their desk grouped
SHOWN: Final = 16  # rows: a long desk is worked from its beginning, and must come at once
MOST_UNITS: Final = 60  # whose changes one page listens for


@require_safe
def page(request: Ask) -> HttpResponse:
    """What I owe, and what those owe for whom I stand in."""
    desk = owing(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    by = _grouping(request)
    all_of_them = desk.sections(kind, by, _titles(request, by))
    sections = first_of(all_of_them, _most(request))
    tell(request, [row for section in sections for row in section.rows])
    context = {
        "title": _("工作台"),
        "desk": desk,
        "visits": visiting.waiting(request, board.namings_of(request)),
        "kind": kind,
        "by": by,
        "groups": GROUPS.items(),
        "sections": sections,
        "left": sum(len(s.rows) for s in all_of_them) - sum(len(s.rows) for s in sections),
        "more": _most(request) + SHOWN,
        "kinds": [(k, words, desk.counts[k]) for k, words in KINDS.items()],
        "leads": bool(request.org.led_by(request.me.pk, request.now)),
    }
    return render_part(request, "desk/_rows.html", context, page="desk/page.html")


def _most(request: Ask) -> int:
    """How many rows are shown: some, and as many again each time one asks for more."""
    asked = request.GET.get("most", "")
    return min(int(asked), 3 * MOST) if asked.isdecimal() and len(asked) < 6 else SHOWN


def _grouping(request: Ask) -> str:
    """How the desk is grouped: as the address says, else as it was last time."""
    asked = request.GET.get("by", "")
    if asked in GROUPS and request.session.get(KEPT, "due") != asked:
        request.session[KEPT] = asked
    kept = asked if asked in GROUPS else request.session.get(KEPT, "due")
    return kept if kept in GROUPS else "due"


def _titles(request: Ask, by: str) -> Callable[[Row], str]:
    """What the group of a row is called."""
    law = law_of(request)
    if by == "clause":
        return lambda row: cited(law, row.clause, request.lang).text or row.clause
    return lambda row: (
        noun_name(laws_of(request).of(row.case.enactment_id), row.case.procedure, request.lang)
        if row.case is not None
        else _("消息")
    )


@require_safe
def of_team(request: Ask) -> HttpResponse:
    """What my team owes: load per person, and what is about to break."""
    person = request.GET.get("person", "")
    found = team(request, int(person) if person.isdecimal() and len(person) < 19 else 0)
    if not found.members:
        raise NotFound
    units = sorted(request.org.units if request.reader.units is None else request.reader.units)
    context = {
        "title": _("团队"),
        "team": found,
        "person": next((m for m in found.members if str(m.id) == person), None),
        "topics": " ".join(f"unit-{u}" for u in units[:MOST_UNITS]),
    }
    return render_part(request, "desk/_team.html", context, page="desk/team.html")
