"""How many a sample takes: so many, or a share of all there are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from shouwen.policy.kinds.base import ClauseReader
from shouwen.policy.source import Node


@dataclass(frozen=True, slots=True)
class Take:
    """A number of things, or (`share`, above nothing and up to one) a part of them: rounded up, so that of some at least one is drawn."""

    number: int = 0
    share: Fraction | None = None

    def of(self, among: int) -> int:
        """Return how many are drawn from so many.

        >>> Take(share=Fraction(1, 10)).of(11), Take(share=Fraction(1, 10)).of(3), Take(share=Fraction(1, 10)).of(0), Take(5).of(3)
        (2, 1, 0, 3)
        """
        return min(among, self.number) if self.share is None else ceil(among * self.share)

    def zh(self) -> str:
        """Return the phrase: 3件, 10%(不足一件的抽一件)."""
        if self.share is None:
            return f"{self.number}件"
        percent = Decimal(self.share.numerator * 100) / Decimal(self.share.denominator)
        return f"{percent.normalize():f}%(不足一件的抽一件)"


def read_take(r: ClauseReader, node: Node | None) -> Take | None:
    """Read `take`: a whole number, or a percentage; None where it is absent, unset, or (with a fault) neither."""
    text = r.reader.text(node)
    if node is None or not text.endswith("%"):
        number = r.number(node, "take")
        return Take(number) if number is not None else None
    digits = text.removesuffix("%")
    if not digits.replace(".", "", 1).isdecimal() or not digits.isascii() or not 0 < Fraction(digits) <= 100:
        r.reader.fault(node, f"“{text}”应为大于0、不超过100%的比例", f"{text!r} should be a share above 0 and up to 100%")
        return None
    return Take(share=Fraction(digits) / 100)
