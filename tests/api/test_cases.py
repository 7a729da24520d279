"""The API of cases: the same verb as the pages, refusals with their clauses, keys that make a retry harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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

    case = Case.objects.get(pk=ruling["id"])
    found = program(people.chen_jie).get(f"/cases/{case.pk}").body

    assert found["fields"] == {"urgency": "urgent"}
    assert found["first_asked"] == people.chen_jie.pk
    assert [d["clause"] for d in found["deadlines"]] == ["demo/repair#2.1"]
    assert "demo/repair#2.1" in ruling["cites"]


def test_what_was_opened_is_named_by_id_number_and_address(people: Cast) -> None:
    client = program(people.chen_jie)
    ruling = client.post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}}).body

    case = Case.objects.get()
    assert (ruling["id"], ruling["number"], ruling["url"]) == (case.pk, case.number, f"/api/v1/cases/{case.pk}")
    assert client.get(ruling["url"].removeprefix("/api/v1")).body["number"] == case.number


def test_the_address_of_a_new_case_is_its_location(people: Cast) -> None:
    headers: Any = {"Authorization": f"Bearer {program(people.chen_jie).token}"}
    body = '{"procedure": "repair", "fields": {"urgency": "urgent"}}'
    response = Client().post("/api/v1/cases", body, content_type="application/json", headers=headers)

    assert response["Location"] == f"/api/v1/cases/{Case.objects.get().pk}"


def test_the_same_key_opens_one_case(people: Cast) -> None:
    client = program(people.chen_jie)
    body = {"procedure": "repair", "fields": {"urgency": "urgent"}}

    first, second = (client.post("/cases", body, key="k-1") for _ in range(2))

    assert (first.status, second.status) == (201, 201)
    assert first.body["id"] == second.body["id"]
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
    case = Case.objects.get(pk=opened(people)["id"])
    client = program(people.sun_lei)
    program(people.chen_jie).post(f"/cases/{case.pk}/acts", {"act": "assign", "fields": {"visit_at": "2026-11-24 10:00"}})
    assert client.post(f"/cases/{case.pk}/acts", {"act": "arrive"}).status == 200

    answer = client.post(f"/cases/{case.pk}/acts", {"act": "start"})

    assert answer.status == 409
    assert [(r["clause"], r["unknown"]) for r in answer.body["refusals"]] == [("demo/repair#3.5", ["quote"])]
    assert Case.objects.get(pk=case.pk).step == "on_site"


@pytest.mark.parametrize(
    ("asked", "found"),
    [("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN", "zh"), ("fr, en;q=0.2, zh;q=0.8", "zh"), ("de", "zh"), ("en;q=0", "zh")],
)
def test_a_refusal_speaks_the_language_the_request_accepts(people: Cast, asked: str, found: str) -> None:
    case = opened(people)["id"]
    answer = replace(program(people.chen_jie), lang=asked).post(f"/cases/{case}/acts", {"act": "resume"})

    assert answer.status == 409
    said = {"zh": ("制度不允许", "没有挂起,无须恢复"), "en": ("Refused by the law", "It is not on hold.")}[found]
    assert (answer.body["title"], answer.body["refusals"][0]["detail"]) == said


def test_events_tell_the_story_in_pages(people: Cast) -> None:
    case = Case.objects.get(pk=opened(people)["id"])
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
    case = Case.objects.get(pk=opened(people)["id"])
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


def test_lists_and_one_case_take_few_queries_however_many_there_are(people: Cast) -> None:
    """The limit is 12, of which most are spent on who asks (token, organisation); 10 times the cases take no more."""
    client = program(people.chen_jie)
    for _ in range(2):
        case = opened(people)["id"]

    def queries(path: str, **query: Any) -> int:
        client.get(path, **query)  # what a process keeps is there from the second time on
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path, **query).status == 200
        return len(asked)

    paths: list[tuple[str, dict[str, Any]]] = [
        ("/cases", {"limit": 50}),
        (f"/cases/{case}", {}),
        (f"/cases/{case}/events", {}),
        ("/tasks", {}),
    ]
    few = [queries(path, **query) for path, query in paths]
    assert max(few) <= 12, few
    client.post("/acts", {"open": [{"procedure": "repair", "fields": {"urgency": "urgent"}}] * 20})
    assert [queries(path, **query) for path, query in paths] == few


def test_one_case_is_found_by_keys_and_no_table_is_read_for_it(people: Cast) -> None:
    """Promises and tasks have no index by case, only by subject: asked for by case, all that run would be read."""
    case = opened(people)["id"]
    client = program(people.chen_jie)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/cases/{case}").status == 200
    questions = [q["sql"] for q in asked if q["sql"].startswith("SELECT") and ' FROM "cases_' in q["sql"]]
    assert len(questions) == 3
    for question in questions:
        assert f'"id" = {case}' in question or f'"subject_id" = {case}' in question
