"""A world in memory: subjects, people and a clock, living by decide() alone. Scenarios and simulation run in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.decide import calendar_for, decide
from shouwen.policy.facts import Facts, Mark, OpenTaskFact, PendingApproval, Running
from shouwen.policy.folding import Done, Folder
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    CloseTask,
    Effect,
    Enter,
    Hold,
    LinkCases,
    Move,
    OpenCase,
    OpenTask,
    Perform,
    Promise,
    Ruling,
    SetField,
    Settle,
    Step,
    TakeTask,
    Verdict,
)

MAX_CHAIN = 200  # acts one act may cause


@dataclass
class Subject:
    """A case or record as it stands."""

    id: int
    kind: str
    noun: str
    fields: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    unit: int = 0
    customer: int = 0
    responsible: int = 0
    first_asked: int = 0
    opened_at: datetime | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    deadlines: list[Running] = field(default_factory=list)
    settled: set[tuple[str, str, datetime]] = field(default_factory=set)
    warn_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    tasks: list[OpenTaskFact] = field(default_factory=list)
    approvals: list[PendingApproval] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    held: bool = False
    closed: bool = False
    parent: int = 0


@dataclass
class Said:
    """One ruling with its subject, in the order things happened."""

    ruling: Ruling
    subject: int
    at: datetime


class World:
    """Subjects, people, customers, and everything that was ruled. Ids are handed out in order."""

    def __init__(self, law: Law, org: Org, *, customers: Mapping[int, Mapping[str, Any]] | None = None) -> None:
        self.law, self.org = law, org
        self.subjects: dict[int, Subject] = {}
        self.customers = dict(customers or {})
        self.named: dict[str, Any] = {}
        self.given: dict[str, Any] = {}  # measures stated instead of played
        self.said: list[Said] = []
        self.done: list[Done] = []
        self.entries: list[Enter] = []
        self.next = 1

    def new_id(self) -> int:
        """Return an id nobody has."""
        self.next += 1
        return self.next

    def act(self, act: Act, now: datetime | None = None) -> Ruling:
        """Decide an act and everything it causes, and write it; return the ruling of the act itself."""
        now = now or act.at
        first: Ruling | None = None
        todo = [act]
        for _ in range(MAX_CHAIN):
            if not todo:
                break
            current = todo.pop(0)
            ruling = self._one(current, now)
            first = first or ruling
            if not ruling.refused:
                todo.extend(self._write(ruling))
        else:
            raise RecursionError(f"{act.name}: more than {MAX_CHAIN} acts follow from one")
        assert first is not None
        return first

    def _one(self, act: Act, now: datetime) -> Ruling:
        ruling = decide(self.law, self.facts(act), act, now)
        self.said.append(Said(ruling, act.subject.id, act.at))
        return ruling

    def run_clock(self, until: datetime) -> None:
        """Let everything happen that falls due until a moment, in order of time."""
        for _ in range(10_000):
            found = self._next_ring(until)
            if found is None:
                return
            at, name, subject, clause, row = found
            if name == "deadline_near":
                subject.warn_at.pop((clause, row), None)
            self.act(Act(name, Ref(subject.kind, subject.noun, subject.id), 0, at, clause=clause, row=row), at)

    def _next_ring(self, until: datetime) -> tuple[datetime, str, Subject, str, str] | None:
        rings = []
        for s in self.subjects.values():
            for d in s.deadlines:
                if d.due_at is not None and d.breached_at is None and d.due_at < until:
                    rings.append((d.due_at, "deadline_passed", s, d.clause, d.row))
                near = s.warn_at.get((d.clause, d.row))
                if near is not None and near <= until and d.breached_at is None:
                    rings.append((near, "deadline_near", s, d.clause, d.row))
        return min(rings, key=lambda r: (r[0], r[1], r[2].id, r[3])) if rings else None

    # facts

    def facts(self, act: Act) -> Facts:
        """Gather the facts an act wants."""
        s = self.subjects.get(act.subject.id)
        if s is None:
            o = act.opening or Opening()
            s = Subject(act.subject.id, act.subject.kind, act.subject.noun, unit=o.unit, customer=o.customer, responsible=o.responsible, parent=o.parent)
            fields = dict(act.fields)
        else:
            fields = {**s.fields, **act.fields}
        facts = self._plain(s)
        needs = self.law.on(act.at.date()).needs(s.noun, act.name)
        self._links(s, fields, facts)
        folder = Folder(self.law, self.done, self.entries, self.subjects, calendar_for(self.law, self.law.nouns[s.noun], facts))
        facts.measures = {m: folder.measure(self.law.measures[m], s, act) for m in needs.measures if m not in self.given}
        facts.measures |= {f"{s.noun}.limit:{a}:{per}:{over}": folder.limit(s, act, a, per, over) for a, per, over in needs.counts}
        facts.measures |= self.given
        facts.populations = {p: self._population(p) for p in needs.populations}
        return facts

    def _plain(self, s: Subject) -> Facts:
        return Facts(
            s.fields, s.step, s.opened_at, s.marks, s.unit, s.responsible, s.first_asked, s.customer, {}, {}, tuple(s.deadlines),
            frozenset(s.settled), tuple(s.tasks), tuple(s.approvals), tuple(s.pauses), s.held, s.closed, {}, self.named, {}, self.org,
        )  # fmt: skip

    def _links(self, s: Subject, fields: Mapping[str, Any], facts: Facts) -> None:
        links: dict[str, Mapping[str, Any]] = {}
        linked: dict[str, Facts] = {}
        noun = self.law.nouns[s.noun]
        if s.customer:
            links["customer"] = self.customers.get(s.customer, {})
        for name, shape in noun.fields.items():
            target = fields.get(name)
            if shape.type.name == "customer" and target:
                links[name] = self.customers.get(target, {})
            elif shape.type.name in ("record", "case") and target in self.subjects:
                other = self.subjects[target]
                if other.kind == "record":
                    links[name] = {**other.fields, "state": other.step}
                else:
                    linked[name] = self._plain(other)
        if s.parent in self.subjects:
            linked["parent"] = self._plain(self.subjects[s.parent])
        facts.links, facts.linked = links, linked

    def _population(self, name: str) -> tuple[Mapping[str, Any], ...]:
        group = self.law.groups.get(name)
        noun = group.get("of").text if group is not None and group.get("of") is not None else name  # type: ignore[union-attr]
        return tuple({**s.fields, "id": s.id} for s in self.subjects.values() if s.noun == noun)

    # writing

    def _write(self, ruling: Ruling) -> list[Act]:
        act = ruling.act
        s = self.subjects.get(act.subject.id)
        if s is None:
            o = act.opening or Opening()
            s = Subject(act.subject.id, act.subject.kind, act.subject.noun, {}, "", o.unit, o.customer, opened_at=act.at, parent=o.parent)
            self.subjects[s.id] = s
        if ruling.allowed:
            self._mark(s, act)
        follow: list[Act] = []
        request = self.new_id()
        for effect in ruling.effects:
            if isinstance(effect, Perform):
                follow.append(effect.act)
            elif isinstance(effect, OpenCase):
                follow.append(self._opens(s, effect, act))
            elif isinstance(effect, Ask):
                self._ask(s, effect, act, request)
            else:
                self._apply(s, effect, act)
        return follow

    def _mark(self, s: Subject, act: Act) -> None:
        if act.name in self.law.nouns[s.noun].acts:
            self._note_mark(s, act.name, act.at, act.by)
        self.done.append(Done(s.noun, act.name, s.id, act.by, act.at))

    @staticmethod
    def _note_mark(s: Subject, name: str, at: datetime, by: int) -> None:
        old = s.marks.get(name)
        people = tuple(dict.fromkeys((*(old.by if old else ()), *((by,) if by else ()))))
        s.marks[name] = Mark((old.count if old else 0) + 1, old.first if old else at, at, people)

    def _opens(self, s: Subject, effect: OpenCase, act: Act) -> Act:
        noun = self.law.nouns[effect.procedure]
        customer = effect.fields.get("customer") if "customer" in noun.fields else s.customer
        opening = Opening(effect.unit or s.unit, customer or s.customer, 0, 0, effect.who, effect.post, effect.due_at, s.id)
        return Act("open", Ref(noun.kind, noun.id, self.new_id()), 0, act.at, effect.fields, opening=opening, upon=effect.cite.clause, row=effect.row)

    def _ask(self, s: Subject, ask: Ask, act: Act, request: int) -> None:
        if any(a.act.name == act.name and not a.granted for a in s.approvals if a.request != request):
            return
        advises = ask.advises or tuple(False for _ in ask.chain)
        s.approvals.append(PendingApproval(self.new_id(), ask.cite.clause, act, act.by, ask.chain, advises, ask.all_of, 0, (), request))

    def _apply(self, s: Subject, effect: Effect, act: Act) -> None:
        handler = HANDLERS.get(type(effect))
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
        s.deadlines.append(Running(e.cite.clause, e.cite.since, e.row, e.anchor, e.due_at, None, e.until, e.owes, e.calendar, act.at))
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
        self.entries.append(e)

    def _link(self, s: Subject, e: LinkCases, act: Act) -> None:
        if e.how == "merged":
            s.closed = True


HANDLERS: dict[type, Any] = {
    SetField: World._set, Step: World._step, Promise: World._promise, Settle: World._settle, Move: World._move, Breach: World._breach,
    OpenTask: World._task, CloseTask: World._close, TakeTask: World._take, Verdict: World._verdict, Attest: World._attest, Hold: World._hold,
    Enter: World._enter, LinkCases: World._link,
}  # fmt: skip
