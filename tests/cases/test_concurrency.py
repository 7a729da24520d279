"""Two at once: what is counted is counted one after the other, what is locked is waited for, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from shouwen.base.late_transaction import LateTransaction
from shouwen.base.models import ActKey, Event
from shouwen.cases import acting, effects
from shouwen.cases.acting import act, act_many
from shouwen.cases.living import Living
from shouwen.cases.models import Case
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act
from shouwen.policy.ruling import Ruling
from shouwen.worktime import parse_span
from tests.cases.doing import at_once, opened, opening
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.world import at, cast

NINE = at("2026-03-02 09:00")


@pytest.fixture
def people(live_db: LiveDatabase) -> Cast:
    """The cast in a database that may be committed to."""
    found = cast(NINE)
    enacted("works")
    return found


def doing(wish: Act) -> Callable[[], Ruling]:
    """An act to be done later."""
    return lambda: act(wish, now=NINE)


def test_of_two_extensions_at_once_where_one_is_allowed_one_is_refused(people: Cast) -> None:
    everybody = people.everybody
    for pair in zip(everybody[::2], everybody[1::2], strict=False):
        case = opened("refund", people.sun_lei, NINE)
        wishes = [Act("extend", case.ref, who.pk, NINE, {"span": parse_span("1wd")}) for who in pair]

        outcomes = [r.outcome for r in at_once([doing(w) for w in wishes])]

        assert sorted(outcomes) == ["allowed", "refused"]


def test_a_quota_of_one_person_holds_over_cases_that_share_no_lock(people: Cast) -> None:
    cases = [opened("refund", people.sun_lei, NINE) for _ in range(6)]
    wishes = [Act("extend", case.ref, people.sun_lei.pk, NINE, {"span": parse_span("1wd")}) for case in cases]

    outcomes = [r.outcome for r in at_once([doing(w) for w in wishes])]

    assert sorted(outcomes) == ["allowed"] * 2 + ["refused"] * 4  # clause 2.1: two a day


def test_the_same_key_sent_four_times_at_once_opens_one_case(people: Cast) -> None:
    wish = replace(opening("refund", people.sun_lei, NINE), key="once")

    rulings = at_once([doing(wish)] * 4)

    assert {r.subject.id for r in rulings} == {Case.objects.get().pk}
    assert ActKey.objects.count() == 1


def test_numbers_of_cases_opened_at_once_are_all_different(people: Cast) -> None:
    rulings = at_once([doing(opening("refund", people.sun_lei, NINE)) for _ in range(8)])

    assert all(r.allowed for r in rulings)
    numbers = list(Case.objects.order_by("number").values_list("number", flat=True))
    assert len(set(numbers)) == 8
    assert all(n.startswith("TK20260302-") for n in numbers)


def test_acts_on_one_case_at_once_happen_one_after_the_other(people: Cast) -> None:
    case = opened("refund", people.sun_lei, NINE)
    wishes = [Act("note", case.ref, people.sun_lei.pk, NINE, {"text": f"第{i}条"}) for i in range(6)]

    rulings = at_once([doing(w) for w in wishes])

    assert [r.outcome for r in rulings] == ["allowed"] * 6
    case.refresh_from_db()
    assert case.marks["note"][0] == 6
    assert case.version == 7


def test_batches_that_want_the_same_cases_in_another_order_do_not_block_each_other_for_ever(people: Cast) -> None:
    cases = [opened("refund", people.sun_lei, NINE) for _ in range(10)]

    def batch(order: Sequence[Case]) -> Callable[[], list[Ruling]]:
        return lambda: act_many([Act("note", c.ref, people.sun_lei.pk, NINE, {"text": "x"}) for c in order], now=NINE)

    found = at_once([batch(cases), batch(cases[::-1]), batch(cases[::2]), batch(cases[::-2])])

    assert all(r.allowed for rulings in found for r in rulings)


def test_a_transaction_that_met_another_is_begun_again(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    hear, tried = acting._hear, []

    def meeting(acts: Sequence[Act], now: datetime, kept: dict[int, Living], late: LateTransaction) -> list[Ruling]:
        late.begin()  # whoever meets another holds a lock
        rulings = hear(acts, now, kept, late)
        tried.append(1)
        if len(tried) < 3:
            met = OperationalError("x")
            met.__cause__ = psycopg.errors.DeadlockDetected()
            raise met
        return rulings

    monkeypatch.setattr(acting, "_hear", meeting)
    assert act(opening("refund", people.sun_lei, NINE), now=NINE).allowed
    assert (len(tried), Case.objects.count()) == (3, 1)


def test_what_is_one_statement_needs_no_transaction(people: Cast) -> None:
    act(opening("refund", people.sun_lei, NINE), now=NINE)  # numbers are in hand from here on
    with CaptureQueriesContext(connection) as opened_it:
        case = opened("refund", people.sun_lei, NINE)
    with CaptureQueriesContext(connection) as noted:
        act(Act("note", case.ref, people.sun_lei.pk, NINE, {"text": "x"}), now=NINE)

    assert "BEGIN" not in [q["sql"] for q in opened_it]
    assert "BEGIN" in [q["sql"] for q in noted], "an act on a case locks it"


def test_what_is_two_statements_is_written_together_or_not_at_all(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OperationalError("x")

    monkeypatch.setattr(effects, "write_notices", broken)
    wish = replace(opening("refund", people.sun_lei, NINE), key="once")  # what is answered to a key is a second statement

    with pytest.raises(OperationalError):
        act(wish, now=NINE)

    assert (Case.objects.count(), Event.objects.filter(case_id__isnull=False).count()) == (0, 0)
