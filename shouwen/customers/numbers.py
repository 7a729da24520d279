"""Phone numbers as they are kept: national digits beside the code of the country, however they were written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from shouwen.base.errors import FieldError

HOME: Final = "86"
# Codes of one and two digits by ITU-T E.164; every other code has three.
_SHORT: Final = (1, 7, 20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67), 81, 82, 84, 86)
SHORT_CODES: Final = frozenset(map(str, (*_SHORT, *range(90, 96), 98)))
_SIGNS: Final = re.compile(r"[\s\-.()/·]")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number as it is kept. Never printed."""

    number: str = field(repr=False)
    country: str = HOME


def read_phone(text: str, path: str = "phone") -> PhoneNumber:
    """Read a number as people write it: with gaps, brackets, full-width digits, +86 or 0086. FieldError when it is none.

    A number without a country is Chinese. Written with +86, a landline lacks the 0 before its area: it is put back, so that the
    number compares equal to the same one written at home.
    """
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", text))
    abroad = re.fullmatch(r"(?:\+|00)([1-9]\d{3,22})", plain)
    if abroad:
        digits = abroad[1]
        country = next((digits[:n] for n in (1, 2) if digits[:n] in SHORT_CODES), digits[:3])
        plain = digits[len(country) :]
        if country == HOME and re.fullmatch(r"(?:10\d{8}|(?![48]00)[2-9]\d{8,10})", plain):
            plain = "0" + plain
    elif re.fullmatch(r"86(1\d{10})", plain):
        country, plain = HOME, plain[2:]
    else:
        country = HOME
    if not re.fullmatch(r"[0-9]{3,20}", plain):
        raise FieldError.of(path, "应为 3 至 20 位数字的电话号码", "should be a phone number of 3 to 20 digits")
    return PhoneNumber(plain, country)
