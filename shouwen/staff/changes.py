"""Administering the organisation: who works here, where, in which posts, and who is away. Each change is an event.

These are no cases, so they do not go through the law; they ask the gate (`administer staff`) and write one event each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from shouwen.base.access import Reader, all_who_see, demand
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.names import plain_name
from shouwen.base.pinyin import initials, name_syllables
from shouwen.policy.act import Ref
from shouwen.staff import org
from shouwen.staff.models import Absence, Holding, Shift, Staff, Unit
from shouwen.staff.ties import demand_free_staff
from shouwen.staff.writing import demand_here, note, save

NOUN: Final = "staff"
POST: Final = "post"  # who makes accounts gives no posts, and who gives posts makes no accounts
SIGN_IN_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
PLAIN: Final = ("phone", "email", "unit", "superior", "skills", "language")


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
    demand_here(by, new.unit.pk if new.unit else None)
    username = new.username.strip().lower()
    if username and not SIGN_IN_NAME.fullmatch(username):
        zh = "用户名只用字母、数字和 _ . -，以字母或数字开头，例如 li_na。"
        raise FieldError.of(
            "username", zh, "Letters, digits and _ . - only, beginning with a letter or digit: li_na.", "malformed"
        )
    person = Staff(username=username, unit=new.unit, superior=new.superior, skills=list(new.skills))
    person.phone, person.email, person.language = new.phone, new.email, new.language
    set_name(person, new.name)
    person.set_password(new.password or None)
    save(person)
    note(by, person.pk, "add_staff", {"unit": person.unit_id, "skills": person.skills}, now)
    return person


@transaction.atomic
def change_staff(staff: Staff, to: Mapping[str, Any], *, by: Reader, now: datetime) -> bool:
    """Change what is known of somebody: `name` and PLAIN. Returns whether anything changed. FieldError names what is wrong."""
    demand_here(by, staff.unit_id)
    if to.get("unit") is not None:
        demand_here(by, to["unit"].pk)
    person = Staff.objects.select_for_update().get(pk=staff.pk)
    changed = [name for name in PLAIN if name in to and getattr(person, name) != to[name]]
    for name in changed:
        setattr(person, name, to[name])
    if "name" in to and plain_name(to["name"]) != person.name:
        set_name(person, to["name"])
        changed.append("name")
    if not changed:
        return False
    if "superior" in changed and _above(person):
        raise FieldError.of("superior", "两人不能互为上级。", "Two people cannot each be the other's superior.")
    save(person)
    told: dict[str, Any] = {"unit": person.unit_id, "superior": person.superior_id, "skills": person.skills}
    note(by, person.pk, "change_staff", {"changed": changed, **{k: v for k, v in told.items() if k in changed}}, now)
    return True


def _above(person: Staff) -> bool:
    """Whether somebody stands above themselves."""
    above, seen = person.superior, {person.pk}
    while above is not None:
        if above.pk in seen:
            return True
        seen.add(above.pk)
        above = above.superior
    return False


@transaction.atomic
def appoint(staff: Staff, post: str, unit: Unit | None, *, since: datetime, by: Reader, now: datetime) -> Holding:
    """Give somebody a post in a unit and those below (None: everywhere) from a moment on. Said again, it is done once."""
    demand_here(by, unit.pk if unit else None, POST)
    same: Holding | None = Holding.objects.filter(staff=staff, post=post, unit=unit, since=since, until=None).first()
    if same is not None:
        return same
    if staff.left_at is not None:
        raise FieldError.of("staff", "此人已离职。", "This person has left.")
    if staff.pk == by.staff:
        raise FieldError.of("staff", "不能给自己任命岗位。", "You cannot give yourself a post.")
    if unit is not None and unit.closed_at is not None:
        raise FieldError.of("unit", "这个单位已停用。", "This unit is closed.")
    holding = save(Holding(staff=staff, post=post, unit=unit, since=since))
    note(by, staff.pk, "appoint", {"post": post, "unit": unit.pk if unit else None, "since": since}, now)
    return holding


@transaction.atomic
def relieve(holding: Holding, *, until: datetime, by: Reader, now: datetime) -> None:
    """End a post from a moment on. What was done before stays judged by it."""
    demand_here(by, holding.unit_id, POST)
    if holding.until == until:
        return
    holding.until = until
    save(holding)
    note(by, holding.staff_id, "relieve", {"post": holding.post, "unit": holding.unit_id, "until": until}, now)


@transaction.atomic
def be_absent(absence: Absence, *, by: Reader, now: datetime) -> Absence:
    """Note that somebody is away: everybody for themselves, heads for those they lead, administrators for all.

    The deputy must be somebody whose post handles matters.
    """
    known = org.snapshot(now)
    if absence.staff_id != by.staff and absence.staff_id not in known.led_by(by.staff, now):
        demand_here(by, absence.staff.unit_id)
    if absence.deputy_id and absence.deputy_id not in all_who_see(known, now, org.rights(known.version)):
        raise FieldError.of("deputy", "这个人的岗位不办理事项", "their post handles no matters", "unable")
    told = {"since": absence.since, "until": absence.until, "deputy": absence.deputy_id}
    same: Absence | None = Absence.objects.filter(staff=absence.staff_id, **told).first()
    if same is not None:
        return same
    save(absence)
    note(by, absence.staff_id, "be_absent", told, now)
    return absence


@transaction.atomic
def be_back(absence: int, *, by: Reader, now: datetime) -> None:
    """End an absence now; one that has not begun is taken back. Whoever may note it may. NotFound for others'."""
    found = Absence.objects.select_for_update().filter(pk=absence).first()
    if found is None:
        raise NotFound
    if found.staff_id != by.staff and found.staff_id not in org.snapshot(now).led_by(by.staff, now):
        if not by.may("administer", NOUN):
            raise NotFound
        demand_here(by, found.staff.unit_id)
    if found.until <= now:
        return
    if found.since >= now:
        found.delete()
    else:
        found.until = now
        save(found)
    note(by, found.staff_id, "be_back", {"since": found.since, "until": found.until}, now)


@transaction.atomic
def put_on_duty(shifts: Iterable[Shift], *, by: Reader, now: datetime) -> None:
    """Write a roster: all of its shifts, or none when one is wrong."""
    demand(by, "administer", "roster")
    for shift in shifts:
        save(shift)
        told = {"post": shift.post, "unit": shift.unit_id, "since": shift.since, "until": shift.until}
        note(by, shift.staff_id, "put_on_duty", told, now)


@transaction.atomic
def suspend(staff: Staff, *, by: Reader, now: datetime) -> None:
    """Stop somebody's sign-in and tokens at once. Posts stay: what falls to them is a matter of absence and deputies."""
    demand_here(by, staff.unit_id)
    if staff.pk == by.staff:
        raise FieldError.of("staff", "不能停用自己的账号。", "You cannot suspend your own account.")
    if not Staff.objects.filter(pk=staff.pk, is_active=True).update(is_active=False):
        return
    staff.is_active = False
    staff.tokens.filter(revoked_at=None).update(revoked_at=now)
    note(by, staff.pk, "suspend", {}, now)


@transaction.atomic
def resume(staff: Staff, *, by: Reader, now: datetime) -> None:
    """Let somebody who was suspended, or who has come back, sign in again. Posts that ended are given anew; tokens too."""
    demand_here(by, staff.unit_id)
    if staff.is_system:
        raise NotFound
    if not Staff.objects.filter(pk=staff.pk, is_active=False).update(is_active=True, left_at=None):
        return
    staff.is_active, staff.left_at = True, None
    note(by, staff.pk, "resume", {}, now)


@transaction.atomic
def leave(staff: Staff, *, by: Reader, now: datetime) -> None:
    """Somebody stops working here: posts end, tokens and sign-in stop. What they did stays theirs.

    Raises StillTied as long as they answer for anything.
    """
    demand_here(by, staff.unit_id)
    if staff.pk == by.staff:
        raise FieldError.of(
            "staff", "不能为自己办理离职，请另一位管理员办理。", "You cannot do this for yourself; ask another administrator."
        )
    if staff.left_at is not None:
        return
    demand_free_staff(staff.pk)
    staff.holdings.filter(Q(until=None) | Q(until__gt=now), since__lt=now).update(until=now)
    staff.holdings.filter(since__gte=now).delete()
    staff.shifts.filter(since__gte=now).delete()
    Unit.objects.filter(head=staff).update(head=None)
    staff.tokens.filter(revoked_at=None).update(revoked_at=now)
    staff.is_active, staff.left_at = False, now
    staff.save(update_fields=["is_active", "left_at"])
    note(by, staff.pk, "leave", {}, now)


def choose_theme(staff: Staff, theme: str) -> None:
    """Somebody chooses for themselves whether the pages are light or dark; nobody else is concerned, so it is no event."""
    if theme not in Staff.Theme.values:
        raise FieldError.of("theme", "没有这种外观。", "There is no such appearance.")
    staff.theme = theme
    staff.save(update_fields=["theme"])


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
    person.name = plain_name(name)
    syllables = name_syllables(person.name)
    person.pinyin, person.initials = " ".join(syllables)[:200], initials(syllables)[:32]
