"""The organisation as the law reads it: one immutable snapshot, kept per process until any of its tables changes.

Everything in it is dated, so one snapshot answers for every moment; only shifts are many, and of those a snapshot holds the week
around the moment it is asked for.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final

from shouwen.base.access import Reader, Rights, reader_of, said_of_reading
from shouwen.base.sql import from_json, place, raw
from shouwen.policy.org import Absence, Holding, Org, Shift, StaffFact, UnitFact

KEPT: Final = 8  # snapshots: the present week, and those an import of old cases walks through
MARGIN: Final = timedelta(days=2)  # acts and what they open lie near the ends of a week too

VERSION: Final = "select version from staff_orgversion"  # to fold into another query: (select version from staff_orgversion)

_UNITS = """select id, name, coalesce(parent_id, 0), coalesce(head_id, 0), calendar, kind, closed_at is not null
 from staff_unit order by id"""
_STAFF = "select id, name, coalesce(unit_id, 0), coalesce(superior_id, 0), skills from staff_staff where id <> 0 order by id"
# Who has left holds nothing from that moment on, even if nobody ended the posts.
_HOLDINGS = """select h.staff_id, h.post, coalesce(h.unit_id, 0), h.since, least(h.until, s.left_at)
 from staff_holding h join staff_staff s on s.id = h.staff_id
 where s.left_at is null or h.since < s.left_at order by h.post, h.unit_id nulls first, h.staff_id, h.since"""
_ABSENCES = "select staff_id, since, until, coalesce(deputy_id, 0) from staff_absence order by staff_id, since"
_SHIFTS = """select staff_id, post, coalesce(unit_id, 0), since, until from staff_shift
 where until > %s and since < %s order by since, staff_id"""

_Key = tuple[str, int, datetime]


class _Kept:
    """The last snapshots and readers of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.orgs: OrderedDict[_Key, Org] = OrderedDict()
        self.rights: dict[tuple[str, int], Rights] = {}


_kept = _Kept()


def _forget() -> None:
    """Begin anew: a forked child may have got the lock from a thread that it has not."""
    global _kept  # noqa: PLW0603  one for each process, made anew after a fork
    _kept = _Kept()


os.register_at_fork(after_in_child=_forget)


def version() -> int:
    """Return which state of the organisation is in force, seen from this transaction. One cheap query."""
    row = raw().execute(VERSION).fetchone()
    assert row is not None
    return int(row[0])


def snapshot(at: datetime, known_version: int | None = None) -> Org:
    """Return the organisation to ask about moments near `at` (an act's moment, not the present one).

    `known_version` spares the query when the caller has just read it together with something else. The version is read before the
    tables: if somebody changes them in between, the snapshot is newer than its number, and is read again next time.
    """
    found = version() if known_version is None else known_version
    monday = (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    key = (place(), found, monday)
    with _kept.lock:
        if (org := _kept.orgs.get(key)) is not None:
            _kept.orgs.move_to_end(key)
            return org
    org = _read(found, monday - MARGIN, monday + timedelta(days=7) + MARGIN)
    with _kept.lock:
        _kept.orgs[key] = org
        while len(_kept.orgs) > KEPT:
            _kept.orgs.popitem(last=False)
    return org


def reader(staff: int, now: datetime, known_version: int | None = None) -> Reader:
    """Return what somebody may read at this moment, by their posts, the company's grants, and what the law in force says of reading."""
    found = version() if known_version is None else known_version
    return reader_of(snapshot(now, found), staff, now, rights(found), said_of_reading(now, found))


def rights(known_version: int | None = None) -> Rights:
    """Return what the company lets its posts do; kept until the company's row changes."""
    key = (place(), version() if known_version is None else known_version)
    kept = _kept.rights.get(key)
    if kept is None:
        row = raw().execute("select grants, clearances from base_company").fetchone()
        grants, clearances = (from_json(c) for c in row) if row else ({}, {})
        kept = Rights(grants, clearances)
        _kept.rights = {key: kept}
    return kept


def _read(found: int, since: datetime, until: datetime) -> Org:
    cursor = raw()

    def rows(query: str, params: list[Any] | None = None) -> list[Any]:
        return cursor.execute(query, params).fetchall()

    return Org(
        units={row[0]: UnitFact(*row) for row in rows(_UNITS)},
        staff={id_: StaffFact(id_, name, unit, above, frozenset(skills)) for id_, name, unit, above, skills in rows(_STAFF)},
        holdings=tuple(Holding(*row) for row in rows(_HOLDINGS)),
        absences=tuple(Absence(*row) for row in rows(_ABSENCES)),
        shifts=tuple(Shift(*row) for row in rows(_SHIFTS, [since, until])),
        version=found,
    )
