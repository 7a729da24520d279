"""资料: registers that are looked up to answer a customer. What may be cited is said by clauses; this says what is read, and where."""

from __future__ import annotations

from typing import Final

from shouwen.policy.nouns import Consulted, Field, Noun
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node

KEYS: Final = ("text", "at", "until")


def read_consulted(r: Reader, noun: Noun, node: Node | None) -> Consulted | None:
    """Read how a register is looked up. Faults are noted."""
    if node is None:
        return None
    r.known(node, KEYS, "consulted")
    if noun.kind != "record" or not noun.key:
        r.fault(node, "查阅的资料是有题目(key)的台账", "what is looked up is a register that names its records (key)")
    at = r.texts(node.get("at"))
    for step, said in zip(at, r.listing(node.get("at")), strict=True):
        if step not in noun.steps:
            r.unknown(said, step, noun.steps, "没有这个状态", "there is no state")
    return Consulted(_field(r, noun, node, "text", "text"), at, _field(r, noun, node, "until", "date"))


def _field(r: Reader, noun: Noun, node: Node, key: str, kind: str) -> str:
    said = node.get(key)
    name = r.text(said)
    own: dict[str, Field] = {f.id: f for f in noun.fields.values() if f.type.name == kind}
    if (name or key == "text") and name not in own:
        r.unknown(
            said or node,
            name,
            own,
            f"{key}:没有这样的{'文字' if kind == 'text' else '日期'}字段",
            f"{key}: there is no such field of type {kind}",
        )
    return name
