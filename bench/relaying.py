"""Stands between browsers and the site and notes what is asked for: also by workers, of which a browser's tools do not tell."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench.installation import HOST

STREAM: Final = "/events"
REQUEST: Final = re.compile(rb"[A-Z]+ (/[^ ?]*)\S* HTTP/1\.1\r\n")  # browsers begin each request with a write of its own
NEWS: Final = re.compile(rb"^data: ", re.MULTILINE)  # in a stream of events
ONCE: Final = 65536  # bytes read at once


@dataclass
class Relay:
    """Which paths were asked for, and how much news the streams brought, since it was last forgotten; the lines that are streams now."""

    port: int
    asked: list[str] = field(default_factory=list)
    news: int = 0
    streams: set[socket.socket] = field(default_factory=set)

    def forget(self) -> None:
        """Begin to note anew."""
        self.asked, self.news = [], 0

    def ask(self, said: bytes, line: socket.socket) -> None:
        """Note what a browser says; b"" when it has hung up."""
        self.streams.discard(line)
        if request := REQUEST.match(said):
            self.asked.append(request[1].decode())
            if self.asked[-1] == STREAM:
                self.streams.add(line)

    def tell(self, said: bytes) -> None:
        """Note what the site says; b"" at its end."""
        self.news += len(NEWS.findall(said))


@contextlib.contextmanager
def relaying(to: int) -> Iterator[Relay]:
    """Listen on a port of its own and hand everything over to the site's port `to`, until the end of the block."""
    with socket.create_server((HOST, 0)) as door:
        relay = Relay(door.getsockname()[1])
        threading.Thread(target=_receive, args=(door, to, relay), daemon=True).start()
        yield relay


def _receive(door: socket.socket, to: int, relay: Relay) -> None:
    while True:
        try:
            browser, _address = door.accept()
        except OSError:
            return  # the door was closed
        site = socket.create_connection((HOST, to))
        asks = partial(relay.ask, line=browser)
        for source, sink, note in ((browser, site, asks), (site, browser, relay.tell)):
            threading.Thread(target=_hand_over, args=(source, sink, note), daemon=True).start()


def _hand_over(source: socket.socket, sink: socket.socket, note: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError):  # either side may go at any moment
        while said := source.recv(ONCE):
            note(said)
            sink.sendall(said)
    note(b"")
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
