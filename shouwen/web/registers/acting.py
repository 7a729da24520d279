"""Acts upon a record, and new records: the form of the law, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.errors import FieldError, FileRefused, NotFound
from shouwen.cases import acting
from shouwen.cases.draft import open_record
from shouwen.cases.options import Option, opening
from shouwen.policy.act import Opening
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases.acting import Wrong, controls_of, tried
from shouwen.web.cases.wishing import kept_files, new_key, wish_of, with_files
from shouwen.web.fields import faults_of
from shouwen.web.law import said
from shouwen.web.registers.frame import find_register, tabs
from shouwen.web.registers.record import context_of
from shouwen.web.registers.views import find
from shouwen.web.render import render_page, render_part


@require_http_methods(["GET", "POST"])
def act(request: Ask, register: str, pk: int, name: str) -> HttpResponse:
    """Show the form of an act upon a record; on POST do it."""
    record = find(request, register, pk)
    answer = tried(request, record, name, record.customer_id or 0)
    return answer if isinstance(answer, HttpResponse) else _done(request, record, answer)


def _done(request: Ask, record: Record, ruling: Ruling) -> HttpResponse:
    """Say what was done; the changed parts of the page come along."""
    text = _("已提交，等待批准。") if ruling.outcome == "waiting" else _("已办理。")
    fresh = Record.objects.visible_to(request.reader).filter(pk=record.pk).first()
    if fresh is None or not wants_part(request):
        messages.success(request, text if fresh is not None else _("已办理。它已不在您的查看范围内。"))
        to = reverse("registers:page" if fresh else "registers:list", args=[record.register, *([record.pk] if fresh else [])])
        return HttpResponse(status=204, headers={"HX-Redirect": to}) if wants_part(request) else HttpResponseRedirect(to)
    return render_part(request, "registers/_done.html", {**context_of(request, fresh), "said": text, "ruling": ruling})


@require_http_methods(["GET", "POST"])
def new(request: Ask, register: str) -> HttpResponse:
    """Show the form of a new record; on POST open it."""
    noun = find_register(request, register)
    page = opening(noun.id, request.me.pk, now=request.now, start=Opening())
    if page is None:
        raise NotFound
    if request.method != "POST":
        return _new(request, noun, page, Wrong())
    try:
        wish = wish_of(with_files(request, request.POST, page.fields), "open", page.fields, kept_files(request))
        ruling = acting.act(open_record(noun.id, wish, request.reader, now=request.now), now=request.now)
    except FieldError as wrong:
        return _new(request, noun, page, Wrong(faults_of(wrong, request.lang), status=wrong.status))
    except FileRefused as wrong:
        return _new(request, noun, page, Wrong({"files": wrong.text(request.lang)}, status=wrong.status))
    if ruling.refused:
        return _new(request, noun, page, Wrong(refusals=ruling.refusals, status=409))
    messages.success(request, _("已提交，等待批准。") if ruling.outcome == "waiting" else _("已建档。"))
    return HttpResponseRedirect(reverse("registers:page", args=[noun.id, ruling.subject.id]))


def _new(request: Ask, noun: Noun, page: Option, wrong: Wrong) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    known = {f.id for f in page.fields}
    context: dict[str, Any] = {
        "title": _("新建%s") % said(noun, request.lang), "tabs": tabs("registers"), "noun": noun, "name": said(noun, request.lang),
        "page": page, "wrong": wrong, "key": new_key(), "typed": typed,
        "controls": controls_of(request, page, {}, wrong, typed, noun.key),
        "complaint": _("；").join(text for f, text in wrong.faults.items() if f.partition(".")[0] not in known),
        "evidence": [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in page.proofs if not p.field],
        "given": set(typed.getlist("evidence")) if typed else set(), "ticked": set(typed.getlist("tick")) if typed else set(),
    }  # fmt: skip
    return render_page(request, "registers/new.html", context, status=wrong.status)
