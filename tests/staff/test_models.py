"""The organisation in the database: what must never be false cannot be written, by whatever hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from shouwen.ops.cast import Cast
from shouwen.staff.models import CLOCK, IMPORTER, Absence, Holding, OrgVersion, Shift, Staff, Unit
from tests import databases
from tests.world import NOW, cast

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def refused(constraint: str, model: type[Any], **values: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**values)


def test_a_period_ends_after_it_begins(world: Cast) -> None:
    refused("holding_ends_after_start", Holding, staff=world.li_na, post="x", since=NOW, until=NOW)
    refused("absence_ends_after_start", Absence, staff=world.li_na, since=NOW, until=NOW - DAY)
    refused("shift_ends_after_start", Shift, staff=world.li_na, post="x", since=NOW, until=NOW)


def test_a_post_is_held_once_at_a_time(world: Cast) -> None:
    held = {"staff": world.li_na, "post": "guard", "unit": world.units.yunqi}
    Holding.objects.create(**held, since=NOW, until=NOW + DAY)
    refused("holding_once_at_a_time", Holding, **held, since=NOW + DAY / 2)
    Holding.objects.create(**held, since=NOW + DAY)
    refused("holding_once_at_a_time", Holding, **held, since=NOW + 9 * DAY, until=NOW + 10 * DAY)
    Holding.objects.create(**{**held, "unit": world.units.hupan}, since=NOW)
    Holding.objects.create(**{**held, "staff": world.he_jing}, since=NOW)
    Holding.objects.create(**{**held, "post": "driver"}, since=NOW)


def test_no_unit_is_a_place_like_others(world: Cast) -> None:
    Holding.objects.create(staff=world.li_na, post="guard", since=NOW)
    refused("holding_once_at_a_time", Holding, staff=world.li_na, post="guard", since=NOW + DAY)
    Holding.objects.create(staff=world.li_na, post="guard", unit=world.units.yunqi, since=NOW)


def test_absences_and_shifts_do_not_overlap(world: Cast) -> None:
    Absence.objects.create(staff=world.li_na, since=NOW, until=NOW + DAY)
    refused("absence_once_at_a_time", Absence, staff=world.li_na, since=NOW + DAY / 2, until=NOW + 2 * DAY)
    refused("absence_deputy_is_another", Absence, staff=world.he_jing, deputy=world.he_jing, since=NOW, until=NOW + DAY)
    on = {"staff": world.sun_lei, "post": "repairer", "unit": world.units.yunqi}
    Shift.objects.create(**on, since=NOW, until=NOW + DAY)
    refused("shift_once_at_a_time", Shift, **on, since=NOW, until=NOW + DAY)


def test_people_are_who_they_are(world: Cast) -> None:
    refused("staff_username", Staff, username="li_na", name="另一个李娜")
    refused("staff_username_lower", Staff, username="Li_Na", name="李娜")
    refused("staff_username_lower", Staff, username="", name="李娜")
    refused("staff_left_is_inactive", Staff, username="x", name="x", left_at=NOW)
    refused("staff_system_never_signs_in", Staff, username="x", name="x", is_system=True)
    with pytest.raises(IntegrityError, match="staff_not_own_superior"), transaction.atomic():
        Staff.objects.filter(pk=world.li_na.pk).update(superior=world.li_na.pk)


def test_user_names_are_found_whatever_the_case(world: Cast) -> None:
    assert Staff.objects.get_by_natural_key(" LI_NA ") == world.li_na
    with pytest.raises(Staff.DoesNotExist):
        Staff.objects.get_by_natural_key(None)


def test_the_clock_and_the_importer_are_persons_who_cannot_sign_in() -> None:
    system = {p.pk: (p.name, p.is_active, p.has_usable_password()) for p in Staff.objects.filter(is_system=True)}
    assert system == {CLOCK: ("时钟", False, False), IMPORTER: ("导入", False, False)}
    assert not Staff.objects.people().exists()


def test_chinese_lists_are_ordered_by_sound(world: Cast) -> None:
    names = [p.name for p in Staff.objects.people()]
    assert names[:3] == ["安宁", "陈洁", "冯雪"]
    assert names.index("单志远") < names.index("苏敏"), "单 is shan as a surname"
    assert names.index("曾琴") < names.index("赵军"), "曾 is zeng as a surname"


def test_ids_come_with_the_first_save_and_not_before(world: Cast) -> None:
    person = Staff(username="new", name="新人")
    before: int | None = person.pk
    person.save()
    assert (before, person.pk > 1000) == (None, True)
    assert person.pk not in {u.pk for u in Unit.objects.all()}


# ---- the tree ------------------------------------------------------------------------------------------------------------


def paths() -> dict[str, list[int]]:
    return {u.name: u.path for u in Unit.objects.all()}


def test_the_path_of_a_unit_leads_from_the_top_to_itself(world: Cast) -> None:
    u = world.units
    assert paths()["云栖花园"] == [u.company.pk, u.yunqi.pk]
    block = Unit.objects.create(name="一期", parent=u.yunqi)
    assert paths()["一期"] == [u.company.pk, u.yunqi.pk, block.pk]


def test_a_unit_that_moves_takes_those_below_along(world: Cast) -> None:
    u = world.units
    block = Unit.objects.create(name="一期", parent=u.yunqi)
    door = Unit.objects.create(name="一单元", parent=block)
    Unit.objects.filter(pk=u.yunqi.pk).update(parent=u.hupan)
    assert paths()["一单元"] == [u.company.pk, u.hupan.pk, u.yunqi.pk, block.pk, door.pk]
    stale = Unit.objects.get(pk=door.pk)
    stale.path = [1, 2, 3]
    stale.save()
    assert paths()["一单元"] == [u.company.pk, u.hupan.pk, u.yunqi.pk, block.pk, door.pk], "no hand can write a wrong path"


@pytest.mark.parametrize("below", ["itself", "child", "grandchild"])
def test_a_unit_cannot_stand_below_itself(world: Cast, below: str) -> None:
    child = Unit.objects.create(name="一期", parent=world.units.yunqi)
    grandchild = Unit.objects.create(name="一单元", parent=child)
    place = {"itself": world.units.yunqi, "child": child, "grandchild": grandchild}[below]
    with pytest.raises(IntegrityError, match="单位不能归属于自己的下级"), transaction.atomic():
        Unit.objects.filter(pk=world.units.yunqi.pk).update(parent=place)


def test_two_units_of_one_parent_have_two_names(world: Cast) -> None:
    refused("unit_named_once", Unit, name="云栖花园", parent=world.units.company)
    refused("unit_named_once", Unit, name="总部")
    Unit.objects.create(name="云栖花园", parent=world.units.hupan)


# ---- the version ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update staff_unit set calendar = 'x'",
        "update staff_staff set skills = '{x}'",
        "update staff_staff set is_active = false, left_at = now() where not is_system",
        "update staff_holding set until = now()",
        "delete from staff_holding",
        "delete from staff_absence",
        "insert into staff_shift (staff_id, post, since, until) select id, 'x', now(), now() + interval '1 h' from staff_staff",
        "update base_company set grants = '{}'",
    ],
)
def test_every_change_of_the_organisation_moves_its_version(world: Cast, statement: str) -> None:
    before = OrgVersion.objects.get().version
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert OrgVersion.objects.get().version > before


def test_signing_in_and_passwords_do_not_move_the_version(world: Cast) -> None:
    before = OrgVersion.objects.get().version
    world.li_na.last_login = NOW
    world.li_na.save(update_fields=["last_login"])
    Staff.objects.filter(pk=world.li_na.pk).update(password="x", phone="1", language="en")
    assert OrgVersion.objects.get().version == before


def test_a_version_seen_before_a_rollback_never_comes_again(world: Cast) -> None:
    with transaction.atomic():
        Unit.objects.create(name="甲")
        seen = OrgVersion.objects.get().version
        transaction.set_rollback(True)
    Unit.objects.create(name="乙")
    assert OrgVersion.objects.get().version > seen


def test_the_reading_role_reads_people_but_no_hashes() -> None:
    with psycopg.connect(databases.SERVER.uri("read", str(connection.settings_dict["NAME"])), autocommit=True) as read:
        assert read.execute("select name from staff_staff where id = 0").fetchone() == ("时钟",)
        for secret in ("select password from staff_staff", "select * from staff_staff", "select hash from staff_token"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                read.execute(secret)
