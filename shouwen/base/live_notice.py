"""Saying to whoever listens that something has changed: pg NOTIFY after commit, with the names of topics only.

A topic is a kind and an id: `case-123`, `desk-7`, `staff-7`, `clock`. It carries no data; listeners ask for what they may see.
Only `present-CASE-STAFF-STATE` says more: that somebody looks at a case, which nothing keeps.
It is sent after the commit, because a NOTIFY inside a transaction makes all commits wait for one another.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final

from django.db import connections, transaction
from django.db.utils import Error

from shouwen.base.sql import raw

CHANNEL: Final = "shouwen"
LONGEST: Final = 7900  # bytes; PostgreSQL takes less than 8000
GATHERED: Final = 0.03  # seconds: what is announced within them by one process goes out together
_TOPIC: Final = re.compile(r"[a-z_]+(-[0-9]+){0,3}")


class _Announcement:
    """The topics of one transaction (of one savepoint in it): each is sent once, all in one NOTIFY."""

    def __init__(self) -> None:
        self.topics: dict[str, None] = {}

    def __call__(self) -> None:
        if _herald is not None:
            _herald.add(self.topics)
        else:
            _send(self.topics)


class _Herald:
    """Sends the topics of all threads of a process, from a thread and by a connection of its own: no request waits for it, and at
    three hundred commits a second listeners are woken thirty times at most."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._lock = threading.Lock()
        self._something = threading.Event()
        threading.Thread(target=self._run, name="herald", daemon=True).start()

    def add(self, topics: Iterable[str]) -> None:
        with self._lock:
            self._topics.update(dict.fromkeys(topics))
        self._something.set()

    def _run(self) -> None:
        while True:
            self._something.wait()
            time.sleep(GATHERED)
            self._something.clear()
            with self._lock:
                topics, self._topics = self._topics, {}
            try:
                _send(topics)
            except Error:  # the database went away: listeners look by themselves when it is back
                log.warning("%d topics were not announced", len(topics))
                connections.close_all()


log = logging.getLogger(__name__)
_herald: _Herald | None = None


def gather_from_now_on() -> None:
    """Have this process announce from a thread of its own, gathered. For servers; commands send at once and end."""
    global _herald  # noqa: PLW0603  one for each process
    _herald = _herald or _Herald()


def _send(topics: Iterable[str]) -> None:
    for payload in _payloads(topics):
        raw().execute("select pg_notify(%s, %s)", [CHANNEL, payload])


def announce(*topics: str) -> None:
    """Send the topics once the transaction has committed, or at once when there is none. Nothing is sent after a rollback."""
    if wrong := [t for t in topics if not _TOPIC.fullmatch(t)]:
        raise ValueError(f"not a topic: {wrong[0]!r}")
    connection = transaction.get_connection()
    here = set(connection.savepoint_ids)
    pending = (f for ids, f, _ in connection.run_on_commit if isinstance(f, _Announcement) and ids == here)
    announcement = next(pending, None)
    if announcement is None:
        announcement = _Announcement()
        announcement.topics.update(dict.fromkeys(topics))
        transaction.on_commit(announcement, robust=True)
    else:
        announcement.topics.update(dict.fromkeys(topics))


def _payloads(topics: Iterable[str]) -> Iterator[str]:
    """Put the topics into as few payloads as fit."""
    payload = ""
    for topic in topics:
        if len(payload) + len(topic) >= LONGEST:
            yield payload
            payload = ""
        payload = f"{payload} {topic}" if payload else topic
    if payload:
        yield payload
