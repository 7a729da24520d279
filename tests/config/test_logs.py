"""A log never repeats what a row or a form said."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

from shouwen.config.logs import Formatter


def refuse(phone: str) -> NoReturn:
    raise KeyError(phone)


def look_up(name: str, phone: str) -> None:
    try:
        refuse(phone)
    except KeyError as e:
        raise ValueError(name) from e


def test_an_exception_is_logged_by_place_and_type_without_its_text() -> None:
    name, phone = (letter * 3 for letter in "张1")
    try:
        look_up(name, phone)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "request failed", None, sys.exc_info())

    text = Formatter("%(message)s").format(record)

    assert all(part in text for part in ("test_logs.py", "builtins.ValueError", "builtins.KeyError", "request failed"))
    assert name not in text
    assert phone not in text
