"""`shouwen law enact` twice for one day: both hold, each from its hour, and whoever enacts is told."""

from __future__ import annotations

from pathlib import Path

from shouwen.cases.models import Enactment
from tests.conftest import LiveDatabase
from tests.ops.test_law import change, enact


def test_a_second_law_of_one_day_holds_from_its_hour_and_the_other_is_named(pack: Path, live_db: LiveDatabase) -> None:
    first = enact(pack, live_db, "--from", "2026-01-01T00:00")
    change(pack, "within: 1h", "within: 30min")
    second = enact(pack, live_db, "--from", "2026-01-01T12:00")
    change(pack, "within: 30min", "within: 20min")
    next_day = enact(pack, live_db, "--from", "2026-01-02T00:00")

    assert (first.stderr, next_day.stderr) == ("", "")
    assert "同一天 00:00 起还有另一次颁布" in second.stderr
    assert Enactment.objects.count() == 3
