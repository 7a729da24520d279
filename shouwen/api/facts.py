"""Facts from outside: what others tell the law (an overdraft from the bank, the weather of a site), each with its moment."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from shouwen.api.asking import asker
from shouwen.api.shapes import FactIn, FactOut, FeedList, FeedOut, ProblemOut
from shouwen.base.errors import NotFound
from shouwen.cases.enactments import law_at
from shouwen.cases.outside import Told, feeds, tell

router = Router(tags=["facts"])
PROBLEMS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


@router.get("", response={200: FeedList, **PROBLEMS}, summary="List the facts others tell")
def list_facts(request: HttpRequest) -> FeedList:
    """The facts the law in force declares and the system does not know by itself, and how fresh each is. No values."""
    now = asker(request).now
    law = law_at(now)
    if law is None:
        raise NotFound("还没有颁布制度。", "No law has been enacted yet.")
    found = [
        FeedOut(
            name=f.fact.id, zh=f.fact.zh, en=f.fact.en, type=f.fact.type.name,
            stale_after=str(f.fact.stale_after) if f.fact.stale_after is not None else None, newest=f.newest, of=f.of, stale=f.stale,
        )
        for f in feeds(law, law.calendars[law.calendar], now)
    ]  # fmt: skip
    return FeedList(items=found)


@router.put("/{name}", response={200: FactOut, **PROBLEMS}, summary="Tell a fact")
def tell_fact(
    request: HttpRequest, name: Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$")], payload: FactIn
) -> FactOut:
    """Tell the value of a declared fact as of a moment: of a customer, a unit, a member of staff …, or of the whole company.

    The same again changes nothing. Needs the right `write:fact`.
    """
    who = asker(request)
    about = payload.about
    kind, id_ = (about.kind, about.id) if about is not None else ("", 0)
    fact = tell(Told(name, payload.value, payload.as_of, payload.source, kind, id_), by=who.reader, now=who.now)
    stale_after = str(fact.stale_after) if fact.stale_after is not None else None
    return FactOut(name=name, as_of=payload.as_of, about=about, stale_after=stale_after)
