"""Two hands on one register: what the database would refuse the second is said to them in words, and nothing is half written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shouwen.base.errors import FieldError
from shouwen.cases.acting import act
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.ruling import Ruling
from shouwen.registers.importing import Report
from shouwen.registers.models import Record
from tests.cases.doing import at_once
from tests.conftest import LiveDatabase
from tests.registers.estate import enacted, take_in
from tests.world import NOW, cast

LIST = "房号,片区,面积\n" + "".join(f"{n}-1,云栖花园,10\n" for n in range(40))


@pytest.fixture
def world(live_db: LiveDatabase) -> Cast:
    """The cast under the little law, in a database that may be committed to."""
    enacted()
    return cast()


def priced(world: Cast, number: str) -> Callable[[], Ruling]:
    """Somebody takes a price item into its register."""
    wish = Act("open", Ref("record", "price_item", 0), world.li_na.pk, NOW, {"number": number, "price": 100}, opening=Opening())
    return lambda: act(wish, now=NOW)


def told(found: object) -> str:
    """What somebody was told: the outcome, or the reason at its field."""
    if isinstance(found, FieldError):
        return "，".join(f"{c.field} {c.zh}" for c in found.complaints)
    return found.outcome if isinstance(found, Ruling) else repr(found)


def test_of_several_that_take_one_key_at_once_one_has_it_and_the_others_are_told_at_its_field(world: Cast) -> None:
    found = at_once([priced(world, "A1")] * 5)

    assert sorted(map(told, found)) == ["allowed", *["number 已有这一条"] * 4]
    assert Record.objects.filter(key="A1").count() == 1


def test_of_several_that_are_renamed_alike_at_once_one_is(world: Cast) -> None:
    ids = [priced(world, f"B{n}")().subject.id for n in range(4)]
    renamed = [Act("amend", Ref("record", "price_item", i), world.li_na.pk, NOW, {"number": "C"}) for i in ids]

    found = at_once([lambda wish=wish: act(wish, now=NOW) for wish in renamed])  # type: ignore[misc]  # mypy: a default names no type

    assert sorted(map(told, found)) == ["allowed", *["number 已有这一条"] * 3]
    assert Record.objects.filter(register="price_item", key="C").count() == 1


def test_of_one_list_taken_in_twice_at_once_each_row_is_taken_once_and_nobody_sees_an_error(world: Cast) -> None:
    found = at_once([lambda: take_in(world, LIST)] * 3)

    assert all(isinstance(f, Report) and not f.faults for f in found), found
    assert sum(f.created for f in found) == 40
    assert sum(f.unchanged for f in found) == 80
    assert Record.objects.filter(register="house").count() == 40
