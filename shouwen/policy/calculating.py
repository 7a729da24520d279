"""Arithmetic of clauses: `credit_limit - owed`, `max(0, used - 5) * price`. Numbers, names, + - * / and brackets, min and max; no more.

Money is counted in fen, a percentage as its part of one (`10%` is a tenth), everything exactly; only the answer is rounded, halves up.
A name nobody knows makes the whole unknown, and so does a division by nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from shouwen.policy.env import Env
from shouwen.policy.paths import Path
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node
from shouwen.policy.values import FieldType

TOKEN: Final = re.compile(r"\s*(?:(\d+(?:\.\d+)?)(CNY|%)?|([a-z][\w.]*)|([-+*/(),]))")
NUMERIC: Final = frozenset({"number", "money", "percent"})
SIGNS_ZH: Final = {"+": "加", "-": "减", "*": "乘以", "/": "除以"}
LONGEST: Final = 200  # characters: more is no sentence
DECIMALS: Final = Decimal("0.000001")
MOST: Final = 10**17  # as many fen, or whatever it is: no field holds more, nor can it be rounded exactly
Value = Callable[[Env], "Fraction | None"]


def within_sense(number: Fraction | Decimal) -> bool:
    """Whether what was calculated is a number a field can hold."""
    return -MOST < number < MOST


@dataclass(frozen=True, slots=True)
class Expression:
    """What a text says: its Chinese, the names it rests on, and its value. `paths` are gathered like those of a condition."""

    zh: str
    paths: tuple[Path, ...]
    value: Value

    def of(self, env: Env, kind: FieldType, unknown: list[str]) -> Any:
        """Return the value for a field of a type; None when a name is unknown (they go into `unknown`), when it divides by nothing or
        comes to more than a field holds.
        """
        found = self.value(env)
        if found is None:
            unknown.extend(p.text for p in self.paths if p.get(env) is None)
            return None
        exact = found * 100 if kind.name == "percent" else found
        if not within_sense(exact):
            return None
        number = Decimal(exact.numerator) / Decimal(exact.denominator)
        if kind.name == "money":
            return int(number.quantize(Decimal(1), ROUND_HALF_UP))
        return number if number == number.to_integral_value() else number.quantize(DECIMALS, ROUND_HALF_UP).normalize()


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an expression: its Chinese, how tightly it binds (2: needs no brackets), its value."""

    zh: str
    binds: int
    value: Value


class Parser:
    """Reads one expression; `path` checks the names. Faults are noted at the node."""

    def __init__(self, reader: Reader, path: Callable[[Node, str], Path | None]) -> None:
        self.reader, self.path = reader, path

    def read(self, node: Node) -> Expression | None:
        """Return the expression; None (with a fault) if it is none."""
        text = self.reader.text(node)
        self.node, self.paths, self.sound = node, dict[str, Path](), True
        self.tokens = _tokens(text)
        if self.tokens is None or not self.tokens or len(text) > LONGEST:
            self._fault(f"“{text}”不是算式:写数、字段、计量和 + - * / ( ) min max", f"{text!r} is no arithmetic")
            return None
        self.at = 0
        part = self._sum()
        if part is not None and self.at < len(self.tokens):
            self._fault(f"算式里多出“{self._next()[1]}”", f"{self._next()[1]!r} is one too many in the arithmetic")
        return Expression(part.zh, tuple(self.paths.values()), part.value) if part is not None and self.sound else None

    def _fault(self, zh: str, en: str) -> None:
        if self.sound:
            self.reader.fault(self.node, zh, en)
        self.sound = False

    def _next(self) -> tuple[str, str, str]:
        assert self.tokens is not None
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", "")

    def _take(self, sign: str) -> bool:
        if self._next()[:2] != ("sign", sign):
            return False
        self.at += 1
        return True

    def _sum(self) -> _Part | None:
        return self._chain(("+", "-"), self._product, 0)

    def _product(self) -> _Part | None:
        return self._chain(("*", "/"), self._factor, 1)

    def _chain(self, signs: tuple[str, str], inner: Callable[[], _Part | None], binds: int) -> _Part | None:
        left = inner()
        while left is not None and self._next()[0] == "sign" and (sign := self._next()[1]) in signs:
            self.at += 1
            right = inner()
            if right is None:
                return None
            tight = right.binds > binds or (right.binds == binds and sign in "+*")
            zh = f"{_bracketed(left, binds)}{SIGNS_ZH[sign]}{right.zh if tight else f'({right.zh})'}"
            left = _Part(zh, binds, _joined(sign, left.value, right.value))
        return left

    def _factor(self) -> _Part | None:
        kind, text, unit = self._next()
        self.at += 1
        if kind == "number":
            return _number(text, unit)
        if kind == "name" and text in ("min", "max"):
            return self._least(text)
        if kind == "name":
            return self._name(text)
        if kind == "sign" and text == "(":
            inner = self._sum()
            if not self._take(")"):
                self._fault("算式的括号没有合上", "a bracket of the arithmetic is not closed")
            return inner
        self._fault(f"算式在“{text or '末尾'}”处不完整", f"the arithmetic is incomplete at {text or 'its end'!r}")
        return None

    def _least(self, word: str) -> _Part | None:
        if not self._take("("):
            self._fault(f"{word} 后面应为括号", f"{word} wants brackets")
            return None
        parts = [self._sum()]
        while self._take(","):
            parts.append(self._sum())
        if not self._take(")"):
            self._fault("算式的括号没有合上", "a bracket of the arithmetic is not closed")
        found = [p for p in parts if p is not None]
        zh = f"{'、'.join(p.zh for p in found)}中{'较小' if word == 'min' else '较大'}者"
        return _Part(zh, 2, _chosen(min if word == "min" else max, [p.value for p in found]))

    def _name(self, text: str) -> _Part | None:
        path = self.path(self.node, text)
        if path is None:
            self.sound = False
            return None
        if path.type.name not in NUMERIC:
            self._fault(f"“{path.zh}”不是数,不能计算", f"{text} is no number")
            return None
        self.paths[text] = path
        hundredth = Fraction(1, 100) if path.type.name == "percent" else Fraction(1)

        def value(env: Env) -> Fraction | None:
            found = path.get(env)
            return None if found is None else Fraction(found) * hundredth

        return _Part(path.zh, 2, value)


def _tokens(text: str) -> list[tuple[str, str, str]] | None:
    found, at = [], 0
    while at < len(text.rstrip()):
        m = TOKEN.match(text, at)
        if m is None:
            return None
        found.append(("number", m[1], m[2] or "") if m[1] else ("name", m[3], "") if m[3] else ("sign", m[4], ""))
        at = m.end()
    return found


def _number(text: str, unit: str) -> _Part:
    value = Fraction(text) * {"CNY": Fraction(100), "%": Fraction(1, 100)}.get(unit, Fraction(1))
    return _Part(f"{text}{'元' if unit == 'CNY' else unit}", 2, lambda _: value)


def _bracketed(part: _Part, binds: int) -> str:
    return part.zh if part.binds >= binds else f"({part.zh})"


def _joined(sign: str, left: Value, right: Value) -> Value:
    def value(env: Env) -> Fraction | None:
        a, b = left(env), right(env)
        if a is None or b is None or (sign == "/" and not b):
            return None
        return a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b

    return value


def _chosen(pick: Callable[[list[Fraction]], Fraction], values: list[Value]) -> Value:
    def value(env: Env) -> Fraction | None:
        found = [v(env) for v in values]
        known = [f for f in found if f is not None]
        return pick(known) if len(known) == len(found) else None

    return value
