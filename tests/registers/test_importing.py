"""Taking in lists: the law decides, wrong rows are named, the rest is taken, and twice is as once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.access import NOBODY
from shouwen.base.errors import FieldError, Forbidden
from shouwen.base.models import Event
from shouwen.base.search import search
from shouwen.customers import relations
from shouwen.customers.matching import find
from shouwen.customers.models import Customer, Relation
from shouwen.ops.cast import Cast
from shouwen.registers.importing import import_records
from shouwen.registers.models import Record
from tests.registers.estate import HOUSES, enacted, importer, record, take_in
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    enacted()
    return cast()


def test_houses_are_taken_in_with_their_units_owners_and_values(world: Cast) -> None:
    report = take_in(world, HOUSES)

    assert (report.created, report.changed, report.unchanged, report.faults) == (4, 0, 0, [])
    house = record("5-1-302")
    assert (house.register, house.unit_id, house.step, house.version) == ("house", world.units.yunqi.pk, "normal", 1)
    assert house.customer is not None
    assert house.customer.name == "王建国"
    assert house.fields == {
        "number": "5-1-302", "area": world.units.yunqi.pk, "customer": house.customer_id, "keeper": world.li_na.pk,
        "size": "89.5", "sale": "sold", "lived_in": True, "checked": "2026-10-01",
    }  # fmt: skip
    assert record("5-1-401").customer is None
    assert record("1-1-101").fields["sale"] == "sold"


def test_the_same_list_twice_changes_nothing(world: Cast) -> None:
    take_in(world, HOUSES)
    before = list(Record.objects.order_by("id").values()), Event.objects.count(), Customer.objects.count()

    report = take_in(world, HOUSES)

    assert (report.created, report.changed, report.unchanged, report.faults) == (0, 0, 4, [])
    assert before == (list(Record.objects.order_by("id").values()), Event.objects.count(), Customer.objects.count())


def test_a_changed_cell_amends_and_an_empty_one_leaves(world: Cast) -> None:
    take_in(world, HOUSES)

    report = take_in(world, "房号,面积,有人居住\n5-1-302,90,\n5-1-303,,是\n")

    assert (report.created, report.changed) == (0, 2)
    assert (record("5-1-302").fields["size"], record("5-1-302").fields["lived_in"]) == (90, True)
    assert record("5-1-303").fields["lived_in"] is True
    assert [e.act for e in Event.objects.filter(subject_id=record("5-1-302").pk, kind="act").order_by("seq")] == ["open", "amend"]


def test_a_new_owner_ends_the_old_ones_tie(world: Cast) -> None:
    take_in(world, HOUSES)
    house = record("5-1-302")

    take_in(world, "房号,业主,业主电话\n5-1-302,赵云飞,13500002222\n")

    house.refresh_from_db()
    assert house.customer is not None
    assert house.customer.name == "赵云飞"
    (tie,) = relations.of_records([house.pk])
    assert (tie.customer, tie.role, tie.register) == (house.customer_id, "owner", "house")
    assert Relation.objects.filter(record_id=house.pk).count() == 2
    assert [m.id for m in find("5-1-302", reader(world.li_na))] == [house.customer_id]


def test_one_owner_of_several_houses_is_one_customer_however_the_phone_is_written(world: Cast) -> None:
    take_in(
        world,
        "房号,片区,业主,电话\nA1,云栖花园,王建国,138 0000 5678\nA2,云栖花园,王建国,+86 13800005678\nA3,云栖花园,王建,13800005678\n",
    )

    assert sorted(Customer.objects.values_list("name", flat=True)) == ["王建", "王建国"]
    assert record("A1").customer_id == record("A2").customer_id != record("A3").customer_id


def test_two_owners_of_one_name_without_phones_stay_two(world: Cast) -> None:
    houses = "房号,片区,业主\nA1,云栖花园,王伟\nA2,云栖花园,王伟\n"

    take_in(world, houses)
    report = take_in(world, houses)

    assert Customer.objects.count() == 2
    assert report.unchanged == 2


def test_wrong_rows_are_named_without_their_values_and_the_rest_is_taken(world: Cast) -> None:
    report = take_in(
        world,
        "房号,片区,业主,业主电话,管家,面积,销售状态,有人居住,上次检查\n"
        "B1,云栖花园,,,,80,已售,是,\n"
        "B2,月亮湾,,,,80,已售,是,\n"
        "B3,云栖花园,王建国,不详,,80,已售,是,\n"
        "B4,云栖花园,,,路人甲,很大,在售,也许,昨天\n"
        ",云栖花园,,,,80,已售,是,\n"
        "B1,云栖花园,,,,80,已售,是,\n",
    )

    assert [r.key for r in Record.objects.all()] == ["B1"]
    assert [(f.row, f.column) for f in report.faults] == [
        (2, "片区"), (3, "业主"), (4, "管家"), (4, "面积"), (4, "销售状态"), (4, "有人居住"), (4, "上次检查"), (5, "number"), (6, "number"),
    ]  # fmt: skip
    said = " ".join(f.zh + f.en for f in report.faults)
    assert not any(value in said for value in ("月亮湾", "不详", "路人甲", "很大", "昨天", "王建国"))


def test_a_unit_named_twice_wants_its_id(world: Cast) -> None:
    twin = type(world.units.yunqi).objects.create(name="云栖花园", kind="department", parent=world.units.finance)

    report = take_in(world, f"房号,片区\nC1,云栖花园\nC2,{twin.pk}\n")

    assert [(f.row, f.zh) for f in report.faults] == [(1, "有多个同名的，请写编号")]
    assert record("C2").unit_id == twin.pk


def test_what_the_law_refuses_is_a_fault_of_its_row(world: Cast) -> None:
    report = take_in(world, "项目,单价\n换阀门,30元\n换灯泡,\n", "price_item")

    assert report.created == 1
    assert record("换阀门").fields["price"] == 3000
    (fault,) = report.faults
    assert fault.row == 2
    assert "单价" in fault.zh


def test_a_column_nobody_knows_stops_before_anything_is_taken(world: Cast) -> None:
    with pytest.raises(FieldError) as refused:
        take_in(world, "房号,颜色\nD1,红\n")

    assert refused.value.complaints[0].field == "颜色"
    assert not Record.objects.exists()


@pytest.mark.parametrize("register", ["castle", "house_check", ""])
def test_a_register_nobody_knows_is_named(world: Cast, register: str) -> None:
    with pytest.raises(FieldError):
        take_in(world, HOUSES, register)


def test_who_may_not_import_takes_nothing_in(world: Cast) -> None:
    for nobody in (NOBODY, reader(world.li_na)):
        with pytest.raises(Forbidden):
            import_records("house", [{"房号": "E1"}], by=nobody, at=NOW, now=NOW)

    assert not Record.objects.exists()


def test_plates_and_vehicles_are_found_and_point_to_houses(world: Cast) -> None:
    take_in(world, HOUSES)
    take_in(world, "车架号,车牌,车主,手机,车位\nLSV001,粤B12345,王建国,13800005678,5-1-302\n", "vehicle")

    car = record("LSV001")
    assert car.fields["garage"] == record("5-1-302").pk
    assert car.fields["mobile"] == "13800005678"
    assert car.customer_id == record("5-1-302").customer_id
    (hit,) = search("粤B12345", importer(world), {"record"}).hits
    assert (hit.id, hit.title) == (car.pk, "车辆 LSV001")
    assert "12345" not in hit.preview
    assert "00005" not in hit.preview


def test_a_register_without_a_key_takes_every_row(world: Cast) -> None:
    take_in(world, "内容\n一\n二\n", "note")

    assert sorted(Record.objects.values_list("fields__text", flat=True)) == ["一", "二"]


def test_many_houses_are_taken_in_with_few_statements_a_row(world: Cast) -> None:
    rows = [
        {"房号": f"{i // 100}-{i % 100}", "片区": "云栖花园", "业主": f"王{i}", "电话": f"138{i:08d}"} for i in range(1, 1201)
    ]
    done: list[int] = []

    with CaptureQueriesContext(connection) as asked:
        report = import_records("house", rows, by=importer(world), at=NOW, now=NOW, told=done.append)

    assert report.created == 1200
    assert done == [500, 1000, 1200]
    assert len(asked) < 250


def test_it_happened_when_it_is_said_to_have_happened(world: Cast) -> None:
    long_ago = NOW - timedelta(days=400)

    import_records("house", [{"房号": "F1", "片区": "云栖花园"}], by=importer(world), at=long_ago, now=NOW)

    event = Event.objects.get(act="open", noun="house")
    assert (event.at, event.entered_at, event.actor_id) == (long_ago, NOW, world.gao_yuan.pk)
    assert record("F1").opened_at == long_ago
