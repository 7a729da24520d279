"""The law in force: its clauses, with their figures from the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from shouwen.api.asking import asker
from shouwen.api.shapes import ClauseList, ClauseOut, ProblemOut
from shouwen.base.errors import NotFound
from shouwen.cases.enactments import law_at
from shouwen.cases.figures import Figures, figures_of
from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import LawDay

router = Router(tags=["clauses"])
PROBLEMS = {400: ProblemOut, 401: ProblemOut, 404: ProblemOut, 422: ProblemOut}


def today(request: HttpRequest, query: str) -> LawDay:
    """Return the law of today; NotFound when nothing was enacted."""
    now = asker(request, query).now
    law = law_at(now)
    if law is None:
        raise NotFound("还没有颁布制度。", "No law has been enacted yet.")
    return law.at(now)


def shown(clause: Clause, figures: Mapping[str, Figures]) -> ClauseOut:
    """Return a clause as the API shows it."""
    found = figures.get(clause.name, Figures())
    return ClauseOut(
        name=clause.name, regulation=clause.regulation.name, id=clause.id, kind=clause.kind_word, zh=clause.zh, en=clause.en,
        sentence=clause.sentence(), grade=clause.grade, since=clause.since.isoformat() if clause.since else None,
        source=list(clause.source), assumed=dict(clause.assumed), applied=found.applied, breached=found.breached,
    )  # fmt: skip


@router.get("", response={200: ClauseList, **PROBLEMS}, summary="List the clauses in force")
def list_clauses(
    request: HttpRequest, regulation: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = ""
) -> ClauseList:
    """Every clause in force today, or those of one regulation (`property/repair`)."""
    clauses = [c for c in today(request, "regulation").clauses.values() if not regulation or c.regulation.name == regulation]
    figures = figures_of([c.name for c in clauses])
    return ClauseList(items=[shown(c, figures) for c in clauses])


@router.get("/one", response={200: ClauseOut, **PROBLEMS}, summary="Read one clause")
def read_clause(
    request: HttpRequest, name: Annotated[str, Query(min_length=1, max_length=160, pattern=r"^[^\x00]*$")]
) -> ClauseOut:
    """One clause by its global name (`property/repair#2.1`)."""
    clause = today(request, "name").clauses.get(name)
    if clause is None:
        raise NotFound
    return shown(clause, figures_of([name]))
