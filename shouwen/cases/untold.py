"""What a rehearsal says of clauses on books, staff and units: their acts are counted, not judged again, and it tells so.

Only stories of cases and records are put together again from the journal. A clause that differs elsewhere still has its row: how many acts
of the period it may speak of, all of which it cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from shouwen.base.journal import ACT
from shouwen.base.sql import raw
from shouwen.policy.simulating_law import Changed, Difference
from shouwen.policy.simulating_report import Finds, Report

# One reading of the period for all of them: acts by name, breaches by the clause that was missed.
_COUNTED: Final = """select noun, kind, case when kind = 'act' then act else clause end, count(*) from base_event
 where kind in ('act', 'breach') and at >= %s and at < %s and noun = any(%s::text[]) group by 1, 2, 3"""
WHERE: Final = {
    "entry": ("账簿", "book"),
    "staff": ("对象", "subjects"),
    "unit": ("对象", "subjects"),
}

Counted = dict[tuple[str, str, str], int]  # acts and breaches by noun, kind, and name


def list_all(found: Iterable[Difference], since: datetime, until: datetime, report: Report) -> None:
    """Give each clause that differs its row, and those on what has no story the acts of which nothing can be told."""
    elsewhere: dict[tuple[str, str], Changed] = {}
    asked: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for d in found:
        for name, changed in d.changed.items():
            if not any(r.noun is not None and r.noun.id == d.noun for r in changed.rules):
                continue
            report.of_changed(changed)
            if not d.told:
                elsewhere[d.noun, name] = changed
                asked.setdefault((d.noun, name), set()).update(_asks(d, changed))
    counted = _counted(sorted({noun for noun, _ in elsewhere}), since, until)
    for (noun, name), changed in elsewhere.items():
        acts = sum(counted.get((noun, *one), 0) for one in asked[noun, name])
        _cannot_tell(report.of_changed(changed), changed, acts)


def _asks(d: Difference, changed: Changed) -> Iterator[tuple[str, str]]:
    """Yield what a clause may speak of: acts by name, breaches by clause."""
    for act in d.acts_of(changed):
        yield ACT, act
    for rule in changed.rules:
        if rule.upon is not None and rule.upon.kind == "breach":
            yield "breach", rule.upon.name


def _counted(nouns: list[str], since: datetime, until: datetime) -> Counted:
    if not nouns:
        return {}
    rows = raw().execute(_COUNTED, [since, until, nouns]).fetchall()
    return {(noun, kind, name): n for noun, kind, name, n in rows}


def _cannot_tell(finds: Finds, changed: Changed, acts: int) -> None:
    noun = next(r.noun for r in changed.rules if r.noun is not None)
    zh, en = WHERE[noun.kind]
    finds.cannot_tell += acts
    finds.untold = (
        f"{zh}“{noun.zh}”上的动作只计数，不重判：这段时间里有 {acts} 个它会说到。",
        f"Acts on the {en} “{noun.en or noun.zh}” are counted, not judged again: {acts} in the period it may speak of.",
    )
