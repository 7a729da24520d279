"""The organisation as the law sees it: units, posts and who holds them, superiors, skills, absence. An immutable snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

Said = TypeVar("Said", int, str)
OfPerson = TypeVar("OfPerson", "Holding", "Absence")


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A site or department; `parent` 0 is the top. `calendar` names the calendar of its hours ("" asks the parent)."""

    id: int
    name: str
    parent: int = 0
    head: int = 0
    calendar: str = ""
    kind: str = ""
    closed: bool = False  # nothing new begins in it


@dataclass(frozen=True, slots=True)
class StaffFact:
    """A member of staff; `superior` 0 means: the head of the unit, or of the unit above."""

    id: int
    name: str
    unit: int = 0
    superior: int = 0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Holding:
    """That somebody holds a post in a unit (and the units below), from a moment until a moment."""

    staff: int
    post: str
    unit: int = 0
    since: datetime | None = None
    until: datetime | None = None

    def stands(self, at: datetime) -> bool:
        """Whether the post was held at that moment."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Absence:
    """That somebody is away from a moment until a moment, and who stands in (0: nobody named)."""

    staff: int
    since: datetime
    until: datetime
    deputy: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """That somebody is on duty for a post from a moment until a moment."""

    staff: int
    post: str
    unit: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Org:
    """Who we are at this moment of reading. Every question takes the moment it is asked about."""

    units: Mapping[int, UnitFact] = field(default_factory=dict)
    staff: Mapping[int, StaffFact] = field(default_factory=dict)
    holdings: tuple[Holding, ...] = ()
    absences: tuple[Absence, ...] = ()
    shifts: tuple[Shift, ...] = ()
    version: int = 0

    @cached_property
    def _paths(self) -> dict[int, tuple[int, ...]]:
        return {}

    @cached_property
    def _calendars(self) -> dict[int, str]:
        return {unit: self._nearest(unit, lambda u: u.calendar) or "" for unit in self.units}

    @cached_property
    def _by_post(self) -> dict[str, dict[int, list[Holding]]]:
        """The holdings of each post by the unit it is held in."""
        found: dict[str, dict[int, list[Holding]]] = {}
        for h in self.holdings:
            found.setdefault(h.post, {}).setdefault(h.unit, []).append(h)
        return found

    @cached_property
    def _by_staff(self) -> dict[int, list[Holding]]:
        return _by_person(self.holdings)

    @cached_property
    def _away(self) -> dict[int, list[Absence]]:
        return _by_person(self.absences)

    @cached_property
    def _deputies(self) -> dict[int, list[Absence]]:
        """The absences in which somebody is named as the deputy."""
        found: dict[int, list[Absence]] = {}
        for a in self.absences:
            if a.deputy and a.deputy != a.staff:
                found.setdefault(a.deputy, []).append(a)
        return found

    def path(self, unit: int) -> tuple[int, ...]:
        """Return the unit and every unit above it, nearest first."""
        known = self._paths.get(unit)
        if known is not None:
            return known
        found: list[int] = []
        above = unit
        while above and above in self.units and above not in found:
            found.append(above)
            above = self.units[above].parent
        self._paths[unit] = path = tuple(found)
        return path

    def _nearest(self, unit: int, said: Callable[[UnitFact], Said]) -> Said | None:
        """Return what the nearest unit upwards says that says anything."""
        return next((found for u in self.path(unit) if (found := said(self.units[u]))), None)

    def posts_of(self, staff: int, at: datetime) -> frozenset[str]:
        """Return the posts somebody held at a moment, in any unit."""
        return frozenset(h.post for h in self._by_staff.get(staff, ()) if h.stands(at))

    def holds(self, staff: int, post: str, unit: int, at: datetime) -> bool:
        """Whether somebody held a post for a unit: in it, or in a unit above it, or everywhere (unit 0)."""
        for h in self._by_staff.get(staff, ()):
            if h.post == post and h.stands(at):
                return not unit or staff in self.holders(post, unit, at)
        return False

    def holders(self, post: str, unit: int, at: datetime) -> tuple[int, ...]:
        """Return who holds a post for a unit: those of the nearest unit upwards that has any; then those of no unit.

        With unit 0 everybody who holds the post is meant.
        """
        held = self._by_post.get(post)
        if held is None:
            return ()
        if not unit:
            return tuple(sorted({h.staff for here in held.values() for h in here if h.stands(at)}))
        for u in (*self.path(unit), 0):
            here = {h.staff for h in held.get(u, ()) if h.stands(at)}
            if here:
                return tuple(sorted(here))
        return ()

    def where_held(self, post: str, at: datetime, staff: int = 0) -> tuple[str, ...]:
        """Return the names of the units a post is held in (by somebody), where it is held in units at all."""
        held = self._by_post.get(post, {})
        return tuple(
            self.units[u].name
            for u in sorted(held)
            if u in self.units and any(h.stands(at) and staff in (0, h.staff) for h in held[u])
        )

    def head_of(self, unit: int) -> int:
        """Return the head of a unit, or of the nearest unit above that has one; 0 when there is none."""
        return self._nearest(unit, lambda u: u.head) or 0

    def superior_of(self, staff: int) -> int:
        """Return somebody's superior: the one named, else the head of the unit, else of the units above; never oneself. 0: none."""
        person = self.staff.get(staff)
        if person is None:
            return 0
        if person.superior:
            return person.superior
        return next((self.units[u].head for u in self.path(person.unit) if self.units[u].head not in (0, staff)), 0)

    def led_by(self, head: int, at: datetime) -> frozenset[int]:
        """Return whoever works in a unit that somebody heads (or below it), or has them as their superior; not themselves."""
        working = {h.staff for h in self.holdings if h.stands(at)} - {head}
        return frozenset(
            s.id
            for s in self.staff.values()
            if s.id in working and (s.superior == head or any(self.units[u].head == head for u in self.path(s.unit)))
        )

    def absent(self, staff: int, at: datetime) -> Absence | None:
        """Return the absence somebody is in at a moment, if any."""
        return next((a for a in self._away.get(staff, ()) if a.since <= at < a.until), None)

    def stands_in(self, staff: int, at: datetime) -> int:
        """Return who acts for somebody at a moment: the deputy while absent (followed once), else the person."""
        gone = self.absent(staff, at)
        if gone is None or not gone.deputy or self.absent(gone.deputy, at):
            return staff
        return gone.deputy

    def stood_in_for(self, deputy: int, at: datetime) -> tuple[int, ...]:
        """Return for whom somebody acts at a moment: whoever is away and has named them, unless the deputy is away too."""
        named = self._deputies.get(deputy)
        return tuple(dict.fromkeys(a.staff for a in named if self.stands_in(a.staff, at) == deputy)) if named else ()

    def on_duty(self, post: str, unit: int, at: datetime) -> tuple[int, ...]:
        """Return who is on duty for a post in a unit (or above it): by shift; where no shift is kept, whoever holds it and is not away."""
        units = {*self.path(unit), 0} if unit else None
        on = {s.staff for s in self.shifts if s.post == post and s.since <= at < s.until and (units is None or s.unit in units)}
        held = on or set(self.holders(post, unit, at))
        return tuple(sorted(p for p in held if not self.absent(p, at)))

    def calendar_of(self, unit: int) -> str:
        """Return the name of the calendar of a unit or of the nearest unit above it; "" when none names one."""
        return self._calendars.get(unit, "")


def _by_person(rows: tuple[OfPerson, ...]) -> dict[int, list[OfPerson]]:
    found: dict[int, list[OfPerson]] = {}
    for row in rows:
        found.setdefault(row.staff, []).append(row)
    return found
