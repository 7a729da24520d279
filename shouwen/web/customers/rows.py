"""The list of customers: filters that live in the address, three orders, what is shown of each, masked, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.http import QueryDict

from shouwen.base.access import Reader
from shouwen.cases.models import Case
from shouwen.customers.matching import MOST, as_said, find, phone_as_said
from shouwen.customers.models import Customer, CustomerQuerySet
from shouwen.web.cases.listing import below
from shouwen.web.customers.telling import Told, told
from shouwen.web.paging import PAGE, cut, past, past_id, read_text_place, write_cursor

SORTS: Final = {
    "name": ("pinyin", False),
    "newest": ("pk", True),
    "oldest": ("pk", False),
}  # column, downwards; ids grow with time


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. What is not understood is as if it were not there."""

    q: str = ""
    unit: str = ""
    kind: str = ""
    class_code: str = ""
    sort: str = "name"

    @classmethod
    def read(cls, typed: QueryDict) -> Filters:
        """Read the address."""
        q, unit, kind, code, sort = (
            typed.get(n, "").replace("\x00", "").strip()[:100] for n in ("q", "unit", "kind", "class", "sort")
        )
        known = unit.isascii() and unit.isdecimal() and len(unit) < 19
        return cls(
            q, unit if known else "", kind if kind in Customer.Kind.values else "", code, sort if sort in SORTS else "name"
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.q or self.unit or self.kind or self.class_code)

    @property
    def told(self) -> dict[str, str]:
        """What an event says of an export: which filters, but not what was searched for, which may be a name."""
        plain = {"unit": self.unit, "kind": self.kind, "class": self.class_code, "q": "…" if self.q else ""}
        return {n: v for n, v in plain.items() if v}


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in a list."""

    customer: Customer
    name: str  # masked, unless it is what was searched for
    phones: tuple[str, ...]
    address: str
    told: Told
    how: str = ""  # by what they were found
    open_cases: int = 0


def narrowed(filters: Filters, reader: Reader) -> CustomerQuerySet:
    """Return the customers that a reader may see and the filters keep, what is searched for apart."""
    rows = Customer.objects.visible_to(reader).prefetch_related("phones", "addresses")
    if filters.unit:
        rows = rows.filter(unit_id__in=[int(filters.unit), *below(int(filters.unit))])
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    return rows.filter(class_code=filters.class_code) if filters.class_code else rows


def page(filters: Filters, reader: Reader, after: str, limit: int = PAGE) -> tuple[list[Row], str]:
    """Return one page and the cursor of the next. Those who are searched for come at once, best first."""
    rows = narrowed(filters, reader)
    if filters.q:
        return _found(filters.q, rows, reader), ""
    column, down = SORTS[filters.sort]
    place = read_text_place(after, Customer.objects.visible_to(reader), "pinyin")
    if place is not None:
        rows = rows.filter(past("pinyin", place) if column == "pinyin" else past_id(place[1], down=down))
    order = ("pinyin", "pk") if column == "pinyin" else ("-pk" if down else "pk",)
    shown, more = cut(list(rows.order_by(*order)[: limit + 1]), limit)
    return _rows(shown, {}, reader, ""), write_cursor(shown[-1].pk) if more else ""


def _found(text: str, rows: CustomerQuerySet, reader: Reader) -> list[Row]:
    """Those who are searched for, best first, at most MOST."""
    matches = find(text, reader, MOST)
    kept = rows.in_bulk([m.id for m in matches])
    ways = {m.id: m.shown for m in matches if m.how == "record"}
    return _rows([kept[m.id] for m in matches if m.id in kept], ways, reader, text)


def _rows(customers: list[Customer], ways: Mapping[int, str], reader: Reader, text: str) -> list[Row]:
    ids = [c.pk for c in customers]
    counts, known = _open_cases(ids, reader), told(ids, reader)
    return [_row(c, text, known[c.pk], ways.get(c.pk, ""), counts.get(c.pk, 0)) for c in customers]


def _row(customer: Customer, text: str, known: Told, how: str, open_cases: int) -> Row:
    phones = sorted(customer.phones.all(), key=lambda p: (not p.is_main, p.pk))
    shown = tuple(phone_as_said(p.number, text) for p in phones)
    addresses = list(customer.addresses.all())
    return Row(customer, as_said(customer, text), shown, str(addresses[0]) if addresses else "", known, how, open_cases)


def _open_cases(ids: Iterable[int], reader: Reader) -> dict[int, int]:
    counted = (
        Case.objects.visible_to(reader)
        .open()
        .filter(customer_id__in=list(ids))
        .order_by()
        .values("customer_id")
        .annotate(n=Count("pk"))
    )
    return {row["customer_id"]: row["n"] for row in counted}
