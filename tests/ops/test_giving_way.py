"""Work that can wait gives way to live work, and so does PostgreSQL while it works for it."""

from __future__ import annotations

import os

import pytest
from django.db import connections
from django.db.backends.signals import connection_created

from shouwen.ops import family


@pytest.mark.django_db
def test_the_process_of_the_server_is_as_nice_as_the_one_it_works_for(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    monkeypatch.setattr(os, "nice", steps.append)
    monkeypatch.setattr(connection_created, "receivers", [])
    connection_created.sender_receivers_cache.clear()
    of_its_own = connections.create_connection("default")

    family.give_way(7)
    of_its_own.ensure_connection()
    try:
        found = os.getpriority(os.PRIO_PROCESS, of_its_own.connection.info.backend_pid)
    finally:
        of_its_own.close()
        connection_created.sender_receivers_cache.clear()

    assert (steps, found) == ([7], 7)
