"""Saying to whoever listens that something has changed: pg NOTIFY after commit, with the names of topics only.

A topic is a kind and an id: `case-123`, `desk-7`, `staff-7`, `clock`. It carries no data; listeners ask for what they may see.
It is sent after the commit, because a NOTIFY inside a transaction makes all commits wait for one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.db import transaction

from shouwen.base.sql import raw

CHANNEL: Final = "shouwen"
LONGEST: Final = 7900  # bytes; PostgreSQL takes less than 8000
_TOPIC: Final = re.compile(r"[a-z_]+(-[0-9]+)?")


class _Announcement:
    """The topics of one transaction (of one savepoint in it): each is sent once, all in one NOTIFY."""

    def __init__(self) -> None:
        self.topics: dict[str, None] = {}

    def __call__(self) -> None:
        for payload in _payloads(self.topics):
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
