"""The calls to be made: what each is about, how often it was tried and why it failed, and when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from shouwen.cases.models import Case, CaseQuerySet
from shouwen.customers.models import Customer
from shouwen.policy.law import Law
from shouwen.policy.nouns import Calls, Noun
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import page as page_of
from shouwen.web.law import laws_of
from shouwen.web.values import Lookups, Showing

VIEWS: Final = ("today", "open", "done")
SHOWN: Final = 30


def procedure_of(law: Law) -> Noun | None:
    """Return the procedure whose cases are calls to be made, as the packs say; None where there is none."""
    return next((n for n in law.nouns.values() if n.calls is not None), None)


def _how(noun: Noun) -> Calls:
    assert noun.calls is not None, "only procedures of calls are shown here"
    return noun.calls


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page is narrowed to; each is a parameter of the address."""

    view: str = "today"
    kind: str = ""
    unit: str = ""

    @classmethod
    def read(cls, typed: QueryDict, noun: Noun) -> Filters:
        """Read the address; what is not understood is as if it were not there."""
        view, kind, unit = (typed.get(name, "") for name in ("view", "kind", "unit"))
        shape = noun.fields.get(_how(noun).kind)
        known = shape is not None and kind in shape.type.choices
        return cls(view if view in VIEWS else "today", kind if known else "", unit if unit.isdecimal() and len(unit) < 19 else "")

    @property
    def told(self) -> Mapping[str, str]:
        """What an event says of an export: which filters."""
        return {n: v for n, v in (("view", self.view), ("kind", self.kind), ("unit", self.unit)) if v}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whom (masked), about which matter and who did it, the tries so far, and the words of its kind and outcome."""

    case: Case
    customer: str
    phone: str
    about: Case | None
    did: str
    kind: str
    tries: int
    tried_at: datetime | None
    why: str
    next_try: datetime | None
    outcome: str


def calls(request: Ask, filters: Filters, noun: Noun, after: str, limit: int = SHOWN) -> tuple[list[Call], str]:
    """Return the calls that filters keep, the soonest due first (those done: the newest first), and the cursor of the next page."""
    rows = Case.objects.visible_to(request.reader).of(noun.id)
    rows = rows.filter(**{f"fields__{_how(noun).kind}": filters.kind}) if filters.kind else rows
    rows = rows.filter(unit_id=int(filters.unit)) if filters.unit else rows
    cases, more = page_of(
        _in_view(rows, filters.view, noun.start, request.now), "opened" if filters.view == "done" else "due", after, limit
    )
    asked = {c.pk: _about(noun, c) for c in cases}
    matters = Case.objects.visible_to(request.reader).in_bulk({pk for pk in asked.values() if pk})
    wanted = {c.customer_id for c in cases if c.customer_id}
    customers = Customer.objects.visible_to(request.reader).prefetch_related("phones").in_bulk(wanted)
    found = [_call(request, noun, c, customers.get(c.customer_id or 0), matters.get(asked[c.pk])) for c in cases]
    if filters.view != "done":
        found.sort(key=lambda one: one.next_try is not None and one.next_try > request.now)
    return found, more


def _in_view(rows: CaseQuerySet, view: str, to_call: str, now: datetime) -> CaseQuerySet:
    if view == "done":
        return rows.exclude(step=to_call).exclude(step="")
    waiting = rows.open().filter(step=to_call)
    if view == "open":
        return waiting
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return waiting.filter(Q(next_due__lt=tomorrow) | Q(next_due=None))


def _call(request: Ask, noun: Noun, case: Case, customer: Customer | None, about: Case | None) -> Call:
    how = _how(noun)
    missed = case.marks.get(how.missed)
    showing = Showing(request, request.lang, Lookups())
    phones = list(customer.phones.all()) if customer is not None else []
    main = next((p for p in phones if p.is_main), next(iter(phones), None))
    return Call(
        case,
        customer.masked_name if customer is not None else "",
        str(main) if main is not None else "",
        about,
        _did(request, about),
        _said(showing, noun, case, how.kind),
        missed[0] if missed else 0,
        datetime.fromisoformat(missed[2]) if missed else None,
        _said(showing, noun, case, how.why),
        _moment(case.fields, how.again),
        _said(showing, noun, case, how.outcome),
    )


def _about(noun: Noun, case: Case) -> int:
    """The matter that is asked about: what opened the call, else what it names."""
    named = (case.fields.get(n) for n, f in noun.fields.items() if f.type.name == "case")
    return case.parent_id or next((pk for pk in named if isinstance(pk, int)), 0)


def _did(request: Ask, about: Case | None) -> str:
    """Who did what is asked about: whoever is named on it, else whoever answers for it."""
    if about is None:
        return ""
    noun = laws_of(request).of(about.enactment_id).nouns.get(about.procedure)
    named = (
        next((n for n, f in noun.fields.items() if f.type.name == "staff" and about.fields.get(n)), "")
        if noun is not None
        else ""
    )
    who: Any = about.fields.get(named) if named else about.responsible_id
    return people.names(request, who) if isinstance(who, list) else people.name(request, who)


def _said(showing: Showing, noun: Noun, case: Case, field: str) -> str:
    shape = noun.fields.get(field)
    return showing.text(shape.type, case.fields.get(field)) if shape is not None else ""


def _moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    text = fields.get(name)
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
