"""How many there are now: counted when somebody asks while they are few, and by the worker, now and then, once they are many.

What is open is not in the journal, and a counter moved by every act would lock one row of a unit in all of them (decision 33). So
up to LIVE are counted, exactly and from an index alone; of more the worker counts all once in EVERY, and whoever asks gets those
numbers with their moment. Nothing has been counted yet (a worker that never ran): then all are, for once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from shouwen.base.sql import columns, raw, unnest
from shouwen.cases import coverage
from shouwen.cases.coverage import Covered
from shouwen.cases.enactments import law_at
from shouwen.policy.law import Law

LIVE: Final = 5_000  # rows counted when somebody asks
EVERY: Final = timedelta(minutes=1)
OPEN: Final = "open"
COVERED: Final = "covered "  # and the procedure
PART, WHOLE = ":part", ":whole"  # behind the measure
_OPEN: Final = """select coalesce(unit_id, 0), coalesce(responsible_id, 0), count(*)::int8,
 count(*) filter (where next_due < %(now)s)::int8, count(*) filter (where held)::int8
 from (select unit_id, responsible_id, next_due, held from cases_case where closed_at is null and {units} {limit}) c group by 1, 2"""
_KEPT: Final = """select unit_id, person_id, max(n) filter (where name = 'open'),
 coalesce(max(n) filter (where name = 'overdue'), 0), coalesce(max(n) filter (where name = 'held'), 0), max(at)
 from reports_standing where kind = 'open' and {units} group by 1, 2"""
_SHARES: Final = "select name, unit_id, n, at from reports_standing where kind = %s"
_TURN: Final = """update reports_reached set looked_at = %(now)s where id in (
 select id from reports_reached where looked_at is null or looked_at <= %(before)s or looked_at > %(now)s
 for update skip locked) returning id"""
_FORGET: Final = "delete from reports_standing"
_WRITE: Final = f"""insert into reports_standing (kind, name, unit_id, person_id, n, at)
 select * from {unnest(("text", "text", "int8", "int8", "int4", "timestamptz"))}"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases of one person in one unit: all, those past due, those on hold."""

    unit: int
    person: int
    open: int
    overdue: int
    held: int


def open_now(units: Collection[int] | None, now: datetime) -> tuple[list[Load], datetime | None]:
    """Return what is open by unit and person (`units` None: everything), and when it was counted (None: just now)."""
    found = _open(units, now, f"limit {LIVE + 1}")
    if sum(load.open for load in found) <= LIVE:
        return found, None
    kept = _asked(_KEPT, units, now)
    return ([Load(*row) for *row, _at in kept], max(at for *_row, at in kept)) if kept else (_open(units, now, ""), None)


def covered_now(law: Law, procedure: str, units: Collection[int], now: datetime) -> tuple[list[Covered], datetime | None]:
    """Return the coverage of what a procedure opened (`cases.coverage`), and when it was counted (None: just now)."""
    found, at = coverage.counted(law, procedure, now=now, most=LIVE), None
    if found is None:
        found, at = _shares(procedure)
    return coverage.told(law, procedure, units, found or coverage.counted(law, procedure, now=now) or {}, now=now), at


def _shares(procedure: str) -> tuple[coverage.Counted, datetime | None]:
    """What the worker has counted of a procedure."""
    numbers: dict[str, dict[int, list[int]]] = {}
    moment: datetime | None = None
    for name, unit, n, at in raw().execute(_SHARES, [COVERED + procedure]).fetchall():
        measure, _colon, which = name.rpartition(":")
        numbers.setdefault(measure, {}).setdefault(unit, [0, 0])[which == WHOLE[1:]] = n
        moment = at
    return {measure: {unit: (part, whole) for unit, (part, whole) in by.items()} for measure, by in numbers.items()}, moment


def keep(now: datetime) -> bool:
    """Count what is too much to count for whoever asks, once in EVERY, whatever the number of workers. Nothing waits after it."""
    with transaction.atomic():
        if raw().execute(_TURN, {"now": now, "before": now - EVERY}).fetchone() is None:
            return False
        raw().execute(_FORGET)
        found = _open(None, now, f"limit {LIVE + 1}")
        if sum(load.open for load in found) > LIVE:
            _write(OPEN, [n for load in _open(None, now, "") for n in _numbers(load)], now)
        law = law_at(now)
        for procedure in coverage.procedures(law) if law is not None else ():
            if law is not None and coverage.counted(law, procedure, now=now, most=LIVE) is None:
                _write(COVERED + procedure, _parts(coverage.counted(law, procedure, now=now) or {}), now)
    return False


def _numbers(load: Load) -> list[tuple[str, int, int, int]]:
    counted = (("open", load.open), ("overdue", load.overdue), ("held", load.held))
    return [(name, load.unit, load.person, n) for name, n in counted]


def _parts(found: coverage.Counted) -> list[tuple[str, int, int, int]]:
    told = ((measure, unit, pair) for measure, by in found.items() for unit, pair in by.items())
    return [(measure + name, unit, 0, n) for measure, unit, pair in told for name, n in zip((PART, WHOLE), pair, strict=True)]


def _write(kind: str, rows: Sequence[tuple[str, int, int, int]], now: datetime) -> None:
    raw().execute(_WRITE, columns([(kind, *row, now) for row in rows], 6))


def _open(units: Collection[int] | None, now: datetime, limit: str) -> list[Load]:
    return [Load(*row) for row in _asked(_OPEN.replace("{limit}", limit), units, now)]


def _asked(query: str, units: Collection[int] | None, now: datetime) -> list[tuple[Any, ...]]:
    ours = "unit_id = any(%(units)s::int8[])" if units is not None else "true"
    return raw().execute(query.format(units=ours), {"now": now, "units": sorted(units or ())}).fetchall()
