"""Waiting for news: a connection of one's own that listens for a topic, so that nobody has to ask again and again."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Final

import psycopg
from django.db import connection

from shouwen.base.live_notice import CHANNEL

GLANCE: Final = 0.5  # seconds between two glances at the stop sign; the database is not asked meanwhile


class Listener:
    """Waits until a topic is announced (base.live_notice), a time has passed, or somebody says stop."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._connection: psycopg.Connection[Any] | None = None

    def ensure(self) -> None:
        """Connect and listen, if that is not so already. Raises django's OperationalError when the database is not there."""
        if self._connection is not None and not self._connection.closed:
            return
        with connection.wrap_database_errors:
            params = connection.get_connection_params()
            known = {k: v for k, v in params.items() if k not in ("cursor_factory", "context", "prepare_threshold")}
            self._connection = psycopg.connect(**known, autocommit=True)
            self._connection.execute(f"listen {CHANNEL}")

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait; return whether the topic was announced. What was announced while nobody waited counts, too."""
        if self._connection is None:
            stop.wait(seconds)
            return False
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            with connection.wrap_database_errors:
                for notify in self._connection.notifies(timeout=min(left, GLANCE), stop_after=1):
                    if self.topic in notify.payload.split():
                        return True
        return False

    def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
