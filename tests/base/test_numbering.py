"""Ids and numbers: never twice, whatever is rolled back, forked or done at the same time."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from shouwen.base import numbering
from shouwen.base.models import Counter
from shouwen.base.numbering import Ids, Numbers, next_id, next_ids, next_numbers, reserve_numbers, top_up
from tests import databases
from tests.conftest import LiveDatabase

DAY = date(2026, 11, 21)
MANY = """
import django; django.setup()
from datetime import date
from shouwen.base.numbering import next_id, next_ids, next_numbers
for n in range(60):
    print("id", next_id(), *next_ids(3))
    print("number", *next_numbers("BX", date(2026, 11, 21), 1 + n % 3))
"""


class Clock:
    """Stands in for time.monotonic in shouwen.base.numbering."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(numbering, "time", found)
    return found


def in_threads(count: int, work: Callable[[], list[int]]) -> list[int]:
    def closing() -> list[int]:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [x for done in [pool.submit(closing) for _ in range(count)] for x in done.result()]


def test_ids_come_from_blocks_and_are_all_different() -> None:
    blocks = iter(range(1001, 10_000, 100))
    asked: list[int] = []

    def fetch(count: int) -> list[int]:
        asked.append(count)
        return [next(blocks) for _ in range(count)]

    ids = Ids(fetch)
    found = [*ids.take(1), *ids.take(98), *ids.take(2), *ids.take(250), *ids.take(0)]
    assert found == list(range(1001, 1001 + 351))
    assert asked == [1, 1, 2]


@pytest.mark.django_db
def test_one_id_more_costs_no_query(django_assert_num_queries: Callable[..., Iterator[None]]) -> None:
    next_ids(3)
    if next_id() % 100 == 0:
        next_id()
    with django_assert_num_queries(0):  # type: ignore[attr-defined]  # pytest-django gives a callable
        assert next_id() > 1000


def test_ids_are_distinct_among_threads(live_db: LiveDatabase) -> None:
    found = in_threads(8, lambda: [next_id() for _ in range(150)] + next_ids(120))
    assert len(set(found)) == len(found) == 8 * 270


def test_numbers_are_distinct_among_threads_in_and_out_of_transactions(live_db: LiveDatabase) -> None:
    numbers = Numbers()
    barrier = threading.Barrier(6, timeout=30)

    def work() -> list[int]:
        barrier.wait()
        found: list[int] = []
        for round_ in range(25):
            numbers.top_up()
            if round_ % 3:
                found += numbers.take("BX", DAY, 1 + round_ % 4)
            else:
                with transaction.atomic():
                    found += numbers.take("BX", DAY, 2)
        return found

    found = in_threads(6, work)
    assert len(set(found)) == len(found)
    assert Counter.objects.get().n >= len(found)


def test_ids_and_numbers_are_distinct_among_processes_and_over_a_fork(live_db: LiveDatabase) -> None:
    mine = next_ids(3)
    children = [
        subprocess.Popen([sys.executable, "-c", MANY], env=live_db.env, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    lines = [line.split() for child in children for line in child.communicate(timeout=60)[0].splitlines()]
    assert [child.returncode for child in children] == [0, 0, 0]
    ids = [*mine, *(int(x) for kind, *found in lines if kind == "id" for x in found)]
    numbers = [x for kind, *found in lines if kind == "number" for x in found]
    assert len(ids) == 3 + 3 * 60 * 4
    assert len(set(ids)) == len(ids)
    assert len(numbers) == 3 * 120
    assert len(set(numbers)) == len(numbers)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_hands_out_nothing_of_its_parents(live_db: LiveDatabase) -> None:
    next_id()
    next_numbers("BX", DAY, 1)
    connections.close_all()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, repr((numbering._ids._kept, numbering._numbers._paces)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    assert os.read(read, 1000) == b"(deque([]), {})"
    os.close(read)
    assert numbering._ids._kept


def test_a_number_taken_in_a_transaction_that_is_rolled_back_is_not_kept(live_db: LiveDatabase) -> None:
    numbers = Numbers()
    with transaction.atomic():
        assert numbers.take("BX", DAY, 3) == [1, 2, 3]
        transaction.set_rollback(True)
    assert numbers.take("BX", DAY, 2) == [1, 2]
    with transaction.atomic():
        assert numbers.take("BX", DAY, 1) == [3]


def test_numbers_reserved_before_a_transaction_do_not_lock_the_counter(live_db: LiveDatabase) -> None:
    numbers = Numbers()
    numbers.reserve({("BX", DAY): 3})
    with transaction.atomic():
        found = numbers.take("BX", DAY, 3)
        others = in_threads(1, lambda: Numbers().take("BX", DAY, 2))  # would wait for ever if the row were locked
    assert (found, others) == ([1, 2, 3], [4, 5])


def test_what_one_transaction_lacked_is_in_hand_for_the_next(live_db: LiveDatabase, clock: Clock) -> None:
    numbers = Numbers()
    with transaction.atomic():
        assert numbers.take("HF", DAY, 5) == [1, 2, 3, 4, 5]
    numbers.top_up()
    assert Counter.objects.get().n == 10
    with transaction.atomic():
        assert numbers.take("HF", DAY, 5) == [6, 7, 8, 9, 10]
    numbers.top_up()
    assert Counter.objects.get().n == 10
    with transaction.atomic():
        numbers.take("HF", DAY, 1)
    clock.now += 60
    numbers.top_up()
    assert Counter.objects.get().n == 11


def test_under_load_few_transactions_lock_the_counter(live_db: LiveDatabase, clock: Clock) -> None:
    numbers = Numbers()
    locked = 0
    for _ in range(200):
        clock.now += 0.01
        numbers.top_up()
        before = Counter.objects.filter(prefix="BX").values_list("n", flat=True).first()
        with transaction.atomic():
            numbers.take("BX", DAY, 1)
            locked += Counter.objects.filter(prefix="BX").values_list("n", flat=True).first() != before

    assert locked <= 200 / numbering.MOST_KEPT + 6  # the first few, until the pace is known
    assert Counter.objects.get().n <= 200 + 2 * numbering.MOST_KEPT


def test_one_number_at_human_pace_and_blocks_under_load(live_db: LiveDatabase, clock: Clock) -> None:
    numbers = Numbers()

    def taken(pause: float) -> int:
        clock.now += pause
        numbers.take("BX", DAY, 1)
        return Counter.objects.get().n

    assert [taken(60) for _ in range(4)] == [1, 2, 3, 4]
    fast = [taken(0.01) for _ in range(60)]
    assert fast[-1] - 4 >= 60
    assert max(b - a for a, b in itertools.pairwise(fast)) == numbering.MOST_KEPT
    clock.now += 60
    before = Counter.objects.get().n
    assert numbers.take("BX", DAY, 1) == [before + 1], "what was kept too long is a gap, so that numbers rise"


def test_another_database_of_the_same_name_gets_nothing_that_was_kept_for_the_last(
    template_database: str, django_db_blocker: DjangoDbBlocker, django_db_setup: None
) -> None:
    ids, numbers = Ids(), Numbers()
    name = connection.settings_dict["NAME"]
    found: list[tuple[list[int], list[int]]] = []
    for _ in range(2):
        with databases.clone(template_database, "same_name") as clone, django_db_blocker.unblock():
            connections.close_all()
            connection.settings_dict["NAME"] = clone
            try:
                numbers.reserve({("BX", DAY): 5})
                found.append((ids.take(2), numbers.take("BX", DAY, 2)))
            finally:
                connections.close_all()
                connection.settings_dict["NAME"] = name
    assert found[0] == found[1] == ([found[0][0][0], found[0][0][0] + 1], [1, 2])


@pytest.mark.django_db
def test_numbers_read_as_people_say_them() -> None:
    assert next_numbers("BX", DAY, 2) == ["BX20261121-0001", "BX20261121-0002"]
    assert next_numbers("TS", DAY, 1) == ["TS20261121-0001"]
    assert numbering.written("BX", DAY, 12_345) == "BX20261121-12345"
    reserve_numbers({("BX", DAY): 3})
    top_up()
    assert Counter.objects.get(prefix="BX").n == 2, "inside a transaction nothing is taken ahead"


STEP = st.tuples(st.sampled_from(["plain", "commit", "roll back", "reserve", "top up"]), st.integers(1, 30), st.floats(0, 5))


def test_whatever_the_order_no_committed_number_is_given_twice(live_db: LiveDatabase, clock: Clock) -> None:
    @given(st.lists(STEP, max_size=30))
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(steps: list[tuple[str, int, float]]) -> None:
        processes = [Numbers(), Numbers()]
        Counter.objects.all().delete()
        given_out: list[int] = []
        for turn, (how, n, pause) in enumerate(steps):
            numbers = processes[turn % 2]
            clock.now += pause
            if how == "plain":
                given_out += numbers.take("BX", DAY, n)
            elif how == "commit":
                with transaction.atomic():
                    given_out += numbers.take("BX", DAY, n)
            elif how == "roll back":
                with transaction.atomic():
                    numbers.take("BX", DAY, n)
                    transaction.set_rollback(True)
            elif how == "reserve":
                numbers.reserve({("BX", DAY): n})
            else:
                numbers.top_up()
        assert len(set(given_out)) == len(given_out)

    holds()
