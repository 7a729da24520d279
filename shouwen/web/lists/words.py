"""Words that a list is searched for stand in no address: they are somebody's name or number, and addresses are kept and handed on.

They come by POST and are kept for whoever searched (`reports.searched`); the address says their key, `w`, beside the other filters.
So pages go on, come back, are reloaded, saved and exported by links as before, and a link that is handed on does not tell them.
"""

from __future__ import annotations

from functools import wraps
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_http_methods

from shouwen.reports import searched
from shouwen.web.asking import BY_ITSELF, Ask, View, wants_part

WORDS: Final = "q"  # in a form, and in a kept list
KEY: Final = "w"  # in an address
NO_FILTERS: Final = (WORDS, KEY, "after", "csrfmiddlewaretoken")


def searchable(view: View) -> View:
    """Have a list, or its file, take words by POST and say their key in its address; `typed` has them for the view.

    What is typed into an address by hand, or stands in an old bookmark (`?q=`), leaves it in the same way.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def asked(request: Ask, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" and WORDS not in request.GET:
            request.words = said(request, request.GET.get(KEY, ""))
            return _gone(request) if KEY in request.GET and not request.words else view(request, *args, **kwargs)
        request.GET = QueryDict(_narrowed(request))
        at = _address(request)
        if not wants_part(request):
            return HttpResponseRedirect(at)
        response: HttpResponseBase = view(request, *args, **kwargs)
        response.headers["HX-Push-Url"] = at
        return response

    return cast(View, asked)


def typed(request: Ask) -> QueryDict:
    """Return what a list is narrowed to, with the words in place of their key."""
    found = request.GET.copy()
    found.pop(KEY, None)
    found.pop(WORDS, None)
    if words := getattr(request, "words", ""):
        found[WORDS] = words
    return found


def without_words(request: HttpRequest) -> str:
    """Return an address without words that somebody typed into it by hand, to be handed on to the door."""
    kept = request.GET.copy()
    kept.pop(WORDS, None)
    return request.path + (f"?{kept.urlencode()}" if kept else "")


def said(request: Ask, key: str) -> str:
    """Return the words that a key stands for, "" for none."""
    return searched.words(key, request.me.pk, now=request.now) if key else ""


def with_words(request: Ask, query: str) -> str:
    """Return the query of an address as a list is kept: with the words in place of their key."""
    pairs = parse_qsl(query)
    words = said(request, dict(pairs).get(KEY, ""))
    return urlencode([p for p in pairs if p[0] not in (KEY, WORDS)] + ([(WORDS, words)] if words else []))


def with_key(request: Ask, query: str) -> str:
    """Return the query of a kept list as it may stand in an address: with a key in place of the words."""
    pairs = parse_qsl(query)
    key = searched.keep(dict(pairs).get(WORDS, ""), request.me.pk, now=request.now)
    return urlencode([p for p in pairs if p[0] not in (KEY, WORDS)] + ([(KEY, key)] if key else []))


def _narrowed(request: Ask) -> str:
    """Keep the words that came, and return the filters with their key, as a query."""
    came = request.POST if request.method == "POST" else request.GET
    found = QueryDict(mutable=True)
    for name, values in came.lists():
        if name not in NO_FILTERS and any(values):
            found.setlist(name, [v for v in values if v])
    request.words = came.get(WORDS, "").replace("\x00", "").strip()[: searched.LONGEST]
    if request.words:
        found[KEY] = searched.keep(request.words, request.me.pk, now=request.now)
    return found.urlencode()


def _address(request: Ask) -> str:
    query = request.GET.urlencode()
    return request.path + (f"?{query}" if query else "")


def _gone(request: Ask) -> HttpResponse:
    """Say that the words are gone, and show the list without them; a file is not taken without them."""
    gone = searched.WordsGone()
    if BY_ITSELF in request.headers:  # nobody asked: what stands there stays
        return HttpResponse(status=204)
    if request.path.endswith("/export/"):
        raise gone
    messages.info(request, gone.text(request.lang))
    request.GET = QueryDict(typed(request).urlencode())
    at = _address(request)
    return HttpResponse(status=204, headers={"HX-Redirect": at}) if wants_part(request) else HttpResponseRedirect(at)
