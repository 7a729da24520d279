"""派工: the board, the assignment of several at once, and one's own visits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.cases import acting, dispatch
from shouwen.cases.draft import Wish, act_on
from shouwen.cases.models import Case
from shouwen.policy.act import Act
from shouwen.policy.ruling import Refusal
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import new_key
from shouwen.web.dispatch import board, visiting
from shouwen.web.render import render_part

VIEWS: Final = ("waiting", "given", "pool")
MOST: Final = 50  # assigned at once
MOST_UNITS: Final = 60  # whose changes one page listens for
_GIVE: Final = re.compile(r"(\d{1,18})\.(\d{1,18})")


@require_safe
def page(request: Ask) -> HttpResponse:
    """What waits for somebody, who could go; what was given and not accepted; what anybody of a post may take."""
    namings = board.namings_of(request)
    view = request.GET.get("view", "waiting")
    view = view if view in VIEWS else "waiting"
    unit = _unit(request)
    hands = dispatch.in_hand(namings) if view == "waiting" else {}
    after, left = request.GET.get("after", ""), 0
    cases, given, pool = list[board.Waiting](), list[board.Given](), list[board.Takable]()
    if view == "waiting":
        cases, more = board.waiting(request, namings, hands, unit, after)
    elif view == "given":
        given, more, left = board.given(request, namings, unit, after)
    else:
        pool, more, left = board.pool(request, unit, after)
    units = board.units_of(request, namings)
    context = {
        "title": _("派工"),
        "view": view,
        "views": [("waiting", _("待派")), ("given", _("待领单")), ("pool", _("待领取"))],
        "unit": unit,
        "units": people.unit_choices(request, something=True),
        "waiting": cases,
        "shut": board.shut(cases),
        "gives": any(w.gives for w in cases),
        "after": more,
        "left": f"{board.MANY}+" if left > board.MANY else left,
        "given": given,
        "pool": pool,
        "crew": board.crew(request, namings, hands, unit) if view == "waiting" else (),
        "key": new_key(),
        "topics": " ".join([f"desk-{request.me.pk}", *(f"unit-{u}" for u in units[:MOST_UNITS])]),
    }
    return render_part(request, "dispatch/_board.html", context, page="dispatch/page.html")


def _unit(request: Ask) -> str:
    asked = request.GET.get("unit", "")
    return asked if asked.isdecimal() and len(asked) < 19 else ""


@require_safe
def visits(request: Ask) -> HttpResponse:
    """My visits."""
    context = {
        "title": _("我的上门"),
        "visits": visiting.visits(request, board.namings_of(request)),
        "key": new_key(),
        "may_uncover": request.reader.may("reveal", "customer"),
    }
    return render_part(request, "dispatch/_visits.html", context, page="dispatch/visits.html")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case that was to be assigned with others."""

    case: Case
    person: str
    refusals: Sequence[Refusal] = ()
    fault: str = ""


@require_POST
def assign(request: Ask) -> HttpResponse:
    """Assign several at once, each to whom the page proposed; the law judges each by itself and says so."""
    wanted = {int(m[1]): int(m[2]) for text in request.POST.getlist("give")[:MOST] if (m := _GIVE.fullmatch(text))}
    by_noun = {n.noun.id: n for n in board.namings_of(request)}
    cases = [c for c in Case.objects.visible_to(request.reader).filter(pk__in=wanted).order_by("pk") if c.procedure in by_noun]
    acts: list[tuple[Case, Act]] = []
    verdicts: list[Verdict] = []
    for case in cases:
        naming, person = by_noun[case.procedure], people.name(request, wanted[case.pk])
        wish = Wish(act=naming.act, fields={naming.field: wanted[case.pk]}, key=f"{request.POST.get('key', '')[:60]}:{case.pk}")
        try:
            acts.append((case, act_on(case, wish, request.reader, now=request.now)))
        except FieldError as wrong:
            verdicts.append(Verdict(case, person, fault=wrong.text(request.lang)))
    rulings = acting.act_many([a for _case, a in acts], now=request.now)
    for (case, _act), ruling in zip(acts, rulings, strict=True):
        verdicts.append(Verdict(case, people.name(request, wanted[case.pk]), ruling.refusals))
    done = sum(not v.refusals and not v.fault for v in verdicts)
    response = render_part(request, "dispatch/_verdicts.html", {"title": _("派工"), "verdicts": verdicts, "done": done})
    said = ngettext("已派 %(n)d 件", "已派 %(n)d 件", done) % {"n": done}
    response["HX-Trigger"] = json.dumps({"acted": {"said": said}})
    return response
