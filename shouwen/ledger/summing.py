"""Sums over the entries a reader may see: so much of a book as opens into entries before the reader's eyes, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from shouwen.base.access import Reader
from shouwen.ledger.balances import EVER, Period
from shouwen.ledger.models import Entry, EntryQuerySet


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
    """Return what each book comes to."""
    counted = within(reader, period).order_by().values("book").annotate(parties=Count("party_id", distinct=True))
    return [Total(r["book"], "", 0, r["total"], r["entries"], r["reversals"], r["last"], r["parties"]) for r in _summed(counted)]


def of_kinds(book: str, reader: Reader, period: Period = EVER) -> dict[str, int]:
    """Return how many entries a book has by the kind of party they are about, the most first."""
    counted = within(reader, period).filter(book=book).order_by().values("party").annotate(n=Count("pk")).order_by("-n", "party")
    return {r["party"]: r["n"] for r in counted}


def of_parties(book: str, party: str, reader: Reader, period: Period, after: Place | None, limit: int) -> list[Total]:
    """Return what each party of a book comes to, the largest first."""
    rows = _summed(within(reader, period).filter(book=book, party=party).order_by().values("party_id"))
    if after is not None:
        rows = rows.filter(Q(total__lt=after.amount) | Q(total=after.amount, party_id__gt=after.party_id))
    found = rows.order_by("-total", "party_id")[:limit]
    return [Total(book, party, r["party_id"], r["total"], r["entries"], r["reversals"], r["last"]) for r in found]


def of_party(book: str, party: str, party_id: int, reader: Reader, period: Period = EVER) -> Total:
    """Return what one party comes to in a book."""
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
