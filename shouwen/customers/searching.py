"""How a customer is found: by name, pinyin, number, phone, address. What a result shows is masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from shouwen.base.masks import mask_address, mask_phone, mask_text
from shouwen.base.search import write_search
from shouwen.base.search_tokens import SearchDoc
from shouwen.base.sql import raw
from shouwen.customers.models import masked_name

KIND: Final = "customer"

_READ: Final = """select c.id, c.unit_id, c.created_at, c.number, c.name, c.kind, c.level,
 array(select p.number from customers_phone p where p.customer_id = c.id order by p.is_main desc, p.id),
 array(select a.text from customers_address a where a.customer_id = c.id order by a.id)
 from customers_customer c where c.id = any(%s::int8[])"""


def index_customers(ids: Sequence[int], *, now: datetime) -> None:
    """Write the search rows of customers as they stand."""
    if ids:
        write_search(customer_docs(ids), now=now)


def customer_docs(ids: Sequence[int]) -> Iterable[SearchDoc]:
    """Return what customers say of themselves to search."""
    for id_, unit, created_at, number, name, kind, level, phones, addresses in raw().execute(_READ, [list(ids)]).fetchall():
        shown = [mask_phone(phones[0])] if phones else []
        shown += [mask_text(mask_address(a)) for a in addresses[:1]]
        yield SearchDoc(
            kind=KIND, id=id_, unit=unit, sort_at=created_at, level=level, title=f"{masked_name(name, kind)} {number}",
            preview=" ".join(shown), number=number, name=name, body="\n".join(addresses), phones=tuple(phones),
        )  # fmt: skip
