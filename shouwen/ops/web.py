"""One web process: granian's embeddable server around config.mix, so that there is no second process to watch.

Several of them may share a port (the kernel deals connections out).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from shouwen.ops.cli import in_sentences
from shouwen.ops.family import die_with_parent, settle_memory
from shouwen.ops.installation import demand_migrated, load_django

STOP_WITHIN = 5.0  # seconds


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    die_with_parent()
    load_django()
    demand_migrated()
    from shouwen.base.live_notice import gather_from_now_on  # noqa: PLC0415  needs Django loaded

    gather_from_now_on()
    settle_memory()
    asyncio.run(_serve(args.host, args.port))


async def _serve(host: str, port: int) -> None:
    from shouwen.config import mix  # noqa: PLC0415  needs Django loaded

    server = Server(
        mix.application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,  # Django's handlers know no lifespan
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,  # and no access log: addresses of pages are nobody's business
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()  # type: ignore[no-untyped-call]  # granian's has no types
        mix.end_streams()
        loop.call_later(STOP_WITHIN, os._exit, 0)  # a request that takes longer is rolled back

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


if __name__ == "__main__":
    sys.exit(in_sentences(main))
