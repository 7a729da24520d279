"""Who may change customers is asked below the faces: the right, the row, the unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.customers.models import Customer
from shouwen.customers.verbs import change
from shouwen.customers.writing import Change, ChangedMeanwhile
from tests.customers.folk import settle
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


def test_who_changes_what_another_has_changed_meanwhile_is_told_and_nothing_is_written() -> None:
    world = cast()
    ids = settle(world)
    sees, seen = reader(world.chen_jie), Customer.objects.get(pk=ids["wang"]).updated_at
    first = NOW + timedelta(minutes=1)
    change([Change(ids["wang"], {"notes": "门口有狗"}, seen=seen)], sees, now=first)

    with pytest.raises(ChangedMeanwhile):
        change([Change(ids["wang"], {"notes": "晚上再来"}, seen=seen)], sees, now=first + timedelta(minutes=1))
    assert Customer.objects.get(pk=ids["wang"]).notes == "门口有狗"

    change([Change(ids["wang"], {"notes": "晚上再来"}, seen=first)], sees, now=first + timedelta(minutes=2))
    assert Customer.objects.get(pk=ids["wang"]).notes == "晚上再来"


def test_a_change_takes_the_right_the_row_and_the_unit() -> None:
    world = cast()
    ids = settle(world)
    renamed, moved = Change(ids["wang"], {"name": "王建军"}), Change(ids["wang"], {"unit": world.units.hupan.pk})

    with pytest.raises(Forbidden):
        change([renamed], reader(world.sun_lei), now=NOW)
    with pytest.raises(NotFound):
        change([Change(ids["wang_hupan"], {"name": "王建军"})], reader(world.chen_jie), now=NOW)
    with pytest.raises(FieldError):
        change([moved], reader(world.chen_jie), now=NOW)
    assert not Customer.objects.filter(name="王建军").exists()

    change([renamed], reader(world.chen_jie), now=NOW)
    assert Customer.objects.get(pk=ids["wang"]).name == "王建军"
