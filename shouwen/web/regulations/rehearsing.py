"""预演: a proposed law put to what has happened: asked for here, carried out in the background, read clause by clause."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shouwen.base.access import demand
from shouwen.base.errors import FieldError, KeyReused, NotFound
from shouwen.cases import rehearsals
from shouwen.cases.models import RehearsalRun
from shouwen.policy.errors import Fault, PackError
from shouwen.policy.source import SourceError
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import kept_word, new_key
from shouwen.web.law import demand_law
from shouwen.web.paging import PAGE, cut, past, read_moment_cursor, write_cursor
from shouwen.web.regulations.rehearsed import told
from shouwen.web.render import render_page, render_part

MOST_FILES: Final = 20
LONGEST: Final = 2_000_000  # bytes of one file; the reader of packs takes no more either
USUAL: Final = 90  # days


@require_safe
def listing(request: Ask) -> HttpResponse:
    """Every rehearsal, the newest first, page by page."""
    demand(request.reader, "administer", "law")
    rows, place = RehearsalRun.objects.light(), read_moment_cursor(request.GET.get("after", ""))
    rows = rows.filter(past("asked_at", place, down=True)) if place is not None else rows
    runs, more = cut(list(rows.order_by("-asked_at", "-pk")[: PAGE + 1]), PAGE)
    context = {
        "title": _("预演"), "runs": runs, "paged": place is not None,
        "after": write_cursor(runs[-1].asked_at, runs[-1].pk) if more else "",
    }  # fmt: skip
    return render_page(request, "regulations/rehearsals.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Ask) -> HttpResponse:
    """The form; sent, it is checked at once and its faults are said with their places."""
    demand(request.reader, "administer", "law")
    law = demand_law(request)
    if request.method == "GET":
        of = request.GET.get("of", "")
        text = rehearsals.files_now(request.now).get(f"{of}.yaml", "") if of in law.regulations else ""
        return _form(request, QueryDict(), text, {}, [])
    typed, text = request.POST, request.POST.get("text", "")
    faults: dict[str, str] = {}
    said: list[str] = []
    try:
        run = rehearsals.ask(_wanted(request), by=request.reader, now=request.now, key=kept_word(typed, "key"))
    except KeyReused:
        faults = {"text": _("这张表已交过一次预演，之后内容改了。要再预演一次，请再按一次。")}
    except FieldError as wrong:
        faults = {c.field: c.text(request.lang) for c in wrong.complaints}
    except PackError as wrong:
        said = [f.text(request.lang) for f in wrong.faults]
    except SourceError as wrong:
        at = wrong.node
        said = [Fault(at.file, at.line, at.column, wrong.zh, wrong.en).text(request.lang)]
    else:
        messages.success(request, _("已交给后台预演，不影响正在办理的事。"))
        return HttpResponseRedirect(reverse("regulations:rehearsal", args=[run.pk]))
    return _form(request, typed, text, faults, said)


def _form(request: Ask, typed: QueryDict, text: str, faults: dict[str, str], said: list[str]) -> HttpResponse:
    law = demand_law(request)
    today = timezone.localdate(request.now)
    context = {
        "title": _("预演"), "key": new_key(), "text": text, "faults": faults, "said": said, "typed": typed, "of": request.GET.get("of", ""),
        "since": typed.get("since") or str(date.fromordinal(today.toordinal() - USUAL)), "today": str(today),
        "regulations": [(name, r.en if request.lang == "en" and r.en else r.zh) for name, r in law.regulations.items()],
        "packs": [(pack, title.text(request.lang)) for pack, title in law.pack_titles.items()],
    }  # fmt: skip
    return render_page(request, "regulations/rehearse.html", context, status=422 if faults or said else 200)


def _wanted(request: Ask) -> rehearsals.Wanted:
    """Read the form: files that were chosen, else the text. Raises FieldError and SourceError."""
    typed, standing = request.POST, rehearsals.files_now(request.now)
    uploaded = request.FILES.getlist("files")[:MOST_FILES]
    if any((f.size or 0) > LONGEST for f in uploaded):
        raise FieldError.of("files", _("单个文件不超过 2 MB。"), _("单个文件不超过 2 MB。"))
    try:
        texts = [f.read().decode("utf-8-sig") for f in uploaded]
    except UnicodeDecodeError:
        raise FieldError.of("files", _("文件应为 UTF-8 编码的文本。"), _("文件应为 UTF-8 编码的文本。")) from None
    texts = texts or [text for text in [typed.get("text", "").replace("\r\n", "\n")] if text.strip()]
    files: dict[str, str] = {}
    company = ""
    for text in texts:
        place = rehearsals.placed(text, standing, typed.get("pack", ""))
        if place:
            files[place] = text
        else:
            company = text
    return rehearsals.Wanted(files, _since(typed.get("since", "")), company, typed.get("note", ""))


def _since(text: str) -> datetime:
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), time()))
    except ValueError:
        raise FieldError.of("since", _("请填写日期。"), _("请填写日期。")) from None


@require_safe
def page(request: Ask, pk: int) -> HttpResponse:
    """One rehearsal: how far it is, or what was found."""
    return render_page(request, "regulations/rehearsal.html", _context(request, pk))


@require_safe
def now(request: Ask, pk: int) -> HttpResponse:
    """The part of the page that changes while it runs."""
    return render_part(request, "regulations/_rehearsal.html", _context(request, pk), page="regulations/rehearsal.html")


@require_POST
def stop(request: Ask, pk: int) -> HttpResponse:
    """Stop it: at once while it waits, soon while it runs."""
    rehearsals.stop(pk, by=request.reader, now=request.now)
    return HttpResponseRedirect(reverse("regulations:rehearsal", args=[pk]))


def _context(request: Ask, pk: int) -> dict[str, Any]:
    demand(request.reader, "administer", "law")
    run = RehearsalRun.objects.filter(pk=pk).first()
    if run is None:
        raise NotFound
    trouble = run.trouble.get("en" if request.lang == "en" else "zh", "")
    share = round(100 * run.done / run.total) if run.total else 0
    return {
        "title": _("预演"), "run": run, "trouble": trouble, "share": share,
        "found": told(request, run.report) if run.report else None,
    }  # fmt: skip
