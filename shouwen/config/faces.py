"""What stands before the pages and not before the API: small files, sessions, form tokens, messages, the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, Final, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

API: Final = "/api/"  # has tokens and problem details of its own
Handler = Callable[[HttpRequest], HttpResponse]


class OfPages:
    """Middleware that is a row of middleware, `settings.PAGE_MIDDLEWARE`: requests to the API pass it by.

    Nothing in the row does anything for the API, and going through it took a twentieth of the processor time of an opening.
    """

    def __init__(self, get_response: Handler) -> None:
        self._api = get_response
        self._row: list[Any] = []
        self._pages = reduce(self._stand_before, reversed(settings.PAGE_MIDDLEWARE), get_response)

    def _stand_before(self, inner: Handler, name: str) -> Handler:
        made = import_string(name)(inner)
        self._row.insert(0, made)
        return cast(Handler, convert_exception_to_response(made))  # none of the row is asynchronous

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._api(request) if request.path.startswith(API) else self._pages(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Ask each of the row, from the outside in, as Django does; the first answer is the answer."""
        return None if request.path.startswith(API) else self._first("process_view", self._row, request, view, args, kwargs)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponseBase | None:
        """Ask each of the row, from the inside out."""
        return None if request.path.startswith(API) else self._first("process_exception", self._row[::-1], request, problem)

    @staticmethod
    def _first(hook: str, row: list[Any], *asked: Any) -> HttpResponseBase | None:
        answers = (getattr(one, hook)(*asked) for one in row if hasattr(one, hook))
        return next((answer for answer in answers if answer is not None), None)
