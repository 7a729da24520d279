"""Adding up the journal: each event once, whatever order transactions end in, and always what counting would say."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from shouwen.base.journal import EventRow, write_events
from shouwen.base.models import Event
from shouwen.cases import clock
from shouwen.policy.act import Ref
from shouwen.reports import rolling
from shouwen.reports.figures import LATEST, Figures, Scope
from shouwen.reports.models import Daily, Reached
from tests import databases
from tests.conftest import LiveDatabase
from tests.world import NOW, at

CLAUSE = "property/repair#2.1"
WEEK = Scope(date(2026, 11, 20), date(2026, 11, 26), None)


def event(moment: datetime, kind: str = "breach", actor: int = 0, **data: object) -> EventRow:
    act, clause = ("reply", "") if kind == "act" else ("", CLAUSE)
    about = Ref("case", "repair", 7)
    return EventRow(subject=about, kind=kind, act=act, clause=clause, actor=actor, at=moment, entered_at=NOW, data=data)


def settle(steps: int = 8) -> None:
    for _ in range(steps):
        rolling.advance(NOW)


def added() -> Counter[tuple[date, str, str, int]]:
    found: Counter[tuple[date, str, str, int]] = Counter()
    for row in Daily.objects.all():
        found[row.day, row.kind, row.name, row.person_id] += row.n
    return found


@pytest.fixture
def other(live_db: LiveDatabase) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another session, with a transaction of its own."""
    with psycopg.connect(databases.SERVER.uri("app", live_db.name)) as other:
        yield other


def test_what_happened_is_added_up_by_local_day_clause_and_who_owed_it(live_db: LiveDatabase) -> None:
    write_events(
        [
            event(at("2026-11-23 00:30"), owes=[5, 6]),
            event(at("2026-11-23 23:59"), owes=[5]),
            event(at("2026-11-24 00:01"), "kept"),
        ]
    )
    write_events([event(at("2026-11-23 10:00"), "act", 9)])

    settle()

    assert added() == {
        (date(2026, 11, 23), "breach", CLAUSE, 5): 2,
        (date(2026, 11, 24), "kept", CLAUSE, 0): 1,
        (date(2026, 11, 23), "act", "reply", 9): 1,
    }


def test_adding_up_again_adds_nothing(live_db: LiveDatabase) -> None:
    write_events([event(NOW) for _ in range(5)])
    settle()
    before = added()

    settle(20)

    assert before == added() == {(NOW.date(), "breach", CLAUSE, 0): 5}


def test_an_event_whose_transaction_ends_late_is_neither_lost_nor_added_twice(
    live_db: LiveDatabase, other: psycopg.Connection[tuple[object, ...]]
) -> None:
    columns = "subject_kind, noun, subject_id, kind, act, actor_id, clause, at, entered_at, data, key"
    insert = sql.SQL("insert into base_event ({}) values ('case', 'repair', 7, 'breach', '', 0, %s, %s, %s, '{{}}', '')")
    other.execute(insert.format(sql.SQL(columns)), [CLAUSE, NOW, NOW])  # has its number, and is not to be seen yet
    write_events([event(NOW)])  # a higher number, to be seen already

    settle(20)
    assert not added()  # nothing may be passed over

    other.commit()
    settle(20)
    assert added() == {(NOW.date(), "breach", CLAUSE, 0): 2}


def test_a_worker_killed_between_adding_and_noting_leaves_nothing_added(
    live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_events([event(NOW) for _ in range(3)])
    with monkeypatch.context() as killed:
        killed.setattr(rolling, "_MOVE", "select 1/0 where %s > 0")
        with pytest.raises(Exception, match="division by zero"):
            settle()
    assert not added()

    settle()
    assert added() == {(NOW.date(), "breach", CLAUSE, 0): 3}


def test_a_second_worker_leaves_the_adding_to_the_first(
    live_db: LiveDatabase, other: psycopg.Connection[tuple[object, ...]]
) -> None:
    write_events([event(NOW)])
    other.execute("select 1 from reports_reached for update")

    settle()

    assert not added()


def test_many_events_are_added_step_by_step_and_the_worker_is_told_that_more_waits(
    live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "BATCH", 10)
    write_events([event(NOW + timedelta(minutes=i)) for i in range(25)])

    told = [rolling.advance(NOW) for _ in range(6)]

    assert told == [False, False, True, True, False, False]
    assert sum(added().values()) == 25


@pytest.mark.django_db
def test_figures_are_those_of_counting_however_far_the_journal_has_been_added_up() -> None:
    write_events([event(at(f"2026-11-2{day} 08:00"), kind) for day in range(9) for kind in ("kept", "breach", "promise")])
    counted = Counter(
        {
            kind: Event.objects.filter(kind=kind, at__gte=at("2026-11-20 00:00"), at__lt=at("2026-11-27 00:00")).count()
            for kind in ("kept", "breach")
        }
    )
    newest = Event.objects.latest("seq").seq

    for reached in (0, newest - 13, newest):
        with transaction.atomic():
            move(reached)
            found = Counter(dict(Figures(WEEK, NOW, None).fold(("kept", "breach"), ("kind",))))
            assert found == counted == {"kept": 7, "breach": 7}
            transaction.set_rollback(True)


def move(reached: int) -> None:
    """Add up to an event (-1: to the newest), as if no other transaction were under way."""
    reached = Event.objects.latest("seq").seq if reached < 0 else reached
    Reached.objects.update(seq=0, next=reached, horizon=1)
    while rolling.advance(NOW):
        pass
    assert Reached.objects.get().seq == reached


@pytest.mark.django_db
def test_units_out_of_sight_are_not_counted_and_events_of_no_case_only_for_whoever_sees_everything() -> None:
    write_events([event(NOW), event(NOW)])

    everything = Figures(WEEK, NOW, None).fold((), ("kind",))
    one_unit = Figures(Scope(WEEK.since, WEEK.until, frozenset({1})), NOW, None).fold((), ("kind",))

    assert everything == [("breach", 2)]
    assert one_unit == []


@pytest.mark.django_db
def test_figures_are_not_grouped_by_what_is_no_column() -> None:
    with pytest.raises(ValueError, match="no such column"):
        Figures(WEEK, NOW, None).fold((), ("n) from pg_sleep(9); --",))


@pytest.mark.django_db
def test_the_daily_figures_of_a_period_are_read_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select sum(n) from reports_daily where kind = any('{kept,late}') and day between '2026-11-01' and '2026-11-30'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "daily_once" in plan


# ---- the worker ----------------------------------------------------------------------------------------------------------


def test_the_worker_adds_up_beside_its_other_work(live_db: LiveDatabase) -> None:
    write_events([event(NOW)])
    worker = clock.Worker(threading.Event(), clock=lambda: NOW)

    for _ in range(4):
        worker.chored = float("-inf")  # as after a while
        worker._work(NOW)

    assert added() == {(NOW.date(), "breach", CLAUSE, 0): 1}


def test_a_chore_that_fails_stops_neither_the_clock_nor_the_next_chore(
    live_db: LiveDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_now: datetime) -> bool:
        raise ZeroDivisionError

    write_events([event(NOW)])
    monkeypatch.setattr(clock, "_chores", [fails, rolling.advance])
    worker = clock.Worker(threading.Event(), clock=lambda: NOW)
    for _ in range(4):
        worker.chored = float("-inf")
        worker._work(NOW)

    assert sum(added().values()) == 1


@pytest.mark.django_db
def test_numbers_that_were_never_used_hide_no_event() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('base_event', 'seq')) from generate_series(1, %s)", [LATEST + 1])
    write_events([event(NOW), event(NOW)])

    figures = Figures(WEEK, NOW, None)

    assert (figures.behind, figures.fold((), ("kind",))) == (0, [("breach", 2)])
