"""What a world in memory keeps when effects happen to its subjects: the counterpart of `cases.applying`, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from shouwen.policy.act import Act
from shouwen.policy.facts import RETAINED, Mark, OpenTaskFact, Running, grant_mark, grant_row
from shouwen.policy.folding import Done, Entry
from shouwen.policy.law import Law
from shouwen.policy.paths import told_mark
from shouwen.policy.promises import ALARM
from shouwen.policy.receipts import received, tell_mark
from shouwen.policy.ruling import (
    Attest,
    Breach,
    CloseTask,
    Effect,
    Enter,
    Grant,
    Hold,
    LinkCases,
    Move,
    OpenTask,
    Promise,
    Receipt,
    Retain,
    SetField,
    Settle,
    Step,
    TakeTask,
    Tell,
    Verdict,
)
from shouwen.policy.subjects import Subject


class Keeping:
    """How each effect changes a subject, or what stands in the books."""

    law: Law
    subjects: dict[int, Subject]
    done: list[Done]
    entries: list[Entry]

    def new_id(self) -> int:
        """Return an id nobody has."""
        raise NotImplementedError

    @staticmethod
    def _note_mark(s: Subject, name: str, at: datetime, by: int) -> None:
        old = s.marks.get(name)
        people = tuple(dict.fromkeys((*(old.by if old else ()), *((by,) if by else ()))))
        first, last = (min(old.first, at), max(old.last, at)) if old else (at, at)
        s.marks[name] = Mark((old.count if old else 0) + 1, first, last, people)

    def _apply(self, s: Subject, effect: Effect, act: Act) -> None:
        handler = self.HANDLERS.get(type(effect))
        if handler is not None:
            handler(self, s, effect, act)

    def _set(self, s: Subject, e: SetField, act: Act) -> None:
        target = s
        if e.link:
            other = self.subjects.get(s.fields.get(e.link, 0))
            if other is None:
                return
            target = other
        if e.field in ("responsible", "first_asked", "unit"):
            setattr(target, e.field, e.value)
            if e.field not in self.law.nouns[target.noun].fields:
                return
        target.fields[e.field] = e.value
        self._note_mark(target, f"changed:{e.field}", act.at, act.by)
        if e.field == "customer" and not target.customer:
            target.customer = e.value

    def _step(self, s: Subject, e: Step, act: Act) -> None:
        s.step, s.closed = e.to, e.ends

    def _promise(self, s: Subject, e: Promise, act: Act) -> None:
        s.deadlines.append(
            Running(e.cite.clause, e.cite.since, e.row, e.anchor, e.due_at, None, e.until, e.owes, e.calendar, act.at)
        )
        if e.warn_at is not None:
            s.warn_at[(e.cite.clause, e.row)] = e.warn_at

    def _settle(self, s: Subject, e: Settle, act: Act) -> None:
        for d in [d for d in s.deadlines if (d.clause, d.row) == (e.clause, e.row)]:
            s.deadlines.remove(d)
            if e.outcome != "withdrawn":
                s.settled.add((d.clause, d.row, d.anchor))
            self.done.append(Done(s.noun, f"{e.outcome}:{e.clause}", s.id, d.owes[0] if d.owes else 0, e.at))

    def _change(self, s: Subject, clause: str, row: str, **changes: Any) -> None:
        s.deadlines = [replace(d, **changes) if (d.clause, d.row) == (clause, row) else d for d in s.deadlines]

    def _move(self, s: Subject, e: Move, act: Act) -> None:
        old = next((d for d in s.deadlines if (d.clause, d.row) == (e.clause, e.row)), None)
        extended = (*(old.extended if old else ()), *((e.span,) if e.span else ()))
        self._change(s, e.clause, e.row, due_at=e.due_at, extended=extended)
        if e.warn_at is not None:
            s.warn_at[(e.clause, e.row)] = e.warn_at

    def _breach(self, s: Subject, e: Breach, act: Act) -> None:
        self._change(s, e.cite.clause, e.row, breached_at=e.at)

    def _task(self, s: Subject, e: OpenTask, act: Act) -> None:
        clause = e.cite.clause if e.cite else ""
        s.tasks.append(OpenTaskFact(self.new_id(), e.name, e.row, clause, e.who, e.post, e.act))

    def _close(self, s: Subject, e: CloseTask, act: Act) -> None:
        s.tasks = [t for t in s.tasks if t.id != e.id]

    def _take(self, s: Subject, e: TakeTask, act: Act) -> None:
        s.tasks = [replace(t, who=(e.by,), post="") if t.id == e.id else t for t in s.tasks]

    def _verdict(self, s: Subject, e: Verdict, act: Act) -> None:
        pending = next((a for a in s.approvals if a.id == e.approval), None)
        if pending is None:
            return
        if e.yes:
            self._note_mark(s, f"approved:{pending.act.name}", act.at, act.by)
        person = e.for_whom or act.by
        yes = (*pending.yes, person) if e.position == pending.position else ()
        changed = replace(pending, position=e.position, yes=yes, granted=e.closes and e.yes)
        s.approvals = [changed if a.id == e.approval else a for a in s.approvals]
        request = [a for a in s.approvals if a.request == pending.request]
        if (e.closes and not e.yes) or all(a.granted for a in request):
            s.approvals = [a for a in s.approvals if a.request != pending.request]

    def _attest(self, s: Subject, e: Attest, act: Act) -> None:
        self._note_mark(s, f"attested:{e.cite.clause}", act.at, act.by)

    def _hold(self, s: Subject, e: Hold, act: Act) -> None:
        if e.until is None and e.since is not None:
            s.pauses.append((e.since, None))
            s.held = True
        else:
            s.pauses = [(a, b or e.until) for a, b in s.pauses]
            s.held = False

    def _enter(self, s: Subject, e: Enter, act: Act) -> None:
        self.entries.append(Entry(e, s.id, e.happened or act.at, self.new_id()))

    def _grant(self, s: Subject, e: Grant, act: Act) -> None:
        target = self.subjects.get(s.fields.get(e.link, 0)) if e.link else s
        if target is None:
            return
        name = grant_mark(e.what, e.since)
        target.marks[name] = Mark(1, e.since, e.until, ())
        for at in (e.since, e.until):  # choices that rest on it are made anew when it begins and when it ends
            row = grant_row(e.what, at)
            if at > act.at and all((d.clause, d.row) != (e.cite.clause, row) for d in target.deadlines):
                target.deadlines.append(Running(e.cite.clause, e.cite.since, row, at, at, None, (ALARM,), (), "", act.at))

    def _retain(self, s: Subject, e: Retain, act: Act) -> None:
        old = s.marks.get(RETAINED)
        s.marks[RETAINED] = Mark(1, act.at, max(e.until, old.last) if old else e.until, ())

    def _link(self, s: Subject, e: LinkCases, act: Act) -> None:
        if e.how == "merged":
            s.closed = True

    def _tell(self, s: Subject, e: Tell, act: Act) -> None:
        if e.confirm and e.to:
            s.marks[told_mark(e.cite.clause)] = tell_mark(s.marks, e.cite.clause, e.to, act.at)

    def _receipt(self, s: Subject, e: Receipt, act: Act) -> None:
        s.marks[told_mark(e.clause)] = received(s.marks, e.clause, e.by)

    HANDLERS: ClassVar[Mapping[type, Any]] = {
        SetField: _set,
        Step: _step,
        Promise: _promise,
        Settle: _settle,
        Move: _move,
        Breach: _breach,
        OpenTask: _task,
        CloseTask: _close,
        TakeTask: _take,
        Verdict: _verdict,
        Attest: _attest,
        Hold: _hold,
        Enter: _enter,
        Grant: _grant,
        Retain: _retain,
        LinkCases: _link,
        Tell: _tell,
        Receipt: _receipt,
    }
