"""A child process must not outlive its supervisor, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; at once if it has ended already. Linux only."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.get("SHOUWEN_SUPERVISOR") not in {None, str(parent)}:
        os.kill(os.getpid(), signal.SIGTERM)
