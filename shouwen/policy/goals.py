"""What a measure aims at: `target: 100%` (at least), or `target: "<= 0"` (at most). It decides nothing; clauses do.

A bare value is the least that is wanted. Of a count nobody wants any of, say so: `target: 0` would always be reached, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shouwen.policy.reading import Reader
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, FieldType, show_zh

if TYPE_CHECKING:
    from shouwen.policy.measures import Measure

AIMED: Final = ("count", "sum", "share")  # the folds that are a number somebody can aim at
_WRITTEN: Final = re.compile(r"(>=|<=)?\s*(\S.*)")
_SIGNS: Final = {">=": "", "<=": "≤ "}


@dataclass(frozen=True, slots=True)
class Goal:
    """A value to be reached (`>=`), or one not to be passed (`<=`)."""

    op: str
    value: Any
    said: str

    def reached(self, value: Any) -> bool:
        """Whether a figure does."""
        return bool(value >= self.value if self.op == ">=" else value <= self.value)

    def __str__(self) -> str:
        """The goal as pages show it: 100%, ≤ 0."""
        return f"{_SIGNS[self.op]}{self.said}"


def goal_of(m: Measure) -> Goal | None:
    """Return what a measure aims at; None where it aims at nothing, or at what no number says."""
    return _goal(m.target, m.type) if m.target and m.fold in AIMED else None


def check(r: Reader, node: Node, m: Measure) -> None:
    """Note a target that cannot be one (earlier versions took any text). `node` is the measure's."""
    if not m.target:
        return
    here = node.get("target") or node
    if m.fold not in AIMED:
        r.doubt(here, f"只有 {'、'.join(AIMED)} 可写目标(target)", f"only {', '.join(AIMED)} may have a target")
        return
    try:
        goal = _goal(m.target, m.type)
    except BadValue as e:
        r.doubt(here, f"目标“{m.target}”不合适:{e.zh}", f"target {m.target!r} does not fit: {e.en}")
        return
    if goal.op == ">=" and not goal.value > _nothing(goal.value):
        zh, en = (
            f'目标“{m.target}”总会达到;一件也不要的写 "<= 0"',
            f'target {m.target!r} is always reached; for none at all write "<= 0"',
        )
        r.doubt(here, zh, en)


def _nothing(value: Any) -> Any:
    return value - value


def _goal(text: str, kind: FieldType) -> Goal:
    found = _WRITTEN.fullmatch(text.strip())
    op, said = (found[1] or ">=", found[2]) if found is not None else (">=", text)
    read: Callable[[object], Any] = kind.read
    return Goal(op, read(said), show_zh(kind, read(said)))
