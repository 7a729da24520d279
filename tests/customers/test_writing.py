"""Taking customers in and changing them: checked, journalled, searchable, and masked wherever Python prints them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from shouwen.base.errors import FieldError, NotFound
from shouwen.base.models import Event
from shouwen.base.search import search
from shouwen.base.search_models import SearchRow
from shouwen.customers.facts import customer_facts
from shouwen.customers.models import Customer, Phone
from shouwen.customers.writing import Change, NewAddress, NewPhone, change_customers, create_customers
from shouwen.ops.cast import Cast
from shouwen.policy.nouns import Field
from shouwen.policy.values import FieldType
from tests.customers.folk import new, settle
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def world() -> Cast:
    return cast()


def amend(world: Cast, id_: int, **change: Any) -> None:
    change_customers([Change(id_, **change)], by=world.li_na.pk, at=LATER, now=LATER)


def events(act: str) -> list[Event]:
    return list(Event.objects.filter(act=act, subject_kind="customer").order_by("seq"))


def test_a_customer_gets_a_number_a_sort_key_and_an_event(world: Cast) -> None:
    (id_,) = create_customers([new(world.units.yunqi.pk, " 单立人 ", "139 1234 0000")], by=world.chen_jie.pk, at=NOW, now=LATER)

    customer = Customer.objects.get(pk=id_)
    assert customer.number.startswith("KH20261123-")
    assert (customer.name, customer.pinyin, customer.initials) == ("单立人", "shan li ren", "slr")
    (event,) = events("open")
    assert (event.subject_id, event.actor_id, event.at, event.entered_at) == (id_, world.chen_jie.pk, NOW, LATER)
    assert event.data["number"] == customer.number
    assert "单立人" not in str(event.data)
    assert "0000" not in str(event.data)


def test_a_thousand_customers_are_taken_in_with_few_statements(world: Cast) -> None:
    people = [new(world.units.yunqi.pk, "王建国", f"138{i:08d}") for i in range(1000)]
    with CaptureQueriesContext(connection) as asked:
        ids = create_customers(people, by=1, at=NOW, now=NOW)

    assert len(set(ids)) == 1000
    assert Phone.objects.filter(is_main=True).count() == 1000
    assert len(asked) <= 14


def test_every_fault_is_named_and_nothing_is_written(world: Cast) -> None:
    people = [
        new(world.units.yunqi.pk, "王建国", "13800005678"),
        new(world.units.yunqi.pk, " "),
        new(12, "李四", kind="alien", level=9),
    ]

    with pytest.raises(FieldError) as refused:
        create_customers(people, by=1, at=NOW, now=NOW)

    assert {c.field for c in refused.value.complaints} == {"1.name", "2.kind", "2.level", "2.unit"}
    assert not Customer.objects.exists()


def test_a_wrong_phone_names_its_place(world: Cast) -> None:
    with pytest.raises(FieldError) as refused:
        create_customers([new(world.units.yunqi.pk, "王建国", "13800005678", "abc")], by=1, at=NOW, now=NOW)

    assert refused.value.complaints[0].field == "phones.1"


def test_the_same_number_twice_is_one_and_the_first_is_the_main_one(world: Cast) -> None:
    phones = (NewPhone("0755-26001234"), NewPhone("13800005678", "本人", is_main=True), NewPhone("+86 138 0000 5678"))
    (id_,) = create_customers([new(world.units.yunqi.pk, "王建国") for _ in range(1)], by=1, at=NOW, now=NOW)

    amend(world, id_, phones=phones)

    kept = list(Phone.objects.filter(customer=id_).order_by("number").values_list("number", "is_main", "reversed"))
    assert kept == [("075526001234", False, "432100625570"), ("13800005678", True, "87650000831")]


def test_a_change_is_journalled_without_personal_values(world: Cast) -> None:
    id_ = settle(world)["wang"]

    amend(world, id_, values={"name": "王建军", "class_code": "vip", "notes": "门口有狗"}, phones=(NewPhone("13500002222"),))

    customer = Customer.objects.get(pk=id_)
    assert (customer.name, customer.pinyin, customer.class_code, customer.updated_at) == ("王建军", "wang jian jun", "vip", LATER)
    (event,) = events("amend")
    assert event.data == {"name": "changed", "notes": "changed", "class_code": {"was": "", "is": "vip"}, "phones": 1}


def test_after_a_change_the_new_is_found_and_the_old_is_not(world: Cast) -> None:
    id_ = settle(world)["wang"]
    sees = reader(world.li_na)

    amend(world, id_, values={"name": "赵云飞"}, phones=(NewPhone("13500002222"),), addresses=(NewAddress("云栖花园9栋"),))

    assert [h.id for h in search("zyf", sees, {"customer"}).hits] == [id_]
    assert [h.id for h in search("2222", sees, {"customer"}).hits] == [id_]
    assert not search("王建国", sees, {"customer"}).hits
    assert not search("26001234", sees).hits


def test_a_change_that_changes_nothing_leaves_no_trace(world: Cast) -> None:
    id_ = settle(world)["wang"]

    amend(world, id_, values={"name": "王建国", "class_code": ""})

    assert not events("amend")
    assert Customer.objects.get(pk=id_).updated_at == NOW


def test_fields_are_laid_over_each_other_and_taken_away_by_none(world: Cast) -> None:
    id_ = settle(world)["wang"]

    amend(world, id_, values={"fields": {"region": "南山", "key_account": True}})
    amend(world, id_, values={"fields": {"region": None, "file": "complete"}})

    declared = {
        "key_account": Field("key_account", "大客户", FieldType("yes_no")), "file": Field("file", "档案", FieldType("text")),
        "gone": Field("gone", "旧", FieldType("text")),
    }  # fmt: skip
    facts = customer_facts([id_], declared)
    assert facts == {
        id_: {"kind": "person", "class": "", "level": 0, "language": "zh-hans", "key_account": True, "file": "complete"}
    }


def test_an_unknown_customer_is_not_found_and_an_unknown_column_is_named(world: Cast) -> None:
    id_ = settle(world)["wang"]

    with pytest.raises(NotFound):
        amend(world, 12, values={"name": "x"})
    with pytest.raises(FieldError) as refused:
        amend(world, id_, values={"number": "KH1"})
    assert refused.value.complaints[0].field == "number"


def test_nothing_personal_is_printed(world: Cast) -> None:
    id_ = settle(world)["wang"]
    customer = Customer.objects.get(pk=id_)
    printed = [
        repr(customer), str(customer), *map(repr, customer.phones.all()), *map(repr, customer.addresses.all()),
        repr(new(1, "王建国", "13800005678", notes="狗", addresses=(NewAddress("5栋302室"),))), repr(Change(1, {"name": "王建国"})),
        *SearchRow.objects.filter(kind="customer").values_list("title", flat=True),
        *SearchRow.objects.filter(kind="customer").values_list("preview", flat=True),
    ]  # fmt: skip

    assert not [text for text in printed if any(clear in text for clear in ("建国", "00056", "狗", "302"))]
    assert f"{customer.number} 王**" == str(customer)


def test_a_company_is_shown_by_its_name(world: Cast) -> None:
    assert Customer.objects.get(pk=settle(world)["firm"]).masked_name == "云栖物业管理有限公司"


def test_customers_are_listed_by_pinyin(world: Cast) -> None:
    settle(world)

    names = list(Customer.objects.visible_to(reader(world.li_na)).in_order().values_list("name", flat=True))

    assert names == ["李秀英", "单立人", "王建国", "云栖物业管理有限公司"]


def test_only_customers_of_the_readers_units_and_level_are_seen(world: Cast) -> None:
    ids = settle(world)

    def seen(person: Any) -> set[str]:
        found = set(Customer.objects.visible_to(reader(person)).values_list("pk", flat=True))
        return {name for name, id_ in ids.items() if id_ in found}

    assert seen(world.li_na) == {"wang", "wife", "shan", "firm"}
    assert seen(world.he_jing) == {"wang_hupan"}
    assert seen(world.lin_yue) == set(ids)


WRONG = {
    "no name": "update customers_customer set name = ''",
    "a kind nobody knows": "update customers_customer set kind = 'alien'",
    "a level nobody knows": "update customers_customer set level = 9",
    "fields that are a list": "update customers_customer set fields = '[]'",
    "two customers of one number": "update customers_customer set number = 'KH1'",
    "a phone with signs": "update customers_phone set number = '138-0000'",
    "two main phones": "update customers_phone set is_main = true",
    "a country of letters": "update customers_phone set country = 'cn'",
    "an empty address": "update customers_address set text = ''",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_the_database_refuses_what_must_never_be(world: Cast, statement: str) -> None:
    settle(world)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
