"""Administering the organisation: by who may, with an event for each change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event
from shouwen.ops.cast import Cast
from shouwen.staff import changes, org, tokens
from shouwen.staff.changes import NewStaff
from shouwen.staff.models import Absence, Holding, Shift, Staff
from tests.world import NOW, cast, reader

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def acts() -> list[tuple[str, int]]:
    return list(Event.objects.order_by("seq").values_list("act", "subject_id"))


def test_somebody_is_taken_in_and_found_by_sound(world: Cast) -> None:
    new = NewStaff(username=" Qiu_Wei ", name=" 仇伟 ", unit=world.units.yunqi, password="一个很长的密码", skills=("water",))
    person = changes.add_staff(new, by=reader(world.gao_yuan), now=NOW)
    assert (person.username, person.name, person.pinyin, person.initials) == ("qiu_wei", "仇伟", "qiu wei", "qw")
    assert person.check_password("一个很长的密码")
    (event,) = Event.objects.all()
    assert (event.act, event.actor_id, event.subject_id) == ("add_staff", world.gao_yuan.pk, person.pk)
    assert event.data == {"unit": world.units.yunqi.pk, "skills": ["water"]}, "no name, no telephone number"


def test_without_a_password_nobody_signs_in(world: Cast) -> None:
    person = changes.add_staff(NewStaff(username="x", name="某人"), by=reader(world.gao_yuan), now=NOW)
    assert not person.has_usable_password()


def test_only_administrators_change_the_organisation(world: Cast) -> None:
    officer = reader(world.li_na)
    holding = world.sun_lei.holdings.get()
    with pytest.raises(Forbidden):
        changes.add_staff(NewStaff(username="x", name="某人"), by=officer, now=NOW)
    with pytest.raises(Forbidden):
        changes.appoint(world.li_na, "general_manager", None, since=NOW, by=officer, now=NOW)
    with pytest.raises(Forbidden):
        changes.relieve(holding, until=NOW, by=officer, now=NOW)
    with pytest.raises(Forbidden):
        changes.leave(world.sun_lei, by=officer, now=NOW)
    with pytest.raises(Forbidden):
        changes.put_on_duty([], by=officer, now=NOW)
    with pytest.raises(Forbidden):
        changes.be_absent(Absence(staff=world.sun_lei, since=NOW, until=NOW + DAY), by=officer, now=NOW)
    assert acts() == []


@pytest.mark.parametrize("name", ["Test User!", "李娜", "_li", "li na", "li@na"])
def test_a_name_to_sign_in_by_is_one_that_anybody_can_type(world: Cast, name: str) -> None:
    with pytest.raises(FieldError) as wrong:
        changes.add_staff(NewStaff(username=name, name="李娜"), by=reader(world.gao_yuan), now=NOW)
    assert [c.field for c in wrong.value.complaints] == ["username"]


def test_a_head_notes_and_ends_the_absence_of_those_they_lead_and_of_nobody_else(world: Cast) -> None:
    head = reader(world.lin_yue)
    ill = changes.be_absent(
        Absence(staff=world.chen_jie, since=NOW, until=NOW + DAY, deputy=world.su_min, reason="病假"), by=head, now=NOW
    )
    assert acts() == [("be_absent", world.chen_jie.pk)]
    with pytest.raises(Forbidden):
        changes.be_absent(Absence(staff=world.sun_lei, since=NOW, until=NOW + DAY), by=head, now=NOW)
    with pytest.raises(NotFound):
        changes.be_back(ill.pk, by=reader(world.xu_qiang), now=NOW)

    changes.be_back(ill.pk, by=head, now=NOW + DAY / 2)

    assert Absence.objects.get(pk=ill.pk).until == NOW + DAY / 2


def test_nobody_stands_in_whose_post_handles_no_matters(world: Cast) -> None:
    for nobody in (world.han_zheng, world.gao_yuan, world.an_ning):
        with pytest.raises(FieldError) as wrong:
            changes.be_absent(
                Absence(staff=world.li_na, since=NOW, until=NOW + DAY, deputy=nobody), by=reader(world.li_na), now=NOW
            )
        assert [c.field for c in wrong.value.complaints] == ["deputy"]
    assert acts() == []


def test_wrong_fields_are_named_in_both_languages_and_nothing_is_written(world: Cast) -> None:
    admin = reader(world.gao_yuan)
    with pytest.raises(FieldError) as wrong:
        changes.add_staff(NewStaff(username="li_na", name=""), by=admin, now=NOW)
    by_field = {c.field: c for c in wrong.value.complaints}
    assert by_field["name"].en == "This field cannot be blank."
    assert by_field["name"].zh != by_field["name"].en
    with pytest.raises(FieldError) as wrong:
        changes.add_staff(NewStaff(username="li_na", name="李娜"), by=admin, now=NOW)
    assert "用户名已被使用" in wrong.value.text("zh")
    with pytest.raises(FieldError) as wrong:
        changes.appoint(world.li_na, "service_officer", world.units.yunqi, since=NOW, by=reader(world.an_ning), now=NOW)
    assert "与已有的时间段重叠" in wrong.value.text("zh")
    assert acts() == []


def test_a_post_is_given_and_taken(world: Cast) -> None:
    admin = reader(world.an_ning)
    holding = changes.appoint(world.li_na, "receptionist", world.units.hupan, since=NOW, by=admin, now=NOW)
    assert reader(world.li_na).units == frozenset({world.units.yunqi.pk, world.units.hupan.pk})
    changes.relieve(holding, until=NOW + DAY, by=admin, now=NOW)
    assert reader(world.li_na, NOW + DAY).units == frozenset({world.units.yunqi.pk})
    with pytest.raises(FieldError, match="invalid_fields") as wrong:
        changes.relieve(holding, until=NOW - DAY, by=admin, now=NOW)
    assert [c.field for c in wrong.value.complaints] == ["until"]
    assert acts() == [("appoint", world.li_na.pk), ("relieve", world.li_na.pk)]


def test_everybody_says_themselves_that_they_are_away(world: Cast) -> None:
    away = Absence(staff=world.li_na, since=NOW, until=NOW + DAY, deputy=world.zhou_ting)
    changes.be_absent(away, by=reader(world.li_na), now=NOW)
    assert org.snapshot(NOW).stands_in(world.li_na.pk, NOW) == world.zhou_ting.pk
    assert acts() == [("be_absent", world.li_na.pk)]


def test_a_roster_is_written_whole_or_not(world: Cast) -> None:
    def shift(hours: int) -> Shift:
        begin = NOW + timedelta(hours=hours)
        return Shift(staff=world.sun_lei, post="repairer", unit=world.units.yunqi, since=begin, until=begin + timedelta(hours=8))

    with pytest.raises(FieldError):
        changes.put_on_duty([shift(0), shift(4)], by=reader(world.gao_yuan), now=NOW)
    assert not Shift.objects.exists()
    changes.put_on_duty([shift(0), shift(8)], by=reader(world.gao_yuan), now=NOW)
    assert len(acts()) == 2


def test_who_leaves_loses_posts_tokens_and_the_door_but_not_the_past(world: Cast) -> None:
    secret = tokens.issue(world.sun_lei, "x", now=NOW)
    Holding.objects.create(staff=world.sun_lei, post="guard", since=NOW - DAY, until=NOW + 9 * DAY)
    Holding.objects.create(staff=world.sun_lei, post="driver", since=NOW + DAY)
    changes.leave(world.sun_lei, by=reader(world.gao_yuan), now=NOW)

    assert tokens.bearer(secret, now=NOW) is None
    assert not Staff.objects.get(pk=world.sun_lei.pk).is_active
    assert org.snapshot(NOW).posts_of(world.sun_lei.pk, NOW) == frozenset()
    assert org.snapshot(NOW).posts_of(world.sun_lei.pk, NOW - DAY) == {"repairer", "guard"}
    assert acts() == [("new_token", world.sun_lei.pk), ("leave", world.sun_lei.pk)]
