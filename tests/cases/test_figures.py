"""The figures of clauses are counted from what the journal really says: every kind they count is written by an act."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

import pytest

from shouwen.base.models import Event
from shouwen.cases import clock
from shouwen.cases.acting import act
from shouwen.cases.enactments import enact
from shouwen.cases.figures import KINDS, Figures, figures_of
from shouwen.ops.cast import Cast
from shouwen.staff.models import Holding
from tests.cases.doing import did, opened, wanted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE: Final = at("2026-03-02 09:00")
ONE: Final = at("2026-03-02 10:30")
PACK: Final = """pack: site
title: {zh: 现场, en: Site}
calendars: {office: {zh: 办公, hours: {mon-fri: "08:30-17:30"}, holidays: cn}}
calendar: office
"""
LAW: Final = """regulation: jobs
title: {zh: 工单, en: Jobs}
posts: {chief: {zh: 主任}}
procedures:
  job:
    title: {zh: 工单, en: Job}
    number: GD
    fields: {place: {zh: 部位, type: text}, calls: {zh: 催办次数, type: number}}
    steps: {begun: 已开始, ended: 已结束}
    acts: {reply: {zh: 回复, from: [begun]}, remind: {zh: 催办, from: [begun]}, end: {zh: 结束, from: [begun], to: ended}}
clauses:
  - {id: "1", zh: 一小时内回复, for: job, deadline: {from: open, until: reply, within: 1h}}
  - {id: "2", zh: 结束前写明部位, for: job, requires: {before: end, fields: [place], pass: {by: chief}}}
  - {id: "3", zh: 不得催办, for: job, requires: {before: remind, fields: [calls], or: record}}
"""


@pytest.fixture
def people() -> Cast:
    found = cast(NINE)
    enact({"site/pack.yaml": PACK, "site/jobs.yaml": LAW}, effective_from=at("2020-01-01 00:00"), now=NINE)
    Holding.objects.create(staff=found.zhao_jun, post="chief", since=at("2020-01-01 00:00"))
    return found


def test_kept_late_breached_recorded_and_passed_are_each_counted(people: Cast) -> None:
    kept, late, missed = (opened("job", people.chen_jie, NINE) for _ in range(3))
    did("reply", kept, people.chen_jie, NINE)
    clock.tick(ONE)
    did("reply", late, people.chen_jie, ONE)
    did("remind", missed, people.chen_jie, ONE)
    passing = replace(wanted("end", missed, people.zhao_jun, ONE), reason="客户已搬走")
    assert act(passing, now=ONE).allowed

    found = figures_of(["site/jobs#1", "site/jobs#2", "site/jobs#3"])

    first = found["site/jobs#1"]
    assert (first.kept, first.late, first.breached, first.passed) == (1, 1, 2, 0)
    assert found["site/jobs#2"] == Figures(applied=1, passed=1)
    assert found["site/jobs#3"] == Figures(applied=1, breached=1), "a gate that only records was broken all the same"


def test_every_kind_that_is_counted_is_written(people: Cast) -> None:
    test_kept_late_breached_recorded_and_passed_are_each_counted(people)

    written = set(Event.objects.exclude(clause="").values_list("kind", flat=True))

    assert {kind for kinds in KINDS.values() for kind in kinds} <= written
    assert set(KINDS) == {f.name for f in fields(Figures)} - {"applied"}
