"""What goes in and comes out: strict, so that nothing is guessed. Unknown members are refused."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Text = Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")]


def _written(value: Any) -> Any:
    """Let only a written moment through: a number would be taken for seconds since 1970."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[Tt ]", value):
        raise ValueError("should be a date and time with its zone, written as text: 2026-03-02T09:00:00+08:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
Word = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]


class In(Schema):
    """What a client sends: strict types, no unknown members."""

    model_config = ConfigDict(extra="forbid", strict=True)


class EvidenceIn(In):
    """Evidence that comes with an act: its kind, and whose it is."""

    kind: Literal["self", "signature", "consent", "photo", "id_seen", "second_person", "measured"]
    party: Literal["", "customer", "staff"] = ""
    id: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    attachment: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0


class ActIn(In):
    """An act: its name, the values it brings, ticks of checklists, evidence, a reason when a gate is passed."""

    act: Word
    fields: dict[Word, Any] = Field(default_factory=dict, max_length=200)
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=20)
    ticks: list[Text] = Field(default_factory=list, max_length=100)
    reason: Text = ""
    clause: Annotated[str, Field(max_length=160, pattern=r"^[^\x00]*$")] = ""
    row: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] = ""
    at: Moment | None = Field(default=None, strict=False, description="when it happened; now, unless said")


class CaseIn(In):
    """A new case."""

    procedure: Word
    fields: dict[Word, Any] = Field(default_factory=dict, max_length=200)
    customer: Id | None = None
    unit: Id | None = None
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=20)
    ticks: list[Text] = Field(default_factory=list, max_length=100)
    at: Moment | None = Field(default=None, strict=False, description="when it was brought to us; now, unless said")


class ActRow(ActIn):
    """One act of many: on which case."""

    case: Id


class ManyIn(In):
    """Cases to open, and acts on cases; at most 100 of each. The openings come first."""

    open: list[CaseIn] = Field(default_factory=list, max_length=100)
    acts: list[ActRow] = Field(default_factory=list, max_length=100)


class DeadlineOut(Schema):
    """A promise: by which clause, from when until when, and what became of it."""

    clause: str
    row: str
    since: datetime
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    outcome: str


class TaskOut(Schema):
    """A piece of work somebody owes."""

    id: int
    case: str | None
    name: str
    title: str
    act: str
    clause: str
    who: list[int]
    post: str
    due_at: datetime | None


class CaseRow(Schema):
    """A case in a list."""

    id: int
    number: str
    procedure: str
    step: str
    title: str
    unit: int | None
    customer: int | None
    responsible: int | None
    first_asked: int | None
    opened_at: datetime
    closed_at: datetime | None
    next_due: datetime | None
    held: bool


class CaseOut(CaseRow):
    """A case whole: its fields, promises and open tasks, and what may be done with it now."""

    fields: dict[str, Any]
    version: int
    deadlines: list[DeadlineOut]
    tasks: list[TaskOut]


class CasePage(Schema):
    """A page of cases."""

    items: list[CaseRow]
    cursor: str


class EffectOut(Schema):
    """What a ruling did, and by which clause."""

    kind: str
    clause: str


class RulingOut(Schema):
    """裁定: allowed or waiting for approval, on which case (its id, number and address), the warnings, what was done."""

    outcome: Literal["allowed", "waiting"]
    id: int
    number: str
    url: str
    step: str
    warnings: list[str]
    cites: list[str]
    effects: list[EffectOut]


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    refusals: list[dict[str, Any]] | None = None
    fields: list[dict[str, Any]] | None = None


class VerdictOut(Schema):
    """What became of one of many: the status it would have had alone, and its ruling, or the problem that stood against it."""

    status: int
    ruling: RulingOut | None
    problem: ProblemOut | None


class ManyOut(Schema):
    """A verdict for each, in the order they came."""

    open: list[VerdictOut]
    acts: list[VerdictOut]


class EventOut(Schema):
    """One fact of the journal."""

    seq: int
    at: datetime
    entered_at: datetime
    kind: str
    act: str
    actor: int | None
    clause: str
    data: dict[str, Any]


class EventPage(Schema):
    """A page of events, oldest first."""

    items: list[EventOut]
    cursor: str


class TaskPage(Schema):
    """A page of tasks, those that fall due next first."""

    items: list[TaskOut]
    cursor: str


class PhoneIn(In):
    """A telephone number as somebody wrote it."""

    number: Annotated[str, Field(min_length=3, max_length=32, pattern=r"^[^\x00]*$")]
    label: Annotated[str, Field(max_length=32, pattern=r"^[^\x00]*$")] = ""


class CustomerIn(In):
    """A new customer."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    kind: Literal["person", "company"] = "person"
    unit: Id
    phones: list[PhoneIn] = Field(default_factory=list, max_length=10)
    addresses: list[Text] = Field(default_factory=list, max_length=10)


class CustomerOut(Schema):
    """A customer; name and numbers masked."""

    id: int
    number: str
    name: str
    kind: str
    unit: int
    phones: list[str]


class CustomerPage(Schema):
    """A page of customers in the order of Chinese lists."""

    items: list[CustomerOut]
    cursor: str


class HitOut(Schema):
    """One thing found."""

    kind: str
    id: int
    title: str
    preview: str


class SearchIn(In):
    """What to search for."""

    q: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    kind: Literal["case", "customer", "record"] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=400)] = ""


class HitPage(Schema):
    """What was found, best first."""

    items: list[HitOut]
    cursor: str


class ClauseOut(Schema):
    """A clause as it stands today: its words, its sentence, its grade, where it comes from, and its figures."""

    name: str
    regulation: str
    id: str
    kind: str
    zh: str
    en: str
    sentence: str
    grade: str
    since: str | None
    source: list[str]
    assumed: dict[str, str]
    applied: int
    breached: int


class ClauseList(Schema):
    """All clauses in force."""

    items: list[ClauseOut]


class AboutIn(In):
    """What a fact is of."""

    kind: Literal["case", "record", "customer", "unit", "staff"]
    id: Id


class FactIn(In):
    """What somebody outside tells of a declared fact; without `about` it is of the whole company."""

    value: Any
    as_of: Moment = Field(strict=False, description="as of when it is true")
    source: Text = Field(default="", description="who says so")
    about: AboutIn | None = None


class FactOut(Schema):
    """A fact as it was told."""

    name: str
    as_of: datetime
    about: AboutIn | None
    stale_after: str | None


class FeedOut(Schema):
    """A fact others tell: the newest moment told, of how many things, and whether it is too old (or was never told)."""

    name: str
    zh: str
    en: str
    type: str
    stale_after: str | None
    newest: datetime | None
    of: int
    stale: bool


class FeedList(Schema):
    """All of them."""

    items: list[FeedOut]
