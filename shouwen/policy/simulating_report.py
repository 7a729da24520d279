"""What a rehearsal found, added up clause by clause: same, differs, cannot tell; and what it would mean in work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shouwen.policy.simulating_law import Changed

MOST_LISTED: Final = 100  # subjects a clause lists; all are counted
COUNTED: Final = ("breaches", "approvals", "refusals", "tasks", "cases")
# An assumption, printed with each result and to be set by whoever asks: minutes of somebody's work each of these takes.
MINUTES: Final[Mapping[str, int]] = {"breaches": 15, "approvals": 5, "refusals": 5, "tasks": 20, "cases": 30}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "breaches": ("逾期", "breaches"), "approvals": ("审批", "approvals"), "refusals": ("不准", "refusals"),
    "tasks": ("待办", "tasks"), "cases": ("立项", "cases opened"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One act a clause judges otherwise, or cannot judge: of which subject, when, and what differs.

    `was`, `now`: both verdicts, each in Chinese and English.
    """

    number: str
    id: int
    act: str
    at: datetime
    zh: str
    en: str
    was: tuple[str, str] = ("", "")
    now: tuple[str, str] = ("", "")

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = {"number": self.number, "id": self.id, "act": self.act, "at": self.at.isoformat(), "zh": self.zh, "en": self.en}
        sides = {"was": self.was, "now": self.now}
        return {**told, **{name: {"zh": zh, "en": en} for name, (zh, en) in sides.items() if zh}}


@dataclass(slots=True)
class Finds:
    """What was found of one clause. `moved`: of those that are the same, how many have another due moment and the same end."""

    zh: str
    en: str = ""
    change: str = ""  # added, changed, repealed
    same: int = 0
    moved: int = 0
    differs: int = 0
    cannot_tell: int = 0
    unfaithful: int = 0
    examples: list[Example] = field(default_factory=list)
    doubtful: list[Example] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)  # by COUNTED: more (or, below nothing, fewer) than were recorded
    rounds: tuple[int, int] | None = None  # how often it comes round in the period: then, and by the proposal
    untold: tuple[str, str] = ("", "")  # why nothing it speaks of is judged again, in Chinese and English; "" where it is

    def add(self, other: Finds) -> None:
        """Take in what another part of the history showed."""
        self.same += other.same
        self.moved += other.moved
        self.differs += other.differs
        self.cannot_tell += other.cannot_tell
        self.unfaithful += other.unfaithful
        self.more = Counter({k: self.more[k] + other.more[k] for k in {*self.more, *other.more}})
        self.examples = _first(self.examples + other.examples)
        self.doubtful = _first(self.doubtful + other.doubtful)
        self.rounds = self.rounds or other.rounds
        self.untold = self.untold if self.untold[0] else other.untold

    def plain(self, clause: str) -> dict[str, Any]:
        """Return it as JSON."""
        told: dict[str, Any] = {
            "clause": clause, "zh": self.zh, "en": self.en, "change": self.change, "same": self.same, "moved": self.moved,
            "differs": self.differs, "cannot_tell": self.cannot_tell, "unfaithful": self.unfaithful,
            **{k: self.more[k] for k in COUNTED}, "cases_listed": [e.plain() for e in _first(self.examples)],
            "doubts_listed": [e.plain() for e in _first(self.doubtful)],
        }  # fmt: skip
        if self.untold[0]:
            told["untold"] = {"zh": self.untold[0], "en": self.untold[1]}
        if self.rounds is not None:
            told["rounds"] = {"then": self.rounds[0], "proposed": self.rounds[1]}
        return told


def keep(examples: list[Example], example: Example) -> None:
    """List an example; of very many the earliest stay, whoever found them in whatever order."""
    examples.append(example)
    if len(examples) > 2 * MOST_LISTED:
        examples[:] = _first(examples)


def _first(examples: list[Example]) -> list[Example]:
    return sorted(examples, key=lambda e: (e.at, e.id, e.act))[:MOST_LISTED]


@dataclass(slots=True)
class Report:
    """What a rehearsal found. `acts`: on record in the period; `judged`: by both laws; `not_looked_at`: after a first divergence."""

    finds: dict[str, Finds] = field(default_factory=dict)
    subjects: int = 0
    diverged: int = 0
    acts: int = 0
    acts_elsewhere: int = 0  # on what is not judged again: registers, books, people, and cases of which the two laws say the same
    judged: int = 0
    faithful: int = 0
    not_looked_at: int = 0
    unread: int = 0  # of a log: rows without a case, and moments that cannot be read
    entries: Counter[str] = field(default_factory=Counter)  # by book, in its unit: more or fewer than were recorded
    seconds: float = 0.0
    minutes: Mapping[str, int] = field(default_factory=lambda: dict(MINUTES))

    def of(self, clause: str, zh: str, en: str, change: str) -> Finds:
        """Return what was found of a clause so far."""
        found = self.finds.get(clause)
        if found is None:
            found = self.finds[clause] = Finds(zh, en, change)
        return found

    def of_changed(self, changed: Changed) -> Finds:
        """Return what was found so far of a clause that the two laws say differently."""
        clause = changed.clause
        change = "added" if changed.old is None else "repealed" if changed.new is None else "changed"
        return self.of(changed.name, clause.zh or clause.sentence(), clause.en, change)

    def add(self, other: Report) -> None:
        """Take in what another process found in its part of the history."""
        for clause, found in other.finds.items():
            self.of(clause, found.zh, found.en, found.change).add(found)
        for name in ("subjects", "diverged", "acts", "acts_elsewhere", "judged", "faithful", "not_looked_at"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.entries = Counter({k: self.entries[k] + other.entries[k] for k in {*self.entries, *other.entries}})

    @property
    def hours(self) -> float:
        """Hours of work more (or fewer), by the minutes each thing is taken to need."""
        total = sum(f.more[k] * self.minutes.get(k, 0) for f in self.finds.values() for k in COUNTED)
        return round(total / 60, 1)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        sums = {k: sum(f.more[k] for f in self.finds.values()) for k in COUNTED}
        rate = round(self.acts / self.seconds) if self.seconds else 0
        return {
            "clauses": [self.finds[c].plain(c) for c in sorted(self.finds)],
            "totals": {
                **{k: sum(getattr(f, k) for f in self.finds.values()) for k in ("same", "moved", "differs", "cannot_tell")},
                **sums, "entries": dict(sorted(self.entries.items())), "hours": self.hours,
            },
            "assumed_minutes": dict(self.minutes), "subjects": self.subjects,
            "diverged": self.diverged, "acts": self.acts, "acts_elsewhere": self.acts_elsewhere,
            "judged": self.judged, "faithful": self.faithful, "not_looked_at": self.not_looked_at, "unread": self.unread,
            "seconds": round(self.seconds, 2), "acts_per_second": rate,
        }  # fmt: skip
