"""Questionnaires on the page of a case: what the customer or an outside party was asked, the link for them, the words for asking by
telephone."""

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
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun, Question
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases.assembly import find
from shouwen.web.fields import Control
from shouwen.web.law import laws_of
from shouwen.web.render import render_part

MOST: Final = 20  # of one case
TONES: Final[Mapping[str, str]] = {"open": "soon", "answered": "good"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A questionnaire somebody outside was asked to answer, and how it stands."""

    id: int
    title: str
    clause: str
    state: str
    tone: str
    until: datetime
    mine: bool  # the one who looks may have its link
    outside: bool = False  # asked of an outside party, not of the customer
    answers: int = 0  # of what may be answered again and again


def sent(request: Ask, case: Case, noun: Noun, may: Sequence[str]) -> list[Sent]:
    """Return what was asked by links of a case, newest first; `may` are the acts open to the one who looks."""
    if not noun.questionnaires:
        return []
    words = {
        "open": _("等客户作答"), "answered": _("客户已答"), "withdrawn": _("链接已收回"), "expired": _("已过期"), "over": _("不用再答"),
    }  # fmt: skip
    others = {**words, "open": _("等对方填报"), "answered": _("对方已填报")}
    found = []
    for survey in Survey.objects.visible_to(request.reader).filter(case=case).order_by("-pk")[:MOST]:
        survey.case = case
        try:
            asked = surveys.asked_of(survey, laws_of(request))
        except NotFound:
            continue
        wanted, state = asked.questionnaire, surveys.state_of(asked, request.now)
        outside = survey.party == Survey.Party.RECORD
        found.append(
            Sent(
                survey.pk, wanted.title.text(request.lang), survey.clause, (others if outside else words)[state], TONES.get(state, ""),
                survey.until, state == "open" and wanted.act in may, outside, survey.answers if survey.again else 0,
            )
        )  # fmt: skip
    return found


@require_POST
def show(request: Ask, key: str, pk: int) -> HttpResponse:
    """Show the link and its picture to somebody who gives them on; the journal keeps who had it."""
    case = find(request, key)
    survey = _of(request, case, pk)
    token = surveys.show(pk, request.reader, now=request.now)
    link = request.build_absolute_uri(reverse("surveys:answer", args=[token]))
    context = {
        "title": _("给对方的链接") if survey.party == Survey.Party.RECORD else _("给客户的链接"), "case": case, "link": link, "survey": survey,
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


def with_words(noun: Noun | None, act: str, controls: Sequence[Control], lang: str, law: Law | None) -> list[Control]:
    """Return the controls of an act's form with how each question is put to the customer; not those put to an outside party."""
    if noun is None or any(wanted.act == act and _is_outsiders(law, noun, wanted.id) for wanted in noun.questionnaires.values()):
        return list(controls)
    asked = questions_of(noun, act)
    return [
        replace(c, hint=_("问客户：%s") % asked[c.name].words.text(lang)) if c.name in asked and not c.hint else c
        for c in controls
    ]


def _is_outsiders(law: Law | None, noun: Noun, questionnaire: str) -> bool:
    """Whether a clause asks a questionnaire of an outside party."""
    rules = (v[-1].rules.get(noun.id) for v in law.versions.values()) if law is not None else ()
    return any(
        isinstance(r.kind, Notifies) and r.kind.questionnaire == questionnaire and r.kind.party is not None for r in rules if r
    )
