"""消息: the inbox. Following a notice reads it; one that asks for it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from shouwen.base import outbox
from shouwen.base.masks import mask_text
from shouwen.base.models import Notice
from shouwen.base.reveal import export as write_export
from shouwen.cases.confirming import confirm
from shouwen.cases.models import Case
from shouwen.reports.keeping import clean
from shouwen.web.asking import Ask
from shouwen.web.law import law_of
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.lists.kept import around
from shouwen.web.lists.words import searchable, typed
from shouwen.web.notices import listing as rows
from shouwen.web.notices.figures import figures_of
from shouwen.web.notices.wording import Told, told
from shouwen.web.papers import links
from shouwen.web.render import MANY, render_part
from shouwen.web.sheets import Cell

MOST: Final = 200  # notices at once


@searchable
def listing(request: Ask) -> HttpResponse:
    """What somebody was told, narrowed and ordered as the address says."""
    filters, after = rows.Filters.read(typed(request)), request.GET.get("after", "")
    found, more = rows.page(rows.narrowed(request, filters), filters, after)
    file = reverse("notices:export") if request.reader.may("export", "notice") else ""
    context = {
        "title": pgettext("many", "消息"), "notices": found, "filters": filters, "after": more, "paged": bool(after),
        **_about(request, found),
        **around(request, "notices", file=file, itself="notices"),
    }  # fmt: skip
    return render_part(request, "notices/_list.html", context, page="notices/list.html")


@searchable
def export(request: Ask) -> HttpResponseBase:
    """The same as a file: numbers in the texts masked; written down as an export before."""
    filters = rows.Filters.read(typed(request))
    write_export(request.reader, "notice", kind="notice", now=request.now, what=filters.told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found, more = rows.page(rows.narrowed(request, filters), filters, after, CHUNK)
        cases, figures = rows.cases_of(request, found), figures_of(request, found)
        said = told(request, found, cases)
        return [_cells(n, said[n.pk], cases.get(n.case_id or 0), " · ".join(figures.get(n.pk, ()))) for n in found], more

    heads = [_("时间"), _("内容"), _("数字"), _("事项"), _("条款"), _("阅读时间"), _("确认时间")]
    return as_file(request, pgettext("many", "消息"), heads, part)


def _about(request: Ask, found: Sequence[Notice]) -> dict[str, Any]:
    """What the rows of notices need: what they say, which cases they are about, the figures of reports."""
    cases = rows.cases_of(request, found)
    papers = links.of_notices(law_of(request), found, cases, request.lang)
    return {"told": told(request, found, cases), "cases": cases, "figures": figures_of(request, found), "papers": papers}


def _cells(n: Notice, said: Told, case: Case | None, figures: str) -> list[Cell]:
    text = mask_text(_("%(said)s（%(clause)s）") % {"said": said.title, "clause": said.clause} if said.clause else said.title)
    about = f"{case.number} {mask_text(case.title)}" if case is not None else ""
    return [local(n.at), text, figures, about, n.clause, local(n.read_at), local(n.confirmed_at)]


@require_POST
def chosen(request: Ask) -> HttpResponse:
    """Note that those which were ticked have been read, or confirm those of them that ask for it."""
    ids = [int(i) for i in request.POST.getlist("id") if i.isascii() and i.isdecimal() and len(i) < 19][:MOST]
    if "confirm" in request.POST:
        n = confirm(request.me.pk, ids, now=request.now)
        messages.success(request, ngettext("已确认 %d 条。", "已确认 %d 条。", n) % n)
    else:
        n = outbox.mark_read(request.me.pk, ids, now=request.now)
        messages.success(request, ngettext("%d 条标为已读。", "%d 条标为已读。", n) % n)
    kept = clean(request.POST.get("query", "")[:2000])
    return HttpResponseRedirect(reverse("notices:list") + (f"?{kept}" if kept else ""))


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
    confirm(request.me.pk, [pk], now=request.now)
    found.refresh_from_db()
    return render_part(
        request,
        "notices/_notice.html",
        {
            "notice": found,
            "title": pgettext("many", "消息"),
            "said": True,
            **_about(request, [found]),
        },
    )
