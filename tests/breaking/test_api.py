"""What a careless or hostile program sends: it is answered with a problem, never with an error of ours, and changes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

import pytest
from django.test import Client

from shouwen.api.problems import WORDS_ZH
from shouwen.base.models import ActKey, Event
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from tests.api.conftest import Answer, people, program
from tests.cases.law import enacted

__all__ = ["people"]
URGENT: dict[str, Any] = {"procedure": "repair", "fields": {"urgency": "urgent"}}
DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]
SURROGATE = "\ud800"

# What is sent as a case, and the field that the answer has to name.
WRONG: dict[str, tuple[str, Any]] = {
    "a list": ("body", []),
    "nothing": ("body", None),
    "a number": ("body", 7),
    "no procedure": ("procedure", {}),
    "a procedure of another type": ("procedure", {"procedure": 7}),
    "a procedure with a hole in it": ("procedure", {"procedure": "A b"}),
    "a procedure without end": ("procedure", {"procedure": "a" * 65}),
    "half a character for a procedure": ("procedure", {"procedure": "a" + SURROGATE}),
    "a procedure nobody has": ("procedure", {"procedure": "no_such"}),
    "a register is no procedure": ("procedure", {"procedure": "house"}),
    "fields in a list": ("fields", {"procedure": "repair", "fields": ["urgent"]}),
    "more fields than there can be": ("fields", {"procedure": "repair", "fields": {f"a{i}": 1 for i in range(201)}}),
    "a field whose name is none": ("fields.A", {"procedure": "repair", "fields": {"A": 1}}),
    "a field nobody has": ("colour", {"procedure": "repair", "fields": {"colour": "red"}}),
    "a field of another type": ("urgency", {"procedure": "repair", "fields": {"urgency": {"is": "urgent"}}}),
    "a very deep field": ("urgency", {"procedure": "repair", "fields": {"urgency": DEEP}}),
    "half a character": ("urgency", {"procedure": "repair", "fields": {"urgency": SURROGATE}}),
    "a zero byte": ("urgency", {"procedure": "repair", "fields": {"urgency": "urgent\x00"}}),
    "a number that is none": ("quote", {"procedure": "repair", "fields": {"quote": "NaN"}}),
    "an endless number": ("quote", {"procedure": "repair", "fields": {"quote": "1e999999"}}),
    "an amount beyond counting": ("quote", {"procedure": "repair", "fields": {"quote": "9" * 60}}),
    "rows that are no rows": ("parts", {"procedure": "repair", "fields": {"parts": 7}}),
    "an appointment that is none": ("visit_at", {"procedure": "repair", "fields": {"visit_at": "soon"}}),
    "a moment of the year 9999": ("at", {**URGENT, "at": "9999-12-31T23:59:59+00:00"}),
    "a moment without a zone": ("at", {**URGENT, "at": "2026-03-02T09:00:00"}),
    "a moment of no month": ("at", {**URGENT, "at": "2026-13-02T09:00:00Z"}),
    "seconds since 1970": ("at", {**URGENT, "at": 0}),
    "seconds since 1970 in words": ("at", {**URGENT, "at": "1700000000"}),
    "a customer of nobody": ("customer", {**URGENT, "customer": 2**62}),
    "a customer that is no number": ("customer", {**URGENT, "customer": True}),
    "customer naught": ("customer", {**URGENT, "customer": 0}),
    "a customer beyond counting": ("customer", {**URGENT, "customer": 10**400}),
    "a unit of nobody": ("unit", {**URGENT, "unit": 2**62}),
    "evidence that is none": ("evidence.0", {**URGENT, "evidence": [7]}),
    "evidence of no kind": ("evidence.0.kind", {**URGENT, "evidence": [{"kind": "rumour"}]}),
    "too much evidence": ("evidence", {**URGENT, "evidence": [{"kind": "photo"}] * 21}),
    "a file of nobody": ("attachments", {**URGENT, "evidence": [{"kind": "photo", "attachment": 2**62}]}),
    "ticks that are no list": ("ticks", {**URGENT, "ticks": "2.1"}),
    "a member nobody knows": ("step", {**URGENT, "step": "closed"}),
}
ASKED: dict[str, tuple[str, str]] = {
    "no number": ("limit", "/cases?limit=x"),
    "a number of thousands of digits": ("limit", "/cases?limit=" + "9" * 5000),
    "no word to search for": ("q", "/search?q="),
    "a parameter nobody has": ("colour", "/cases?colour=red"),
    "a cursor of nothing": ("cursor", "/tasks?cursor=x"),
}
HAN = re.compile("[\u4e00-\u9fff]")
OUR_OWN: Final = {"unknown", "invalid", "future", "bad_cursor"}  # codes of our complaints, which bring both languages along


def says_which_field_in_the_language_asked_for(answer: Answer, lang: str, field: str) -> None:
    """422; the complaint stands at its field; its words, the sentence and the title are in one language, whatever pydantic says."""
    assert answer.status == 422, answer.body
    assert [f["field"] for f in answer.body["fields"]] == [field]
    for said in (answer.body["title"], answer.body["detail"], answer.body["fields"][0]["detail"]):
        assert bool(HAN.search(said)) == (lang == "zh"), said


@pytest.mark.parametrize(("field", "body"), WRONG.values(), ids=WRONG.keys())
def test_what_means_nothing_is_422_with_its_field_and_changes_nothing(people: Cast, field: str, body: Any) -> None:
    client = program(people.chen_jie)
    for lang in ("zh", "en"):
        says_which_field_in_the_language_asked_for(replace(client, lang=lang).post("/cases", body, key="k"), lang, field)
    assert not Case.objects.exists()
    assert not Event.objects.filter(subject_kind="case").exists()
    assert not ActKey.objects.exists()


@pytest.mark.parametrize(("field", "path"), ASKED.values(), ids=ASKED.keys())
def test_what_is_asked_for_wrongly_is_422_with_its_parameter(people: Cast, field: str, path: str) -> None:
    client = program(people.chen_jie)
    for lang in ("zh", "en"):
        says_which_field_in_the_language_asked_for(replace(client, lang=lang).get(path), lang, field)


def test_every_word_of_pydantic_that_our_shapes_can_raise_has_its_chinese(people: Cast) -> None:
    """What the tables above provoke is the list; a word in it that nothing provokes would be dead, one that is not there too general."""
    client = program(people.chen_jie)
    answers = [client.post("/cases", body) for _field, body in WRONG.values()] + [
        client.get(path) for _field, path in ASKED.values()
    ]
    codes = {f["code"] for a in answers for f in a.body["fields"]}

    assert codes - OUR_OWN == set(WORDS_ZH)


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
    client = program(people.chen_jie)
    body = {"procedure": "repair", "fields": {"urgency": "x" * 6_000_000}}

    for lang, title in (("zh", "内容太大"), ("en", "Too large")):
        answer = replace(client, lang=lang).post("/cases", body)
        assert (answer.status, answer.body["code"], answer.body["title"]) == (413, "too_big", title)
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


def test_what_is_open_is_not_opened_over_itself(people: Cast) -> None:
    client = program(people.chen_jie)
    here = client.post("/cases", URGENT).body["id"]
    before = Event.objects.count()

    answer = client.post(f"/cases/{here}/acts", {"act": "open", "fields": {"urgency": "normal"}})

    assert (answer.status, [f["field"] for f in answer.body["fields"]]) == (422, ["act"])
    assert (Case.objects.get().fields["urgency"], Event.objects.count()) == ("urgent", before)


def test_half_a_character_is_refused_though_it_cannot_be_said_again(people: Cast) -> None:
    client = program(people.chen_jie)
    here = client.post("/cases", URGENT).body["id"]

    assert client.post(f"/cases/{here}/acts", {"act": "extend", "fields": {"span": SURROGATE}}).status == 422
