"""Log lines without the data of people: an exception is told by its type and place, its text may quote a row.

Nor do they hold the token of a customer's questionnaire, which is all one needs to answer in their name.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType
from typing import Final

TOKENS: Final = re.compile(r"(/answer/)[^\s/?\"']+")  # addresses of `web.surveys`


class Formatter(logging.Formatter):
    """Traceback frames and types; of a database error also its code and the constraint's name, which hold no data."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without tokens."""
        return TOKENS.sub(r"\1…", super().format(record))

    def formatException(  # noqa: N802  logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        error = ei[1]
        lines: list[str] = []
        while error is not None:
            lines += traceback.format_tb(error.__traceback__)
            lines.append(_name(error) + "\n")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            if error is not None:
                lines.append("came of:\n")
        return "".join(lines).rstrip()


def _name(error: BaseException) -> str:
    diagnosis = getattr(error, "diag", None)
    parts = [getattr(error, "sqlstate", None), getattr(diagnosis, "constraint_name", None)]
    return " ".join([f"{type(error).__module__}.{type(error).__qualname__}", *filter(None, parts)])
