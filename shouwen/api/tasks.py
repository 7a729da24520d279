"""Tasks: what the asker owes, and completing or claiming it."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from shouwen.api.asking import asker
from shouwen.api.paging import HIGHEST_ID, LIMIT, MOST, Place, read_cursor, write_cursor
from shouwen.api.ruled import Key, ruled
from shouwen.api.shapes import In, ProblemOut, RulingOut, TaskOut, TaskPage, Text
from shouwen.base.errors import NotFound
from shouwen.cases.models import Task
from shouwen.policy.act import Act

router = Router(tags=["tasks"])
PROBLEMS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class TaskActIn(In):
    """What is done with a task: claim it, complete it, or say yes or no to what it asks."""

    act: Literal["claim", "complete", "approve", "disapprove"]
    reason: Text = ""  # a no must have one


def shown(task: Task) -> TaskOut:
    """Return a task as the API shows it."""
    number = task.case.number if task.case is not None else None
    return TaskOut(
        id=task.pk,
        case=number,
        name=task.name,
        title=task.title,
        act=task.act,
        clause=task.clause,
        who=list(task.who),
        post=task.post,
        due_at=task.due_at,
    )


@router.get("", response={200: TaskPage, **PROBLEMS}, summary="List my tasks")
def list_tasks(
    request: HttpRequest, limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT, cursor: Annotated[str, Query(max_length=200)] = ""
) -> TaskPage:
    """Open tasks of the asker and of the posts they hold; what falls due next comes first, what has no moment last."""
    rows = (
        Task.objects.desk(asker(request, "limit", "cursor").reader)
        .select_related("case")
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )
    place = read_cursor(cursor, "tasks")
    if place is not None and place.at is not None:
        rows = rows.filter(Q(due_at__gt=place.at) | Q(due_at=place.at, pk__gt=place.id) | Q(due_at=None))
    elif place is not None:
        rows = rows.filter(due_at=None, pk__gt=place.id)
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    more = write_cursor(Place("tasks", last.due_at, last.pk)) if last is not None else ""
    return TaskPage(items=[shown(t) for t in found[:limit]], cursor=more)


@router.post("/{task}/acts", response={200: RulingOut, **PROBLEMS}, summary="Act on a task")
def act_on_task(
    request: HttpRequest, task: Annotated[int, Path(ge=1, le=HIGHEST_ID)], payload: TaskActIn, key: Key = ""
) -> HttpResponse:
    """Claim or complete a task, or decide the approval it asks for. An act that a task waits for is done on its case."""
    who = asker(request)
    found = Task.objects.visible_to(who.reader).select_related("case").filter(pk=task).first()
    if found is None:
        raise NotFound
    row = str(found.approval_id or 0) if payload.act in ("approve", "disapprove") else str(found.pk)
    return ruled(Act(payload.act, found.subject, who.staff, who.now, row=row, reason=payload.reason, key=key), who)
