"""Cases: create, list, read, act, and the events of one. Everything that changes goes through `act`."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from shouwen.api.asking import Asker, asker
from shouwen.api.paging import HIGHEST_ID, LIMIT, MOST, Place, read_cursor, write_cursor
from shouwen.api.ruled import Key, ruled
from shouwen.api.shapes import (
    ActIn,
    CaseIn,
    CaseOut,
    CasePage,
    CaseRow,
    DeadlineOut,
    EventOut,
    EventPage,
    EvidenceIn,
    ProblemOut,
    RulingOut,
)
from shouwen.api.tasks import shown as shown_task
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.models import Event
from shouwen.cases.draft import Start, Wish, act_on, open_case
from shouwen.cases.models import Case, Deadline, Task
from shouwen.policy.act import Act, Evidence

router = Router(tags=["cases"])
PROBLEMS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}
CaseId = Annotated[int, Path(ge=1, le=HIGHEST_ID)]
Cursor = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
ROW = (
    "id",
    "number",
    "procedure",
    "step",
    "title",
    "unit_id",
    "customer_id",
    "responsible_id",
    "first_asked_id",
    "opened_at",
    "closed_at",
    "next_due",
    "held",
)


def row(case: Case) -> dict[str, Any]:
    """Return what a list shows of a case."""
    return {
        "id": case.pk,
        "number": case.number,
        "procedure": case.procedure,
        "step": case.step,
        "title": case.title,
        "unit": case.unit_id,
        "customer": case.customer_id,
        "responsible": case.responsible_id,
        "first_asked": case.first_asked_id,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "next_due": case.next_due,
        "held": case.held,
    }


def find(who: Asker, case: int) -> Case:
    """Return a case the asker may see."""
    found = Case.objects.visible_to(who.reader).filter(pk=case).first()
    if found is None:
        raise NotFound
    return found


@router.get("", response={200: CasePage, **PROBLEMS}, summary="List cases")
def list_cases(
    request: HttpRequest,
    state: Annotated[str, Query(pattern=r"^(open|closed|all)$")] = "open",
    procedure: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    responsible: Annotated[int | None, Query(ge=1, le=HIGHEST_ID)] = None,
    limit: Limit = LIMIT,
    cursor: Cursor = "",
) -> CasePage:
    """Cases the asker may see, the newest first."""
    who = asker(request, "state", "procedure", "responsible", "limit", "cursor")
    rows = Case.objects.visible_to(who.reader).only(*ROW).order_by("-opened_at", "-pk")
    if state != "all":
        rows = rows.filter(closed_at__isnull=state == "open")
    if procedure:
        rows = rows.filter(procedure=procedure)
    if responsible is not None:
        rows = rows.filter(responsible=responsible)
    place = read_cursor(cursor, "cases")
    if place is not None:
        if place.at is None:
            raise FieldError.of(
                "cursor", "翻页位置无效,请从第一页开始", "not a cursor of this list; begin at the first page", "bad_cursor"
            )
        rows = rows.filter(Q(opened_at__lt=place.at) | Q(opened_at=place.at, pk__lt=place.id))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    more = write_cursor(Place("cases", last.opened_at, last.pk)) if last is not None else ""
    return CasePage(items=[CaseRow(**row(c)) for c in found[:limit]], cursor=more)


@router.post("", response={201: RulingOut, **PROBLEMS}, summary="Open a case")
def create_case(request: HttpRequest, payload: CaseIn, key: Key = "") -> HttpResponse:
    """Open a case by the law of the moment. Sent again with the same Idempotency-Key, it is opened once.

    `customer` also stands in the procedure's field for one, if it has exactly one and `fields` does not say otherwise.
    """
    who = asker(request)
    return ruled(opening(payload, who, key), who, 201)


@router.get("/{case}", response={200: CaseOut, **PROBLEMS}, summary="Read a case")
def read_case(request: HttpRequest, case: CaseId) -> CaseOut:
    """One case with its fields, running promises and open tasks."""
    who = asker(request)
    found = Case.objects.visible_to(who.reader).filter(pk=case).first()
    if found is None:
        raise NotFound
    running = Deadline.objects.running().of(found.ref).order_by("due_at", "pk")
    todo = list(Task.objects.open().of(found.ref))
    for task in todo:
        task.case = found
    deadlines, tasks = [_deadline(d) for d in running], [shown_task(t) for t in todo]
    return CaseOut(**row(found), fields=found.fields, version=found.version, deadlines=deadlines, tasks=tasks)


def _deadline(d: Deadline) -> DeadlineOut:
    return DeadlineOut(
        clause=d.clause,
        row=d.row,
        since=d.anchor,
        due_at=d.due_at,
        breached_at=d.breached_at,
        stopped_at=d.stopped_at,
        outcome=d.outcome,
    )


@router.post("/{case}/acts", response={200: RulingOut, **PROBLEMS}, summary="Act on a case")
def act_on_case(request: HttpRequest, case: CaseId, payload: ActIn, key: Key = "") -> HttpResponse:
    """Do an act: whatever the procedure of the case has, and `approve`, `disapprove`, `withdraw` with `row` = the approval."""
    who = asker(request)
    return ruled(acting(find(who, case), payload, who, key), who)


def opening(payload: CaseIn, who: Asker, key: str) -> Act:
    """Return the act that opens a case as it was asked for. Raises FieldError."""
    if payload.unit is not None and not _in_scope(who, payload.unit):
        raise FieldError.of("unit", "没有这个单位,或不在您的范围内", "there is no such unit, or it is not yours")
    start = Start(customer=payload.customer or 0, unit=payload.unit or 0)
    wish = Wish(
        act="open", fields=payload.fields, evidence=_evidence(payload.evidence), ticks=payload.ticks, key=key, at=payload.at
    )
    return open_case(payload.procedure, wish, start, who.reader, now=who.now, read=who.read)


def acting(case: Case, payload: ActIn, who: Asker, key: str) -> Act:
    """Return an act on a case the asker may see, as it was asked for. Raises FieldError."""
    wish = Wish(
        act=payload.act,
        fields=payload.fields,
        evidence=_evidence(payload.evidence),
        ticks=payload.ticks,
        clause=payload.clause,
        row=payload.row,
        reason=payload.reason,
        key=key,
        at=payload.at,
    )
    return act_on(case, wish, who.reader, now=who.now)


@router.get("/{case}/events", response={200: EventPage, **PROBLEMS}, summary="The story of a case")
def list_events(request: HttpRequest, case: CaseId, limit: Limit = LIMIT, cursor: Cursor = "") -> EventPage:
    """The journal of a case, oldest first."""
    find(asker(request, "limit", "cursor"), case)
    place = read_cursor(cursor, "events")
    found = list(Event.objects.of_case(case).after(place.id if place is not None else 0, limit + 1))
    more = write_cursor(Place("events", None, found[limit - 1].seq)) if len(found) > limit else ""
    items = [
        EventOut(
            seq=e.seq,
            at=e.at,
            entered_at=e.entered_at,
            kind=e.kind,
            act=e.act,
            actor=e.actor_id or None,
            clause=e.clause,
            data=e.data,
        )
        for e in found[:limit]
    ]
    return EventPage(items=items, cursor=more)


def _evidence(given: list[EvidenceIn]) -> list[Evidence]:
    return [Evidence(e.kind, e.party, e.id, e.attachment) for e in given]


def _in_scope(who: Asker, unit: int) -> bool:
    return unit in who.org.units and (who.reader.units is None or unit in who.reader.units)
