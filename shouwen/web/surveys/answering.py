"""The page a customer or an outside party answers a questionnaire on: opened by a token, without an account, a cookie or a script.

It says nothing of the person, and of the matter only what it was and when; to an outside party also its number, and what the
questionnaire `shows`. The token is its own authority: there is no session
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
from shouwen.cases.models import Survey
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record
from shouwen.staff.tries import Limit, count, key_of
from shouwen.web.asking import Ask, open_to_all
from shouwen.web.cases.wishing import new_key
from shouwen.web.fields import faults_of
from shouwen.web.law import cited, said
from shouwen.web.signing.came import came
from shouwen.web.surveys.paper import asked, given_in, place_of, sent_in
from shouwen.web.values import Lookups, Showing, Shown, ids_in

WRONG_LINKS: Final = Limit(30, timedelta(minutes=5))  # of one address: a whole estate may stand behind it
ANSWERS: Final = Limit(20, timedelta(minutes=5))  # of one link
FILES: Final = Limit(40, timedelta(days=1))  # of one link: no more than 800 MB a day
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
    if ask.method != "POST" and found.survey.again and found.survey.answers and ask.GET.get("taken"):
        return _rendered(ask, "surveys/ended.html", {"state": "taken", "asked": found}, lang, 200)
    if ask.method != "POST":
        return _form(ask, found, {}, Wrong(), lang)
    count(key_of("survey", str(found.survey.pk)), ANSWERS, ask.now)
    given = given_in(found.questionnaire, found.noun, ask.POST)
    sent = sent_in(found.questionnaire, found.noun, ask.FILES)
    for _file in (f for files in sent.values() for f in files):
        count(key_of("survey file", str(found.survey.pk)), FILES, ask.now)
    try:
        _state, ruling = surveys.answer(found.survey.pk, given, files=sent, key=ask.POST.get("key", "")[:40], now=ask.now)
    except FieldError as wrong:
        return _form(ask, found, given, Wrong(_placed(faults_of(wrong, lang), found, given), status=422), lang)
    if ruling is not None and ruling.refused:
        return _form(ask, found, given, _refused(ruling, found, given, lang), lang)
    here = reverse("surveys:answer", args=[token], query={k: v for k, v in _said(found.survey.again, lang) if v})
    return HttpResponseRedirect(here)


def _said(again: bool, lang: str) -> list[tuple[str, str]]:
    """What the address says after an answer: what may be answered again has no other sign that one was taken."""
    return [("taken", "1" if again else ""), ("lang", lang if lang == ENGLISH else "")]


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
        "key": new_key(), "outside": found.survey.party == Survey.Party.RECORD, "shown": shown_of(ask, found, lang),
        "files": any(q.kind in ("file", "files") for q in questions),
    }  # fmt: skip
    return _rendered(ask, "surveys/form.html", context, lang, wrong.status)


def shown_of(ask: Ask, found: surveys.Asked, lang: str) -> list[Shown]:
    """Return what of the case is shown with the questions; nothing of what is empty. What it points to goes by its key alone."""
    shapes = {
        name: found.noun.fields[name] for name in found.questionnaire.shows if found.case.fields.get(name) not in (None, "", [])
    }
    wanted: dict[str, set[int]] = {}
    ids_in(shapes, found.case.fields, wanted)
    keys = dict(Record.objects.filter(pk__in=wanted.get("record", ())).values_list("pk", "key")) if wanted else {}
    showing = Showing(ask, lang, Lookups(records=keys))
    return [showing.field(shape, found.case.fields[name]) for name, shape in shapes.items()]


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
