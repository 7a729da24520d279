"""Changing people, suspending them, letting them go, and finding them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event
from shouwen.ops.cast import Cast
from shouwen.staff import changes, looking, ties, tokens
from shouwen.staff.looking import Wanted
from shouwen.staff.models import Absence, Holding, Shift, Staff, Unit
from shouwen.staff.posts import title
from shouwen.staff.ties import StillTied
from tests.world import NOW, cast, reader

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def found(world: Cast, **wanted: object) -> list[str]:
    rows = looking.people(Wanted(**wanted), reader(world.gao_yuan), NOW)  # type: ignore[arg-type]  # keywords of a test's own
    return sorted(rows.values_list("username", flat=True))


def test_a_new_name_is_found_by_its_sound_and_the_event_names_nobody(world: Cast) -> None:
    changes.change_staff(world.li_na, {"name": "李娜娜", "phone": "13811112222"}, by=reader(world.gao_yuan), now=NOW)

    assert found(world, text="linana") == ["li_na"]
    data = Event.objects.get().data
    assert data["changed"] == ["phone", "name"]
    assert "13811112222" not in str(data)
    assert "李娜娜" not in str(data)


def test_two_people_are_not_each_others_superior(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    changes.change_staff(world.sun_lei, {"superior": world.ma_jun}, by=admin, now=NOW)
    with pytest.raises(FieldError) as wrong:
        changes.change_staff(world.ma_jun, {"superior": Staff.objects.get(pk=world.sun_lei.pk)}, by=admin, now=NOW)
    assert [c.field for c in wrong.value.complaints] == ["superior"]


def test_an_appointment_sent_twice_is_one(world: Cast) -> None:
    guard = reader(world.an_ning)
    first = changes.appoint(world.li_na, "receptionist", world.units.hupan, since=NOW, by=guard, now=NOW)
    again = changes.appoint(world.li_na, "receptionist", world.units.hupan, since=NOW, by=guard, now=NOW)
    assert first.pk == again.pk
    assert Event.objects.count() == 1


def test_nobody_gives_themselves_a_post(world: Cast) -> None:
    with pytest.raises(FieldError):
        changes.appoint(world.an_ning, "general_manager", None, since=NOW, by=reader(world.an_ning), now=NOW)


def test_nobody_is_appointed_in_a_closed_unit_or_after_leaving(world: Cast) -> None:
    guard = reader(world.an_ning)
    Unit.objects.filter(pk=world.units.hupan.pk).update(closed_at=NOW)
    with pytest.raises(FieldError, match="invalid_fields"):
        changes.appoint(world.li_na, "receptionist", Unit.objects.get(pk=world.units.hupan.pk), since=NOW, by=guard, now=NOW)
    Staff.objects.filter(pk=world.li_na.pk).update(is_active=False, left_at=NOW)
    with pytest.raises(FieldError, match="invalid_fields"):
        changes.appoint(Staff.objects.get(pk=world.li_na.pk), "receptionist", None, since=NOW, by=guard, now=NOW)


def test_who_is_suspended_is_shut_out_but_keeps_the_post_until_resumed(world: Cast) -> None:
    admin, secret = reader(world.gao_yuan), tokens.issue(world.sun_lei, "x", now=NOW)
    changes.suspend(world.sun_lei, by=admin, now=NOW)
    assert tokens.bearer(secret, now=NOW) is None
    assert found(world, state="suspended") == ["sun_lei"]
    assert world.sun_lei.holdings.standing(NOW).exists()
    changes.resume(world.sun_lei, by=admin, now=NOW)
    assert Staff.objects.get(pk=world.sun_lei.pk).is_active
    assert [e.act for e in Event.objects.filter(act__in=["suspend", "resume"]).order_by("seq")] == ["suspend", "resume"]


def test_nobody_suspends_themselves(world: Cast) -> None:
    with pytest.raises(FieldError):
        changes.suspend(world.gao_yuan, by=reader(world.gao_yuan), now=NOW)


def test_nobody_leaves_while_they_answer_for_something(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = {world.sun_lei.pk: 2}
    monkeypatch.setitem(ties._STAFF, "case", ties.Tie("未结事项", "open cases", lambda staff: owed.get(staff, 0)))
    with pytest.raises(StillTied) as tied:
        changes.leave(world.sun_lei, by=reader(world.gao_yuan), now=NOW)
    assert "未结事项 2" in tied.value.text("zh")
    assert Staff.objects.get(pk=world.sun_lei.pk).is_active

    owed.clear()
    changes.leave(world.sun_lei, by=reader(world.gao_yuan), now=NOW)
    assert Staff.objects.get(pk=world.sun_lei.pk).left_at == NOW


def test_who_leaves_is_in_no_roster_to_come_and_heads_nothing(world: Cast) -> None:
    unit = world.units.engineering
    for start in (NOW - DAY, NOW + DAY):
        Shift.objects.create(staff=world.xu_qiang, post="x", unit=unit, since=start, until=start + DAY / 2)
    changes.leave(world.xu_qiang, by=reader(world.gao_yuan), now=NOW)
    assert [s.since for s in Shift.objects.all()] == [NOW - DAY]
    assert Unit.objects.get(pk=unit.pk).head is None


def test_an_absence_that_has_not_begun_is_taken_back_and_one_that_has_is_ended(world: Cast) -> None:
    mine = reader(world.li_na)
    coming = changes.be_absent(Absence(staff=world.li_na, since=NOW + DAY, until=NOW + 2 * DAY), by=mine, now=NOW)
    changes.be_back(coming.pk, by=mine, now=NOW)
    assert not Absence.objects.filter(staff=world.li_na).exists()
    begun = changes.be_absent(Absence(staff=world.li_na, since=NOW - DAY, until=NOW + DAY), by=mine, now=NOW)
    changes.be_back(begun.pk, by=mine, now=NOW)
    assert Absence.objects.get(pk=begun.pk).until == NOW


def test_nobody_ends_the_absence_of_another(world: Cast) -> None:
    theirs = Absence.objects.get(staff=world.feng_xue)
    with pytest.raises(NotFound):
        changes.be_back(theirs.pk, by=reader(world.li_na), now=NOW)


@pytest.mark.parametrize("text", ["孙", "sunlei", "sun lei", "sl", "lei", "SUN_L"])
def test_people_are_found_by_name_sound_initials_and_user_name(world: Cast, text: str) -> None:
    assert found(world, text=text) == ["sun_lei"]


def test_people_are_narrowed_by_unit_with_those_below_by_post_and_by_state(world: Cast) -> None:
    assert found(world, unit=world.units.finance.pk) == ["feng_xue", "zheng_fang"]
    assert len(found(world, unit=world.units.company.pk)) == len(world.everybody)
    assert found(world, post="repairer") == ["qian_hao", "shan_zhiyuan", "sun_lei"]
    assert found(world, state="away") == ["feng_xue"]
    Holding.objects.filter(staff=world.sun_lei).update(until=NOW)
    assert found(world, post="repairer") == ["qian_hao", "shan_zhiyuan"]


def test_who_neither_administers_nor_audits_reads_no_lists_of_people(world: Cast) -> None:
    with pytest.raises(Forbidden):
        looking.people(Wanted(), reader(world.li_na), NOW)
    assert looking.people(Wanted(), reader(world.han_zheng), NOW).count() == len(world.everybody)


def test_every_company_has_names_for_its_own_posts() -> None:
    assert title("system_admin", {}, "zh-hans") == "系统管理员"
    assert title("auditor", {}, "en") == "Auditor"
    assert title("gardener", {}, "zh-hans") == "gardener"
