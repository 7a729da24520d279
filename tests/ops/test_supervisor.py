"""The supervisor keeps processes running, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from shouwen.base.trouble import Exit

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from shouwen.ops.supervisor import Child, Supervisor
from shouwen.base.progress import aloud
child = Child("甲", "first", [sys.executable, "-c", sys.argv[1]], "web")
sys.exit(Supervisor([child], aloud, tend=lambda: None).run())
"""
LIVES = """
import os, time
from shouwen.ops.family import die_with_parent
die_with_parent()
print(os.getpid(), flush=True)
time.sleep(60)
"""


def supervise(child: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, textwrap.dedent(child)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def next_pid(supervisor: subprocess.Popen[str]) -> int:
    assert supervisor.stdout is not None
    return int(supervisor.stdout.readline())


def gone(pid: int) -> bool:
    """Whether the process has ended (somebody else may still have to bury it)."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_killed_child_is_started_again_and_a_told_stop_stops_it() -> None:
    supervisor = supervise(LIVES)
    first = next_pid(supervisor)

    os.kill(first, signal.SIGKILL)
    second = next_pid(supervisor)
    supervisor.send_signal(signal.SIGTERM)
    _, said = supervisor.communicate(timeout=15)

    assert first != second
    assert supervisor.returncode == 0
    assert "SIGKILL" in said
    assert gone(second)


def test_children_do_not_outlive_a_killed_supervisor() -> None:
    supervisor = supervise(LIVES)
    child = next_pid(supervisor)

    supervisor.kill()
    supervisor.communicate()

    assert gone(child)


def test_trouble_that_starting_again_cannot_help_ends_the_whole() -> None:
    supervisor = supervise(f"raise SystemExit({int(Exit.NOT_SET_UP)})")

    supervisor.communicate(timeout=15)

    assert supervisor.returncode == Exit.NOT_SET_UP
