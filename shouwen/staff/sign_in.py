"""Signing in by name (or telephone number) and password, slowed down for those who guess.

A try too many is refused before the password is looked at, so that a right guess is not told from a wrong one. What is wrong is
never said: an unknown name, a wrong password, and somebody who has left look alike.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate

from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff import factors, passwords, tries
from shouwen.staff.door_models import DoorRules
from shouwen.staff.models import Staff
from shouwen.staff.sessions import Came

PASSWORD = "password"  # noqa: S105  what somebody owes before anything else: a new one
FACTOR = "factor"


def sign_in(username: str, password: str, *, came: Came, now: datetime) -> Staff | None:
    """Return who this is, or None when name or password is wrong. TooMany after too many tries, whatever the password.

    A success takes its try back. The sign-in itself, after a second factor perhaps, is `sessions.begin`. Not to be called inside
    a transaction, whose end could take the count back as well.
    """
    name = username.strip().lower()
    known = _known(name)
    whose = tries.key_of("account", str(known.pk)) if known else tries.key_of("name", name)
    here = tries.key_of("address", came.address)
    limits = {whose: tries.PER_NAME, here: tries.PER_ADDRESS}
    try:
        for key, limit in sorted(limits.items()):
            tries.count(key, limit, now)
    except tries.Locked:
        _note(known, "locked", came, now)
        raise
    person = authenticate(username=known.username if known else name, password=password)
    if not isinstance(person, Staff):
        _note(known, "sign_in_failed", came, now)
        return None
    tries.clear(whose)
    tries.take_back(here)
    return person


def owes(person: Staff, posts: frozenset[str], rules: DoorRules, now: datetime) -> str:
    """Return what somebody must do before anything else: PASSWORD, FACTOR or nothing ("")."""
    if passwords.expired(person, rules, now):
        return PASSWORD
    return FACTOR if factors.must_have(posts, rules) and not factors.has_factor(person) else ""


def _known(name: str) -> Staff | None:
    """Whoever has this user name; else whoever alone has this telephone number."""
    found = Staff.objects.filter(username=name).first()
    if found is None and name:
        by_phone = list(Staff.objects.filter(phone=name.replace(" ", ""), is_active=True)[:2])
        found = by_phone[0] if len(by_phone) == 1 else None
    return found


def _note(known: Staff | None, act: str, came: Came, now: datetime) -> None:
    """Write down what failed. What was typed is not kept: it may be a password in the wrong field."""
    about = Ref("staff", "staff", known.pk if known else 0)
    data = {"origin": came.origin, **({} if known else {"unknown": True})}
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=about.id, at=now, entered_at=now, data=data)])
