"""Who is calling: from a phone number, its last digits, a name, pinyin, a house or a plate to customers, while it rings.

Only customers the reader may see; what is returned is masked but for what was typed itself, and can be shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import QuerySet

from shouwen.base.access import Reader
from shouwen.base.masks import mask_phone
from shouwen.base.search import search
from shouwen.base.search_tokens import dialled, fold, fold_name
from shouwen.customers import relations
from shouwen.customers.models import Customer, Phone

SHORTEST_TAIL: Final = 3
LOOKED_AT: Final = 200  # numbers that end so; of more, the last digits tell too little, and whoever asks will say another one
MOST: Final = 50
BEST_FIRST: Final = ("phone", "tail", "customer", "record")


@dataclass(frozen=True, slots=True)
class Match:
    """A customer who may be meant. `how`: by their phone, its tail, themselves (name, pinyin, number), or a record of theirs."""

    id: int
    number: str
    name: str
    phones: tuple[str, ...]
    unit: int
    class_code: str
    how: str
    shown: str = ""  # the phone (masked) or the record that matched
    same_phone: tuple[int, ...] = field(default=())  # others with a number in common: a family, or one customer kept twice


@dataclass(slots=True)
class _Found:
    """Customers in the order they were found, each by the best way only."""

    ways: dict[int, tuple[str, str]] = field(default_factory=dict)

    def add(self, ids: Iterable[int], how: str, shown: str = "") -> None:
        for id_ in ids:
            self.ways.setdefault(id_, (how, shown))


def find(text: str, reader: Reader, limit: int = 8) -> list[Match]:
    """Find customers by whatever the caller says. Whole phone numbers come first, then tails, names, and houses or plates."""
    limit = max(1, min(limit, MOST))
    found = _Found()
    digits = _digits(text)
    if digits:
        _by_phone(digits, reader, limit, found)
    if len(found.ways) < limit:
        _by_search(text, reader, limit, found)
    return _shown(found.ways, reader, limit, text)


def as_said(customer: Customer, text: str) -> str:
    """Return the name of a customer as it is shown to who searched for `text`: whole where that is the whole name, else masked."""
    return customer.name if fold_name(text) == fold_name(customer.name) else customer.masked_name


def phone_as_said(number: str, text: str) -> str:
    """Return a number masked but for the digits that were typed: what somebody writes is no secret to them."""
    masked, digits = mask_phone(number), _digits(text)
    if not digits or not number.endswith(digits) or len(masked) != len(number):
        return masked
    return masked[: -len(digits)] + digits


def merge_hints(customer: int, reader: Reader) -> list[Match]:
    """Return other customers with a number in common, whom the reader may see: one of them may be the same person kept twice."""
    others = _sharing([customer], reader).get(customer, ())
    return _shown(dict.fromkeys(others, ("phone", "")), reader, MOST)


def _digits(text: str) -> str:
    """The digits of what looks like a phone number or the end of one; "" otherwise."""
    plain = " ".join(fold(text[:64]).split())
    digits = dialled(plain) or (plain if plain.isascii() and plain.isdigit() else "")
    return digits if SHORTEST_TAIL <= len(digits) <= 20 else ""


def _by_phone(digits: str, reader: Reader, limit: int, found: _Found) -> None:
    seen = Phone.objects.filter(customer__in=_visible(reader)).order_by("-is_main", "customer_id")
    whole = seen.filter(number=digits)[:limit]
    for phone in whole:
        found.add([phone.customer_id], "phone", mask_phone(phone.number))
    if not found.ways:
        ending = list(seen.order_by().filter(reversed__startswith=digits[::-1])[:LOOKED_AT])
        for phone in sorted(ending, key=lambda p: (not p.is_main, p.customer_id))[:limit]:
            found.add([phone.customer_id], "tail", mask_phone(phone.number))


def _by_search(text: str, reader: Reader, limit: int, found: _Found) -> None:
    """By the rows of search: customers themselves, then the holders of records."""
    for hit in search(text, reader, ("customer",), limit).hits:
        found.add([hit.id], "customer")
    records = {hit.id: hit.title for hit in search(text, reader, ("record",), limit).hits}
    ties = relations.of_records(list(records)) if records else []
    place = {record: i for i, record in enumerate(records)}
    for tie in sorted(ties, key=lambda t: place[t.record]):
        found.add([tie.customer], "record", records[tie.record])


def _shown(ways: Mapping[int, tuple[str, str]], reader: Reader, limit: int, text: str = "") -> list[Match]:
    """The cards of customers, best first; those the reader may not see are left out."""
    order = {id_: (BEST_FIRST.index(how), i) for i, (id_, (how, _)) in enumerate(ways.items())}
    customers = {c.pk: c for c in _visible(reader).filter(pk__in=list(ways)).prefetch_related("phones")}
    kept = sorted(customers, key=lambda id_: order[id_])[:limit]
    sharing = _sharing(kept, reader)
    return [_match(customers[id_], text, *ways[id_], sharing.get(id_, ())) for id_ in kept]


def _match(customer: Customer, text: str, how: str, shown: str, same_phone: tuple[int, ...]) -> Match:
    phones = sorted(customer.phones.all(), key=lambda p: (not p.is_main, p.pk))
    return Match(
        customer.pk, customer.number, as_said(customer, text), tuple(phone_as_said(p.number, text) for p in phones),
        customer.unit_id, customer.class_code, how, shown, same_phone,
    )  # fmt: skip


def _sharing(ids: Sequence[int], reader: Reader) -> dict[int, tuple[int, ...]]:
    """For each customer the others that have a number in common and may be seen."""
    own = list(Phone.objects.filter(customer__in=list(ids)).values_list("customer_id", "country", "number"))
    numbers = {number for _, _, number in own}
    holders: dict[tuple[str, str], list[int]] = {}
    seen = Phone.objects.filter(number__in=numbers, customer__in=_visible(reader)).order_by("customer_id")
    for customer, country, number in seen.values_list("customer_id", "country", "number"):
        holders.setdefault((country, number), []).append(customer)
    found: dict[int, dict[int, None]] = {}
    for customer, country, number in own:
        others = (other for other in holders.get((country, number), ()) if other != customer)
        found.setdefault(customer, {}).update(dict.fromkeys(others))
    return {id_: tuple(others) for id_, others in found.items() if others}


def _visible(reader: Reader) -> QuerySet[Customer]:
    return Customer.objects.visible_to(reader)
