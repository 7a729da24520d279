"""What stands in a world in memory: its subjects, and what was said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shouwen.policy.facts import Mark, OpenTaskFact, PendingApproval, Running
from shouwen.policy.ruling import Ruling


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
    runs: bool = False  # it stood before the world began: the promises it has by law are still to be made


@dataclass
class Said:
    """One ruling with its subject, in the order things happened."""

    ruling: Ruling
    subject: int
    at: datetime


def concerned(s: Subject) -> set[int]:
    """Return who works on a case: who answers for it, who was asked first, and whom an open task names."""
    return {s.responsible, s.first_asked, *(p for t in s.tasks for p in t.who)} - {0}
