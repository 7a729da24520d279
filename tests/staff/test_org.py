"""The snapshot of the organisation: what the law is told, kept until something changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shouwen.base.models import Company
from shouwen.ops.cast import SINCE, Cast
from shouwen.staff import org
from shouwen.staff.models import CLOCK, IMPORTER, Holding, Shift, Staff
from tests.world import NOW, at, cast, reader

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def test_it_says_who_holds_what_where(world: Cast) -> None:
    o, u = org.snapshot(NOW), world.units
    assert o.holders("repairer", u.yunqi.pk, NOW) == tuple(sorted((world.sun_lei.pk, world.qian_hao.pk)))
    assert o.holders("repairer", u.hupan.pk, NOW) == (world.shan_zhiyuan.pk,)
    assert o.holders("general_manager", u.hupan.pk, NOW) == (world.zhao_jun.pk,), "held at the top, found from below"
    assert o.holders("repairer", u.yunqi.pk, SINCE - DAY) == ()
    assert o.superior_of(world.sun_lei.pk) == world.xu_qiang.pk, "the head of the department"
    assert o.superior_of(world.xu_qiang.pk) == world.zhao_jun.pk, "the head of the unit above"
    assert o.superior_of(world.zhao_jun.pk) == 0
    assert o.staff[world.shan_zhiyuan.pk].skills == {"danger", "leak"}
    assert o.units[u.yunqi.pk].parent == u.company.pk
    assert (o.units[u.yunqi.pk].kind, o.units[u.yunqi.pk].name) == ("site", "云栖花园")


def test_who_is_away_is_stood_in_for(world: Cast) -> None:
    o = org.snapshot(NOW)
    assert o.stands_in(world.feng_xue.pk, NOW) == world.zheng_fang.pk
    assert o.stands_in(world.feng_xue.pk, NOW + 3 * DAY) == world.feng_xue.pk
    assert reader(world.zheng_fang).people == {world.zheng_fang.pk, world.feng_xue.pk}


def test_nobody_is_the_clock_but_the_importer_is_somebody(world: Cast) -> None:
    o = org.snapshot(NOW)
    assert CLOCK not in o.staff
    assert o.staff[IMPORTER].name == "导入"
    assert not o.posts_of(IMPORTER, NOW)


def test_who_has_left_held_the_post_until_then(world: Cast) -> None:
    Staff.objects.filter(pk=world.sun_lei.pk).update(is_active=False, left_at=NOW)
    Holding.objects.create(staff=world.sun_lei, post="guard", since=NOW + DAY)
    o = org.snapshot(NOW)
    assert world.sun_lei.pk in o.holders("repairer", world.units.yunqi.pk, NOW - DAY)
    assert world.sun_lei.pk not in o.holders("repairer", world.units.yunqi.pk, NOW)
    assert o.holders("guard", 0, NOW + 2 * DAY) == ()


def test_it_is_read_once_until_something_changes(world: Cast) -> None:
    first = org.snapshot(NOW)
    with CaptureQueriesContext(connection) as queries:
        assert org.snapshot(NOW + DAY) is first
        assert org.snapshot(NOW, org.version()) is first
    assert len(queries) == 2, "one look at the version each"
    with CaptureQueriesContext(connection) as queries:
        assert org.snapshot(NOW, first.version) is first
    assert len(queries) == 0
    Staff.objects.filter(pk=world.sun_lei.pk).update(skills=["water", "power"])
    second = org.snapshot(NOW)
    assert second.staff[world.sun_lei.pk].skills == {"water", "power"}
    assert second.version > first.version


def test_what_was_kept_of_a_rolled_back_change_is_never_used(world: Cast) -> None:
    with transaction.atomic():
        Staff.objects.filter(pk=world.sun_lei.pk).update(skills=["flying"])
        assert org.snapshot(NOW).staff[world.sun_lei.pk].skills == {"flying"}
        transaction.set_rollback(True)
    Staff.objects.filter(pk=world.qian_hao.pk).update(skills=["diving"])
    assert org.snapshot(NOW).staff[world.sun_lei.pk].skills == {"leak"}


def test_shifts_are_those_of_the_week_asked_about(world: Cast) -> None:
    for moment in (NOW, NOW + 30 * DAY, NOW - 30 * DAY):
        shift = {"staff": world.qian_hao, "post": "repairer", "unit": world.units.yunqi}
        Shift.objects.create(**shift, since=moment, until=moment + DAY / 3)
    for moment in (NOW, NOW + 30 * DAY, NOW - 30 * DAY):
        o = org.snapshot(moment)
        assert o.on_duty("repairer", world.units.yunqi.pk, moment) == (world.qian_hao.pk,)
        assert len(o.shifts) == 1


@pytest.mark.parametrize("moment", ["2026-11-23 00:00", "2026-11-29 23:59", "2026-11-25 12:00"])
def test_a_shift_at_the_edge_of_the_week_is_not_lost(world: Cast, moment: str) -> None:
    begin = at(moment) - timedelta(hours=1)
    Shift.objects.create(
        staff=world.qian_hao, post="repairer", unit=world.units.yunqi, since=begin, until=begin + timedelta(hours=2)
    )
    assert org.snapshot(at(moment)).on_duty("repairer", world.units.yunqi.pk, at(moment)) == (world.qian_hao.pk,)


def test_a_snapshot_of_sunday_answers_for_the_monday_after_and_the_saturday_before(world: Cast) -> None:
    sunday = at("2026-11-29 20:00")
    for moment in (at("2026-11-21 10:00"), at("2026-12-01 10:00")):
        shift = {"staff": world.qian_hao, "post": "repairer", "unit": world.units.yunqi}
        Shift.objects.create(**shift, since=moment, until=moment + timedelta(hours=1))
        assert org.snapshot(sunday).on_duty("repairer", world.units.yunqi.pk, moment) == (world.qian_hao.pk,)


def test_few_snapshots_are_kept(world: Cast) -> None:
    for week in range(30):
        org.snapshot(NOW - week * 7 * DAY)
    assert len(org._kept.orgs) <= org.KEPT


def test_readers_come_from_posts_and_the_companys_grants(world: Cast) -> None:
    u = world.units
    assert reader(world.li_na).units == frozenset({u.yunqi.pk})
    assert reader(world.ma_jun).units == frozenset({u.yunqi.pk, u.hupan.pk})
    assert reader(world.zhao_jun).everywhere
    assert reader(world.gao_yuan).may("administer", "staff")
    assert not reader(world.li_na).may("export", "case")
    Company.objects.update(grants={"service_officer": ["see", "export:case"]})
    assert reader(world.li_na).may("export", "case")
    assert not reader(world.li_na).may("reveal", "customer")


def test_a_reader_costs_one_query_or_none(world: Cast) -> None:
    found = reader(world.li_na)
    with CaptureQueriesContext(connection) as queries:
        assert reader(world.li_na) == found
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert org.reader(world.li_na.pk, NOW, org.snapshot(NOW, org.version()).version) == found
    assert len(queries) == 1
