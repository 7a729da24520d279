"""How promises ended, by the recorded story: in time, missed, or nobody knows; and how they would end with another due moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.policy.simulating_compare import Pledge
from shouwen.policy.simulating_state import ACT, Happened, Recorded, later
from shouwen.policy.simulating_words import Verdicts, by_number

HELD: Final = ("paused", "resumed", "extended")
OVER: Final = ("breach", "late", "kept", "withdrawn")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A promise that would end otherwise: missed though it was kept, kept though it was missed, or owed by others."""

    more: int  # breaches: 1, 0 or -1
    verdicts: Verdicts
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Ends:
    """What came after an act."""

    happened: Sequence[Happened]
    index: int
    until: datetime
    last_steps: frozenset[str]  # a matter that has come to one of them owes nothing more

    def compare(
        self, said: Sequence[Pledge], would: Sequence[Pledge], clause: str, known: set[Any]
    ) -> tuple[list[Otherwise], bool, bool]:
        """Compare promises of one clause: those that end otherwise, whether any has another due moment, whether any is unknown.

        `known` are promises of the proposed law that were compared before: one that is not in the record is wanted again by
        every act.
        """
        found: list[Otherwise] = []
        moved = unsure = False
        before, after = {p.row: p for p in said}, {p.row: p for p in would}
        for row in dict.fromkeys((*before, *after)):
            a, b = before.get(row), after.get(row)
            if a == b or (a is None and b is not None and (clause, row, b.anchor) in known):
                continue
            known.update({(clause, row, p.anchor) for p in (a, b) if p is not None})
            missed_then, missed_now = self._missed_then(a, clause), self._missed_now(b, clause)
            moved = True
            if missed_then is None or missed_now is None:
                unsure = True
            elif missed_then != missed_now:
                found.append(_breach(a, b, missed=missed_now))
            elif a is not None and b is not None and a.owes != b.owes:
                found.append(_others(a, b))
        return found, moved, unsure

    def _missed_then(self, p: Pledge | None, clause: str) -> bool | None:
        """Whether a promise of then was missed."""
        if p is None:
            return False
        row = self._ended(p, clause)
        return row.kind in ("breach", "late") if row is not None else self._still(p)

    def _missed_now(self, p: Pledge | None, clause: str) -> bool | None:
        """Whether a promise of the proposal would have been missed; None when it was moved on the way, or nobody knows yet."""
        if p is None:
            return False
        if p.due_at is None or self._held(p, clause):
            return None
        end = self._done(p, clause)
        return end > p.due_at if end is not None else self._still(p)

    def _still(self, p: Pledge) -> bool | None:
        """Whether a promise whose end is not on record was missed: only once it fell due before the record ends."""
        return True if p.due_at is not None and p.due_at < self.until else None

    def _ended(self, p: Pledge, clause: str) -> Recorded | None:
        """Return the row that tells how a promise ended."""
        made = False
        for r in later(self.happened, self.index - 1):
            if r.clause != clause or str(r.data.get("row", "")) != p.row:
                continue
            if made and r.kind in OVER:
                return r
            made = made or r.kind == "promise"
        return None

    def _held(self, p: Pledge, clause: str) -> bool:
        """Whether holds or extensions moved it: what they would have done to another promise is not told."""
        held = (r for r in later(self.happened, self.index) if (p.due_at is None or r.at <= p.due_at))
        return any((r.kind in HELD and r.clause == clause) or (r.kind == ACT and r.act == "hold") for r in held)

    def _done(self, p: Pledge, clause: str) -> datetime | None:
        """Return when everything a promise waits for had been done, or its reason fell away; None while neither is on record."""
        wanted = set(p.until)
        for r in later(self.happened, self.index):
            wanted -= _ends_with(r, wanted)
            if not wanted or self._over(r, p, clause):
                return r.at
        return None

    def _over(self, r: Recorded, p: Pledge, clause: str) -> bool:
        """Whether nothing is owed any more: it was withdrawn, or the matter has come to its end."""
        withdrawn = r.kind == "withdrawn" and (r.clause, str(r.data.get("row", ""))) == (clause, p.row)
        return withdrawn or (r.kind == ACT and r.data.get("step") in self.last_steps)


def _ends_with(r: Recorded, wanted: set[str]) -> set[str]:
    """Return which of the things that are waited for a row of the record does: acts, dates filled in, tasks."""
    if r.kind == ACT:
        return {w for w in wanted if w == r.act or w in r.data.get("brought", {})}
    done = r.kind in ("task_done", "task_withdrawn")
    return wanted & {f"task:{r.data.get('name', '')}:{r.data.get('row', '')}"} if done else set()


def _others(a: Pledge, b: Pledge) -> Otherwise:
    verdicts = Verdicts((f"由{_people(a)}负责", f"owed by {_people(a)}"), (f"由{_people(b)}负责", f"owed by {_people(b)}"))
    return Otherwise(0, verdicts, f"责任人由{_people(a)}改为{_people(b)}", f"owed by {_people(b)}, not {_people(a)}")


def _breach(a: Pledge | None, b: Pledge | None, *, missed: bool) -> Otherwise:
    due, was = b.due_at if b is not None else None, a.due_at if a is not None else None
    verdicts = Verdicts(_end(a, missed=not missed), _end(b, missed=missed))
    zh = f"期限{_at(was, '无')}→{_at(due, '无')}，{'会逾期' if missed else '不会逾期'}"
    en = f"due {_at(was, 'never')} -> {_at(due, 'never')}: it would {'be missed' if missed else 'not be missed'}"
    return Otherwise(1 if missed else -1, verdicts, zh, en)


def _end(p: Pledge | None, *, missed: bool) -> tuple[str, str]:
    """Return a promise and how it ends in words."""
    if p is None:
        return "没有期限", "no due moment"
    zh, en = _at(p.due_at, "无期限"), _at(p.due_at, "no due moment")
    return f"{zh} 前，{'逾期' if missed else '按时'}", f"due {en}, {'missed' if missed else 'kept'}"


def _at(moment: datetime | None, none: str) -> str:
    return f"{moment:%m-%d %H:%M}" if moment is not None else none


def _people(p: Pledge) -> str:
    return "、".join(map(by_number, p.owes)) or "—"
