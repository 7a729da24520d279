"""Administering the tree of units: what may be moved, what keeps a unit from being closed, and that others see it at once."""

from __future__ import annotations

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Company, Event
from shouwen.ops.cast import Cast
from shouwen.staff import org, units
from shouwen.staff.models import Holding, Staff, Unit
from shouwen.staff.ties import StillTied
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def test_a_unit_is_added_below_another_and_the_law_sees_it(world: Cast) -> None:
    made = units.add_unit({"name": " 三期 ", "kind": "site", "parent": world.units.yunqi}, by=reader(world.gao_yuan), now=NOW)

    assert made.path == [world.units.company.pk, world.units.yunqi.pk, made.pk]
    assert org.snapshot(NOW).units[made.pk].name == "三期"
    (event,) = Event.objects.all()
    assert (event.subject_kind, event.subject_id, event.act) == ("unit", made.pk, "add_unit")


def test_a_unit_moves_with_all_below_it(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    below = units.add_unit({"name": "三期", "parent": world.units.yunqi}, by=admin, now=NOW)

    units.change_unit(world.units.yunqi, {"parent": world.units.service}, by=admin, now=NOW)

    below.refresh_from_db()
    assert below.path == [world.units.company.pk, world.units.service.pk, world.units.yunqi.pk, below.pk]
    assert Event.objects.latest("seq").data["before"] == {"parent": world.units.company.pk}


def test_a_unit_does_not_stand_below_itself(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    below = units.add_unit({"name": "三期", "parent": world.units.yunqi}, by=admin, now=NOW)
    below = Unit.objects.get(pk=below.pk)

    with pytest.raises(FieldError) as wrong:
        units.change_unit(world.units.yunqi, {"parent": below}, by=admin, now=NOW)

    assert [c.field for c in wrong.value.complaints] == ["parent"]


def test_saying_what_is_so_already_is_no_change(world: Cast) -> None:
    assert not units.change_unit(world.units.yunqi, {"name": "云栖花园 "}, by=reader(world.gao_yuan), now=NOW)
    assert not Event.objects.exists()


def test_a_unit_with_people_and_posts_is_not_closed(world: Cast) -> None:
    with pytest.raises(StillTied) as tied:
        units.close_unit(world.units.service, by=reader(world.gao_yuan), now=NOW)

    assert "员工" in tied.value.text("zh")
    assert "people" in tied.value.text("en")
    assert Unit.objects.get(pk=world.units.service.pk).closed_at is None


def test_an_empty_unit_is_closed_keeps_its_name_and_takes_nobody_in(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    made = units.add_unit({"name": "旧项目", "parent": world.units.company}, by=admin, now=NOW)

    units.close_unit(made, by=admin, now=NOW)
    units.close_unit(made, by=admin, now=NOW)  # sent again

    assert org.snapshot(NOW).units[made.pk].closed
    with pytest.raises(FieldError):
        units.add_unit({"name": "下级", "parent": Unit.objects.get(pk=made.pk)}, by=admin, now=NOW)
    assert [e.act for e in Event.objects.order_by("seq")] == ["add_unit", "close_unit"]
    units.reopen_unit(made, by=admin, now=NOW)
    assert not org.snapshot(NOW).units[made.pk].closed


def test_only_who_administers_units_changes_them(world: Cast) -> None:
    for person in (world.li_na, world.an_ning, world.han_zheng):
        with pytest.raises(Forbidden):
            units.add_unit({"name": "三期", "parent": world.units.yunqi}, by=reader(person), now=NOW)
    assert not Event.objects.exists()


def test_who_administers_one_site_reaches_no_other(world: Cast) -> None:
    Holding.objects.filter(staff=world.gao_yuan).update(unit=world.units.yunqi)
    admin = reader(Staff.objects.get(pk=world.gao_yuan.pk))

    assert units.change_unit(world.units.yunqi, {"region": "龙岗"}, by=admin, now=NOW)
    with pytest.raises(NotFound):
        units.change_unit(world.units.hupan, {"region": "龙岗"}, by=admin, now=NOW)


def test_the_company_is_named_once(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    units.name_company("云栖物业集团", by=admin, now=NOW)
    units.name_company("云栖物业集团", by=admin, now=NOW)
    assert Company.ours().name == "云栖物业集团"
    assert [e.act for e in Event.objects.all()] == ["name_company"]
