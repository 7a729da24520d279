"""Rehearsals beside live work: the worker looks whether one waits, and has a process of little weight carry it out.

A process of its own, so that the clock is never late for it and its memory goes when it ends; one at a time, whatever number of
workers there are.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from typing import Final

from shouwen.ops.cli import in_sentences
from shouwen.ops.family import die_with_parent, give_way, settle_memory
from shouwen.ops.installation import load_django
from shouwen.ops.supervisor import python_module

LOOK_EVERY: Final = 20.0  # seconds, whatever was announced
GLANCE: Final = 0.5  # seconds between two glances at the process
TROUBLED: Final = 5.0  # seconds before the database is asked again after it went away
LIGHTER: Final = 19  # how much less a rehearsal is worth to the machine than live work

log = logging.getLogger(__name__)


class Attendant(threading.Thread):
    """Starts the process of a rehearsal when one waits; takes it along when it is told to stop."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="rehearsals", daemon=True)
        self.stopped = stop

    def run(self) -> None:
        """Look until told to stop. A database that goes away is waited for."""
        from django.db import connections  # noqa: PLC0415  needs Django loaded
        from django.db.utils import Error  # noqa: PLC0415  as above

        from shouwen.cases.rehearsals import TOPIC  # noqa: PLC0415  as above
        from shouwen.cases.waking import Listener  # noqa: PLC0415  as above

        listener = Listener(TOPIC)
        while not self.stopped.is_set():
            try:
                listener.ensure()
                self._look()
                listener.wait(LOOK_EVERY, self.stopped)
            except Error:
                log.exception("rehearsals wait for the database")
                listener.close()
                connections.close_all()
                self.stopped.wait(TROUBLED)
        listener.close()
        connections.close_all()

    def _look(self) -> None:
        from django.db import connections  # noqa: PLC0415  as above
        from django.utils import timezone  # noqa: PLC0415  as above

        from shouwen.cases import rehearsals  # noqa: PLC0415  as above

        rehearsals.bury(timezone.now())
        while not self.stopped.is_set() and rehearsals.is_waiting():
            connections.close_all()
            done = self._attend()
            rehearsals.bury(timezone.now())
            if not done:
                break  # another worker has one in hand, or this one failed: look again later
        connections.close_all()

    def _attend(self) -> bool:
        """Run one process to its end; return whether it did anything."""
        here = os.environ | {"SHOUWEN_SUPERVISOR": str(os.getpid()), "SHOUWEN_PART": "rehearsal"}
        process = subprocess.Popen(  # in a session of its own: no Ctrl C, and weighed by itself
            python_module("shouwen.ops.rehearsals"), stdin=subprocess.DEVNULL, env=here, start_new_session=True
        )
        while process.poll() is None:
            if self.stopped.wait(GLANCE):
                process.terminate()
                process.wait()
        return process.returncode == 0


def main() -> int:
    """Carry out the rehearsal whose turn it is; 1 when there was none for this process."""
    die_with_parent()
    give_way(LIGHTER)
    load_django()
    settle_memory()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.cases.rehearsals import carry_out  # noqa: PLC0415  as above

    return 0 if carry_out(timezone.now) is not None else 1


if __name__ == "__main__":
    sys.exit(in_sentences(main))
