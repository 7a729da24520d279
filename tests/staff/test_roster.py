"""Rosters: cells set once however often they are sent, weeks taken over, and whom the law then finds on duty."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event
from shouwen.ops.cast import Cast
from shouwen.staff import org, roster
from shouwen.staff.models import Absence, Shift, ShiftPattern
from shouwen.staff.roster import Cell
from tests.world import NOW, at, cast, reader

MONDAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def pattern(name: str) -> int:
    return ShiftPattern.objects.get(name=name).pk


def cell(world: Cast, day: date = MONDAY) -> Cell:
    return Cell(world.sun_lei.pk, "repairer", world.units.yunqi.pk, day)


def test_a_cell_set_again_is_one_shift_and_one_event(world: Cast) -> None:
    for _ in range(2):
        roster.set_cell(cell(world), pattern("早班"), by=reader(world.xu_qiang), now=NOW)

    (shift,) = Shift.objects.all()
    assert (shift.since, shift.until) == (at("2026-11-23 08:00"), at("2026-11-23 16:00"))
    assert [e.act for e in Event.objects.all()] == ["set_shift"]


def test_another_shift_takes_the_place_of_the_first_and_nothing_empties_the_cell(world: Cast) -> None:
    leader = reader(world.xu_qiang)
    roster.set_cell(cell(world), pattern("早班"), by=leader, now=NOW)
    roster.set_cell(cell(world), pattern("长班"), by=leader, now=NOW)
    assert [s.until for s in Shift.objects.all()] == [at("2026-11-23 20:00")]
    roster.set_cell(cell(world), None, by=leader, now=NOW)
    assert not Shift.objects.exists()
    assert Event.objects.latest("seq").data["now"] == []


def test_the_law_finds_on_duty_whom_the_roster_names(world: Cast) -> None:
    unit = world.units.yunqi.pk
    assert set(org.snapshot(NOW).on_duty("repairer", unit, NOW)) == {world.sun_lei.pk, world.qian_hao.pk}

    roster.set_cell(cell(world), pattern("早班"), by=reader(world.xu_qiang), now=NOW)

    assert org.snapshot(NOW).on_duty("repairer", unit, NOW) == (world.sun_lei.pk,)


def test_a_shift_over_midnight_ends_the_next_day(world: Cast) -> None:
    made = roster.add_pattern("通宵", time(20), 12 * 60, by=reader(world.xu_qiang), now=NOW)
    (shift,) = roster.set_cell(cell(world), made.pk, by=reader(world.xu_qiang), now=NOW)
    assert shift.until == at("2026-11-24 08:00")


def test_nobody_stands_in_a_roster_for_a_post_they_do_not_hold(world: Cast) -> None:
    wanted = Cell(world.li_na.pk, "repairer", world.units.yunqi.pk, MONDAY)
    with pytest.raises(FieldError):
        roster.set_cell(wanted, pattern("早班"), by=reader(world.xu_qiang), now=NOW)
    assert not Shift.objects.exists()


def test_shifts_that_would_overlap_are_refused_whole(world: Cast) -> None:
    leader = reader(world.xu_qiang)
    made = roster.add_pattern("通宵", time(20), 12 * 60, by=leader, now=NOW)
    roster.set_cell(cell(world), made.pk, by=leader, now=NOW)
    with pytest.raises(FieldError):
        roster.set_cell(cell(world, MONDAY + timedelta(days=1)), pattern("夜班"), by=leader, now=NOW)
    assert Shift.objects.count() == 1


def test_only_who_makes_rosters_makes_them_and_where_they_do(world: Cast) -> None:
    with pytest.raises(Forbidden):
        roster.set_cell(cell(world), pattern("早班"), by=reader(world.sun_lei), now=NOW)
    with pytest.raises(NotFound):
        roster.copy_week(999_999_999, MONDAY, by=reader(world.xu_qiang), now=NOW)


def test_last_week_is_taken_over_but_for_who_is_away_and_what_is_set(world: Cast) -> None:
    leader, unit = reader(world.xu_qiang), world.units.yunqi.pk
    before = MONDAY - timedelta(days=7)
    for day in (before, before + timedelta(days=1), before + timedelta(days=2)):
        roster.set_cell(cell(world, day), pattern("早班"), by=leader, now=NOW)
    roster.set_cell(cell(world, MONDAY), pattern("长班"), by=leader, now=NOW)
    Absence.objects.create(staff=world.sun_lei, since=at("2026-11-25 00:00"), until=at("2026-11-26 00:00"))

    assert roster.copy_week(unit, MONDAY, by=leader, now=NOW) == (1, 2)
    assert roster.copy_week(unit, MONDAY, by=leader, now=NOW) == (0, 3)

    this_week = Shift.objects.filter(since__gte=at("2026-11-23 00:00")).order_by("since")
    assert [s.until for s in this_week] == [at("2026-11-23 20:00"), at("2026-11-24 16:00")]


def test_a_named_shift_taken_off_the_list_leaves_the_rosters(world: Cast) -> None:
    leader = reader(world.xu_qiang)
    roster.set_cell(cell(world), pattern("早班"), by=leader, now=NOW)
    roster.remove_pattern(pattern("早班"), by=leader, now=NOW)
    assert Shift.objects.count() == 1
    assert not ShiftPattern.objects.filter(name="早班").exists()
