"""What the law says of one act: refused with the clauses that refuse it, waiting for approval, or allowed with its effects.

Effects are plain data, each citing its clause; whoever called decide() writes them (the database in live work, a world
in memory for scenarios and simulation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from shouwen.policy.act import Act, Ref
from shouwen.policy.fixed import fixed

Outcome = Literal["allowed", "refused", "waiting"]


@dataclass(frozen=True, slots=True)
class Cite:
    """The clause an effect rests on, by its global name, and the first day of the version that was used (None: the first)."""

    clause: str
    since: date | None = None


@fixed(frozen=True, slots=True)
class Refusal:
    """Why an act is refused: by a clause, or by shape (`clause` empty, `code` says what).

    `missing` are fields or evidence to give, `unknown` facts nobody knows, `remedy_*` what would make it lawful.
    """

    clause: str
    code: str
    zh: str
    en: str
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    remedy_zh: str = ""
    remedy_en: str = ""
    warn: bool = False

    def text(self, lang: str = "zh") -> str:
        """Return the reason and the remedy in the reader's language."""
        said, remedy = (self.en, self.remedy_en) if lang.startswith("en") else (self.zh, self.remedy_zh)
        stop = ". " if lang.startswith("en") else "。"
        return f"{said.rstrip('。.')}{stop}{remedy}" if said and remedy else f"{said}{remedy}"


@fixed(frozen=True, slots=True)
class SetField:
    """A field of the subject gets a value; `responsible`, `first_asked`, `unit`, `customer` too.

    With `link` it is a field of the record the subject points to.
    """

    field: str
    value: Any
    cite: Cite | None = None
    link: str = ""


@fixed(frozen=True, slots=True)
class Step:
    """The subject goes to a step; `ends` when no act leads away from it."""

    to: str
    ends: bool = False


@fixed(frozen=True, slots=True)
class Promise:
    """A deadline starts. Unique by (subject, clause, row) while it runs. `due_at` is None while it is paused."""

    cite: Cite
    row: str
    anchor: datetime
    due_at: datetime | None
    warn_at: datetime | None
    owes: tuple[int, ...]
    calendar: str
    until: tuple[str, ...] = ()
    born_overdue: bool = False


@fixed(frozen=True, slots=True)
class Settle:
    """A running deadline ends: "kept", "late" (after its breach) or "withdrawn" (its reason fell away, or its start moved)."""

    clause: str
    row: str
    outcome: Literal["kept", "late", "withdrawn"]
    at: datetime
    why: str = ""


@fixed(frozen=True, slots=True)
class Move:
    """A running deadline gets another due moment: extended, paused (due None) or resumed."""

    clause: str
    row: str
    due_at: datetime | None
    warn_at: datetime | None
    why: str  # extended, paused or resumed
    span: str = ""
    cite: Cite | None = None


@fixed(frozen=True, slots=True)
class Breach:
    """A promise was not kept in time, or a gate that only records was passed."""

    cite: Cite
    row: str
    at: datetime
    owes: tuple[int, ...] = ()
    gate: bool = False


@fixed(frozen=True, slots=True)
class Warned:
    """A deadline is near and its warning was given."""

    clause: str
    row: str
    to: tuple[int, ...] = ()


@fixed(frozen=True, slots=True)
class OpenTask:
    """A piece of work for persons or for whoever holds a post in a unit."""

    name: str
    zh: str
    cite: Cite | None
    who: tuple[int, ...] = ()
    post: str = ""
    row: str = ""
    act: str = ""  # the act of the subject that does it; empty: it is completed by hand
    due_at: datetime | None = None


@fixed(frozen=True, slots=True)
class CloseTask:
    """An open task ends: done by somebody, or no longer needed."""

    name: str
    row: str
    outcome: Literal["done", "withdrawn"]
    id: int = 0


@fixed(frozen=True, slots=True)
class TakeTask:
    """Somebody takes a task that was open to several."""

    id: int
    by: int


@fixed(frozen=True, slots=True)
class OpenCase:
    """The law opens another case, linked to this subject. It is opened by the same rules, as an act `open` of its own."""

    procedure: str
    fields: Mapping[str, Any]
    who: tuple[int, ...]
    cite: Cite
    row: str = ""
    due_at: datetime | None = None
    unit: int = 0
    post: str = ""


@fixed(frozen=True, slots=True)
class Ask:
    """An act waits for approval: the chain, each link the persons of whom one must say yes (`all_of`: every one)."""

    act: Act
    cite: Cite
    chain: tuple[tuple[int, ...], ...]
    advises: tuple[bool, ...] = ()
    all_of: bool = False


@fixed(frozen=True, slots=True)
class Verdict:
    """Somebody approved or disapproved; `closes` when the chain is over."""

    approval: int
    clause: str
    position: int
    yes: bool
    closes: bool
    for_whom: int = 0  # the approver in whose absence it was given


@fixed(frozen=True, slots=True)
class Perform:
    """A further act on the same subject (or `on`), done in the same transaction and judged by the same law."""

    act: Act
    cite: Cite | None


@fixed(frozen=True, slots=True)
class Tell:
    """Persons or the customer are told, with a paper if one is named; `confirm`: each owes a confirmation.

    With a `questionnaire` the customer, or the `outside` party (a record: a construction unit, a supplier), gets a way to answer it
    themselves, open until a moment: once, or `again` and again.
    """

    cite: Cite
    to: tuple[int, ...]
    customer: int = 0
    form: str = ""
    confirm: bool = False
    zh: str = ""
    questionnaire: str = ""
    until: datetime | None = None
    outside: int = 0
    again: bool = False


@fixed(frozen=True, slots=True)
class Enter:
    """An entry of a book: points, money. `amount` is in the book's unit (money in fen), signed."""

    cite: Cite
    book: str
    who: int
    amount: int
    party: str = "staff"  # staff or customer
    row: str = ""
    voids: bool = False
    happened: datetime | None = None  # when what it is for happened, where that was before the act: the entry belongs to that day
    reverses: tuple[int, ...] = ()  # the entries it takes back, when it voids


@fixed(frozen=True, slots=True)
class Attest:
    """Somebody confirmed what only a person can judge: a ticked checklist, an evidence given."""

    cite: Cite
    what: tuple[str, ...]
    strength: str


@fixed(frozen=True, slots=True)
class Hold:
    """The subject is held from now, or (`until`) its hold ends; promises are moved by `Move`."""

    since: datetime | None
    until: datetime | None = None


@fixed(frozen=True, slots=True)
class Pass:
    """A post passed a refusing gate with a reason; it is counted."""

    cite: Cite
    by: int
    reason: str


@fixed(frozen=True, slots=True)
class Grant:
    """The subject, or (`link`) what a field of it points to, has a right from a moment until another."""

    cite: Cite
    what: str
    since: datetime
    until: datetime
    link: str = ""


@fixed(frozen=True, slots=True)
class Retain:
    """The subject's file is to be kept until a moment; of several the latest holds."""

    cite: Cite
    until: datetime


@fixed(frozen=True, slots=True)
class Report:
    """The figures of a period, for those who are to have them; percentages as Decimal, spans as what has passed."""

    cite: Cite
    period: str
    to: tuple[int, ...]
    figures: tuple[tuple[str, Any], ...]
    form: str = ""
    zh: str = ""


@fixed(frozen=True, slots=True)
class LinkCases:
    """Two cases belong together (`related`, `duplicate`), or this one is merged into the other."""

    other: int
    how: str


@fixed(frozen=True, slots=True)
class Receipt:
    """Somebody confirmed what a clause told them."""

    clause: str
    by: int
    cite: Cite | None = None  # what the clause did was to tell: it does not act a second time


Effect = (
    SetField | Step | Promise | Settle | Move | Breach | Warned | OpenTask | CloseTask | TakeTask | OpenCase | Ask | Verdict
    | Perform | Tell | Enter | Attest | Hold | Pass | Grant | Retain | Report | LinkCases | Receipt
)  # fmt: skip


@dataclass(slots=True)
class Ruling:
    """裁定. `reads` keeps the facts the law read, so that the ruling can be explained and replayed; `flags` are clauses that could
    not speak because a fact is unknown (they do nothing, but somebody should look)."""

    outcome: Outcome
    act: Act
    subject: Ref
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    effects: list[Effect] = field(default_factory=list)
    cites: tuple[Cite, ...] = ()
    reads: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    proposals: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # field -> whom the law would take, best first

    @property
    def allowed(self) -> bool:
        """Whether the act happened."""
        return self.outcome == "allowed"

    @property
    def refused(self) -> bool:
        """Whether the act was refused."""
        return self.outcome == "refused"

    def text(self, lang: str = "zh") -> str:
        """Return all refusals, one a line."""
        return "\n".join(r.text(lang) for r in self.refusals)
