"""The API of cases: the same verb as the pages, refusals with their clauses, keys that make a retry harmless."""

from __future__ import annotations

from typing import Any

from django.test import Client

from shouwen.base.models import Event
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from tests.api.conftest import Program, program


def opened(people: Cast, **more: object) -> dict[str, Any]:
    answer = program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}, **more})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.body
    return found


def test_a_case_is_opened_with_its_promise_and_read_back(people: Cast) -> None:
    ruling = opened(people)

    case = Case.objects.get(number=ruling["case"])
    found = program(people.chen_jie).get(f"/cases/{case.pk}").body

    assert found["fields"] == {"urgency": "urgent"}
    assert found["first_asked"] == people.chen_jie.pk
    assert [d["clause"] for d in found["deadlines"]] == ["demo/repair#2.1"]
    assert "demo/repair#2.1" in ruling["cites"]


def test_the_same_key_opens_one_case(people: Cast) -> None:
    client = program(people.chen_jie)
    body = {"procedure": "repair", "fields": {"urgency": "urgent"}}

    first, second = (client.post("/cases", body, key="k-1") for _ in range(2))

    assert (first.status, second.status) == (201, 201)
    assert first.body["case"] == second.body["case"]
    assert Case.objects.count() == 1


def test_a_key_for_another_request_is_refused(people: Cast) -> None:
    client = program(people.chen_jie)
    client.post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}}, key="k-1")

    answer = client.post("/cases", {"procedure": "repair", "fields": {"urgency": "normal"}}, key="k-1")

    assert answer.status == 422


def test_a_wrong_field_is_named_with_its_reason(people: Cast) -> None:
    answer = program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "soon", "colour": "red"}})

    assert answer.status == 422
    assert {f["field"] for f in answer.body["fields"]} == {"urgency", "colour"}
    assert "紧急" in next(f["detail"] for f in answer.body["fields"] if f["field"] == "urgency")
    assert Case.objects.count() == 0


def test_an_unlawful_act_is_409_with_its_clauses_and_what_is_missing(people: Cast) -> None:
    case = Case.objects.get(number=opened(people)["case"])
    client = program(people.sun_lei)
    program(people.chen_jie).post(f"/cases/{case.pk}/acts", {"act": "assign", "fields": {"visit_at": "2026-11-24 10:00"}})
    assert client.post(f"/cases/{case.pk}/acts", {"act": "arrive"}).status == 200

    answer = client.post(f"/cases/{case.pk}/acts", {"act": "start"})

    assert answer.status == 409
    assert [(r["clause"], r["unknown"]) for r in answer.body["refusals"]] == [("demo/repair#3.5", ["quote"])]
    assert Case.objects.get(pk=case.pk).step == "on_site"


def test_events_tell_the_story_in_pages(people: Cast) -> None:
    case = Case.objects.get(number=opened(people)["case"])
    client = program(people.chen_jie)
    client.post(f"/cases/{case.pk}/acts", {"act": "reply"})

    seen, cursor = [], ""
    while True:
        page = client.get(f"/cases/{case.pk}/events", limit=1, cursor=cursor).body
        seen += page["items"]
        cursor = page["cursor"]
        if not cursor:
            break

    assert [e["act"] for e in seen if e["act"]] == ["open", "reply"]
    assert len(seen) == Event.objects.of_case(case.pk).count()


def test_a_list_goes_on_where_its_cursor_says_and_refuses_a_foreign_one(people: Cast) -> None:
    for _ in range(5):
        opened(people)
    client = program(people.chen_jie)

    first = client.get("/cases", limit=3).body
    second = client.get("/cases", limit=3, cursor=first["cursor"]).body

    ids = [c["id"] for c in first["items"] + second["items"]]
    assert len(ids) == len(set(ids)) == 5
    assert second["cursor"] == ""
    assert client.get("/tasks", cursor=first["cursor"]).status == 422


def test_what_one_may_not_see_is_not_found(people: Cast) -> None:
    case = Case.objects.get(number=opened(people)["case"])
    stranger = program(people.su_min)  # of another site

    assert stranger.get(f"/cases/{case.pk}").status == 404
    assert stranger.get(f"/cases/{case.pk}/events").status == 404
    assert stranger.post(f"/cases/{case.pk}/acts", {"act": "reply"}).status == 404
    assert stranger.get("/cases").body["items"] == []


def test_without_a_valid_token_nothing_is_answered(people: Cast) -> None:
    answer = Program("sw_" + "x" * 43).get("/cases")

    assert (answer.status, answer.body["code"]) == (401, "no_token")


def test_a_body_that_is_no_json_is_400(people: Cast) -> None:
    client = program(people.chen_jie)
    response = Client().post(
        "/api/v1/cases", "{", content_type="application/json", headers={"Authorization": f"Bearer {client.token}"}
    )  # fmt: skip

    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
