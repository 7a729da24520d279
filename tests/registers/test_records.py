"""Records under the law: as subjects, as what cases point to, as populations of rounds, and as rows the database guards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from shouwen.base.errors import FieldError
from shouwen.base.search import search
from shouwen.cases.acting import act, act_many
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.conditions import Condition
from shouwen.policy.law import Law
from shouwen.policy.ruling import Ruling
from shouwen.registers.facts import load, record_facts
from shouwen.registers.models import Record
from shouwen.registers.population import population, walk
from tests.registers.estate import HOUSES, enacted, importer, record, take_in
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def law() -> Law:
    return enacted()


@pytest.fixture
def world(law: Law) -> Cast:
    found = cast()
    take_in(found, HOUSES)
    return found


def do(world: Cast, name: str, house: Record, **fields: Any) -> Ruling:
    return act(Act(name, house.ref, world.li_na.pk, NOW, fields), now=NOW)


def test_an_act_moves_a_record_and_marks_it(world: Cast) -> None:
    house = record("5-1-302")

    assert do(world, "seal", house).allowed

    house.refresh_from_db()
    assert (house.step, house.version) == ("sealed", 2)
    mark = load([house.pk])[house.pk].marks["seal"]
    assert (mark.count, mark.first, mark.last, mark.by) == (1, NOW, NOW, (world.li_na.pk,))
    assert do(world, "seal", house).refused, "it stands at the end already"


def test_an_amended_record_is_found_by_its_new_key_only(world: Cast) -> None:
    house = record("5-1-302")

    assert do(world, "amend", house, number="5-1-399").allowed

    assert Record.objects.get(pk=house.pk).key == "5-1-399"
    assert [h.id for h in search("5-1-399", importer(world)).hits] == [house.pk]
    assert not search("5-1-302", importer(world)).hits


def test_an_amended_unit_and_owner_move_the_row(world: Cast) -> None:
    house, other = record("5-1-302"), record("1-1-101")

    do(world, "amend", house, area=world.units.hupan.pk, customer=other.customer_id)

    house.refresh_from_db()
    assert (house.unit_id, house.customer_id) == (world.units.hupan.pk, other.customer_id)
    for person, sees in ((world.li_na, False), (world.he_jing, True)):
        assert Record.objects.visible_to(reader(person)).filter(pk=house.pk).exists() is sees
        assert bool(search("5-1-302", reader(person), {"record"}).hits) is sees


def test_a_taken_or_missing_key_is_named_and_nothing_is_written(world: Cast) -> None:
    house = record("5-1-302")
    for number in ("5-1-303", " ", "9" * 200):
        with pytest.raises(FieldError) as refused, transaction.atomic():
            do(world, "amend", house, number=number)
        assert refused.value.complaints[0].field == "number"
    for number in ("5-1-303", ""):
        opened = Act("open", Ref("record", "house", 0), world.li_na.pk, NOW, {"number": number}, opening=Opening())
        with pytest.raises(FieldError), transaction.atomic():
            act(opened, now=NOW)

    assert Record.objects.count() == 4


def test_one_of_several_whose_key_is_taken_is_refused_alone(world: Cast) -> None:
    def wanted(number: str, key: str = "") -> Act:
        return Act("open", Ref("record", "house", 0), world.li_na.pk, NOW, {"number": number}, opening=Opening(), key=key)

    rulings = act_many([wanted("9-1"), wanted("5-1-303", "k"), wanted("9-2"), wanted("9-1"), wanted("9-3")], now=NOW)

    assert [r.outcome for r in rulings] == ["allowed", "refused", "allowed", "refused", "allowed"]
    assert {(r.code, r.missing) for n in (1, 3) for r in rulings[n].refusals} == {("taken", ("number",))}
    assert Record.objects.filter(key__startswith="9-").count() == 3
    assert act_many([wanted("9-4", "k"), wanted("9-5")], now=NOW)[0].allowed, "what was not written left no key behind"


def test_a_case_knows_the_record_it_points_to(world: Cast) -> None:
    def check(key: str) -> Ruling:
        opening = Opening(unit=world.units.yunqi.pk)
        opened = act(Act("open", Ref("case", "house_check", 0), 0, NOW, {"house": record(key).pk}, opening=opening), now=NOW)
        assert opened.allowed, opened.text()
        return act(Act("check", opened.subject, world.li_na.pk, NOW), now=NOW)

    assert check("5-1-302").allowed
    refused = check("5-1-401")
    assert [r.clause for r in refused.refusals] == ["estate/things#2"]


def test_the_fields_of_records_are_typed_and_read_with_one_query(world: Cast, law: Law) -> None:
    ids = [record("5-1-302").pk, record("5-1-401").pk, 12]

    with CaptureQueriesContext(connection) as asked:
        found = record_facts(ids, law.nouns)

    assert len(asked) == 1
    assert found[ids[0]]["size"] == Decimal("89.5")
    assert found[ids[0]]["lived_in"] is True
    assert found[ids[0]]["state"] == "normal"
    assert "lived_in" not in found[ids[1]]
    assert set(found) == set(ids[:2])
    assert record_facts(ids, {}) == {}
    assert record_facts([], law.nouns) == {}


# Populations


def vacant(law: Law) -> Condition:
    return law.versions["estate/things#3"][0].rules["house"].when


def keys(members: Any) -> list[str]:
    return [str(m["number"]) for m in members]


def test_a_population_is_walked_page_by_page_without_loss(world: Cast, law: Law) -> None:
    house = law.nouns["house"]

    assert sorted(keys(walk(house, page=1))) == sorted(keys(walk(house))) == ["1-1-101", "5-1-302", "5-1-303", "5-1-401"]
    first = population(house, limit=3)
    assert len(first) == 3
    assert len(population(house, after=first[-1]["id"], limit=3)) == 1
    assert first[0]["unit"] == world.units.yunqi.pk


def test_a_condition_narrows_a_population_in_the_database(world: Cast, law: Law) -> None:
    assert keys(population(law.nouns["house"], vacant(law))) == ["5-1-303", "5-1-401"]


def test_an_alternative_the_database_cannot_compare_does_not_narrow(world: Cast, law: Law) -> None:
    whole = vacant(law)
    open_ended = Condition((*whole.groups, tuple(replace(t, kind="given") for t in whole.groups[0])))

    assert len(population(law.nouns["house"], open_ended)) == 4


def test_archived_records_are_visited_no_more(world: Cast, law: Law) -> None:
    Record.objects.filter(key="5-1-303").update(archived_at=NOW)

    assert "5-1-303" not in keys(walk(law.nouns["house"]))
    assert not Record.objects.kept("house").filter(key="5-1-303").exists()


# Who sees what, and what the database refuses


def test_records_are_seen_by_unit_and_those_of_none_by_everybody(world: Cast) -> None:
    take_in(world, "项目,单价\n换阀门,30\n", "price_item")

    def seen(person: Any) -> set[str]:
        return set(Record.objects.visible_to(reader(person)).values_list("key", flat=True))

    assert seen(world.li_na) == {"5-1-302", "5-1-303", "5-1-401", "换阀门"}
    assert seen(world.he_jing) == {"1-1-101", "换阀门"}
    assert {h.id for h in search("换阀门", reader(world.he_jing)).hits} == {record("换阀门").pk}


WRONG = {
    "no key": "update registers_record set key = ''",
    "no register": "update registers_record set register = ''",
    "two of one key": "update registers_record set key = 'x'",
    "fields that are a list": "update registers_record set fields = '[]'",
    "marks that are a text": "update registers_record set marks = '\"x\"'",
    "a version that does not count": "update registers_record set version = 0",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_the_database_refuses_what_must_never_be(world: Cast, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
