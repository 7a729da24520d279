"""Work that can wait gives way to live work, and so does PostgreSQL while it works for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from shouwen.ops import family

STEPS = 7


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The process of PostgreSQL behind a connection of somebody who gives way."""
    monkeypatch.setattr(os, "nice", lambda _: 0)  # of the process of these tests, which could not take it back
    monkeypatch.setattr(connection_created, "receivers", [])
    connection_created.sender_receivers_cache.clear()
    of_its_own: BaseDatabaseWrapper = connections.create_connection("default")
    family.give_way(STEPS)
    of_its_own.ensure_connection()
    yield of_its_own.connection.info.backend_pid
    of_its_own.close()
    connection_created.sender_receivers_cache.clear()


@pytest.mark.django_db
def test_the_servers_process_is_as_nice_as_the_one_it_works_for(backend: int) -> None:
    assert os.getpriority(os.PRIO_PROCESS, backend) == STEPS


@pytest.mark.django_db
def test_its_session_is_nice_too_for_linux_weighs_sessions_first(backend: int) -> None:
    told = Path(f"/proc/{backend}/autogroup")
    if not told.exists():
        pytest.skip("this kernel has no autogroups: processes are weighed one by one")

    assert told.read_text().endswith(f" nice {STEPS}\n")
    assert Path("/proc/self/autogroup").read_text() != told.read_text(), "whose terminal this is did not ask for it"
