"""Lines of progress: whatever takes longer than two seconds says what it is doing."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

from shouwen.base import trouble

Say = Callable[[str, str], object]  # (zh, en): one line of progress
QUIET_FOR = 2.0  # seconds


def aloud(zh: str, en: str) -> None:
    """Say it on the terminal, in its language."""
    print(trouble.say(zh, en), file=sys.stderr, flush=True)


@contextlib.contextmanager
def announced(say: Say | None, zh: str, en: str) -> Iterator[None]:
    """Say what is being done, once it has taken more than two seconds, and how long it took in the end."""
    begin = time.monotonic()
    timer = threading.Timer(QUIET_FOR, say, (f"{zh} …", f"{en} …")) if say else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        if timer:
            timer.cancel()
        took = time.monotonic() - begin
        if say and took > QUIET_FOR:
            say(f"{zh}：用了 {took:.0f} 秒", f"{en}: took {took:.0f} s")


def wait(until: Callable[[], bool], say: Say | None, zh: str, en: str, *, patience: float = 600.0) -> None:
    """Wait for `until`, saying so after two seconds. TimeoutError with the English line after `patience` seconds."""
    begin = time.monotonic()
    with announced(say, zh, en):
        while not until():
            if time.monotonic() - begin > patience:
                raise TimeoutError(en)
            time.sleep(0.05)
