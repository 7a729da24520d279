"""Who may hear what: the rights of a stream of live events, by the very gate that the pages read through."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from shouwen.base.access import Reader, sight_of
from shouwen.staff import org, sessions
from shouwen.staff.door_rules import rules
from shouwen.staff.models import Staff

OWN: Final = ("desk", "staff")  # told to the person whose id they carry, and to whoever stands in
FOR_ALL: Final = ("law",)  # that something of public interest changed
REHEARSAL: Final = "rehearsal"  # how far one is: told to whoever may enact
SEEN_WITH: Final = {"present": "case"}  # who looks at a case is told to whoever may see it
_TOPIC: Final = re.compile(r"([a-z_]+)(?:-([0-9]{1,18}))?")


@dataclass(frozen=True, slots=True)
class Admission:
    """Who listens, and the topics they may hear."""

    staff: int
    topics: frozenset[str]


def admit(cookies: str, wanted: Iterable[str]) -> Admission | None:
    """Return what the owner of these cookies may hear of what they ask for; None when nobody is signed in."""
    close_old_connections()
    person = _person(cookies)
    if person is None:
        return None
    reader = org.reader(person, timezone.now())
    return Admission(person, frozenset({f"desk-{person}", f"staff-{person}"}) | _may_hear(wanted, reader))


def _person(cookies: str) -> int | None:
    """The member of staff whose session the cookies name, checked as Django checks it."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    staff = session.get(SESSION_KEY)
    if staff is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    if sessions.stale(session, rules(), timezone.now()):
        return None
    person = Staff.objects.filter(pk=int(staff), is_active=True).first()
    if person is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        return None
    return person.pk


def _may_hear(wanted: Iterable[str], reader: Reader) -> frozenset[str]:
    """Keep the topics that somebody may hear; what is not understood is dropped without a word."""
    by_kind: dict[str, set[int]] = {}
    somewhere = reader.somewhere
    heard: set[str] = set()
    for topic in wanted:
        match = _TOPIC.fullmatch(topic)
        if match is None:
            continue
        kind, id_ = match[1], int(match[2] or 0)
        in_unit = kind == "unit" and (somewhere is None or id_ in somewhere)
        rehearsed = kind == REHEARSAL and reader.may("administer", "law")
        if (kind in FOR_ALL and not id_) or (kind in OWN and id_ in reader.people) or in_unit or rehearsed:
            heard.add(topic)
        else:
            by_kind.setdefault(kind, set()).add(id_)
    for kind, ids in by_kind.items():
        seen = sight_of(SEEN_WITH.get(kind, kind), reader)
        if seen is not None:
            heard.update(f"{kind}-{id_}" for id_ in seen.filter(pk__in=ids).values_list("pk", flat=True))
    return frozenset(heard)
