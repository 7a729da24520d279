"""Notices that are to be confirmed reach the law: a deadline that waits for the last of them, and a gate."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from shouwen.base.models import Event, Notice
from shouwen.cases.acting import act
from shouwen.cases.case_rows import load_marks
from shouwen.cases.confirming import confirm
from shouwen.cases.models import Case, Deadline
from shouwen.ops.cast import SINCE, Cast
from shouwen.staff.models import Holding
from tests.cases.doing import did, opened, wanted
from tests.cases.law import enacted
from tests.world import at, cast

NOW: Final = at("2026-03-02 09:00")
HOUR: Final = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    """A company with a desk and a cleaner, who are told when a meeting is moved."""
    found = cast(NOW)
    enacted("rooms")
    for person, post in ((found.chen_jie, "desk"), (found.sun_lei, "cleaner")):
        Holding.objects.create(staff=person, post=post, unit=found.units.yunqi, since=SINCE)
    return found


@pytest.fixture
def moved(people: Cast) -> Case:
    """A meeting that was moved: both owe a confirmation."""
    case = opened("meeting", people.li_na, NOW, people.units.yunqi)
    did("move", case, people.li_na, NOW, begins_at=NOW + HOUR)
    return case


def owed(person: int) -> list[int]:
    """The notices somebody has still to confirm."""
    return list(Notice.objects.unconfirmed(person).values_list("pk", flat=True))


def test_the_last_confirmation_keeps_the_promise_and_opens_the_gate(people: Cast, moved: Case) -> None:
    assert confirm(people.chen_jie.pk, owed(people.chen_jie.pk), now=NOW + HOUR / 4) == 1
    assert not Deadline.objects.get(clause="rooms/rooms#3.1").outcome
    assert act(wanted("leave", moved, people.li_na, NOW + HOUR / 4), now=NOW + HOUR / 4).refused

    assert confirm(people.sun_lei.pk, owed(people.sun_lei.pk), now=NOW + HOUR / 2) == 1

    assert Deadline.objects.get(clause="rooms/rooms#3.1").outcome == "kept"
    assert act(wanted("leave", moved, people.li_na, NOW + HOUR), now=NOW + HOUR).allowed


def test_a_confirmation_is_one_event_and_the_promise_it_keeps_another(people: Cast, moved: Case) -> None:
    confirm(people.chen_jie.pk, owed(people.chen_jie.pk), now=NOW + HOUR / 4)
    before = Event.objects.count()

    confirm(people.sun_lei.pk, owed(people.sun_lei.pk), now=NOW + HOUR / 2)

    assert list(Event.objects.order_by("seq")[before:].values_list("kind", flat=True)) == ["confirmed", "kept"]


def test_who_was_told_twice_has_confirmed_when_both_notices_are(people: Cast, moved: Case) -> None:
    did("move", moved, people.li_na, NOW + HOUR / 4, begins_at=NOW + HOUR * 2)
    confirm(people.sun_lei.pk, owed(people.sun_lei.pk), now=NOW + HOUR / 3)
    first, second = sorted(owed(people.chen_jie.pk))

    confirm(people.chen_jie.pk, [first], now=NOW + HOUR / 3)
    assert not Deadline.objects.get(clause="rooms/rooms#3.1", outcome__in=["", "kept"]).outcome
    confirm(people.chen_jie.pk, [second], now=NOW + HOUR / 2)

    assert Deadline.objects.filter(clause="rooms/rooms#3.1", outcome="kept").exists()


def test_other_peoples_notices_and_those_without_a_case_tell_the_law_nothing(people: Cast, moved: Case) -> None:
    assert confirm(people.li_na.pk, owed(people.chen_jie.pk), now=NOW + HOUR / 4) == 0

    moved.refresh_from_db()
    assert sorted(load_marks(moved.marks)["told:rooms/rooms#3"].by) == sorted([people.chen_jie.pk, people.sun_lei.pk])


def test_a_notice_from_before_the_law_kept_who_owes_it_is_confirmed_all_the_same(people: Cast, moved: Case) -> None:
    Case.objects.filter(pk=moved.pk).update(marks={})

    assert confirm(people.chen_jie.pk, owed(people.chen_jie.pk), now=NOW + HOUR / 4) == 1
    assert owed(people.chen_jie.pk) == []
