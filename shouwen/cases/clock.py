"""The clock: sleeps until something is due, then acts for it. Any number of workers may run; each deadline fires exactly once.

What is due is taken with the rows of its cases locked (others skip them), and acted on in the same transaction by `act_many`, dated
at the moment it fell due. A worker that is killed leaves either all of a batch or nothing of it. What cannot be judged (a poisoned
deadline) is set aside with an event and tried again later, and does not stop the rest.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connections, transaction
from django.db.utils import Error, InterfaceError, OperationalError

from shouwen.base import attachments, outbox, repeats
from shouwen.base.journal import EventRow, write_events
from shouwen.base.numbering import top_up
from shouwen.base.outbox import Sender
from shouwen.base.sql import raw
from shouwen.cases import resuming, rounds
from shouwen.cases.acting import act_many, is_collision
from shouwen.cases.waking import Listener
from shouwen.policy.act import Act, Ref
from shouwen.staff import sessions, tries

BATCH: Final = 500
BEAT_EVERY: Final = 10.0  # seconds
BUSY: Final = 0.05  # seconds: what is due may be in another worker's hands
CHORES_EVERY: Final = 10.0  # seconds
SWEEP: Final = 30.0  # seconds after which the clock looks by itself, whatever was announced
HOURLY: Final = 3600.0
STRETCH: Final = 1.0  # seconds a round is gone on with before notices, chores and the heartbeat have their turn
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(days=1)
REMEMBERED: Final = timedelta(days=30)  # how long clients' keys are kept
TROUBLED: Final = 5.0  # seconds before the database is asked again after it went away

_RUNNING: Final = "d.stopped_at is null and d.breached_at is null and (d.try_at is null or d.try_at <= %(now)s)"
# An act at the due moment is in time, so a promise is missed only after it; an alarm rings at its moment.
_DUE: Final = f"{_RUNNING} and d.due_at <= %(now)s and (d.due_at < %(now)s or 'alarm' = any(d.until))"
_NEAR: Final = f"{_RUNNING} and d.warned_at is null and d.warn_at is not null and d.warn_at <= %(now)s and d.due_at is not null"
_COLUMNS: Final = "d.id, d.subject_kind, d.noun, d.subject_id, d.clause, d.row, d.entered_at"
_CASES: Final = f"""select {_COLUMNS}, {{at}} from cases_deadline d join cases_case c on c.id = d.case_id
 where {{due}} {{only}} order by {{at}}, d.id limit %(limit)s for no key update of c skip locked"""  # noqa: S608  our own words
_OTHERS: Final = f"""select {_COLUMNS}, {{at}} from cases_deadline d where d.case_id is null and {{due}} {{only}}
 order by {{at}}, d.id limit %(limit)s"""  # noqa: S608  our own words
_STILL: Final = """select id from cases_deadline where id = any(%s::int8[]) and stopped_at is null and breached_at is null
 and (due_at <= %s or (warned_at is null and warn_at <= %s))"""
_NEXT: Final = """select least(
 (select min(due_at) from cases_deadline where stopped_at is null and breached_at is null and (try_at is null or try_at <= %(now)s)),
 (select min(warn_at) from cases_deadline where stopped_at is null and breached_at is null and warned_at is null
   and warn_at is not null and due_at is not null and (try_at is null or try_at <= %(now)s)),
 (select min(try_at) from cases_deadline where stopped_at is null and breached_at is null and try_at > %(now)s),
 (select min(try_at) from cases_occurrence where done_at is null),
 (select min(held_until) from cases_case where held_until is not null))"""
_SET_ASIDE: Final = """update cases_deadline set tries = least(tries + 1, 30000), try_at = %s where id = %s returning tries"""
_BEAT: Final = """insert into cases_heartbeat (name, started_at, beat_at, fired, late_ms) values (%s, %s, %s, %s, %s)
 on conflict (name) do update set beat_at = excluded.beat_at, fired = excluded.fired, late_ms = excluded.late_ms"""
_FORGET_BEATS: Final = "delete from cases_heartbeat where beat_at < %s"

log = logging.getLogger(__name__)
_senders: dict[str, Sender] = {}
Chore = Callable[[datetime], bool]  # does a small step of something; says whether there is more to do right away
_chores: list[Chore] = []


def register_sender(channel: str, sender: Sender) -> None:
    """Say who sends the notices of a channel. Called once by the app that owns it, in AppConfig.ready()."""
    _senders[channel] = sender


def register_chore(chore: Chore) -> None:
    """Have workers do something whenever nothing is due. Called once by the app that owns it, in AppConfig.ready()."""
    if chore not in _chores:
        _chores.append(chore)


@dataclass(frozen=True, slots=True)
class Ring:
    """One deadline that is due or near: which act it is, and when it should have happened."""

    deadline: int
    act: Act
    entered_at: datetime


@dataclass
class Fired:
    """What was done since the beginning of a run: how many deadlines, how late the latest of them, what could not be done."""

    count: int = 0
    troubled: int = 0
    late: timedelta = timedelta()
    lateness: list[float] = field(default_factory=list)  # seconds, of deadlines that were not overdue when they were made

    def note(self, rings: Sequence[Ring], now: datetime) -> None:
        """Count deadlines that have fired, and how late they were."""
        self.count += len(rings)
        for ring in rings:
            late = now - max(ring.act.at, ring.entered_at)
            self.late = max(self.late, late)
            self.lateness.append(late.total_seconds())


def tick(now: datetime, *, limit: int = BATCH) -> Fired:
    """Do everything that is due at a moment: deadlines, warnings, rounds; batch by batch until nothing is left."""
    fired = Fired()
    _fire_and_resume(now, fired, limit)
    rounds.look(now)
    while rounds.ask(now):
        while fire(now, fired, limit=limit):
            pass
    return fired


def _fire_and_resume(now: datetime, fired: Fired, limit: int) -> None:
    while fire(now, fired, limit=limit) or resuming.resume(now):
        pass


def fire(now: datetime, fired: Fired, *, limit: int = BATCH) -> int:
    """Fire one batch of deadlines; return how many were taken. 0: nothing is due that another worker does not have in hand."""
    taken: list[Ring] = []
    top_up()
    try:
        done = _batch(now, limit, None, taken)
    except (OperationalError, InterfaceError) as trouble:
        if is_collision(trouble):
            return len(taken)  # two transactions met; nothing of the batch was done, it is taken again
        raise
    except Exception:  # noqa: BLE001  whatever one of them raises must not stop the others
        log.warning("a batch of %d deadlines failed; trying them apart", len(taken))
        _apart([r.deadline for r in taken], now, fired)
        return len(taken)
    fired.note(done, now)
    return len(taken)


def _apart(ids: Sequence[int], now: datetime, fired: Fired) -> None:
    """Fire deadlines in halves, and set aside the ones that fail alone."""
    taken: list[Ring] = []
    try:
        fired.note(_batch(now, len(ids), ids, taken), now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as trouble:  # noqa: BLE001  whatever is wrong with one deadline must not stop the others
        if len(ids) > 1:
            half = len(ids) // 2
            _apart(ids[:half], now, fired)
            _apart(ids[half:], now, fired)
        elif taken:
            fired.troubled += 1
            with transaction.atomic():
                _set_aside(taken[0], type(trouble).__name__, now)


@transaction.atomic
def _batch(now: datetime, limit: int, only: Sequence[int] | None, taken: list[Ring]) -> list[Ring]:
    """Take what is due, act on it, and commit all of it together; put what was taken into `taken`, return what has fired."""
    rings = _take(now, limit, only)
    taken.extend(rings)
    rulings = act_many([r.act for r in rings], now=now)
    silent = {r.deadline: (r, ruling) for r, ruling in zip(rings, rulings, strict=True) if not ruling.effects}
    if silent:
        for (id_,) in raw().execute(_STILL, [list(silent), now, now]).fetchall():
            ring, ruling = silent[id_]
            _set_aside(ring, next((r.code for r in ruling.refusals), "nothing"), now)
    return [r for r in rings if r.deadline not in silent]


def _take(now: datetime, limit: int, only: Sequence[int] | None) -> list[Ring]:
    """Return what is due, soonest first, one of each subject: what falls due next on it may depend on what this one does."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    params = {"now": now, "limit": limit, "ids": list(only or ())}
    narrowed = "and d.id = any(%(ids)s::int8[])" if only is not None else ""
    for name, due, at in (("deadline_passed", _DUE, "d.due_at"), ("deadline_near", _NEAR, "d.warn_at")):
        for query in (_CASES, _OTHERS):
            rows = raw().execute(query.format(due=due, at=at, only=narrowed), params).fetchall()
            found += [(name, row) for row in rows]
    first: dict[int, Ring] = {}
    for name, (id_, kind, noun, subject, clause, row, entered_at, at) in sorted(found, key=lambda f: (f[1][7], f[0], f[1][0])):
        first.setdefault(subject, Ring(id_, Act(name, Ref(kind, noun, subject), 0, at, clause=clause, row=row), entered_at))
    return list(first.values())[:limit]


def _set_aside(ring: Ring, why: str, now: datetime) -> None:
    """Let a deadline wait that stays due although it was acted on, longer each time; the journal says so the first time."""
    row = raw().execute("select tries from cases_deadline where id = %s", [ring.deadline]).fetchone()
    tries = row[0] if row else 0
    wait = min(FIRST_WAIT * 2 ** min(tries, 20), LONGEST_WAIT)
    raw().execute(_SET_ASIDE, [now + wait, ring.deadline])
    if not tries:
        act = ring.act
        case = act.subject.id if act.subject.kind == "case" else 0
        data = {"why": why, "act": act.name, "row": act.row, "deadline": ring.deadline}
        event = EventRow(
            subject=act.subject, kind="trouble", actor=0, at=now, entered_at=now, clause=act.clause, case=case, data=data
        )
        write_events([event])


def next_moment(now: datetime) -> datetime | None:
    """Return when something is due next; None when nothing is."""
    row = raw().execute(_NEXT, {"now": now}).fetchone()
    return row[0] if row else None


# ---- the worker ----------------------------------------------------------------------------------------------------------------


@dataclass
class Worker:
    """One worker: works until it is told to stop, and says that it is alive."""

    stop: threading.Event
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    batch: int = BATCH
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:60]}:{os.getpid()}")
    fired: Fired = field(default_factory=Fired)
    chored: float = -CHORES_EVERY  # when the chores were done last

    def run(self) -> None:
        """Work until told to stop. A database that goes away is waited for."""
        started = self.clock()
        beaten = time.monotonic() - SWEEP
        listener = Listener("clock")
        tidied = time.monotonic() - HOURLY
        while not self.stop.is_set():
            try:
                listener.ensure()
                now = self.clock()
                self._work(now)
                if time.monotonic() - beaten >= BEAT_EVERY:
                    beaten = time.monotonic()
                    self._beat(started, now)
                if time.monotonic() - tidied >= HOURLY:
                    tidied = time.monotonic()
                    _tidy(now)
                self._sleep(listener)  # not at all while a round goes on, but for BUSY
            except Error:
                log.exception("the database is not there; waiting")
                listener.close()
                connections.close_all()
                self.stop.wait(TROUBLED)
        listener.close()
        connections.close_all()

    def _work(self, now: datetime) -> None:
        """Do what is due, some of a round, and the chores: of a round over a million members only what fits into STRETCH."""
        while not self.stop.is_set() and (fire(now, self.fired, limit=self.batch) or resuming.resume(now)):
            now = self.clock()
        rounds.look(now)
        until = time.monotonic() + STRETCH
        while not self.stop.is_set() and time.monotonic() < until and rounds.ask(now):
            now = self.clock()
            fire(now, self.fired, limit=self.batch)
        outbox.drain(_senders, now=now)
        if time.monotonic() - self.chored >= CHORES_EVERY:
            more = [_done(chore, now) for chore in _chores]
            self.chored = time.monotonic() - (CHORES_EVERY if any(more) else 0)

    def _sleep(self, listener: Listener) -> None:
        """Sleep until something is due, something is announced, or it is time to look by oneself."""
        now = self.clock()
        soonest = next_moment(now)
        left = SWEEP if soonest is None else (soonest - now).total_seconds() + 0.001
        left = min(left, self.chored + CHORES_EVERY - time.monotonic() if _chores else left)
        listener.wait(min(SWEEP, left) if left > 0 else BUSY, self.stop)

    def _beat(self, started: datetime, now: datetime) -> None:
        late = int(self.fired.late.total_seconds() * 1000)
        raw().execute(_BEAT, [self.name, started, now, self.fired.count, min(late, 2**31 - 1)])
        self.fired.late = timedelta()
        del self.fired.lateness[:-1000]


def _done(chore: Chore, now: datetime) -> bool:
    """Do a chore. One that fails must not stop the clock; it is tried again later."""
    try:
        return chore(now)
    except Exception:
        log.exception("a chore failed")
        return False


def _tidy(now: datetime) -> None:
    """What has to be done now and then: forget old keys, half-written files, workers that are gone."""
    repeats.forget(now - REMEMBERED)
    tries.forget(now - timedelta(days=1))
    sessions.tidy(now)
    attachments.sweep(now)
    raw().execute(_FORGET_BEATS, [now - timedelta(days=1)])


def run(stop: threading.Event) -> None:
    """Work until `stop` is set: the body of a worker process."""
    Worker(stop).run()
