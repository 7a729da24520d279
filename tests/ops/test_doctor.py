"""`shouwen doctor` says how to put right what it finds: here the year nobody has entered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from shouwen.ops.doctor import Health, _calendar

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/organisation.md"


def test_a_year_nobody_has_entered_says_where_to_enter_it() -> None:
    known, unknown = _calendar(date(2026, 11, 22), frozenset())

    assert (known.health, unknown.health) == (Health.GOOD, Health.WARNING)
    for said in ("2027", "录入放假安排", "company.yaml", "docs/guide/organisation.md"):
        assert said in unknown.zh
    for said in ("2027", "Calendars", "company.yaml", "docs/guide/organisation.md"):
        assert said in unknown.en
    assert "录入放假安排" in GUIDE.read_text("utf-8")


def test_the_year_that_runs_is_wrong_when_it_is_unknown_and_the_next_is_silent_before_november() -> None:
    assert [f.health for f in _calendar(date(2030, 5, 1), frozenset())] == [Health.WRONG]


def test_a_year_the_company_entered_is_known() -> None:
    assert [f.health for f in _calendar(date(2026, 11, 22), frozenset({2027}))] == [Health.GOOD, Health.GOOD]
