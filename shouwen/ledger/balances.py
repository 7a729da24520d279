"""What stands in the books: sums that can be opened down to their entries. An entry and its reversal cancel each other out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shouwen.base.access import Reader
from shouwen.base.sql import raw
from shouwen.ledger.models import Entry

PAGE: Final = 50

# The bounds are closed below and open above, as all periods are: an entry at midnight belongs to the new day.
_SUMS: Final = """select party_id, sum(amount)::int8, count(*) filter (where reverses_id is null),
 count(*) filter (where reverses_id is not null)
 from ledger_entry where book = %s and party = %s and party_id = any(%s::int8[])
 and at >= coalesce(%s::timestamptz, '-infinity') and at < coalesce(%s::timestamptz, 'infinity') group by party_id"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a book says of somebody: the sum in the unit of the book, and from how many entries and reversals it comes."""

    amount: int = 0
    entries: int = 0
    reversals: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment until before another; None is open."""

    since: datetime | None = None
    until: datetime | None = None


EVER: Final = Period()


def balances(book: str, party: str, ids: Sequence[int], period: Period = EVER) -> dict[int, Balance]:
    """Return the balance of each party in a book, with one query; whoever has no entry has a balance of nothing."""
    found = raw().execute(_SUMS, [book, party, list(ids), period.since, period.until]).fetchall() if ids else []
    said = {party_id: Balance(*sums) for party_id, *sums in found}
    return {id_: said.get(id_, Balance()) for id_ in ids}


def opened(
    book: str, party: str, party_id: int, reader: Reader, period: Period = EVER, after: Entry | None = None
) -> list[Entry]:
    """Return the entries a balance comes from, newest first, a page at a time: those after `after` that the reader may see."""
    found = Entry.objects.visible_to(reader).of(book, party, party_id).select_related("reversal")
    if period.since is not None:
        found = found.filter(at__gte=period.since)
    if period.until is not None:
        found = found.filter(at__lt=period.until)
    if after is not None:
        found = found.filter(at__lte=after.at).exclude(at=after.at, id__gte=after.pk)
    return list(found[:PAGE])
