"""The stops of the tour: which page, what to look at, how to get there. Where somebody is stands in a signed cookie of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from shouwen.staff.models import Staff

DONE: Final = -1  # dismissed, or walked to the end
LASTS: Final = 365 * 24 * 3600  # seconds
_SALT: Final = "tour"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: the namespaces and names of the pages it speaks of, its title and its words."""

    pages: tuple[str, ...]
    title: Any
    words: Any


STOPS: Final = (
    Stop(
        ("desk:page",),
        _("工作台：先办最急的"),
        _("每一行是您欠的一件事：做什么、几点前、依据哪条制度。按 J、K 上下移动，按 A 当场办理。颜色变了，就是快到期或已超时。"),
    ),
    Stop(
        ("intake:page",),
        _("受理：一个输入框接电话"),
        _("输入电话尾号、姓名、拼音或房号，例如“云栖3”，客户和他未办完的事都会出来。填什么、按哪个流程，由制度决定。"),
    ),
    Stop(
        ("cases:page",),
        _("事项：经过、时限和理由"),
        _("经过按时间排列。能办的动作都是按钮，不能办的写明是哪一条不许。点时限，可看它是怎么算出来的。"),
    ),
    Stop(
        ("regulations:page",),
        _("制度：系统照它办事"),
        _("上面是原文，下面是系统理解的意思。每条都能看到执行得怎样，点数字就到具体的事项。"),
    ),
    Stop(
        ("reports:page",),
        _("报表：数字点得到底"),
        _("量、超时、满意度，按片区和人分开看。演示公司七月有一天暴雨，找找看那天发生了什么。"),
    ),
)


def cookie_of(person: Staff) -> str:
    """The name of somebody's cookie: people who share a browser each have their own tour."""
    return f"tour-{person.pk}"


def reached(request: HttpRequest, person: Staff) -> int:
    """The stop somebody is at, from 0; DONE when they want none."""
    kept = request.get_signed_cookie(cookie_of(person), default="0", salt=_SALT) or "0"
    return int(kept) if kept.isdecimal() and int(kept) < len(STOPS) else DONE


def remember(response: HttpResponse, person: Staff, at: int) -> None:
    """Keep where somebody is, in this browser."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_signed_cookie(cookie_of(person), str(at), _SALT, max_age=LASTS, httponly=True, samesite="Lax", secure=secure)
