"""What stands now: counted when somebody asks while it is little, kept by the worker once it is much."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ops.cast import Cast
from shouwen.policy.reading_rights import InSight
from shouwen.reports import standing
from shouwen.reports.models import Standing
from tests.cases.doing import opened
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
NINE = at("2026-03-02 09:00")


@pytest.fixture
def people() -> Cast:
    """The cast under the little law of repairs."""
    found = cast(NINE)
    enacted("demo")
    return found


def numbers(units: frozenset[int] | None = None) -> tuple[int, int]:
    """How many are open and past due in some units."""
    loads, _at = standing.open_now(InSight(units), NINE)
    return sum(load.open for load in loads), sum(load.overdue for load in loads)


def test_a_few_are_counted_when_somebody_asks(people: Cast) -> None:
    opened("repair", people.chen_jie, NINE, urgency="normal")
    standing.keep(NINE)

    assert numbers() == (1, 0)
    assert standing.open_now(InSight(None), NINE)[1] is None
    assert not Standing.objects.exists()


def test_of_many_the_worker_keeps_the_numbers_and_their_moment(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "LIVE", 1)
    cases = [opened("repair", people.chen_jie, NINE, urgency="normal") for _ in range(3)]
    assert numbers() == (3, 0)  # nothing has been kept yet

    standing.keep(NINE)
    opened("repair", people.chen_jie, NINE, urgency="normal")
    loads, at = standing.open_now(InSight(None), NINE + timedelta(seconds=30))
    standing.keep(NINE + timedelta(seconds=30))
    assert (sum(load.open for load in loads), at) == (3, NINE)
    assert numbers() == (3, 0)  # not counted again so soon

    standing.keep(NINE + timedelta(minutes=2))
    unit = cases[0].unit_id
    assert unit is not None
    assert numbers() == numbers(frozenset({unit})) == (4, 0)
    assert numbers(frozenset({people.units.hupan.pk})) == (0, 0)


@pytest.mark.parametrize("live", [5_000, 1])
def test_of_a_noun_of_which_the_law_says_otherwise_those_units_are_counted_and_no_others(
    people: Cast, monkeypatch: pytest.MonkeyPatch, live: int
) -> None:
    monkeypatch.setattr(standing, "LIVE", live)
    yunqi, hupan = people.units.yunqi, people.units.hupan
    for unit, times in ((yunqi, 1), (hupan, 3)):
        for _ in range(times):
            opened("repair", people.chen_jie, NINE, unit, urgency="normal")
        opened("call_back", people.chen_jie, NINE, unit)
    standing.keep(NINE)

    def count(seen: InSight) -> int:
        return sum(load.open for load in standing.open_now(seen, NINE)[0])

    here = frozenset({yunqi.pk})
    assert count(InSight(None)) == 6
    assert count(InSight(here)) == 2
    assert count(InSight(here, (("repair", None),))) == 5, "a clause opens the repairs of all units"
    assert count(InSight(here, (("repair", frozenset({yunqi.pk, hupan.pk})),))) == 5
    assert count(InSight(frozenset(), (("repair", frozenset({hupan.pk})),))) == 3, "to whom the posts open nothing"
    assert count(InSight(None, (("repair", frozenset()),))) == 2, "a clause closes them, also at the top"
    assert count(InSight(here, (("call_back", frozenset()), ("repair", frozenset({hupan.pk}))))) == 3


def test_what_was_kept_before_nouns_were_is_not_read(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "LIVE", 0)
    opened("repair", people.chen_jie, NINE, urgency="normal")
    Standing.objects.bulk_create(Standing(kind="open", name=name, n=9, at=NINE) for name in ("open", "overdue", "held"))

    assert numbers() == (1, 0)


def test_what_is_little_again_is_counted_again(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    opened("repair", people.chen_jie, NINE, urgency="normal")
    with monkeypatch.context() as few:
        few.setattr(standing, "LIVE", 0)
        standing.keep(NINE)
        assert Standing.objects.exists()

    standing.keep(NINE + timedelta(minutes=2))

    assert not Standing.objects.exists()
