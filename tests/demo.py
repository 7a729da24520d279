"""The demo company for tests: silent, with what went wrong while it was played, and one for all tests of a module that only read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from shouwen.ops import past, seed
from shouwen.ops.story import Player
from tests.world import NOW


def silent(zh: str, en: str) -> None:
    """Progress nobody listens to."""


def wrong(players: list[Player]) -> list[str]:
    """What the law refused of the stories, and what they looked for in vain."""
    refused = [f"{r.story.ref.noun} {r.step.act} {r.step.at:%m-%d %H:%M}: {r.ruling.text()}" for p in players for r in p.refused]
    return refused + [f"{s.ref.noun} {step.act}: nothing there" for p in players for s, step in p.lost]


@contextlib.contextmanager
def weeks_of_a_demo(blocker: DjangoDbBlocker, home: Path, *, cases: int, acted: int) -> Iterator[list[Player]]:
    """Set up the demo with four weeks acted and a lively present; gives the players. Nothing of it is left at the end.

    For a fixture of a module's scope: no test of that module may ask for a database of its own, it would be in this transaction.
    """
    players: list[Player] = []
    fill = seed.fill
    with blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "HOME", home)
        patch.setattr(past, "ACTED", acted)
        patch.setattr(seed, "fill", lambda *a: players.extend(fill(*a)))
        seed.demo_company(cases, silent, NOW)
        yield players
        transaction.set_rollback(True)
