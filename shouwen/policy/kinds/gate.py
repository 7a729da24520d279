"""What all gates share: the acts they stand before, what happens otherwise, and who may pass them with a counted reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shouwen.policy.kinds.base import ClauseReader, Key, Kind
from shouwen.policy.people import Who
from shouwen.policy.source import Node

OR = {"refuse": "", "warn": ",否则提醒", "record": ",否则记违规"}


@dataclass
class Gate(Kind):
    """What all gates share: the acts they stand before, what happens when they do not hold, and who may pass with a reason."""

    primitive = "gate"
    acts: tuple[str, ...] = ()
    acts_zh: str = ""
    mode: str = "refuse"
    pass_by: Who | None = None
    every: bool = False  # it stands before every act: what it asks is always true

    def gates(self) -> tuple[str, ...]:
        """Return the acts this gate stands before."""
        return self.acts

    def ending(self) -> str:
        """Return the end of the sentence: what happens otherwise."""
        passing = f"({self.pass_by.zh}说明理由可放行)" if self.pass_by else ""
        return OR[self.mode] + passing


GATE_KEYS = {
    "or": Key(
        "不满足时:refuse 拒绝(默认)、warn 提醒、record 放行但记违规",
        "what happens otherwise: refuse (default), warn, record",
        "refuse|warn|record",
    ),
    "pass": Key("谁说明理由可以放行(计数)", "who may pass it with a counted reason: {by: who}", "pass"),
}


def _every(r: ClauseReader) -> tuple[str, ...]:
    """Return every act that may change something of the noun."""
    return tuple(a for a in (r.names.noun.acts if r.names.noun is not None else ()) if a not in ("note", "link"))


def read_gate(r: ClauseReader, node: Node, acts_key: str) -> dict[str, Any]:
    """Read what all gates share."""
    said = node.get(acts_key)
    every = said is not None and said.text == "any" and r.names.noun is not None
    acts = _every(r) if every else r.acts(said)
    if not acts:
        r.reader.fault(node, f"没有写在哪个动作之前({acts_key})", f"it does not say before which act ({acts_key})")
    passing = node.get("pass")
    if passing is not None:
        r.reader.known(passing, ("by",), "pass")
    return {
        "acts": acts, "acts_zh": "任何动作" if every else r.acts_zh(acts), "every": every,
        "mode": r.reader.one_of(node.get("or"), ("refuse", "warn", "record"), "refuse"),
        "pass_by": r.who(passing.get("by"), "pass") if passing is not None else None,
    }  # fmt: skip
