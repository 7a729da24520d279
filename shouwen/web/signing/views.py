"""Signing in by name and password and perhaps a code, signing out, accepting an invitation, choosing a language."""

from __future__ import annotations

from typing import Any, Final, cast

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.errors import FieldError, TooMany
from shouwen.staff import changes, factors, invitations, org, passwords, sessions
from shouwen.staff import sign_in as door
from shouwen.staff.door_models import SignedIn
from shouwen.staff.door_rules import rules
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask, open_to_all
from shouwen.web.fields import faults_of
from shouwen.web.menu import landing
from shouwen.web.render import render_page
from shouwen.web.signing.came import back, came

YEAR: Final = 365 * 24 * 3600
HALF: Final = "half"  # in the session: whose password was right, and until when a code is waited for
WAITED: Final = 300  # seconds
SPOKEN: Final = "spoken"  # in the session: the language chosen at the door, which stays once somebody is in
CODE: Final = "invitation"  # in the session: an invitation that was followed, so that its code leaves the address
ENDED: Final[dict[str, Any]] = {
    SignedIn.End.IDLE: gettext_lazy("太久没有操作，登录已结束。请重新登录，没有提交的内容还在。"),
    SignedIn.End.LIFETIME: gettext_lazy("登录已满最长时间。请重新登录，没有提交的内容还在。"),
}


@open_to_all
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; on POST let in or ask for a code, or say in a sentence why not."""
    if isinstance(request.user, Staff) and request.method == "GET":
        return HttpResponseRedirect(back(request))
    name = request.POST.get("username", "")
    trouble, status = "", 200
    if request.method == "POST":
        now = cast(Ask, request).now
        try:
            person = door.sign_in(name, request.POST.get("password", ""), came=came(request), now=now)
        except TooMany as many:
            trouble, status = many.text(cast(Ask, request).lang), many.status
        else:
            if person is not None and factors.has_factor(person):
                request.session[HALF] = {"staff": person.pk, "until": now.timestamp() + WAITED, "back": back(request)}
                return HttpResponseRedirect(reverse("signing:code"))
            if person is not None:
                return _let_in(request, person, back(request), two_factors=False)
            trouble, status = _("用户名或密码不对。请检查大小写；忘记密码请找系统管理员重设。"), 422
    context = {
        "title": _("登录"), "username": name[:64], "back": back(request), "trouble": trouble, "eased": rules().eased,
        "ended": ENDED.get(request.GET.get("ended", ""), ""),
    }  # fmt: skip
    return render_page(request, "signing/sign_in.html", context, status=status)


@open_to_all
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """After a right password: ask for the code of the app, or a recovery code."""
    half, now = request.session.get(HALF), cast(Ask, request).now
    person = Staff.objects.filter(pk=half["staff"], is_active=True).first() if half else None
    if half is None or person is None or now.timestamp() > half["until"]:
        request.session.pop(HALF, None)
        return HttpResponseRedirect(reverse("signing:in"))
    trouble, status = "", 200
    if request.method == "POST":
        try:
            factors.verify(person, request.POST.get("code", "")[:40], now=now)
        except (FieldError, TooMany) as wrong:
            trouble = _("；").join(faults_of(wrong, cast(Ask, request).lang).values()) if isinstance(wrong, FieldError) else ""
            trouble, status = trouble or wrong.text(cast(Ask, request).lang), wrong.status
        else:
            del request.session[HALF]
            return _let_in(request, person, str(half["back"]), two_factors=True)
    return render_page(request, "signing/code.html", {"title": _("输入验证码"), "trouble": trouble}, status=status)


def _let_in(request: HttpRequest, person: Staff, to: str, *, two_factors: bool) -> HttpResponse:
    """Begin the session, and say what must be done first if anything must."""
    now = cast(Ask, request).now
    spoken = request.session.pop(SPOKEN, "")
    auth.login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    if spoken:
        changes.choose_language(person, spoken, now=now)
    sessions.begin(request.session, person.pk, came(request), two_factors=two_factors, now=now)
    reader = org.reader(person.pk, now)
    request.session[sessions.OWES] = door.owes(person, reader.posts, rules(), now)
    return _speaking(HttpResponseRedirect(reverse(landing(reader)) if to == "/" else to), spoken or person.language)


def _speaking(response: HttpResponse, lang: str) -> HttpResponse:
    """Have the browser remember a language: the door speaks it, and a page that cannot ask the database whom it speaks to."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, lang, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@require_POST
def sign_out(request: Ask) -> HttpResponse:
    """End the session, and have the browser forget what it kept for these pages."""
    sessions.leave(request.session, request.me.pk, request.now)
    auth.logout(request)
    response = HttpResponseRedirect(reverse("signing:in"))
    response["Clear-Site-Data"] = '"storage"'
    return response


@open_to_all
@require_safe
def follow_invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Take the code out of the address: it would stand in the browser's history and be sent on."""
    request.session[CODE] = code[:64]
    return HttpResponseRedirect(reverse("signing:invited"))


@open_to_all
@never_cache
@sensitive_post_parameters("new", "again", "code")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Set the password somebody was invited to set."""
    ask = cast(Ask, request)
    given = request.POST.get("code", "") or request.session.get(CODE, "")
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            new = passwords.typed_twice(request.POST.get("new", ""), request.POST.get("again", ""))
            invitations.accept(given, new, address=came(request).address, now=ask.now)
        except FieldError as wrong:
            faults = faults_of(wrong, ask.lang)
        else:
            request.session.pop(CODE, None)
            messages.success(request, _("密码已设好，请用它登录。"))
            return HttpResponseRedirect(reverse("signing:in"))
    person = invitations.invited(given, now=ask.now) if given else None
    context = {"title": _("设置密码"), "person": person, "code": given, "faults": faults, "asked": rules()}
    return render_page(request, "signing/invited.html", context, status=422 if faults else 200)


@require_POST
def theme(request: Ask) -> HttpResponse:
    """Choose whether the pages are light or dark."""
    changes.choose_theme(request.me, request.POST.get("theme", ""))
    return HttpResponseRedirect(back(request))


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: for good when somebody is signed in, for this browser otherwise."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(back(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Staff):
        changes.choose_language(request.user, chosen, now=cast(Ask, request).now)
    else:
        request.session[SPOKEN] = chosen
    return _speaking(response, chosen)
