"""No page is forgotten: whatever can be asked for by its address is looked at (places.py), or said here to be no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, resolve

from shouwen.web import urls
from tests.web.places import PLACES
from tests.web.village import Village

# Parts of pages: fetched by a page that is looked at with them in it.
PARTS: Final = {
    "knowledge:read": "what is looked up, beside intake: intake-enquiry",
    "cases:now": "what may be done, on the page of a case",
    "cases:story": "the story of a case, on its page",
    "cases:beside": "what stands beside a case, on its page",
    "cases:here": "who else looks at a case, on its page",
    "cases:deadline": "the arithmetic of a promise: case-late",
    "cases:consent": "an act that waits, in a row of a list",
    "registers:story": "the story of a record, on its page",
    "books:story": "the story of an entry, on its page",
    "intake:callers": "who is found: intake-callers",
    "reports:glance": "what stands now, on the reports",
    "regulations:rehearsal_now": "how far a rehearsal is, on its page",
    "notices:unread": "the figure at the bell",
    "why:event": "asked on a page: case-why",
    "why:entry": "asked on a page: book-entry",
    "why:field": "asked on a page: case-why",
    "why:refused": "asked on a page: case-refused",
    "searching:quick": "what the box finds: search-quick",
    "searching:pick": "what a field finds",
    "customers:uncovered": "form and answer on the page of a customer: customer",
    "management:roster_cell": "a square of the roster",
}
FILES: Final = {"cases:file", "registers:columns"}  # and whatever is called an export
ELSEWHERE: Final = {
    "signing:follow": "leads to signing:invited, without the code in the address",
    "management:home": "leads to the first of its pages",
    "notices:follow": "leads to what a notice is about",
    "lists:open": "leads to the list that was kept",
    "books:act": "a form: no entry of the village has an act of its own, those of tests/web/test_books_stepped.py have",
    "searching:record": "leads to the page of a record",
    "papers:record": "as of a case: no register of the village has a paper of one record, tests/web/test_printing_records.py has",
}
DONE_FIRST: Final = {
    "signing:code": "sign-in-code",
    "signing:codes": "account-codes",
    "regulations:rehearsal": "rehearsal",  # takes a worker a while
    "customers:edit": "customer-edit",
}  # pages with no address of their own to go to: reached by the place, after something was done


def _all(patterns: Sequence[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _all(pattern.url_patterns, pattern.namespace or space)
        else:
            yield f"{space}:{pattern.name}", pattern


def _methods(view: Any) -> list[str]:
    """The methods a view answers, as its decorators keep them; [] where none says so."""
    while view is not None:
        for cell in view.__closure__ or ():
            kept = cell.cell_contents
            if isinstance(kept, list | tuple) and kept and set(kept) <= {"GET", "HEAD", "POST"}:
                return list(kept)
        view = getattr(view, "__wrapped__", None)
    return []


def _readable() -> set[str]:
    return {name for name, pattern in _all(urls.urlpatterns) if "GET" in (_methods(pattern.callback) or ["GET"])}


@pytest.mark.parametrize("name", ["cases:page", "desk:page", "management:home", "signing:code"])
def test_what_can_be_read_is_known_by_its_decorators(name: str) -> None:
    assert name in _readable()
    assert not {"signing:out", "lists:keep", "touring:go", "customers:edit"} & _readable()


def test_every_page_is_a_place_or_said_to_be_none(village: Village) -> None:
    names = {place.name for place in PLACES}
    looked_at = {
        resolve(urlsplit(place.find(village)).path).view_name for place in PLACES if place.name not in DONE_FIRST.values()
    }
    looked_at |= {page for page, name in DONE_FIRST.items() if name in names}
    excused = {*PARTS, *FILES, *ELSEWHERE}

    pages = {name for name in _readable() if not name.endswith("export")}
    assert pages - looked_at - excused == set(), "pages nobody looks at: add them to places.py"
    assert excused - {name for name, _pattern in _all(urls.urlpatterns)} == set(), "excused, but not there any more"
    assert set(DONE_FIRST.values()) <= names


def test_no_two_places_have_one_name() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
