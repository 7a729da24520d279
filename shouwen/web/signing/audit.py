"""审计: who signed in, what was uncovered, exported and administered; filtered, page by page, and exported."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from shouwen.base.models import Event
from shouwen.base.search import BadCursor
from shouwen.staff import auditing
from shouwen.staff.auditing import ADMINISTRATION, Wanted
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.lists.files import as_file
from shouwen.web.paging import PAGE, cut
from shouwen.web.render import render_part
from shouwen.web.sheets import Cell
from shouwen.web.signing.audit_words import about, act_word, details

KINDS: Final = {
    "": gettext_lazy("全部"),
    "sign_in": gettext_lazy("登录"),
    "secret": gettext_lazy("密码与验证码"),
    "reveal": gettext_lazy("查看个人信息"),
    "export": gettext_lazy("导出"),
    ADMINISTRATION: gettext_lazy("管理"),
}


@require_safe
def listing(request: Ask) -> HttpResponse:
    """The journal as an auditor reads it, the newest first."""
    wanted = _wanted(request)
    rows, more = cut(auditing.page(wanted, by=request.reader, before=_before(request), limit=PAGE + 1))
    context = {
        "title": _("审计"), "rows": [_line(request, row) for row in rows], "kinds": KINDS, "wanted": wanted,
        "since": request.GET.get("since", ""), "until": request.GET.get("until", ""), "staff": people.staff_choices(request),
        "after": rows[-1].seq if more else "",
        "file_at": reverse("signing:audit_export") if request.reader.may("export", "journal") else "",
    }  # fmt: skip
    return render_part(request, "signing/_audit.html", context, page="signing/audit.html")


@require_safe
def export(request: Ask) -> HttpResponseBase:
    """The same as a file. That it was taken is written down first."""
    parts = auditing.export(_wanted(request), by=request.reader, now=request.now)

    def part(_after: str) -> tuple[list[list[Cell]], str]:
        rows = next(parts, [])
        return [_cells(request, row) for row in rows], str(rows[-1].seq) if rows else ""

    return as_file(request, _("审计"), [_("时间"), _("经手人"), _("动作"), _("对象"), _("内容"), _("序号")], part)


def _cells(request: Ask, row: Event) -> list[Cell]:
    """A line as cells; its moment is text, for a spreadsheet keeps neither its seconds nor its zone."""
    line, moment = _line(request, row), timezone.localtime(row.entered_at).isoformat(timespec="seconds")
    return [moment, str(line["who"]), str(line["act"]), str(line["about"]), str(line["details"]), row.seq]


def _line(request: Ask, row: Event) -> dict[str, Any]:
    who = people.name(request, row.actor_id) if row.actor_id else ("" if row.act in auditing.KINDS["sign_in"] else _("系统"))
    return {
        "row": row,
        "who": who or _("未知的人"),
        "act": act_word(row.act or row.kind),
        "about": about(request, row),
        "details": details(request, row),
    }


def _wanted(request: Ask) -> Wanted:
    """Read the filters; what cannot be understood filters nothing."""
    kind, staff = request.GET.get("kind", ""), request.GET.get("staff", "")
    until = _day(request.GET.get("until", ""), after=1)
    return Wanted(
        kind=kind if kind in KINDS else "",
        staff=int(staff) if staff.isascii() and staff.isdecimal() and len(staff) < 19 else 0,
        since=_day(request.GET.get("since", "")),
        until=until,
    )


def _day(text: str, after: int = 0) -> datetime | None:
    """The beginning of a day of the company's, or of one so many days after."""
    try:
        day = parse_date(text)
        return datetime.combine(day + timedelta(days=after), time(), tzinfo=timezone.get_current_timezone()) if day else None
    except (ValueError, OverflowError):
        return None


def _before(request: Ask) -> int | None:
    text = request.GET.get("after", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadCursor
    return int(text)
