"""What the law in force says of reading, for every reader: kept per process, and asked of the database only when something changed.

Enactments change the version of the organisation (by a trigger), which each request has read already: so a request
that finds the version it knows asks nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from shouwen.base.sql import place
from shouwen.cases.enactments import Laws
from shouwen.policy.law import Law
from shouwen.policy.reading_rights import Reading, readings

MOST: Final = 64  # laws and days that are kept: some of each database of the tests


@dataclass(slots=True)
class _Kept:
    laws: dict[tuple[str, int], Laws] = field(default_factory=dict)
    said: dict[tuple[str, date], Collection[Reading]] = field(default_factory=dict)


_kept = _Kept()


def _forget() -> None:
    """Begin anew in a forked child, as everything that is kept does."""
    global _kept  # noqa: PLW0603  one for each process, made anew after a fork
    _kept = _Kept()


os.register_at_fork(after_in_child=_forget)


def readings_at(at: datetime, org_version: int) -> Collection[Reading]:
    """Return what clauses say of reading at a moment; nothing before the first enactment."""
    law = _laws(org_version).at(at)
    if law is None:
        return ()
    key = law.digest, today(law, at)
    found = _kept.said.get(key)
    if found is None:
        if len(_kept.said) >= MOST:
            _kept.said.clear()
        found = _kept.said[key] = readings(law.on(key[1]))
    return found


def today(law: Law, at: datetime) -> date:
    """Return the business day of a moment, by the calendar of the law."""
    calendar = law.calendars.get(law.calendar)
    return calendar.business_day(at) if calendar is not None else timezone.localdate(at)


def _laws(org_version: int) -> Laws:
    key = place(), org_version
    found = _kept.laws.get(key)
    if found is None:
        if len(_kept.laws) >= MOST:
            _kept.laws.clear()
        found = _kept.laws[key] = Laws()
    return found
