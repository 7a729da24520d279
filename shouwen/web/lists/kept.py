"""What stands around the rows of any list: the lists that were kept of it, keeping the one that is shown, its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from django.urls import NoReverseMatch, reverse

from shouwen.base.errors import NotFound
from shouwen.reports.keeping import clean
from shouwen.reports.models import KeptView
from shouwen.web import people
from shouwen.web.asking import Ask, wants_part
from shouwen.web.lists.words import WORDS, typed

CASES: Final = "cases"
PLAIN: Final = {
    CASES: "cases:list", "customers": "customers:list", "notices": "notices:list", "callbacks": "callbacks:page",
    "rounds": "rounds:page", "staff": "management:staff",
}  # fmt: skip
REGISTER: Final = "register:"  # and its id


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept list above the list: where it is, whose it is, and whether it is the one being shown."""

    view: KeptView
    at: str
    mine: bool
    shown: bool


def of_register(register: str) -> str:
    """Return how kept lists name the list of a register."""
    return f"{REGISTER}{register}"


def address_of(page: str) -> str:
    """Return where a list is, by how kept lists name it. Raises NotFound for what is no list."""
    try:
        if page.startswith(REGISTER):
            return reverse("registers:list", args=[page.removeprefix(REGISTER)])
        return reverse(PLAIN[page])
    except (KeyError, NoReverseMatch):
        raise NotFound from None


def at_of(view: KeptView) -> str:
    """Return where a kept list is: by its id where it is searched for words, for no address says those."""
    if WORDS in dict(parse_qsl(view.query)):
        return reverse("lists:open", args=[view.pk])
    return f"{address_of(view.page)}?{view.query}"


def around(request: Ask, page: str, *, file: str = "", itself: str = "") -> dict[str, Any]:
    """Return what the parts of `lists/` around the rows of a list need; they come again with the rows when its filters change.

    `file`: the address of the list as a file, "" for whoever may take none. `itself`: the id of a list that fetches itself again
    while people look at it; then what stands around it stays, for somebody may be writing there.
    """
    query = clean(request.GET.urlencode())
    narrowed = clean(typed(request).urlencode())
    found = KeptView.objects.visible_to(request.reader).filter(page=page)
    views = [Kept(v, at_of(v), v.owner_id == request.me.pk, v.query == narrowed) for v in found]
    by_itself = bool(itself) and request.headers.get("HX-Trigger") == itself
    units = people.unit_choices(request)
    return {
        "list_page": page, "list_at": address_of(page), "query": query, "file_at": file, "units": units, "shared_with": units,
        "views": sorted(views, key=lambda k: (not k.mine, k.view.name)), "oob": wants_part(request) and not by_itself,
    }  # fmt: skip
