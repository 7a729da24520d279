"""What a transaction has to write beside its subjects: events, notices, links, what apps above write, and whom to wake afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shouwen.base.journal import ACT, MAX_DATA, EventRow
from shouwen.base.outbox import NoticeRow
from shouwen.base.sql import to_json
from shouwen.cases.adapters import Happening
from shouwen.cases.living import Living
from shouwen.cases.plain import field_shape, field_type, plain
from shouwen.policy.act import ACKNOWLEDGE, CLOCK_ACTS, Act
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Ruling, SetField, Step

LARGE = 6_000  # characters of one value; what is larger stands on the case, the event only names it
LONG = 600  # characters of a fact that was read
ROOM = MAX_DATA // 4  # characters of an event; of the widest each has four bytes


@dataclass
class Minutes:
    """Collected while rulings are carried out, written by `effects.write`."""

    now: datetime
    events: list[EventRow] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    happenings: dict[type, list[Happening]] = field(default_factory=dict)
    links: list[Mapping[str, Any]] = field(default_factory=list)
    files: dict[tuple[int, int], set[int]] = field(default_factory=dict)  # attachments by subject and who brings them
    subjects: dict[int, Living] = field(default_factory=dict)  # of the files
    topics: dict[str, None] = field(default_factory=dict)
    queued: list[Mapping[str, Any]] = field(default_factory=list)
    surveys: list[Mapping[str, Any]] = field(default_factory=list)  # questionnaires somebody outside is asked to answer

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any((self.events, self.notices, self.happenings, self.links, self.files, self.queued, self.surveys))

    def clear(self) -> None:
        """Forget what has been written; whom to wake is kept until the end."""
        for kept in (self.events, self.notices, self.happenings, self.links, self.files, self.queued, self.surveys):
            kept.clear()

    def event(
        self,
        s: Living,
        kind: str,
        ruling: Ruling,
        *,
        clause: str = "",
        since: date | None = None,
        at: datetime | None = None,
        **data: Any,
    ) -> None:
        """Note an effect that rests on a clause. Empty values are left out."""
        act = ruling.act
        self.events.append(
            EventRow(
                subject=s.ref, kind=kind, actor=act.by, at=at or act.at, entered_at=self.now, clause=clause, clause_since=since,
                case=s.case, data={k: plain(v) for k, v in data.items() if v not in (None, "", (), 0, False)},
            )
        )  # fmt: skip

    def attach(self, s: Living, act: Act) -> None:
        """Note the files an act brings: as evidence, or in its fields."""
        found = {e.attachment for e in act.evidence} - {0}
        for name, value in act.fields.items():
            kind = field_type(s.noun, name, act.name)
            if kind is not None and kind.name == "file":
                found.update(v for v in (value if isinstance(value, tuple) else (value,)) if v)
        if found:
            self.subjects[s.ref.id] = s
            self.files.setdefault((s.ref.id, act.by), set()).update(found)

    def act(self, s: Living, ruling: Ruling) -> None:
        """Note that an act happened. What the clock does of itself is told by its effects alone; a confirmation stands in the event of its
        notice already (`outbox.confirm`).
        """
        act = ruling.act
        if act.name in (*CLOCK_ACTS, ACKNOWLEDGE):
            return
        self.events.append(
            EventRow(
                subject=s.ref, kind=ACT, act=act.name, actor=act.by, at=act.at, entered_at=self.now, case=s.case, key=act.key,
                data=_told(s.noun, ruling),
            )
        )  # fmt: skip


def _told(noun: Noun, ruling: Ruling) -> dict[str, Any]:
    """Return what an event keeps of an act: what it changed and said, what the law read, warned of and could not judge."""
    act = ruling.act
    told: dict[str, Any] = {}
    followed = {e.field: e.value for e in ruling.effects if isinstance(e, SetField) and not e.link and e.field not in act.fields}
    large = _put(told, "brought", act.fields, noun, act.name) | _put(told, "followed", followed, noun, "")
    if large:
        told["large"] = sorted(large)
    step = next((e.to for e in ruling.effects if isinstance(e, Step)), "")
    reads = {k: _short(plain(v)) for k, v in ruling.reads.items() if v is not None}
    whole = {
        "step": step,
        "reads": reads,
        "cites": [c.clause for c in ruling.cites],
        "warnings": [w.clause or w.code for w in ruling.warnings],
        "flags": [[clause, list(names)] for clause, names in ruling.flags],
        "reason": act.reason,
        "upon": act.upon,
        "evidence": [[e.kind, e.party, e.id, e.attachment] for e in act.evidence],
        "ticks": sorted(act.ticks),
        "row": act.row,
        "clause": act.clause,
    }
    told.update({k: v for k, v in whole.items() if v})
    return _fitting(told, noun)


def _fitting(told: dict[str, Any], noun: Noun) -> dict[str, Any]:
    """Leave out what stands on the case anyway, the largest first, until the event is small enough to be kept."""
    while len(to_json(told)) > ROOM:
        kept = [(part, k, v) for part in ("brought", "followed", "reads") for k, v in told.get(part, {}).items()]
        left = [(len(to_json(v)), part, k) for part, k, v in kept if part == "reads" or k in noun.fields]
        if not left:
            break
        _, part, name = max(left)
        told = {**told, part: {k: v for k, v in told[part].items() if k != name}}
        if part != "reads":
            told["large"] = sorted({*told.get("large", ()), name})
    return told


def _put(told: dict[str, Any], key: str, values: Mapping[str, Any], noun: Noun, act: str) -> set[str]:
    """Put dumped values under a key; return the names of those too large or too personal for the journal."""
    kept: dict[str, Any] = {}
    left: set[str] = set()
    for name, value in values.items():
        kind = field_type(noun, name, act)
        dumped = kind.dump(value) if kind is not None else plain(value)
        if _personal(noun, name, act) or (name in noun.fields and _size(dumped) > LARGE):
            left.add(name)
        else:
            kept[name] = dumped
    if kept:
        told[key] = kept
    return left


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(repr(value)) if isinstance(value, list | dict) else 0


def _personal(noun: Noun, name: str, act: str = "") -> bool:
    """Whether a field (the noun's, or one only the act has) holds personal data."""
    shape = field_shape(noun, name, act)
    return shape is not None and shape.covered


def _short(value: Any) -> Any:
    return value if _size(value) <= LONG else "…"
