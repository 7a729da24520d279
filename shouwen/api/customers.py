"""Customers: list, read, create. Names and numbers are masked."""

from __future__ import annotations

from typing import Annotated

from django.db.models import Prefetch, Q
from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from shouwen.api.asking import asker
from shouwen.api.paging import HIGHEST_ID, LIMIT, MOST, Place, read_cursor, write_cursor
from shouwen.api.ruled import Key
from shouwen.api.shapes import CustomerIn, CustomerOut, CustomerPage, ProblemOut
from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.masks import mask_phone
from shouwen.customers.models import Customer, CustomerQuerySet, Phone
from shouwen.customers.verbs import take_in
from shouwen.customers.writing import NewAddress, NewCustomer, NewPhone

router = Router(tags=["customers"])
PROBLEMS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


def shown(customer: Customer) -> CustomerOut:
    """Return a customer as the API shows it."""
    phones = [mask_phone(p.number) for p in customer.phones.all()]
    return CustomerOut(
        id=customer.pk,
        number=customer.number,
        name=customer.masked_name,
        kind=customer.kind,
        unit=customer.unit_id,
        phones=phones,
    )


def visible(reader: Reader) -> CustomerQuerySet:
    """Return the customers a reader may see, with their numbers."""
    return Customer.objects.visible_to(reader).prefetch_related(Prefetch("phones", Phone.objects.order_by("-is_main", "id")))


@router.get("", response={200: CustomerPage, **PROBLEMS}, summary="List customers")
def list_customers(
    request: HttpRequest, limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT, cursor: Annotated[str, Query(max_length=200)] = ""
) -> CustomerPage:
    """Customers in the order of Chinese lists."""
    reader = asker(request, "limit", "cursor").reader
    rows = visible(reader).in_order()
    place = read_cursor(cursor, "customers")
    if place is not None:
        last = Customer.objects.visible_to(reader).filter(pk=place.id).first()
        if last is None:
            raise FieldError.of(
                "cursor", "翻页位置无效,请从第一页开始", "not a cursor of this list; begin at the first page", "bad_cursor"
            )
        # The first part holds for the whole: an index leads to the place by it, instead of reading everybody before it once more.
        rows = rows.filter(Q(pinyin__gte=last.pinyin) & (Q(pinyin__gt=last.pinyin) | Q(pk__gt=last.pk)))
    found = list(rows[: limit + 1])
    more = write_cursor(Place("customers", None, found[limit - 1].pk)) if len(found) > limit else ""
    return CustomerPage(items=[shown(c) for c in found[:limit]], cursor=more)


@router.post("", response={201: CustomerOut, **PROBLEMS}, summary="Create a customer")
def create_customer(request: HttpRequest, payload: CustomerIn, key: Key = "") -> Status[CustomerOut]:
    """Take a customer in. Sent again with the same Idempotency-Key, that is one customer."""
    who = asker(request)
    new = NewCustomer(
        unit=payload.unit,
        name=payload.name,
        kind=payload.kind,
        phones=tuple(NewPhone(p.number, p.label) for p in payload.phones),
        addresses=tuple(NewAddress(a) for a in payload.addresses if a),
    )
    made = take_in(new, who.reader, now=who.now, key=key)
    return Status(201, shown(visible(who.reader).get(pk=made)))


@router.get("/{customer}", response={200: CustomerOut, **PROBLEMS}, summary="Read a customer")
def read_customer(request: HttpRequest, customer: Annotated[int, Path(ge=1, le=HIGHEST_ID)]) -> CustomerOut:
    """One customer."""
    found = visible(asker(request).reader).filter(pk=customer).first()
    if found is None:
        raise NotFound
    return shown(found)
