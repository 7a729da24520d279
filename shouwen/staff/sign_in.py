"""Signing in by name and password, slowed down for those who guess. The counters are in the database: every process sees them.

A face calls `sign_in` and nothing else. A try too many is refused before the password is looked at, so that a right guess is not
told from a wrong one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import F

from shouwen.base.errors import TooMany
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.sql import raw
from shouwen.policy.act import Ref
from shouwen.staff.models import SignInTries, Staff


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failed tries within a time."""

    tries: int
    within: timedelta


PER_NAME: Final = Limit(5, timedelta(minutes=5))
PER_ADDRESS: Final = Limit(30, timedelta(minutes=5))  # a whole office may stand behind one address

_COUNT = """insert into staff_signintries as t (key, since, n) values (%(key)s, %(now)s, 1)
 on conflict (key) do update set
  n = case when t.since <= %(old)s then 1 else t.n + 1 end,
  since = case when t.since <= %(old)s then excluded.since else t.since end
 returning n, since"""


def sign_in(username: str, password: str, *, address: str, now: datetime) -> Staff | None:
    """Return who this is, or None when name or password is wrong. TooMany after too many tries, whatever the password.

    `address` is where the request came from. A try is counted before it is made, so that many at once do not pass together;
    a success takes it back. Not to be called inside a transaction, whose end could take the count back as well.
    """
    name = username.strip().lower()
    limits = {_key("name", name): PER_NAME, _key("address", address): PER_ADDRESS}
    for key, limit in sorted(limits.items()):
        _count(key, limit, now)
    person = authenticate(username=name, password=password)
    if not isinstance(person, Staff):
        return None
    SignInTries.objects.filter(pk=_key("name", name)).delete()
    SignInTries.objects.filter(pk=_key("address", address), n__gt=0).update(n=F("n") - 1)
    about = Ref("staff", "staff", person.pk)
    write_events([EventRow(subject=about, kind=ACT, act="sign_in", actor=person.pk, at=now, entered_at=now)])
    return person


def forget(before: datetime) -> int:
    """Delete counters of times long past; returns how many."""
    return SignInTries.objects.filter(since__lt=before).delete()[0]


def _count(key: str, limit: Limit, now: datetime) -> None:
    row = raw().execute(_COUNT, {"key": key, "now": now, "old": now - limit.within}).fetchone()
    assert row is not None
    tries, since = row
    if tries > limit.tries:
        raise TooMany(int((since + limit.within - now).total_seconds()) + 1)


def _key(kind: str, what: str) -> str:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"shouwen signin", digest_size=32).digest()
    return hashlib.blake2b(f"{kind} {what}".encode(), key=key, digest_size=32).hexdigest()
