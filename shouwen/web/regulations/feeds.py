"""Facts from outside that a regulation rests on: what each is, who last told it, how old it is, and which clauses read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwen.cases.outside import Feed, feeds
from shouwen.policy.law import Law, LawDay
from shouwen.policy.nouns import Regulation
from shouwen.policy.reads import readers_of
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import said


@dataclass(frozen=True, slots=True)
class Shown:
    """One feed on the page. `newest` None: nobody has ever told it; `limit` "": it never gets too old."""

    name: str
    newest: datetime | None
    stale: bool
    limit: str
    who: str
    source: str
    of: int
    clauses: Sequence[str]


def of_regulation(request: Ask, law: Law, day: LawDay, regulation: Regulation) -> list[Shown]:
    """Return the facts others tell that clauses of a regulation read; asked of the database only where there are any."""
    readers, own = readers_of(day), f"{regulation.name}#"
    read = {name for name in law.facts if any(c.startswith(own) for c in readers.get(name, ()))}
    calendar = law.calendars.get(law.calendar)
    found = feeds(law, calendar, request.now) if read and calendar is not None else []
    return [_shown(request, feed, readers.get(feed.fact.id, ())) for feed in found if feed.fact.id in read]


def _shown(request: Ask, feed: Feed, clauses: Sequence[str]) -> Shown:
    age = feed.fact.stale_after
    limit = "" if age is None else age.en() if request.lang == "en" else age.zh()
    who = people.name(request, feed.by) if feed.by else ""
    return Shown(said(feed.fact, request.lang), feed.newest, feed.stale, limit, who, feed.source, feed.of, clauses)
