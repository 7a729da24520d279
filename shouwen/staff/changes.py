"""Administering the organisation: who works here, where, in which posts, and who is away. Each change is an event.

These are no cases, so they do not go through the law; they ask the gate (`administer staff`) and write one event each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import translation

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Complaint, FieldError
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.pinyin import initials, name_syllables
from shouwen.policy.act import Ref
from shouwen.staff.models import Absence, Holding, Shift, Staff, Unit

NOUN: Final = "staff"

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Somebody who begins to work here. Without a password they cannot sign in yet."""

    username: str
    name: str
    unit: Unit | None = None
    superior: Staff | None = None
    phone: str = ""
    email: str = ""
    skills: tuple[str, ...] = ()
    password: str = ""
    language: str = Staff.Language.CHINESE


@transaction.atomic
def add_staff(new: NewStaff, *, by: Reader, now: datetime) -> Staff:
    """Take somebody in. FieldError names what is wrong, Forbidden when `by` may not."""
    demand(by, "administer", NOUN)
    person = Staff(username=new.username.strip().lower(), unit=new.unit, superior=new.superior, skills=list(new.skills))
    person.phone, person.email, person.language = new.phone, new.email, new.language
    set_name(person, new.name)
    person.set_password(new.password or None)
    _save(person)
    _note(by, person.pk, "add_staff", {"unit": person.unit_id, "skills": person.skills}, now)
    return person


@transaction.atomic
def appoint(staff: Staff, post: str, unit: Unit | None, *, since: datetime, by: Reader, now: datetime) -> Holding:
    """Give somebody a post in a unit and those below (None: everywhere) from a moment on."""
    demand(by, "administer", NOUN)
    holding = _save(Holding(staff=staff, post=post, unit=unit, since=since))
    _note(by, staff.pk, "appoint", {"post": post, "unit": unit.pk if unit else None, "since": since}, now)
    return holding


@transaction.atomic
def relieve(holding: Holding, *, until: datetime, by: Reader, now: datetime) -> None:
    """End a post from a moment on. What was done before stays judged by it."""
    demand(by, "administer", NOUN)
    holding.until = until
    _save(holding)
    _note(by, holding.staff_id, "relieve", {"post": holding.post, "unit": holding.unit_id, "until": until}, now)


@transaction.atomic
def be_absent(absence: Absence, *, by: Reader, now: datetime) -> Absence:
    """Note that somebody is away. Everybody may for themselves, administrators for all."""
    if absence.staff_id != by.staff:
        demand(by, "administer", NOUN)
    _save(absence)
    told = {"since": absence.since, "until": absence.until, "deputy": absence.deputy_id}
    _note(by, absence.staff_id, "be_absent", told, now)
    return absence


@transaction.atomic
def put_on_duty(shifts: Iterable[Shift], *, by: Reader, now: datetime) -> None:
    """Write a roster: all of its shifts, or none when one is wrong."""
    demand(by, "administer", NOUN)
    for shift in shifts:
        _save(shift)
        told = {"post": shift.post, "unit": shift.unit_id, "since": shift.since, "until": shift.until}
        _note(by, shift.staff_id, "put_on_duty", told, now)


@transaction.atomic
def leave(staff: Staff, *, by: Reader, now: datetime) -> None:
    """Somebody stops working here: posts end, tokens and sign-in stop. What they did stays theirs."""
    demand(by, "administer", NOUN)
    staff.holdings.filter(Q(until=None) | Q(until__gt=now), since__lt=now).update(until=now)
    staff.holdings.filter(since__gte=now).delete()
    staff.tokens.filter(revoked_at=None).update(revoked_at=now)
    staff.is_active, staff.left_at = False, now
    staff.save(update_fields=["is_active", "left_at"])
    _note(by, staff.pk, "leave", {}, now)


@transaction.atomic
def choose_language(staff: Staff, language: str, *, now: datetime) -> None:
    """Somebody chooses for themselves in which language the pages speak to them."""
    if language not in Staff.Language.values:
        raise FieldError.of("language", "没有这种语言。", "There is no such language.")
    if staff.language == language:
        return
    staff.language = language
    staff.save(update_fields=["language"])
    about = Ref("staff", NOUN, staff.pk)
    told = {"language": language}
    write_events([EventRow(subject=about, kind=ACT, act="choose_language", actor=staff.pk, at=now, entered_at=now, data=told)])


def set_name(person: Staff, name: str) -> None:
    """Set somebody's name together with what lists are ordered and searched by; the caller saves."""
    syllables = name_syllables(name.strip())
    person.name = name.strip()
    person.pinyin, person.initials = " ".join(syllables)[:200], initials(syllables)[:32]


def _save(row: M) -> M:
    """Write a row after asking its constraints, so that what is wrong is said by field and not by the database."""
    since, until = getattr(row, "since", None), getattr(row, "until", None)
    if since and until and until <= since:  # asked first: PostgreSQL makes no range of it to compare with others
        raise FieldError.of("until", "结束时间必须晚于开始时间。", "It must end after it begins.")
    try:
        row.full_clean(validate_unique=True, validate_constraints=True)
    except ValidationError as wrong:
        raise FieldError(_complaints(wrong)) from None
    row.save()
    return row


def _complaints(wrong: ValidationError) -> Iterator[Complaint]:
    for name, errors in wrong.error_dict.items():
        for error in errors:
            said = {}
            for lang in ("zh-hans", "en"):
                with translation.override(lang):
                    said[lang] = " ".join(error.messages)
            yield Complaint("" if name == NON_FIELD_ERRORS else name, said["zh-hans"], said["en"], error.code or "invalid")


def _note(by: Reader, staff: int, act: str, data: Mapping[str, Any], now: datetime) -> None:
    about = Ref("staff", NOUN, staff)
    write_events([EventRow(subject=about, kind=ACT, act=act, actor=by.staff, at=now, entered_at=now, data=data)])
