"""A round over a big population: page by page, each with the same few queries and no more memory than the one before."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.numbering import next_id
from shouwen.base.sql import raw
from shouwen.cases import facts, rounds
from shouwen.cases.acting import act, act_many
from shouwen.cases.models import Case, Occurrence, Round
from shouwen.cases.populations import MOST_AT_ONCE, members_after
from shouwen.policy.act import Act, Opening, Ref
from shouwen.registers.models import Record
from shouwen.staff.models import Holding
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
MARCH, APRIL = at("2026-03-20 09:00"), at("2026-04-01 00:01")
LATER = MARCH + timedelta(hours=1)
MANY, LENT = 3_000, 5
_COPIES = """insert into registers_record (id, key, {others}) select 1000000000000 + g, 'B' || g, {others}
 from registers_record r, generate_series(1, %s) g where r.id = %s"""


def kept(n: int) -> None:
    """So many keys in stock, written at once, and some that are lent: members of the population, and of its group."""
    people = cast(MARCH)
    enacted("works")
    Holding.objects.create(staff=people.li_na, post="clerk", since=at("2020-01-01 00:00"))
    Round.objects.create(looked_until=MARCH)
    opening = Opening(people.units.yunqi.pk)
    refs = [Ref("record", "key", next_id()) for _ in range(LENT)]
    for ref in refs:
        assert act(Act("open", ref, people.ma_jun.pk, MARCH, {"tag": f"A{ref.id}"}, opening=opening), now=MARCH).allowed
    others = ", ".join(f'"{f.column}"' for f in Record._meta.concrete_fields if f.column not in ("id", "key"))
    raw().execute(_COPIES.format(others=others), [n, refs[0].id])
    for ref in refs:
        assert act(Act("lend", ref, people.ma_jun.pk, MARCH), now=MARCH).allowed


def test_each_page_of_a_big_round_costs_what_the_one_before_cost() -> None:
    kept(MANY)
    rounds.look(APRIL)
    queries, peaks = list[int](), list[int]()

    tracemalloc.start()
    while True:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        with CaptureQueriesContext(connection) as asked:
            more = rounds.ask(APRIL)
        if not more:
            break
        queries.append(len(asked))
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()

    done = Occurrence.objects.get(clause="works/loan#5")
    assert (done.asked, done.opened, Case.objects.of("key_check").count()) == (MANY + LENT, LENT, LENT)
    assert len(queries) == -(-(MANY + LENT) // rounds.PAGE)
    assert max(queries[1:-1]) == min(queries[1:-1])
    middle = sorted(peaks)[len(peaks) // 2]
    assert max(peaks[1:]) < 2 * middle  # the last full page takes no more than the second


def test_a_long_round_lets_those_that_begin_later_go_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(600)
    monkeypatch.setattr(rounds, "LONG", 400)
    rounds.look(APRIL)
    long = Occurrence.objects.get(clause="works/loan#5")
    rounds.ask(APRIL)
    rounds.ask(APRIL)
    later = insert_round(long, "2026-04-x", at=at("2026-04-01 00:00"))

    rounds.ask(APRIL)

    reached = dict(Occurrence.objects.values_list("period", "asked"))
    assert reached == {long.period: 400, later: rounds.PAGE}


def insert_round(like: Occurrence, period: str, *, at: datetime) -> str:
    """Another round of the same clause, that begins later."""
    Occurrence.objects.create(
        id=next_id(), clause=like.clause, period=period, population=like.population, at=at, row=period, try_at=at
    )
    return period


def test_an_act_that_speaks_of_very_many_gathers_no_more_of_them_than_tell_that_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept(MANY)
    lent, read = Record.objects.filter(step="out").values_list("pk", flat=True)[0], list[int]()

    def counted(*words: Any) -> list[Ref]:
        found = members_after(*words)
        read.append(len(found))
        return found

    monkeypatch.setattr(facts, "members_after", counted)
    ruling = act(Act("take_back", Ref("record", "key", lent), 0, LATER), now=LATER)

    assert ruling.allowed, ruling.text()
    assert read == [MOST_AT_ONCE + 1]
    assert Occurrence.objects.get(clause="works/loan#5.1").asked == 0


def test_a_sample_of_many_is_drawn_once_and_gone_through_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[int]()

    def every_other(_o: object, _law: object) -> list[int]:
        drawn.append(1)
        return sorted(Record.objects.values_list("pk", flat=True))[::2]

    monkeypatch.setattr(rounds, "drawn_by", lambda law, clause, moment: SimpleNamespace(population="key"))
    monkeypatch.setattr(rounds, "sampled", every_other)
    kept(1_000)
    rounds.look(APRIL)

    while rounds.ask(APRIL):
        pass

    assert drawn == [1]
    assert Occurrence.objects.get(clause="works/loan#5").asked == (1_000 + LENT + 1) // 2


def test_killed_in_the_middle_of_a_page_it_goes_on_and_asks_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(450)
    rounds.look(APRIL)
    heard = act_many

    def killed(*words: Any, **more: Any) -> Any:
        heard(*words, **more)
        monkeypatch.setattr(rounds, "act_many", heard)
        raise KeyboardInterrupt  # as good as a kill: nobody catches it, and what was written is not committed

    monkeypatch.setattr(rounds, "act_many", killed)
    with pytest.raises(KeyboardInterrupt):
        rounds.ask(APRIL)
    before = Occurrence.objects.get(clause="works/loan#5")
    assert (before.reached, before.asked, Case.objects.of("key_check").count()) == (0, 0, 0)
    while rounds.ask(APRIL):
        pass

    done = Occurrence.objects.get(clause="works/loan#5")
    assert (done.asked, done.opened, Case.objects.of("key_check").count()) == (450 + LENT, LENT, LENT)
