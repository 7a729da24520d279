"""My visits: what I have been given, where and when, and the one thing to press next. Made for a hand that holds a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from shouwen.cases import dispatch
from shouwen.cases.dispatch import Naming
from shouwen.cases.models import Case, CaseQuerySet
from shouwen.cases.options import Option, options_of_each
from shouwen.policy.kinds.gates import Permits
from shouwen.policy.law import LawDay
from shouwen.policy.nouns import Noun
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of
from shouwen.web.dispatch.places import places_of
from shouwen.web.law import law_of, laws_of

MOST: Final = 40
OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Step:
    """An act that can be done now; `plain`: with one press, nothing is asked."""

    act: str
    option: Option
    plain: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: where, with whom, when it was promised, and what can be done next (the likeliest first)."""

    case: Case
    customer: str
    place: str
    at: datetime | None
    steps: Sequence[Step]


def visits(request: Ask, namings: Sequence[Naming]) -> list[Visit]:
    """Return the open cases that name whoever asks, or for whom they stand in: what is begun first, then the soonest, on hold last."""
    rows = _naming_me(request, namings)
    cases = list(rows.order_by("held", *rows.soonest_first().query.order_by)[:MOST])
    asked = options_of_each([(c.ref, "") for c in cases], request.me.pk, now=request.now)
    customers = customers_of(cases, request.reader)
    law = law_of(request)
    day = law.on(request.now.date()) if law is not None else None
    places = places_of(cases, request.reader)
    before = {n.led_to for n in namings}  # steps in which nobody has set out yet
    found = []
    for case in cases:
        noun = laws_of(request).of(case.enactment_id).nouns[case.procedure]
        steps = _next(noun, [o for o in asked.get(case.pk, ()) if o.open], day)
        at = _promised(case) if case.step in before else case.next_due
        found.append(Visit(case, customers.get(case.customer_id or 0, ""), places.get(case.pk, ""), at, steps))
    return sorted(found, key=lambda one: (one.case.held, one.case.step in before))


def waiting(request: Ask, namings: Sequence[Naming]) -> int:
    """How many visits wait for whoever asks, or for whom they stand in; those on hold wait for something else."""
    return _naming_me(request, namings).filter(held=False).count() if namings else 0


def _naming_me(request: Ask, namings: Sequence[Naming]) -> CaseQuerySet:
    kept = Q(pk__in=[])
    for n in namings:
        kept |= Q(procedure=n.noun.id, step__in=n.given, **{f"fields__{n.field}__in": sorted(request.reader.people)})
    return Case.objects.visible_to(request.reader).open().filter(kept)


def goes_out(request: Ask) -> bool:
    """Whether somebody holds only posts that dispatch names people from: their day is visits, and no calls come in to them."""
    posts = frozenset(request.reader.posts)
    return bool(posts) and posts <= {n.post for n in dispatch.namings(law_of(request), request.now)}


def _next(noun: Noun, open_ones: Sequence[Option], day: LawDay | None) -> list[Step]:
    """What the law leaves to named persons comes first, and of that what leads on; ends beside the way are left out."""
    usual = next((s for s in noun.steps if s in noun.ends), "")
    if any(o.act == "resume" for o in open_ones):
        return [Step(o.act, o, False) for o in open_ones if o.act == "resume"]
    own = [o for o in open_ones if not o.built_in and (noun.acts[o.act].to not in noun.ends or noun.acts[o.act].to == usual)]
    own.sort(key=lambda o: (not _reserved(noun, o.act, day), not noun.acts[o.act].to))
    return [Step(o.act, o, not (o.fields or o.proofs or o.ticks)) for o in own[:OFFERED]]


def _reserved(noun: Noun, act: str, day: LawDay | None) -> bool:
    """Whether a clause names who alone does an act: where it is open to somebody, it is theirs to do."""
    return day is not None and any(isinstance(r.kind, Permits) for r in day.plan(noun.id, act).gates)


def _promised(case: Case) -> datetime | None:
    """When the visit was promised to the customer."""
    text = case.fields.get("visit_at")
    return timezone.localtime(datetime.fromisoformat(text)) if isinstance(text, str) and text else case.next_due
