"""Spans that must not overlap (`overlapping: [begins_at, ends_at]`): the same count in memory and in SQL, and one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.base import numbering
from shouwen.cases import counting
from shouwen.cases.counting import questions
from shouwen.cases.facts import matter_of
from shouwen.cases.living import newborn
from shouwen.cases.measures_sql import answers
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.facts import Mark
from shouwen.policy.folding import Folder
from shouwen.policy.law import Law, load
from shouwen.policy.org import Org, UnitFact
from shouwen.policy.packs import read_sources
from shouwen.policy.subjects import Subject
from shouwen.policy.world import World
from tests.cases.doing import at_once, opening
from tests.cases.law import PACKS, enacted
from tests.cases.test_two_at_once import kept, later
from tests.cases.twin import DatabaseWorld, far_ids, install
from tests.conftest import LiveDatabase
from tests.world import at, cast

NOW: Final = at("2026-03-02 09:00")
UNIT: Final = 11
AT_ONCE: Final = (("10:00", "12:00"), ("11:00", "13:00"), ("10:30", "11:30"), ("09:00", "18:00"))  # each overlaps each
ROOMS: Final = (501, 502)
LAW: Final[list[Law]] = []

hours = st.none() | st.integers(0, 12).map(lambda n: NOW + timedelta(minutes=30 * n))
rooms = st.none() | st.sampled_from(ROOMS)


def law() -> Law:
    """The law of the rooms."""
    if not LAW:
        LAW.append(load(read_sources([PACKS / "rooms"])))
    return LAW[0]


def fields_of(noun: str, room: int | None, begins: datetime | None, ends: datetime | None) -> dict[str, Any]:
    """A meeting or a stay as it may stand: whatever is not known is absent."""
    if noun == "meeting":
        found: dict[str, Any] = {"room": room, "begins_at": begins, "ends_at": ends}
    else:  # half an hour of the one is a day of the other
        first, last = ((NOW + (m - NOW) * 48).date() if m else None for m in (begins, ends))
        found = {"room": room, "first_day": first, "last_day": last}
    return {k: v for k, v in found.items() if v is not None}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Some meetings and stays in two rooms, within six hours (or twelve days) of each other."""
    world = World(law(), Org({UNIT: UnitFact(UNIT, "U")}, {}, ()))
    for room in ROOMS:
        world.subjects[room] = Subject(room, "record", "room", {"name": f"{room}"}, "", UNIT, opened_at=NOW)
    for n in range(draw(st.integers(0, 7))):
        noun = draw(st.sampled_from(["meeting", "stay"]))
        step = draw(st.sampled_from(["held", "over"] if noun == "meeting" else ["booked", "here"]))
        fields = fields_of(noun, draw(rooms), draw(hours), draw(hours))
        s = world.subjects[100 + n] = Subject(100 + n, "case", noun, fields, step, UNIT, opened_at=NOW)
        if step == "here":
            s.marks["arrive"] = Mark(1, NOW, NOW, ())
    return world


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), room=rooms, begins=hours, ends=hours)
def test_sql_and_memory_count_the_same_overlaps(
    world: World, room: int | None, begins: datetime | None, ends: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "_ids", far_ids())
    with transaction.atomic():
        written = DatabaseWorld(world, install(law(), "rooms"))
        written.clock = NOW - timedelta(days=1)
        written.write_down(NOW)
        folder = Folder(law(), world.done, world.entries, world.subjects, law().calendars["office"])
        for noun, name in (("meeting", "open"), ("stay", "arrive")):
            wish = Act(name, Ref("case", noun, 999), 0, NOW, fields_of(noun, room, begins, ends), opening=Opening(UNIT))
            subject = newborn(wish, law().nouns[noun], 0, NOW)
            m = matter_of(wish, subject, law(), world.org)
            (asked,) = questions(m.day, wish, subject, m.calendar)
            known = Subject(999, "case", noun, unit=UNIT)

            assert answers([asked], law(), m.calendar)[asked] == folder.measure(law().measures[asked.name], known, wish)
        transaction.set_rollback(True)


@pytest.fixture
def people(live_db: LiveDatabase) -> Cast:
    """A company that lets rooms, in a database that may be committed to."""
    found = cast(NOW)
    enacted("rooms")
    return found


def meeting(people: Cast, room: int, begins: str, ends: str) -> Act:
    """The act that keeps a room from one time of a day to another."""
    return opening(
        "meeting", people.chen_jie, NOW, room=room, begins_at=at(f"2026-03-03 {begins}"), ends_at=at(f"2026-03-03 {ends}")
    )


def a_room(people: Cast, name: str) -> int:
    """A room."""
    return kept("room", people.chen_jie.pk, NOW, people.units.yunqi.pk, name=name)


def test_of_meetings_at_once_whose_times_overlap_one_is_held(people: Cast) -> None:
    for n in range(3):
        room = a_room(people, f"R{n}")

        found = at_once([later(meeting(people, room, *w), NOW) for w in AT_ONCE])

        assert sorted(r.outcome for r in found) == ["allowed", "refused", "refused", "refused"]
        assert {c.clause for r in found for c in r.refusals} == {"rooms/rooms#1"}
        assert Case.objects.filter(procedure="meeting", records__contains=[room]).count() == 1


def test_meetings_that_follow_each_other_and_those_of_other_rooms_are_all_held(people: Cast) -> None:
    one, two = a_room(people, "R1"), a_room(people, "R2")
    wishes = [(one, "10:00", "11:00"), (one, "11:00", "12:00"), (one, "09:00", "10:00"), (two, "10:00", "11:00")]

    found = at_once([later(meeting(people, *w), NOW) for w in wishes])

    assert [r.outcome for r in found] == ["allowed"] * 4


def test_without_the_lock_two_overlapping_meetings_would_both_be_held(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above is known to fail where nothing holds the room."""
    hold = counting.hold
    monkeypatch.setattr(counting, "hold", lambda names: hold(n for n in names if not n.startswith("clashes:")))
    found = []
    for n in range(8):
        room = a_room(people, f"R{n}")
        found.append([r.outcome for r in at_once([later(meeting(people, room, *w), NOW) for w in AT_ONCE])])

    assert any(outcomes.count("allowed") > 1 for outcomes in found)
