"""A child process: it must not outlive its supervisor, however that ends; and it settles down before it begins to work."""

from __future__ import annotations

import ctypes
import gc
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; at once if it has ended already. Linux only."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.get("SHOUWEN_SUPERVISOR") not in {None, str(parent)}:
        os.kill(os.getpid(), signal.SIGTERM)


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
