"""我的账号: one's own password, second factor, where one is signed in, and the tokens of one's programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib import auth, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.errors import FieldError
from shouwen.base.models import Company
from shouwen.staff import factors, passwords, sessions, sign_in, tokens
from shouwen.staff.door_rules import rules
from shouwen.web.asking import Ask
from shouwen.web.fields import faults_of
from shouwen.web.render import render_page

PAST: Final = 5
DAYS: Final = {"30": 30, "90": 90, "365": 365}  # how long a token may last


@never_cache
@require_safe
def page(request: Ask) -> HttpResponse:
    """All of it at a glance."""
    return _account(request)


def _account(request: Ask, *, status: int = 200, **more: Any) -> HttpResponse:
    me, asked = request.me, rules(request.org.version)
    has = factors.has_factor(me)
    context = {
        "title": _("我的账号"), "asked": asked, "has_factor": has, "codes_left": factors.codes_left(me) if has else 0,
        "must_have": factors.must_have(request.reader.posts, asked), "here": request.session.session_key,
        "sign_ins": list(sessions.of(me)), "past": sessions.past(me, PAST), "faults": {},
        "tokens": list(me.tokens.filter(revoked_at=None).order_by("-created_at")), "days": DAYS,
    }  # fmt: skip
    return render_page(request, "signing/account.html", {**context, **more}, status=status)


@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: Ask) -> HttpResponse:
    """Change one's password."""
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            new = passwords.typed_twice(request.POST.get("new", ""), request.POST.get("again", ""))
            keep = request.session.session_key or ""
            passwords.change_password(request.me, request.POST.get("old", ""), new, keep=keep, now=request.now)
        except FieldError as wrong:
            faults = faults_of(wrong, request.lang)
        else:
            _stay(request)
            messages.success(request, _("密码已更改，其他地方的登录已结束。"))
            return _settled(request)
    context = {
        "title": _("更改密码"), "asked": rules(request.org.version), "faults": faults, "owed": request.session.get(sessions.OWES),
    }  # fmt: skip
    return render_page(request, "signing/password.html", context, status=422 if faults else 200)


def _stay(request: Ask) -> None:
    """Stay signed in here with the new password. The session keeps its key, so that the row of this sign-in keeps naming it."""
    request.session[auth.HASH_SESSION_KEY] = request.me.get_session_auth_hash()


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def factor(request: Ask) -> HttpResponse:
    """Set up the second factor: show the picture, ask for a first code, then show the recovery codes once."""
    try:
        prepared = factors.prepare(request.me, now=request.now)
    except FieldError:
        return HttpResponseRedirect(reverse("signing:account"))
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            codes = factors.confirm(request.me, request.POST.get("code", "")[:10], now=request.now)
        except FieldError as wrong:
            faults = faults_of(wrong, request.lang)
        else:
            _settle(request)
            return _show_codes(request, codes)
    company = Company.ours().name
    context = {
        "title": _("启用验证码"), "faults": faults, "secret": factors.secret_of(prepared),
        "picture": mark_safe(factors.picture(prepared, request.me.username, company)),  # noqa: S308  drawn by segno
        "owed": request.session.get(sessions.OWES),
    }  # fmt: skip
    return render_page(request, "signing/factor.html", context, status=422 if faults else 200)


@never_cache
@require_POST
def codes(request: Ask) -> HttpResponse:
    """Make recovery codes anew and show them once."""
    return _show_codes(request, factors.new_codes(request.me, now=request.now))


def _show_codes(request: Ask, codes: list[str]) -> HttpResponse:
    return render_page(request, "signing/codes.html", {"title": _("备用码"), "codes": codes})


@sensitive_post_parameters("code")
@require_POST
def factor_off(request: Ask) -> HttpResponse:
    """End one's second factor with a last code."""
    try:
        factors.give_up(request.me, request.POST.get("code", "")[:40], request.reader.posts, rules(), now=request.now)
    except FieldError as wrong:
        return _account(request, status=422, faults=faults_of(wrong, request.lang))
    messages.success(request, _("验证码已停用。"))
    return HttpResponseRedirect(reverse("signing:account"))


@require_POST
def end_session(request: Ask, pk: int) -> HttpResponse:
    """End one of one's sign-ins."""
    sessions.end_one(request.me, pk, request.now)
    messages.success(request, _("已结束那里的登录。"))
    return HttpResponseRedirect(reverse("signing:account"))


@require_POST
def end_others(request: Ask) -> HttpResponse:
    """End all of one's sign-ins but this one."""
    n = sessions.end_others(request.me, request.session.session_key or "", request.now)
    messages.success(request, ngettext("已结束其他 %(n)s 处登录。", "已结束其他 %(n)s 处登录。", n) % {"n": n})
    return HttpResponseRedirect(reverse("signing:account"))


@never_cache
@require_POST
def new_token(request: Ask) -> HttpResponse:
    """Make a token and show it once."""
    label, days = request.POST.get("label", "").strip(), DAYS.get(request.POST.get("days", ""))
    faults = {} if label else {"label": _("请写明用途，例如“呼叫中心”。")}
    if days is None:
        faults["days"] = _("请选择期限。")
    if faults or days is None:
        return _account(request, status=422, faults=faults, label=label)
    reads_only = request.POST.get("reach") != "write"
    made = tokens.issue(request.me, label, now=request.now, lasts=timedelta(days=days), reads_only=reads_only)
    return _account(request, made=made)


@require_POST
def end_token(request: Ask, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    tokens.end_own(request.me, pk, now=request.now)
    messages.success(request, _("令牌已吊销，用它的程序马上不能再用。"))
    return HttpResponseRedirect(reverse("signing:account"))


def _settle(request: Ask) -> None:
    """See again what must be done before anything else."""
    if request.session.get(sessions.OWES):
        request.session[sessions.OWES] = sign_in.owes(request.me, request.reader.posts, rules(), request.now)


def _settled(request: Ask) -> HttpResponse:
    """Go on to what is still owed, to the desk when nothing is any more, to the account when nothing was."""
    owed = request.session.get(sessions.OWES)
    _settle(request)
    to = request.session.get(sessions.OWES)
    if to == sign_in.FACTOR:
        return HttpResponseRedirect(reverse("signing:factor"))
    return HttpResponseRedirect("/" if owed else reverse("signing:account"))
