"""Customers by API: who may write them, once for one key, and a case that is opened for one names them."""

from __future__ import annotations

from typing import Any

import pytest

from shouwen.base.models import ActKey, Event
from shouwen.cases.models import Case
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from tests.api.conftest import Program, program
from tests.cases.law import enacted

NEW: dict[str, Any] = {"name": "测试甲", "phones": [{"number": "13900000001"}]}


@pytest.fixture
def desk(people: Cast) -> Program:
    return program(people.chen_jie)


def test_the_same_key_takes_a_customer_in_once(people: Cast, desk: Program) -> None:
    body = {**NEW, "unit": people.units.yunqi.pk}

    first, second = (desk.post("/customers", body, key="c-1") for _ in range(2))

    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert Customer.objects.count() == Event.objects.filter(subject_kind="customer").count() == 1


def test_a_key_for_another_customer_is_refused(people: Cast, desk: Program) -> None:
    desk.post("/customers", {**NEW, "unit": people.units.yunqi.pk}, key="c-1")

    answer = desk.post("/customers", {**NEW, "unit": people.units.yunqi.pk, "name": "测试乙"}, key="c-1")

    assert (answer.status, answer.body["code"]) == (422, "key_reused")
    assert Customer.objects.count() == 1


def test_a_key_that_met_a_wrong_field_may_be_used_again(people: Cast, desk: Program) -> None:
    wrong = {**NEW, "unit": people.units.yunqi.pk, "phones": [{"number": "abc"}]}
    assert desk.post("/customers", wrong, key="c-1").status == 422
    assert not ActKey.objects.exists()

    assert desk.post("/customers", {**NEW, "unit": people.units.yunqi.pk}, key="c-1").status == 201


def test_nobody_writes_customers_without_the_right(people: Cast) -> None:
    answer = program(people.sun_lei).post("/customers", {**NEW, "unit": people.units.yunqi.pk})

    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert not Customer.objects.exists()


def test_nobody_writes_customers_of_units_that_are_not_theirs(people: Cast, desk: Program) -> None:
    answer = desk.post("/customers", {**NEW, "unit": people.units.hupan.pk})

    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "unit")
    assert not Customer.objects.exists()


def test_the_customer_a_case_is_opened_for_stands_in_its_one_field_for_a_customer(people: Cast, desk: Program) -> None:
    enacted("desk")
    first, other = (
        desk.post("/customers", {**NEW, "name": name, "unit": people.units.yunqi.pk}).body["id"] for name in ("测试甲", "测试乙")
    )

    def fields(**more: Any) -> Any:
        answer = desk.post("/cases", {"customer": first, **more})
        assert answer.status == 201, answer.body
        case = Case.objects.get(pk=answer.body["id"])
        assert case.customer_id == first
        return case.fields

    assert fields(procedure="visit") == {"visitor": first}
    assert fields(procedure="visit", fields={"visitor": other}) == {"visitor": other}
    assert fields(procedure="parcel") == {}, "which of the two is meant nobody can know"
