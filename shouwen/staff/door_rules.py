"""The company's rules for signing in: read for every request from memory, changed by the security administrator."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from shouwen.base.access import Reader, demand
from shouwen.base.errors import Complaint, FieldError
from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.sql import place
from shouwen.policy.act import Ref
from shouwen.staff import org
from shouwen.staff.door_models import DoorRules
from shouwen.staff.models import CLOCK

BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "min_length": (8, 64),
    "min_classes": (1, 4),
    "remembered": (0, 24),
    "password_days": (0, 3650),
    "idle_minutes": (5, 720),
    "lifetime_hours": (1, 168),
}
SETTABLE: Final = (*BOUNDS, "factor_for_all")
_kept: dict[tuple[str, int], DoorRules] = {}
os.register_at_fork(after_in_child=_kept.clear)


def rules(known_version: int | None = None) -> DoorRules:
    """Return the rules in force, kept until they or anything of the organisation changes."""
    key = (place(), org.version() if known_version is None else known_version)
    found = _kept.get(key)
    if found is None:
        found = DoorRules.objects.first() or DoorRules()
        _kept.clear()
        _kept[key] = found
    return found


def read(typed: Mapping[str, str]) -> dict[str, int | bool]:
    """Read rules as they were typed. FieldError for what is no number."""
    given: dict[str, int | bool] = {"factor_for_all": typed.get("factor_for_all") == "on"}
    wrong = []
    for name in BOUNDS:
        text = typed.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 6:
            given[name] = int(text)
        else:
            wrong.append(Complaint(name, "请填整数。", "Enter a whole number."))
    if wrong:
        raise FieldError(wrong)
    return given


@transaction.atomic
def change_rules(wanted: Mapping[str, int | bool], *, by: Reader, now: datetime) -> DoorRules:
    """Set some of the rules. FieldError names what is out of bounds. Whoever sets a rule of their own ends the easing of a demo."""
    demand(by, "administer", "sign_in")
    if complaints := [_beyond(name) for name, (low, high) in BOUNDS.items() if not low <= wanted.get(name, low) <= high]:
        raise FieldError(complaints)
    found = DoorRules.objects.select_for_update().first() or DoorRules()
    for name in SETTABLE:
        if name in wanted:
            setattr(found, name, wanted[name])
    found.eased = False
    found.save()
    told = {name: getattr(found, name) for name in SETTABLE}
    about = Ref("company", "company", 0)
    write_events([EventRow(subject=about, kind=ACT, act="door_rules", actor=by.staff, at=now, entered_at=now, data=told)])
    return found


def _beyond(name: str) -> Complaint:
    low, high = BOUNDS[name]
    return Complaint(name, f"请填 {low} 至 {high}。", f"Enter {low} to {high}.", "out_of_bounds")


@transaction.atomic
def ease_for_a_demo(*, now: datetime) -> None:
    """Let a company of invented people in with one password and no second factor. For an installation that says it is a demo."""
    if DoorRules.objects.exists():
        return
    DoorRules.objects.create(eased=True, password_days=0)
    about = Ref("company", "company", 0)
    told = {"eased": True}
    write_events([EventRow(subject=about, kind=ACT, act="door_rules", actor=CLOCK, at=now, entered_at=now, data=told)])
