"""Fixtures that every test may ask for.

`db` gives a transaction that is rolled back. `live_db` gives a database of the test's own, for tests that commit or run several
processes; nothing is ever flushed, the journal would refuse it. Both connect as the application's role.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from shouwen.ops import catalogues
from tests import databases, sites, skipped
from tests.web import keystrokes

hypothesis.settings.register_profile("any speed", deadline=None)  # a slow machine is no fault of what is tried
hypothesis.settings.load_profile("any speed")


def pytest_configure() -> None:
    """Pages in English need the compiled catalogue, also when pytest is started by hand."""
    catalogues.compile_all(databases.ROOT / "shouwen/locale")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the daily jobs cost, as the browsers counted it; what did not run, and why."""
    keystrokes.tell_all(terminalreporter.getreports("passed"), terminalreporter.write_line)
    skipped.tell_all(terminalreporter.getreports("skipped"), terminalreporter.write_line)


@dataclass(frozen=True)
class LiveDatabase:
    """A database of one test. `env` makes child processes work in it too."""

    name: str
    env: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def template_database() -> str:
    """The name of the migrated template."""
    return databases.template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str) -> Iterator[None]:
    """Instead of pytest-django's: a clone of the template for this worker."""
    with databases.clone(template_database, worker) as name, django_db_blocker.unblock():
        _work_in(name)
        yield
        connections.close_all()


@pytest.fixture
def live_db(
    request: pytest.FixtureRequest, template_database: str, django_db_blocker: DjangoDbBlocker, worker: str
) -> Iterator[LiveDatabase]:
    """A fresh database that may be committed to; dropped afterwards."""
    assert "db" not in request.fixturenames, "live_db is a database of its own: do not ask for db as well"
    before = str(connections["default"].settings_dict["NAME"])
    with databases.clone(template_database, f"{worker}_live") as name, django_db_blocker.unblock():
        _work_in(name)
        uri = databases.SERVER.uri
        env = {"DATABASE_URL": uri("app", name), "DATABASE_OWNER_URL": uri("owner", name), "SHOUWEN_SECRET_KEY": "tests only"}
        try:
            yield LiveDatabase(name, {**os.environ, **env, "DJANGO_SETTINGS_MODULE": "tests.live_settings"})
        finally:
            _work_in(before)


@pytest.fixture
def site(live_db: LiveDatabase) -> Iterator[str]:
    """The address of a real web process and a worker, in a database of the test's own."""
    with sites.serving(live_db.env, worker=True) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; playwright's own is not fetched. Tests that ask for a `page` are skipped where it is missing, in CI they fail."""
    if not sites.CHROMIUM.exists():
        skipped.without("no Chromium at /usr/bin/chromium: as root, apt-get install chromium fonts-noto-cjk")
    return {**browser_type_launch_args, "executable_path": str(sites.CHROMIUM), "args": sites.FLAGS}


@pytest.fixture
def transactional_db() -> None:
    """pytest-django's would TRUNCATE every table, which the journal refuses."""
    pytest.fail("ask for live_db instead of transactional_db")


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this xdist worker."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _work_in(name: str) -> None:
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
