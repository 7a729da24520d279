"""The people lists speak of: an owner by name and phone becomes a customer, the one we have or a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shouwen.base.search_tokens import fold_name
from shouwen.base.sql import columns, raw, unnest
from shouwen.customers.numbers import PhoneNumber, read_phone
from shouwen.customers.writing import NewCustomer, NewPhone, create_customers

# With a phone: whoever has that number and name. Without: whoever of that name holds the record already.
_BY_PHONE: Final = f"""select u.n, c.id, c.name from {unnest(("int8", "text", "text"))} as u (n, country, number)
 join customers_phone p on p.country = u.country and p.number = u.number
 join customers_customer c on c.id = p.customer_id order by c.id desc"""  # noqa: S608  our own names
_BY_RECORD: Final = f"""select u.n, c.id, c.name from {unnest(("int8", "int8"))} as u (n, record_id)
 join customers_relation r on r.record_id = u.record_id and r.until is null
 join customers_customer c on c.id = r.customer_id order by c.id desc"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody a list names: as whose owner (`record` 0: of a new one), and in which unit they would be kept."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    unit: int
    record: int = 0


def customers_for(holders: Sequence[Holder], *, by: int, at: datetime, now: datetime) -> list[int]:
    """Return the customer of each holder, taking in those we do not have. The same name and phone twice is one customer."""
    read = [read_phone(h.phone) if h.phone.strip() else None for h in holders]
    found = _known(holders, read)
    missing: dict[tuple[str, PhoneNumber | int], list[int]] = {}
    for n, holder in enumerate(holders):
        if n not in found:  # two of one name without phones stay two
            missing.setdefault((fold_name(holder.name), read[n] or n), []).append(n)
    firsts = [holders[places[0]] for places in missing.values()]
    new = [NewCustomer(unit=h.unit, name=h.name, phones=(NewPhone(h.phone),) if h.phone.strip() else ()) for h in firsts]
    for places, id_ in zip(missing.values(), create_customers(new, by=by, at=at, now=now), strict=True):
        found.update(dict.fromkeys(places, id_))
    return [found[n] for n in range(len(holders))]


def _known(holders: Sequence[Holder], read: Sequence[PhoneNumber | None]) -> dict[int, int]:
    numbers = [(n, phone.country, phone.number) for n, phone in enumerate(read) if phone]
    records = [(n, h.record) for n, h in enumerate(holders) if read[n] is None and h.record]
    rows = raw().execute(_BY_PHONE, columns(numbers, 3)).fetchall() if numbers else []
    rows += raw().execute(_BY_RECORD, columns(records, 2)).fetchall() if records else []
    return {n: id_ for n, id_, name in rows if fold_name(name) == fold_name(holders[n].name)}


Columns = Mapping[str, str]


def phone_columns(field_zh: str, field_id: str) -> tuple[str, ...]:
    """Return what the column with a holder's phone may be called beside the column with the name."""
    return (f"{field_id}_phone", f"{field_zh}电话", "电话", "联系电话", "手机", "phone")
