"""Taking customers in and changing them, for every door: who may is asked here, below the faces, and a key makes a retry harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from shouwen.base import repeats
from shouwen.base.access import Reader, demand, units_in_sight
from shouwen.base.errors import Complaint, FieldError, NotFound
from shouwen.base.repeats import Claim
from shouwen.customers.models import Customer
from shouwen.customers.writing import Change, NewCustomer, change_customers, create_customers

KIND = "customer"


@transaction.atomic
def take_in(row: NewCustomer, reader: Reader, *, now: datetime, key: str = "") -> int:
    """Take a customer in and return the id; with a key that was used before, the id of that time.

    Raises Forbidden, FieldError (a unit that is not the reader's, a house they may not see), KeyReused.
    """
    demand(reader, "write", KIND)
    _demand_units(reader, [row.unit])
    _demand_homes(reader, [h.record for h in row.homes])
    if not key:
        return create_customers([row], by=reader.staff, at=now, now=now)[0]
    owned = (reader.staff, key)
    known = repeats.claim([Claim(*owned, repeats.digest(_request(row)))], now=now)
    if owned in known:
        return int(known[owned])
    made = create_customers([row], by=reader.staff, at=now, now=now)[0]
    repeats.remember({owned: made})
    return made


@transaction.atomic
def change(wanted: Sequence[Change], reader: Reader, *, now: datetime) -> None:
    """Change customers. Whoever changes one sees it whole, so that takes the right to uncover, too.

    Raises Forbidden, NotFound for one the reader may not see, FieldError, ChangedMeanwhile for one that is not as it was seen.
    """
    demand(reader, "write", KIND)
    demand(reader, "reveal", KIND)
    ids = {c.id for c in wanted}
    if Customer.objects.visible_to(reader).filter(pk__in=ids).count() < len(ids):
        raise NotFound
    _demand_units(reader, [c.values["unit"] for c in wanted if "unit" in c.values])
    change_customers(wanted, by=reader.staff, at=now, now=now)


def _demand_units(reader: Reader, units: Sequence[int]) -> None:
    if reader.units is not None and not reader.units.issuperset(units):
        raise FieldError(
            [Complaint("unit", "没有这个单位,或不在您的范围内", "there is no such unit, or it is not yours", "unknown")]
        )


def _demand_homes(reader: Reader, records: Sequence[int]) -> None:
    if records and not set(records) <= units_in_sight({"record": set(records)}, reader)["record"].keys():
        raise FieldError([Complaint("home", "没有找到这处房屋", "there is no such house", "unknown")])


def _request(row: NewCustomer) -> dict[str, Any]:
    """What one and the same request is told by. Only a digest of it is kept."""
    phones, addresses = [[p.text, p.label] for p in row.phones], [a.text for a in row.addresses]
    told = {n: getattr(row, n) for n in ("unit", "name", "kind", "class_code", "level", "language", "notes", "fields")}
    homes = {"homes": [[h.record, h.role] for h in row.homes]} if row.homes else {}
    return {"verb": "take_in", **told, "phones": phones, "addresses": addresses, **homes}
