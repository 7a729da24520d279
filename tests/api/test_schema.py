"""schemathesis against the API's own description: nothing it can think of breaks the contract, and every operation can succeed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from shouwen.api.app import api
from shouwen.cases.models import Case, Task
from shouwen.ops.cast import Cast
from tests.api.conftest import program

CASE, TASK, CUSTOMER, UNIT = (
    900_000_001,
    900_000_002,
    900_000_003,
    900_000_004,
)  # stand for the real ones, which are made for each test
OPEN: Final = {"procedure": "repair", "fields": {"urgency": "urgent"}}
SENSIBLE: Final[
    dict[str, dict[str, Any]]
] = {  # what can succeed, if the values that stand here are sent: parameters by name, body
    "post /cases": {"body": OPEN},
    "post /cases/{case}/acts": {"case": CASE, "body": {"act": "note", "fields": {"text": "已电话联系"}}},
    "post /acts": {"body": {"open": [OPEN]}},
    "get /cases/{case}": {"case": CASE},
    "get /cases/{case}/events": {"case": CASE},
    "post /customers": {"body": {"name": "测试乙", "unit": UNIT, "phones": [{"number": "13900000002"}]}},
    "get /customers/{customer}": {"customer": CUSTOMER},
    "post /tasks/{task}/acts": {"task": TASK, "body": {"act": "claim"}},
    "get /search": {"q": "测试"},
    "get /clauses/one": {"name": "demo/repair#2.1"},
    "put /facts/{name}": {"name": "rain", "body": {"value": "yes", "as_of": "2026-03-02T08:00:00+08:00"}},
}


def described() -> dict[str, Any]:
    """Return the API's description of itself, with an example wherever a value has to mean something."""
    found = api.get_openapi_schema(path_prefix="/api/v1")
    for path, item in found["paths"].items():
        for method, operation in item.items():
            sensible = SENSIBLE.get(f"{method} {path.removeprefix('/api/v1')}", {})
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in sensible:
                    parameter["example"] = sensible[parameter["name"]]
            if "body" in sensible:
                operation["requestBody"]["content"]["application/json"]["example"] = sensible["body"]
    return found


DESCRIPTION = described()
schema = schemathesis.openapi.from_dict(DESCRIPTION)
schema.app = get_wsgi_application()
LENIENT = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@dataclass
class Sender:
    """A program of somebody who sees everything, the things there are, and how its requests were answered."""

    token: str
    things: dict[int, int]  # what stands for something in the examples, and its id
    statuses: Counter[int] = field(default_factory=Counter)

    def meant(self, case: schemathesis.Case[Any]) -> None:
        """Put real ids where an example says what is meant."""
        for name, value in case.path_parameters.items():
            case.path_parameters[name] = self.things.get(value, value)
        if isinstance(case.body, dict) and case.body.get("unit") == UNIT:
            case.body = {**case.body, "unit": self.things[UNIT]}


@pytest.fixture
def sender(people: Cast) -> Iterator[Sender]:
    """The connection stays that of the test's transaction, request after request. At the end one of them has to have succeeded."""
    boss, desk, unit = program(people.zhao_jun), program(people.chen_jie), people.units.yunqi.pk
    case = desk.post("/cases", OPEN).body["id"]
    desk.post(f"/cases/{case}/acts", {"act": "hand_over", "fields": {"to": people.zhao_jun.pk}})
    task = Task.objects.open().get(name="hand_over")
    customer = boss.post(
        "/customers", {"name": "测试甲", "unit": unit, "phones": [{"number": "13900000001"}]}, key="schema"
    ).body["id"]
    signals = (request_started, request_finished)  # Django's own client connects them again: it has been used by now
    for signal in signals:
        signal.disconnect(close_old_connections)
    found = Sender(boss.token, {CASE: case, TASK: task.pk, CUSTOMER: customer, UNIT: unit})
    yield found
    for signal in signals:
        signal.connect(close_old_connections)
    assert any(200 <= status < 300 for status in found.statuses), f"nothing schemathesis sent succeeded: {dict(found.statuses)}"


@schema.parametrize()
@LENIENT
def test_whatever_is_sent_is_answered_as_described_and_something_succeeds(case: schemathesis.Case[Any], sender: Sender) -> None:
    sender.meant(case)
    # 422 is also for what fits the description but means nothing: an id of nobody, a cursor of no list.
    meaningless = [schemathesis.checks.positive_data_acceptance]
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {sender.token}"}, excluded_checks=meaningless)
    sender.statuses[answer.status_code] += 1


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
        "post /search": boss.post("/search", {"q": "测试", "kind": "customer"}),
        "get /clauses": boss.get("/clauses"),
        "get /clauses/one": boss.get("/clauses/one", name="demo/repair#2.1"),
        "get /facts": boss.get("/facts"),
        "put /facts/{name}": boss.put("/facts/rain", {"value": "yes", "as_of": "2026-03-02T08:00:00+08:00"}),
    }

    described = {f"{method} {path.removeprefix('/api/v1')}" for path, item in DESCRIPTION["paths"].items() for method in item}

    assert set(reached) == described
    assert {k: a.status for k, a in reached.items() if a.status >= 300} == {}
