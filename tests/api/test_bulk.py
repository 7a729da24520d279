"""Many at once by API: a verdict for each, one transaction, and a retry that changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from tests.api.conftest import program

URGENT: dict[str, Any] = {"procedure": "repair", "fields": {"urgency": "urgent"}}


@pytest.fixture
def cases(people: Cast) -> list[int]:
    answer = program(people.chen_jie).post("/acts", {"open": [URGENT] * 3})
    assert answer.status == 200, answer.body
    return [v["ruling"]["id"] for v in answer.body["open"]]


def test_each_row_has_its_own_verdict_and_a_refused_one_stops_no_other(people: Cast, cases: list[int]) -> None:
    foreign = program(people.su_min).post("/cases", URGENT).body["id"]
    rows = [
        {"case": cases[0], "act": "reply"},
        {"case": cases[1], "act": "start"},
        {"case": foreign, "act": "reply"},
        {"case": cases[2], "act": "assign", "fields": {"visit_at": "soon"}},
        {"case": cases[2], "act": "reply"},
    ]

    found = program(people.chen_jie).post("/acts", {"acts": rows}).body["acts"]

    assert [v["status"] for v in found] == [200, 409, 404, 422, 200]
    assert found[0]["ruling"]["number"] == Case.objects.get(pk=cases[0]).number
    assert found[1]["problem"]["refusals"][0]["code"] == "wrong_step"
    assert found[3]["problem"]["fields"][0]["field"] == "visit_at"
    assert [Event.objects.of_case(c).filter(act="reply").count() for c in (*cases, foreign)] == [1, 0, 1, 0]


def test_sent_again_with_its_key_it_changes_nothing(people: Cast, cases: list[int]) -> None:
    client = program(people.chen_jie)
    body = {"open": [URGENT, URGENT], "acts": [{"case": cases[0], "act": "reply"}]}

    first, second = (client.post("/acts", body, key="m-1").body for _ in range(2))

    assert [v["ruling"]["id"] for v in first["open"]] == [v["ruling"]["id"] for v in second["open"]]
    assert Case.objects.count() == 5
    assert Event.objects.filter(act="reply").count() == 1


def test_a_key_for_another_list_is_refused_and_nothing_of_it_is_done(people: Cast, cases: list[int]) -> None:
    client = program(people.chen_jie)
    client.post("/acts", {"open": [URGENT]}, key="m-1")

    answer = client.post("/acts", {"open": [{"procedure": "repair", "fields": {"urgency": "normal"}}, URGENT]}, key="m-1")

    assert (answer.status, answer.body["code"]) == (422, "key_reused")
    assert Case.objects.count() == 4


def test_a_row_takes_no_more_than_two_small_queries_of_its_own(people: Cast) -> None:
    client = program(people.chen_jie)
    client.post("/acts", {"open": [URGENT] * 2})

    def queries(n: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.post("/acts", {"open": [URGENT] * n}).status == 200
        return len(asked)

    assert queries(60) <= queries(5) + 2 * 55 + 2
