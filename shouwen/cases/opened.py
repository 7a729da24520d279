"""What became of all that a procedure opened in a window: measures by unit, with one statement that reads each case once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shouwen.base.sql import raw
from shouwen.cases.conditions_sql import Said, condition_sql
from shouwen.policy.measures import Measure
from shouwen.policy.nouns import Noun

ByUnit = Mapping[int, tuple[int, int]]  # unit (0: none) -> how many of the whole, how many there are

# A case whose opening waits for its approval (no step yet) has not been opened.
_COUNT: Final = """select coalesce(s.unit_id, 0), count(*)::int8, {numbers} from (
 select unit_id, fields, step from cases_case where procedure = %s and step <> ''
 and opened_at >= coalesce(%s::timestamptz, '-infinity') and opened_at <= %s {limit}) s group by 1"""


def sayable(m: Measure, noun: Noun) -> bool:
    """Whether a measure is a share of what a procedure opened among what it opened, and its conditions can be said in SQL."""
    same = (m.counted.noun, m.counted.act) == (m.whole.noun, m.whole.act) == (noun.id, "open")
    return same and _said(m, noun) is not None


def opened(
    measures: Sequence[Measure], noun: Noun, since: datetime | None, until: datetime, most: int = 0
) -> Mapping[str, ByUnit] | None:
    """Return for each of some sayable measures its numbers by unit; None when more than `most` (0: any) would be read."""
    said = [pair for m in measures if (pair := _said(m, noun)) is not None]
    numbers = ", ".join(f"count(*) filter (where {text or 'true'})::int8" for pair in said for text, _params in pair)
    params: list[Any] = [p for pair in said for _text, given in pair for p in given]
    query = _COUNT.format(numbers=numbers, limit=f"limit {most + 1}" if most else "")
    rows = raw().execute(query, [*params, noun.id, since, until]).fetchall()
    if most and sum(row[1] for row in rows) > most:
        return None
    return {m.id: {row[0]: (row[2 + 2 * i], row[3 + 2 * i]) for row in rows} for i, m in enumerate(measures)}


def _said(m: Measure, noun: Noun) -> tuple[Said, Said] | None:
    """The conditions of the part and of the whole in SQL; None when they cannot be said."""
    when, where = condition_sql(m.when, noun), condition_sql(m.where, noun)
    if when is None or where is None:
        return None
    return (" and ".join(t for t in (when[0], where[0]) if t), [*when[1], *where[1]]), when
