"""Who is calling: found by what the caller says, shown masked, and only to who may see them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from shouwen.base.access import NOBODY, Reader
from shouwen.base.search import write_search
from shouwen.base.search_tokens import SearchDoc
from shouwen.customers import models, relations
from shouwen.customers.matching import find, merge_hints
from shouwen.customers.models import Customer
from shouwen.customers.relations import Tie
from shouwen.ops.cast import Cast
from tests.customers.folk import settle
from tests.world import NOW, cast, reader

pytestmark = pytest.mark.django_db
HOUSE, CAR = 900_001, 900_002


@pytest.fixture
def world() -> Cast:
    return cast()


@pytest.fixture
def ids(world: Cast) -> dict[str, int]:
    """The customers, with a house (owned by 王建国, rented by 单立人) and a car as `registers` would write them."""
    found = settle(world)
    unit = world.units.yunqi.pk
    write_search(
        [
            SearchDoc(kind="record", id=HOUSE, unit=unit, sort_at=NOW, title="房屋 5-1-302", number="5-1-302"),
            SearchDoc(kind="record", id=CAR, unit=unit, sort_at=NOW, title="车辆 粤B***45", number="VIN1", codes=("粤B12345",)),
        ],
        now=NOW,
    )
    relations.relate(
        [Tie(HOUSE, found["wang"], "house"), Tie(HOUSE, found["shan"], "house", "tenant"), Tie(CAR, found["wife"], "vehicle")],
        since=NOW,
    )
    return found


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("13800005678", ["wang", "wife"]), ("138 0000 5678", ["wang", "wife"]), ("+8613800005678", ["wang", "wife"]),
        ("5678", ["wang", "wife"]), ("678", ["wang", "wife"]), ("26001234", ["wang"]), ("0000", ["shan"]), ("8000", []),
        ("王建国", ["wang"]), ("建国", ["wang"]), ("wjg", ["wang"]), ("slr", ["shan"]), ("wangjianguo", ["wang"]), ("王", ["wang"]),
        ("5-1-302", ["wang", "shan"]), ("粤B12345", ["wife"]), ("12345", ["wife"]), ("粤B12346", []),
        ("", []), ("😀", []), ("%", []),
        ("13700009999", []), ("欧阳锋", []),
    ],
)  # fmt: skip
def test_a_caller_is_found_by_phone_tail_name_pinyin_house_or_plate(
    world: Cast, ids: dict[str, int], said: str, meant: list[str]
) -> None:
    names = {id_: name for name, id_ in ids.items()}

    found = [names[m.id] for m in find(said, reader(world.li_na))]

    assert sorted(found) == sorted(meant)


def test_a_whole_number_goes_before_whoever_else_matches(world: Cast, ids: dict[str, int]) -> None:
    matches = find("13800005678", reader(world.li_na))

    assert {m.how for m in matches} == {"phone"}
    assert {m.shown for m in matches} == {"138****5678"}
    assert matches[0].same_phone == (matches[1].id,)


def test_the_house_that_matched_is_said(world: Cast, ids: dict[str, int]) -> None:
    (owner, tenant) = find("5-1-302", reader(world.li_na))

    assert (owner.id, owner.how, owner.shown) == (ids["wang"], "record", "房屋 5-1-302")
    assert tenant.id == ids["shan"]


def test_a_match_shows_nothing_in_clear_that_was_not_typed(world: Cast, ids: dict[str, int]) -> None:
    for said in ("5678", "建国", "wangjianguo", "王建", "5-1-302"):
        assert not [m for m in find(said, reader(world.li_na)) if any(clear in repr(m) for clear in ("建国", "0005", "2600"))]


@pytest.mark.parametrize(
    ("said", "name", "phones"),
    [
        ("王建国", "王建国", ("138****5678", "0755****1234")), (" 王 建国", "王建国", ("138****5678", "0755****1234")),
        ("138 0000 5678", "王**", ("13800005678", "0755****1234")), ("005678", "王**", ("138**005678", "0755****1234")),
    ],
)  # fmt: skip
def test_what_was_typed_whole_is_shown_and_nothing_else(
    world: Cast, ids: dict[str, int], said: str, name: str, phones: tuple[str, ...]
) -> None:
    (found,) = [m for m in find(said, reader(world.li_na)) if m.id == ids["wang"]]

    assert (found.name, found.phones) == (name, phones)


def test_who_no_longer_lives_there_is_not_meant(world: Cast, ids: dict[str, int]) -> None:
    relations.hand_over([("house", HOUSE, ids["firm"], NOW)])

    assert {m.id for m in find("5-1-302", reader(world.li_na))} == {ids["firm"], ids["shan"]}
    assert {t.customer for t in relations.of_records([HOUSE])} == {ids["firm"], ids["shan"]}


def test_only_what_the_reader_may_see_is_found(world: Cast, ids: dict[str, int]) -> None:
    assert not find("5678", reader(world.he_jing))
    assert [m.id for m in find("王建国", reader(world.he_jing))] == [ids["wang_hupan"]]
    assert [m.id for m in find("欧阳锋", reader(world.lin_yue))] == [ids["secret"]]
    assert not find("王建国", NOBODY)


def test_a_customer_of_a_case_in_hand_is_seen_in_any_unit(
    world: Cast, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_REACHES", [lambda r: Q(pk=ids["wang"]) if world.he_jing.pk in r.people else Q(pk__in=[])])

    assert Customer.objects.visible_to(reader(world.he_jing)).filter(pk=ids["wang"]).exists()
    assert [m.id for m in find("13800005678", reader(world.he_jing))] == [ids["wang"]]
    assert not Customer.objects.visible_to(reader(world.su_min)).filter(pk=ids["wang"]).exists()


def test_customers_with_a_number_in_common_are_hinted_at(world: Cast, ids: dict[str, int]) -> None:
    assert [m.id for m in merge_hints(ids["wang"], reader(world.li_na))] == [ids["wife"]]
    assert not merge_hints(ids["shan"], reader(world.li_na))
    assert not merge_hints(ids["wang"], reader(world.he_jing))


def test_finding_costs_a_fixed_number_of_queries(world: Cast, ids: dict[str, int]) -> None:
    sees = reader(world.li_na)
    with CaptureQueriesContext(connection) as asked:
        find("5678", sees)

    assert len(asked) <= 18


@pytest.mark.parametrize("limit", [0, 1, 10**9])
def test_the_number_of_matches_is_bounded(world: Cast, ids: dict[str, int], limit: int) -> None:
    assert len(find("5678", Reader(staff=1, units=None, people=frozenset({1})), limit)) == max(1, min(limit, 2))
