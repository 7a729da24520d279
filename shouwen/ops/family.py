"""A child process: it must not outlive its supervisor, however that ends; and it settles down before it begins to work."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shouwen.base.database import outside

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; at once if it has ended already. Linux only."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.get("SHOUWEN_SUPERVISOR") not in {None, str(parent)}:
        os.kill(os.getpid(), signal.SIGTERM)


def give_way(by: int) -> None:
    """Let live work go first, by so many steps of niceness: this process, and those of PostgreSQL that work for it where they are ours.

    Linux weighs sessions first and processes within one afterwards (sched(7), autogroup), and PostgreSQL gives each connection a
    session: a nice process alone in its session is worth as much as any other. So the session is made nice too, here only where this
    process leads one: the session of somebody's terminal is not ours.
    """
    from django.db.backends.signals import connection_created  # noqa: PLC0415  no process without Django should load it

    os.nice(by)
    if os.getsid(0) == os.getpid():
        _make_session_nice(os.getpid(), by)
    if not outside():
        connection_created.connect(partial(_lighter, by), weak=False)


def _lighter(by: int, connection: BaseDatabaseWrapper, **_: object) -> None:
    backend = connection.connection.info.backend_pid
    with contextlib.suppress(OSError):  # a server run by somebody else than whoever runs us: then only we give way
        os.setpriority(os.PRIO_PROCESS, backend, by)
        _make_session_nice(backend, by)


def _make_session_nice(pid: int, by: int) -> None:
    with contextlib.suppress(OSError):  # a kernel without autogroups, or one that was asked too often within a tenth of a second
        Path(f"/proc/{pid}/autogroup").write_text(str(by))


def collect_seldom() -> None:
    """Have the collector look so seldom that a process which ends soon never waits for it: a fifth of the time of migrating."""
    gc.set_threshold(100_000, 50, 100)


def settle_memory() -> None:
    """Let the collector of cyclic garbage leave alone what stays for good, and look less often.

    A batch of the clock makes some hundred thousand objects that no cycle holds; at Python's own thresholds looking for cycles among
    them and all of Django takes a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
