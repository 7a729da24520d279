"""What the law wants opened and its own gates refuse becomes a task for whoever answers; and what somebody owes is one list."""

from __future__ import annotations

from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.models import Event, Notice
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.models import Case, Task, owed_by
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act
from shouwen.staff.models import Holding, Staff
from tests.cases.doing import did, opened
from tests.world import at, cast, reader

pytestmark = pytest.mark.django_db
NINE: Final = at("2026-03-02 09:00")
PACK: Final = """pack: site
title: {zh: 现场, en: Site}
calendars: {office: {zh: 办公, hours: {mon-fri: "08:30-17:30"}, holidays: cn}}
calendar: office
"""
LAW: Final = """regulation: rounds
title: {zh: 巡查, en: Rounds}
owner: chief
posts: {chief: {zh: 主任}, guard: {zh: 保安}}
procedures:
  round:
    title: {zh: 巡查, en: Round}
    number: XC
    steps: {begun: 已开始, ended: 已结束}
    acts: {report: {zh: 上报, from: [begun]}, end: {zh: 结束, from: [begun], to: ended}}
  defect:
    title: {zh: 缺陷, en: Defect}
    number: QX
    fields: {round: {zh: 来自, type: case, of: round}, place: {zh: 部位, type: text}}
    steps: {found: 已发现, mended: 已修复}
    acts: {mend: {zh: 修复, from: [found], to: mended}}
clauses:
  - {id: "1", zh: 上报即开缺陷, for: round, upon: report, obliges: {open: defect, who: guard, within: 24h, with: {round: this}}}
  - {id: "2", zh: 缺陷须写明部位, for: defect, requires: {before: open, fields: [place]}}
  - {id: "3", zh: 开始后一小时内结束, for: round, deadline: {from: open, until: end, within: 1h}}
"""


@pytest.fixture
def people() -> Cast:
    found = cast(NINE)
    enact({"site/pack.yaml": PACK, "site/rounds.yaml": LAW}, effective_from=at("2020-01-01 00:00"), now=NINE)
    for person, post in ((found.zhao_jun, "chief"), (found.sun_lei, "guard")):
        Holding.objects.create(staff=person, post=post, since=at("2020-01-01 00:00"))
    return found


def desk(person: Staff) -> list[Task]:
    return list(Task.objects.desk(reader(person, NINE)))


def test_a_case_its_own_gate_refuses_becomes_a_task_of_whoever_answers_for_its_source(people: Cast) -> None:
    case = opened("round", people.chen_jie, NINE)

    did("report", case, people.chen_jie, NINE)

    assert not Case.objects.of("defect").exists()
    (task,) = desk(people.chen_jie)
    assert (task.case_id, task.clause, task.who) == (case.pk, "site/rounds#1", [people.chen_jie.pk])
    assert task.title.startswith("手工开立缺陷：缺陷须写明部位。")
    assert task.title.endswith("部位"), "what is missing"
    event = Event.objects.of_case(case.pk).get(kind="task")
    assert (event.clause, event.data["task"]) == ("site/rounds#1", task.pk)
    assert Event.objects.of_case(case.pk).filter(kind="refused_follow_up").count() == 1
    assert not Notice.objects.filter(topic="refused_follow_up").exists(), "the task says it"


def test_that_task_is_completed_by_hand_even_when_its_case_has_ended(people: Cast) -> None:
    case = opened("round", people.chen_jie, NINE)
    did("report", case, people.chen_jie, NINE)
    (task,) = desk(people.chen_jie)

    assert act(Act("complete", task.subject, people.chen_jie.pk, NINE, row=str(task.pk)), now=NINE).allowed
    assert desk(people.chen_jie) == []


def test_where_nobody_is_responsible_it_is_the_post_that_owns_the_regulation(people: Cast) -> None:
    case = opened("round", people.chen_jie, NINE)
    Case.objects.filter(pk=case.pk).update(responsible=None)

    did("report", case, people.li_na, NINE)

    (task,) = desk(people.zhao_jun)
    assert (task.post, task.who) == ("chief", [])
    assert act(Act("complete", task.subject, people.zhao_jun.pk, NINE, row=str(task.pk)), now=NINE).allowed


def test_what_somebody_owes_is_tasks_and_promises_the_soonest_first_in_two_queries(people: Cast) -> None:
    early = opened("round", people.chen_jie, at("2026-03-02 08:00"))
    late = opened("round", people.chen_jie, NINE)
    did("report", late, people.chen_jie, NINE)
    paused = opened("round", people.chen_jie, NINE)
    did("hold", paused, people.chen_jie, NINE, reason="等")
    sees = reader(people.chen_jie, NINE)

    with CaptureQueriesContext(connection) as asked:
        found = owed_by(sees, 10)

    assert len(asked) == 2
    assert [(o.work.case_id, o.task is not None) for o in found] == [
        (early.pk, False), (late.pk, False), (late.pk, True), (paused.pk, False),
    ]  # fmt: skip
    assert [o.work.pk for o in owed_by(sees, 2)] == [o.work.pk for o in found[:2]]
    assert owed_by(reader(people.li_na, NINE), 10) == []


def test_a_case_for_several_is_nobodys_until_one_takes_it_and_one_who_declines_leaves_it_to_the_others(people: Cast) -> None:
    Holding.objects.create(staff=people.qian_hao, post="guard", since=at("2020-01-01 00:00"))
    ungated = "\n".join(line for line in LAW.splitlines() if "须写明部位" not in line)
    enact({"site/pack.yaml": PACK, "site/rounds.yaml": ungated}, effective_from=at("2021-01-01 00:00"), now=NINE)
    did("report", opened("round", people.chen_jie, NINE), people.chen_jie, NINE)
    (task,) = desk(people.sun_lei)
    assert (task.act, task.untaken) == ("take_over", True)

    act(Act("decline", task.subject, people.sun_lei.pk, NINE, reason="在外"), now=NINE)
    assert [t.pk for t in desk(people.qian_hao)] == [task.pk]
    assert act(Act("take_over", task.subject, people.qian_hao.pk, NINE), now=NINE).allowed

    assert desk(people.sun_lei) == desk(people.qian_hao) == []
    late = act(Act("take_over", task.subject, people.sun_lei.pk, NINE), now=NINE)
    assert [r.code for r in late.refusals] == ["not_handed_over"]
