"""What measures aim at is counted as clauses count it, and opens into as many subjects as it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.cases import clock, targets
from shouwen.cases.enactments import law_at
from shouwen.cases.targets import Aim, Wanted
from shouwen.ops.cast import Cast
from shouwen.policy.law import Law
from shouwen.policy.reads import readers_of
from tests.cases.test_vacant_houses import FIRST, LIVED_IN, MAY, UNDECORATED, UNSOLD, checked, houses, people
from tests.world import at

__all__ = ["people"]  # the company of the vacant houses, as a fixture
pytestmark = pytest.mark.django_db
TENTH, END = at("2026-04-10 10:00"), at("2026-04-30 23:00")


def law() -> Law:
    """The law of the company."""
    found = law_at(END)
    assert found is not None
    return found


def aim(people: Cast, name: str, moment: datetime, now: datetime) -> Aim:
    """One measure of the garden in the period of a moment."""
    found = targets.aims(law(), targets.aimed(law(), {name}), {people.units.yunqi.pk}, at=moment, now=now)
    assert len(found) == 1, found
    return found[0]


def named(people: Cast, one: Aim, *, missing: bool = False) -> list[int]:
    """The subjects a figure opens into, read two by two."""
    found: list[int] = []
    wanted = Wanted({people.units.yunqi.pk}, missing, most=2)
    while rows := targets.members(law(), one, wanted, now=END):
        found += [row.id for row in rows]
        wanted = replace(wanted, after=rows[-1].place)
    return found


def test_a_share_of_houses_names_those_that_were_reached_and_those_that_are_missing(people: Cast) -> None:
    here = houses(people, A=UNSOLD, B=UNDECORATED, C=LIVED_IN, D=UNSOLD)
    clock.tick(FIRST)
    checked(people, here["A"], TENTH)

    one = aim(people, "vacant_checked", END, END)
    part, missing = named(people, one), named(people, one, missing=True)

    assert (one.part, one.whole, one.missing, one.reached, one.window.over) == (1, 3, 2, False, False)
    assert one.value == Decimal("33.33"), "as clauses read it"
    assert part == [here["A"]]
    assert missing == [here["B"], here["D"]], "a house somebody lives in is none of them"


def test_a_target_is_reached_when_all_are_done_and_missed_for_good_when_the_period_is_over(people: Cast) -> None:
    here = houses(people, A=UNSOLD, B=UNDECORATED)
    clock.tick(FIRST)
    checked(people, here["A"], TENTH)
    assert aim(people, "unsold_checked", END, END).reached is True
    assert aim(people, "vacant_checked", END, MAY).window.over
    assert aim(people, "vacant_checked", END, MAY).reached is False

    checked(people, here["B"], at("2026-04-30 20:00"))

    assert aim(people, "vacant_checked", END, END).reached is True


def test_where_there_is_nothing_to_do_no_target_is_missed(people: Cast) -> None:
    unit = people.units.yunqi.pk
    assert targets.aims(law(), targets.aimed(law(), {"vacant_checked"}), {unit}, at=END, now=END) == []


def test_a_count_of_what_nobody_wants_is_reached_while_there_is_none(people: Cast) -> None:
    (one,) = targets.aims(law(), targets.aimed(law(), {"second_calls"}), {people.units.yunqi.pk}, at=END, now=END)

    assert (one.part, one.is_share, one.reached, str(one.goal)) == (0, False, True, "≤ 0")


def test_units_are_added_up_to_one_line_of_each_measure(people: Cast) -> None:
    here = houses(people, A=UNSOLD, B=UNSOLD)
    clock.tick(FIRST)
    checked(people, here["A"], TENTH)
    one = aim(people, "unsold_checked", END, END)
    ours = law()
    aimed = targets.aimed(ours, {"unsold_checked", "basements_checked"})
    none, both = sorted(targets.together(ours, aimed, [one, one], at=END, now=END), key=lambda a: a.measure.id)

    assert (both.part, both.whole, both.unit) == (2, 4, targets.COMPANY)
    assert (none.part, none.whole, none.reached) == (0, 0, None), "a target is told also where nothing is to do"


def test_every_measure_with_a_target_can_be_shown_and_who_reads_it_is_known(people: Cast) -> None:
    readers = readers_of(law().on(END.date()))

    assert "property/vacant-house#6.2" in readers["vacant_checked"]
    assert "property/follow-up#7.2" in readers["complaint_coverage"]
    assert {m.id for m in targets.aimed(law())} == {m.id for m in law().measures.values() if m.target}


def test_however_many_units_the_shares_of_calls_are_counted_with_one_statement(people: Cast) -> None:
    ours = law()
    calls = targets.aimed(ours, {"complaint_coverage", "repair_coverage", "survey_coverage"})
    with CaptureQueriesContext(connection) as asked:
        targets.aims(ours, calls, {people.units.yunqi.pk, people.units.hupan.pk}, at=END, now=END)

    assert len(asked) == 1
