"""Live updates: pages hear that something changed, and fetch the part of themselves again.

One LISTEN connection per process, whatever number of people look on; to each goes only what they asked for and may see, and
only the names of topics (base/live_notice). The stream is a plain ASGI application beside the pages (config/mix.py).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
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
REMEMBERED: Final = 4_000  # topics heard lately
MARGIN: Final = 2.0  # seconds by which the clocks of web processes may differ
GRACE: Final = 60.0  # seconds that it still listens after the last stream has gone

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
        told = " ".join(t for t in topics if t in self.topics or t == RESYNC or _about(t) in self.topics)
        if not told:
            return
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            told = RESYNC
        self.waiting.put_nowait(told)


def _about(topic: str) -> str:
    """What a topic with more than one number is about: present-12-7-1 is of present-12."""
    return "-".join(topic.split("-", 2)[:2])


class Hub:
    """All streams of this process, and the one connection that listens for them. It listens only while somebody looks on.

    It remembers for a while what it heard: a page is rendered a moment before its stream begins, and must not miss that moment.
    """

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self._listening: asyncio.Task[None] | None = None
        self._unbroken: float | None = None  # since when nothing can have been missed
        self._lately: deque[tuple[float, str]] = deque(maxlen=REMEMBERED)

    def enter(self, stream: Stream, since: float) -> None:
        """Add a stream, and let it know at once what happened since a moment (seconds of the epoch)."""
        self.streams.add(stream)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.ensure_future(self._listen())
        if self._unbroken is None:
            return  # it is told to look again as soon as somebody listens
        if since < self._unbroken or (len(self._lately) == REMEMBERED and since < self._lately[0][0]):
            stream.tell([RESYNC])
        else:
            newest = dict.fromkeys(topic for at, topic in reversed(self._lately) if at >= since - MARGIN)
            stream.tell(reversed(newest))  # in their order, each as it was said last: who came and left has left

    def leave(self, stream: Stream) -> None:
        """Take a stream away. The listening goes on for a while: whoever turns a page is back at once."""
        self.streams.discard(stream)
        if not self.streams:
            asyncio.get_running_loop().call_later(GRACE, self._rest)

    def tell(self, topics: Iterable[str]) -> None:
        """Tell every stream."""
        told = list(topics)
        for stream in list(self.streams):
            stream.tell(told)

    def _rest(self) -> None:
        if not self.streams and self._listening is not None:
            self._listening.cancel()
            self._listening, self._unbroken = None, None

    async def _listen(self) -> None:
        async for topics in heard():
            now = time.time()
            if topics == [RESYNC]:
                self._unbroken = now
                self._lately.clear()
            else:
                self._lately.extend((now, topic) for topic in topics)
            self.tell(topics)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /events?topics=case-1+case-2 with a stream of topics; 403 to strangers, 503 without a database."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    wanted = frozenset(asked.get("topics", [""])[0].split()[:MOST_ASKED])
    cookies = _header(scope, b"cookie")
    since = _moment(_header(scope, b"last-event-id") or asked.get("since", [""])[0])
    try:
        admission = await _ask(cookies, wanted)
    except DatabaseError:
        await _refuse(send, 503)
        return
    if admission is None:
        await _refuse(send, 403)
        return
    stream = Stream(admission.topics)
    hub().enter(stream, since)
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
        await _body(send, f"id: {_stamp()}\ndata: {told}\n\n" if told else f"id: {_stamp()}\n\n")


def _stamp() -> int:
    """Now, in milliseconds: a browser that comes back says the last one it got."""
    return int(time.time() * 1000)


def _moment(stamp: str) -> float:
    """Read a stamp; what is none means long ago."""
    return int(stamp) / 1000 if stamp.isdecimal() and len(stamp) < 16 else 0.0


def _header(scope: Scope, wanted: bytes) -> str:
    return b"; ".join(value for name, value in scope["headers"] if name.lower() == wanted).decode("latin-1")


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
    await _body(send, f"retry: 3000\nid: {_stamp()}\n\n")


async def _body(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
