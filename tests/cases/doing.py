"""Doing things to cases in tests: the words of a scenario, as functions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connections

from shouwen.base.models import Event
from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.ruling import Ruling
from shouwen.staff.models import Staff, Unit


def opening(procedure: str, by: Staff, at: datetime, unit: Unit | None = None, **fields: Any) -> Act:
    """The act that opens a case."""
    return Act("open", Ref("case", procedure, 0), by.pk, at, fields, opening=Opening(unit=unit.pk if unit else by.unit_id or 0))


def opened(procedure: str, by: Staff, at: datetime, unit: Unit | None = None, **fields: Any) -> Case:
    """A case that was opened."""
    ruling = act(opening(procedure, by, at, unit, **fields), now=at)
    assert ruling.allowed, ruling.text()
    return Case.objects.get(pk=ruling.subject.id)


def wanted(name: str, case: Case, by: Staff, at: datetime, **fields: Any) -> Act:
    """An act on a case."""
    return Act(name, case.ref, by.pk, at, fields)


def did(name: str, case: Case, by: Staff, at: datetime, **fields: Any) -> Ruling:
    """Do an act on a case that the law allows."""
    ruling = act(wanted(name, case, by, at, **fields), now=at)
    assert not ruling.refused, ruling.text()
    return ruling


def ticked(wish: Act, *clauses: str) -> Act:
    """The same act with all items of checklists ticked."""
    return replace(wish, ticks=frozenset(clauses))


def at_once(things: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do things in as many threads, begun together; return what each gave or raised."""
    gate = threading.Barrier(len(things))
    found: list[Any] = [None] * len(things)

    def one(i: int, thing: Callable[[], Any]) -> None:
        try:
            gate.wait()
            found[i] = thing()
        except Exception as trouble:  # noqa: BLE001  what a thread raised is looked at by the test
            found[i] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(i, t)) for i, t in enumerate(things)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert not any(t.is_alive() for t in threads)
    return found


def story(case: Case) -> list[tuple[str, str, str]]:
    """What the journal says of a case: kind, act, clause number."""
    return [(e.kind, e.act, e.clause.rpartition("#")[2]) for e in Event.objects.of_case(case.pk)]


def plainly(event: Event) -> dict[str, Any]:
    """An event without what no two can have in common: its place, the ids of its case and of what it made."""
    made = {"deadline", "task", "opens", "approval", "request"}
    data = {k: v for k, v in event.data.items() if k not in made}
    return {
        "kind": event.kind,
        "act": event.act,
        "clause": event.clause,
        "since": event.clause_since,
        "actor": event.actor_id,
        "at": event.at,
        "entered_at": event.entered_at,
        "data": data,
    }
