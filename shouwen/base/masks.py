"""Personal data as it is shown until somebody uncovers it. A mask never shows more of a short value than of a long one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

STAR: Final = "*"
_ROOM = re.compile(
    r"[0-9０-９]+|[一二三四五六七八九十百零〇]+(?=[栋幢座号单层楼室户门])|[A-Za-zＡ-Ｚａ-ｚ]+(?=[栋幢座单室区0-9０-９-])"
)


def mask_phone(phone: str) -> str:
    """Return a telephone number with its middle covered; of anything shorter than eight digits only the last two stay.

    >>> mask_phone("138 1234 5678"), mask_phone("+86-13812345678"), mask_phone("0755-26001234"), mask_phone("8080")
    ('138****5678', '138****5678', '0755****1234', '**80')
    """
    digits = re.sub(r"\D", "", phone)
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) >= 10:
        return f"{digits[:-8]}****{digits[-4:]}"
    if len(digits) >= 8:
        return f"****{digits[-4:]}"
    return _tail(digits, 2)


def mask_name(name: str) -> str:
    """Return the surname, the rest covered.

    >>> mask_name("王建国"), mask_name("Li Na"), mask_name("张")
    ('王**', 'L*', '*')
    """
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    return name[0] + STAR * (1 if name.isascii() else len(name) - 1)


def mask_id_number(number: str) -> str:
    """Return an identity number with birth date and serial covered.

    >>> mask_id_number("440306199001011234"), mask_id_number("12345")
    ('440***********1234', '***45')
    """
    number = number.strip()
    return f"{number[:3]}{STAR * (len(number) - 7)}{number[-4:]}" if len(number) >= 15 else _tail(number, 2)


def mask_address(address: str) -> str:
    """Return an address without the numbers that lead to a door.

    >>> mask_address("云栖花园3栋2单元501室"), mask_address("湖畔苑A座十二层")
    ('云栖花园*栋*单元*室', '湖畔苑*座*层')
    """
    return _ROOM.sub(STAR, address)


def mask_plate(plate: str) -> str:
    """Return a number plate without its middle.

    >>> mask_plate("粤B·12345")
    '粤B***45'
    """
    kept = re.sub(r"[\s·.-]", "", plate)
    return f"{kept[:2]}{STAR * (len(kept) - 4)}{kept[-2:]}" if len(kept) >= 6 else _tail(kept, 1)


def mask_email(address: str) -> str:
    """Return an address of which the domain stays.

    >>> mask_email("wangjianguo@example.com"), mask_email("x")
    ('w***@example.com', '***')
    """
    name, at, domain = address.strip().rpartition("@")
    return f"{name[:1] if len(name) > 1 else ''}***@{domain}" if at else STAR * 3


def mask_text(text: str) -> str:
    """Return free text with every run of seven or more digits in it covered as a telephone number would be.

    >>> mask_text("请打13812345678找我")
    '请打138****5678找我'
    """
    return re.sub(
        r"(?<!\d)\+?\d[\d -]{5,20}\d(?!\d)", lambda m: mask_phone(m.group()) if _digits(m.group()) >= 7 else m.group(), text
    )


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _tail(text: str, shown: int) -> str:
    """Cover all but the last characters, and everything when there would be nothing to cover."""
    return STAR * len(text) if len(text) <= shown else STAR * (len(text) - shown) + text[-shown:]


MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": mask_phone,
    "name": mask_name,
    "id_number": mask_id_number,
    "address": mask_address,
    "plate": mask_plate,
    "email": mask_email,
    "text": mask_text,
}
