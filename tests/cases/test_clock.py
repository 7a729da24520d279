"""The clock: what is due happens once, at its moment, whatever is killed and whatever fails."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from shouwen.base.models import Event, Notice
from shouwen.cases import acting, clock, sitting
from shouwen.cases.acting import act_many
from shouwen.cases.models import Case, Deadline, Heartbeat
from shouwen.ledger.models import Entry
from shouwen.ops.cast import Cast
from shouwen.policy.act import Act
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.ruling import Ruling
from tests.cases.doing import did, opened, opening, story
from tests.cases.law import enacted
from tests.conftest import LiveDatabase
from tests.databases import ROOT
from tests.world import at, cast

NINE = at("2026-03-02 09:00")
TEN = at("2026-03-02 10:00")


@pytest.fixture
def people(db: None) -> Cast:
    """The cast, living under the little law of repairs."""
    found = cast(NINE)
    enacted("demo")
    return found


def test_a_missed_promise_is_a_breach_at_its_moment_with_all_that_follows(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    assert clock.tick(TEN).count == 1  # the warning; at the due moment it is still in time

    fired = clock.tick(TEN + timedelta(seconds=3))

    assert (fired.count, fired.troubled, fired.late) == (1, 0, timedelta(seconds=3))
    promise = case.deadlines.get()
    assert (promise.breached_at, promise.stopped_at) == (TEN, None)
    assert story(case)[2:] == [("warned", "", "2.1"), ("breach", "", "2.1"), ("tell", "", "2.2"), ("entry", "", "2.3")]
    breach = Event.objects.get(kind="breach")
    assert (breach.at, breach.entered_at, breach.actor_id) == (TEN, TEN + timedelta(seconds=3), 0)
    entry = Entry.objects.get()
    assert (entry.party_id, entry.amount, entry.at) == (people.chen_jie.pk, 2, TEN)


def test_a_second_tick_finds_nothing_to_do(people: Cast) -> None:
    opened("repair", people.chen_jie, NINE, urgency="urgent")
    clock.tick(TEN + timedelta(minutes=1))
    events = Event.objects.count()

    assert clock.tick(TEN + timedelta(hours=9)).count == 0
    assert Event.objects.count() == events


def test_a_warning_is_given_once_and_tells_who_owes(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    assert clock.tick(at("2026-03-02 09:44")).count == 0
    for _ in range(2):
        clock.tick(at("2026-03-02 09:45"))

    notice = Notice.objects.inbox(people.chen_jie.pk).get()
    assert (notice.topic, notice.clause, notice.case_id) == ("near", "demo/repair#2.1", case.pk)
    assert notice.text == "紧急报修须在规定时间内回复客户：03-02 10:00到期"


def test_while_a_case_is_held_nothing_falls_due(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("hold", case, people.chen_jie, at("2026-03-02 09:30"), reason="等客户")
    assert clock.tick(at("2026-03-03 09:00")).count == 0

    did("resume", case, people.chen_jie, at("2026-03-03 09:00"))

    assert case.deadlines.get().due_at == at("2026-03-03 09:30")
    assert clock.tick(at("2026-03-03 09:31")).count >= 1


def test_the_next_moment_is_the_soonest_of_what_is_due_or_near(people: Cast) -> None:
    assert clock.next_moment(NINE) is None
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    assert clock.next_moment(NINE) == at("2026-03-02 09:45")
    clock.tick(at("2026-03-02 09:46"))
    assert clock.next_moment(NINE) == TEN
    did("reply", case, people.chen_jie, at("2026-03-02 09:50"))
    assert clock.next_moment(NINE) is None


def test_a_poisoned_deadline_is_set_aside_and_the_rest_fire(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [opened("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(7)]
    poisoned = cases[3].pk
    judge = decide

    def failing(law: Law, facts: Facts, act: Act, now: datetime) -> Ruling:
        if act.subject.id == poisoned:
            raise ZeroDivisionError
        return judge(law, facts, act, now)

    late = TEN + timedelta(minutes=1)
    Deadline.objects.update(warned_at=NINE)
    with monkeypatch.context() as patch:
        patch.setattr(sitting, "decide", failing)
        fired = clock.tick(late)
        assert (fired.count, fired.troubled) == (6, 1)
        assert clock.tick(late).count == 0  # it waits

    aside = Deadline.objects.get(breached_at=None)
    assert (aside.case_id, aside.tries, aside.try_at) == (poisoned, 1, late + clock.FIRST_WAIT)
    trouble = Event.objects.get(kind="trouble")
    assert (trouble.case_id, trouble.data["why"]) == (poisoned, "ZeroDivisionError")
    assert clock.tick(late + clock.FIRST_WAIT).count == 1  # it was mended meanwhile
    assert not Deadline.objects.filter(breached_at=None).exists()


def test_a_deadline_that_cannot_be_judged_waits_longer_each_time_and_is_told_once(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("repair", people.chen_jie, NINE, urgency="urgent")
    Deadline.objects.update(warned_at=NINE)
    monkeypatch.setattr(sitting, "decide", lambda _law, _facts, act, _now: Ruling("refused", act, act.subject))
    now, waits = TEN + timedelta(minutes=1), []
    for _ in range(3):
        clock.tick(now)
        again = Deadline.objects.get().try_at
        assert again is not None
        waits.append(again - now)
        now = again

    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert Event.objects.filter(kind="trouble").count() == 1


def test_a_batch_takes_one_deadline_of_each_case_at_a_time(people: Cast) -> None:
    case = opened("repair", people.chen_jie, NINE, urgency="urgent")
    did("assign", case, people.chen_jie, NINE, visit_at=at("2026-03-02 09:30"))
    assert case.deadlines.count() == 2
    Deadline.objects.update(warned_at=NINE)
    late = at("2026-03-02 12:00")

    fired = clock.Fired()
    assert clock.fire(late, fired) == 1
    assert Deadline.objects.get(breached_at=None).due_at == TEN
    assert clock.fire(late, fired) == 1
    assert clock.fire(late, fired) == 0


def test_a_burst_takes_few_statements_for_many_deadlines(people: Cast) -> None:
    act_many([opening("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(120)], now=NINE)
    Deadline.objects.update(warned_at=NINE)

    with CaptureQueriesContext(connection) as asked:
        clock.fire(TEN + timedelta(minutes=1), clock.Fired())

    assert Event.objects.filter(kind="breach").count() == 120
    assert len(asked) < 30


# ---- workers ----------------------------------------------------------------------------------------------------------------------


def test_a_worker_wakes_for_what_becomes_due_and_is_hardly_late(live_db: LiveDatabase) -> None:
    people = cast(NINE)
    enacted("demo")
    stop = threading.Event()
    worker = clock.Worker(stop)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        time.sleep(1.0)  # it looks once and goes to sleep for half a minute
        now = datetime.now(UTC)
        begun = now - timedelta(minutes=59, seconds=59)
        acts = [opening("repair", people.chen_jie, begun + timedelta(milliseconds=40 * i), urgency="urgent") for i in range(25)]
        act_many(acts, now=now)
        assert _eventually(lambda: Event.objects.filter(kind="breach").count() == 25)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert worker.fired.lateness
    assert max(worker.fired.lateness) < 5, "seconds; far below the half minute after which it looks by itself"
    assert Heartbeat.objects.get().name == worker.name


def _eventually(holds: Any, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


WORKER = "import os, threading, django; django.setup(); from shouwen.cases import clock; clock.Worker(threading.Event(), batch=int(os.environ['BATCH'])).run()"


def _storm(live: LiveDatabase, deadlines: int, kills: int) -> None:
    """Let three workers drain deadlines while one of them is killed again and again."""
    people = cast(NINE)
    enacted("demo")
    for first in range(0, deadlines, 500):
        act_many(
            [opening("repair", people.chen_jie, NINE, urgency="urgent") for _ in range(first, min(first + 500, deadlines))],
            now=NINE,
        )
    assert Deadline.objects.filter(warned_at=None).update(warned_at=NINE) == deadlines
    env = {**live.env, "BATCH": str(max(20, deadlines // 60)), "PYTHONPATH": str(ROOT)}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER], env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    chance = random.Random(7)  # noqa: S311  the same kills each time  # noqa: S311  which worker is killed when
    workers = [start() for _ in range(3)]
    killed = 0
    try:
        until = time.monotonic() + 240
        while Deadline.objects.filter(breached_at=None).exists() and time.monotonic() < until:
            if killed < kills and _some_progress(deadlines, killed, kills):
                victim = chance.randrange(3)
                os.kill(workers[victim].pid, signal.SIGKILL)
                workers[victim].wait()
                workers[victim] = start()
                killed += 1
            time.sleep(0.02)
    finally:
        for w in workers:
            w.kill()
            w.wait()
    assert killed == kills, "the deadlines were drained before the last kill: make the batches smaller"
    _exactly_once(deadlines)


def _some_progress(deadlines: int, killed: int, kills: int) -> bool:
    """Whether the next kill is due: they are spread over the whole drain."""
    return Event.objects.filter(kind="breach").count() >= deadlines * killed // (kills + 1)


def _exactly_once(deadlines: int) -> None:
    assert Deadline.objects.filter(breached_at__isnull=False).count() == deadlines
    for kind in ("breach", "tell", "entry"):
        found = Counter(Event.objects.filter(kind=kind).values_list("case_id", flat=True))
        assert len(found) == deadlines
        assert set(found.values()) == {1}, kind
    assert Entry.objects.count() == deadlines
    assert Notice.objects.count() == deadlines


def test_three_workers_killed_again_and_again_leave_each_breach_once(live_db: LiveDatabase) -> None:
    _storm(live_db, 10_000, 20)


def test_collisions_inside_a_batch_are_not_troubles(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    opened("repair", people.chen_jie, NINE, urgency="urgent")
    Deadline.objects.update(warned_at=NINE)
    met: list[int] = []

    def colliding(acts: Any, *, now: datetime) -> list[Ruling]:
        if not met:
            met.append(1)
            trouble = OperationalError("x")
            trouble.__cause__ = psycopg.errors.DeadlockDetected()
            raise trouble
        return acting.act_many(acts, now=now)

    monkeypatch.setattr(clock, "act_many", colliding)
    fired = clock.tick(TEN + timedelta(minutes=1))
    assert (fired.count, fired.troubled) == (1, 0)
    assert Case.objects.get().deadlines.get().tries == 0
