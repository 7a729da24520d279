"""A till of the bar: a program with a token of its own. What it may order is said by the regulation, not by the till."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from shouwen.cases.models import Case
from shouwen.ops.cast import SINCE, Cast
from shouwen.staff.models import Holding, Staff
from tests.api.conftest import Program, program
from tests.cases.trades import living_by
from tests.world import NOW

POSTS: Final = {"booking_manager": "li_na", "greeter": "chen_jie", "waiter": "sun_lei", "department_manager": "xu_qiang"}
WINE: Final = {"act": "order", "fields": {"drinks": "红酒两瓶", "amount": "600"}}
UNCALLED: Final = "客人未到店的台不许点单"


@pytest.fixture
def bar(db: None, settings: Any) -> Cast:
    """A bar, and the API without the pages."""
    settings.ROOT_URLCONF = "tests.api.urls"
    return living_by("hospitality", "bar", POSTS, NOW)


@pytest.fixture
def till(bar: Cast) -> Program:
    """The till: an account of its own with one post, and its token."""
    account = Staff.objects.create(username="till", name="点单系统", unit=bar.units.yunqi)
    Holding.objects.create(staff=account, post="till", unit=bar.units.company, since=SINCE)
    return program(account)


def booked(bar: Cast) -> int:
    """A booth for an evening to come, called an hour ago: long enough before its party arrives."""
    called = timezone.now() - timedelta(hours=1)
    evening = (timezone.localdate(called) + timedelta(days=2)).isoformat()
    guest = {"real_name": "赵敏", "phone": "13800000001", "party_size": 4, "for_friend": "no"}
    fields = {**guest, "day": evening, "kind": "first", "channel": "phone", "table_class": "booth"}
    answer = program(bar.li_na).post("/cases", {"procedure": "table_booking", "fields": fields, "at": called.isoformat()})
    assert answer.status == 201, answer.body
    found: int = answer.body["id"]
    return found


def test_a_till_is_refused_by_the_clause_until_the_party_has_come(bar: Cast, till: Program) -> None:
    booking = booked(bar)

    early = till.post(f"/cases/{booking}/acts", WINE, key="bill-1")

    assert (early.status, [r["clause"] for r in early.body["refusals"]]) == (409, ["hospitality/table-booking#4.6"])
    assert UNCALLED in early.body["refusals"][0]["detail"]
    assert program(bar.chen_jie).post(f"/cases/{booking}/acts", {"act": "arrive"}).status == 200
    assert (till.post(f"/cases/{booking}/acts", WINE, key="bill-2").status, Case.objects.get(pk=booking).step) == (200, "arrived")
    events = till.get(f"/cases/{booking}/events").body["items"]
    assert [(e["act"], e["actor"]) for e in events if e["act"] == "order"] == [("order", Staff.objects.get(username="till").pk)]
