"""Acts: somebody, or the clock, wants something of a subject at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

# Acts every procedure has unless it says `without:`. What they need and do is in shape.py.
BUILT_IN_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("立项", "Open"),
    "note": ("记一笔", "Note"),
    "amend": ("更正", "Amend"),
    "hand_over": ("移交", "Hand over"),
    "take_over": ("接手", "Take over"),
    "decline": ("谢绝移交", "Decline"),
    "hold": ("挂起", "Hold"),
    "resume": ("恢复", "Resume"),
    "extend": ("延期", "Extend"),
    "reopen": ("重开", "Reopen"),
    "link": ("关联", "Link"),
    "merge": ("并入", "Merge"),
}
# Acts of approving and of doing a task, on any case; acts of the clock.
APPROVAL_ACTS: Final = ("approve", "disapprove", "withdraw")
TASK_ACTS: Final = ("claim", "complete")
ACKNOWLEDGE: Final = "acknowledge"  # somebody confirms what a clause told them; the act's `clause` names it
CLOCK_ACTS: Final = ("deadline_passed", "deadline_near", "come_round")


Chain = tuple[tuple[int, ...], ...]  # links of an approval in order, each the persons of whom one (or all) must say yes


@dataclass(frozen=True, slots=True)
class Ref:
    """A subject: its kind (case, record, customer, staff, entry), its noun (procedure, register, book) and id; id 0 is not yet there."""

    kind: str
    noun: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.noun}:{self.id}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows a thing was so: `kind` is self, signature, consent, photo, id_seen, second_person or measured.

    `party` is whom it comes from: "customer" with the customer's id, "staff" with a staff id, or "record" with that of an outside
    party (a construction unit, a supplier). An act by nobody of the staff with somebody's own word is theirs: see `party_of`.
    """

    kind: str
    party: str = ""
    id: int = 0
    attachment: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """What an act `open` brings beside its fields. `who` and `post`, `due_at` and `parent` are given when the law opens a case."""

    unit: int = 0
    customer: int = 0
    responsible: int = 0
    first_asked: int = 0
    who: tuple[int, ...] = ()
    post: str = ""
    due_at: datetime | None = None
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants. `at` is when it happened (which law judges it); when it is entered is the caller's `now`.

    `by` is a staff id, or 0 for the clock. `clause` and `row` name the promise, approval or task an act is about.
    `reason` is given when a post passes a gate it may pass.
    """

    name: str
    subject: Ref
    by: int
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    ticks: frozenset[str] = frozenset()
    clause: str = ""
    row: str = ""
    reason: str = ""
    key: str = ""
    opening: Opening | None = None
    granted: Mapping[str, Chain] = field(
        default_factory=dict
    )  # clauses whose approval was given, and who was asked; set by decide() alone
    upon: str = ""  # the clause that made the law do this act


def party_of(by: int, evidence: Iterable[Evidence]) -> tuple[str, int]:
    """Return who does an act themselves, as nobody of the staff: "customer" or "record" (an outside party) and the id; ("", 0): nobody.

    Their own word (evidence `self`) comes with it.
    """
    own = (e for e in evidence if e.kind == "self" and e.party in ("customer", "record"))
    return next(((e.party, e.id) for e in own), ("", 0)) if by == 0 else ("", 0)
