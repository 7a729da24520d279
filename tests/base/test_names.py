"""Names are kept without what nobody sees and what turns the writing round, whoever writes them."""

from __future__ import annotations

import pytest

from shouwen.base.names import plain_name
from shouwen.customers.models import Customer
from shouwen.customers.writing import Change, NewCustomer, change_customers, create_customers
from shouwen.ops.cast import Cast
from shouwen.reports import keeping
from shouwen.staff import changes, units
from shouwen.staff.changes import NewStaff
from tests.world import NOW, cast, reader

TURNED = "张三\u202e四\u200b\u2066五\ufeff"
PLAIN = "张三四五"


@pytest.fixture
def world() -> Cast:
    return cast()


@pytest.mark.parametrize(
    ("written", "kept"), [(TURNED, PLAIN), ("\x00王\x1b五\n", "王五"), ("O’Brien-Li 3", "O’Brien-Li 3"), (" \u200f ", "")]
)
def test_what_misleads_is_left_out(written: str, kept: str) -> None:
    assert plain_name(written) == kept


def test_what_joins_letters_stays() -> None:
    assert plain_name("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.django_db
def test_staff_units_customers_and_kept_lists_are_named_plainly(world: Cast) -> None:
    admin, by = reader(world.gao_yuan), world.chen_jie.pk
    person = changes.add_staff(NewStaff(username="plain", name=TURNED), by=admin, now=NOW)
    unit = units.add_unit({"name": TURNED, "kind": "site", "parent": world.units.company}, by=admin, now=NOW)
    (pk,) = create_customers([NewCustomer(unit=world.units.yunqi.pk, name=TURNED)], by=by, at=NOW, now=NOW)
    view = keeping.keep("cases", TURNED, "state=open", unit=0, by=reader(world.chen_jie), now=NOW)

    assert [person.name, unit.name, Customer.objects.get(pk=pk).name, view.name] == [PLAIN] * 4

    changes.change_staff(person, {"name": "王\u202e五"}, by=admin, now=NOW)
    change_customers([Change(pk, {"name": "王\u202e五"})], by=by, at=NOW, now=NOW)
    person.refresh_from_db()
    assert [person.name, Customer.objects.get(pk=pk).name] == ["王五"] * 2
