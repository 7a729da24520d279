"""A round over a big population: page by page, each with the same few queries and no more memory than the one before."""

from __future__ import annotations

import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.numbering import next_id
from shouwen.base.sql import raw
from shouwen.cases import rounds
from shouwen.cases.acting import act
from shouwen.cases.models import Case, Occurrence, Round
from shouwen.policy.act import Act, Opening, Ref
from shouwen.registers.models import Record
from shouwen.staff.models import Holding
from tests.cases.law import enacted
from tests.world import at, cast

pytestmark = pytest.mark.django_db
MARCH, APRIL = at("2026-03-20 09:00"), at("2026-04-01 00:01")
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
