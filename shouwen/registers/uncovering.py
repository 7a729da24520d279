"""Uncovering a customer only in connection with a matter, where a clause says so (`reads` with `whose`), for every door at once.

`customers.uncover` asks here before it shows anything. What is found is read without regard to who asks: that an owner lets a flat
limits everybody; the matter itself has to be one that the reader sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q

from shouwen.base.access import Reader
from shouwen.base.errors import Refused
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.cases.plain import load_fields
from shouwen.cases.reading_rights import today
from shouwen.policy.act import Act, Ref
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Ruling
from shouwen.policy.uncovering import Cover, Matter, connects, covers, ways
from shouwen.registers.models import Record

MOST: Final = 20  # matters that are offered; whoever stands in another one names it
Bearing = tuple[Cover, frozenset[int]]


def demand_matter(customer: int, case: int, reader: Reader, now: datetime) -> None:
    """Raise Refused, with the clause, where a customer is uncovered only from certain matters and `case` is none of them."""
    law = law_at(now)
    bearing = _bearing(law, customer, now)
    if law is None or not bearing:
        return
    found = Case.objects.visible_to(reader).filter(pk=case).first() if case else None
    lacking = [cover for cover, theirs in bearing if found is None or not _connects(law, cover, found, customer, theirs)]
    if lacking:
        ref = Ref("customer", "customer", customer)
        wish = Act("uncover", ref, reader.staff, now)
        raise Refused(Ruling("refused", wish, ref, tuple(cover.refusal() for cover in lacking)))


def connected(customer: int, reader: Reader, now: datetime) -> list[Case] | None:
    """Return the matters in the reader's sight from which a customer is uncovered, the newest first; None where none is needed."""
    law = law_at(now)
    bearing = _bearing(law, customer, now)
    if law is None or not bearing:
        return None
    wanted = reduce(
        or_, (q for cover, theirs in bearing for q in _pointing(law, cover, theirs)), Q(customer=customer, closed_at=None)
    )
    rows = Case.objects.visible_to(reader).filter(wanted).order_by("-opened_at", "-pk")[:MOST]
    return [c for c in rows if all(_connects(law, cover, c, customer, theirs) for cover, theirs in bearing)]


def _bearing(law: Law | None, customer: int, now: datetime) -> list[Bearing]:
    """The clauses that bear on a customer, each with the records of theirs in use that it speaks of."""
    found = []
    for cover in covers(law.on(today(law, now))) if law is not None else ():
        rows = Record.objects.filter(register=cover.register, archived_at=None, fields__contains={cover.field: customer})
        if theirs := frozenset(rows.values_list("pk", flat=True)):
            found.append((cover, theirs))
    return found


def _connects(law: Law, cover: Cover, case: Case, customer: int, theirs: frozenset[int]) -> bool:
    noun = law.nouns.get(case.procedure)
    if noun is None:
        return case.customer_id == customer and case.closed_at is None
    matter = Matter(noun, case.step, case.customer_id or 0, case.closed_at is not None, load_fields(case.fields, noun))
    return connects(cover, matter, customer, theirs)


def _pointing(law: Law, cover: Cover, theirs: frozenset[int]) -> Iterator[Q]:
    """Conditions of the cases a clause names that point to one of some records."""
    for procedure, steps in cover.matters.items():
        noun = law.nouns.get(procedure)
        for way, many in ways(noun, cover.register).items() if noun is not None else ():
            at = Q(procedure=procedure, step__in=sorted(steps)) & _open(noun, steps)
            yield from (at & Q(fields__contains=_holding(way, many, id_)) for id_ in sorted(theirs))


def _open(noun: Noun | None, steps: frozenset[str]) -> Q:
    """What stands at a step that is no end is open; said so that an index of open cases finds it."""
    return Q(closed_at=None) if noun is not None and steps.isdisjoint(noun.ends) else Q()


def _holding(way: str, many: bool, id_: int) -> dict[str, Any]:
    name, _, column = way.partition(".")
    return {name: [{column: id_}] if column else [id_] if many else id_}
