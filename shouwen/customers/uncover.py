"""Uncovering a customer's personal data: with a reason, by grant, and each time an event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from shouwen.base.access import Reader
from shouwen.base.errors import FieldError, NotFound
from shouwen.base.reveal import reveal
from shouwen.customers.models import NOUN, Customer
from shouwen.policy.act import Ref

COVERED: Final = ("name", "phones", "addresses", "notes")


Uncovered = Mapping[str, list[str]]
Asked = Callable[[int, int, Reader, datetime], None]  # the customer, the case it is done in (0: none), by whom, when
_ASKED: list[Asked] = []


def register_asked(asked: Asked) -> None:
    """Let an app above ask, before anything is shown, what the law says of it; it raises what refuses. Called in AppConfig.ready()."""
    if asked not in _ASKED:
        _ASKED.append(asked)


@transaction.atomic
def uncover(customer: int, what: Collection[str], reader: Reader, *, reason: str, now: datetime, case: int = 0) -> Uncovered:
    """Return personal data of a customer in clear, after writing down that it was uncovered, by whom and why.

    NotFound when the reader may not see the customer, Forbidden when not uncover them, FieldError without a reason, Refused where a
    clause wants a matter and `case` is none of those.
    """
    if not reason.strip():
        raise FieldError.of("reason", "请说明查看的原因", "say why it has to be seen")
    if not what or set(what) - set(COVERED):
        raise FieldError.of("what", f"应为其中几项：{'、'.join(COVERED)}", f"should be some of: {', '.join(COVERED)}")
    found = Customer.objects.visible_to(reader).filter(pk=customer).first()
    if found is None:
        raise NotFound
    for asked in _ASKED:
        asked(customer, case, reader, now)
    reveal(reader, Ref("customer", NOUN, customer), sorted(what), reason=reason.strip(), now=now, case=case)
    clear: dict[str, list[str]] = {
        "name": [found.name],
        "phones": [p.in_full for p in found.phones.order_by("-is_main", "id")] if "phones" in what else [],
        "addresses": [a.text for a in found.addresses.order_by("id")] if "addresses" in what else [],
        "notes": [found.notes] if found.notes else [],
    }
    return {name: clear[name] for name in COVERED if name in what}
