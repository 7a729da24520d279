"""Keeps a handful of processes running: starts them, starts them again when they die, stops them when told.

It imports nothing of Django and stays small. Nothing is lost by a crash, because every process writes what it promises into
the database before it says so; the supervisor only has to bring it back.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shouwen.base.progress import Say
from shouwen.base.trouble import Exit

STEADY = 60.0  # seconds of running after which a crash counts as the first again
SLOWEST = 30.0  # seconds between two tries at most
KILL_AFTER = 10.0  # seconds that a process has to stop by itself
FINAL = {int(code) for code in Exit} - {Exit.FAILED, Exit.DATABASE_DOWN}  # trying again would say the same


@dataclass
class Child:
    """One process: what it is called, how it is started, and how it has been doing."""

    zh: str
    en: str
    command: Sequence[str]
    part: str  # SHOUWEN_PART of the process
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    crashes: int = 0
    again_at: float = field(default=0.0)


class Supervisor:
    """Runs children until SIGTERM or SIGINT; `tend` is called about once a second and may repair what they stand on."""

    def __init__(self, children: Sequence[Child], say: Say, *, tend: Callable[[], None], pass_fds: Sequence[int] = ()) -> None:
        self.children = children
        self.say = say
        self.tend = tend
        self.pass_fds = tuple(pass_fds)
        self.stopping = False

    def run(self) -> int:
        """Returns 0 when told to stop, or the exit code of a child that cannot be helped by starting it again."""
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the select below
        code = 0
        try:
            while not self.stopping and not code:
                code = next((c for child in self.children if (c := self._look_after(child))), 0)
                select.select([read], [], [], 1.0)
                while select.select([read], [], [], 0)[0]:
                    os.read(read, 512)
                self.tend()
        finally:
            self._stop_children()
            signal.set_wakeup_fd(-1)
            os.close(read)
            os.close(write)
        return code

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> int:
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                self._start(child, now)
            return 0
        ended = child.process.poll()
        if ended is None:
            return 0
        child.process = None
        if ended in FINAL:
            return ended
        child.crashes = 1 if now - child.began > STEADY else child.crashes + 1
        pause = min(SLOWEST, 0.5 * 2 ** (child.crashes - 1))
        child.again_at = now + pause
        self.say(
            f"{child.zh}退出了（{_how(ended)}），{pause:g} 秒后重新启动。",
            f"The {child.en} process ended ({_how(ended)}); starting it again in {pause:g} s.",
        )
        return 0

    def _start(self, child: Child, now: float) -> None:
        child.began = now
        child.process = subprocess.Popen(
            child.command, pass_fds=self.pass_fds, stdin=subprocess.DEVNULL, env=os.environ | {"SHOUWEN_PART": child.part}
        )

    def _stop_children(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        give_up = time.monotonic() + KILL_AFTER
        for process in running:
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def python_module(module: str, *words: str) -> list[str]:
    """The command that runs one of our modules with this very Python."""
    return [sys.executable, "-m", module, *words]


def _how(ended: int) -> str:
    return signal.Signals(-ended).name if ended < 0 else str(ended)
