"""A subject as one transaction works on it: what the database holds, and what the acts so far have changed.

It is read once, handed to the law as `Facts`, changed by the effects of rulings (`applying`), and written back once (`effects`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shouwen.policy.act import Act, Ref
from shouwen.policy.facts import Facts, Mark, OpenTaskFact, PendingApproval, Running
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org

Pause = tuple[datetime, datetime | None]


@dataclass(slots=True)
class Promised:
    """A deadline row: what the law knows of it (`running`), and what only the clock needs."""

    id: int
    running: Running
    act: str = ""
    entered_at: datetime | None = None  # of a new one
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    stopped_at: datetime | None = None
    outcome: str = ""
    fresh: bool = False
    changed: bool = False

    def now(self, **changes: Any) -> None:
        """Change what the law knows of it."""
        self.running = replace(self.running, **changes)
        self.changed = True


@dataclass(slots=True)
class Work:
    """A task row. With `approval` it asks somebody for a yes or no, and the law does not see it among the tasks."""

    id: int
    fact: OpenTaskFact
    title: str
    opened_at: datetime
    due_at: datetime | None = None
    unit: int = 0
    since: Any = None  # the version of the clause
    approval: int = 0
    done_at: datetime | None = None
    done_by: int = 0
    outcome: str = ""
    was: OpenTaskFact | None = None  # as it stood open to several, before one of them took it in this sitting
    fresh: bool = False
    changed: bool = False

    def end(self, outcome: str, at: datetime, by: int) -> None:
        """End it: done or withdrawn."""
        self.outcome, self.done_at, self.done_by, self.changed = outcome, at, by, True


@dataclass(slots=True)
class Asked:
    """An approval row."""

    id: int
    pending: PendingApproval
    since: Any = None
    asked_at: datetime | None = None
    state: str = "waiting"
    decided_at: datetime | None = None
    decided_by: int = 0
    closed_at: datetime | None = None
    fresh: bool = False
    changed: bool = False


@dataclass(slots=True)
class Living:
    """A case or record in hand. `light` ones were only read, for what the law may know of what a subject points to."""

    ref: Ref
    noun: Noun
    enactment: int
    fields: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    unit: int = 0
    customer: int = 0
    responsible: int = 0
    first_asked: int = 0
    opened_at: datetime | None = None
    entered_at: datetime | None = None
    closed_at: datetime | None = None
    held: bool = False
    pauses: list[Pause] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    parent: int = 0
    merged_into: int = 0
    number: str = ""
    title: str = ""
    clause: str = ""  # that opened it
    channel: str = ""
    version: int = 0
    held_until: datetime | None = None  # the clock resumes it then
    deadlines: list[Promised] = field(default_factory=list)
    settled: set[tuple[str, str, datetime]] = field(default_factory=set)
    tasks: list[Work] = field(default_factory=list)
    approvals: list[Asked] = field(default_factory=list)
    fresh: bool = False  # not in the database yet
    changed: bool = False
    stirred: bool = False  # only what is owed on it has changed, its own row has not
    light: bool = False
    passing: bool = False  # a member of staff or a unit: the law speaks of it, but keeps nothing on it
    found_anew: bool = False  # what search keeps of it has changed
    about: str = ""  # whom or what it is about, where its own words do not tell; made when it is written (`cases.about`)
    acts: int = 0  # carried out on it in this transaction: facts put together before the last one are out of date

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self.closed_at is not None

    @property
    def case(self) -> int:
        """Its id when it is a case, else 0."""
        return self.ref.id if self.ref.kind == "case" else 0

    @property
    def running(self) -> list[Promised]:
        """The deadlines that have not ended, oldest first."""
        return [d for d in self.deadlines if d.stopped_at is None]

    @property
    def open_tasks(self) -> list[Work]:
        """The tasks nobody has done yet."""
        return [t for t in self.tasks if t.done_at is None]

    @property
    def pending(self) -> list[Asked]:
        """The approvals of requests that are not over."""
        return [a for a in self.approvals if a.closed_at is None]

    @property
    def next_due(self) -> datetime | None:
        """The soonest moment one of its running promises falls due."""
        return min((d.running.due_at for d in self.running if d.running.due_at is not None), default=None)

    def mark(self, name: str, at: datetime, by: int) -> None:
        """Note that something was done on it. What is entered late and happened before the last time is not the last time."""
        old = self.marks.get(name)
        if old is None:
            self.marks[name] = Mark(1, at, at, (by,) if by else ())
        else:
            people = old.by if not by or by in old.by else (*old.by, by)
            self.marks[name] = Mark(old.count + 1, min(old.first, at), max(old.last, at), people)
        self.changed = True

    def facts(self, org: Org) -> Facts:
        """Return what the law may know of it by itself; links, measures and populations are added by `facts`."""
        return Facts(
            self.fields,
            self.step,
            self.opened_at,
            self.marks,
            self.unit,
            self.responsible,
            self.first_asked,
            self.customer,
            {},
            {},
            tuple(d.running for d in self.deadlines if d.stopped_at is None),
            frozenset(self.settled),
            tuple(t.fact for t in self.tasks if t.done_at is None and not t.approval),
            tuple(a.pending for a in self.approvals if a.closed_at is None),
            tuple(self.pauses),
            self.held,
            self.closed_at is not None,
            org=org,
        )

    def outline(self, org: Org) -> Facts:
        """Return what the law may know of it from elsewhere: fields, step, who did what."""
        return Facts(
            self.fields, self.step, self.opened_at, self.marks, self.unit, self.responsible, self.first_asked, self.customer,
            held=self.held, closed=self.closed_at is not None, org=org,
        )  # fmt: skip


def passing(ref: Ref, noun: Noun, org: Org) -> Living:
    """Return a member of staff or a unit as far as the law may know it."""
    person = org.staff.get(ref.id) if ref.kind == "staff" else None
    unit = ref.id if ref.kind == "unit" else person.unit if person is not None else 0
    return Living(ref, noun, 0, unit=unit, passing=True)


def newborn(act: Act, noun: Noun, enactment: int, now: datetime) -> Living:
    """Return a subject that is being opened, as it is before its opening is judged."""
    opening = act.opening
    made = Living(act.subject, noun, enactment, fresh=True, changed=True, found_anew=True, entered_at=now, clause=act.upon)
    if opening is not None:
        made.unit, made.customer, made.parent = opening.unit, opening.customer, opening.parent
        made.responsible = opening.responsible
    return made
