"""schemathesis against the API's own description: nothing it can think of breaks the contract, and every operation can succeed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from shouwen.api.app import api
from shouwen.cases.models import Case, Task
from shouwen.ops.cast import Cast
from tests.api.conftest import Program, program

DESCRIPTION = api.get_openapi_schema(path_prefix="/api/v1")
schema = schemathesis.openapi.from_dict(DESCRIPTION)
schema.app = get_wsgi_application()
LENIENT = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture
def client(people: Cast) -> Iterator[Program]:
    """A program of somebody who sees everything. The connection stays that of the test's transaction, request after request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield program(people.zhao_jun)
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
@LENIENT
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case[Any], client: Program) -> None:
    # 422 is also for what fits the description but means nothing: an id of nobody, a cursor of no list.
    meaningless = [schemathesis.checks.positive_data_acceptance]
    case.call_and_validate(headers={"Authorization": f"Bearer {client.token}"}, excluded_checks=meaningless)


def test_every_operation_can_succeed(people: Cast) -> None:
    boss = program(people.zhao_jun)
    opened = program(people.chen_jie).post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}})
    case = Case.objects.get(pk=opened.body["id"])
    handed = program(people.chen_jie).post(f"/cases/{case.pk}/acts", {"act": "hand_over", "fields": {"to": people.li_na.pk}})
    task = Task.objects.open().get(name="hand_over")
    unit = people.units.yunqi.pk
    customer = boss.post("/customers", {"name": "测试甲", "unit": unit, "phones": [{"number": "13900000001"}]}, key="schema")
    reached: dict[str, Any] = {
        "post /cases": opened,
        "post /cases/{case}/acts": handed,
        "post /acts": boss.post("/acts", {"open": [{"procedure": "repair", "fields": {"urgency": "urgent"}}]}),
        "get /cases": boss.get("/cases"),
        "get /cases/{case}": boss.get(f"/cases/{case.pk}"),
        "get /cases/{case}/events": boss.get(f"/cases/{case.pk}/events"),
        "get /customers": boss.get("/customers"),
        "post /customers": customer,
        "get /customers/{customer}": boss.get(f"/customers/{customer.body['id']}"),
        "get /tasks": boss.get("/tasks"),
        "post /tasks/{task}/acts": program(people.li_na).post(f"/tasks/{task.pk}/acts", {"act": "claim"}),
        "get /search": boss.get("/search", q="测试"),
        "get /clauses": boss.get("/clauses"),
        "get /clauses/one": boss.get("/clauses/one", name="demo/repair#2.1"),
    }

    described = {f"{method} {path.removeprefix('/api/v1')}" for path, item in DESCRIPTION["paths"].items() for method in item}

    assert set(reached) == described
    assert {k: a.status for k, a in reached.items() if a.status >= 300} == {}
