"""审计: the auditor reads the journal of sign-ins, uncovered personal data, exports and administration, and nothing else.

What regulated matters did is not here: it stands in the cases, for those who may see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from shouwen.base.access import Reader, demand
from shouwen.base.models import AUDITED, Event
from shouwen.base.reveal import export as note_export

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign_in": ("sign_in", "sign_in_failed", "locked", "sign_out", "end_sessions", "factor_failed"),
    "secret": (
        "change_password", "accept_invitation", "invite", "unlock", "factor_on", "factor_off", "recovery_codes", "new_token",
        "end_token",
    ),
    "reveal": ("reveal",),
    "export": ("export",),
}  # fmt: skip
ADMINISTRATION: Final = "administration"  # whatever is none of these
CHUNK: Final = 500
MOST: Final = 100_000  # rows of one export


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an auditor looks for; empty is everything."""

    kind: str = ""
    staff: int = 0  # who did it, or whom it was about
    since: datetime | None = None
    until: datetime | None = None

    @property
    def told(self) -> dict[str, object]:
        """The same for the journal of exports."""
        found = {"kind": self.kind, "staff": self.staff, "since": self.since, "until": self.until}
        return {name: value for name, value in found.items() if value}


def page(wanted: Wanted, *, by: Reader, before: int | None, limit: int) -> list[Event]:
    """Return events, the newest first, that were written before an event. Forbidden for whoever is no auditor."""
    demand(by, "audit", "journal")
    return _rows(wanted).before(before, limit)  # type: ignore[attr-defined,no-any-return]  # a word of our manager


def export(wanted: Wanted, *, by: Reader, now: datetime) -> Iterator[list[Event]]:
    """Write down that the journal is taken out of the house, and return it in parts; at most MOST events."""
    demand(by, "audit", "journal")
    note_export(by, "journal", kind="journal", now=now, what=wanted.told)
    return _parts(wanted)


def _parts(wanted: Wanted) -> Iterator[list[Event]]:
    before: int | None = None
    for _ in range(MOST // CHUNK):
        part: list[Event] = _rows(wanted).before(before, CHUNK)  # type: ignore[attr-defined]  # a word of our manager
        if not part:
            return
        yield part
        before = part[-1].seq


def _rows(wanted: Wanted) -> QuerySet[Event]:
    rows = Event.objects.filter(AUDITED)
    if wanted.kind in KINDS:
        rows = rows.filter(act__in=KINDS[wanted.kind])
    elif wanted.kind == ADMINISTRATION:
        rows = rows.exclude(act__in=[act for acts in KINDS.values() for act in acts])
    if wanted.staff:
        rows = rows.filter(Q(actor_id=wanted.staff) | Q(subject_kind="staff", subject_id=wanted.staff))
    if wanted.since:
        rows = rows.filter(entered_at__gte=wanted.since)
    return rows.filter(entered_at__lt=wanted.until) if wanted.until else rows
