"""The kind `calculates`: a field takes the value of an arithmetic over fields and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from shouwen.policy.calculating import NUMERIC, Expression, Parser
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Rule, unset_zh
from shouwen.policy.kinds.choices import Classifies, read_target, target_zh
from shouwen.policy.source import Node


@dataclass
class Calculates(Classifies):
    """A field takes what is calculated. Without `upon` it is always live; while a name is unknown it stays as it is, flagged.

    With `for_each` it is a column of every row of a rows field that `when` leaves: `field` is `rows.column` then.
    """

    word = "calculates"
    doc = (
        "某数字、金额或百分比字段按算式取值;不写 upon 则随时重算",
        "A number, amount or percentage is calculated; without `upon` at every act.",
    )
    keys: ClassVar[Mapping[str, Key]] = {
        "field": Key("取值的字段", "the field that receives the value", "field", True),
        "value": Key(
            "算式:数、字段、计量,+ - * / ( ) min max", "arithmetic over numbers, fields and measures", "expression", True
        ),
        "for_each": Key(
            "对每一行:field 写“行字段.列”,可读本行各列和列所指台账的字段(行字段.列.字段)",
            "for every row of a rows field (`when` filters the rows): `field` is rows.column; columns of the row are read, and fields of "
            "the record a column points to (rows.column.field)",
            "rows",
        ),
    }
    expression: Expression | None = None
    for_each: str = ""
    each_zh: str = ""

    @property
    def column(self) -> str:
        """The column that is filled, of each row."""
        return self.field.partition(".")[2]

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Calculates:
        """Read the parameters."""
        rows = r.rows(node.get("for_each"))
        link, name, shape = read_target(r, node.get("field"), rows=rows)
        if shape is not None and shape.type.name not in NUMERIC:
            r.reader.fault(
                node.get("field") or node, f"“{shape.zh}”不是数字、金额或百分比,不能计算",
                f"{name} is no number, amount or percentage",
            )  # fmt: skip
        said = node.get("value")
        made = cls(field=name, link=link, field_zh=target_zh(r, link, name, shape), shape=shape, for_each=rows)
        made.each_zh = r.names.noun.fields[rows].zh if rows and r.names.noun is not None else ""
        if said is not None and r.is_unset(said, "value"):
            made.unset = True
        elif said is not None:
            made.expression = Parser(r.reader, r.names.path).read(said)
        return made

    def reads(self) -> tuple[str, ...]:
        """Return what its answer rests on."""
        return tuple(p.text for p in self.expression.paths) if self.expression is not None else ()

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        value = self.expression.zh if self.expression is not None else unset_zh(None)
        each = f"每一{self.each_zh}的" if self.for_each else ""
        return f"{self.lead(rule)}{each}{self.field_zh}为{value}"

    def choose(self, rule: Rule, env: Env, unknown: list[str]) -> tuple[bool, Any]:
        """Return (answered, value)."""
        if self.expression is None or self.shape is None:
            return False, None
        value = self.expression.of(env, self.shape.type, unknown)
        return value is not None, value
