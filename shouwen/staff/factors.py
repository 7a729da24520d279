"""The second factor: codes of an app on one's telephone (TOTP, RFC 6238: SHA-1, 30 s, six digits), and recovery codes on paper.

The secret is nowhere kept: it is derived from SECRET_KEY and the salt of the row. A code is taken once, within 30 s of its time.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp
from django.db import transaction

from shouwen.base import qr
from shouwen.base.access import Reader, demand
from shouwen.base.errors import FieldError
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff import tries
from shouwen.staff.door_models import DoorRules, Factor, RecoveryCode
from shouwen.staff.keyed import keyed
from shouwen.staff.models import SEPARATED, Staff

STEP: Final = 30  # seconds
CODES: Final = 10
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is taken for something else
LENGTH: Final = 10  # characters of a recovery code: 49 bits


def has_factor(staff: Staff) -> bool:
    """Whether somebody is asked for a code when signing in."""
    return Factor.objects.filter(staff=staff, confirmed_at__isnull=False).exists()


def having() -> frozenset[int]:
    """Return everybody who is asked for a code when signing in."""
    return frozenset(Factor.objects.filter(confirmed_at__isnull=False).values_list("staff_id", flat=True))


def must_have(posts: frozenset[str], rules: DoorRules) -> bool:
    """Whether the company asks a second factor of who holds these posts: of administrators always, but in a demo."""
    return not rules.eased and (rules.factor_for_all or not posts.isdisjoint(SEPARATED))


def prepare(staff: Staff, *, now: datetime) -> Factor:
    """Return the factor somebody is about to confirm, made anew when there is none. FieldError when one is in use."""
    found = Factor.objects.filter(staff=staff).first()
    if found is None:
        found = Factor.objects.create(staff=staff, salt=secrets.token_bytes(32), made_at=now)
    if found.confirmed_at is not None:
        raise FieldError.of("", "验证码已经启用。", "A second factor is in use.")
    return found


def secret_of(factor: Factor) -> str:
    """Return the secret in base32, to be shown once, while it is not yet confirmed."""
    derived = keyed("shouwen totp", f"{factor.staff_id} {bytes(factor.salt).hex()}")[:20]
    return base64.b32encode(derived).decode()


def picture(factor: Factor, name: str, company: str) -> str:
    """Return the secret as a QR code, an SVG without styles or scripts that stands in a page."""
    uri = pyotp.TOTP(secret_of(factor)).provisioning_uri(name=name, issuer_name=company or "Shouwen")
    return qr.picture(uri)


def confirm(staff: Staff, code: str, *, now: datetime) -> list[str]:
    """Begin to use the prepared factor after a first right code; return the recovery codes, to be shown once."""
    _count(staff, now)
    with transaction.atomic():
        factor = Factor.objects.select_for_update().filter(staff=staff, confirmed_at=None).first()
        if factor is None or not _take(factor, code, now):
            raise _wrong()
        factor.confirmed_at = now
        factor.save(update_fields=["confirmed_at"])
        codes = _new_codes(staff)
        _note(staff.pk, staff.pk, "factor_on", now)
    tries.clear(_key(staff))
    return codes


def verify(staff: Staff, code: str, *, now: datetime) -> None:
    """Take a code of the app or a recovery code. FieldError when it is wrong, TooMany after too many wrong ones.

    Not to be called inside a transaction.
    """
    try:
        _count(staff, now)
    except tries.Locked:
        _note(staff.pk, staff.pk, "locked", now)
        raise
    given = "".join(code.split()).replace("-", "").lower()
    with transaction.atomic():
        factor = Factor.objects.select_for_update().filter(staff=staff, confirmed_at__isnull=False).first()
        taken = factor is not None and (_take(factor, given, now) or _spend(staff, given, now))
    if not taken:
        _note(staff.pk, staff.pk, "factor_failed", now)
        raise _wrong()
    tries.clear(_key(staff))


@transaction.atomic
def new_codes(staff: Staff, *, now: datetime) -> list[str]:
    """Make recovery codes anew; the old ones open nothing any more."""
    if not has_factor(staff):
        raise FieldError.of("", "请先启用验证码。", "Set up the second factor first.")
    codes = _new_codes(staff)
    _note(staff.pk, staff.pk, "recovery_codes", now)
    return codes


def codes_left(staff: Staff) -> int:
    """How many recovery codes have not been used."""
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


def give_up(staff: Staff, code: str, posts: frozenset[str], rules: DoorRules, *, now: datetime) -> None:
    """Somebody ends their own second factor with a last code. FieldError when the company asks one of them."""
    if must_have(posts, rules):
        raise FieldError.of("code", "您的岗位必须使用验证码，不能停用。", "Your posts must use a second factor.")
    verify(staff, code, now=now)
    _remove(staff, staff.pk, now)


@transaction.atomic
def take_away(staff: Staff, *, by: Reader, now: datetime) -> None:
    """The telephone is lost: the security administrator ends somebody's second factor, never their own."""
    demand(by, "administer", "sign_in")
    if by.staff == staff.pk:
        raise FieldError.of(
            "", "不能停用自己的验证码，请另一位安全管理员办理。", "Another security administrator must do this for you."
        )
    _remove(staff, by.staff, now)


def _remove(staff: Staff, by: int, now: datetime) -> None:
    with transaction.atomic():
        Factor.objects.filter(staff=staff).delete()
        RecoveryCode.objects.filter(staff=staff).delete()
        _note(by, staff.pk, "factor_off", now)


def _take(factor: Factor, code: str, now: datetime) -> bool:
    """Whether a code is right and has not been taken; it is taken then. The row is locked."""
    totp = pyotp.TOTP(secret_of(factor))
    step = int(now.timestamp()) // STEP
    for candidate in (step - 1, step, step + 1):
        if candidate > factor.last_step and hmac.compare_digest(totp.generate_otp(candidate).encode(), code.strip().encode()):
            factor.last_step = candidate
            factor.save(update_fields=["last_step"])
            return True
    return False


def _spend(staff: Staff, code: str, now: datetime) -> bool:
    rows = RecoveryCode.objects.filter(staff=staff, hash=keyed("shouwen recovery", f"{staff.pk} {code}"), used_at=None)
    return rows.update(used_at=now) > 0


def _new_codes(staff: Staff) -> list[str]:
    RecoveryCode.objects.filter(staff=staff).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(staff=staff, hash=keyed("shouwen recovery", f"{staff.pk} {code}")) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _key(staff: Staff) -> str:
    return tries.key_of("factor", str(staff.pk))


def _count(staff: Staff, now: datetime) -> None:
    tries.count(_key(staff), tries.PER_NAME, now)


def _wrong() -> FieldError:
    return FieldError.of(
        "code",
        "验证码不对或已用过。请等下一个验证码再试。",
        "The code is wrong or was used. Wait for the next one and try again.",
    )


def _note(actor: int, staff: int, act: str, now: datetime) -> None:
    write_events([EventRow(subject=Ref("staff", "staff", staff), kind=ACT, act=act, actor=actor, at=now, entered_at=now)])
