"""Telling how far a long job is, not more often than somebody can read."""

from __future__ import annotations

import time
from typing import Final

from shouwen.base.progress import QUIET_FOR, Say

EVERY: Final = 2.0  # seconds between two lines


class Paced:
    """Says one line now and then; nothing at all of a job that is over within QUIET_FOR seconds."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._next = time.monotonic() + QUIET_FOR

    def tell(self, zh: str, en: str) -> None:
        """Say how far it is, if the last line was said a while ago."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY
            self._say(zh, en)
