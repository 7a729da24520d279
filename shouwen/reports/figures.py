"""Figures of a period: the days that have been added up, and the newest events, which have not, in one statement and one snapshot.

A reader gets figures of the units in sight, and of a noun of which the law opens more units those of these too. Whoever sees everything
also gets what belongs to no case, and so to no unit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from shouwen.base.access import NOBODY, Reader
from shouwen.base.sql import raw
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.reading_rights import InSight, Units
from shouwen.reports.rolling import GROUPED, grouping
from shouwen.reports.standing import Load, open_now

LATEST: Final = 50_000  # events that have not been added up and are still counted when somebody asks; more are left to the worker
COLUMNS: Final = ("day", "kind", "noun", "name", "unit", "person")
PROMISES: Final = ("kept", "late", "breach")

# Numbers of events have gaps (what was rolled back had one), so a long way may be few events: then they are counted, as far as matters.
_REACHED: Final = f"""select r.seq, m.seq, case when m.seq - r.seq > {LATEST}
 then (select count(*) from (select 1 from base_event e where e.seq > r.seq limit {LATEST + 1}) as newest) else 0 end
 from reports_reached r, (select coalesce(max(seq), 0) as seq from base_event) m"""  # noqa: S608  our own words
_FOLD: Final = """with rows as (
 select day, kind, noun, name, unit_id as unit, person_id as person, n from reports_daily
  where {kinds} and day between %(since)s and %(until)s and {kept} and {names} and {nouns}
 union all select * from ({fresh}) f where {kinds} and day between %(since)s and %(until)s and {units} and {names} and {nouns})
 select {by}, sum(n)::int8 from rows group by {by}"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events: the days from `since` to `until`, both included, and of which units (None: of all and of none).

    `reader` is who looks: what a case withholds from them, and what the law closes to them, is counted, and not told. `wider` are the
    nouns of which events of other units are counted too, with those units (None: all).
    """

    since: date
    until: date
    units: frozenset[int] | None
    reader: Reader = NOBODY
    wider: tuple[tuple[str, Units], ...] = ()
    open: InSight | None = (
        None  # of what is open now is counted what the reader may read, and nothing else (None: all of the units)
    )

    @property
    def days(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1


def procedures(law: Law | None) -> list[str]:
    """Return the nouns of a law that come in and end: its procedures, and no registers or books."""
    return sorted(n.id for n in law.nouns.values() if n.kind == "case") if law is not None else []


def units_below(org: Org, unit: int, reader: Reader) -> frozenset[int] | None:
    """Return a unit and those below it as far as a reader may see them; 0 asks for everything in sight."""
    if not unit:
        return reader.units
    below = frozenset(u for u in org.units if unit in org.path(u))
    return below if reader.units is None else below & reader.units


def wider_below(org: Org, unit: int, reader: Reader) -> tuple[tuple[str, Units], ...]:
    """Return the nouns of which a reader sees more than the rest, as far as a unit and those below it reach (0: all)."""
    if not unit:
        return reader.wider
    below = frozenset(u for u in org.units if unit in org.path(u))
    return tuple((noun, below if units is None else below & units) for noun, units in reader.wider)


def open_below(org: Org, unit: int, reader: Reader) -> InSight:
    """Return of which units and nouns a reader sees what is open, at a unit and below it (0: everywhere)."""
    return reader.sight(frozenset(u for u in org.units if unit in org.path(u)) if unit else None)


def of_units(scope: Scope, unit: str, noun: str) -> tuple[str, dict[str, Any]]:
    """Return the condition on the columns of a unit and a noun that something is in the scope, and its parameters."""
    if scope.units is None:
        return "true", {}
    params: dict[str, Any] = {"units": sorted(scope.units)}
    if not scope.wider:
        return f"{unit} = any(%(units)s::int8[])", params
    params["everywhere"] = [n for n, units in scope.wider if units is None]
    params["pairs"] = [f"{n} {u}" for n, units in scope.wider for u in sorted(units or ())]
    others = f"{noun} = any(%(everywhere)s::text[]) or {noun} || ' ' || {unit} = any(%(pairs)s::text[])"
    return f"({unit} = any(%(units)s::int8[]) or {others})", params


class Figures:
    """Answers about one scope at one moment; how far the journal has been added up is looked at once."""

    def __init__(self, scope: Scope, now: datetime, law: Law | None) -> None:
        self.scope, self.now = scope, now
        row = raw().execute(_REACHED).fetchone()
        assert row is not None, "the migration writes this row"
        reached, newest, waiting = row
        self.behind = newest - reached if waiting > LATEST else 0  # of the newest events, how many no figure counts yet
        self._told = grouping(law, None, reached if self.behind else newest)
        self.open_at: datetime | None = None

    def fold(
        self, kinds: Collection[str], by: Sequence[str], names: Collection[str] = (), nouns: Collection[str] = ()
    ) -> list[tuple[Any, ...]]:
        """Return how many events there were, grouped by COLUMNS; each row ends with the number. No kinds, names or nouns: all."""
        if not set(by) <= set(COLUMNS):
            raise ValueError(f"no such column among {by}")
        scope = self.scope
        wanted = {
            "kinds": "kind = any(%(kinds)s::text[])" if kinds else "true",
            "names": "name = any(%(names)s::text[])" if names else "true",
            "nouns": "noun = any(%(nouns)s::text[])" if nouns else "true",
        }
        ours, within = of_units(scope, "unit", "noun")
        query = _FOLD.format(by=", ".join(by), fresh=GROUPED, kept=of_units(scope, "unit_id", "noun")[0], units=ours, **wanted)
        params = {
            "kinds": sorted(kinds), "names": sorted(names), "nouns": sorted(nouns), **within,
            "since": scope.since, "until": scope.until, **self._told,
        }  # fmt: skip
        return raw().execute(query, params).fetchall()

    def of_clauses(self, clauses: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Return by clause how many events of each kind it caused; those that did nothing are left out."""
        found: dict[str, dict[str, int]] = {}
        for name, kind, n in self.fold((), ("name", "kind"), clauses) if clauses else ():
            found.setdefault(name, {})[kind] = n
        return found

    def load(self) -> list[Load]:
        """Return what is open now, by unit and person; `open_at` says when it was counted, if not just now.

        Past due is what the list of cases calls so.
        """
        found, self.open_at = open_now(self.scope.open or InSight(self.scope.units), self.now)
        return found
