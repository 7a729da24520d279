"""Invitations: a code that lets somebody set a password once, the first one or a forgotten one. An administrator hands it over."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from shouwen.base.access import Reader
from shouwen.base.errors import NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff import tries
from shouwen.staff.door_models import Invitation
from shouwen.staff.factors import ALPHABET
from shouwen.staff.keyed import keyed
from shouwen.staff.models import Staff
from shouwen.staff.passwords import set_password
from shouwen.staff.writing import demand_here

LASTS: Final = timedelta(days=3)
LENGTH: Final = 20  # characters: 99 bits


@transaction.atomic
def invite(staff: Staff, *, by: Reader, now: datetime) -> str:
    """Make a code for somebody and return it; it can never be shown again. An earlier one ends."""
    demand_here(by, staff.unit_id)
    if not staff.is_active or staff.is_system:
        raise NotFound
    staff.invitations.filter(used_at=None, ended_at=None).update(ended_at=now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    Invitation.objects.create(staff=staff, hash=_hash(code), made_at=now, made_by=by.staff, expires_at=now + LASTS)
    _note(by.staff, staff.pk, "invite", now)
    return "-".join(code[i : i + 5] for i in range(0, LENGTH, 5))


def invited(code: str, *, now: datetime) -> Staff:
    """Return whose invitation this is. NotFound when it is unknown, used or too old."""
    return _open(code, now).staff


def accept(code: str, password: str, *, address: str, now: datetime) -> Staff:
    """Set the password of whoever was invited. FieldError when it is weak, then the code stays good. Not inside a transaction."""
    here = tries.key_of("invited", address)
    tries.count(here, tries.PER_ADDRESS, now)
    with transaction.atomic():
        found = _open(code, now, lock=True)
        set_password(found.staff, password, act="accept_invitation", now=now)
        found.used_at = now
        found.save(update_fields=["used_at"])
    tries.take_back(here)
    unlock_names(found.staff)
    return found.staff


@transaction.atomic
def unlock(staff: Staff, *, by: Reader, now: datetime) -> None:
    """An administrator lets somebody try again at once who had typed too many wrong passwords."""
    demand_here(by, staff.unit_id)
    unlock_names(staff)
    _note(by.staff, staff.pk, "unlock", now)


def unlock_names(staff: Staff) -> None:
    """Begin the counts of somebody anew."""
    for kind in ("account", "factor", "old"):
        tries.clear(tries.key_of(kind, str(staff.pk)))


def _open(code: str, now: datetime, *, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_related("staff")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(hash=_hash(code), used_at=None, ended_at=None, expires_at__gt=now, staff__is_active=True).first()
    if found is None:
        raise NotFound(
            "邀请已用过、已过期或不存在。请找系统管理员重新邀请。",
            "The invitation was used, is too old or does not exist. Ask the system administrator for a new one.",
        )
    return found


def _hash(code: str) -> bytes:
    return keyed("shouwen invite", "".join(c for c in code.lower() if c.isalnum()))


def _note(actor: int, staff: int, act: str, now: datetime) -> None:
    write_events([EventRow(subject=Ref("staff", "staff", staff), kind=ACT, act=act, actor=actor, at=now, entered_at=now)])
