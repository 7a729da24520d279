"""Rows of the list of customers: what is shown of each, masked, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from shouwen.base.access import Reader
from shouwen.base.masks import mask_phone
from shouwen.cases.models import Case
from shouwen.customers.matching import MOST, find
from shouwen.customers.models import Customer
from shouwen.web.paging import PAGE, cut, read_text_cursor, write_cursor


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in a list."""

    id: int
    number: str
    name: str
    phones: tuple[str, ...]
    address: str
    unit: int
    class_code: str
    how: str = ""  # by what they were found
    open_cases: int = 0


def found(text: str, reader: Reader) -> list[Row]:
    """Customers that are searched for, best first."""
    matches = find(text, reader, MOST)
    counts = _open_cases([m.id for m in matches], reader)
    return [
        Row(m.id, m.number, m.name, m.phones, "", m.unit, m.class_code, m.shown if m.how == "record" else "", counts.get(m.id, 0))
        for m in matches
    ]


def page(reader: Reader, unit: str, after: str) -> tuple[list[Row], str]:
    """One page of all customers in the order of their pinyin, and the cursor of the next."""
    rows = Customer.objects.visible_to(reader).in_order().prefetch_related("phones", "addresses")
    if unit.isdigit():
        rows = rows.filter(unit_id=int(unit))
    place = read_text_cursor(after)
    if place is not None:
        rows = rows.filter(Q(pinyin__gt=place[0]) | Q(pinyin=place[0], pk__gt=place[1]))
    shown, more = cut(list(rows[: PAGE + 1]))
    counts = _open_cases([c.pk for c in shown], reader)
    cursor = write_cursor(shown[-1].pinyin, shown[-1].pk) if more else ""
    return [_row(c, counts) for c in shown], cursor


def _row(customer: Customer, counts: Mapping[int, int]) -> Row:
    phones = sorted(customer.phones.all(), key=lambda p: (not p.is_main, p.pk))
    addresses = list(customer.addresses.all())
    shown = tuple(mask_phone(p.number) for p in phones)
    address = str(addresses[0]) if addresses else ""
    return Row(
        customer.pk,
        customer.number,
        customer.masked_name,
        shown,
        address,
        customer.unit_id,
        customer.class_code,
        "",
        counts.get(customer.pk, 0),
    )


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
