"""Questionnaires on the page of a case: what the customer was asked, the link for them, and the words for asking by telephone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.base import qr
from shouwen.base.errors import NotFound
from shouwen.cases import surveys
from shouwen.cases.models import Case, Survey
from shouwen.policy.nouns import Noun, Question
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases.assembly import find
from shouwen.web.fields import Control
from shouwen.web.render import render_part

MOST: Final = 20  # of one case
TONES: Final[Mapping[str, str]] = {"open": "soon", "answered": "good"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A questionnaire the customer was asked to answer, and how it stands."""

    id: int
    title: str
    clause: str
    state: str
    tone: str
    until: datetime
    mine: bool  # the one who looks may have its link


def sent(request: Ask, case: Case, noun: Noun, may: Sequence[str]) -> list[Sent]:
    """Return what the customer of a case was asked, newest first; `may` are the acts open to the one who looks."""
    if not noun.questionnaires:
        return []
    words = {
        "open": _("等客户作答"), "answered": _("客户已答"), "withdrawn": _("链接已收回"), "expired": _("已过期"), "over": _("不用再答"),
    }  # fmt: skip
    found = []
    for survey in Survey.objects.visible_to(request.reader).filter(case=case).order_by("-pk")[:MOST]:
        wanted = noun.questionnaires.get(survey.questionnaire)
        if wanted is None:
            continue
        survey.case = case
        state = surveys.state_of(surveys.Asked(survey, case, noun, wanted), request.now)
        mine = state == "open" and wanted.act in may
        found.append(
            Sent(
                survey.pk, wanted.title.text(request.lang), survey.clause, words[state], TONES.get(state, ""), survey.until, mine
            )
        )
    return found


@require_POST
def show(request: Ask, key: str, pk: int) -> HttpResponse:
    """Show the link and its picture to somebody who gives them to the customer; the journal keeps who had it."""
    case = find(request, key)
    survey = _of(request, case, pk)
    token = surveys.show(pk, request.reader, now=request.now)
    link = request.build_absolute_uri(reverse("surveys:answer", args=[token]))
    context = {
        "title": _("给客户的链接"), "case": case, "link": link, "survey": survey,
        "picture": mark_safe(qr.picture(link)),  # noqa: S308  drawn by segno
    }  # fmt: skip
    return render_part(request, "cases/_survey.html", context)


@require_POST
def withdraw(request: Ask, key: str, pk: int) -> HttpResponse:
    """Take the link back."""
    case = find(request, key)
    _of(request, case, pk)
    surveys.withdraw(pk, request.reader, now=request.now)
    to = reverse("cases:page", args=[case.number])
    return HttpResponse(status=204, headers={"HX-Redirect": to}) if wants_part(request) else HttpResponseRedirect(to)


def _of(request: Ask, case: Case, pk: int) -> Survey:
    found = Survey.objects.visible_to(request.reader).filter(case=case, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def questions_of(noun: Noun | None, act: str) -> dict[str, Question]:
    """Return the questions an act registers the answers of, by field."""
    wanted = noun.questionnaires.values() if noun is not None else ()
    return {q.fills: q for asked in wanted if asked.act == act for q in asked.questions.values()}


def with_items(noun: Noun | None, act: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values a form begins with: rows that are asked item by item have a row for each."""
    rows = {
        q.fills: [{q.matrix.item: words.zh} for words in q.items.values()]
        for q in questions_of(noun, act).values()
        if q.matrix is not None and not kept.get(q.fills)
    }
    return {**kept, **rows}


def with_words(noun: Noun | None, act: str, controls: Sequence[Control], lang: str) -> list[Control]:
    """Return the controls of an act's form with how each question is put to the customer."""
    asked = questions_of(noun, act)
    return [
        replace(c, hint=_("问客户：%s") % asked[c.name].words.text(lang)) if c.name in asked and not c.hint else c
        for c in controls
    ]
