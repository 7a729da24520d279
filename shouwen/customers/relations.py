"""Who owns, rents or uses what. Written together with the records they speak of, by `registers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shouwen.base.sql import columns, raw, unnest
from shouwen.customers.models import Relation

_OPEN: Final = f"""insert into customers_relation (customer_id, register, record_id, role, since)
 select * from {unnest(("int8", "text", "int8", "text", "timestamptz"))}
 on conflict (customer_id, record_id, role) where until is null do nothing"""  # noqa: S608  our own names
_END_OTHERS: Final = f"""update customers_relation r set until = greatest(r.since, u.at)
 from {unnest(("int8", "int8", "text", "timestamptz"))} as u (record_id, customer_id, role, at)
 where r.record_id = u.record_id and r.role = u.role and r.until is null and r.customer_id <> u.customer_id"""  # noqa: S608  our own names
_OF: Final = """select record_id, customer_id, register, role from customers_relation
 where until is null and {column} = any(%s::int8[]) order by record_id, role, since, id"""


@dataclass(frozen=True, slots=True)
class Tie:
    """That a customer has to do with a record."""

    record: int
    customer: int
    register: str
    role: str = Relation.Role.OWNER


Held = tuple[str, int, int, datetime]  # register, record, customer, since when


def relate(ties: Sequence[Tie], *, since: datetime) -> None:
    """Note ties; those that stand already are left as they are."""
    if ties:
        raw().execute(_OPEN, columns([(t.customer, t.register, t.record, t.role, since) for t in ties], 5))


def hand_over(held: Sequence[Held]) -> None:
    """Give records to customers: whoever owned one until now no longer does. Customer 0: nobody owns it any more."""
    for statement, params in hand_over_parts(held):
        raw().execute(statement, params)


def hand_over_parts(held: Sequence[Held]) -> list[tuple[str, list[list[Any]]]]:
    """Return `hand_over` as statements, for callers that write several tables with one."""
    if not held:
        return []
    role = Relation.Role.OWNER.value
    ended = columns([(record, customer, role, at) for _, record, customer, at in held], 4)
    opened = columns([(customer, register, record, role, at) for register, record, customer, at in held if customer], 5)
    return [(_END_OTHERS, ended), (_OPEN, opened)]


def of_records(ids: Sequence[int]) -> list[Tie]:
    """Return the standing ties of records."""
    return [Tie(*row) for row in raw().execute(_OF.format(column="record_id"), [list(ids)]).fetchall()]


def of_customers(ids: Sequence[int]) -> list[Tie]:
    """Return the standing ties of customers."""
    return [Tie(*row) for row in raw().execute(_OF.format(column="customer_id"), [list(ids)]).fetchall()]
