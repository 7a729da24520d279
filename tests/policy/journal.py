"""A world that keeps a journal as the database does: for tests of what reads recorded stories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shouwen.policy.act import CLOCK_ACTS, Act, Opening
from shouwen.policy.law import Law
from shouwen.policy.nouns import PEOPLE_AND_PLACES
from shouwen.policy.ruling import (
    Attest,
    Breach,
    Effect,
    Enter,
    Move,
    OpenTask,
    Promise,
    Ruling,
    SetField,
    Settle,
    Step,
    Tell,
)
from shouwen.policy.simulating_state import ACT, History, Recorded
from shouwen.policy.subjects import Said
from tests.policy.laws import Play


def histories(play: Play) -> list[History]:
    """Return the stories of everything that was played."""
    rows: dict[int, list[Recorded]] = {}
    openings: dict[int, Act] = {}
    for said in play.world.said:
        act = said.ruling.act
        if said.ruling.refused or act.subject.noun in PEOPLE_AND_PLACES:
            continue
        openings.setdefault(act.subject.id, act)
        rows.setdefault(act.subject.id, []).extend(_rows(said, play.law))
    return [_history(openings[i], found) for i, found in rows.items() if openings[i].name == "open"]


def _history(first: Act, rows: list[Recorded]) -> History:
    o, followed = first.opening or Opening(), rows[0].data.get("followed", {})
    opening = Opening(
        o.unit, o.customer, followed.get("responsible", 0), followed.get("first_asked", 0), o.who, o.post, o.due_at, o.parent
    )
    return History(first.subject, f"N{first.subject.id}", opening, rows)


def _rows(said: Said, law: Law) -> list[Recorded]:
    ruling, act = said.ruling, said.ruling.act
    rows = [] if act.name in CLOCK_ACTS else [Recorded(ACT, act.name, act.by, act.at, act.at, data=_told(ruling, law))]
    for e in ruling.effects:
        found = _effect(e)
        if found is not None:
            kind, clause, since, at, data = found
            kept = {k: v for k, v in data.items() if v not in (None, "", (), 0, False)}
            rows.append(Recorded(kind, "", act.by, at or act.at, act.at, clause, since, kept))
    return rows


def _told(ruling: Ruling, law: Law) -> dict[str, Any]:
    noun, act = law.nouns[ruling.subject.noun], ruling.act
    followed = {e.field: e.value for e in ruling.effects if isinstance(e, SetField) and not e.link and e.field not in act.fields}
    dump = {n: noun.fields[n].type.dump for n in noun.fields}
    return {
        "brought": {k: dump[k](v) for k, v in act.fields.items() if k in dump},
        "followed": {k: dump[k](v) if k in dump else v for k, v in followed.items()},
        "step": next((e.to for e in ruling.effects if isinstance(e, Step)), ""),
        "reads": {k: v for k, v in ruling.reads.items() if isinstance(v, int | str)},
    }


def _effect(e: Effect) -> tuple[str, str, Any, datetime | None, dict[str, Any]] | None:
    """Return an effect that rests on a clause as a row: kind, clause, version, moment, data."""
    if isinstance(e, Settle):
        return e.outcome, e.clause, None, e.at, {"row": e.row, "why": e.why}
    if isinstance(e, Move):
        return e.why, e.clause, None, None, {"row": e.row, "due_at": _text(e.due_at), "span": e.span}
    cite, tell = getattr(e, "cite", None), TOLD.get(type(e))
    if cite is None or tell is None:
        return None
    kind, data = tell(e)
    return kind, cite.clause, cite.since, getattr(e, "at", None), data


TOLD: Mapping[type[Effect], Callable[[Any], tuple[str, dict[str, Any]]]] = {
    Promise: lambda e: (
        "promise",
        {"row": e.row, "anchor": _text(e.anchor), "due_at": _text(e.due_at), "owes": e.owes, "until": e.until},
    ),
    Breach: lambda e: ("recorded" if e.gate else "breach", {"row": e.row, "owes": e.owes}),
    OpenTask: lambda e: (
        "task",
        {"name": e.name, "row": e.row, "who": e.who, "post": e.post, "act": e.act, "due_at": _text(e.due_at)},
    ),
    Tell: lambda e: ("tell", {"to": e.to, "customer": e.customer, "form": e.form}),
    Enter: lambda e: ("entry", {"book": e.book, "who": e.who, "amount": e.amount, "party": e.party, "row": e.row}),
    Attest: lambda e: ("attested", {"what": e.what}),
    SetField: lambda e: ("chosen", {"field": e.field, "value": e.value, "link": e.link}),
}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
