"""Rehearsals in the background: asked for by whoever may enact, one at a time, stopped, kept, and buried when their process dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, Forbidden, KeyReused, NotFound
from shouwen.base.models import Event
from shouwen.cases import rehearsals
from shouwen.cases.models import RehearsalRun
from shouwen.cases.rehearsals import Wanted
from shouwen.cases.rehearsing import Rehearsing
from shouwen.ops.cast import Cast
from shouwen.policy.errors import PackError
from shouwen.policy.simulating_report import Report
from shouwen.policy.source import SourceError
from tests.cases.law import enacted, sources
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db
FILE = "demo/repair.yaml"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def people() -> Cast:
    """The cast, under the little law."""
    enacted()
    return cast(NOW - timedelta(days=2))


@pytest.fixture
def manager(people: Cast) -> Reader:
    """The general manager, who may enact."""
    return reader(people.zhao_jun)


def wanted(text: str = "") -> Wanted:
    return Wanted({FILE: text or sources("demo")[FILE].replace("within: 2h", "within: 3h")}, NOW - timedelta(days=1))


def asked(manager: Reader) -> RehearsalRun:
    return rehearsals.ask(wanted(), by=manager, now=NOW)


def test_what_was_found_is_kept_with_who_asked_and_what_the_clauses_say(manager: Reader) -> None:
    run = asked(manager)

    done = rehearsals.carry_out(lambda: LATER)

    assert done is not None
    run.refresh_from_db()
    assert (run.state, run.ended_at, run.asked_by_id) == ("done", LATER, manager.staff)
    assert run.report["totals"]["differs"] == 0
    assert set(run.report["sentences"]) == {c["clause"] for c in run.report["clauses"]}
    assert Event.objects.get(act="rehearse").subject_id == run.pk
    assert rehearsals.files_of(run)[FILE] == wanted().files[FILE]
    assert rehearsals.carry_out(lambda: LATER) is None  # none waits any more


def test_only_whoever_may_enact_asks_and_stops(people: Cast, manager: Reader) -> None:
    with pytest.raises(Forbidden):
        rehearsals.ask(wanted(), by=reader(people.chen_jie), now=NOW)
    with pytest.raises(Forbidden):
        rehearsals.stop(1, by=reader(people.lin_yue), now=NOW)
    with pytest.raises(NotFound):
        rehearsals.stop(1, by=manager, now=NOW)


def test_a_broken_proposal_is_said_at_its_place_and_nothing_waits(manager: Reader) -> None:
    with pytest.raises(PackError) as broken:
        rehearsals.ask(wanted(sources("demo")[FILE].replace("until: reply", "until: replies")), by=manager, now=NOW)

    assert FILE in broken.value.text()
    assert not rehearsals.is_waiting()


@pytest.mark.parametrize(
    ("more", "field"),
    [(Wanted({}, NOW - timedelta(days=1)), "files"), (Wanted({FILE: "x"}, NOW + timedelta(days=1)), "since")],
)
def test_what_cannot_be_rehearsed_is_said(manager: Reader, more: Wanted, field: str) -> None:
    with pytest.raises(FieldError) as wrong:
        rehearsals.ask(more, by=manager, now=NOW)
    assert [c.field for c in wrong.value.complaints] == [field]


def test_no_more_than_a_few_wait(manager: Reader) -> None:
    for _ in range(rehearsals.MOST_WAITING):
        asked(manager)

    with pytest.raises(FieldError, match="invalid"):
        asked(manager)


def test_asked_twice_with_one_key_it_is_one_rehearsal_even_when_no_more_may_wait(manager: Reader) -> None:
    first = rehearsals.ask(wanted(), by=manager, now=NOW, key="form-1")
    for _ in range(rehearsals.MOST_WAITING - 1):
        asked(manager)

    again = rehearsals.ask(wanted(), by=manager, now=LATER, key="form-1")

    assert again == first
    assert RehearsalRun.objects.count() == rehearsals.MOST_WAITING
    assert Event.objects.filter(act="rehearse", subject_id=first.pk).count() == 1


def test_a_key_stands_for_one_proposal_and_one_that_was_refused_is_free_again(manager: Reader) -> None:
    broken = wanted(sources("demo")[FILE].replace("until: reply", "until: replies"))
    with pytest.raises(PackError):
        rehearsals.ask(broken, by=manager, now=NOW, key="form-2")
    rehearsals.ask(wanted(), by=manager, now=NOW, key="form-2")

    with pytest.raises(KeyReused):
        rehearsals.ask(broken, by=manager, now=LATER, key="form-2")


def test_one_that_waits_is_stopped_at_once(manager: Reader) -> None:
    run = rehearsals.stop(asked(manager).pk, by=manager, now=LATER)

    assert (run.state, run.ended_at) == ("stopped", LATER)
    assert rehearsals.carry_out(lambda: LATER) is None
    assert Event.objects.filter(act="stop_rehearsal").count() == 1


def test_one_that_runs_is_stopped_with_its_next_part(manager: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(manager)

    def runs(_: Rehearsing, told: Callable[[int, int], object]) -> Report:
        told(400, 900)
        rehearsals.stop(run.pk, by=manager, now=LATER)
        told(800, 900)
        raise AssertionError("it goes on")

    monkeypatch.setattr(Rehearsing, "run", runs)
    rehearsals.carry_out(lambda: LATER)

    run.refresh_from_db()
    assert (run.state, run.done, run.total, run.report) == ("stopped", 800, 900, {})


def test_one_that_breaks_says_so_without_what_it_was_about(manager: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(manager)

    def breaks(_: Rehearsing, __: object) -> Report:
        raise ValueError("13800001111")

    monkeypatch.setattr(Rehearsing, "run", breaks)
    rehearsals.carry_out(lambda: LATER)

    run.refresh_from_db()
    assert run.state == "failed"
    assert run.trouble["zh"] == "出了意外（ValueError）。"


def test_one_whose_process_died_is_buried_and_can_be_asked_again(manager: Reader) -> None:
    run = asked(manager)
    RehearsalRun.objects.filter(pk=run.pk).update(state=RehearsalRun.State.RUNNING, began_at=NOW)

    assert rehearsals.bury(LATER) == 1
    assert rehearsals.bury(LATER) == 0
    run.refresh_from_db()
    assert run.state == "failed"
    assert "中断" in run.trouble["zh"]


def test_a_file_is_known_by_what_it_says_of_itself() -> None:
    standing = sources("demo")

    assert rehearsals.placed(standing[FILE], standing, "") == FILE
    assert rehearsals.placed("regulation: parking\n", standing, "demo") == "demo/parking.yaml"
    assert rehearsals.placed("pack: demo\n", standing, "") == "demo/pack.yaml"
    assert rehearsals.placed("company: yunqi\n", standing, "") == ""
    for text, pack, field in (
        ("regulation: parking\n", "", "pack"),
        ("title: x\n", "demo", "files"),
        ("regulation: ../x\n", "demo", "files"),
    ):
        with pytest.raises(FieldError) as wrong:
            rehearsals.placed(text, standing, pack)
        assert [c.field for c in wrong.value.complaints] == [field]
    with pytest.raises(SourceError):
        rehearsals.placed("a: [&x b, *x]", standing, "")
