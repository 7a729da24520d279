"""Ids known before their row is written, and the numbers people read out on the telephone.

Both are handed out in blocks kept by the process, so that intake neither waits for a round trip nor for other processes.
Gaps are allowed; a number is never given twice, whatever is rolled back, forked or killed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db import transaction

from shouwen.base.sql import place, raw

ID_BLOCK: Final = 100  # the increment of the sequence shouwen_ids: one nextval() gives this many ids
MOST_KEPT: Final = 20  # numbers a process keeps in hand under load
MOST_AHEAD: Final = 500  # numbers a process fetches ahead for the batches it is working through
STALE_AFTER: Final = 2.0  # seconds: numbers kept longer would come out of order, so they become a gap
BUSY_WITHIN: Final = 1.0  # seconds: a block used up faster than this makes the next one larger

_TAKE = """insert into base_counter (prefix, day, n) values (%s, %s, %s)
 on conflict (prefix, day) do update set n = base_counter.n + excluded.n returning n"""

Key = tuple[str, date]  # prefix and local day
_Here = tuple[str, str, date]  # the same in one database


class Ids:
    """Hands out ids of the sequence `shouwen_ids`, unique across all kinds of rows; safe among threads, processes and forks."""

    def __init__(self, fetch: Callable[[int], list[int]] | None = None) -> None:
        self._fetch = fetch or _blocks
        self._lock = threading.Lock()
        self._kept: deque[range] = deque()
        self._place = ""

    def take(self, n: int) -> list[int]:
        """Return `n` ids nobody else has or will have."""
        here = place()
        with self._lock:
            if self._place != here:
                self._place, self._kept = here, deque()
            found = self._pop(n)
        while len(found) < n:
            # Never under the lock: whoever waits for the database must not keep the other threads waiting.
            fresh = [range(first, first + ID_BLOCK) for first in self._fetch(-(-(n - len(found)) // ID_BLOCK))]
            with self._lock:
                self._kept.extend(fresh)
                found += self._pop(n - len(found))
        return found

    def forget(self) -> None:
        """Drop what is kept: a forked child must not hand out its parent's ids."""
        self._lock = threading.Lock()
        self._kept = deque()

    def _pop(self, n: int) -> list[int]:
        found: list[int] = []
        while self._kept and len(found) < n:
            block = self._kept.popleft()
            want = n - len(found)
            found += block[:want]
            if rest := block[want:]:
                self._kept.appendleft(rest)
        return found


def _blocks(count: int) -> list[int]:
    rows = raw().execute("select nextval('shouwen_ids') from generate_series(1, %s::int)", [count]).fetchall()
    return [first for (first,) in rows]


@dataclass(slots=True)
class _Pace:
    """What one process knows of one prefix and day: the numbers in hand, since when, and how fast they go."""

    kept: list[int] = field(default_factory=list)
    taken_at: float = float("-inf")
    block: int = 1
    lacked: int = 0  # inside transactions, since the last `top_up`
    lacked_at: float = float("-inf")


class Numbers:
    """Hands out the running numbers of each prefix and day from the table `base_counter`.

    Outside a transaction a block is taken and committed at once, and what is left of it is kept for the next callers. Inside
    one only what is lacking is taken, and nothing of it is kept: if the transaction is rolled back, so is the counter. The
    row of the counter is then locked until the end, so callers with a long transaction before them call `top_up` (or
    `reserve`) before they begin it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # never held while the database is asked: that may wait for another thread's transaction
        self._paces: dict[_Here, _Pace] = {}

    def take(self, prefix: str, day: date, n: int) -> list[int]:
        """Return `n` rising numbers of that prefix and day."""
        key = (place(), prefix, day)
        inside = transaction.get_connection().in_atomic_block
        with self._lock:
            pace = self._pace(key)
            found, pace.kept = pace.kept[:n], pace.kept[n:]
            lack = n - len(found)
            if lack and inside:
                pace.lacked += lack
                pace.lacked_at = time.monotonic()
        if not lack:
            return found
        return [*found, *(_counted(key, lack) if inside else self._refill(key, lack))]

    def reserve(self, wants: Mapping[Key, int]) -> None:
        """Have at least that many in hand. To be called outside a transaction; inside one it does nothing."""
        if transaction.get_connection().in_atomic_block:
            return
        here = place()
        for (prefix, day), n in sorted(wants.items()):
            key = (here, prefix, day)
            with self._lock:
                lack = n - len(self._pace(key).kept)
            if lack > 0:
                self._keep(key, _counted(key, lack))

    def top_up(self) -> None:
        """Have in hand what the last transactions lacked, if that was just now; more, the sooner they lack it again.

        Costs nothing as long as none lacked anything. Under load one transaction of MOST_KEPT locks the counter, not every second.
        """
        wants: dict[Key, int] = {}
        now = time.monotonic()
        with self._lock:
            for (_, prefix, day), pace in self._paces.items():
                if pace.lacked and now - pace.lacked_at < BUSY_WITHIN:
                    pace.block = min(pace.block * 2, MOST_KEPT) if now - pace.taken_at < BUSY_WITHIN else 1
                    wants[prefix, day] = min(max(pace.lacked, pace.block), MOST_AHEAD)
                pace.lacked = 0
        self.reserve(wants)

    def forget(self) -> None:
        """Drop what is kept: a forked child must not hand out its parent's numbers."""
        self._lock = threading.Lock()
        self._paces = {}

    def _pace(self, key: _Here) -> _Pace:
        """The pace of a key, without numbers that have been kept too long."""
        pace = self._paces.get(key)
        if pace is None:
            if len(self._paces) > 1000:  # an import walks through years of days
                self._paces.clear()
            pace = self._paces[key] = _Pace()
        if pace.kept and time.monotonic() - pace.taken_at > STALE_AFTER:
            pace.kept = []
        return pace

    def _keep(self, key: _Here, numbers: list[int]) -> None:
        with self._lock:
            pace = self._pace(key)
            pace.kept = sorted([*pace.kept, *numbers])
            pace.taken_at = time.monotonic()

    def _refill(self, key: _Here, lack: int) -> list[int]:
        with self._lock:
            pace = self._pace(key)
            busy = time.monotonic() - pace.taken_at < BUSY_WITHIN
            pace.block = min(pace.block * 2, MOST_KEPT) if busy else 1
            size = max(lack, pace.block)
        numbers = _counted(key, size)
        self._keep(key, numbers[lack:])
        return numbers[:lack]


def _counted(key: _Here, n: int) -> list[int]:
    """Move the counter on by `n` and return the numbers passed."""
    row = raw().execute(_TAKE, [*key[1:], n]).fetchone()
    assert row is not None
    last = int(row[0])
    return list(range(last - n + 1, last + 1))


def written(prefix: str, day: date, n: int) -> str:
    """Return the number as people read it.

    >>> written("BX", date(2026, 11, 21), 7)
    'BX20261121-0007'
    """
    return f"{prefix}{day:%Y%m%d}-{n:04d}"


_ids = Ids()
_numbers = Numbers()
os.register_at_fork(after_in_child=_ids.forget)
os.register_at_fork(after_in_child=_numbers.forget)


def next_id() -> int:
    """Return one new id."""
    return _ids.take(1)[0]


def next_ids(n: int) -> list[int]:
    """Return `n` new ids, at most one round trip."""
    return _ids.take(n)


def next_numbers(prefix: str, day: date, n: int = 1) -> list[str]:
    """Return `n` new human numbers, rising. `day` is the local day of the company. Best called before the transaction begins."""
    return [written(prefix, day, number) for number in _numbers.take(prefix, day, n)]


def reserve_numbers(wants: Mapping[Key, int]) -> None:
    """Before a transaction: have at least that many numbers of each (prefix, day) in hand."""
    _numbers.reserve(wants)


def top_up() -> None:
    """Before a transaction: have in hand what the last ones lacked, so that this one need not lock the counter."""
    _numbers.top_up()
