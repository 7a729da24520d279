"""What the reading endpoints say: figures of a clause, a task's content, a hit. And that nobody is told of what is not theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from shouwen.base.models import Event
from shouwen.cases import clock
from shouwen.cases.models import Case, Task
from shouwen.customers.models import Customer
from shouwen.ops.cast import Cast
from shouwen.staff.models import Staff
from tests.api.conftest import Program, program
from tests.cases.doing import opened
from tests.world import at

NAME: Final = "欧阳如海"
PHONE: Final = "13900007731"
PROMISE: Final = "demo/repair#2.1"
OTHERS: Final = ("su_min", "gao_yuan", "an_ning")  # of another site, and the two administrators


@dataclass(frozen=True)
class Work:
    """A customer of 云栖花园, a case of theirs, and the task of 李娜 that came of handing it over."""

    customer: int
    case: Case
    task: Task
    desk: Program
    officer: Program


@pytest.fixture
def work(people: Cast) -> Work:
    desk = program(people.chen_jie)
    body = {"name": NAME, "unit": people.units.yunqi.pk, "phones": [{"number": PHONE}]}
    customer = _made(desk.post("/customers", body, key="content"))
    case = Case.objects.get(
        pk=_made(desk.post("/cases", {"procedure": "repair", "fields": {"urgency": "urgent"}, "customer": customer}))
    )
    handed = desk.post(f"/cases/{case.pk}/acts", {"act": "hand_over", "fields": {"to": people.li_na.pk}})
    assert handed.status == 200, handed.body
    return Work(customer, case, Task.objects.open().get(name="hand_over"), desk, program(people.li_na))


def _made(answer: Any) -> int:
    assert answer.status == 201, answer.body
    return int(answer.body["id"])


@pytest.fixture(params=OTHERS)
def stranger(request: pytest.FixtureRequest, people: Cast) -> Program:
    person: Staff = getattr(people, request.param)
    return program(person)


def test_a_clause_tells_how_often_it_acted_and_was_breached(people: Cast) -> None:
    boss = program(people.zhao_jun)
    fresh = boss.get("/clauses/one", name=PROMISE).body
    assert (fresh["applied"], fresh["breached"]) == (0, 0)

    ten = at("2026-03-02 10:00")
    late, kept = (opened("repair", people.chen_jie, ten, urgency="urgent") for _ in range(2))
    answer = program(people.chen_jie).post(f"/cases/{kept.pk}/acts", {"act": "reply", "at": "2026-03-02T10:20:00+08:00"})
    assert answer.status == 200, answer.body
    clock.tick(ten + timedelta(hours=1, seconds=3))

    told = boss.get("/clauses/one", name=PROMISE).body
    assert (told["name"], told["regulation"], told["id"], told["since"]) == (PROMISE, "demo/repair", "2.1", "2025-07-01")
    assert (told["zh"], told["source"]) == ("紧急报修须在规定时间内回复客户", ["001-01-11"])
    assert list(Event.objects.of_case(late.pk).filter(clause=PROMISE).values_list("kind", flat=True)) == [
        "promise", "warned", "breach",
    ]  # fmt: skip
    assert (told["applied"], told["breached"]) == (5, 1), "of the other case: promised and kept"
    (listed,) = (c for c in boss.get("/clauses", regulation="demo/repair").body["items"] if c["name"] == PROMISE)
    assert listed == told


def test_a_task_says_whose_case_what_to_do_by_which_clause_and_until_when(work: Work, people: Cast) -> None:
    (mine,) = work.officer.get("/tasks").body["items"]

    assert mine["id"] == work.task.pk
    assert (mine["case"], mine["name"], mine["who"]) == (work.case.number, "hand_over", [people.li_na.pk])
    assert mine["title"]
    assert (mine["title"], mine["act"], mine["clause"], mine["post"]) == (
        work.task.title, work.task.act, work.task.clause, work.task.post,
    )  # fmt: skip
    assert work.desk.get(f"/cases/{work.case.pk}").body["tasks"] == [mine]


def test_a_search_finds_the_case_by_its_number_and_the_customer_by_name_and_number_masked(work: Work) -> None:
    (case,) = work.desk.get("/search", q=work.case.number, kind="case").body["items"]
    assert (case["kind"], case["id"]) == ("case", work.case.pk)
    assert work.case.number in case["title"] + case["preview"]

    for word in (NAME, "欧阳", PHONE, PHONE[-4:]):
        found = work.desk.post("/search", {"q": word, "kind": "customer"}).body["items"]
        assert [(h["kind"], h["id"]) for h in found] == [("customer", work.customer)], word
        assert PHONE not in json.dumps(found, ensure_ascii=False)
    assert work.desk.get("/search", q=NAME, kind="record").body["items"] == []


def test_a_customer_is_listed_and_read_masked(work: Work, people: Cast) -> None:
    (listed,) = work.desk.get("/customers").body["items"]

    assert listed == work.desk.get(f"/customers/{work.customer}").body
    assert (listed["id"], listed["kind"], listed["unit"]) == (work.customer, "person", people.units.yunqi.pk)
    assert listed["name"] == Customer.objects.get(pk=work.customer).masked_name != NAME
    assert [n[-4:] for n in listed["phones"]] == [PHONE[-4:]]
    assert PHONE not in json.dumps(listed)


def test_a_stranger_is_told_of_no_task_of_others_and_may_not_touch_it(work: Work, stranger: Program) -> None:
    assert stranger.get("/tasks").body["items"] == []
    assert stranger.post(f"/tasks/{work.task.pk}/acts", {"act": "claim"}).status == 404
    assert Task.objects.open().filter(pk=work.task.pk).exists()


def test_a_stranger_finds_nothing_of_another_site(work: Work, stranger: Program) -> None:
    for word in (NAME, PHONE, PHONE[-4:], work.case.number):
        assert stranger.get("/search", q=word).body == {"items": [], "cursor": ""}, word
        assert stranger.post("/search", {"q": word}).body == {"items": [], "cursor": ""}, word


def test_a_stranger_reads_no_customer_of_another_site(work: Work, stranger: Program) -> None:
    assert stranger.get("/customers").body["items"] == []
    unseen = stranger.get(f"/customers/{work.customer}")
    nobody = stranger.get(f"/customers/{work.customer + 10**6}")
    assert (unseen.status, unseen.body) == (nobody.status, nobody.body) == (404, nobody.body)


def test_a_stranger_sees_no_case_of_another_site(work: Work, stranger: Program) -> None:
    assert stranger.get("/cases").body["items"] == []
    assert stranger.get(f"/cases/{work.case.pk}").status == stranger.get(f"/cases/{work.case.pk}/events").status == 404
