"""The one web application: pages by WSGI in a pool of threads, /events by plain asyncio, on one port.

Sync views never run through Django's ASGI handler: measured four to nine times slower (docs/decisions/0006).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

from shouwen.config.bridge import Bridge, Receive, Scope, Send
from shouwen.config.wsgi import application as django_application
from shouwen.web import live

_pages = Bridge(django_application, threads=int(os.environ.get("SHOUWEN_THREADS", "4")))
_streams: set[asyncio.Task[Any]] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request to the live events or to the pages."""
    if scope["type"] != "http":
        return
    if scope["path"] != live.PATH:
        await _pages(scope, receive, send)
        return
    task = asyncio.current_task()
    assert task is not None  # a coroutine that runs has one
    _streams.add(task)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await live.events(scope, receive, send)
    finally:
        _streams.discard(task)


def end_streams() -> None:
    """Close the live events: they have no end of their own, and browsers come back by themselves."""
    for task in _streams:
        task.cancel()
