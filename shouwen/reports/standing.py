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
from shouwen.policy.reading_rights import InSight

LIVE: Final = 5_000  # rows counted when somebody asks
EVERY: Final = timedelta(minutes=1)
OPEN: Final = "open"
COVERED: Final = "covered"  # its numbers are called by procedure and measure
PART, WHOLE = ":part", ":whole"  # behind the measure
_OPEN: Final = """select coalesce(unit_id, 0), coalesce(responsible_id, 0), count(*)::int8,
 count(*) filter (where next_due < %(now)s)::int8, count(*) filter (where held)::int8{noun}
 from (select unit_id, responsible_id, next_due, held{noun} from cases_case where closed_at is null and {seen} {limit}) c
 group by 1, 2{noun}"""
# What is kept is called by its noun and number (`repair:held`); rows of before nouns were kept have no colon, and are not read.
_KEPT: Final = """select unit_id, person_id, coalesce(sum(n) filter (where split_part(name, ':', 2) = 'open'), 0)::int8,
 coalesce(sum(n) filter (where split_part(name, ':', 2) = 'overdue'), 0)::int8,
 coalesce(sum(n) filter (where split_part(name, ':', 2) = 'held'), 0)::int8, max(at)
 from reports_standing where kind = 'open' and strpos(name, ':') > 0 and {seen} group by 1, 2"""
_SHARES: Final = "select split_part(name, ' ', 2), unit_id, n, at from reports_standing where kind = %s and starts_with(name, %s)"
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


def open_now(seen: InSight, now: datetime) -> tuple[list[Load], datetime | None]:
    """Return what is open by unit and person, as far as it is in sight, and when it was counted (None: just now)."""
    found = _open(seen, now, f"limit {LIVE + 1}")
    if sum(load.open for load in found) <= LIVE:
        return found, None
    kept = _asked(_KEPT, seen, now, noun="split_part(name, ':', 1)")
    return ([Load(*row) for *row, _at in kept], max(at for *_row, at in kept)) if kept else (_open(seen, now, ""), None)


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
    for name, unit, n, at in raw().execute(_SHARES, [COVERED, f"{procedure} "]).fetchall():
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
        found = _open(InSight(None), now, f"limit {LIVE + 1}")
        if sum(load.open for load in found) > LIVE:
            by_noun = _asked(_OPEN.replace("{limit}", "").replace("{noun}", ", procedure"), InSight(None), now)
            _write(OPEN, [n for *row, noun in by_noun for n in _numbers(Load(*row), noun)], now)
        law = law_at(now)
        for procedure in coverage.procedures(law) if law is not None else ():
            if law is not None and coverage.counted(law, procedure, now=now, most=LIVE) is None:
                _write(COVERED, _parts(procedure, coverage.counted(law, procedure, now=now) or {}), now)
    return False


def _numbers(load: Load, noun: str) -> list[tuple[str, int, int, int]]:
    counted = (("open", load.open), ("overdue", load.overdue), ("held", load.held))
    return [(f"{noun}:{name}", load.unit, load.person, n) for name, n in counted]


def _parts(procedure: str, found: coverage.Counted) -> list[tuple[str, int, int, int]]:
    told = ((measure, unit, pair) for measure, by in found.items() for unit, pair in by.items())
    return [
        (f"{procedure} {measure}{name}", unit, 0, n)
        for measure, unit, pair in told
        for name, n in zip((PART, WHOLE), pair, strict=True)
    ]


def _write(kind: str, rows: Sequence[tuple[str, int, int, int]], now: datetime) -> None:
    raw().execute(_WRITE, columns([(kind, *row, now) for row in rows], 6))


def _open(seen: InSight, now: datetime, limit: str) -> list[Load]:
    return [Load(*row) for row in _asked(_OPEN.replace("{limit}", limit).replace("{noun}", ""), seen, now)]


def _asked(query: str, seen: InSight, now: datetime, noun: str = "procedure") -> list[tuple[Any, ...]]:
    ours, params = _in_sight(seen, noun)
    return raw().execute(query.format(seen=ours), {"now": now, **params}).fetchall()


def _in_sight(seen: InSight, noun: str) -> tuple[str, dict[str, Any]]:
    """The condition on unit and noun: of the nouns of which the law says otherwise, their own units; of all others the usual ones."""
    units = "unit_id = any(%(units)s::int8[])" if seen.units is not None else "true"
    params: dict[str, Any] = {"units": sorted(seen.units or ())}
    if not seen.nouns:  # the rule: an index has all it takes
        return units, params
    params["nouns"] = [n for n, _ in seen.nouns]
    params["everywhere"] = [n for n, others in seen.nouns if others is None]
    params["pairs"] = [f"{n} {u}" for n, others in seen.nouns for u in sorted(others or ())]
    theirs = f"{noun} = any(%(everywhere)s::text[]) or {noun} || ' ' || unit_id = any(%(pairs)s::text[])"
    return f"({units} and {noun} <> all(%(nouns)s::text[]) or {theirs})", params
