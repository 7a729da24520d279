"""Whom most tests of cases are about."""

from __future__ import annotations

import pytest

from shouwen.ops.cast import Cast
from tests.cases.law import enacted
from tests.world import at, cast


@pytest.fixture
def people() -> Cast:
    """The cast under the little law of repairs, since nine in the morning of a Monday."""
    found = cast(at("2026-03-02 09:00"))
    enacted("demo")
    return found
