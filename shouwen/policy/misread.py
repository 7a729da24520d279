"""A value of a scenario that cannot be read: where it stands, under which key, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shouwen.policy.errors import Fault
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue


class Misread(BadValue):
    """Something in a scenario cannot be understood, said at its node; `key` is the word of the scenario it stands under."""

    def __init__(self, node: Node, key: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.node, self.key = node, key

    def fault(self, step: int = 0) -> Fault:
        """Return it as a fault of a step (0: of the stage)."""
        return placed(self.node, step, self.key, self.zh, self.en)


def placed(node: Node, step: int, key: str, zh: str, en: str) -> Fault:
    """Return a fault at a node, led by the number of the step and the key."""
    lead_zh = " ".join(p for p in (f"第{step}步" if step else "", key) if p)
    lead_en = " ".join(p for p in (f"step {step}" if step else "", key) if p)
    return Fault(node.file, node.line, node.column, f"{lead_zh}:{zh}" if lead_zh else zh, f"{lead_en}: {en}" if lead_en else en)


@contextmanager
def reading(node: Node, key: str) -> Iterator[None]:
    """Say at `node`, under `key`, whatever cannot be read inside; what was placed already keeps its place."""
    try:
        yield
    except Misread as e:
        e.key = e.key or key
        raise
    except BadValue as e:
        raise Misread(node, key, e.zh, e.en) from None


def wants_mapping(node: Node, key: str, like: str = "") -> None:
    """Raise Misread unless a node is a mapping; `like` shows one."""
    if node.pairs is None:
        more_zh, more_en = (f",如 {like}", f", like {like}") if like else ("", "")
        raise Misread(node, key, f"这里应为一组“键: 值”{more_zh}", f"a mapping is wanted{more_en}")
