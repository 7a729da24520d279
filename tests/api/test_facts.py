"""Facts by API: told once however often, by whoever may write them, and how fresh each is."""

from __future__ import annotations

from shouwen.cases.models import OutsideFact
from shouwen.ops.cast import Cast
from tests.api.conftest import program

DRY = {"value": "no", "as_of": "2026-03-02T08:00:00+08:00", "source": "气象台"}


def test_a_fact_is_told_once_however_often_it_is_sent_and_never_told_otherwise(people: Cast) -> None:
    boss = program(people.zhao_jun)

    first, second = (boss.put("/facts/rain", DRY) for _ in range(2))
    other = boss.put("/facts/rain", {**DRY, "value": "yes"})

    assert first.status == second.status == 200
    assert first.body == second.body == {"name": "rain", "as_of": "2026-03-02T08:00:00+08:00", "about": None, "stale_after": "1d"}
    assert (other.status, other.body["code"]) == (409, "told_otherwise")
    assert [f.value for f in OutsideFact.objects.all()] == [False]


def test_how_fresh_each_is_is_listed_without_its_value(people: Cast) -> None:
    boss = program(people.zhao_jun)
    assert boss.get("/facts").body["items"][0]["stale"]  # never told

    unit = {"about": {"kind": "unit", "id": people.units.yunqi.pk}}
    assert boss.put("/facts/rain", {**DRY, **unit}).status == 200

    (rain,) = boss.get("/facts").body["items"]
    assert (rain["name"], rain["type"], rain["of"], "value" in rain) == ("rain", "yes_no", 1, False)
    assert rain["newest"].startswith("2026-03-02T")


def test_what_does_not_fit_is_said_at_its_place(people: Cast) -> None:
    boss = program(people.zhao_jun)

    wrong = boss.put("/facts/rain", {**DRY, "value": "perhaps"})
    unknown = boss.put("/facts/weather", DRY)
    forbidden = program(people.sun_lei).put("/facts/rain", DRY)

    assert (wrong.status, [f["field"] for f in wrong.body["fields"]]) == (422, ["value"])
    assert (unknown.status, forbidden.status) == (404, 403)
