"""The page a customer answers a questionnaire on: opened by a token, without an account, a cookie or a script.

It says nothing of the person, and of the matter only what it was and when. The token is its own authority: there is no session
another site could use, so a form token would guard nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shouwen.base.errors import FieldError, NotFound, TooMany
from shouwen.base.models import Company
from shouwen.cases import surveys
from shouwen.cases.enactments import law_at
from shouwen.policy.ruling import Ruling
from shouwen.staff.tries import Limit, count, key_of
from shouwen.web.asking import Ask, open_to_all
from shouwen.web.fields import faults_of
from shouwen.web.law import cited, said
from shouwen.web.signing.came import came
from shouwen.web.surveys.paper import asked, given_in, place_of

WRONG_LINKS: Final = Limit(30, timedelta(minutes=5))  # of one address: a whole estate may stand behind it
ANSWERS: Final = Limit(20, timedelta(minutes=5))  # of one link
GONE: Final[Mapping[str, int]] = {"answered": 200, "withdrawn": 410, "expired": 410, "over": 410}
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer was not taken: faults by question, and what the law said."""

    faults: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    status: int = 200


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask; on POST take the answer. A link that opens nothing says what to do."""
    lang = ENGLISH if request.GET.get("lang") == ENGLISH else "zh-hans"
    ask: Ask = request  # type: ignore[assignment]  # the middleware has looked at it
    with translation.override(lang):
        try:
            response = _answer(ask, token, lang)
        except NotFound:
            response = _wrong_link(ask, lang)
        except TooMany:
            response = _rendered(ask, "surveys/ended.html", {"state": "many"}, lang, 429)
    for header, value in (("Referrer-Policy", "no-referrer"), ("X-Robots-Tag", "noindex, nofollow"), ("Content-Language", lang)):
        response[header] = value
    return response


def _answer(ask: Ask, token: str, lang: str) -> HttpResponse:
    found = surveys.find(token)
    state = surveys.state_of(found, ask.now)
    if state != "open":
        return _rendered(ask, "surveys/ended.html", {"state": state, "asked": found}, lang, GONE[state])
    if ask.method != "POST":
        return _form(ask, found, {}, Wrong(), lang)
    count(key_of("survey", str(found.survey.pk)), ANSWERS, ask.now)
    given = given_in(found.questionnaire, found.noun, ask.POST)
    try:
        _state, ruling = surveys.answer(found.survey.pk, given, now=ask.now)
    except FieldError as wrong:
        return _form(ask, found, given, Wrong(_placed(faults_of(wrong, lang), found, given), status=422), lang)
    if ruling is not None and ruling.refused:
        return _form(ask, found, given, _refused(ruling, found, given, lang), lang)
    here = reverse("surveys:answer", args=[token])
    return HttpResponseRedirect(f"{here}?lang=en" if lang == ENGLISH else here)


def _refused(ruling: Ruling, found: surveys.Asked, given: Mapping[str, Any], lang: str) -> Wrong:
    """Say what the law misses: at the question it is about, and in its own words above."""
    missing = {m: _("请填写") for r in ruling.refusals for m in r.missing}
    return Wrong(_placed(missing, found, given), tuple(r.text(lang) for r in ruling.refusals), 409)


def _placed(faults: Mapping[str, str], found: surveys.Asked, given: Mapping[str, Any]) -> dict[str, str]:
    return {place_of(name, found.questionnaire, given): text for name, text in faults.items()}


def _form(ask: Ask, found: surveys.Asked, given: Mapping[str, Any], wrong: Wrong, lang: str) -> HttpResponse:
    wanted = found.questionnaire
    questions = asked(wanted, found.noun, given, wrong.faults, lang)
    nowhere = [text for name, text in wrong.faults.items() if name not in {q.name for q in questions}]  # a form that was not ours
    context = {
        "asked": found, "questions": questions, "wrong": wrong, "loose": [*wrong.said, *nowhere],
        "title": wanted.title.text(lang), "greeting": wanted.greeting.text(lang), "about": said(found.noun, lang),
        "clause": cited(law_at(found.survey.asked_at), found.survey.clause, lang).long,
    }  # fmt: skip
    return _rendered(ask, "surveys/form.html", context, lang, wrong.status)


def _wrong_link(ask: Ask, lang: str) -> HttpResponse:
    """A token that opens nothing; who tries many is told to wait."""
    try:
        count(key_of("survey link", came(ask).address), WRONG_LINKS, ask.now)
    except TooMany:
        return _rendered(ask, "surveys/ended.html", {"state": "many"}, lang, 429)
    return _rendered(ask, "surveys/ended.html", {"state": "wrong"}, lang, 404)


def _rendered(ask: Ask, page: str, context: Mapping[str, Any], lang: str, status: int) -> HttpResponse:
    """Return the page. It has no frame of ours: the request is kept out of it, so that no cookie is set."""
    shown = {"lang": lang, "company": Company.ours().name, "now": ask.now, "path": ask.path, **context}
    return HttpResponse(render_to_string(page, shown), status=status)
