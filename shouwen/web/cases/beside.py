"""What stands beside a case: the customer's card, other cases it hangs together with, files. Fetched after the page itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from shouwen.base.models import Attachment
from shouwen.cases.models import Case, CaseLink
from shouwen.customers.models import Customer, Phone
from shouwen.web.asking import Ask

MATTERS = 5


@dataclass(frozen=True, slots=True)
class Tie:
    """Another case, and how it hangs together with this one."""

    how: str
    case: Case


@dataclass(frozen=True, slots=True)
class Card:
    """A customer as shown to whoever works for them: masked, with their open matters."""

    customer: Customer
    matters: list[Case]


def card(request: Ask, customer: int | None, without: int = 0) -> Card | None:
    """Return the card of a customer; None when there is none to be seen."""
    if not customer:
        return None
    phones = Prefetch("phones", Phone.objects.order_by("-is_main", "pk"))
    found = Customer.objects.visible_to(request.reader).prefetch_related(phones, "addresses").filter(pk=customer).first()
    if found is None:
        return None
    matters = (
        Case.objects.visible_to(request.reader).open().filter(customer=found).exclude(pk=without).order_by("-opened_at")[:MATTERS]
    )
    return Card(found, list(matters))


def ties(request: Ask, case: Case) -> list[Tie]:
    """Return the cases it came from, that came from it, and that somebody linked it to."""
    links = CaseLink.objects.filter(Q(case=case) | Q(other=case)).values_list("case_id", "other_id", "how")
    linked = {(other if one == case.pk else one): how for one, other, how in links}
    wanted = Q(pk__in=linked) | Q(parent=case) | Q(merged_into=case) | Q(pk=case.parent_id)
    found = Case.objects.visible_to(request.reader).filter(wanted).order_by("opened_at")
    return [
        Tie(linked.get(c.pk) or ("parent" if c.pk == case.parent_id else "child" if c.parent_id == case.pk else "merged"), c)
        for c in found
    ]


def files(request: Ask, case: Case) -> list[Attachment]:
    """Return the files of a case, newest first."""
    return list(Attachment.objects.visible_to(request.reader).filter(case_id=case.pk).order_by("-pk"))
