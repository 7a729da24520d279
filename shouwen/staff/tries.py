"""Counting tries, to slow down who guesses. The counters are in the database: every process sees them, and none keeps a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from shouwen.base.errors import TooMany
from shouwen.base.sql import raw
from shouwen.staff.door_models import SignInTries
from shouwen.staff.keyed import keyed

_COUNT: Final = """insert into staff_signintries as t (key, since, n) values (%(key)s, %(now)s, 1)
 on conflict (key) do update set
  n = case when t.since <= %(old)s then 1 else t.n + 1 end,
  since = case when t.since <= %(old)s then excluded.since else t.since end
 returning n, since"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failed tries within a time."""

    tries: int
    within: timedelta


class Locked(TooMany):
    """The first try too many: whoever counts it may write it down."""


PER_NAME: Final = Limit(5, timedelta(minutes=5))
PER_ADDRESS: Final = Limit(30, timedelta(minutes=5))  # a whole office may stand behind one address


def count(key: str, limit: Limit, now: datetime) -> None:
    """Count a try before it is made, so that many at once do not pass together. TooMany, whatever the try would have been.

    Not to be called inside a transaction, whose end could take the count back.
    """
    row = raw().execute(_COUNT, {"key": key, "now": now, "old": now - limit.within}).fetchone()
    assert row is not None
    tries, since = row
    if tries > limit.tries:
        wait = int((since + limit.within - now).total_seconds()) + 1
        raise Locked(wait) if tries == limit.tries + 1 else TooMany(wait)


def clear(key: str) -> None:
    """Begin anew for a name, an account."""
    SignInTries.objects.filter(pk=key).delete()


def take_back(key: str) -> None:
    """A success is no try: take it back from a count that others share."""
    SignInTries.objects.filter(pk=key, n__gt=0).update(n=F("n") - 1)


def forget(before: datetime) -> int:
    """Delete counters of times long past; returns how many."""
    return SignInTries.objects.filter(since__lt=before).delete()[0]


def key_of(kind: str, what: str) -> str:
    """Return the key of a counter: a keyed hash, for names and addresses are nobody's business."""
    return keyed("shouwen signin", f"{kind} {what}").hex()
