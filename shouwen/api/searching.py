"""Search: one box over cases, customers and records, with what the asker may see."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from shouwen.api.asking import asker
from shouwen.api.paging import MOST
from shouwen.api.shapes import HitOut, HitPage, ProblemOut, SearchIn
from shouwen.base.access import Reader
from shouwen.base.search import search

router = Router(tags=["search"])
ANSWERS = {200: HitPage, 400: ProblemOut, 401: ProblemOut, 422: ProblemOut}
Kind = Literal["case", "customer", "record"]


@router.get("", response=ANSWERS, summary="Search")
def find(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[^\x00]*$")],
    kind: Annotated[Kind | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HitPage:
    """Chinese words of one character or more, pinyin, initials, numbers, the tail of a telephone number."""
    return _found(SearchIn(q=q, kind=kind, limit=limit, cursor=cursor), asker(request, "q", "kind", "limit", "cursor").reader)


@router.post("", response=ANSWERS, summary="Search, with the words in the body")
def find_by_body(request: HttpRequest, payload: SearchIn) -> HitPage:
    """The same; a name or a number then stands in no address, of no proxy's log. A token that only reads may do it."""
    return _found(payload, asker(request).reader)


def _found(asked: SearchIn, reader: Reader) -> HitPage:
    page = search(asked.q, reader, [asked.kind] if asked.kind else None, asked.limit, asked.cursor)
    hits = [HitOut(kind=h.kind, id=h.id, title=h.title, preview=h.preview) for h in page.hits]
    return HitPage(items=hits, cursor=page.cursor)
