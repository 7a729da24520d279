"""Values a new case starts with, and what an act's shape sets of itself: literals, or marked references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.paths import Path
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, show_zh

FITTING = {"this": ("record", "case", "staff", "unit", "customer"), "actor": ("staff",), "moment": ("date", "datetime")}
MEANT = {"this": ("本件", "the subject itself"), "actor": ("经办人", "whoever acts"), "moment": ("此刻", "the moment")}


@dataclass
class With:
    """A value a new case starts with: a literal, a reference, the subject itself, the actor, or the moment."""

    field: Field | None
    kind: str
    value: Any = None
    path: Path | None = None

    def of(self, env: Env) -> Any:
        """Return the value."""
        if self.kind == "field" and self.path is not None:
            return self.path.get(env)
        return {"this": env.act.subject.id, "actor": env.act.by, "moment": env.at}.get(self.kind, self.value)


def read_with(r: ClauseReader, node: Node | None, target: Noun | None) -> dict[str, With]:
    """Read `with`: the values a new case starts with. References are marked: field x, this, actor, moment."""
    found: dict[str, With] = {}
    for key, value in r.reader.mapping(node).items():
        shape = target.fields.get(key) if target is not None else None
        if target is not None and shape is None and node is not None:
            r.reader.unknown(node.at(key), key, target.fields, f"{target.zh}没有字段", f"{target.id} has no field")
        read = read_value(r, shape, value)
        if read is not None:
            found[key] = read
    return found


def read_value(r: ClauseReader, shape: Field | None, node: Node) -> With | None:
    """Read a value some field receives: a literal, or a marked reference; None (with a fault) when the field is not known."""
    text = r.reader.text(node)
    if text in FITTING:
        if shape is not None and shape.type.name not in FITTING[text]:
            kinds, (zh, en) = FITTING[text], MEANT[text]
            r.reader.doubt(
                node, f"“{shape.zh}”放不下 {text}({zh});它写给这些类型的字段:{'、'.join(kinds)}",
                f"{shape.id!r} cannot hold {text!r} ({en}); it goes into fields of type {', '.join(kinds)}",
            )  # fmt: skip
        return With(shape, text)
    if text.startswith("field "):
        return With(shape, "field", path=r.names.path(node, text.removeprefix("field ").strip()))
    return None if shape is None else With(shape, "literal", _literal(r, shape, node, text))


def _literal(r: ClauseReader, shape: Field, node: Node, text: str) -> Any:
    try:
        return shape.type.read([text] if shape.type.name == "many" else text)
    except BadValue as e:
        r.reader.fault(
            node,
            f"“{shape.zh}”:“{text}”不合适,{e.zh};引用字段请写 field {text}",
            f"{shape.id}: {text!r} does not fit, {e.en}; to refer to a field write `field {text}`",
        )
        return None


@dataclass(frozen=True, slots=True)
class Put:
    """What an act's shape sets of itself: a field of the subject or (with `link`) of the record or case it points to."""

    link: str
    field: str
    value: With


def read_sets(r: ClauseReader, node: Node) -> tuple[Put, ...]:
    """Read `sets` of an act: `{house.utilities: cut, done_at: moment, done_by: actor}`. Values are marked as those of `with` are."""
    found = []
    for key, value in r.reader.mapping(node).items():
        path = r.names.path(node.at(key), key)
        if path is not None and path.field is None:
            zh = f"“{path.zh}”不是字段,动作不能给它取值;换环节、状态写动作的 to"
            r.reader.doubt(node.at(key), zh, f"{key} is no field and cannot be set; an act changes its own step by `to`")
        if path is None or path.field is None:
            continue
        noun = r.names.noun
        own = noun.fields.get(path.link) if noun is not None else None
        if path.field.computed or (path.link and (own is None or own.type.name not in ("record", "case"))):
            r.reader.fault(node.at(key), f"“{path.zh}”不能由动作取值", f"{key} cannot be set by an act")
        read = read_value(r, path.field, value)
        if read is not None:
            found.append(Put(path.link, path.field.id, read))
    return tuple(found)


def with_zh(values: Mapping[str, With]) -> str:
    """Return the literal values a new case starts with, in Chinese."""
    said = [
        f"{w.field.zh}为{show_zh(w.field.type, w.value)}" for w in values.values() if w.kind == "literal" and w.field is not None
    ]
    return f"({'、'.join(said)})" if said else ""
