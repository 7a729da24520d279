"""Many at once: cases opened and acts done in one transaction, with a verdict for each. What one is refused stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from shouwen.api.asking import Asker, asker
from shouwen.api.cases import PROBLEMS, acting, opening
from shouwen.api.problems import problem_body
from shouwen.api.ruled import Key, told
from shouwen.api.shapes import ManyIn, ManyOut
from shouwen.base.errors import NotFound, Problem, Refused
from shouwen.base.sql import to_json
from shouwen.cases.acting import act_many
from shouwen.cases.case_rows import numbers_and_steps
from shouwen.cases.models import Case
from shouwen.policy.act import Act

router = Router(tags=["cases"])
CREATED: Final = 201
DONE: Final = 200

Draft = Callable[[], Act]


@router.post("/acts", response={200: ManyOut, **PROBLEMS}, summary="Open and act on many cases")
def act_on_many(request: HttpRequest, payload: ManyIn, key: Key = "") -> HttpResponse:
    """Open cases and act on cases, in the order given; each has its own verdict. With a key, each place of the list has its own."""
    who = asker(request)
    drafts = list(_drafts(payload, who, key))
    wanted = [_drafted(draft) for draft in drafts]
    rulings = iter(act_many([w for w in wanted if isinstance(w, Act)], now=who.now))
    outcomes = [next(rulings) if isinstance(w, Act) else w for w in wanted]
    names = numbers_and_steps([r.subject.id for r in outcomes if not isinstance(r, Problem)])
    said: list[dict[str, Any]] = []
    for place, r in enumerate(outcomes):
        problem = r if isinstance(r, Problem) else Refused(r) if r.refused else None
        if problem is not None:
            said.append({"status": problem.status, "ruling": None, "problem": problem_body(problem, who.lang)})
        elif not isinstance(r, Problem):
            ruling = told(r, who, *names.get(r.subject.id, ("", "")))
            said.append({"status": CREATED if place < len(payload.open) else DONE, "ruling": ruling, "problem": None})
    body = {"open": said[: len(payload.open)], "acts": said[len(payload.open) :]}
    return HttpResponse(to_json(body), content_type="application/json; charset=utf-8")


def _drafts(payload: ManyIn, who: Asker, key: str) -> Iterator[Draft]:
    for i, case in enumerate(payload.open):
        yield lambda case=case, i=i: opening(case, who, _own(key, "open", i))  # type: ignore[misc]  # bound for this turn
    seen = Case.objects.visible_to(who.reader).in_bulk([row.case for row in payload.acts]) if payload.acts else {}
    for i, row in enumerate(payload.acts):
        yield lambda row=row, i=i: acting(_of(seen, row.case), row, who, _own(key, "acts", i))  # type: ignore[misc]  # bound for this turn


def _own(key: str, which: str, place: int) -> str:
    return f"{key}:{which}:{place}" if key else ""


def _of(seen: Mapping[int, Case], case: int) -> Case:
    if case not in seen:
        raise NotFound
    return seen[case]


def _drafted(draft: Draft) -> Act | Problem:
    """Return the act, or what stands against it before the law is asked."""
    try:
        return draft()
    except Problem as found:
        return found
