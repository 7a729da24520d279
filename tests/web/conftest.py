"""Fixtures of the pages: one company for all of these tests, served by real processes, and people at real browsers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from time import sleep
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker

from shouwen.staff.models import Staff
from tests import databases, sites
from tests.web.browsing import Visitor, visitor
from tests.web.village import Village, environment, inside, populate, settle

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread; nothing of Django does


@pytest.fixture(scope="session")
def served(template_database: str, django_db_blocker: DjangoDbBlocker, worker: str) -> Iterator[Village]:
    """The village, with its web process and its worker."""
    with databases.clone(template_database, f"{worker}_web") as name:
        with inside(name, django_db_blocker):
            settle(timezone.now())
        with sites.serving(environment(name), worker=True) as address:
            village = Village(address, name)
            with inside(name, django_db_blocker):
                populate(village, timezone.now())
            yield village


@pytest.fixture
def village(served: Village, django_db_blocker: DjangoDbBlocker) -> Iterator[Village]:
    """The village, this process working in its database. Tests share it: each makes the matters it needs."""
    with inside(served.database, django_db_blocker):
        yield served


@pytest.fixture
def receptionist(village: Village) -> Iterator[Staff]:
    """A receptionist whose desk nobody else's test fills."""
    with village.receptionist() as made:
        yield made


@pytest.fixture
def one_day() -> None:
    """The test begins and ends on one local day, for it asks twice what day it is.

    The one wait for a time that is allowed: what changes at midnight changes for a person too, and nothing is wrong with it.
    """
    now = timezone.localtime()
    left = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo) - now
    if left < timedelta(seconds=30):
        sleep(left.total_seconds() + 1)


@pytest.fixture
def sit(village: Village, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody sits down at a browser: sit("chen_jie"), sit(receptionist), sit("sun_lei", 390). No script may fail while they work."""
    visitors: list[Visitor] = []

    def down(who: str | Staff = "", width: int = 1440, **options: Any) -> Page:
        person = who if isinstance(who, Staff) else getattr(village.cast, who) if who else None
        came = visitor(browser, village, person, width, **options)
        visitors.append(came)
        return came.page

    yield down
    for came in visitors:
        came.leave()


@pytest.fixture(autouse=True)
def _no_query_log() -> None:
    """The pages are measured as they run."""
    assert not settings.DEBUG
