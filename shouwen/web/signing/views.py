"""Signing in by name and password, signing out, choosing a language."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shouwen.base.errors import TooMany
from shouwen.staff import changes
from shouwen.staff import sign_in as door
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask, open_to_all
from shouwen.web.render import render_page

YEAR = 365 * 24 * 3600


@open_to_all
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; on POST let in, or say in a sentence why not."""
    back = _back(request)
    if isinstance(request.user, Staff) and request.method == "GET":
        return HttpResponseRedirect(back)
    name = request.POST.get("username", "")
    trouble, status = "", 200
    if request.method == "POST":
        try:
            person = door.sign_in(name, request.POST.get("password", ""), address=_address(request), now=cast(Ask, request).now)
        except TooMany as many:
            trouble, status = many.text(cast(Ask, request).lang), many.status
        else:
            if person is not None:
                auth.login(request, person)
                return HttpResponseRedirect(back)
            trouble, status = _("用户名或密码不对。请检查大小写；忘记密码请找系统管理员重设。"), 422
    context = {"title": _("登录"), "username": name[:64], "back": back, "trouble": trouble}
    return render_page(request, "signing/sign_in.html", context, status=status)


@require_POST
def sign_out(request: Ask) -> HttpResponse:
    """End the session, and have the browser forget what it kept for these pages."""
    auth.logout(request)
    response = HttpResponseRedirect(reverse("signing:in"))
    response["Clear-Site-Data"] = '"storage"'
    return response


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: for good when somebody is signed in, for this browser otherwise."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(_back(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Staff):
        changes.choose_language(request.user, chosen, now=cast(Ask, request).now)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def _back(request: HttpRequest) -> str:
    """Where to go afterwards: a page of ours, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


def _address(request: HttpRequest) -> str:
    """Where the request came from: behind our own proxy, the address that the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
