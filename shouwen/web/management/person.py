"""One person: posts held, absence, account, what they answer for, and what was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.base.masks import mask_phone
from shouwen.cases.models import Case
from shouwen.staff import changes, ties
from shouwen.staff.looking import changes_of, demand_look
from shouwen.staff.models import Holding, Staff
from shouwen.web import people as names
from shouwen.web.asking import Ask
from shouwen.web.fields import faults_of
from shouwen.web.management import frame
from shouwen.web.management.people import skills_of, state_of, unit_choices
from shouwen.web.management.words import told

EVENTS: Final = 20
SHOWN: Final = 8


def person_of(pk: int) -> Staff:
    """Return somebody who works or worked here. 404 for system actors."""
    found: Staff = get_object_or_404(Staff.objects.filter(is_system=False).select_related("unit", "superior"), pk=pk)
    return found


@require_safe
def page(request: Ask, pk: int) -> HttpResponse:
    """Show one person."""
    demand_look(request.reader)
    return show(request, person_of(pk))


def show(request: Ask, person: Staff, faults: dict[str, str] | None = None, form: str = "") -> HttpResponse:
    """Render the page; `faults` belong to the form of that name, which is then open."""
    owed = Case.objects.visible_to(request.reader).soonest_owed_by([person.pk], request.reader, SHOWN)
    whole = request.reader.may("administer", "staff") or person.pk == request.me.pk
    context = {
        "title": person.name, "person": person, "state": state_of(request, person), "faults": faults or {}, "form": form,
        "typed": request.POST, "holdings": _holdings(person, request.now), "choices": frame.posts(request),
        "units": unit_choices(request), "deputies": [c for c in names.able_choices(request) if c.id != person.pk],
        "superior": request.org.superior_of(person.pk), "absences": _absences(person, request.now),
        "ties": [tie.words(n, request.lang) for tie, n in ties.of_staff(person.pk)], "owed": list(owed[:SHOWN]),
        "events": [(e, told(request, e)) for e in changes_of("staff", person.pk, request.reader, EVENTS)],
        "phone": person.phone if whole or not person.phone else mask_phone(person.phone), "email": person.email if whole else "",
        "today": timezone.localdate(request.now), "start": f"{timezone.localtime(request.now):%Y-%m-%dT%H:00}",
        "mine": person.pk == request.me.pk, "skills": skills_of(request, person),
    }  # fmt: skip
    return frame.render(request, "management/person.html", "staff", context, status=422 if faults else 200)


def _holdings(person: Staff, now: datetime) -> list[tuple[Holding, str]]:
    """Posts held, each with whether it is to come, held or past; what is held first."""
    found = [(h, _when(h, now)) for h in person.holdings.select_related("unit").order_by("-since", "-pk")[:50]]
    order = {"held": 0, "coming": 1, "past": 2}
    return sorted(found, key=lambda pair: order[pair[1]])


def _when(holding: Holding, now: datetime) -> str:
    if holding.until is not None and holding.until <= now:
        return "past"
    return "held" if holding.since <= now else "coming"


def _absences(person: Staff, now: datetime) -> list[tuple[object, bool]]:
    rows = person.absences.select_related("deputy").order_by("-since")[:10]
    return [(a, a.until > now) for a in rows]


def _back(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("management:person", args=[pk]))


@require_POST
def appoint(request: Ask, pk: int) -> HttpResponse:
    """Give somebody a post from a day on."""
    person = person_of(pk)
    try:
        post = request.POST.get("post", "")
        if post not in dict(frame.posts(request)):
            raise FieldError.of("post", _("请选择岗位"), _("请选择岗位"))
        day = frame.day_of(request.POST, "since")
        since = request.now if day == timezone.localdate(request.now) else frame.begin_of(day)
        changes.appoint(person, post, frame.unit_of(request.POST), since=since, by=request.reader, now=request.now)
    except FieldError as wrong:
        return show(request, person, faults_of(wrong, request.lang), "appoint")
    messages.success(request, _("已任命。"))
    return _back(pk)


@require_POST
def relieve(request: Ask, pk: int, holding: int) -> HttpResponse:
    """End a post now, or after a last day."""
    person = person_of(pk)
    found = get_object_or_404(Holding, pk=holding, staff=person)
    try:
        until = frame.end_of(frame.day_of(request.POST, "until")) if "by_day" in request.POST else request.now
        changes.relieve(found, until=until, by=request.reader, now=request.now)
    except FieldError as wrong:
        return show(request, person, faults_of(wrong, request.lang), f"relieve-{holding}")
    messages.success(request, _("已保存任期的结束时间。"))
    return _back(pk)


@require_POST
def suspension(request: Ask, pk: int) -> HttpResponse:
    """Stop somebody's sign-in, or allow it again."""
    person = person_of(pk)
    again = "resume" in request.POST
    try:
        (changes.resume if again else changes.suspend)(person, by=request.reader, now=request.now)
    except FieldError as wrong:
        messages.error(request, _("；").join(c.text(request.lang) for c in wrong.complaints))
        return _back(pk)
    messages.success(request, _("账号已恢复。") if again else _("账号已停用：登录和令牌即刻失效，岗位不变。"))
    return _back(pk)


@require_POST
def leaving(request: Ask, pk: int) -> HttpResponse:
    """Somebody leaves the company; what they still answer for must have been taken over."""
    person = person_of(pk)
    try:
        changes.leave(person, by=request.reader, now=request.now)
    except FieldError as wrong:
        messages.error(request, _("；").join(c.text(request.lang) for c in wrong.complaints))
    except ties.StillTied as problem:
        messages.error(request, problem.text(request.lang))
    else:
        messages.success(request, _("已办理离职：任职已结束，登录和令牌已失效。"))
    return _back(pk)
