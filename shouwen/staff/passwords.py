"""Passwords by the rules of 等保: length, classes of characters, no names, no well-known ones, none used before; they expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from shouwen.base.errors import Complaint, FieldError
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff import sessions, tries
from shouwen.staff.door_models import DoorRules, SignedIn, UsedPassword
from shouwen.staff.door_rules import rules
from shouwen.staff.models import Staff

FIELD: Final = "new"
LONGEST: Final = 200  # more is no password: hashing takes time that somebody else pays for
TELLING: Final = 3  # shorter parts of a name are in too many words to be forbidden


def typed_twice(new: str, again: str) -> str:
    """Return a new password that was typed twice alike. FieldError otherwise."""
    if new != again:
        raise FieldError.of("again", "两次输入的密码不一样。", "The two passwords differ.")
    return new


def change_password(staff: Staff, old: str, new: str, *, keep: str, now: datetime) -> None:
    """Somebody changes their own password; they stay signed in where they are (`keep` is the session's key), and nowhere else.

    FieldError says by field what is wrong; TooMany after too many wrong old ones. Not to be called inside a transaction.
    """
    key = tries.key_of("old", str(staff.pk))
    tries.count(key, tries.PER_NAME, now)
    if not staff.check_password(old):
        raise FieldError.of("old", "当前密码不对。", "This is not your present password.")
    tries.clear(key)
    set_password(staff, new, act="change_password", keep=keep, now=now)


@transaction.atomic
def set_password(staff: Staff, new: str, *, act: str, keep: str = "", now: datetime) -> None:
    """Set somebody's password by the rules, end their other sign-ins, and write down that it happened. FieldError if it is weak."""
    Staff.objects.select_for_update().get(pk=staff.pk)
    asked = rules()
    used = list(UsedPassword.objects.filter(staff=staff).order_by("-since", "-pk")[: asked.remembered])
    if complaints := [*_weak(new, staff, asked), *_used_before(new, staff, used)]:
        raise FieldError(complaints)
    staff.set_password(new)
    staff.save(update_fields=["password"])
    UsedPassword.objects.create(staff=staff, hash=staff.password, since=now)
    kept = (
        UsedPassword.objects.filter(staff=staff)
        .order_by("-since", "-pk")
        .values_list("pk", flat=True)[: max(asked.remembered, 1)]
    )
    UsedPassword.objects.filter(staff=staff).exclude(pk__in=list(kept)).delete()
    sessions.close(SignedIn.objects.filter(staff=staff).exclude(key=keep), SignedIn.End.PASSWORD, now)
    about = Ref("staff", "staff", staff.pk)
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=staff.pk, at=now, entered_at=now)])


def expired(staff: Staff, asked: DoorRules, now: datetime) -> bool:
    """Whether a password is too old. One whose age nobody noted is taken to be new from the first time it is seen."""
    since = UsedPassword.objects.filter(staff=staff).order_by("-since").values_list("since", flat=True).first()
    if since is None:
        UsedPassword.objects.create(staff=staff, hash=staff.password, since=now)
        return False
    return bool(asked.password_days) and now - since > timedelta(days=asked.password_days)


def _weak(new: str, staff: Staff, asked: DoorRules) -> Iterator[Complaint]:
    if not asked.min_length <= len(new) <= LONGEST:
        yield _wrong(
            f"密码至少 {asked.min_length} 位，至多 {LONGEST} 位。", f"At least {asked.min_length} characters, at most {LONGEST}."
        )
    if _classes(new) < asked.min_classes:
        n = asked.min_classes
        yield _wrong(
            f"大写字母、小写字母、数字、其他字符中至少要有 {n} 类。",
            f"Use at least {n} of: capital letters, small letters, digits, other characters.",
        )
    if any(part in new.lower() for part in _names(staff)):
        yield _wrong("密码里不要有自己的姓名、用户名或电话。", "Leave your name, user name and telephone number out.")
    if _is_common(new):
        yield _wrong("这个密码太常见，容易被猜到。", "This password is well known and easy to guess.")


def _used_before(new: str, staff: Staff, used: list[UsedPassword]) -> Iterator[Complaint]:
    if staff.check_password(new) or any(check_password(new, row.hash) for row in used):
        yield _wrong("这个密码用过了，请换一个没用过的。", "You have used this password before. Choose another.")


def _classes(text: str) -> int:
    ascii_letters = [c for c in text if c.isascii() and c.isalpha()]
    return sum(
        [
            any(c.isupper() for c in ascii_letters),
            any(c.islower() for c in ascii_letters),
            any(c.isdigit() for c in text),
            any(not (c.isascii() and c.isalnum()) for c in text),
        ]
    )


def _names(staff: Staff) -> Iterator[str]:
    whole = staff.pinyin.replace(" ", "")
    for name in (staff.username, staff.username.replace("_", ""), whole, staff.phone, staff.name):
        if len(name) >= TELLING or (name and not name.isascii()):
            yield name.lower()


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _is_common(new: str) -> bool:
    try:
        _common().validate(new)
    except ValidationError:
        return True
    return False


def _wrong(zh: str, en: str) -> Complaint:
    return Complaint(FIELD, zh, en, "weak")
