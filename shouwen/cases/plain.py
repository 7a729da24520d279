"""Typed values of the law as plain data for JSON: fields and acts there and back, rulings as answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.env import Elapsed
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.ruling import Cite, Refusal, Ruling
from shouwen.policy.values import FieldType


def field_shape(noun: Noun, name: str, act: str = "") -> Field | None:
    """Return a field that only the act has, or one of the noun; None when there is no such field."""
    brought = noun.acts[act].fields.get(name) if act in noun.acts else None
    return brought or noun.fields.get(name)


def field_type(noun: Noun, name: str, act: str = "") -> FieldType | None:
    """Return the type of such a field; None when there is none."""
    found = field_shape(noun, name, act)
    return found.type if found is not None else None


def dump_fields(fields: Mapping[str, Any], noun: Noun, act: str = "") -> dict[str, Any]:
    """Return fields as JSON. What the noun does not know (it came with a later law) is kept as it can be."""
    return {name: _dump(value, field_type(noun, name, act)) for name, value in fields.items()}


def load_fields(kept: Mapping[str, Any], noun: Noun, act: str = "") -> dict[str, Any]:
    """Return what dump_fields made as typed values."""
    found: dict[str, Any] = {}
    for name, value in kept.items():
        kind = field_type(noun, name, act)
        found[name] = value if kind is None else kind.load(value)
    return found


def _dump(value: Any, kind: FieldType | None) -> Any:
    return kind.dump(value) if kind is not None else plain(value)


def plain(value: Any) -> Any:
    """Return any value the law reads as JSON: moments, decimals, spans and elapsed times as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, frozenset | set):
        return sorted(str(v) for v in value)
    if isinstance(value, Elapsed):
        return [value.start.isoformat(), value.end.isoformat()]
    return (
        value.isoformat() if isinstance(value, datetime | date) else _number(value) if isinstance(value, Decimal) else str(value)
    )


def _number(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else str(value.normalize())


def dump_act(act: Act, noun: Noun) -> dict[str, Any]:
    """Return an act as JSON, to be done later: one that waits for approval, or stands in a queue. Its key is left out."""
    opening = asdict(act.opening) if act.opening is not None else None
    if opening is not None and act.opening is not None and act.opening.due_at is not None:
        opening["due_at"] = act.opening.due_at.isoformat()
    return {
        "name": act.name,
        "kind": act.subject.kind,
        "noun": act.subject.noun,
        "id": act.subject.id,
        "by": act.by,
        "at": act.at.isoformat(),
        "fields": dump_fields(act.fields, noun, act.name),
        "evidence": [asdict(e) for e in act.evidence],
        "ticks": sorted(act.ticks),
        "clause": act.clause,
        "row": act.row,
        "reason": act.reason,
        "upon": act.upon,
        "opening": opening,
        "granted": dict(act.granted),
    }


def load_act(kept: Mapping[str, Any], noun: Noun) -> Act:
    """Return what dump_act made."""
    opening = kept.get("opening")
    return Act(
        kept["name"], Ref(kept["kind"], kept["noun"], kept["id"]), kept["by"], datetime.fromisoformat(kept["at"]),
        load_fields(kept["fields"], noun, kept["name"]), tuple(Evidence(**e) for e in kept["evidence"]), frozenset(kept["ticks"]),
        kept["clause"], kept["row"], kept["reason"], "", _opening(opening) if opening else None,
        {clause: tuple(tuple(link) for link in chain) for clause, chain in kept.get("granted", {}).items()}, kept["upon"],
    )  # fmt: skip


def _opening(kept: Mapping[str, Any]) -> Opening:
    due_at = kept["due_at"]
    return Opening(**{**kept, "who": tuple(kept["who"]), "due_at": datetime.fromisoformat(due_at) if due_at else None})


def request_of(act: Act, noun: Noun | None) -> dict[str, Any]:
    """Return what an act asks, for telling whether the same key brings the same request: without its moment, and without the id
    of a subject it is only about to open."""
    fields = dump_fields(act.fields, noun, act.name) if noun is not None else plain(act.fields)
    opening = act.name == "open"
    return {
        "name": act.name,
        "kind": act.subject.kind,
        "noun": act.subject.noun,
        "id": 0 if opening else act.subject.id,
        "fields": fields,
        "evidence": [asdict(e) for e in act.evidence],
        "ticks": sorted(act.ticks),
        "clause": act.clause,
        "row": act.row,
        "reason": act.reason,
        "opening": plain(asdict(act.opening)) if act.opening is not None else None,
    }


def dump_ruling(ruling: Ruling) -> dict[str, Any]:
    """Return what is remembered of a ruling for whoever sends the same act again: the answer, not its effects."""
    return {
        "outcome": ruling.outcome, "id": ruling.subject.id, "at": ruling.act.at.isoformat(),
        "refusals": [asdict(r) for r in ruling.refusals], "warnings": [asdict(w) for w in ruling.warnings],
        "cites": [[c.clause, c.since.isoformat() if c.since else None] for c in ruling.cites],
        "proposals": {k: list(v) for k, v in ruling.proposals.items()},
    }  # fmt: skip


def load_ruling(kept: Mapping[str, Any], act: Act) -> Ruling:
    """Return what dump_ruling made, for the act that was sent again."""
    subject = Ref(act.subject.kind, act.subject.noun, kept["id"])
    return Ruling(
        kept["outcome"], act, subject, _refusals(kept["refusals"]), _refusals(kept["warnings"]),
        cites=tuple(Cite(clause, date.fromisoformat(since) if since else None) for clause, since in kept["cites"]),
        proposals={k: tuple(v) for k, v in kept["proposals"].items()},
    )  # fmt: skip


def _refusals(kept: list[dict[str, Any]]) -> tuple[Refusal, ...]:
    return tuple(Refusal(**{**r, "missing": tuple(r["missing"]), "unknown": tuple(r["unknown"])}) for r in kept)
