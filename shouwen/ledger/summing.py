"""Sums over the entries a reader may see: so much of a book as opens into entries before the reader's eyes, and no more.

Of all time they are kept (`totalling`), so that they cost the same however long a book is; of some days the entries of these are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Max, Q, Sum

from shouwen.base.access import Reader
from shouwen.ledger import totalling
from shouwen.ledger.balances import EVER, Period
from shouwen.ledger.models import Entry, EntryQuerySet

MANY: Final = 1000  # parties of a book; more are not counted


@dataclass(frozen=True, slots=True)
class Total:
    """What a book, or somebody in it, comes to: the sum, how many entries and how many reversals it adds up, the newest moment."""

    book: str
    party: str
    party_id: int
    amount: int
    entries: int
    reversals: int
    last: datetime | None
    parties: int = 1

    @property
    def about(self) -> str:
        """How many parties, as it is said: of many only that they are many."""
        return f"{MANY}+" if self.parties > MANY else str(self.parties)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of totals ended: an amount and who had it."""

    amount: int
    party_id: int


def within(reader: Reader, period: Period = EVER) -> EntryQuerySet:
    """Return the entries in sight of a period."""
    rows = Entry.objects.visible_to(reader)
    if period.since is not None:
        rows = rows.filter(at__gte=period.since)
    return rows.filter(at__lt=period.until) if period.until is not None else rows


def of_books(reader: Reader, period: Period = EVER) -> list[Total]:
    """Return what each book comes to. Of parties no more than MANY are counted."""
    if period == EVER:
        rows = totalling.by_book(reader)
        many = totalling.how_many([row[0] for row in rows], reader, MANY + 1)
        return [Total(book, "", 0, amount, n, taken, last, many[book]) for book, amount, n, taken, last in rows]
    counted = within(reader, period).order_by().values("book").annotate(parties=Count("party_id", distinct=True))
    return [Total(r["book"], "", 0, r["total"], r["entries"], r["reversals"], r["last"], r["parties"]) for r in _summed(counted)]


def of_kinds(book: str, reader: Reader, period: Period = EVER) -> dict[str, int]:
    """Return how many entries a book has by the kind of party they are about, the most first."""
    if period == EVER:
        sums = [(entries + reversals, party) for party, _sum, entries, reversals, _last in totalling.by_kind(book, reader)]
        return {party: n for n, party in sorted(sums, key=lambda one: (-one[0], one[1]))}
    counted = within(reader, period).filter(book=book).order_by().values("party").annotate(n=Count("pk")).order_by("-n", "party")
    return {r["party"]: r["n"] for r in counted}


def of_parties(book: str, party: str, reader: Reader, period: Period, after: Place | None, limit: int) -> list[Total]:
    """Return what each party of a book comes to, the largest first."""
    if period == EVER:
        place = (after.amount, after.party_id) if after is not None else None
        return [Total(book, party, *row) for row in totalling.largest(book, party, reader, place, limit)]
    rows = _summed(within(reader, period).filter(book=book, party=party).order_by().values("party_id"))
    if after is not None:
        rows = rows.filter(Q(total__lt=after.amount) | Q(total=after.amount, party_id__gt=after.party_id))
    found = rows.order_by("-total", "party_id")[:limit]
    return [Total(book, party, r["party_id"], r["total"], r["entries"], r["reversals"], r["last"]) for r in found]


def of_party(book: str, party: str, party_id: int, reader: Reader, period: Period = EVER) -> Total:
    """Return what one party comes to in a book."""
    if period == EVER:
        return Total(book, party, party_id, *(totalling.of_one(book, party, party_id, reader) or (0, 0, 0, None)))
    found: dict[str, Any] = within(reader, period).filter(book=book, party=party, party_id=party_id).aggregate(**_SUMS)
    return Total(book, party, party_id, found["total"] or 0, found["entries"], found["reversals"], found["last"])


def reversals_of(entries: Sequence[Entry]) -> dict[int, int]:
    """Return the entry that took each of some entries in sight back, by their ids."""
    rows = Entry.objects.filter(reverses_id__in=[e.pk for e in entries]).values_list("reverses_id", "pk")
    return {taken: pk for taken, pk in rows if taken}


def _summed(rows: Any) -> Any:
    return rows.annotate(**_SUMS)


_SUMS: dict[str, Any] = {
    "total": Sum("amount"),
    "entries": Count("pk", filter=Q(reverses=None)),
    "reversals": Count("pk", filter=Q(reverses__isnull=False)),
    "last": Max("at"),
}
