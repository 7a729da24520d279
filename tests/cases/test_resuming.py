"""A hold that was given an end: the clock ends it at that moment, once, and what it stopped runs on from there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.base.models import Event, Notice
from shouwen.cases import clock
from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from tests.cases.doing import did, opened, story, wanted
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")
HALF_PAST = at("2026-03-02 09:30")
TOMORROW = at("2026-03-03 09:00")


@pytest.fixture
def people() -> Cast:
    found = cast(NINE)
    enacted("demo")
    return found


@pytest.fixture
def held(people: Cast) -> Case:
    """Held after half of its hour, until tomorrow at nine."""
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("hold", case, people.chen_jie, HALF_PAST, reason="等客户", until=TOMORROW)
    case.refresh_from_db()
    assert (case.held, case.held_until) == (True, TOMORROW)
    return case


def resumed(case: Case) -> list[Event]:
    return list(Event.objects.of_case(case.pk).filter(act="resume"))


def test_the_clock_resumes_it_at_that_moment_once_and_the_journal_says_so(held: Case) -> None:
    assert clock.next_moment(HALF_PAST) == TOMORROW
    clock.tick(TOMORROW - timedelta(seconds=1))
    assert not resumed(held)

    for seconds in (0, 1, 2):
        clock.tick(TOMORROW + timedelta(seconds=seconds))

    held.refresh_from_db()
    assert (held.held, held.held_until) == (False, None)
    (event,) = resumed(held)
    assert (event.actor_id, event.at) == (0, TOMORROW)
    assert ("resumed", "", "2.1") in story(held)
    assert held.deadlines.get().due_at == at("2026-03-03 09:30"), "the half hour that was left"


def test_a_late_clock_dates_it_at_the_moment_and_lets_fall_what_fell_due_since(held: Case) -> None:
    clock.tick(at("2026-03-05 09:00"))

    (event,) = resumed(held)
    assert event.at == TOMORROW
    assert held.deadlines.get().breached_at == at("2026-03-03 09:30")


def test_an_act_after_that_moment_finds_it_resumed_though_the_clock_has_not_come(people: Cast, held: Case) -> None:
    did("reply", held, people.chen_jie, TOMORROW + timedelta(minutes=20))
    clock.tick(TOMORROW + timedelta(minutes=21))

    assert len(resumed(held)) == 1
    assert held.deadlines.get().outcome == "kept"


def test_resumed_by_hand_before_it_is_not_resumed_again(people: Cast, held: Case) -> None:
    did("resume", held, people.chen_jie, at("2026-03-02 10:00"))
    did("hold", held, people.chen_jie, at("2026-03-02 10:10"), reason="再等")

    clock.tick(at("2026-03-04 09:00"))

    held.refresh_from_db()
    assert len(resumed(held)) == 1
    assert (held.held, held.held_until) == (True, None)


def test_a_hold_that_would_end_before_it_begins_is_refused(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    ruling = act(wanted("hold", case, people.chen_jie, HALF_PAST, reason="等", until=NINE), now=HALF_PAST)

    assert [r.code for r in ruling.refusals] == ["held_until_past"]


def test_what_the_law_does_not_let_resume_stays_held_and_is_told(people: Cast, held: Case) -> None:
    Case.objects.filter(pk=held.pk).update(pauses=[[(TOMORROW + timedelta(days=1)).isoformat(), None]])

    clock.tick(TOMORROW)
    clock.tick(TOMORROW + timedelta(minutes=1))

    held.refresh_from_db()
    assert (held.held, held.held_until) == (True, None)
    assert Event.objects.get(kind="trouble").data == {"why": "too_early", "act": "resume"}
    notice = Notice.objects.get(topic="trouble")
    assert notice.case_id == held.pk
    assert "请手工恢复" in notice.text


def test_a_merged_case_is_not_resumed(people: Cast, held: Case) -> None:
    other = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("merge", held, people.chen_jie, at("2026-03-02 10:00"), other=other.pk)

    clock.tick(TOMORROW)

    assert not resumed(held)
    assert not Event.objects.filter(kind="trouble").exists()


def test_a_case_that_was_ended_is_reopened_with_its_promise_anew(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("reply", case, people.chen_jie, HALF_PAST)
    did("assign", case, people.chen_jie, HALF_PAST, visit_at=at("2026-03-02 10:00"))
    for name, fields in {"arrive": {}, "price": {"quote": 0}, "start": {}, "finish": {}, "confirm": {}, "close": {}}.items():
        did(name, case, people.sun_lei, HALF_PAST, **fields)
    case.refresh_from_db()
    assert case.closed_at == HALF_PAST

    did("reopen", case, people.chen_jie, TOMORROW, reason="又坏了")

    again = Case.objects.get(pk=case.pk)
    assert (again.step, again.closed_at) == ("received", None)
    assert [e.act for e in Event.objects.of_case(case.pk) if e.act][-1] == "reopen"
