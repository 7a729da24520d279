"""受理: before a case is opened. What we have already that may be the same matter, so that the customer never has to call twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from shouwen.base.access import Reader
from shouwen.cases.enactments import law_at
from shouwen.cases.models import Case
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun

MOST: Final = 5
LOOKED_AT: Final = 50  # newest open cases of the same customer or record that are compared
ALIKE: Final = 0.2  # share of pairs of characters in common from which two texts are about the same


@dataclass(frozen=True, slots=True)
class Similar:
    """An open case that may be the same matter: what it has in common, and how alike the texts are (0 to 1)."""

    id: int
    number: str
    title: str
    step: str
    opened_at: datetime
    responsible: int
    same_customer: bool
    same_record: bool
    alike: float


def procedures(now: datetime, law: Law | None = None) -> list[Noun]:
    """Return what may be opened by hand: first what the nearest packs have, last what those have that they build on. The law still
    says who may."""
    law = law or law_at(now)
    found = [n for n in law.nouns.values() if n.kind == "case" and "open" in n.acts] if law is not None else []
    return sorted(found, key=lambda n: -_height(n.pack, law.pack_bases)) if law is not None else []


def _height(pack: str, bases: Mapping[str, Sequence[str]], below: int = 0) -> int:
    """Return on how many packs, one upon another, a pack stands. Packs that name each other are no reason to look for ever."""
    return 1 + max((_height(b, bases, below + 1) for b in bases.get(pack, ()) if below < len(bases)), default=0)


def similar(
    procedure: str,
    reader: Reader,
    *,
    customer: int = 0,
    fields: Mapping[str, Any] | None = None,
    now: datetime,
    law: Law | None = None,
) -> list[Similar]:
    """Return open cases of the same procedure and the same customer or record, the likeliest first. `fields` are typed values.

    Only what the reader may see: a warning must not give away somebody else's matter.
    """
    law = law or law_at(now)
    noun = law.nouns.get(procedure) if law is not None else None
    if noun is None:
        return []
    records, text = _records(fields or {}, noun), text_of(fields or {}, noun)
    same = Q(pk__in=[])
    if customer:
        same |= Q(customer=customer)
    if records:
        same |= Q(records__overlap=sorted(records))
    open_ones = Case.objects.visible_to(reader).open().of(procedure).filter(same).order_by("-opened_at", "-pk")[:LOOKED_AT]
    found = [_compared(case, noun, customer, records, text) for case in open_ones]
    likely = [s for s in found if s.same_record or s.alike >= ALIKE or not text]
    return sorted(likely, key=lambda s: (s.alike, s.same_record, s.opened_at), reverse=True)[:MOST]


def _compared(case: Case, noun: Noun, customer: int, records: set[int], text: str) -> Similar:
    return Similar(
        case.pk,
        case.number,
        case.title,
        case.step,
        case.opened_at,
        case.responsible_id or 0,
        bool(customer) and case.customer_id == customer,
        not records.isdisjoint(case.records),
        likeness(text, text_of(case.fields, noun)),
    )


def likeness(one: str, other: str) -> float:
    """Return how much two texts have in common: pairs of neighbouring characters in both, of those in either.

    >>> round(likeness("厨房水管漏水", "厨房漏水了"), 2), likeness("漏水", "")
    (0.29, 0.0)
    """
    a, b = pairs(one), pairs(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring characters of a text, without signs and spaces."""
    plain = "".join(c for c in text.lower() if c.isalnum())
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _records(fields: Mapping[str, Any], noun: Noun) -> set[int]:
    return {
        v for k, f in noun.fields.items() if f.type.name == "record" for v in _each(fields.get(k)) if isinstance(v, int) and v
    }


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple | list) else (value,)


def text_of(fields: Mapping[str, Any], noun: Noun) -> str:
    """Return what the texts of a case say, without personal ones."""
    own = (f for f in noun.fields.values() if f.type.name == "text" and not f.personal and not f.type.many)
    return " ".join(str(v) for f in own if (v := fields.get(f.id)))
