"""The 311 service of Boston as an oracle nobody of us wrote: the targets its own system gave to 1,593 requests."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import Calendar, due, parse_span
from tests.worktime.shared import shared

BOSTON = ZoneInfo("America/New_York")
NOT_KEPT = {2018, 2022}  # the service worked through the holidays of these years
EXPLAINED = 1567


class Request(NamedTuple):
    case_id: str
    opened: datetime
    target: datetime
    by_rule: datetime
    span: str
    match: bool


def requests() -> list[Request]:
    with shared("311-boston", "boston_business_time_oracle.csv").open(encoding="utf-8") as rows:
        return [
            Request(
                row["case_id"],
                local(row["open_local"]),
                local(row["target_local"]),
                local(row["rule_target_local"]),
                row["days"] + {"business_days": "wd", "calendar_days": "d"}[row["rule"]],
                row["match"] == "1",
            )
            for row in csv.DictReader(rows)
        ]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOSTON)


def holidays(moved_by: int = 0) -> dict[str, str]:
    told = json.loads(shared("311-boston", "calendar_us_ma_holidays.json").read_text(encoding="utf-8"))
    kept = [day for day in told if int(day["date"][:4]) not in NOT_KEPT]
    return {str(date.fromisoformat(day["date"]) + timedelta(days=moved_by)): day["name"] for day in kept}


def boston(off: dict[str, str], hours: str = "08:30-17:00") -> Calendar:
    return Calendar.build(en="Boston", zone="America/New_York", hours={"mon-fri": hours}, holidays=off, years="2014-2026")


def target(request: Request, calendar: Calendar) -> datetime | None:
    return due(request.opened, parse_span(request.span), calendar, same_time=True).due_at


def explained(calendar: Calendar) -> int:
    """How many targets of the city the calendar gives but for the seconds, some of which are its own (up to 73)."""
    found = [(request, target(request, calendar)) for request in requests()]
    return sum(at is not None and abs(request.target - at) < timedelta(minutes=2) for request, at in found)


def test_every_target_that_follows_the_rule_is_reproduced() -> None:
    calendar, asked = boston(holidays()), requests()

    wrong = [request.case_id for request in asked if target(request, calendar) != request.by_rule]

    assert wrong == []
    assert sum(request.match for request in asked) == EXPLAINED


def test_the_city_itself_gave_these_targets_and_not_the_other_twenty_six() -> None:
    assert explained(boston(holidays())) == EXPLAINED


@pytest.mark.parametrize("days", [-1, 1, 7])
def test_with_the_holidays_on_other_days_targets_are_wrong(days: int) -> None:
    assert explained(boston(holidays(moved_by=days))) < EXPLAINED - 50


def test_without_holidays_or_with_other_hours_targets_are_wrong() -> None:
    assert explained(boston({})) < EXPLAINED - 50
    assert explained(boston(holidays(), "08:30-16:59")) < EXPLAINED
    assert explained(boston(holidays(), "08:33-17:00")) < EXPLAINED - 50
