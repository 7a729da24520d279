"""Deadlines, tasks and approvals of any kind of subject: read for a batch with one query, written as parts of one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from shouwen.base.sql import from_json, raw
from shouwen.cases.adapters import Part
from shouwen.cases.living import Asked, Living, Promised, Work
from shouwen.cases.plain import dump_act, load_act
from shouwen.cases.rows_sql import Columns, insert, update
from shouwen.policy.facts import OpenTaskFact, PendingApproval, Running

_READ: Final = """select s.id,
 (select json_agg(json_build_array(d.id, d.clause, d.clause_since, d.row, d.anchor, d.due_at, d.breached_at, d.until, d.owes, d.calendar,
   d.made_at, d.extended, d.act, d.warn_at, d.warned_at) order by d.made_at, d.id)
  from cases_deadline d where d.subject_id = s.id and d.stopped_at is null),
 (select json_agg(json_build_array(d.clause, d.row, d.anchor))
  from cases_deadline d where d.subject_id = s.id and d.outcome in ('kept', 'late')),
 (select json_agg(json_build_array(t.id, t.name, t.row, t.clause, t.who, t.post, t.act, t.title, t.opened_at, t.due_at, t.unit_id,
   t.clause_since, t.approval_id) order by t.opened_at, t.id)
  from cases_task t where t.subject_id = s.id and t.done_at is null),
 (select json_agg(json_build_array(a.id, a.clause, a.act, a.requester_id, a.chain, a.advises, a.all_of, a.position, a.yes, a.request,
   a.state, a.clause_since, a.asked_at, a.decided_at, a.decided_by) order by a.asked_at, a.id)
  from cases_approval a where a.subject_id = s.id and a.closed_at is null)
 from unnest(%s::int8[]) as s(id)"""

_SUBJECT: Final[Columns] = (("subject_kind", "text"), ("noun", "text"), ("subject_id", "int8"), ("case_id", "int8"))
_CLAUSE: Final[Columns] = (("clause", "text"), ("clause_since", "date"))
_ID: Final[Columns] = (("id", "int8"),)
_DEADLINE: Final[Columns] = (
    ("due_at", "timestamptz"),
    ("warn_at", "timestamptz"),
    ("warned_at", "timestamptz"),
    ("breached_at", "timestamptz"),
    ("stopped_at", "timestamptz"),
    ("outcome", "text"),
    ("owes", "int8[]"),
    ("extended", "text[]"),
    ("try_at", "timestamptz"),
    ("tries", "int2"),
)
_NEW_DEADLINE: Final[Columns] = (
    *_ID,
    *_SUBJECT,
    *_CLAUSE,
    ("row", "text"),
    ("act", "text"),
    ("anchor", "timestamptz"),
    ("made_at", "timestamptz"),
    ("entered_at", "timestamptz"),
    ("calendar", "text"),
    ("until", "text[]"),
    *_DEADLINE,
)
_TASK: Final[Columns] = (
    ("who", "int8[]"),
    ("post", "text"),
    ("unit_id", "int8"),
    ("done_at", "timestamptz"),
    ("done_by", "int8"),
    ("outcome", "text"),
)
_NEW_TASK: Final[Columns] = (
    *_ID, *_SUBJECT, *_CLAUSE, ("name", "text"), ("title", "text"), ("row", "text"), ("act", "text"), ("approval_id", "int8"),
    ("opened_at", "timestamptz"), ("due_at", "timestamptz"), *_TASK,
)  # fmt: skip
_APPROVAL: Final[Columns] = (
    ("position", "int2"),
    ("yes", "int8[]"),
    ("state", "text"),
    ("decided_at", "timestamptz"),
    ("decided_by", "int8"),
    ("closed_at", "timestamptz"),
)
_NEW_APPROVAL: Final[Columns] = (
    *_ID,
    *_SUBJECT,
    *_CLAUSE,
    ("request", "int8"),
    ("act_name", "text"),
    ("act", "jsonb"),
    ("requester_id", "int8"),
    ("chain", "jsonb"),
    ("advises", "jsonb"),
    ("all_of", "bool"),
    ("asked_at", "timestamptz"),
    *_APPROVAL,
)


def load_work(subjects: Sequence[Living]) -> None:
    """Read what is owed on subjects that are locked already, in a statement of its own: it must see what the lock waited for."""
    by_id = {s.ref.id: s for s in subjects}
    for id_, deadlines, settled, tasks, approvals in raw().execute(_READ, [list(by_id)]).fetchall():
        s = by_id[id_]
        s.deadlines = [_promised(*row) for row in from_json(deadlines) or ()]
        s.settled = {(clause, row, _moment(anchor)) for clause, row, anchor in from_json(settled) or ()}
        s.tasks = [_work(*row) for row in from_json(tasks) or ()]
        s.approvals = [_asked(s, *row) for row in from_json(approvals) or ()]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _perhaps(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _promised(*row: Any) -> Promised:
    id_, clause, since, line, anchor, due_at, breached_at, until, owes, calendar, made_at, extended, act, warn_at, warned_at = row
    running = Running(
        clause, _day(since), line, _moment(anchor), _perhaps(due_at), _perhaps(breached_at), tuple(until), tuple(owes), calendar,
        _moment(made_at), tuple(extended),
    )  # fmt: skip
    return Promised(id_, running, act, None, _perhaps(warn_at), _perhaps(warned_at))


def _work(*row: Any) -> Work:
    id_, name, line, clause, who, post, act, title, opened_at, due_at, unit, since, approval = row
    fact = OpenTaskFact(id_, name, line, clause, tuple(who), post, act)
    return Work(id_, fact, title, _moment(opened_at), _perhaps(due_at), unit or 0, _day(since), approval or 0)


def _asked(s: Living, *row: Any) -> Asked:
    (
        id_,
        clause,
        act,
        requester,
        chain,
        advises,
        all_of,
        position,
        yes,
        request,
        state,
        since,
        asked_at,
        decided_at,
        decided_by,
    ) = row
    pending = PendingApproval(
        id_,
        clause,
        load_act(act, s.noun),
        requester or 0,
        tuple(tuple(link) for link in chain),
        tuple(advises),
        all_of,
        position,
        tuple(yes),
        request,
        state == "granted",
    )
    return Asked(id_, pending, _day(since), _moment(asked_at), state, _perhaps(decided_at), decided_by or 0)


def work_writes(subjects: Iterable[Living]) -> Iterator[Part]:
    """Return statements that write new and changed deadlines, tasks and approvals."""
    kept = list(subjects)
    deadlines = [(s, d) for s in kept for d in s.deadlines]
    tasks = [(s, t) for s in kept for t in s.tasks]
    approvals = [(s, a) for s in kept for a in s.approvals]
    yield from _pair("cases_approval", (_NEW_APPROVAL, (*_ID, *_APPROVAL)), approvals, (_approval_row, _new_approval))
    yield from _pair("cases_task", (_NEW_TASK, (*_ID, *_TASK)), tasks, (_task_row, _new_task))
    yield from _pair("cases_deadline", (_NEW_DEADLINE, (*_ID, *_DEADLINE)), deadlines, (_deadline_row, _new_deadline))


def _pair(
    table: str, columns: tuple[Columns, Columns], items: Sequence[tuple[Living, Any]], rows: tuple[Any, Any]
) -> Iterator[Part]:
    row, whole = rows
    changed = [row(item) for _, item in items if item.changed and not item.fresh]
    if changed:
        yield update(table, columns[1], changed)
    fresh = [{**_about(s), **row(item), **whole(s, item)} for s, item in items if item.fresh]
    if fresh:
        yield insert(table, columns[0], fresh)


def _about(s: Living) -> dict[str, Any]:
    return {"subject_kind": s.ref.kind, "noun": s.ref.noun, "subject_id": s.ref.id, "case_id": s.case or None}


def _deadline_row(d: Promised) -> dict[str, Any]:
    r = d.running
    return {
        "id": d.id, "due_at": r.due_at, "warn_at": d.warn_at, "warned_at": d.warned_at, "breached_at": r.breached_at,
        "stopped_at": d.stopped_at, "outcome": d.outcome, "owes": r.owes, "extended": r.extended, "try_at": None, "tries": 0,
    }  # fmt: skip


def _new_deadline(_: Living, d: Promised) -> dict[str, Any]:
    r = d.running
    return {
        "clause": r.clause, "clause_since": r.since, "row": r.row, "act": d.act, "anchor": r.anchor, "made_at": r.made_at,
        "entered_at": d.entered_at, "calendar": r.calendar, "until": r.until,
    }  # fmt: skip


def _task_row(t: Work) -> dict[str, Any]:
    return {
        "id": t.id, "who": t.fact.who, "post": t.fact.post, "unit_id": t.unit or None, "done_at": t.done_at,
        "done_by": t.done_by or None, "outcome": t.outcome,
    }  # fmt: skip


def _new_task(_: Living, t: Work) -> dict[str, Any]:
    fact = t.fact
    return {
        "clause": fact.clause,
        "clause_since": t.since,
        "name": fact.name,
        "title": t.title[:200],
        "row": fact.row,
        "act": fact.act,
        "approval_id": t.approval or None,
        "opened_at": t.opened_at,
        "due_at": t.due_at,
    }


def _approval_row(a: Asked) -> dict[str, Any]:
    p = a.pending
    return {
        "id": a.id, "position": p.position, "yes": p.yes, "state": a.state, "decided_at": a.decided_at,
        "decided_by": a.decided_by or None, "closed_at": a.closed_at,
    }  # fmt: skip


def _new_approval(s: Living, a: Asked) -> dict[str, Any]:
    p = a.pending
    return {
        "clause": p.clause, "clause_since": a.since, "request": p.request, "act_name": p.act.name, "act": dump_act(p.act, s.noun),
        "requester_id": p.requester or None, "chain": p.chain, "advises": p.advises, "all_of": p.all_of, "asked_at": a.asked_at,
    }  # fmt: skip
