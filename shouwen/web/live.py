"""Live updates: pages hear that something changed, and fetch the part of themselves again.

One LISTEN connection per process, whatever number of people look on; to each goes only what they asked for and may see, and
only the names of topics (base/live_notice). The stream is a plain ASGI application beside the pages (config/mix.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from shouwen.base.live_listening import RESYNC, heard
from shouwen.web.live_rights import Admission, admit

PATH: Final = "/events"
HEARTBEAT: Final = 20.0  # seconds; keeps proxies from closing the stream
AGAIN: Final = 300.0  # seconds after which it is asked again who this is and what they may see
ROOM: Final = 64  # messages that wait for a slow reader; with more, it is told to look at everything again
MOST_ASKED: Final = 300  # topics of one stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# One thread, hence one database connection, for the questions who somebody is.
_asking = ThreadPoolExecutor(1, thread_name_prefix="live")


@dataclass(eq=False)
class Stream:
    """One open stream: the topics it may hear, and what waits to be sent."""

    topics: frozenset[str]
    waiting: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(ROOM))

    def tell(self, topics: Iterable[str]) -> None:
        """Let it know. A reader too slow to take it is told to look at everything again."""
        told = " ".join(t for t in topics if t in self.topics or t == RESYNC)
        if not told:
            return
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            told = RESYNC
        self.waiting.put_nowait(told)


class Hub:
    """All streams of this process, and the one connection that listens for them. It listens only while somebody looks on."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self._listening: asyncio.Task[None] | None = None

    def enter(self, stream: Stream) -> None:
        """Add a stream."""
        self.streams.add(stream)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.ensure_future(self._listen())

    def leave(self, stream: Stream) -> None:
        """Take a stream away; the last one ends the listening."""
        self.streams.discard(stream)
        if not self.streams and self._listening is not None:
            self._listening.cancel()
            self._listening = None

    def tell(self, topics: Iterable[str]) -> None:
        """Tell every stream."""
        told = list(topics)
        for stream in list(self.streams):
            stream.tell(told)

    async def _listen(self) -> None:
        async for topics in heard():
            self.tell(topics)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /events?topics=case-1+case-2 with a stream of topics; 403 to strangers, 503 without a database."""
    wanted = frozenset(parse_qs(scope["query_string"].decode("latin-1")).get("topics", [""])[0].split()[:MOST_ASKED])
    cookies = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie").decode("latin-1")
    try:
        admission = await _ask(cookies, wanted)
    except DatabaseError:
        await _refuse(send, 503)
        return
    if admission is None:
        await _refuse(send, 403)
        return
    stream = Stream(admission.topics)
    hub().enter(stream)
    try:
        await _start(send)
        await _until_gone(receive, _pump(stream, send, cookies, wanted))
    finally:
        hub().leave(stream)


async def _pump(stream: Stream, send: Send, cookies: str, wanted: frozenset[str]) -> None:
    """Send what comes, and a sign of life when nothing does; ends when the person may no longer listen."""
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    while True:
        try:
            told = await asyncio.wait_for(stream.waiting.get(), HEARTBEAT)
        except TimeoutError:
            told = ""
        if loop.time() - asked_at > AGAIN:
            admission = await _ask(cookies, wanted)
            if admission is None:
                return
            stream.topics, asked_at = admission.topics, loop.time()
        await _body(send, f"data: {told}\n\n" if told else ": .\n\n")


async def _until_gone(receive: Receive, pump: Awaitable[None]) -> None:
    """Run the pump until it ends or the browser leaves."""
    sending = asyncio.ensure_future(pump)
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, gone):
            task.cancel()
        await asyncio.gather(sending, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ask(cookies: str, wanted: frozenset[str]) -> Admission | None:
    return await asyncio.get_running_loop().run_in_executor(_asking, admit, cookies, wanted)


async def _start(send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _body(send, "retry: 3000\n\n")


async def _body(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
