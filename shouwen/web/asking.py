"""What a page knows of the one who asks for it: who, when, what they may read, in which language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponseBase

from shouwen.base.access import Reader
from shouwen.policy.org import Org
from shouwen.staff.models import Staff


class Ask(HttpRequest):
    """A request after `middleware.Pages` has looked at it. Only a type: Django makes the requests."""

    me: Staff  # not there on pages that are open to all
    reader: Reader
    org: Org  # of this moment, from memory
    now: datetime  # read once for the whole request
    lang: str  # zh-hans or en
    words: str  # what a list is searched for; on lists that are searched only (`lists.words`)
    ended: str  # why the session has just ended by itself; not there as a rule


View = TypeVar("View", bound=Callable[..., HttpResponseBase])
OPEN: Final = "open_to_all"
BY_ITSELF: Final = "X-By-Itself"  # a page that fetches a part of itself again: nobody need be there


def open_to_all(view: View) -> View:
    """Mark a view that is answered to people who have not signed in."""
    setattr(view, OPEN, True)
    return view


def is_open(view: Any) -> bool:
    """Whether a view is answered to people who have not signed in."""
    return bool(getattr(view, OPEN, False))


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of a page that stands already."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
