"""The cast of 云栖物业, with which everything else is tested and shown."""

from __future__ import annotations

import pytest

from shouwen.base.models import Company
from shouwen.ops import cast as cast_module
from shouwen.staff import org
from shouwen.staff.models import Staff
from tests.world import NOW, PASSWORD, cast

pytestmark = pytest.mark.django_db

POSTS = {
    "general_manager", "service_director", "receptionist", "service_officer", "engineering_director", "team_leader", "repairer",
    "cashier", "finance", "archivist", "auditor", "system_admin", "security_admin",
}  # fmt: skip


def test_every_post_is_held_by_somebody() -> None:
    world = cast()
    o = org.snapshot(NOW)
    assert {h.post for h in o.holdings} == POSTS
    assert {h.staff for h in o.holdings} == {p.pk for p in world.everybody}
    assert len(o.holders("repairer", 0, NOW)) == 3


def test_building_it_twice_finds_the_same_people() -> None:
    first = cast()
    again = cast()
    assert [p.pk for p in first.everybody] == [p.pk for p in again.everybody]
    assert Staff.objects.people().count() == len(first.everybody) == 18
    assert Company.ours().name == "云栖物业"


def test_everybody_signs_in_with_the_password_given() -> None:
    assert all(p.check_password(PASSWORD) for p in cast().everybody)


def test_an_empty_database_has_no_cast() -> None:
    assert Company.ours().name == ""
    with pytest.raises(KeyError):
        cast_module.find()
