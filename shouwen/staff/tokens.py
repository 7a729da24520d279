"""Tokens: programs act as a member of staff. A token is long and random, so a fast keyed hash is enough to keep it by.

The key of the hash comes from SECRET_KEY: who steals the table cannot check guesses, who changes the key revokes all tokens.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from shouwen.base.errors import NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.sql import raw
from shouwen.policy.act import Ref
from shouwen.staff.models import Staff, Token

START: Final = "sw_"  # so that a leaked token is recognised in a text
SHOWN: Final = 8  # characters after START that are kept in clear
USED_TO_THE: Final = timedelta(hours=1)

_FIND = """select t.id, t.staff_id, s.language, t.last_used_at, t.reads_only, (select version from staff_orgversion), (BESIDE)
 from staff_token t join staff_staff s on s.id = t.staff_id
 where t.hash = %s and t.revoked_at is null and (t.expires_at is null or t.expires_at > %s) and s.is_active"""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a request with a token: what a face needs to go on, from one query."""

    token: int
    staff: int
    language: str
    org_version: int
    reads_only: bool = False
    beside: int = 0  # what the caller wanted to know besides


@transaction.atomic
def issue(staff: Staff, label: str, *, now: datetime, lasts: timedelta | None = None, reads_only: bool = False) -> str:
    """Make a token and return it. It can never be shown again: only its hash is kept."""
    secret = START + secrets.token_urlsafe(32)
    Token.objects.create(
        staff=staff,
        label=label[:80],
        prefix=secret[: len(START) + SHOWN],
        hash=hashed(secret),
        created_at=now,
        expires_at=now + lasts if lasts else None,
        reads_only=reads_only,
    )
    _note(staff.pk, "new_token", {"reads_only": reads_only, "days": lasts.days if lasts else None}, now)
    return secret


def bearer(secret: str, *, now: datetime, beside: str = "select 0") -> Bearer | None:
    """Return whose token this is, or None when it is unknown, revoked, expired, or its owner has left.

    `beside` is a query of ours for one number that the caller wants from the same round trip.
    """
    if not secret.startswith(START) or len(secret) > 200:
        return None
    row = raw().execute(_FIND.replace("BESIDE", beside), [hashed(secret), now]).fetchone()
    if row is None:
        return None
    token, staff, language, last_used, reads_only, org_version, more = row
    if last_used is None or now - last_used >= USED_TO_THE:
        Token.objects.filter(pk=token).update(last_used_at=now)
    return Bearer(token, staff, language, org_version, reads_only, more)


def revoke(token: int, *, now: datetime) -> None:
    """Make a token useless from now on. NotFound when there is no such token in use."""
    if not Token.objects.filter(pk=token, revoked_at=None).update(revoked_at=now):
        raise NotFound("没有这个令牌，或已吊销。", "There is no such token, or it was revoked.")


@transaction.atomic
def end_own(staff: Staff, token: int, *, now: datetime) -> None:
    """Somebody ends a token of their own. NotFound when it is not theirs, or not in use."""
    if not staff.tokens.filter(pk=token).exists():
        raise NotFound
    revoke(token, now=now)
    _note(staff.pk, "end_token", {}, now)


def hashed(secret: str) -> bytes:
    """Return the keyed hash a token is kept by."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"shouwen token", digest_size=32).digest()
    return hashlib.blake2b(secret.encode(), key=key, digest_size=32).digest()


def _note(staff: int, act: str, data: dict[str, object], now: datetime) -> None:
    about = Ref("staff", "staff", staff)
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=staff, at=now, entered_at=now, data=data)])
