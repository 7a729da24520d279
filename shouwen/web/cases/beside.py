"""What stands beside a case: the customer's card, other cases it hangs together with, files. Fetched after the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, Q

from shouwen.base.access import said_of_reading
from shouwen.base.journal import ACT
from shouwen.base.models import Attachment, Event, Notice
from shouwen.cases.models import Case, CaseLink
from shouwen.customers.models import Customer, Phone
from shouwen.policy.reading_rights import giving
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import laws_of

MATTERS = 5
RECENT: Final = 12  # of a customer's cases that are looked at, ended ones too
BESIDE: Final = 100  # tied cases, and files, that are listed
WORDS = 3
LONG = 90  # letters of one word that are shown


@dataclass(frozen=True, slots=True)
class Tie:
    """Another case, and how it hangs together with this one."""

    how: str
    case: Case


@dataclass(frozen=True, slots=True)
class Word:
    """What was last written about a customer: when, by whom, in which case."""

    at: datetime
    who: int
    text: str
    case: Case


@dataclass(frozen=True, slots=True)
class Card:
    """A customer as shown to whoever works for them: masked, with their open matters."""

    customer: Customer
    matters: Sequence[Case]
    words: Sequence[Word] = ()


def card(request: Ask, customer: int | None, without: int = 0) -> Card | None:
    """Return the card of a customer; None when there is none to be seen."""
    if not customer:
        return None
    phones = Prefetch("phones", Phone.objects.order_by("-is_main", "pk"))
    found = Customer.objects.visible_to(request.reader).prefetch_related(phones, "addresses").filter(pk=customer).first()
    if found is None:
        return None
    cases = list(
        Case.objects.visible_to(request.reader).filter(customer=found).exclude(pk=without).order_by("-opened_at")[:RECENT]
    )
    return Card(found, [c for c in cases if c.is_open][:MATTERS], last_words(request, cases))


def last_words(request: Ask, cases: Sequence[Case]) -> list[Word]:
    """Return what was last written in some cases, in whatever text of theirs that is not personal; the newest first."""
    by_id = {c.pk: c for c in cases}
    if not by_id:
        return []
    events = Event.objects.visible_to(request.reader).filter(case_id__in=by_id, kind=ACT).exclude(act="open").order_by("-seq")
    found = []
    for event in events[: WORDS * 4]:
        case = by_id[event.case_id or 0]
        noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
        shape = noun.acts.get(event.act) if noun is not None else None
        shapes = {**noun.fields, **(shape.fields if shape is not None else {})} if noun is not None else {}
        said = (
            str(v)
            for n, v in event.data.get("brought", {}).items()
            if n in shapes and shapes[n].type.name == "text" and not shapes[n].personal
        )
        if text := " ".join(filter(None, said)):
            found.append(Word(event.at, event.actor_id, text[:LONG], case))
    return found[:WORDS]


def ties(request: Ask, case: Case) -> list[Tie]:
    """Return the cases it came from, that came from it, and that somebody linked it to: the last ones of a storm's hundreds."""
    links = CaseLink.objects.filter(Q(case=case) | Q(other=case)).values_list("case_id", "other_id", "how")
    linked = {(other if one == case.pk else one): how for one, other, how in links}
    wanted = Q(pk__in=linked) | Q(parent=case) | Q(merged_into=case) | Q(pk=case.parent_id)
    found = reversed(Case.objects.visible_to(request.reader).filter(wanted).order_by("-opened_at", "-pk")[:BESIDE])
    return [
        Tie(linked.get(c.pk) or ("parent" if c.pk == case.parent_id else "child" if c.parent_id == case.pk else "merged"), c)
        for c in found
    ]


def unconfirmed(request: Ask, case: Case) -> dict[str, str]:
    """Return who was told something of a case (in sight already) and has not confirmed it: the clause, and names in its order."""
    found: dict[str, list[int]] = {}
    for clause, staff in Notice.objects.still_to_confirm(case.pk).values_list("clause", "staff_id")[:BESIDE]:
        found.setdefault(clause, []).append(staff or 0)
    return {clause: people.names(request, dict.fromkeys(who)) for clause, who in found.items()}


def files(request: Ask, case: Case) -> list[Attachment]:
    """Return the last files of a case, newest first."""
    return list(Attachment.objects.visible_to(request.reader).filter(case_id=case.pk).order_by("-pk")[:BESIDE])


def read_by(request: Ask, case: Case) -> str:
    """Return the clause by which the reader sees a case that is of no unit open to them and not in their hands; "" otherwise."""
    who = request.reader
    mine = not who.people.isdisjoint({case.responsible_id or 0, case.first_asked_id or 0})
    if mine or who.units is None or (case.unit_id or 0) in who.units:
        return ""
    said = said_of_reading(request.now, request.org.version)
    return next((r.cite.clause for r in giving(said, case.procedure, who.posts | who.takes)), "")
