"""Rehearsals on the demo company's own past: faithful to its journal, and right by an independent count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from shouwen.base.sql import raw
from shouwen.cases import histories
from shouwen.cases.enactments import law_at, sources_of
from shouwen.cases.histories import Archive, Period, differences
from shouwen.cases.models import Enactment
from shouwen.policy.company import read_company
from shouwen.policy.law import Law, load
from shouwen.policy.simulating import Rehearsal
from shouwen.policy.simulating_law import Touched, touched
from shouwen.policy.simulating_report import Report
from tests.demo import weeks_of_a_demo
from tests.world import NOW

CASES = 90


@pytest.fixture(scope="module")
def months(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[datetime]:
    """Four weeks acted and a lively present, once for all of these tests, which only read; returns when they begin."""
    with weeks_of_a_demo(django_db_blocker, tmp_path_factory.mktemp("demo"), cases=CASES, acted=CASES):
        yield NOW - timedelta(days=60)


def in_force() -> Law:
    law = law_at(NOW)
    assert law is not None
    return law


def changed(file: str, *words: tuple[str, str]) -> Law:
    """The law in force with other words in one of its files."""
    enactment = Enactment.objects.holding(NOW)
    assert enactment is not None
    sources = dict(sources_of(enactment))
    text = sources[file]
    for old, new in words:
        assert old in text
        text = text.replace(old, new)
    return load({**sources, file: text}, read_company(enactment.company_text))


def rehearsed(new: Law, since: datetime, *, everything: bool = False) -> Report:
    """What was found; the same whether all of the record is read, or only what can differ."""
    whole = _heard(new, since, None, everything=everything)
    if not everything:
        narrow = _heard(new, since, touched(differences(new, since, NOW)), everything=False)
        assert [narrow.finds[c].plain(c) for c in sorted(narrow.finds)] == [whole.finds[c].plain(c) for c in sorted(whole.finds)]
        assert (narrow.judged, narrow.diverged, narrow.entries) == (whole.judged, whole.diverged, whole.entries)
    return whole


def _heard(new: Law, since: datetime, only: Touched | None, *, everything: bool) -> Report:
    archive = Archive()
    rehearsal = Rehearsal(new, archive.then, archive.org, NOW, since, everything, only)
    nouns = tuple(only.nouns) if only is not None else tuple(new.nouns)
    return rehearsal.hear(archive.histories(Period(nouns, since, NOW, only=only)))


def numbers(report: Report, clause: str) -> set[str]:
    """Which cases a clause judges otherwise."""
    return {e.number for e in report.finds[clause].examples}


def asked(query: str, *wanted: Any) -> set[str]:
    return {number for (number,) in raw().execute(query, list(wanted)).fetchall()}


def test_the_law_of_then_says_what_the_journal_says_of_every_act_of_the_past(months: datetime) -> None:
    report = rehearsed(in_force(), months, everything=True)

    assert report.acts > 300
    assert report.faithful == report.judged > 300
    assert sum(f.unfaithful for f in report.finds.values()) == 0
    assert sum(f.differs for f in report.finds.values()) == 0
    assert sum(f.same for f in report.finds.values()) > 10 * sum(f.cannot_tell for f in report.finds.values())


def test_a_shorter_limit_differs_in_the_cases_answered_between_the_two_limits_and_in_no_other(months: datetime) -> None:
    clause = "property/repair#2.1"
    shorter = changed("property/repair.yaml", ("until: reply, within: 1h,", "until: reply, within: 10min,"))

    report = rehearsed(shorter, months)

    between = asked(
        """select c.number from base_event p join base_event k on k.subject_id = p.subject_id and k.kind = 'kept'
         and k.clause = p.clause join cases_case c on c.id = p.subject_id where p.kind = 'promise' and p.clause = %s
         and k.at - (p.data->>'anchor')::timestamptz > interval '10 min'""", clause,
    )  # fmt: skip
    found = report.finds[clause]
    assert numbers(report, clause) == between != set()
    assert found.differs == found.more["breaches"] == len(between)
    assert found.moved > 0
    assert set(report.finds) == {clause}
    assert report.hours == round(len(between) * 15 / 60, 1)


def test_a_repealed_clause_and_a_new_approval_differ_where_they_spoke_and_would_speak(months: datetime) -> None:
    paid = """upon: {breach: "2.1"}
    penalises: {who: responsible, points: 2}"""
    approved = """upon: {breach: "2.1"}
    penalises: {who: responsible, points: 2}
  - id: "99.1"
    zh: 收费超过一百元的,完工须经批准
    for: repair
    when: {charged: "yes", fee: "> 100"}
    approval: {before: confirm, by: engineering_director}"""
    report = rehearsed(changed("property/repair.yaml", (paid, approved)), months)
    wanted = asked(
        """select c.number from cases_case c join base_event e on e.subject_id = c.id and e.act = 'confirm'
         where c.procedure = 'repair' and (c.fields->>'fee')::bigint > 10000"""
    )
    found = report.finds["property/repair#99.1"]
    assert numbers(report, "property/repair#99.1") == wanted != set()
    assert found.more["approvals"] == found.differs == len(wanted)
    assert found.change == "added"

    without = rehearsed(changed("property/repair.yaml", (paid, paid.replace("points: 2", "points: 3"))), months)
    fined = asked(
        "select c.number from base_event e join cases_case c on c.id = e.subject_id where e.kind = 'entry' and e.clause = %s",
        "property/repair#2.5",
    )
    assert numbers(without, "property/repair#2.5") == fined != set()
    assert without.entries["points"] == len(fined)


def test_what_nobody_recorded_cannot_be_told(months: datetime) -> None:
    new_fact = """upon: {breach: "2.1"}
    penalises: {who: responsible, points: 2}
  - id: "99.2"
    zh: 当月确认件数不多于一件才可动工
    for: repair
    requires: {before: start, that: {month_jobs: "<= 1"}}"""
    old = """upon: {breach: "2.1"}
    penalises: {who: responsible, points: 2}"""

    report = rehearsed(changed("property/repair.yaml", (old, new_fact)), months)

    found = report.finds["property/repair#99.2"]
    assert found.cannot_tell > 0
    assert (found.same, found.differs) == (0, 0)
    assert "当月确认件数" in found.doubtful[0].zh


def test_what_opened_a_case_is_looked_up_not_looked_for(months: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = list[str]()

    class Explained:
        def execute(self, query: str, params: list[Any]) -> Any:
            if "(e.data->>'opens')" in query:
                with transaction.atomic():
                    raw().execute("set local enable_seqscan = off")  # of a few weeks PostgreSQL would read everything
                    plans.extend(line for (line,) in raw().execute(f"explain {query}", params).fetchall())
            return raw().execute(query, params)

    monkeypatch.setattr(histories, "raw", Explained)
    list(Archive().histories(Period(("call_back",), months, NOW)))

    assert "event_clause" in "\n".join(plans)
