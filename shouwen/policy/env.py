"""What a clause sees while one act is decided: the facts, the act, the subject's fields with what the act brings over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from shouwen.policy.act import Act, Evidence
from shouwen.policy.facts import Facts
from shouwen.worktime import Calendar, Span

if TYPE_CHECKING:
    from shouwen.policy.nouns import Noun
    from shouwen.policy.values import FieldType


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time from one moment to another; compared with a span on the subject's calendar (months have no fixed length)."""

    start: datetime
    end: datetime

    def compare(self, span: Span, calendar: Calendar) -> int:
        """Return -1, 0 or 1: whether less than, exactly, or more than the span has passed."""
        target = calendar.add(self.start, span, same_time=True)
        return (self.end > target) - (self.end < target)


@dataclass(slots=True)
class Env:
    """One act being decided. `fields` changes as choices are made; everything else stays."""

    facts: Facts
    act: Act
    now: datetime
    noun: Noun
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    fields: dict[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] | None = None  # the row a clause with for_each speaks of
    dues: dict[str, datetime] = field(default_factory=dict)  # due moments of this act, by clause: a gate may ask them
    undated: dict[str, tuple[str, ...]] = field(default_factory=dict)  # due moments a gate asks that cannot be said, and why
    chosen: dict[str, Any] = field(default_factory=dict)  # fields choose-clauses set
    evidence: tuple[Evidence, ...] = ()
    barred: frozenset[int] = frozenset()  # who may neither do the act nor approve it
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)  # clauses that could not act, and the facts they lack
    at: datetime = field(init=False)  # when the act happened

    def __post_init__(self) -> None:
        self.at = self.act.at

    def flag(self, clause: str, lacking: Iterable[str]) -> None:
        """Note that a clause does nothing because facts are missing; nothing to note when none are."""
        if lacking := tuple(lacking):
            self.flags[clause] = tuple(dict.fromkeys((*self.flags.get(clause, ()), *lacking)))

    def rows(self, name: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the rows of a rows field by their place, or the papers of a slots field by their names.

        Papers come as the field lists them: a mapping that was kept in a database comes back in another order than it was given in.
        """
        value = self.fields.get(name)
        if isinstance(value, Mapping):
            kind = self.noun.fields[name].type
            return [(slot, {"slot": slot, **paper(value[slot])}) for slot in in_order(kind, value)]
        return [(str(i), row) for i, row in enumerate(value or (), 1)]

    def moment(self, name: str) -> datetime | None:
        """Return when an act was (last) done on the subject, or the value of a datetime field; None if not yet."""
        if name == "open":
            return self.facts.opened_at or (self.act.at if self.act.name == "open" else None)
        if name == self.act.name:
            return self.act.at
        mark = self.facts.marks.get(name)
        if mark is not None:
            return mark.last
        value = self.fields.get(name)
        return None if value is None else as_moment(value, self.calendar)


def in_order(kind: FieldType, papers: Iterable[str]) -> list[str]:
    """Return papers as their field lists them; those a later law no longer knows come last."""
    listed = list(kind.choices)
    return sorted(papers, key=lambda slot: listed.index(slot) if slot in listed else len(listed))


def paper(kept: Any) -> Mapping[str, Any]:
    """Return the state and the note of a paper as a slots field keeps them."""
    return kept if isinstance(kept, Mapping) else {"state": kept}


def as_moment(value: Any, calendar: Calendar, *, end: bool = False) -> datetime | None:
    """Return a datetime as it is; a date as the start (or `end`) of its day."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        start, stop = calendar.day_bounds(value)
        return stop if end else start
    return None


def clock_time(text: str) -> time | None:
    """Return a time of day from `21:00`, or None."""
    try:
        return time.fromisoformat(text) if len(text) == 5 and text[2] == ":" else None
    except ValueError:
        return None
