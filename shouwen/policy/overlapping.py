"""Half-open spans of subjects: of a room let from ten to twelve and from twelve to one nobody is in the other's way.

A span is told by two fields, the moment it begins and the moment it ends: `[from, until)`. Of two dates both days belong to it, as
a date ends with its day. One whose ends are not both known, or that ends before it has begun, overlaps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shouwen.policy.nouns import Noun
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node

Extent = tuple[date, date]  # two moments, or two days of which the second is no longer in it
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ends:
    """The two fields that tell the span of a subject; `days`: they are dates."""

    begins: str
    ends: str
    days: bool

    def of(self, fields: Mapping[str, Any]) -> Extent | None:
        """Return the span of a subject; None where it is not known, or nothing."""
        begins, ends = fields.get(self.begins), fields.get(self.ends)
        if not isinstance(begins, date) or not isinstance(ends, date):
            return None
        until = ends + ONE_DAY if self.days else ends
        return (begins, until) if begins < until else None


def overlap(one: Extent | None, other: Extent | None) -> bool:
    """Whether two spans share a moment."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def read_ends(reader: Reader, node: Node | None, noun: Noun | None) -> Ends | None:
    """Read `overlapping: [from, until]`, two date or two datetime fields of what is counted; None (with a fault) if it is neither."""
    if node is None:
        return None
    known = {f.id: f.type.name for f in noun.fields.values() if f.type.name in ("date", "datetime")} if noun is not None else {}
    items = node.items or []
    names = [reader.text(n) for n in items]
    for item, name in zip(items, names, strict=True):
        if name not in known:
            reader.unknown(item, name, list(known), "没有这个日期字段:", "there is no date field")
            return None
    if len(names) != 2 or known[names[0]] != known[names[1]] or names[0] == names[1]:
        reader.fault(
            node, "overlapping 写起、止两个字段,都是日期或都是日期时间:[from, until]",
            "`overlapping` names the two fields where a span begins and ends, both dates or both moments: [from, until]",
        )  # fmt: skip
        return None
    return Ends(names[0], names[1], known[names[0]] == "date")
