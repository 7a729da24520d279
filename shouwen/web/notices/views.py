"""消息: the inbox. Following a notice reads it; one that asks for it is confirmed."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from shouwen.base import outbox
from shouwen.base.models import Notice
from shouwen.cases.models import Case
from shouwen.web.asking import Ask
from shouwen.web.paging import PAGE, cut, read_text_cursor, write_cursor
from shouwen.web.render import MANY, render_part

SHOWN = ("all", "unread", "confirm")


@require_safe
def listing(request: Ask) -> HttpResponse:
    """What somebody was told, newest first."""
    shown = request.GET.get("show", "all")
    rows = Notice.objects.visible_to(request.reader).inbox(request.me.pk)
    if shown == "unread":
        rows = rows.filter(read_at=None)
    elif shown == "confirm":
        rows = rows.filter(confirm=True, confirmed_at=None)
    place = read_text_cursor(request.GET.get("after", ""))
    if place is not None:
        rows = rows.filter(Q(pk__lt=place[1]))
    found, more = cut(list(rows[: PAGE + 1]))
    context = {
        "title": pgettext("many", "消息"), "notices": found, "shown": shown if shown in SHOWN else "all",
        "after": write_cursor("", found[-1].pk) if more else "", "cases": _case_numbers(request, found),
    }  # fmt: skip
    return render_part(request, "notices/_list.html", context, page="notices/list.html")


@require_safe
def unread(request: Ask) -> HttpResponse:
    """How many wait, for the badge."""
    return render_part(
        request,
        "_unread.html",
        {"unread": Notice.objects.visible_to(request.reader).unread(request.me.pk)[: MANY + 1].count(), "me": request.me},
    )


@require_POST
def read_all(request: Ask) -> HttpResponse:
    """Note that everything has been read."""
    waiting = Notice.objects.visible_to(request.reader).unread(request.me.pk).values_list("pk", flat=True)
    outbox.mark_read(request.me.pk, list(waiting), now=request.now)
    return HttpResponseRedirect(reverse("notices:list"))


@require_safe
def follow(request: Ask, pk: int) -> HttpResponse:
    """Go to what a notice is about; it has been read then."""
    found = get_object_or_404(Notice.objects.visible_to(request.reader), pk=pk)
    outbox.mark_read(request.me.pk, [pk], now=request.now)
    return HttpResponseRedirect(reverse("cases:page", args=[found.case_id]) if found.case_id else reverse("notices:list"))


@require_POST
def confirmation(request: Ask, pk: int) -> HttpResponse:
    """Confirm a notice that asks for it."""
    found = get_object_or_404(Notice.objects.visible_to(request.reader), pk=pk)
    outbox.confirm(request.me.pk, pk, now=request.now)
    found.refresh_from_db()
    return render_part(
        request,
        "notices/_notice.html",
        {"notice": found, "title": pgettext("many", "消息"), "cases": _case_numbers(request, [found]), "said": True},
    )


def _case_numbers(request: Ask, notices: list[Notice]) -> dict[int, str]:
    """What the cases of notices are called, of those that may be seen."""
    wanted = {n.case_id for n in notices if n.case_id}
    return {
        c.pk: f"{c.number} {c.title}"
        for c in Case.objects.visible_to(request.reader).filter(pk__in=wanted).only("number", "title")
    }
