"""What each clause has done, counted from the journal: how often it acted, how often it was kept, breached or passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shouwen.base.sql import raw

# Index-only over (clause, kind, at): the journal itself is not read.
_COUNT: Final = """select clause, kind, count(*) from base_event
 where clause = any(%s::text[]) and clause <> '' group by clause, kind"""

# The kinds of events that `applying` writes, by what they count as. A gate that only records was broken all the same.
KINDS: Final[Mapping[str, Sequence[str]]] = {
    "kept": ("kept",), "late": ("late",), "breached": ("breach", "recorded"), "passed": ("passed",),
}  # fmt: skip


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
    return {clause: Figures(sum(n.values()), **_summed(n)) for clause, n in counts.items()}


def _summed(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: sum(counts.get(kind, 0) for kind in kinds) for name, kinds in KINDS.items()}
