"""Where somebody is signed in: seen by themselves, ended by themselves, by an administrator, by time.

Django keeps the session; a row of ours beside it says where and when. How long it may go on is checked on every request from
what stands in the session itself, without a query; once a minute the row is told that somebody is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from shouwen.base.access import Reader, demand
from shouwen.base.errors import NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff.devices import device
from shouwen.staff.door_models import DoorRules, SignedIn
from shouwen.staff.keyed import keyed
from shouwen.staff.models import Staff

BEGAN: Final = "began"  # seconds of the epoch, as SEEN
SEEN: Final = "seen"
OWES: Final = "owes"  # what somebody must do before anything else: a new password, a second factor
UNSEEN: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=183)  # as long as the law wants logs of a network kept
NOTED: Final = 60  # seconds; how exactly it is known when somebody was last there


@dataclass(frozen=True, slots=True)
class Came:
    """Where a request came from: the address, and what the browser says of itself."""

    address: str
    agent: str = ""

    @property
    def origin(self) -> str:
        """A short hash of the address for the journal: the same place is recognised, the address is not kept for ever."""
        return keyed("shouwen origin", self.address).hex()[:12]


def begin(session: SessionBase, staff: int, came: Came, *, two_factors: bool = False, now: datetime) -> None:
    """Note that somebody signed in. The session has its final key already."""
    if session.session_key is None:
        session.create()
    key = session.session_key
    session[BEGAN] = session[SEEN] = int(now.timestamp())
    row = {"staff_id": staff, "began_at": now, "seen_at": now, "address": came.address[:45], "device": device(came.agent)[:80]}
    with transaction.atomic():
        SignedIn.objects.update_or_create(key=key, defaults={**row, "two_factors": two_factors})
        _note(staff, staff, "sign_in", {"factor": two_factors, "origin": came.origin}, now)


def stale(session: SessionBase, rules: DoorRules, now: datetime) -> str:
    """Return why a session may not go on (SignedIn.End), "" if it may."""
    moment = now.timestamp()
    began = session.get(BEGAN)
    if began is None:
        return ""
    if moment - began > rules.lifetime_hours * 3600:
        return SignedIn.End.LIFETIME
    return SignedIn.End.IDLE if moment - session.get(SEEN, began) > rules.idle_minutes * 60 else ""


def touch(session: SessionBase, now: datetime) -> None:
    """Note that somebody did something, once a minute."""
    moment = int(now.timestamp())
    if moment - session.get(SEEN, 0) >= NOTED:
        session[SEEN] = moment
        SignedIn.objects.filter(key=session.session_key).update(seen_at=now)


def of(staff: Staff) -> QuerySet[SignedIn]:
    """Return where somebody is signed in, the latest first."""
    return SignedIn.objects.filter(staff=staff, ended_at=None).order_by("-seen_at", "-pk")


def past(staff: Staff, limit: int) -> list[SignedIn]:
    """Return somebody's last sign-ins that have ended."""
    return list(SignedIn.objects.filter(staff=staff, ended_at__isnull=False).order_by("-ended_at")[:limit])


def end_by_time(session: SessionBase, why: str, now: datetime) -> None:
    """End a session that may not go on."""
    close(SignedIn.objects.filter(key=session.session_key), why, now)


@transaction.atomic
def leave(session: SessionBase, staff: int, now: datetime) -> None:
    """Somebody signs out."""
    close(SignedIn.objects.filter(key=session.session_key), SignedIn.End.OUT, now)
    _note(staff, staff, "sign_out", {}, now)


@transaction.atomic
def end_one(staff: Staff, sign_in: int, now: datetime) -> None:
    """Somebody ends one of their own sign-ins. NotFound when it is not theirs, or has ended."""
    if not close(of(staff).filter(pk=sign_in), SignedIn.End.ENDED, now):
        raise NotFound
    _note(staff.pk, staff.pk, "end_sessions", {"n": 1}, now)


@transaction.atomic
def end_others(staff: Staff, keep: str, now: datetime) -> int:
    """Somebody ends all of their sign-ins but the one with this key; returns how many."""
    n = close(of(staff).exclude(key=keep), SignedIn.End.ENDED, now)
    _note(staff.pk, staff.pk, "end_sessions", {"n": n}, now)
    return n


@transaction.atomic
def end_all(staff: Staff, *, by: Reader, now: datetime) -> int:
    """An administrator ends all sign-ins of somebody; returns how many."""
    demand(by, "administer", "staff")
    n = close(of(staff), SignedIn.End.ENDED, now)
    _note(by.staff, staff.pk, "end_sessions", {"n": n}, now)
    return n


def close(rows: QuerySet[SignedIn], why: str, now: datetime) -> int:
    """End sign-ins, and Django's sessions with them. Returns how many."""
    keys = list(rows.filter(ended_at=None, key__isnull=False).order_by().values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return SignedIn.objects.filter(key__in=keys).update(key=None, ended_at=now, why=why)


def tidy(now: datetime) -> int:
    """End sign-ins whose session is past, and forget those that ended long ago: the journal keeps that they were.

    Returns how many were forgotten.
    """
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    gone = SignedIn.objects.filter(ended_at=None, seen_at__lt=now - UNSEEN).exclude(key__in=alive)
    gone.update(key=None, ended_at=now, why=SignedIn.End.IDLE)
    return SignedIn.objects.filter(ended_at__lt=now - REMEMBERED).delete()[0]


def _note(actor: int, staff: int, act: str, data: dict[str, object], now: datetime) -> None:
    about = Ref("staff", "staff", staff)
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=actor, at=now, entered_at=now, data=data)])
