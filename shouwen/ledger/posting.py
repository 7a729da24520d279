"""Posting: the only writer of entries, set by set. Taking back is posting the opposite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.base.errors import FieldError
from shouwen.base.numbering import next_ids
from shouwen.base.sql import columns, raw, unnest
from shouwen.policy.act import Ref
from shouwen.policy.ruling import Cite, Enter

_TYPES: Final = (
    "int8", "text", "text", "int8", "int8", "int8", "text", "date", "text", "text", "int8", "int8", "text", "int8", "timestamptz",
    "timestamptz", "text",
)  # fmt: skip
_NAMES: Final = """id, book, party, party_id, unit_id, amount, clause, clause_since, subject_kind, noun, subject_id, case_id, row,
 actor_id, at, entered_at, key"""

# For callers that post together with other tables in one statement: as many parameters as `entry_columns` returns lists.
INSERT_ENTRIES: Final = f"""insert into ledger_entry ({_NAMES})
 select u.a, u.b, u.c, u.d, nullif(u.e, 0), u.f, u.g, u.h, u.i, u.j, u.k, nullif(u.l, 0), u.m, u.n, u.o, u.p, u.q
 from {unnest(_TYPES)} as u (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
 on conflict (key) do nothing"""  # noqa: S608  our own names

# What an effect that voids means: whatever the same matter booked there about the same party, and still stands.
_TARGETS: Final = f"""select e.id, u.c, u.s, u.a, u.t, u.n
 from {unnest(("text", "date", "int8", "timestamptz", "timestamptz", "text", "text", "int8", "text", "int8", "text"))}
 as u (c, s, a, t, n, book, party, party_id, kind, subject_id, row)
 join ledger_entry e on e.book = u.book and e.party = u.party and e.party_id = u.party_id
 and e.subject_kind = u.kind and e.subject_id = u.subject_id and (u.row = '' or e.row = u.row)
 where e.reverses_id is null"""  # noqa: S608  our own names
_REVERSE: Final = f"""insert into ledger_entry (id, book, party, party_id, unit_id, amount, clause, clause_since, subject_kind,
 noun, subject_id, case_id, row, actor_id, at, entered_at, reverses_id, key)
 select u.i, e.book, e.party, e.party_id, e.unit_id, -e.amount, u.c, u.s, e.subject_kind, e.noun, e.subject_id, e.case_id, e.row,
 u.actor, u.at, u.entered_at, e.id, 'void:' || e.id
 from {unnest(("int8", "int8", "text", "date", "int8", "timestamptz", "timestamptz"))} as u (e, i, c, s, actor, at, entered_at)
 join ledger_entry e on e.id = u.e where e.reverses_id is null
 on conflict do nothing returning reverses_id"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry to be posted. `key` is unique for its cause; `case` and `unit` 0: none; `id` 0: the next one."""

    book: str
    party: str
    party_id: int
    amount: int
    subject: Ref
    actor: int
    at: datetime
    entered_at: datetime
    key: str
    cite: Cite | None = None
    case: int = 0
    unit: int = 0
    row: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An effect `Enter` of a ruling, with what the ruling is about. `key` is unique for the act that caused it.

    With an `id` the entry is a subject itself: then it must be posted, or nothing of the act may be.
    """

    effect: Enter
    subject: Ref
    actor: int
    at: datetime
    entered_at: datetime
    key: str
    case: int = 0
    unit: int = 0
    id: int = 0

    def row(self, n: int) -> EntryRow:
        """Return the entry to be posted; `n` tells apart the entries that one clause makes about one party in one act."""
        e = self.effect
        key = f"{self.key}:{e.cite.clause}:{e.book}:{e.party}:{e.who}:{e.row}" + (f":{n}" if n else "")
        return EntryRow(
            book=e.book, party=e.party, party_id=e.who, amount=e.amount, subject=self.subject, actor=self.actor, at=self.at,
            entered_at=self.entered_at, key=key, cite=e.cite, case=self.case, unit=self.unit, row=e.row, id=self.id,
        )  # fmt: skip


def entry_columns(rows: Iterable[EntryRow]) -> list[list[Any]]:
    """Return the parameters of INSERT_ENTRIES."""
    kept = list(rows)
    fresh = iter(next_ids(sum(not row.id for row in kept)))
    return columns([_values(row.id or next(fresh), row) for row in kept], len(_TYPES))


def _values(id_: int, r: EntryRow) -> tuple[Any, ...]:
    about = r.book, r.party, r.party_id, r.unit, r.amount
    cite = r.cite.clause if r.cite else "", r.cite.since if r.cite else None
    return (id_, *about, *cite, r.subject.kind, r.subject.noun, r.subject.id, r.case, r.row, r.actor, r.at, r.entered_at, r.key)


def post_entries(rows: Sequence[EntryRow]) -> list[int]:
    """Post entries with one statement, in the caller's transaction; returns the ids of those whose key was new, in order."""
    if not rows:
        return []
    posted = raw().execute(f"{INSERT_ENTRIES} returning id", entry_columns(rows)).fetchall()
    return [id_ for (id_,) in posted]


def enter(effects: Sequence[Entered]) -> None:
    """Write the `Enter` effects of a batch of rulings: postings first, then what is taken back."""
    seen: dict[str, int] = {}
    rows: list[EntryRow] = []
    for entered in effects:
        if entered.effect.voids:
            continue
        key = entered.row(0).key
        seen[key] = seen.get(key, -1) + 1
        rows.append(entered.row(seen[key]))
    posted = post_entries(rows)
    if {row.id for row in rows} - {0} - set(posted):
        raise FieldError.of("at", "同一时刻已经记过这一笔", "this was entered already, for this very moment", "taken")
    named = [e for e in effects if e.effect.voids and e.effect.reverses]
    _reverse(
        [(i, e.effect.cite.clause, e.effect.cite.since, e.actor, e.at, e.entered_at) for e in named for i in e.effect.reverses]
    )
    if voiding := [e for e in effects if e.effect.voids and not e.effect.reverses]:
        _void_matching(voiding)


def void_entries(ids: Sequence[int], *, actor: int, cite: Cite | None, at: datetime, now: datetime) -> list[int]:
    """Take entries back, each by an entry of the opposite amount; returns which. Reversed ones and reversals stay."""
    clause, since = (cite.clause, cite.since) if cite else ("", None)
    return _reverse([(id_, clause, since, actor, at, now) for id_ in dict.fromkeys(ids)])


def _void_matching(effects: Sequence[Entered]) -> list[int]:
    asked = []
    for v in effects:
        e = v.effect
        why = e.cite.clause, e.cite.since, v.actor, v.at, v.entered_at
        asked.append((*why, e.book, e.party, e.who, v.subject.kind, v.subject.id, e.row))
    return _reverse(raw().execute(_TARGETS, columns(asked, 11)).fetchall())


def _reverse(targets: Sequence[tuple[Any, ...]]) -> list[int]:
    """Post the opposite of entries: (entry, clause, since, actor, at, entered at)."""
    if not targets:
        return []
    rows = [(entry, new, *rest) for new, (entry, *rest) in zip(next_ids(len(targets)), targets, strict=True)]
    return [id_ for (id_,) in raw().execute(_REVERSE, columns(rows, 7)).fetchall()]
