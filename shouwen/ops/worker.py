"""One worker process: the clock and the outbox, until SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading

from shouwen.ops.cli import in_sentences
from shouwen.ops.family import die_with_parent, settle_memory
from shouwen.ops.installation import demand_migrated, load_django


def main() -> None:
    """Work until SIGTERM; what is under way is finished or rolled back."""
    die_with_parent()
    load_django()
    demand_migrated()
    from shouwen.cases import clock  # noqa: PLC0415  needs Django loaded
    from shouwen.ops.rehearsals import Attendant  # noqa: PLC0415  Django is loaded only now

    settle_memory()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    attendant = Attendant(stop)
    attendant.start()
    clock.run(stop)
    attendant.join()


if __name__ == "__main__":
    sys.exit(in_sentences(main))
