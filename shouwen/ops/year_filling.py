"""Plays the demo company's year beside the running pages; a process of its own, started by `shouwen demo` and started again when killed."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Final

from shouwen.base.progress import aloud
from shouwen.ops.cli import in_sentences
from shouwen.ops.family import die_with_parent, settle_memory
from shouwen.ops.installation import load_django

NICE: Final = 15  # of this process, and of the one that the database keeps for it
SHARE: Final = 1.0  # rest as long as was worked: pages on a small machine stay as quick as they were
LONGEST: Final = 3.0  # seconds


def main() -> None:
    """Fill in what is missing of the year."""
    die_with_parent()
    os.nice(NICE)
    load_django()
    from shouwen.ops import seed  # noqa: PLC0415  needs Django loaded

    settle_memory()
    _step_back()
    year = seed.year(aloud)
    year.rest = lambda took: time.sleep(min(took * SHARE, LONGEST))
    if year.fill():
        aloud("演示历史已补齐：52 周。", "The demo's history is complete: 52 weeks.")


def _step_back() -> None:
    """Let the database's process for our connection step back too, where it is ours (an embedded server)."""
    from django.db import connection  # noqa: PLC0415  needs Django loaded

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid(), inet_server_addr() is null")
        pid, here = cursor.fetchone()
    if here:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, NICE)


if __name__ == "__main__":
    sys.exit(in_sentences(main))
