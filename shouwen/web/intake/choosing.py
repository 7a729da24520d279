"""What has been chosen so far at intake, and which procedures are offered, those first that one opens most."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import QueryDict

from shouwen.cases import intake
from shouwen.cases.models import Case
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, said

LATELY: Final = timedelta(days=30)
COUNTED: Final = 500
FIRST: Final = 8  # procedures shown at once; the others open on demand


@dataclass(frozen=True, slots=True)
class State:
    """The caller and the procedure. `chosen`: a caller was chosen, or that there is none."""

    customer: int = 0
    chosen: bool = False
    procedure: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure that can be opened."""

    id: str
    text: str
    often: bool


def read(asked: QueryDict, law: Law) -> State:
    """Read the address or the form."""
    customer = asked.get("customer", "")
    procedure = asked.get("procedure", "")
    known = procedure if procedure in law.nouns and law.nouns[procedure].kind == "case" else ""
    number = int(customer) if customer.isdigit() and len(customer) < 19 else 0
    return State(number, customer.isdigit(), known, asked.get("q", "").strip()[:100])


def procedures(request: Ask, *, nobody: bool = False) -> list[Offer]:
    """Return what may be opened by hand: first what somebody opened most lately, then what callers bring, then the rest.

    `nobody`: no caller is taken down; then what needs none comes before what callers bring.
    """
    recent = Case.objects.visible_to(request.reader).filter(
        first_asked=request.me.pk, opened_at__gte=request.now - LATELY, parent=None
    )
    counts = Counter(recent.order_by("-opened_at").values_list("procedure", flat=True)[:COUNTED])
    nouns = sorted(
        intake.procedures(request.now, law_of(request)),
        key=lambda n: (not counts[n.id], brought_by_customers(n) == nobody, -counts[n.id]),
    )
    often = [n.id for n in nouns if counts[n.id] or brought_by_customers(n) != nobody][:FIRST]
    return [Offer(n.id, said(n, request.lang), n.id in often) for n in nouns]


def brought_by_customers(noun: Noun) -> bool:
    """Whether a procedure is one that a caller may bring: it names a customer, and is not about another case."""
    kinds = [(f.type.name, f.type.nouns) for f in noun.fields.values()]
    return any(kind == "customer" for kind, _ in kinds) and not any(
        kind == "case" and noun.id not in nouns for kind, nouns in kinds
    )
