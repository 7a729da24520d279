"""登录帮助: what administrators do for somebody who cannot sign in, and the rules that everybody signs in by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, Forbidden
from shouwen.staff import door_rules, factors, invitations, sessions
from shouwen.staff.door_models import DoorRules
from shouwen.staff.looking import named
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask, wants_part
from shouwen.web.fields import faults_of
from shouwen.web.lists.words import searchable, typed
from shouwen.web.paging import PAGE, cut, past, read_text_place, write_cursor
from shouwen.web.render import render_page, render_part

SHOWN: Final = ("never", "plain")  # have not signed in, have no second factor


def _administers(reader: Reader) -> bool:
    return reader.may("administer", "staff") or reader.may("administer", "sign_in")


def _person(request: Ask, pk: int) -> Staff:
    if not _administers(request.reader):
        raise Forbidden("administer", "staff")
    return get_object_or_404(Staff.objects.people(), pk=pk)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of those who may sign in."""

    q: str = ""
    show: str = ""  # of SHOWN

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.q or self.show)


@never_cache
@searchable
def listing(request: Ask) -> HttpResponse:
    """Everybody who may sign in, by name, page by page; what can be done for each stands on their page."""
    if not _administers(request.reader):
        raise Forbidden("administer", "staff")
    asked, having = typed(request), factors.having()
    filters = Filters(request.words, show if (show := asked.get("show", "")) in SHOWN else "")
    place = read_text_place(asked.get("after", ""), Staff.objects.filter(is_system=False), "pinyin")
    rows = _wanted(filters, having)
    found, more = cut(list((rows.filter(past("pinyin", place)) if place is not None else rows)[: PAGE + 1]), PAGE)
    context = {
        "title": _("登录管理"), "people": found, "filters": filters, "with_factor": having, "paged": place is not None,
        "after": write_cursor(found[-1].pk) if more else "", "list_at": reverse("signing:people"), "oob": wants_part(request),
        "shown": [("", _("全部")), ("never", _("还没有登录过")), ("plain", _("没有验证码"))],
    }  # fmt: skip
    return render_part(request, "signing/_people.html", context, page="signing/people.html")


def _wanted(filters: Filters, having: Collection[int]) -> QuerySet[Staff]:
    """Those who are asked for, in the order of Chinese lists."""
    rows = Staff.objects.people()
    if filters.show:
        rows = rows.filter(last_login=None) if filters.show == "never" else rows.exclude(pk__in=having)
    return named(rows, filters.q) if filters.q else rows


@never_cache
@require_safe
def person(request: Ask, pk: int) -> HttpResponse:
    """How somebody signs in, and what can be done when they cannot."""
    return _show(request, _person(request, pk))


def _show(request: Ask, found: Staff, code: str = "") -> HttpResponse:
    has = factors.has_factor(found)
    link = request.build_absolute_uri(reverse("signing:follow", args=[code.replace("-", "")])) if code else ""
    context = {
        "title": found.name, "person": found, "has_factor": has, "sign_ins": list(sessions.of(found)), "code": code, "link": link,
        "hours": int(invitations.LASTS.total_seconds() // 3600), "makes_accounts": request.reader.may("administer", "staff"),
        "keeps_doors": request.reader.may("administer", "sign_in"),
    }  # fmt: skip
    return render_page(request, "signing/person.html", context)


@never_cache
@require_POST
def invite(request: Ask, pk: int) -> HttpResponse:
    """Make an invitation and show it once, to be printed or read out."""
    found = _person(request, pk)
    return _show(request, found, invitations.invite(found, by=request.reader, now=request.now))


@require_POST
def unlock(request: Ask, pk: int) -> HttpResponse:
    """Let somebody try again at once."""
    found = _person(request, pk)
    invitations.unlock(found, by=request.reader, now=request.now)
    messages.success(request, _("已解除锁定，现在可以重新登录。"))
    return HttpResponseRedirect(reverse("signing:person", args=[pk]))


@require_POST
def end_all(request: Ask, pk: int) -> HttpResponse:
    """End all sign-ins of somebody."""
    n = sessions.end_all(_person(request, pk), by=request.reader, now=request.now)
    messages.success(request, ngettext("已结束 %(n)s 处登录。", "已结束 %(n)s 处登录。", n) % {"n": n})
    return HttpResponseRedirect(reverse("signing:person", args=[pk]))


@require_POST
def factor_off(request: Ask, pk: int) -> HttpResponse:
    """The telephone is lost: end the second factor."""
    factors.take_away(_person(request, pk), by=request.reader, now=request.now)
    messages.success(request, _("验证码已停用，本人登录后可重新启用。"))
    return HttpResponseRedirect(reverse("signing:person", args=[pk]))


@require_http_methods(["GET", "POST"])
def rules(request: Ask) -> HttpResponse:
    """The rules for signing in: everybody may read them, the security administrator changes them."""
    faults: dict[str, str] = {}
    found = DoorRules.objects.first() or DoorRules()
    if request.method == "POST":
        try:
            door_rules.change_rules(door_rules.read(request.POST), by=request.reader, now=request.now)
        except FieldError as wrong:
            faults = faults_of(wrong, request.lang)
            for name, value in request.POST.items():
                if name in door_rules.SETTABLE:
                    setattr(found, name, value)
        else:
            messages.success(request, _("登录规则已保存，马上生效。"))
            return HttpResponseRedirect(reverse("signing:rules"))
    named = DoorRules._meta.get_field  # noqa: SLF001  Django's documented way to a field
    fields = [(named(name), getattr(found, name), faults.get(name)) for name in door_rules.SETTABLE]
    context = {
        "title": _("登录规则"), "fields": fields, "faults": faults, "eased": found.eased,
        "may_change": request.reader.may("administer", "sign_in"),
    }  # fmt: skip
    return render_page(request, "signing/rules.html", context, status=422 if faults else 200)
