"""单位: the tree, and adding, renaming, moving, closing a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.access import demand
from shouwen.base.errors import FieldError
from shouwen.staff import units
from shouwen.staff.looking import changes_of, demand_look
from shouwen.staff.models import Unit
from shouwen.staff.ties import StillTied
from shouwen.web import people as names
from shouwen.web.asking import Ask
from shouwen.web.fields import faults_of
from shouwen.web.law import law_of
from shouwen.web.management import frame
from shouwen.web.management.people import unit_choices
from shouwen.web.management.words import told

EVENTS = 10


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit in the tree. `own` says whether its calendar is its own or that of a unit above (or the company's)."""

    unit: Unit
    depth: int
    head: str
    people: int
    calendar: str
    own: bool


@require_safe
def tree(request: Ask) -> HttpResponse:
    """All units, each below the one it belongs to."""
    demand_look(request.reader)
    closed = "closed" in request.GET
    rows = Unit.objects.annotate(n=Count("staff", filter=Q(staff__left_at=None)))
    shown = _in_order([u for u in rows if closed or u.closed_at is None])
    calendars = dict(calendar_choices(request))
    branches = [
        Branch(u, len(u.path) - 1, names.name(request, u.head_id), u.n, _calendar(request, u, calendars), bool(u.calendar))
        for u in shown
    ]
    context = {
        "title": _("单位"), "branches": branches, "closed": closed, "closed_count": sum(u.closed_at is not None for u in rows),
    }  # fmt: skip
    return frame.render(request, "management/units.html", "units", context)


def _in_order(rows: list[Any]) -> list[Any]:
    """From the top down, brothers by position and name."""
    below: dict[int | None, list[Any]] = {}
    known = {u.pk for u in rows}
    for u in rows:
        below.setdefault(u.parent_id if u.parent_id in known else None, []).append(u)
    found: list[Any] = []
    stack = sorted(below.get(None, []), key=_place, reverse=True)
    while stack:
        here = stack.pop()
        found.append(here)
        stack.extend(sorted(below.get(here.pk, []), key=_place, reverse=True))
    return found


def _place(unit: Unit) -> tuple[int, str]:
    return unit.position, unit.name


def calendar_choices(request: Ask) -> list[tuple[str, str]]:
    """The calendars of the law in force, by name."""
    law = law_of(request)
    return [(name, c.book.words.says(request.lang)) for name, c in law.calendars.items()] if law is not None else []


def _calendar(request: Ask, unit: Unit, calendars: dict[str, str]) -> str:
    law = law_of(request)
    name = request.org.calendar_of(unit.pk) or (law.calendar if law is not None else "")
    return calendars.get(name, name)


@require_http_methods(["GET", "POST"])
def new(request: Ask) -> HttpResponse:
    """Add a unit."""
    demand(request.reader, "administer", "unit")
    if request.method == "POST":
        try:
            made = units.add_unit(_told(request.POST), by=request.reader, now=request.now)
        except FieldError as wrong:
            return _form(request, request.POST, _("新增单位"), faults=faults_of(wrong, request.lang))
        messages.success(request, _("已新增“%s”。") % made.name)
        return HttpResponseRedirect(reverse("management:units"))
    start = QueryDict(mutable=True)
    start.update({"parent": request.GET.get("parent", ""), "kind": Unit.Kind.DEPARTMENT})
    return _form(request, start, _("新增单位"))


@require_http_methods(["GET", "POST"])
def edit(request: Ask, pk: int) -> HttpResponse:
    """One unit: rename it, move it, give it a head and a calendar; what was changed before."""
    demand_look(request.reader)
    unit = get_object_or_404(Unit, pk=pk)
    if request.method == "POST":
        try:
            units.change_unit(unit, _told(request.POST), by=request.reader, now=request.now)
        except FieldError as wrong:
            return _form(request, request.POST, unit.name, unit, faults_of(wrong, request.lang))
        messages.success(request, _("已保存。"))
        return HttpResponseRedirect(reverse("management:units"))
    typed = QueryDict(mutable=True)
    typed.update({name: str(getattr(unit, name)) for name in ("name", "kind", "calendar", "region", "position")})
    typed.update({"parent": str(unit.parent_id or ""), "head": str(unit.head_id or "")})
    return _form(request, typed, unit.name, unit)


@require_POST
def closing(request: Ask, pk: int) -> HttpResponse:
    """Close a unit, or open it again."""
    unit = get_object_or_404(Unit, pk=pk)
    try:
        if "reopen" in request.POST:
            units.reopen_unit(unit, by=request.reader, now=request.now)
            messages.success(request, _("单位已恢复。"))
        else:
            units.close_unit(unit, by=request.reader, now=request.now)
            messages.success(request, _("单位已停用。"))
    except StillTied as problem:
        messages.error(request, problem.text(request.lang))
    return HttpResponseRedirect(reverse("management:unit", args=[pk]))


def _told(typed: QueryDict) -> dict[str, Any]:
    position = typed.get("position", "").strip()
    if position and not (position.isdecimal() and int(position) < 32768):
        raise FieldError.of("position", _("请填整数"), _("请填整数"))
    return {
        "name": typed.get("name", ""), "kind": typed.get("kind", ""), "parent": frame.unit_of(typed, "parent"),
        "head": frame.staff_of(typed, "head"), "calendar": typed.get("calendar", ""), "region": typed.get("region", "").strip(),
        "position": int(position or 0),
    }  # fmt: skip


def _form(
    request: Ask, typed: QueryDict, title: str, unit: Unit | None = None, faults: dict[str, str] | None = None
) -> HttpResponse:
    below = {u for u in request.org.units if unit is not None and unit.pk in request.org.path(u)}
    context = {
        "title": title, "typed": typed, "unit": unit, "faults": faults or {}, "kinds": Unit.Kind.choices,
        "parents": [c for c in unit_choices(request) if c.id not in below], "staff": names.able_choices(request),
        "calendars": calendar_choices(request), "hanging": _hanging(request, unit),
        "events": [(e, told(request, e)) for e in changes_of("unit", unit.pk, request.reader, EVENTS)] if unit is not None else [],
    }  # fmt: skip
    return frame.render(request, "management/unit.html", "units", context, status=422 if faults else 200)


def _hanging(request: Ask, unit: Unit | None) -> list[str]:
    """What keeps a unit from being closed, in words."""
    if unit is None or unit.closed_at is not None:
        return []
    return [tie.words(n, request.lang) for tie, n in units.hanging_on(unit, request.now)]
