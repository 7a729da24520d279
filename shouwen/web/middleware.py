"""What holds for every page: somebody is signed in, time is read once, and a problem becomes a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from shouwen.base.access import NOBODY
from shouwen.base.errors import Problem
from shouwen.staff import org, sessions
from shouwen.staff import sign_in as door
from shouwen.staff.door_rules import rules
from shouwen.staff.models import Staff
from shouwen.web import tongues
from shouwen.web.asking import BY_ITSELF, Ask, is_open, wants_part
from shouwen.web.lists.words import without_words
from shouwen.web.problems import answer, signed_out
from shouwen.web.signing.came import page_of_form

DOOR = "signing"  # the pages that somebody may use who owes a new password or a second factor


class Pages:
    """Middleware of the pages; stands after Django's authentication. Requests to the API do not come here (`config.faces`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._look_at(cast(Ask, request))
        if "\x00" in request.path:  # PostgreSQL keeps none, so nothing goes by such a name
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _kept(request.GET)
        with translation.override(cast(Ask, request).lang):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", cast(Ask, request).lang)
        if cast(Ask, request).lang == "en":
            tongues.mark(response)
        return response

    @staticmethod
    def _look_at(ask: Ask) -> None:
        """Note who asks, when, and what they may read."""
        ask.now = timezone.now()
        ask.lang = _language(ask)
        ask.reader = NOBODY
        if isinstance(ask.user, Staff):
            version = org.version()
            if why := sessions.stale(ask.session, rules(version), ask.now):
                sessions.end_by_time(ask.session, why, ask.now)
                auth.logout(ask)
                ask.ended = why
                return
            if BY_ITSELF not in ask.headers:
                sessions.touch(ask.session, ask.now)
            ask.me = ask.user
            ask.org = org.snapshot(ask.now, version)
            ask.reader = org.reader(ask.me.pk, ask.now, version)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Let in who is signed in; send others to the door, and back here afterwards."""
        if is_open(view):
            return None
        if not isinstance(request.user, Staff):
            return _to_the_door(request)
        return _to_what_is_owed(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Say a problem as a sentence, with its status."""
        if not isinstance(problem, Problem):
            return None
        return answer(request, problem)


def _kept(asked: QueryDict) -> Any:
    """What is asked for, without what the database keeps nowhere."""
    found = QueryDict(mutable=True)
    for name, values in asked.lists():
        found.setlist(name.replace("\x00", ""), [value.replace("\x00", "") for value in values])
    return found


def _language(request: HttpRequest) -> str:
    """The language of whoever is signed in, else the one chosen in this browser, else Chinese. Never the browser's own."""
    if isinstance(request.user, Staff):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _to_the_door(request: HttpRequest) -> HttpResponse:
    if wants_part(request):
        return signed_out(request)
    back = without_words(request) if request.method == "GET" else page_of_form(request)
    query = {"next": back} if back != "/" else {}
    if why := getattr(request, "ended", ""):
        query["ended"] = why
    return HttpResponseRedirect(f"{reverse('signing:in')}?{urlencode(query)}" if query else reverse("signing:in"))


def _to_what_is_owed(request: HttpRequest) -> HttpResponse | None:
    """Send somebody who owes a new password or a second factor there, whatever they asked for."""
    owed = request.session.get(sessions.OWES)
    if not owed or (request.resolver_match and request.resolver_match.namespace == DOOR):
        return None
    to = reverse("signing:password" if owed == door.PASSWORD else "signing:factor")
    if BY_ITSELF in request.headers:  # nobody asked: the page, and what is being typed into it, stays
        return HttpResponse(status=204)
    if not wants_part(request):
        return HttpResponseRedirect(to)
    return HttpResponse(headers={"HX-Redirect": to})
