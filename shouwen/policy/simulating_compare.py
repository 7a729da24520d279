"""What a clause did of one act, under one law and under another.

Rulings and rows of the journal are brought into one form, so that a ruling is compared with another ruling and with what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    Effect,
    Enter,
    Grant,
    Move,
    OpenCase,
    OpenTask,
    Pass,
    Perform,
    Promise,
    Refusal,
    Report,
    Retain,
    Ruling,
    SetField,
    Settle,
    Tell,
    Warned,
)
from shouwen.policy.simulating_state import ASKED, Happened, moment

PROMISE: Final = "promise"
CARRIED: Final = ("paused", "resumed", "extended")  # what becomes of a promise on the way: it was compared where it was made
# What somebody did about the law, and what the caller adds to an effect: no finding of a clause.
PASSED_OVER: Final = frozenset({"task_done", "task_withdrawn", "verdict", "refused_follow_up", "trouble", "warned"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a clause did. `said` tells it from others of its kind, in plain values."""

    kind: str
    said: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise a clause made."""

    row: str
    anchor: datetime
    due_at: datetime | None
    owes: tuple[int, ...]
    until: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Everything one clause did of one act."""

    findings: frozenset[Finding] = frozenset()
    pledges: tuple[Pledge, ...] = ()


NOTHING: Final = Said()


def by_ruling(ruling: Ruling, noun: Noun, only: Container[str] | None = None) -> dict[str, Said]:
    """Return what each clause (of those asked for) did, by its name."""
    found: dict[str, list[Finding | Pledge]] = {}
    if ruling.refused:
        for r in ruling.refusals:
            found.setdefault(r.clause, []).append(Finding("refused", (_why(r),)))
        return _together(found)
    for effect in ruling.effects:
        cite = getattr(effect, "cite", None)
        if only is not None and (cite.clause if cite is not None else getattr(effect, "clause", "")) not in only:
            continue
        read = _EFFECTS.get(type(effect))
        clause, what = read(effect, noun) if read is not None else ("", None)
        if clause and what is not None:
            found.setdefault(clause, []).append(what)
    return _together(found)


def by_journal(h: Happened, only: Container[str] | None = None) -> dict[str, Said]:
    """Return what each clause (of those asked for) did of what was recorded."""
    found: dict[str, list[Finding | Pledge]] = {}
    for row in h.effects:
        if not row.clause or row.kind in PASSED_OVER or (only is not None and row.clause not in only):
            continue
        read = _ROWS.get(row.kind)
        if read is not None:
            data = _whole(row.data, h) if row.kind == "chosen" else row.data
            found.setdefault(row.clause, []).append(read(data, row.at))
    return _together(found)


def _whole(data: Mapping[str, Any], h: Happened) -> Mapping[str, Any]:
    """Return what was chosen with its value: the journal leaves out nought and no, which the act itself tells."""
    return data if "value" in data else {**data, "value": h.row.data.get("followed", {}).get(data.get("field"))}


def outcome_of(h: Happened) -> str:
    """Return how something that was recorded ended: what was refused is not recorded."""
    return "waiting" if h.kind == ASKED else "allowed"


def _together(found: Mapping[str, Iterable[Finding | Pledge]]) -> dict[str, Said]:
    return {
        name: Said(frozenset(w for w in what if isinstance(w, Finding)), tuple(w for w in what if isinstance(w, Pledge)))
        for name, what in found.items()
    }


def _why(r: Refusal) -> str:
    return "、".join(r.missing or r.unknown) or r.code


# effects

_Read = Callable[[Any, Noun], "tuple[str, Finding | Pledge | None]"]


def _cited(make: Callable[[Any], Finding | Pledge]) -> _Read:
    return lambda e, _noun: (e.cite.clause, make(e)) if e.cite is not None else ("", None)


def _field(e: SetField, noun: Noun) -> tuple[str, Finding | None]:
    shape = noun.fields.get(e.field) if not e.link else None
    value = shape.type.dump(e.value) if shape is not None else e.value
    return (e.cite.clause, Finding("chosen", (e.field, steady(value), e.link))) if e.cite is not None else ("", None)


_EFFECTS: Final[Mapping[type[Effect], _Read]] = {
    Ask: _cited(lambda e: Finding("ask", (steady(e.chain), e.all_of))),
    SetField: _field,
    Promise: _cited(lambda e: Pledge(e.row, e.anchor, e.due_at, e.owes, e.until)),
    Settle: lambda e, _noun: (e.clause, Finding(e.outcome, (e.row,))),
    Move: lambda e, _noun: (e.clause, Finding(e.why, (e.row, e.due_at))),
    Breach: _cited(lambda e: Finding("recorded" if e.gate else "breach", (e.row,))),
    Warned: lambda _e, _noun: ("", None),
    OpenTask: _cited(lambda e: Finding("task", (e.name, e.row, e.who, e.post, e.due_at))),
    OpenCase: _cited(lambda e: Finding("case", (e.procedure, e.who, e.post, e.due_at))),
    Perform: _cited(lambda e: Finding("performs", (e.act.name,))),
    Tell: _cited(lambda e: Finding("tell", (e.to, bool(e.customer or e.outside), e.form))),
    Enter: _cited(lambda e: Finding("entry", (e.book, (e.who,), e.amount, e.party))),
    Attest: _cited(lambda e: Finding("attested", (e.what,))),
    Pass: _cited(lambda e: Finding("passed", ((e.by,),))),
    Grant: _cited(lambda e: Finding("granted", (e.what, e.since, e.until))),
    Retain: _cited(lambda e: Finding("retained", (e.until,))),
    Report: _cited(lambda e: Finding("report", (e.period,))),
}

# rows of the journal

_Row = Callable[[Mapping[str, Any], datetime], "Finding | Pledge"]


def _pledge(d: Mapping[str, Any], at: datetime) -> Pledge:
    return Pledge(d.get("row", ""), moment(d.get("anchor")) or at, moment(d.get("due_at")), _ids(d, "owes"), _ids(d, "until"))


def _ids(d: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    return tuple(d.get(name, ()))


def _row_alone(kind: str) -> _Row:
    return lambda d, _at: Finding(kind, (d.get("row", ""),))


def _moved(kind: str) -> _Row:
    return lambda d, _at: Finding(kind, (d.get("row", ""), moment(d.get("due_at"))))


_ROWS: Final[Mapping[str, _Row]] = {
    "ask": lambda d, _at: Finding("ask", (steady(d.get("chain", ())), bool(d.get("all_of")))),
    "chosen": lambda d, _at: Finding("chosen", (d.get("field", ""), steady(d.get("value")), d.get("link", ""))),
    PROMISE: _pledge,
    **{kind: _row_alone(kind) for kind in ("kept", "late", "withdrawn", "breach", "recorded")},
    **{kind: _moved(kind) for kind in ("paused", "resumed", "extended")},
    "task": lambda d, _at: Finding(
        "task", (d.get("name", ""), d.get("row", ""), _ids(d, "who"), d.get("post", ""), moment(d.get("due_at")))
    ),
    "case": lambda d, _at: Finding(
        "case", (d.get("procedure", ""), _ids(d, "who"), d.get("post", ""), moment(d.get("due_at")))
    ),
    "performs": lambda d, _at: Finding("performs", (d.get("act", ""),)),
    "tell": lambda d, _at: Finding("tell", (_ids(d, "to"), bool(d.get("customer") or d.get("outside")), d.get("form", ""))),
    "entry": lambda d, _at: Finding("entry", (d.get("book", ""), (d.get("who", 0),), d.get("amount", 0), d.get("party", ""))),
    "attested": lambda d, _at: Finding("attested", (_ids(d, "what"),)),
    "passed": lambda d, at: Finding("passed", ((d.get("by", 0),),)),
    "granted": lambda d, _at: Finding("granted", (d.get("what"), moment(d.get("granted_from")), moment(d.get("granted_until")))),
    "retained": lambda d, _at: Finding("retained", (moment(d.get("until")),)),
    "report": lambda d, _at: Finding("report", (d.get("period", ""),)),
}  # fmt: skip


def steady(value: Any) -> Any:
    """Return a plain value as one that can be compared and hashed: lists as tuples, mappings as their items."""
    if isinstance(value, Mapping):
        return tuple(sorted((str(k), steady(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return tuple(steady(v) for v in value)
    if isinstance(value, set | frozenset):
        return tuple(sorted(str(v) for v in value))
    return value
