"""What each clause has done, counted from the journal: how often it acted, how often it was kept, breached or passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from shouwen.base.sql import raw

# Index-only over (clause, kind, at): the journal itself is not read.
_COUNT: Final = """select clause, kind, count(*) from base_event
 where clause = any(%s::text[]) and clause <> '' group by clause, kind"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How often a clause acted (any effect of it), was kept, kept late, breached, or passed with a reason."""

    applied: int = 0
    kept: int = 0
    late: int = 0
    breached: int = 0
    passed: int = 0


def figures_of(clauses: Collection[str]) -> Mapping[str, Figures]:
    """Return the figures of clauses by name; those that never acted are left out."""
    counts: dict[str, dict[str, int]] = {}
    for clause, kind, count in raw().execute(_COUNT, [sorted(clauses)]).fetchall():
        counts.setdefault(clause, {})[kind] = count
    return {
        clause: Figures(sum(n.values()), n.get("kept", 0), n.get("late", 0), n.get("breach", 0), n.get("passed", 0))
        for clause, n in counts.items()
    }
