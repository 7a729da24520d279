"""缺勤: who is away and who stands in; everybody notes their own, heads those of whom they lead, administrators anybody's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.base.reveal import export
from shouwen.staff import changes
from shouwen.staff.looking import may_look
from shouwen.staff.models import Absence, Staff
from shouwen.web import people as names
from shouwen.web.asking import Ask
from shouwen.web.fields import faults_of
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.management import frame
from shouwen.web.management.people import unit_choices
from shouwen.web.management.person import person_of, show
from shouwen.web.paging import PAGE, cut, past, read_moment_cursor, write_cursor
from shouwen.web.sheets import Cell

REASON: Final = 80


@require_http_methods(["GET", "POST"])
def listing(request: Ask) -> HttpResponse:
    """Who is away now and soon; on POST note an absence."""
    if request.method != "POST":
        return _show(request)
    others = request.reader.may("administer", "staff") or request.org.led_by(request.me.pk, request.now)
    try:
        _note(request, (frame.staff_of(request.POST, "staff") if others else None) or request.me)
    except FieldError as wrong:
        return _show(request, faults_of(wrong, request.lang))
    messages.success(request, _("已登记。"))
    return HttpResponseRedirect(reverse("management:absences"))


def _show(request: Ask, faults: dict[str, str] | None = None) -> HttpResponse:
    led, place = request.org.led_by(request.me.pk, request.now), read_moment_cursor(request.GET.get("after", ""))
    rows = _wanted(request)
    found, more = cut(list((rows.filter(past("since", place)) if place is not None else rows)[: PAGE + 1]), PAGE)
    context = {
        "after": write_cursor(found[-1].since, found[-1].pk) if more else "", "paged": place is not None,
        "units": unit_choices(request) if may_look(request.reader) else [], "unit": frame.number(request.GET, "unit"),
        "file_at": reverse("management:absences_export") if request.reader.may("export", "staff") else "",
        "title": _("缺勤"), "now_away": [a for a in found if a.since <= request.now], "faults": faults or {}, "typed": request.POST,
        "coming": [a for a in found if a.since > request.now], "led": led,
        "staff": _whose(request, led), "deputies": names.able_choices(request),
        "start": f"{timezone.localtime(request.now):%Y-%m-%dT%H:00}",
    }  # fmt: skip
    return frame.render(request, "management/absences.html", "absences", context, status=422 if faults else 200)


def _wanted(request: Ask) -> QuerySet[Absence]:
    """Who is away and will be, the first to go first, of a unit with those below when one is asked for."""
    rows = Absence.objects.filter(until__gt=request.now).select_related("staff", "staff__unit", "deputy").order_by("since", "pk")
    if not may_look(request.reader):  # why others are away is not everybody's business
        rows = rows.filter(staff__in=sorted(request.reader.people | request.org.led_by(request.me.pk, request.now)))
    unit = frame.number(request.GET, "unit")
    return rows.filter(staff__unit__path__contains=[unit]) if unit else rows


@require_safe
def export_list(request: Ask) -> HttpResponseBase:
    """The list as a file; written down as an export first."""
    unit = frame.number(request.GET, "unit")
    export(request.reader, "absence", kind="staff", now=request.now, what={"unit": unit} if unit else {})

    def part(after: str) -> tuple[list[list[Cell]], str]:
        place, rows = read_moment_cursor(after), _wanted(request)
        found, more = cut(list((rows.filter(past("since", place)) if place is not None else rows)[: CHUNK + 1]), CHUNK)
        return [_cells(request, a) for a in found], write_cursor(found[-1].since, found[-1].pk) if more else ""

    return as_file(request, _("缺勤"), [_("员工"), _("单位"), _("自"), _("至"), _("代理人"), _("原因")], part)


def _cells(request: Ask, a: Absence) -> list[Cell]:
    deputy = a.deputy.name if a.deputy is not None else ""
    return [a.staff.name, names.unit(request, a.staff.unit_id), local(a.since), local(a.until), deputy, a.reason]


def _whose(request: Ask, led: frozenset[int]) -> list[names.Choice]:
    """Whose absence the reader may note, besides their own."""
    anybody = request.reader.may("administer", "staff")
    return [c for c in names.staff_choices(request) if c.id != request.me.pk and (anybody or c.id in led)]


def _note(request: Ask, staff: Staff) -> None:
    typed = request.POST
    since, until = _moment(request, "since"), _moment(request, "until")
    deputy, reason = frame.staff_of(typed, "deputy"), typed.get("reason", "").strip()[:REASON]
    changes.be_absent(
        Absence(staff=staff, since=since, until=until, deputy=deputy, reason=reason), by=request.reader, now=request.now
    )


def _moment(request: Ask, name: str) -> datetime:
    return frame.moment_of(request.POST, name)


@require_POST
def of_person(request: Ask, pk: int) -> HttpResponse:
    """Note an absence from somebody's page."""
    person = person_of(pk)
    try:
        _note(request, person)
    except FieldError as wrong:
        return show(request, person, faults_of(wrong, request.lang), "absence")
    messages.success(request, _("已登记。"))
    return HttpResponseRedirect(reverse("management:person", args=[pk]))


@require_POST
def end(request: Ask, pk: int) -> HttpResponse:
    """End an absence now, or take back one that has not begun."""
    changes.be_back(pk, by=request.reader, now=request.now)
    messages.success(request, _("缺勤已结束。"))
    back = request.POST.get("next", "")
    safe = back if url_has_allowed_host_and_scheme(back, None) else reverse("management:absences")
    return HttpResponseRedirect(safe)
