"""A figure with a target is the figure its clauses read, whatever it is counted by, and opens into the rows it was counted from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final
from typing import cast as typed

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.numbering import next_id
from shouwen.base.sql import from_json
from shouwen.cases import target_rows, targets
from shouwen.cases.acting import act
from shouwen.cases.counting import Question
from shouwen.cases.enactments import law_at
from shouwen.cases.measures_sql import _measure
from shouwen.cases.models import Case
from shouwen.cases.target_rows import Asked, Member
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, Target, share, window_end, window_start
from shouwen.policy.values import FieldType
from tests.cases.doing import did, opened, ticked, wanted
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE, NOON = at("2026-03-02 09:00"), at("2026-03-02 12:00")
LATER: Final = at("2026-03-20 12:00")
CHECKED: Final = Measure(
    "keys_checked", "钥匙盘点率", "share", Target("key_check", "count"), Target("key"), FieldType("percent"),
    over="calendar_month", link="key",
)  # fmt: skip


@pytest.fixture
def people() -> Cast:
    """The cast under the law of refunds, with seven refunds of three people in two units, and three keys."""
    found = cast(NINE)
    enacted("works")
    by = (found.chen_jie, found.li_na, found.gao_yuan)
    for n in range(7):
        began = NINE + timedelta(minutes=n)
        made = opened("refund", by[n % 3], began, urgent=n > 4)
        if n < 5:
            did("check", made, by[(n + 1) % 3], began + timedelta(hours=1), amount=(n + 1) * 100_00)
            did("remind", made, by[0], began + timedelta(hours=1), calls=n)
        if n < 3:
            paying = wanted("pay", made, by[(n + 2) % 3], began + timedelta(hours=2))
            assert act(ticked(paying, "works/loan#4.name", "works/loan#4.bank"), now=NOON).allowed
    for n, room in enumerate(("store", "roof", "store")):
        key = Ref("record", "key", next_id())
        into = Opening(found.units.yunqi.pk)
        assert act(Act("open", key, found.li_na.pk, NINE, {"tag": f"A{n}", "room": room}, opening=into), now=NINE).allowed
        check = opened("key_check", by[n % 2], NINE, found.units.yunqi, key=key.id)
        if n < 2:
            did("count", check, by[n], NINE + timedelta(hours=1), all_there=n == 0)
    return found


def law() -> Law:
    """The law of refunds."""
    found = law_at(NOON)
    assert found is not None
    return found


def asked(m: Measure, now: datetime = NOON) -> Asked:
    """A measure in the period of a moment."""
    calendar = law().calendars[law().calendar]
    return Asked(law(), m, window_start(m.over, now, calendar), window_end(m.over, now, calendar), now, calendar)


def rows(q: Asked, keys: Collection[str] | None, *, missing: bool = False) -> Iterator[Member]:
    """The rows behind a figure, read two by two."""
    after = None
    while found := target_rows.page(q, keys, missing=missing, after=after, most=2):
        yield from found
        after = found[-1].place


def as_clauses_read(m: Measure, key: str, now: datetime = NOON) -> Any:
    """The same measure for the same key, as a clause asks it."""
    q, calendar = asked(m, now), law().calendars[law().calendar]
    question = Question(m.id, m.counted.noun, m.per, from_json(key) if m.per else None, q.since, q.until, now)
    (found,) = _measure([question], m, law(), calendar)
    return found


def variants() -> Iterator[tuple[str, str]]:
    """Measures of the law, and by whom or what else they could be counted."""
    for name in ("refunded", "pending", "large", "asked_late", "paid_in_time", "kept_share", "reminded"):
        for per in ("", "unit", "responsible", "actor", "first_asked", "customer"):
            # nobody has done what only stands; whose promise was kept is not who did the act it is a share of
            if per != "actor" or name not in ("pending", "asked_late", "kept_share"):
                yield name, per
    for per in ("", "unit", "responsible", "actor"):
        yield CHECKED.id, per
    yield "by_room", "field"
    yield "pending", "field"


def test_a_figure_is_what_clauses_read_and_opens_into_its_rows(people: Cast) -> None:
    counted: set[str] = set()
    for name, per in variants():
        m = CHECKED if name == CHECKED.id else law().measures[name]
        m = replace(m, per=per, custom_per={"by_room": "room", "pending": "urgent"}[name] if per == "field" else "")
        q = asked(m)
        for key, (part, whole) in target_rows.numbers(q, None).items():
            said = (name, per, key)
            assert (share(int(part), whole) if m.fold == "share" else part) == as_clauses_read(m, key), said
            behind = list(rows(q, {key}))
            assert (sum(r.added for r in behind) if m.fold == "sum" else len(behind)) == part, said
            if m.fold == "share":
                missing = list(rows(q, {key}, missing=True))
                assert len(missing) == whole - part, said
                assert not {r.id for r in missing} & {r.id for r in behind}, said
            if part:
                counted.add(name)
    assert counted == {name for name, _ in variants()} - {"asked_late"}, "none is empty"


def test_what_only_the_law_can_judge_is_counted_by_the_same_query(people: Cast) -> None:
    m = law().measures["asked_late"]
    waiting = set(Case.objects.filter(procedure="refund", step="asked").values_list("pk", flat=True))

    assert target_rows.numbers(asked(m), None) == {}, "two days have not passed"
    q = asked(m, LATER)
    assert target_rows.numbers(q, None) == {"0": (2, 0)}
    assert {r.id for r in rows(q, None)} == waiting
    by_unit = replace(m, per="unit")
    assert sum(n for n, _ in target_rows.numbers(asked(by_unit, LATER), None).values()) == 2


def test_the_first_lines_are_those_farthest_from_the_target(people: Cast) -> None:
    m = replace(law().measures["refunded"], target="500CNY")

    worst = targets.by_key(law(), m, None, at=NOON, now=NOON, most=2)
    most = targets.by_key(law(), replace(m, target="<= 500CNY"), None, at=NOON, now=NOON, most=9)

    values = [one.value for one in most]
    assert values == sorted(values, reverse=True)
    assert [one.value for one in worst] == sorted(values)[:2]
    assert all(one.reached == (one.value <= 500_00) for one in most)
    assert [one.key for one in targets.by_key(law(), m, {worst[0].key}, at=NOON, now=NOON, most=9)] == [worst[0].key]
    assert targets.by_key(law(), m, (), at=NOON, now=NOON, most=9) == []


def test_a_book_has_a_line_for_all_and_for_each_person_with_an_entry(people: Cast) -> None:
    all_points, points = (replace(law().measures[n], target="<= 3") for n in ("all_points", "points_of"))

    (one,) = targets.aims(law(), [all_points], (), at=NOON, now=NOON)

    assert (one.part, one.reached) == (0, True)
    assert targets.by_key(law(), points, {str(people.li_na.pk)}, at=NOON, now=NOON, most=9) == []
    assert targets.members(law(), one, targets.Wanted((), missing=False), now=NOON) == []


def test_which_measures_have_a_line(people: Cast) -> None:
    ours = law()
    given = {n: replace(m, target="1CNY" if m.type.name == "money" else "1") for n, m in ours.measures.items()}
    shown = {m.id for m in targets.aimed(typed(Law, SimpleNamespace(measures=given)))}

    assert {"refunded", "pending", "by_room", "all_points", "points_of", "paid_in_time", "large"} <= shown
    assert not {"reminded", "fines_of_case"} & shown, "of one matter alone there is no line"
    given["kept_share"] = replace(given["kept_share"], per="who")
    assert "kept_share" not in {m.id for m in targets.aimed(typed(Law, SimpleNamespace(measures=given)))}


def test_a_page_reads_no_more_than_it_shows_and_asks_once(people: Cast) -> None:
    m = replace(law().measures["large"], counted=Target("refund", "open"), whole=Target("refund", "open"))
    q = asked(m)
    with CaptureQueriesContext(connection) as counted:
        found = target_rows.page(q, None, missing=True, after=None, most=3)

    assert len(found) == 3
    assert len(counted) == 1
    assert "limit" in counted[0]["sql"]
    assert [r.at for r in found] == sorted(r.at for r in found if r.at is not None), "in the order of an index"
    assert found[0].added == Decimal(0)
