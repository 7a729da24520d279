"""Problems as pages: what happened, to which thing, what to do. htmx gets the part, a plain visit the page around it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shouwen.base.errors import FieldError, Problem, Refused, TooMany
from shouwen.base.faults import Fault, fault_of
from shouwen.policy.ruling import Refusal
from shouwen.web.asking import wants_part
from shouwen.web.render import render_part

FLASH: Final = "#flash"  # where a part goes that nothing on the page waits for

# Status -> what it is called, and what one can do.
WORDS: Final[Mapping[int, tuple[Any, Any]]] = {
    400: (gettext_lazy("请求无法理解"), gettext_lazy("请返回上一页重试。")),
    403: (gettext_lazy("没有权限"), gettext_lazy("需要时请向系统管理员申请，或请有权限的同事办理。")),
    404: (gettext_lazy("没有找到"), gettext_lazy("它可能不存在，或不在您的查看范围内。可以用上方的搜索再找一次。")),
    405: (gettext_lazy("这个地址不能这样使用"), gettext_lazy("请从页面上的按钮重新操作。")),
    409: (gettext_lazy("现在还不能这样办"), gettext_lazy("按下面各条补齐后再办。")),
    413: (gettext_lazy("内容太大"), gettext_lazy("请减少内容或压缩文件后再试。")),
    422: (gettext_lazy("有内容需要改正"), gettext_lazy("请按提示改正后再提交。")),
    429: (gettext_lazy("操作太频繁"), gettext_lazy("请稍候再试。")),
    500: (gettext_lazy("系统出错了"), gettext_lazy("已记录下来，没有改动任何数据。请重试；仍不行时请告诉系统管理员。")),
    503: (gettext_lazy("数据库暂时连不上"), gettext_lazy("没有改动任何数据。请稍候重试；持续如此时请告诉系统管理员。")),
    507: (gettext_lazy("磁盘已满"), gettext_lazy("没有保存。请通知系统管理员。")),
}
# What we stand on fails: status, what it is called, what one can do.
FAULTS: Final[Mapping[Fault, tuple[int, Any, Any]]] = {
    Fault.DOWN: (503, *WORDS[503]),
    Fault.FULL: (507, *WORDS[507]),
    Fault.BUSY: (503, gettext_lazy("系统太忙"), WORDS[503][1]),
    Fault.READ_ONLY: (
        503,
        gettext_lazy("数据库暂时只能查看"),
        gettext_lazy("没有保存。请稍候重试；持续如此时请告诉系统管理员。"),
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A problem ready to be shown: heading, sentence, remedy, and the refusals or complaints it carries."""

    status: int
    title: str
    text: str
    remedy: str
    refusals: Sequence[Refusal] = ()
    complaints: Sequence[Any] = ()


def said(problem: Problem) -> Said:
    """Put a problem into words in the reader's language."""
    title, remedy = WORDS.get(problem.status, WORDS[400])
    lang = get_language() or "zh"
    refusals = problem.ruling.refusals if isinstance(problem, Refused) else ()
    complaints = [c.text(lang) for c in problem.complaints] if isinstance(problem, FieldError) else []
    text = "" if refusals else problem.text(lang)
    return Said(problem.status, str(title), text, str(remedy) if problem.status not in (403, 507) else "", refusals, complaints)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page or part of a problem, with its status."""
    response = show(request, said(problem))
    if isinstance(problem, TooMany):
        response["Retry-After"] = str(problem.retry_after)
    return response


def show(request: HttpRequest, what: Said) -> HttpResponse:
    """Render a problem; a part of it goes to the top of the page that asked, whatever it had meant to replace."""
    response = render_part(request, "_problem.html", {"problem": what, "title": what.title}, status=what.status)
    if wants_part(request):
        response["HX-Retarget"] = FLASH
        response["HX-Reswap"] = "innerHTML"
    return response


def signed_out(request: HttpRequest) -> HttpResponse:
    """Answer htmx after the session has ended: nothing on the page is replaced, so that nothing typed is lost."""
    response = HttpResponse(render_to_string("signing/_ended.html", request=request), status=401)
    response["HX-Retarget"] = FLASH
    response["HX-Reswap"] = "innerHTML"
    return response


def _plain(request: HttpRequest, status: int) -> HttpResponse:
    title, remedy = WORDS[status]
    return show(request, Said(status, str(title), "", str(remedy)))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's
    """handler400."""
    return _plain(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django gives it
    """handler403."""
    return _plain(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django gives it
    """handler404."""
    return _plain(request, 404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django gives it
    """CSRF_FAILURE_VIEW: nearly always a page that stood open over a sign-out."""
    text = _("这个页面打开得太久，登录已经换过了。")
    return show(request, Said(403, _("请刷新页面"), text, _("刷新后再提交；您输入的内容会保留。")))


def broken(request: HttpRequest) -> HttpResponse:
    """handler500. It may not touch the database, which may be what is broken."""
    fault = fault_of(error) if (error := sys.exc_info()[1]) else None
    status, title, remedy = FAULTS[fault] if fault else (500, *WORDS[500])
    part = wants_part(request)
    with translation.override(_spoken(request)):
        context = {"problem": Said(status, str(title), "", str(remedy)), "title": str(title)}
        response = HttpResponse(render_to_string("_problem.html" if part else "broken.html", context), status=status)
    if part:
        response["HX-Retarget"] = FLASH
        response["HX-Reswap"] = "innerHTML"
    return response


def _spoken(request: HttpRequest) -> str:
    """The reader's language where it was read before things broke, else the one this browser was last spoken to in, else Chinese."""
    found = getattr(request, "lang", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return found if found in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
