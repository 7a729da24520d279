"""What a careless or hostile program sends: it is answered with a problem, never with an error of ours, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from shouwen.base.models import ActKey, Event
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from tests.api.conftest import people, program
from tests.cases.law import enacted

__all__ = ["people"]
URGENT: dict[str, Any] = {"procedure": "repair", "fields": {"urgency": "urgent"}}
DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]
SURROGATE = "\ud800"

WRONG: dict[str, Any] = {
    "a list": [],
    "nothing": None,
    "a number": 7,
    "no procedure": {},
    "a procedure of another type": {"procedure": 7},
    "a procedure nobody has": {"procedure": "no_such"},
    "a register is no procedure": {"procedure": "house"},
    "fields in a list": {"procedure": "repair", "fields": ["urgent"]},
    "a field of another type": {"procedure": "repair", "fields": {"urgency": {"is": "urgent"}}},
    "a very deep field": {"procedure": "repair", "fields": {"urgency": DEEP}},
    "half a character": {"procedure": "repair", "fields": {"urgency": SURROGATE}},
    "a zero byte": {"procedure": "repair", "fields": {"urgency": "urgent\x00"}},
    "a number that is none": {"procedure": "repair", "fields": {"quote": "NaN"}},
    "an endless number": {"procedure": "repair", "fields": {"quote": "1e999999"}},
    "an amount beyond counting": {"procedure": "repair", "fields": {"quote": "9" * 60}},
    "a moment of the year 9999": {"procedure": "repair", "fields": {"urgency": "urgent"}, "at": "9999-12-31T23:59:59+00:00"},
    "a moment without a zone": {"procedure": "repair", "fields": {"urgency": "urgent"}, "at": "2026-03-02T09:00:00"},
    "seconds since 1970": {"procedure": "repair", "fields": {"urgency": "urgent"}, "at": 0},
    "seconds since 1970 in words": {"procedure": "repair", "fields": {"urgency": "urgent"}, "at": "1700000000"},
    "a customer of nobody": {**URGENT, "customer": 2**62},
    "a customer that is no number": {**URGENT, "customer": True},
    "a unit of nobody": {**URGENT, "unit": 2**62},
    "evidence of no kind": {**URGENT, "evidence": [{"kind": "rumour"}]},
    "too much evidence": {**URGENT, "evidence": [{"kind": "photo"}] * 21},
    "a file of nobody": {**URGENT, "evidence": [{"kind": "photo", "attachment": 2**62}]},
    "a member nobody knows": {**URGENT, "step": "closed"},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_what_means_nothing_is_422_with_its_field_and_changes_nothing(people: Cast, body: Any) -> None:
    answer = program(people.chen_jie).post("/cases", body, key="k")

    assert answer.status in (400, 422), answer.body
    assert answer.body["detail"]
    assert not Case.objects.exists()
    assert not Event.objects.filter(subject_kind="case").exists()
    assert not ActKey.objects.exists()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "1899-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_before_any_law_is_refused_in_words(people: Cast, at: str) -> None:
    answer = program(people.chen_jie).post("/cases", {**URGENT, "at": at})

    assert answer.status in (409, 422), answer.body
    assert not Case.objects.exists()


@pytest.mark.parametrize("visit", ["9999-12-31 23:59", "0001-01-01 00:00", "2040-06-01 10:00"])
def test_moments_far_away_are_taken_or_refused_but_never_break(people: Cast, visit: str) -> None:
    client = program(people.chen_jie)
    case = client.post("/cases", URGENT).body["id"]

    answer = client.post(f"/cases/{case}/acts", {"act": "assign", "fields": {"visit_at": visit}})

    assert answer.status in (200, 409, 422), answer.body
    assert client.get(f"/cases/{case}").status == 200


def test_working_days_of_a_year_nobody_has_entered_refuse_and_say_so(people: Cast) -> None:
    client = program(people.sun_lei)
    case = client.post("/cases", {**URGENT, "at": "2026-01-02T09:00:00+08:00"}).body["id"]
    assert client.get(f"/cases/{case}").status == 200
    enacted("works")
    answer = client.post("/cases", {"procedure": "refund", "fields": {"cause": "多收"}, "at": "2003-06-02T09:00:00+08:00"})

    assert answer.status in (409, 422), answer.body
    assert not Case.objects.of("refund").exists()


def test_a_body_of_megabytes_is_refused_before_it_is_read(people: Cast) -> None:
    token = program(people.chen_jie).token
    body = json.dumps({"procedure": "repair", "fields": {"urgency": "x" * 30_000_000}})
    headers: Any = {"Authorization": f"Bearer {token}"}

    response = Client().post("/api/v1/cases", body, content_type="application/json", headers=headers)

    assert response.status_code in (400, 413, 422), response.content[:300]
    assert not Case.objects.exists()


HEADERS = {"a key too long": "k" * 101, "a key with a space": "a b", "a key that is no ASCII": "键"}


@pytest.mark.parametrize("key", HEADERS.values(), ids=HEADERS.keys())
def test_a_key_that_cannot_be_kept_is_refused(people: Cast, key: str) -> None:
    headers: Any = {"Authorization": f"Bearer {program(people.chen_jie).token}", "Idempotency-Key": key}

    response = Client().post("/api/v1/cases", json.dumps(URGENT), content_type="application/json", headers=headers)

    assert response.status_code == 422
    assert not Case.objects.exists()


def test_keys_of_one_person_are_not_those_of_another(people: Cast) -> None:
    first = program(people.chen_jie).post("/cases", URGENT, key="same").body
    second = program(people.sun_lei).post("/cases", URGENT, key="same").body

    assert first["id"] != second["id"]


def test_a_key_of_one_kind_of_request_does_not_answer_for_another(people: Cast) -> None:
    client = program(people.chen_jie)
    client.post("/cases", URGENT, key="same")

    answer = client.post("/customers", {"name": "测试甲", "unit": people.units.yunqi.pk}, key="same")

    assert (answer.status, answer.body["code"]) == (422, "key_reused")
    assert not Customer.objects.exists()


def test_others_ids_look_like_no_ids_at_all(people: Cast) -> None:
    theirs = program(people.su_min).post("/cases", URGENT).body["id"]
    client = program(people.chen_jie)
    here = client.post("/cases", URGENT).body["id"]

    seen, unseen = (
        client.post(f"/cases/{here}/acts", {"act": "link", "fields": {"other": other}}) for other in (theirs, here + 10**6)
    )

    assert (seen.status, seen.body) == (unseen.status, unseen.body)
    assert client.get(f"/cases/{theirs}").body == client.get(f"/cases/{here + 10**6}").body


@pytest.mark.parametrize(
    "path", ["/cases/0", "/cases/-1", "/cases/99999999999999999999", "/cases/abc", "/cases?cursor=%00", "/cases?limit=1e9"]
)
def test_addresses_that_mean_nothing_are_problems(people: Cast, path: str) -> None:
    answer = program(people.chen_jie).get(path)

    assert answer.status in (404, 422)
    assert answer.body["detail"]
