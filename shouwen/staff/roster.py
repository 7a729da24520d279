"""排班: who is on duty when. A roster is made of cells: one person, one post, one day; each is set to a shift or to nothing.

Setting a cell twice to the same is one change, so a face may send it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shouwen.base.access import Reader, demand
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.journal import EventRow, write_events
from shouwen.policy.act import Ref
from shouwen.staff.models import Absence, Holding, Shift, ShiftPattern, Unit
from shouwen.staff.writing import demand_here, event, save

NOUN: Final = "roster"
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """One person in one post of a unit on one day."""

    staff: int
    post: str
    unit: int
    day: date


def may_roster(reader: Reader, unit: int) -> bool:
    """Whether somebody makes the roster of a unit: who administers rosters, where they do."""
    return reader.may("administer", NOUN) and (reader.domain is None or unit in reader.domain)


def hours_of(pattern: ShiftPattern, day: date) -> tuple[datetime, datetime]:
    """Return when a shift of a day begins and ends; one that ends after midnight ends on the next day."""
    begins = _local(day) + timedelta(minutes=pattern.begins)
    return begins, begins + timedelta(minutes=pattern.minutes)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def of_week(unit: int, monday: date) -> list[Shift]:
    """Return the shifts of a unit that begin in a week, in their order."""
    found = Shift.objects.filter(unit=unit, since__gte=_local(monday), since__lt=_local(monday + WEEK))
    return list(found.order_by("since", "pk"))


def members(unit: int, monday: date) -> list[tuple[int, str]]:
    """Return who may stand in the roster of a week: person and post, of the unit's posts held in it at any moment."""
    begin, end = _local(monday), _local(monday + WEEK)
    held = Holding.objects.filter(Q(until=None) | Q(until__gt=begin), unit=unit, since__lt=end, staff__left_at=None)
    return list(held.order_by("post", "staff__pinyin", "staff_id").values_list("staff_id", "post").distinct())


@transaction.atomic
def set_cell(cell: Cell, pattern: int | None, *, by: Reader, now: datetime) -> list[Shift]:
    """Set one cell to a shift, or to nothing (None). Returns what stands in it now; FieldError where it may not."""
    _demand(by, cell.unit)
    wanted = None if pattern is None else ShiftPattern.objects.filter(pk=pattern).first()
    if pattern is not None and wanted is None:
        raise FieldError.of("pattern", "没有这个班次。", "There is no such shift.")
    standing = _in_cell(cell)
    hours = hours_of(wanted, cell.day) if wanted is not None else None
    if [(s.since, s.until) for s in standing] == ([hours] if hours else []):
        return standing
    if hours is not None:
        _demand_holds(cell, hours[0])
    for shift in standing:
        shift.delete()
    made = [save(Shift(staff_id=cell.staff, post=cell.post, unit_id=cell.unit, since=hours[0], until=hours[1]))] if hours else []
    told = {"post": cell.post, "unit": cell.unit, "day": cell.day, "was": _spans(standing), "now": _spans(made)}
    write_events([event(by, Ref("staff", "staff", cell.staff), "set_shift", told, now)])
    return made


@transaction.atomic
def copy_week(unit: int, monday: date, *, by: Reader, now: datetime) -> tuple[int, int]:
    """Fill a unit's week like the week before. Cells that hold something stay; so do days somebody is away.

    Returns how many shifts were written and how many were left out. Done again, it writes nothing more.
    """
    _demand(by, unit)
    Unit.objects.select_for_update().get(pk=unit)  # two at once would both find the cells empty
    standing = {(s.staff_id, s.post, _day(s.since)) for s in of_week(unit, monday)}
    able, before = set(members(unit, monday)), of_week(unit, monday - WEEK)
    away = _away([s.staff_id for s in before], monday)
    made: list[Shift] = []
    for old in before:
        since, until = _moved(old.since), _moved(old.until)
        cell = (old.staff_id, old.post, _day(since))
        gone = any(a.since < until and since < a.until for a in away if a.staff_id == old.staff_id)
        if (old.staff_id, old.post) in able and cell not in standing and not gone:
            made.append(Shift(staff_id=old.staff_id, post=old.post, unit_id=unit, since=since, until=until))
    for shift in made:
        save(shift)
    write_events(_copied(made, unit, by, now))
    return len(made), len(before) - len(made)


@transaction.atomic
def add_pattern(name: str, begins: time, minutes: int, *, by: Reader, now: datetime) -> ShiftPattern:
    """Name a shift for everybody's rosters. Said again with the same hours, it is made once."""
    demand(by, "administer", NOUN)
    name, start = name.strip(), begins.hour * 60 + begins.minute
    same = ShiftPattern.objects.filter(name=name, begins=start, minutes=minutes).first()
    if same is not None:
        return same
    last = ShiftPattern.objects.order_by("-position").first()
    made = save(ShiftPattern(name=name, begins=start, minutes=minutes, position=last.position + 1 if last else 1))
    told = {"name": name, "begins": start, "minutes": minutes}
    write_events([event(by, Ref("roster", NOUN, made.pk), "add_pattern", told, now)])
    return made


@transaction.atomic
def remove_pattern(pattern: int, *, by: Reader, now: datetime) -> None:
    """Take a named shift off the list. Rosters made with it keep their hours."""
    demand(by, "administer", NOUN)
    if ShiftPattern.objects.filter(pk=pattern).delete()[0]:
        write_events([event(by, Ref("roster", NOUN, pattern), "remove_pattern", {}, now)])


def _demand(by: Reader, unit: int) -> None:
    demand_here(by, unit, NOUN)
    if not Unit.objects.filter(pk=unit).exists():
        raise NotFound


def _demand_holds(cell: Cell, at: datetime) -> None:
    held = Holding.objects.standing(at).filter(staff=cell.staff, post=cell.post, unit=cell.unit, staff__left_at=None)
    if not held.exists():
        zh, en = "此人那一天没有这个岗位，不能排班。", "This person does not hold that post on the day."
        raise FieldError.of("staff", zh, en)


def _in_cell(cell: Cell) -> list[Shift]:
    same = Shift.objects.filter(staff=cell.staff, post=cell.post, unit=cell.unit)
    begin = _local(cell.day)
    return list(same.filter(since__gte=begin, since__lt=begin + DAY).select_for_update().order_by("since"))


def _away(staff: Iterable[int], monday: date) -> list[Absence]:
    begin, end = _local(monday), _local(monday + WEEK + DAY)
    return list(Absence.objects.filter(staff__in=list(staff), since__lt=end, until__gt=begin))


def _copied(made: Sequence[Shift], unit: int, by: Reader, now: datetime) -> list[EventRow]:
    by_person: dict[tuple[int, str], list[Shift]] = {}
    for shift in made:
        by_person.setdefault((shift.staff_id, shift.post), []).append(shift)
    return [
        event(by, Ref("staff", "staff", staff), "copy_shifts", {"post": post, "unit": unit, "now": _spans(shifts)}, now)
        for (staff, post), shifts in by_person.items()
    ]


def _spans(shifts: Iterable[Shift]) -> list[list[datetime]]:
    return [[s.since, s.until] for s in shifts]


def _local(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


def _day(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def _moved(at: datetime) -> datetime:
    """The same time of the wall a week later."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return timezone.make_aware((local + WEEK).replace(tzinfo=None), timezone.get_default_timezone())
