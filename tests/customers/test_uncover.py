"""Uncovering personal data leaves an event with its reason; without right or reason nothing is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shouwen.base.errors import FieldError, Forbidden, NotFound
from shouwen.base.models import Event
from shouwen.customers.uncover import uncover
from shouwen.ops.cast import Cast
from tests.customers.folk import settle
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Cast:
    return cast()


def reveals() -> list[Event]:
    return list(Event.objects.filter(act="reveal"))


def test_what_is_uncovered_is_written_down_with_its_reason(world: Cast) -> None:
    id_ = settle(world)["wang"]

    clear = uncover(id_, ["phones", "name"], reader(world.li_na), reason="回电 13800005678", now=NOW)

    assert clear == {"name": ["王建国"], "phones": ["13800005678", "075526001234"]}
    (event,) = reveals()
    assert (event.subject_id, event.actor_id, event.data["fields"]) == (id_, world.li_na.pk, ["name", "phones"])
    assert event.data["reason"] == "回电 138****5678"


@pytest.mark.parametrize(("what", "reason"), [(["name"], " "), ([], "回电"), (["number"], "回电")])
def test_without_a_reason_or_a_field_nothing_is_shown(world: Cast, what: list[str], reason: str) -> None:
    id_ = settle(world)["wang"]

    with pytest.raises(FieldError):
        uncover(id_, what, reader(world.li_na), reason=reason, now=NOW)

    assert not reveals()


def test_who_may_not_see_the_customer_does_not_learn_that_there_is_one(world: Cast) -> None:
    id_ = settle(world)["wang"]

    with pytest.raises(NotFound):
        uncover(id_, ["name"], reader(world.he_jing), reason="回电", now=NOW)


def test_who_sees_but_may_not_uncover_is_refused(world: Cast) -> None:
    id_ = settle(world)["wang"]

    with pytest.raises(Forbidden):
        uncover(id_, ["name"], replace(reader(world.sun_lei), grants=frozenset({"see"})), reason="抽查", now=NOW)

    assert not reveals()
