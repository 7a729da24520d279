"""缺勤: who is away and who stands in; everybody notes their own, heads those of whom they lead, administrators anybody's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shouwen.base.errors import FieldError
from shouwen.staff import changes
from shouwen.staff.looking import may_look
from shouwen.staff.models import Absence, Staff
from shouwen.web import people as names
from shouwen.web.asking import Ask
from shouwen.web.fields import faults_of
from shouwen.web.management import frame
from shouwen.web.management.person import person_of, show

MOST: Final = 100
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
    led = request.org.led_by(request.me.pk, request.now)
    rows = Absence.objects.filter(until__gt=request.now).select_related("staff", "staff__unit", "deputy").order_by("since", "pk")
    if not may_look(request.reader):  # why others are away is not everybody's business
        rows = rows.filter(staff__in=sorted(request.reader.people | led))
    found = list(rows[:MOST])
    context = {
        "title": _("缺勤"), "now_away": [a for a in found if a.since <= request.now], "faults": faults or {}, "typed": request.POST,
        "coming": [a for a in found if a.since > request.now], "led": led,
        "staff": _whose(request, led), "deputies": names.able_choices(request),
        "start": f"{timezone.localtime(request.now):%Y-%m-%dT%H:00}",
    }  # fmt: skip
    return frame.render(request, "management/absences.html", "absences", context, status=422 if faults else 200)


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
