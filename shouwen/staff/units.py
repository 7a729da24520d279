"""Administering the tree of units: adding, renaming, moving, closing. Each change is an event about the unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError
from shouwen.base.journal import write_events
from shouwen.base.models import Company
from shouwen.base.names import plain_name
from shouwen.policy.act import Ref
from shouwen.staff import ties
from shouwen.staff.models import Holding, Staff, Unit
from shouwen.staff.ties import StillTied, Tie
from shouwen.staff.writing import demand_here, event, save

NOUN: Final = "unit"
PLAIN: Final = ("name", "kind", "parent", "head", "calendar", "region", "position")


@transaction.atomic
def add_unit(told: Mapping[str, Any], *, by: Reader, now: datetime) -> Unit:
    """Add a unit below another (`parent` None: a company of its own at the top). FieldError names what is wrong."""
    above = told.get("parent")
    demand_here(by, above.pk if above is not None else None, NOUN)
    unit = Unit(**{name: told[name] for name in PLAIN if name in told})
    unit.name = plain_name(unit.name)
    _demand_open(unit)
    save(unit)
    unit.refresh_from_db(fields=["path"])
    _note(by, unit, "add_unit", _told(unit, PLAIN), now)
    return unit


@transaction.atomic
def name_company(name: str, *, by: Reader, now: datetime) -> None:
    """Say what the company is called; the first time this makes its row."""
    demand_here(by, None, NOUN)
    _, made = Company.objects.get_or_create(defaults={"name": name})
    if not made and not Company.objects.exclude(name=name).update(name=name):
        return
    write_events([event(by, Ref("company", NOUN, 1), "name_company", {"name": name}, now)])


@transaction.atomic
def change_unit(unit: Unit, to: Mapping[str, Any], *, by: Reader, now: datetime) -> bool:
    """Rename a unit, move it, give it a head, a calendar. Returns whether anything changed; the event keeps what was before."""
    demand_here(by, unit.pk, NOUN)
    found = Unit.objects.select_for_update().get(pk=unit.pk)
    changed = [name for name in PLAIN if name in to and getattr(found, name) != _plain(name, to[name])]
    if not changed:
        return False
    before = _told(found, changed)
    for name in changed:
        setattr(found, name, _plain(name, to[name]))
    if "parent" in changed:
        demand_here(by, found.parent_id, NOUN)
        _demand_open(found)
        if found.parent is not None and found.pk in found.parent.path:
            raise FieldError.of("parent", "单位不能归到自己或自己的下级之下。", "A unit cannot stand below itself.")
    save(found)
    _note(by, found, "change_unit", {"before": before, "after": _told(found, changed)}, now)
    return True


@transaction.atomic
def close_unit(unit: Unit, *, by: Reader, now: datetime) -> None:
    """Close a unit: nothing new begins in it, its past keeps its name. StillTied while people, posts or open matters are in it."""
    demand_here(by, unit.pk, NOUN)
    found = Unit.objects.select_for_update().get(pk=unit.pk)
    if found.closed_at is not None:
        return
    if what := hanging_on(found, now):
        raise StillTied(what, "请先移走或办结，再停用这个单位。", "Move or finish them first, then close the unit.")
    found.closed_at = now
    found.save(update_fields=["closed_at"])
    _note(by, found, "close_unit", {}, now)


@transaction.atomic
def reopen_unit(unit: Unit, *, by: Reader, now: datetime) -> None:
    """Open a closed unit again."""
    demand_here(by, unit.pk, NOUN)
    if Unit.objects.filter(pk=unit.pk, closed_at__isnull=False).update(closed_at=None):
        _note(by, unit, "reopen_unit", {}, now)


def hanging_on(unit: Unit, now: datetime) -> list[tuple[Tie, int]]:
    """Return what keeps a unit from being closed: units below it, people, posts held in it, and what the apps above tell."""
    standing = Holding.objects.filter(Q(until=None) | Q(until__gt=now), unit=unit)
    own = [
        (Tie("下级单位", "units below it", _none), unit.units.filter(closed_at=None).count()),
        (Tie("员工", "people", _none), Staff.objects.filter(unit=unit, left_at=None).count()),
        (Tie("任职", "posts held", _none), standing.count()),
    ]
    return [(tie, n) for tie, n in own if n] + ties.of_unit(unit.pk)


def _none(_: int) -> int:
    return 0


def _demand_open(unit: Unit) -> None:
    if unit.parent is not None and unit.parent.closed_at is not None:
        raise FieldError.of("parent", "上级单位已停用。", "The unit above is closed.")


def _plain(name: str, value: Any) -> Any:
    return plain_name(value) if name == "name" else value


def _told(unit: Unit, names: Any) -> dict[str, Any]:
    return {name: getattr(unit, f"{name}_id" if name in ("parent", "head") else name) for name in names}


def _note(by: Reader, unit: Unit, act: str, data: Mapping[str, Any], now: datetime) -> None:
    write_events([event(by, Ref("unit", NOUN, unit.pk), act, data, now)])
