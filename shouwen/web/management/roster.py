"""排班: the week of a unit, people by days; cells set by mouse or keyboard; last week taken over; who is on duty now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.policy.org import Org
from shouwen.staff import roster
from shouwen.staff.models import Absence, Shift, ShiftPattern
from shouwen.staff.roster import WEEK, Cell
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, post_name
from shouwen.web.management import frame
from shouwen.web.management.people import unit_choices
from shouwen.web.render import render_part

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Square:
    """One cell of the grid: what it is of, what stands in it, and whether the person is away."""

    cell: Cell
    name: str
    text: str
    hours: str
    away: bool
    today: bool

    @property
    def values(self) -> str:
        """What is sent when it is set."""
        return f'{{"staff": {self.cell.staff}, "post": "{self.cell.post}", "unit": {self.cell.unit}, "day": "{self.cell.day}"}}'


@dataclass(frozen=True, slots=True)
class Line:
    """One person in one post."""

    staff: int
    name: str
    post: str
    squares: Sequence[Square]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty for a post now; `by_roster` tells it from merely holding the post."""

    post: str
    people: str
    by_roster: bool


@require_safe
def week(request: Ask) -> HttpResponse:
    """One unit's week."""
    unit = _unit(request)
    monday = _monday(request)
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    lines = _lines(request, unit, days) if unit else []
    context = {
        "title": _("排班"), "unit": unit, "units": unit_choices(request), "monday": monday, "before": monday - WEEK,
        "after": monday + WEEK, "this_week": roster.monday_of(timezone.localdate(request.now)),
        "days": [(day, moments.weekday(day), day == timezone.localdate(request.now)) for day in days], "lines": lines,
        "patterns": list(ShiftPattern.objects.all()), "may_here": bool(unit) and roster.may_roster(request.reader, unit),
        "on_duty": _on_duty(request, unit) if unit else [],
    }  # fmt: skip
    return frame.render(request, "management/roster.html", "roster", context)


def _unit(request: Ask) -> int:
    """The unit asked for; else where the reader works; else the first that has people in posts."""
    asked = frame.number(request.GET, "unit")
    known = {c.id for c in unit_choices(request)}
    if asked in known:
        return asked
    home = people.home_unit(request)
    held = [h.unit for h in request.org.holdings if h.unit in known and h.stands(request.now)]
    sites = [u for u in held if request.org.units[u].kind == "site"]
    return home if home in held and home not in _tops(request.org) else next(iter(sites or held), 0)


def _tops(org: Org) -> set[int]:
    return {u.id for u in org.units.values() if not u.parent}


def _monday(request: Ask) -> date:
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
        return roster.monday_of(day if 2000 <= day.year <= 2100 else timezone.localdate(request.now))
    except ValueError:
        return roster.monday_of(timezone.localdate(request.now))


def _lines(request: Ask, unit: int, days: Sequence[date]) -> list[Line]:
    shifts, patterns = roster.of_week(unit, days[0]), list(ShiftPattern.objects.all())
    able = roster.members(unit, days[0])
    able += [key for s in shifts if (key := (s.staff_id, s.post)) not in able]
    begin, end = frame.begin_of(days[0]), frame.end_of(days[-1])
    absences = list(Absence.objects.filter(since__lt=end, until__gt=begin, staff__in=[s for s, _post in able]))
    law, found = law_of(request), []
    for staff, post in dict.fromkeys(able):
        name = people.name(request, staff)
        own = [s for s in shifts if (s.staff_id, s.post) == (staff, post)]
        away = [a for a in absences if a.staff_id == staff]
        squares = [_square(request, Cell(staff, post, unit, day), name, (own, away, patterns)) for day in days]
        found.append(Line(staff, name, post_name(law, post, request.lang), squares))
    return found


def _square(
    request: Ask, cell: Cell, name: str, told: tuple[Sequence[Shift], Sequence[Absence], Sequence[ShiftPattern]]
) -> Square:
    own, away, patterns = told
    begin, end = frame.begin_of(cell.day), frame.end_of(cell.day)
    here = [s for s in own if begin <= s.since < end]
    names = _("、").join(_named(s, patterns) for s in here)
    hours = _("、").join(f"{_clock(s.since)}–{_clock(s.until)}" for s in here)
    gone = any(a.since < end and begin < a.until for a in away)
    return Square(cell, name, names, hours, gone, cell.day == timezone.localdate(request.now))


def _named(shift: Shift, patterns: Sequence[ShiftPattern]) -> str:
    """A shift by the name of the pattern with its hours; by its hours when there is none."""
    since = timezone.localtime(shift.since)
    start, minutes = since.hour * 60 + since.minute, int((shift.until - shift.since).total_seconds() // 60)
    hours = f"{_clock(shift.since)}–{_clock(shift.until)}"
    return next((p.name for p in patterns if (p.begins, p.minutes) == (start, minutes)), hours)


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def _on_duty(request: Ask, unit: int) -> list[OnDuty]:
    """Who the law finds on duty now, for every post held in the unit."""
    org, now, law = request.org, request.now, law_of(request)
    posts = dict.fromkeys(h.post for h in org.holdings if h.unit == unit and h.stands(now))
    kept = {s.post for s in org.shifts if s.unit in (*org.path(unit), 0) and s.since <= now < s.until}
    found = [(post, org.on_duty(post, unit, now)) for post in posts]
    return [OnDuty(post_name(law, post, request.lang), people.names(request, who), post in kept) for post, who in found]


def _cell(typed: QueryDict) -> Cell:
    return Cell(frame.number(typed, "staff"), typed.get("post", "")[:64], frame.number(typed, "unit"), frame.day_of(typed, "day"))


@require_POST
def cell(request: Ask) -> HttpResponse:
    """Set one cell, and show it as it is now."""
    wanted = _cell(request.POST)
    pattern = frame.number(request.POST, "pattern") or None
    made = roster.set_cell(wanted, pattern, by=request.reader, now=request.now)
    begin, end = frame.begin_of(wanted.day), frame.end_of(wanted.day)
    away = list(Absence.objects.filter(staff=wanted.staff, since__lt=end, until__gt=begin))
    told = (made, away, list(ShiftPattern.objects.all()))
    square = _square(request, wanted, people.name(request, wanted.staff), told)
    return render_part(request, "management/_square.html", {"square": square, "may_here": True, "title": _("排班")})


@require_POST
def copy(request: Ask) -> HttpResponse:
    """Take over the week before."""
    unit, monday = frame.number(request.POST, "unit"), roster.monday_of(frame.day_of(request.POST, "week"))
    made, left = roster.copy_week(unit, monday, by=request.reader, now=request.now)
    if made:
        said = ngettext("已按上周排了 %d 个班。", "已按上周排了 %d 个班。", made) % made
        messages.success(
            request, said + (_("另有 %d 个班没有照排：本周已有安排、此人不在岗或已不任此岗。") % left if left else "")
        )
    else:
        messages.info(request, _("上周没有可照排的班，或本周已排好。"))
    return HttpResponseRedirect(f"{reverse('management:roster')}?unit={unit}&week={monday}")


@require_POST
def patterns(request: Ask) -> HttpResponse:
    """Add a named shift, or take one off the list."""
    if remove := frame.number(request.POST, "remove"):
        roster.remove_pattern(remove, by=request.reader, now=request.now)
        messages.success(request, _("已去掉这个班次；已排的班不变。"))
    else:
        try:
            _add_pattern(request)
        except FieldError as wrong:
            messages.error(request, _("；").join(c.text(request.lang) for c in wrong.complaints))
    return HttpResponseRedirect(f"{reverse('management:roster')}?unit={frame.number(request.POST, 'unit')}")


def _add_pattern(request: Ask) -> None:
    begins, ends = _time(request.POST, "begins"), _time(request.POST, "ends")
    minutes = (ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute) % 1440 or 1440
    roster.add_pattern(request.POST.get("name", "")[:16], begins, minutes, by=request.reader, now=request.now)
    messages.success(request, _("已新增班次。"))


def _time(typed: QueryDict, name: str) -> time:
    try:
        return time.fromisoformat(typed.get(name, ""))
    except ValueError:
        raise FieldError.of(name, _("请填钟点"), _("请填钟点")) from None
