"""How the verbs of the organisation write: a row after asking its constraints, and the event that says who did it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import translation

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Complaint, FieldError, NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref

STAFF: Final = "staff"  # kinds of things one administers: people, posts and units; rosters; calendars
ROSTER: Final = "roster"

M = TypeVar("M", bound=models.Model)


def demand_here(by: Reader, unit: int | None, kind: str = STAFF) -> None:
    """Raise Forbidden unless `by` administers that kind, NotFound unless also in that unit (None: what is of no unit)."""
    demand(by, "administer", kind)
    if by.domain is not None and unit not in by.domain:
        raise NotFound


def save(row: M) -> M:
    """Write a row after asking its constraints, so that what is wrong is said by field and not by the database."""
    since, until = getattr(row, "since", None), getattr(row, "until", None)
    if since and until and until <= since:  # asked first: PostgreSQL makes no range of it to compare with others
        raise FieldError.of("until", "结束时间必须晚于开始时间。", "It must end after it begins.")
    try:
        row.full_clean(validate_unique=True, validate_constraints=True)
    except ValidationError as wrong:
        raise FieldError(_complaints(wrong)) from None
    row.save()
    return row


def _complaints(wrong: ValidationError) -> Iterator[Complaint]:
    for name, errors in wrong.error_dict.items():
        for error in errors:
            said = {}
            for lang in ("zh-hans", "en"):
                with translation.override(lang):
                    said[lang] = " ".join(error.messages)
            yield Complaint("" if name == NON_FIELD_ERRORS else name, said["zh-hans"], said["en"], error.code or "invalid")


def event(by: Reader, about: Ref, act: str, data: Mapping[str, Any], now: datetime) -> EventRow:
    """Return the event of a change; the caller writes it in the transaction of the change."""
    return EventRow(subject=about, kind=ACT, act=act, actor=by.staff, at=now, entered_at=now, data=data)


def note(by: Reader, staff: int, act: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write the event of a change about a member of staff."""
    write_events([event(by, Ref("staff", "staff", staff), act, data, now)])
