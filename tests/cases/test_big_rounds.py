"""A round over a big population: those who belong are found by SQL and asked page by page; each page costs what the one before cost,
and no kill makes it ask anybody twice or leave anybody out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.base.models import Event
from shouwen.base.numbering import next_id
from shouwen.base.sql import raw
from shouwen.cases import facts, populations, rounds
from shouwen.cases.acting import act, act_many
from shouwen.cases.conditions_sql import narrowing_sql
from shouwen.cases.enactments import Laws
from shouwen.cases.models import Case, Occurrence, Round
from shouwen.cases.populations import MOST_AT_ONCE, members_after
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.conditions import Condition
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.staff.models import Holding
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.databases import ROOT
from tests.world import at, cast

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


def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where SQL cannot say who belongs: every member is asked."""
    monkeypatch.setattr(populations, "belonging", lambda *_: None)


def whom_it_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many members each page asks."""
    asked, heard = list[int](), act_many

    def counted(acts: Sequence[Act], *, now: datetime) -> list[Ruling]:
        asked.append(len(acts))
        return heard(acts, now=now)

    monkeypatch.setattr(rounds, "act_many", counted)
    return asked


def go_through() -> Occurrence:
    """Ask until nothing is left; return the round over the keys."""
    while rounds.ask(APRIL):
        pass
    return Occurrence.objects.get(clause="works/loan#5")


@pytest.mark.django_db
def test_of_a_big_population_only_those_who_belong_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(MANY)
    rounds.look(APRIL)
    monkeypatch.setattr(populations, "LOOKED_AT", 1_000)
    asked = whom_it_asked(monkeypatch)

    done = go_through()

    assert (done.asked, done.opened, Case.objects.of("key_check").count()) == (MANY + LENT, LENT, LENT)
    assert asked == [LENT, 0, 0, 0]  # the lent ones come first; four times a thousand were looked at


@pytest.mark.django_db
def test_a_page_that_is_full_before_all_were_looked_at_is_gone_on_from_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(10)
    rounds.look(APRIL)
    asked = whom_it_asked(monkeypatch)
    while rounds.ask(APRIL, page=2):
        pass

    done = Occurrence.objects.get(clause="works/loan#5")
    assert (done.asked, done.opened, asked) == (10 + LENT, LENT, [2, 2, 1])


@pytest.mark.django_db
def test_what_was_kept_under_another_type_is_judged_by_the_law_and_stops_no_round(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(10)
    rounds.look(APRIL)
    monkeypatch.setattr(populations, "belonging", lambda *_: ("(s.fields ->> 'tag')::numeric > 1", []))

    done = go_through()

    assert (done.asked, done.opened, done.trouble) == (10 + LENT, LENT, "")


@pytest.mark.django_db
def test_of_a_group_only_what_sql_can_say_leaves_anybody_out() -> None:
    cast(MARCH)
    enacted("works")
    law = Laws().at(MARCH)
    assert law is not None
    when = law.populations["loaned"].when
    assert when is not None
    (out,) = when.tests
    start, step = replace(out, kind="start"), "s.step = any(%s::text[])"

    assert narrowing_sql(when, law.nouns["key"]) == (f"(({step}))", [["out"]])
    assert narrowing_sql(Condition(((out, start),)), law.nouns["key"]) == (f"(({step}))", [["out"]])
    assert narrowing_sql(Condition(((out,), (start,))), law.nouns["key"]) == ("", [])


@pytest.mark.django_db
def test_a_page_is_as_large_as_can_be_asked_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(2_000)
    rounds.look(APRIL)
    unsaid(monkeypatch)
    asked = whom_it_asked(monkeypatch)

    monkeypatch.setattr(rounds, "HOLD", 1_000)
    for _ in range(5):
        rounds.ask(APRIL)
    monkeypatch.setattr(rounds, "HOLD", 0)
    rounds.ask(APRIL)
    rounds.ask(APRIL)

    assert asked == [50, 100, 200, 400, 500, 500, 1]


@pytest.mark.django_db
def test_each_page_of_a_big_round_costs_what_the_one_before_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(MANY)
    rounds.look(APRIL)
    unsaid(monkeypatch)
    page = 200
    queries, peaks = list[int](), list[int]()

    tracemalloc.start()
    while True:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        with CaptureQueriesContext(connection) as asked:
            more = rounds.ask(APRIL, page=page)
        if not more:
            break
        queries.append(len(asked))
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()

    done = Occurrence.objects.get(clause="works/loan#5")
    assert (done.asked, done.opened, Case.objects.of("key_check").count()) == (MANY + LENT, LENT, LENT)
    assert len(queries) == -(-(MANY + LENT) // page)
    assert max(queries[1:-1]) == min(queries[1:-1])
    middle = sorted(peaks)[len(peaks) // 2]
    assert max(peaks[1:]) < 2 * middle  # the last full page takes no more than the second


@pytest.mark.django_db
def test_a_long_round_lets_those_that_begin_later_go_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(600)
    monkeypatch.setattr(rounds, "LONG", 400)
    unsaid(monkeypatch)
    rounds.look(APRIL)
    long = Occurrence.objects.get(clause="works/loan#5")
    rounds.ask(APRIL, page=200)
    rounds.ask(APRIL, page=200)
    later = insert_round(long, "2026-04-x", at=at("2026-04-01 00:00"))

    rounds.ask(APRIL, page=200)

    reached = dict(Occurrence.objects.values_list("period", "asked"))
    assert reached == {long.period: 400, later: 200}


def insert_round(like: Occurrence, period: str, *, at: datetime) -> str:
    """Another round of the same clause, that begins later."""
    Occurrence.objects.create(
        id=next_id(), clause=like.clause, period=period, population=like.population, at=at, row=period, try_at=at
    )
    return period


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_killed_in_the_middle_of_a_page_it_goes_on_and_asks_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(450)
    rounds.look(APRIL)
    unsaid(monkeypatch)
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


# Dies of SIGKILL before its n-th statement, for each n that is given (0: not at all), in a process of its own each time.
DYING = """import json, os, signal, sys, django
django.setup()
from datetime import datetime
from django.db import connection, connections
from shouwen.base import sql
from shouwen.cases import enactments, rounds
now = datetime.fromisoformat(sys.argv[1])
enactments.law_at(now)
connections.close_all()
sent, execute = [0], sql.Raw.execute
def count(last):
    sent[0] += 1
    if sent[0] == last:
        os.kill(os.getpid(), signal.SIGKILL)
def work(last):
    def one(self, *words, **more):
        count(last)
        return execute(self, *words, **more)
    def other(execute, query, params, many, context):
        count(last)
        return execute(query, params, many, context)
    sql.Raw.execute = one
    with connection.execute_wrapper(other):
        while rounds.ask(now, page=25):
            pass
ended = []
for last in map(int, sys.argv[2:]):
    child = os.fork()
    if not child:
        work(last)
        os._exit(0)
    ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(ended))
"""


def test_a_big_round_that_is_killed_at_every_statement_opens_one_case_for_each_member(live_db: LiveDatabase) -> None:
    members, kills = 600, range(1, 31)  # before each statement of a page, from the first one of a new process on
    kept(1)
    lent = Record.objects.filter(step="out").values_list("pk", flat=True)[0]
    others = ", ".join(f'"{f.column}"' for f in Record._meta.concrete_fields if f.column not in ("id", "key"))
    raw().execute(_COPIES.replace("1000000000000", "2000000000000").replace("'B'", "'C'").format(others=others), [members, lent])
    rounds.look(APRIL)

    told = subprocess.run(
        [sys.executable, "-c", DYING, APRIL.isoformat(), *map(str, kills), "0"],
        env={**live_db.env, "PYTHONPATH": str(ROOT)}, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=200,
    )  # fmt: skip

    assert json.loads(told.stdout) == [-signal.SIGKILL] * len(kills) + [0]
    done, belonging = Occurrence.objects.get(clause="works/loan#5"), members + LENT
    assert (done.asked, done.opened, done.done_at) == (belonging + 1, belonging, APRIL)
    assert Counter(Counter(c.fields["key"] for c in Case.objects.of("key_check")).values()) == {1: belonging}
    assert Event.objects.filter(kind="case", clause="works/loan#5").values("subject_id").distinct().count() == belonging
    assert Event.objects.filter(kind="case", clause="works/loan#5").count() == belonging
