"""What holds for every page: somebody is signed in, time is read once, and a problem becomes a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from shouwen.base.access import NOBODY
from shouwen.base.errors import Problem
from shouwen.staff import org
from shouwen.staff.models import Staff
from shouwen.web.asking import Ask, is_open, wants_part
from shouwen.web.problems import answer, signed_out

ELSEWHERE = "/api/"  # has tokens and problem details of its own


class Pages:
    """Middleware of the pages; stands after Django's authentication. Requests to the API pass it untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ELSEWHERE):
            return self.get_response(request)
        self._look_at(cast(Ask, request))
        with translation.override(cast(Ask, request).lang):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", cast(Ask, request).lang)
        return response

    @staticmethod
    def _look_at(ask: Ask) -> None:
        """Note who asks, when, and what they may read."""
        ask.now = timezone.now()
        ask.lang = _language(ask)
        ask.reader = NOBODY
        if isinstance(ask.user, Staff):
            version = org.version()
            ask.me = ask.user
            ask.org = org.snapshot(ask.now, version)
            ask.reader = org.reader(ask.me.pk, ask.now, version)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Let in who is signed in; send others to the door, and back here afterwards."""
        if request.path.startswith(ELSEWHERE) or is_open(view) or isinstance(request.user, Staff):
            return None
        return _to_the_door(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Say a problem as a sentence, with its status."""
        if request.path.startswith(ELSEWHERE) or not isinstance(problem, Problem):
            return None
        return answer(request, problem)


def _language(request: HttpRequest) -> str:
    """The language of whoever is signed in, else the one chosen in this browser, else Chinese. Never the browser's own."""
    if isinstance(request.user, Staff):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _to_the_door(request: HttpRequest) -> HttpResponse:
    if wants_part(request):
        return signed_out(request)
    back = request.get_full_path() if request.method == "GET" else "/"
    query = f"?{urlencode({'next': back})}" if back != "/" else ""
    return HttpResponseRedirect(reverse("signing:in") + query)
