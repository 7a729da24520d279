"""What the law may know of a subject, as of a moment: plain typed data, gathered by the caller, kept with the ruling.

`Law.needs()` says which links, measures and outside facts an act wants; nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from shouwen.policy.org import Org

if TYPE_CHECKING:
    from shouwen.policy.nouns import Noun


@dataclass(frozen=True, slots=True)
class Mark:
    """That an act was done on a subject: how often, first and last when, and by whom (every person, in order, once)."""

    count: int
    first: datetime
    last: datetime
    by: tuple[int, ...]


GRANT: Final = "grant:"


def grant_mark(what: str, since: datetime) -> str:
    """Return the name of the mark that keeps a grant: its first moment is when it begins, its last when it ends."""
    return f"{GRANT}{what}:{since.isoformat()}"


def grant_row(what: str, at: datetime) -> str:
    """Return the row of the alarm that rings when a grant begins or ends."""
    return f"{GRANT}{what[:32]}:{at.astimezone(UTC):%Y%m%dT%H%M%S}"


def grants_of(marks: Mapping[str, Mark], what: str) -> list[tuple[datetime, datetime]]:
    """Return from when until when a subject was granted something, each time."""
    return [(m.first, m.last) for name, m in marks.items() if name.startswith(f"{GRANT}{what}:")]


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact from outside with the moment as of which it was true."""

    value: Any
    at: datetime


def rows_pointing(noun: Noun, fields: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield which records the rows of a subject point to: the column (`lines.item`) and the id."""
    for name in noun.rows:
        columns = [c.id for c in noun.fields[name].type.columns.values() if c.type.name == "record" and not c.type.many]
        for row in fields.get(name) or () if columns else ():
            yield from ((f"{name}.{c}", target) for c in columns if isinstance(target := row.get(c), int))


RETAINED: Final = "retained"  # the mark whose last moment is until when a file is kept


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline that has not ended: which clause and version made it, from when, until when, and whether it was missed."""

    clause: str
    since: date | None
    row: str
    anchor: datetime
    due_at: datetime | None
    breached_at: datetime | None = None
    until: tuple[str, ...] = ()
    owes: tuple[int, ...] = ()
    calendar: str = ""
    made_at: datetime | None = None
    extended: tuple[str, ...] = ()  # spans of approved extensions, in order


@dataclass(frozen=True, slots=True)
class OpenTaskFact:
    """A task that is open: who may do it, which clause opened it."""

    id: int
    name: str
    row: str
    clause: str
    who: tuple[int, ...]
    post: str = ""
    act: str = ""

    @property
    def untaken(self) -> bool:
        """Whether several may do it, or the holders of a post, and none of them has taken it."""
        return len(self.who) > 1 or (not self.who and bool(self.post))


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """An act waiting for approval: who asked, the chain and how far it is. `act` holds the act as it was asked."""

    id: int
    clause: str
    act: Any
    requester: int
    chain: tuple[tuple[int, ...], ...]
    advises: tuple[bool, ...]
    all_of: bool
    position: int
    yes: tuple[int, ...] = ()  # who of the present link said yes
    request: int = 0  # approvals of one asked act share it
    granted: bool = False


@dataclass(slots=True)
class Facts:
    """The facts of one subject as of now. A field nobody filled is absent or None: unknown, never guessed.

    `marks` holds, beside the acts done, `approved:<act>` (who said yes), `attested:<clause>` (when evidence was last given for a clause)
    and `changed:<field>` (when a field that evidence covers last changed).
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    step: str = ""
    opened_at: datetime | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    unit: int = 0
    responsible: int = 0
    first_asked: int = 0
    customer: int = 0
    links: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # field name (or "customer") -> fields of what it points to
    linked: Mapping[str, Facts] = field(default_factory=dict)  # field name (or "parent") -> facts of the case it points to
    deadlines: tuple[Running, ...] = ()
    settled: frozenset[tuple[str, str, datetime]] = frozenset()  # (clause, row, anchor) of promises that were kept or missed
    tasks: tuple[OpenTaskFact, ...] = ()
    approvals: tuple[PendingApproval, ...] = ()
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    held: bool = False
    closed: bool = False
    measures: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, Any] = field(default_factory=dict)  # named facts, e.g. per candidate: {"soonest_there": {staff: span}}
    populations: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    org: Org = field(default_factory=Org)
    balances: Mapping[str, Mapping[int, tuple[tuple[int, int], ...]]] = field(
        default_factory=dict
    )  # what a clause may void: person -> the standing entries (id, amount)
    queues: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # who waits, whoever came first first
    pointed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)  # fields of the records that rows point to, by id
