"""The page of one record: the law's view of it, who has it, the matters about it, the rounds that come to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from shouwen.cases.coming import Coming, coming
from shouwen.cases.models import Case
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field
from shouwen.registers.models import Record
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import Assembly
from shouwen.web.cases.listing import customers_of
from shouwen.web.cases.slots import acts_at
from shouwen.web.law import cited, noun_name, said, step_name
from shouwen.web.papers import links
from shouwen.web.registers.frame import tabs
from shouwen.web.registers.listing import key_of, showing_of
from shouwen.web.values import Showing, Shown

HOLDING: Final = ("customer", "staff")  # fields that say who has a thing
MATTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has the record, as what, and since when (None: that was not kept)."""

    label: str
    shown: Shown
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A round that comes to the record: what is opened by which clause, when, and when it falls due."""

    clause: str
    text: str
    procedure: str
    at: datetime
    due_at: datetime | None
    who: str


def context_of(request: Ask, record: Record) -> dict[str, Any]:
    """What the page of a record is rendered from."""
    found = Assembly.of(request, record)
    entries, fields, earlier = found.told()
    showing = showing_of(request, found.noun, [record.fields])
    matters = list(Case.objects.visible_to(request.reader).about(record.pk).order_by("-opened_at", "-pk")[: MATTERS + 1])
    return {
        "title": key_of(record, found.noun, showing).text, "tabs": tabs("registers"), "record": record, "case": record,
        "noun": found.noun, "name": said(found.noun, request.lang), "key": key_of(record, found.noun, showing),
        "acts_at": acts_at(record), "acts": found.acts(), "consents": found.consents(), "todos": found.todos(),
        "promises": found.promises(), "entries": entries, "fields": fields, "earlier": earlier,
        "story_at": reverse("registers:story", args=[record.register, record.pk]), "step": step_name(found.noun, record.step, request.lang),
        "step_since": _stands_since(found), "holders": _holders(found, record, showing),
        "related": _related(request, found.law, record),
        "open_matters": [m for m in matters if m.is_open], "more_matters": len(matters) > MATTERS,
        "ended": sum(1 for m in matters if not m.is_open), "matter_customers": customers_of(matters, request.reader),
        "papers": links.of_one(found.law, record.register, "record", record.pk, request.lang),
        "dues": _dues(found, coming(found.book, found.living, found.law, now=request.now)),
        "now": request.now,
    }  # fmt: skip


def _related(request: Ask, law: Law, record: Record) -> list[tuple[str, Record]]:
    """Return what other registers keep that points to it: the keys of a house, the flat to let it is. Each with its register's word."""
    pointing = [
        Q(register=noun.id, fields__contains={shape.id: record.pk})
        for noun in law.nouns.values()
        for shape in (noun.fields.values() if noun.kind == "record" else ())
        if shape.type.name == "record" and not shape.type.many and record.register in shape.type.nouns
    ]
    if not pointing:
        return []
    rows = Record.objects.visible_to(request.reader).filter(reduce(or_, pointing), archived_at=None)
    return [(noun_name(law, r.register, request.lang), r) for r in rows.order_by("register", "key")[:MATTERS]]


def _stands_since(found: Assembly) -> datetime | None:
    """Since when it stands in its state: the last act that leads there, else its opening."""
    step = found.living.step
    came = [m.last for a in found.noun.acts.values() if a.to == step and (m := found.living.marks.get(a.id)) is not None]
    return max(came, default=found.living.opened_at) if step else None


def _holders(found: Assembly, record: Record, showing: Showing) -> list[Holder]:
    """Who has it: the customers and members of staff its fields name."""
    shapes = [f for f in found.noun.fields.values() if f.type.name in HOLDING and record.fields.get(f.id)]
    return [Holder(said(f, found.lang), showing.field(f, record.fields[f.id]), _changed(found, f)) for f in shapes]


def _changed(found: Assembly, shape: Field) -> datetime | None:
    mark = found.living.marks.get(f"changed:{shape.id}")
    return mark.last if mark is not None else found.living.opened_at


def _dues(found: Assembly, rounds: Sequence[Coming]) -> list[Due]:
    return [
        Due(
            c.clause, cited(found.law, c.clause, found.lang).text, noun_name(found.law, c.procedure, found.lang), c.at, c.due_at,
            people.names(found.request, c.who),
        )
        for c in rounds
    ]  # fmt: skip
