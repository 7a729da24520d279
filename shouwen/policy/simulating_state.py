"""A subject's recorded story: what happened to it, act by act, and how it stood before each.

The state follows what was recorded, never what a law would have ruled: fields brought and followed, steps, promises, tasks,
approvals. So no act is judged again on invented facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Final

import msgspec

from shouwen.policy.act import Act, Chain, Evidence, Opening, Ref
from shouwen.policy.facts import RETAINED, Facts, Mark, OpenTaskFact, PendingApproval, Running, grant_mark
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org
from shouwen.policy.subjects import Subject

ACT, ASKED, CLOCK = "act", "ask", "clock"
SET: Final = "set"  # no row of the journal: made by its reader, where only the marks tell that a field was set from elsewhere
PEOPLE: Final = ("responsible", "first_asked", "unit")
RINGS: Final = ("breach", "warned")


class Recorded(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One row of the journal: an act that happened, or an effect that rests on a clause. A million are read: straight from JSON.

    `entered`: when it was entered, if not when it happened.
    """

    kind: str
    act: str
    by: int
    at: datetime
    entered: datetime | None = None
    clause: str = ""
    since: date | None = None
    data: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @property
    def entered_at(self) -> datetime:
        """When it was entered."""
        return self.entered or self.at


@dataclass(slots=True)
class Happened:
    """Something that was judged: an act, an act asked for that waits, or what the clock did; with the rows of its effects."""

    kind: str  # ACT, ASKED or CLOCK
    row: Recorded
    effects: list[Recorded] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the act."""
        if self.kind == CLOCK:
            return {"warned": "deadline_near", "case": "come_round"}.get(self.row.kind, "deadline_passed")
        return str(self.row.data.get("act", "")) if self.kind == ASKED else self.row.act


@dataclass(slots=True)
class History:
    """One subject and all that was recorded of it, oldest first.

    `kept`: values of fields the journal leaves out (personal, large) that never changed. `lost`: fields whose values then nobody
    can tell. `waiting`: acts that waited for approval, by the approval. `free`: no law ruled it when it happened (an event log),
    so nothing stops at a first divergence. `others`: the acts of cases it points to, by their ids. `shape`: which
    enactment's shape the subject has, for whoever knows enactments.
    """

    ref: Ref
    number: str
    opening: Opening
    rows: Sequence[Recorded]
    kept: Mapping[str, Any] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    waiting: Mapping[int, Act] = field(default_factory=dict)
    free: bool = False
    others: Mapping[int, Sequence[Recorded]] = field(default_factory=dict)
    shape: int = 0

    def happened(self) -> list[Happened]:
        """Return the rows put together: each act with the effects it had."""
        found: list[Happened] = []
        for row in self.rows:
            last = found[-1] if found else None
            kind = _begins(row, last)
            if kind:
                found.append(Happened(kind, row, [] if kind == ACT else [row]))
            elif last is not None:
                last.effects.append(row)
        return found


def _begins(row: Recorded, last: Happened | None) -> str:
    """Return what begins with a row; "" when it belongs to what came before it. Acts of the clock have no row of their own."""
    if row.kind == ACT:
        return ACT
    if row.kind == ASKED:
        same = last is not None and last.kind == ASKED and last.row.data.get("request") == row.data.get("request")
        return "" if same else ASKED
    if row.by == 0 and (row.kind in RINGS or row.data.get("why") == "rang" or (last is not None and last.row.by != 0)):
        return CLOCK
    return ""


@dataclass
class State:
    """A subject as it stood, moved on by what was recorded."""

    history: History
    noun: Noun
    subject: Subject = field(init=False)
    belongs: Mapping[str, str] = field(init=False)  # of a record: the fields that say whose it is, and where
    granted: dict[str, Chain] = field(default_factory=dict)  # what was just approved: it lets the act through that follows

    def __post_init__(self) -> None:
        o, ref = self.history.opening, self.history.ref
        self.subject = Subject(ref.id, ref.kind, ref.noun, unit=o.unit, customer=o.customer, parent=o.parent)
        self.subject.responsible = o.responsible
        self.belongs = belonging(self.noun) if ref.kind == "record" else {}

    def act(self, h: Happened) -> Act:
        """Return the act as it was wanted."""
        ref, row, data = self.history.ref, h.row, h.row.data
        if h.kind == CLOCK:
            return Act(h.name, ref, 0, row.at, clause=row.clause, row=str(data.get("row", "")))
        if h.kind == ASKED:
            asked = self.history.waiting.get(int(data.get("approval", 0)))
            return replace(asked, at=row.at, granted={}, key="") if asked is not None else Act(h.name, ref, row.by, row.at)
        fields = self.loaded(data.get("brought", {}), row.act)
        fields.update((name, self.history.kept[name]) for name in data.get("large", ()) if name in self.history.kept)
        opening = self.history.opening if row.act == "open" else None
        evidence = tuple(Evidence(*e) for e in data.get("evidence", ()))
        return Act(
            row.act, ref, row.by, row.at, fields, evidence, frozenset(data.get("ticks", ())), data.get("clause", ""),
            data.get("row", ""), data.get("reason", ""), "", opening, dict(self.granted), data.get("upon", ""),
        )  # fmt: skip

    def loaded(self, kept: Mapping[str, Any], act: str = "") -> dict[str, Any]:
        """Return recorded values as the law reads them."""
        shape = self.noun.acts.get(act)
        own = shape.fields if shape is not None else {}
        found = {}
        for name, value in kept.items():
            kind = own.get(name) or self.noun.fields.get(name)
            found[name] = kind.type.load(value) if kind is not None else value
        return found

    def facts(self, org: Org) -> Facts:
        """Return what the law may know of it by itself."""
        s = self.subject
        return Facts(
            s.fields, s.step, s.opened_at, s.marks, s.unit, s.responsible, s.first_asked, s.customer, {}, {},
            tuple(s.deadlines), frozenset(s.settled), tuple(s.tasks), tuple(s.approvals), tuple(s.pauses), s.held, s.closed,
            org=org,
        )  # fmt: skip

    def linked(self, act: Act, org: Org) -> dict[str, Facts]:
        """Return what had been done on the cases it points to: who did what, and when."""
        pointed: dict[str, Any] = {"parent": self.history.opening.parent}
        for name, shape in self.noun.fields.items():
            if shape.type.name == "case" and not shape.type.many:
                pointed[name] = act.fields.get(name) or self.subject.fields.get(name)
        others = self.history.others
        return {name: Facts(marks=_marks(others[i], act.at), org=org) for name, i in pointed.items() if i in others}

    def follow(self, h: Happened) -> None:
        """Move on by what happened."""
        if h.kind == ACT:
            self._act(h)
        for row in h.effects:
            handler = self.HANDLERS.get(row.kind)
            if handler is not None:
                handler(self, row)
        if h.kind == CLOCK:
            self._fields(
                {r.data["field"]: r.data.get("value") for r in h.effects if r.kind == "chosen" and not r.data.get("link")}, h
            )

    def mark(self, name: str, at: datetime, by: int) -> None:
        """Note that something was done."""
        note_mark(self.subject.marks, name, at, by)

    def _act(self, h: Happened) -> None:
        s, row, data = self.subject, h.row, h.row.data
        if s.opened_at is None:
            s.opened_at = row.at
        if row.act in self.noun.acts:
            self.mark(row.act, row.at, row.by)
        self.granted = {}
        shape = self.noun.acts.get(row.act)
        own = shape.fields if shape is not None else {}
        brought = {k: v for k, v in data.get("brought", {}).items() if k not in own}
        late = {name: None for name in data.get("large", ()) if name in self.history.kept}
        self._fields({**brought, **data.get("followed", {}), **late}, h)
        if data.get("step"):
            s.step = data["step"]
            s.closed = s.step in self.noun.ends or row.act == "merge"
        built_in = self.BUILT_IN.get(row.act)
        if built_in is not None:
            built_in(self, row)
        s.tasks = [t for t in s.tasks if t.act != row.act and not (s.closed and not t.clause)]

    def _fields(self, values: Mapping[str, Any], h: Happened) -> None:
        s = self.subject
        loaded = {**self.loaded(values), **{k: v for k, v in self.history.kept.items() if k in values}}
        for name, value in loaded.items():
            if name in PEOPLE:
                setattr(s, name, value or 0)
                if name not in self.noun.fields:
                    continue
            if name in self.noun.fields and s.fields.get(name) != value:
                s.fields[name] = value
                self.mark(f"changed:{name}", h.row.at, h.row.by)
                if name in self.belongs:
                    setattr(s, self.belongs[name], value or 0)
                elif name == "customer" and not s.customer and isinstance(value, int):
                    s.customer = value

    # built-in acts, whose effects rest on no clause and have no rows

    def _opened(self, _row: Recorded) -> None:
        o = self.history.opening
        if not self.subject.responsible and (o.who or o.post):
            self.subject.tasks.append(OpenTaskFact(0, "take_over", "", "", o.who, o.post, "take_over"))

    def _hand_over(self, row: Recorded) -> None:
        to = row.data.get("brought", {}).get("to")
        if to:
            self.subject.tasks.append(OpenTaskFact(0, "hand_over", "", "", (to,), "", "take_over"))

    def _decline(self, row: Recorded) -> None:
        self.subject.tasks = [t for t in self.subject.tasks if t.act != "take_over" or t.who != (row.by,)]

    def _hold(self, row: Recorded) -> None:
        self.subject.pauses.append((row.at, None))
        self.subject.held = True

    def _resume(self, row: Recorded) -> None:
        self.subject.pauses = [(a, b or row.at) for a, b in self.subject.pauses]
        self.subject.held = False

    def _claim(self, row: Recorded) -> None:
        key = row.data.get("row", "")
        self.subject.tasks = [replace(t, who=(row.by,), post="") if str(t.id) == key else t for t in self.subject.tasks]

    def _complete(self, row: Recorded) -> None:
        self.subject.tasks = [t for t in self.subject.tasks if str(t.id) != row.data.get("row", "")]

    BUILT_IN: ClassVar[Mapping[str, Callable[[State, Recorded], None]]] = {
        "open": _opened, "hand_over": _hand_over, "decline": _decline, "hold": _hold, "resume": _resume, "claim": _claim,
        "complete": _complete,
    }  # fmt: skip

    # effects that rest on clauses

    def _promise(self, row: Recorded) -> None:
        d, key = row.data, (row.clause, str(row.data.get("row", "")))
        if any((r.clause, r.row) == key for r in self.subject.deadlines):
            return
        anchor, due = moment(d.get("anchor")) or row.at, moment(d.get("due_at"))
        until, owes = tuple(d.get("until", ())), tuple(d.get("owes", ()))
        self.subject.deadlines.append(Running(row.clause, row.since, key[1], anchor, due, None, until, owes, "", row.at))

    def _change(self, row: Recorded, **changes: Any) -> None:
        key = (row.clause, str(row.data.get("row", "")))
        self.subject.deadlines = [replace(d, **changes) if (d.clause, d.row) == key else d for d in self.subject.deadlines]

    def _settled(self, row: Recorded) -> None:
        s, key = self.subject, (row.clause, str(row.data.get("row", "")))
        for d in [d for d in s.deadlines if (d.clause, d.row) == key]:
            s.deadlines.remove(d)
            if row.kind != "withdrawn":
                s.settled.add((d.clause, d.row, d.anchor))

    def _breach(self, row: Recorded) -> None:
        self._change(row, breached_at=row.at)

    def _moved(self, row: Recorded) -> None:
        key = (row.clause, str(row.data.get("row", "")))
        old = next((d for d in self.subject.deadlines if (d.clause, d.row) == key), None)
        span = row.data.get("span")
        extended = (*(old.extended if old else ()), *((span,) if span else ()))
        self._change(row, due_at=moment(row.data.get("due_at")), extended=extended)

    def _task(self, row: Recorded) -> None:
        d = row.data
        task = OpenTaskFact(
            d.get("task", 0), d.get("name", ""), d.get("row", ""), row.clause, tuple(d.get("who", ())), d.get("post", ""),
            d.get("act", ""),
        )  # fmt: skip
        self.subject.tasks.append(task)

    def _task_over(self, row: Recorded) -> None:
        self.subject.tasks = [t for t in self.subject.tasks if t.id != row.data.get("task")]

    def _ask(self, row: Recorded) -> None:
        d = row.data
        asked = self.history.waiting.get(int(d.get("approval", 0))) or Act(
            str(d.get("act", "")), self.history.ref, row.by, row.at
        )
        chain = tuple(tuple(link) for link in d.get("chain", ()))
        advises = tuple(i in d.get("advises", ()) for i in range(len(chain)))
        waiting = PendingApproval(
            d["approval"], row.clause, asked, row.by, chain, advises, bool(d.get("all_of")), 0, (), d.get("request", 0)
        )
        self.subject.approvals.append(waiting)

    def _verdict(self, row: Recorded) -> None:
        s, d = self.subject, row.data
        found = next((a for a in s.approvals if a.id == d.get("approval")), None)
        if found is None:
            return
        yes, closes, position = bool(d.get("yes")), bool(d.get("closes")), d.get("position", 0)
        if yes:
            self.mark(f"approved:{found.act.name}", row.at, row.by)
        said = (*found.yes, d.get("for_whom") or row.by) if position == found.position else ()
        changed = replace(found, position=position, yes=said, granted=closes and yes)
        s.approvals = [changed if a.id == found.id else a for a in s.approvals]
        request = [a for a in s.approvals if a.request == found.request]
        over = all(a.granted for a in request)
        if over:
            self.granted = {a.clause: a.chain for a in request}
        if over or (closes and not yes):
            s.approvals = [a for a in s.approvals if a.request != found.request]

    def _set(self, row: Recorded) -> None:
        """A field another subject has set: its own journal does not tell, its marks do."""
        name = row.data["field"]
        self.subject.fields[name] = self.noun.fields[name].type.load(row.data["value"])
        self.mark(f"changed:{name}", row.at, row.by)

    def _attested(self, row: Recorded) -> None:
        self.mark(f"attested:{row.clause}", row.at, row.by)

    def _granted(self, row: Recorded) -> None:
        since, until = moment(row.data.get("granted_from")), moment(row.data.get("granted_until"))
        if since is not None and until is not None and not row.data.get("link"):
            self.subject.marks[grant_mark(row.data["what"], since)] = Mark(1, since, until, ())

    def _retained(self, row: Recorded) -> None:
        until, old = moment(row.data.get("until")), self.subject.marks.get(RETAINED)
        if until is not None:
            self.subject.marks[RETAINED] = Mark(1, row.at, max(until, old.last) if old else until, ())

    HANDLERS: ClassVar[Mapping[str, Callable[[State, Recorded], None]]] = {
        "promise": _promise, "kept": _settled, "late": _settled, "withdrawn": _settled, "breach": _breach, "paused": _moved,
        "resumed": _moved, "extended": _moved, "task": _task, "task_done": _task_over, "task_withdrawn": _task_over, "ask": _ask,
        "verdict": _verdict, SET: _set, "attested": _attested, "granted": _granted, "retained": _retained,
    }  # fmt: skip


def belonging(noun: Noun) -> dict[str, str]:
    """Return the fields of a register that say which unit a record belongs to and which customer: the first of each type."""
    fields = {
        kind: [f.id for f in noun.fields.values() if f.type.name == kind and not f.type.many] for kind in ("unit", "customer")
    }
    return {names[0]: kind for kind, names in fields.items() if names}


def note_mark(marks: dict[str, Mark], name: str, at: datetime, by: int) -> None:
    """Note among marks that something was done."""
    old = marks.get(name)
    if old is None:
        marks[name] = Mark(1, at, at, (by,) if by else ())
        return
    people = old.by if not by or by in old.by else (*old.by, by)
    marks[name] = Mark(old.count + 1, min(old.first, at), max(old.last, at), people)


def _marks(rows: Iterable[Recorded], until: datetime) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for row in rows:
        if row.at <= until:
            note_mark(found, row.act, row.at, row.by)
    return found


def moment(kept: Any) -> datetime | None:
    """Return a moment the journal wrote as text."""
    return datetime.fromisoformat(kept) if isinstance(kept, str) and kept else kept if isinstance(kept, datetime) else None


def acts_in(happened: Iterable[Happened]) -> int:
    """Count the acts among what happened."""
    return sum(h.kind != CLOCK for h in happened)


def later(happened: Sequence[Happened], index: int) -> Iterator[Recorded]:
    """Yield the rows of acts and effects after a place in a story, in order."""
    for h in happened[index + 1 :]:
        if h.kind == ACT:
            yield h.row
        yield from h.effects
