"""The world of the tests: the cast of 云栖物业, and moments written as people write them."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shouwen.base.access import Reader
from shouwen.ops.cast import Cast, build
from shouwen.staff import org
from shouwen.staff.models import Staff

ZONE: Final = ZoneInfo("Asia/Shanghai")
PASSWORD: Final = "云栖2026"


def at(moment: str) -> datetime:
    """Return a moment of the company's local time: "2026-11-23 09:00"."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE)


NOW: Final = at("2026-11-23 09:00")  # a Monday, no holiday


def cast(now: datetime = NOW) -> Cast:
    """Write the cast into the test's database, or find it there."""
    return build(now, PASSWORD)


def reader(person: Staff, now: datetime = NOW) -> Reader:
    """Return what somebody of the cast may read."""
    return org.reader(person.pk, now)
