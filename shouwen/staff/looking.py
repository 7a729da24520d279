"""Reading the organisation as an administrator does: who may, which people, what was changed about whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace

from shouwen.base.access import Reader
from shouwen.base.errors import Forbidden
from shouwen.base.journal import ACT
from shouwen.base.models import Event
from shouwen.staff.models import Absence, Holding, Staff

KINDS: Final = ("staff", "unit", "post", "roster", "calendar", "sign_in", "right")
STATES: Final = ("working", "away", "suspended", "left", "all")


def may_look(reader: Reader) -> bool:
    """Whether somebody reads the pages about people: who administers anything of the organisation, and the auditor."""
    return reader.may("audit") or any(reader.may("administer", kind) for kind in KINDS)


def demand_look(reader: Reader) -> None:
    """Raise Forbidden unless somebody may read them."""
    if not may_look(reader):
        raise Forbidden("see", "staff")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people: a text (name, pinyin, initials, user name), a unit with those below, a post held now, a state."""

    text: str = ""
    unit: int = 0
    post: str = ""
    state: str = "working"

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return bool(self.text or self.unit or self.post)


def people(wanted: Wanted, reader: Reader, now: datetime) -> QuerySet[Staff]:
    """Return the people that are wanted, each with `unit` read. Raises Forbidden."""
    demand_look(reader)
    rows = Staff.objects.filter(is_system=False).select_related("unit")
    if wanted.text:
        rows = named(rows, wanted.text)
    if wanted.unit:
        rows = rows.filter(unit__path__contains=[wanted.unit])
    if wanted.post:
        held = Holding.objects.standing(now).filter(staff=OuterRef("pk"), post=wanted.post)
        rows = rows.filter(Exists(held))
    away = Absence.objects.standing(now).filter(staff=OuterRef("pk"))
    states: dict[str, Any] = {
        "working": Q(left_at=None, is_active=True),
        "away": Q(left_at=None) & Q(Exists(away)),
        "suspended": Q(left_at=None, is_active=False),
        "left": Q(left_at__isnull=False),
    }
    return rows.filter(states[wanted.state]) if wanted.state in states else rows


def named(rows: QuerySet[Staff], text: str) -> QuerySet[Staff]:
    """By any part of the name, pinyin with or without blanks, initials, or the beginning of the user name."""
    plain = text.strip().lower()
    rows = rows.annotate(sound=Replace(F("pinyin"), Value(" "), Value("")))
    squeezed = plain.replace(" ", "")
    found = Q(name__contains=text.strip()) | Q(sound__startswith=squeezed) | Q(initials__startswith=squeezed)
    return rows.filter(found | Q(username__startswith=plain) | Q(pinyin__contains=f" {plain}"))


def changes_of(kind: str, subject: int, reader: Reader, limit: int) -> list[Event]:
    """Return what was last done about a person or a unit, newest first. Raises Forbidden."""
    demand_look(reader)
    return list(Event.objects.filter(subject_kind=kind, subject_id=subject, kind=ACT).order_by("-seq")[:limit])
