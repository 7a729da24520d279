"""What a failing database or disk means for whoever waits for an answer. Imports no Django.

Told by PostgreSQL's codes and the system's; of texts only by those PostgreSQL says before it knows who is asking, which quote
nobody's data.
"""

from __future__ import annotations

import enum
import errno
from collections.abc import Iterator
from typing import Final


class Fault(enum.Enum):
    """What is wrong with what we stand on."""

    DOWN = "down"  # it cannot be reached, or the connection broke
    BUSY = "busy"  # it is there, and has no room for this now: too many connections, locks that others hold
    READ_ONLY = "read_only"  # a stand-by, or one that its administrators hold still
    FULL = "full"  # the disk, its or ours


BY_CODE: Final = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html; a class where two letters say enough
    "53100": Fault.FULL, "58030": Fault.FULL, "53": Fault.BUSY, "40": Fault.BUSY, "55P03": Fault.BUSY, "57014": Fault.BUSY,
    "25006": Fault.READ_ONLY,
}  # fmt: skip
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
CROWDED: Final = ("too many connections", "too many clients", "remaining connection slots")  # a refused connection has no code
FAILING: Final = frozenset({"OperationalError", "InterfaceError"})  # of psycopg and of django.db


def fault_of(error: BaseException) -> Fault | None:
    """The fault behind an exception, if it came of one."""
    return next((fault for e in causes(error) if (fault := _of(e))), None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what it came of, the nearest first."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _of(error: BaseException) -> Fault | None:
    if isinstance(error, OSError):
        return Fault.FULL if error.errno in FULL else None
    behind = error.__cause__ or error  # django.db's errors say nothing themselves
    code = getattr(behind, "sqlstate", None) or ""
    if known := BY_CODE.get(code) or BY_CODE.get(code[:2]):
        return known
    if not any(c.__name__ in FAILING and c.__module__.startswith(("psycopg", "django.db")) for c in type(error).__mro__):
        return None
    return Fault.BUSY if not code and any(said in str(behind) for said in CROWDED) else Fault.DOWN
