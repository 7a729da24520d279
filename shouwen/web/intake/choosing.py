"""What has been chosen so far at intake, and which procedures are offered, always in the same places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from shouwen.base.pinyin import initials, syllables
from shouwen.cases import intake
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law, said

FIRST: Final = 8  # procedures shown at once; the others open on demand


@dataclass(frozen=True, slots=True)
class State:
    """The caller and the procedure. `chosen`: a caller was chosen, or that there is none."""

    customer: int = 0
    chosen: bool = False
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure that can be opened. `words`: what it is found by, its name as written and as spelled."""

    id: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The other procedures of one regulation. `inner`: none of them is what a caller brings."""

    title: str
    offers: Sequence[Offer]
    inner: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be opened by hand: in the first places always the same, in the same order; the others by regulation."""

    first: Sequence[Offer]
    shelves: Sequence[Shelf]

    def text(self, procedure: str) -> str:
        """What a procedure that is not among the first is called; "" for one of these."""
        return next((o.text for shelf in self.shelves for o in shelf.offers if o.id == procedure), "")


def read(asked: QueryDict, law: Law) -> State:
    """Read the address or the form."""
    customer = asked.get("customer", "")
    procedure = asked.get("procedure", "")
    known = procedure if procedure in law.nouns and law.nouns[procedure].kind == "case" else ""
    number = int(customer) if customer.isdecimal() and len(customer) < 19 else 0
    return State(number, customer.isdecimal(), known)


def procedures(request: Ask, *, nobody: bool = False) -> Offers:
    """Return what may be opened by hand. The first places do not change with what is busy: a hand learns where they are.

    First what the company has put first, then what nobody's calendar opens, in the order of the packs. `nobody`: no caller is
    taken down; then what needs none takes the first places, else what callers bring.
    """
    law = demand_law(request)
    nouns = intake.procedures(request.now, law)
    by_calendar, firmly = _by_calendar(law, request), law.company.intake
    fitting = [n for n in nouns if brought_by_customers(n) != nobody]
    fitting.sort(key=lambda n: (firmly.index(n.id) if n.id in firmly else len(firmly), n.id in by_calendar))
    first = fitting[:FIRST]
    return Offers([_offer(n, request) for n in first], _shelves([n for n in nouns if n not in first], law, request))


def _shelves(nouns: Sequence[Noun], law: Law, request: Ask) -> list[Shelf]:
    """The procedures by regulation and by who brings them, what callers bring first."""
    kept: dict[tuple[bool, str], list[Noun]] = {}
    for noun in nouns:
        kept.setdefault((not brought_by_customers(noun), f"{noun.pack}/{noun.regulation}"), []).append(noun)
    found = sorted(kept.items(), key=lambda pair: pair[0][0])
    return [
        Shelf(said(law.regulations[name], request.lang), [_offer(n, request) for n in of], inner) for (inner, name), of in found
    ]


def _offer(noun: Noun, request: Ask) -> Offer:
    text, spelled = said(noun, request.lang), syllables(noun.zh)
    return Offer(noun.id, text, f"{text} {noun.zh} {''.join(spelled)} {initials(spelled)}".lower())


def _by_calendar(law: Law, request: Ask) -> frozenset[str]:
    """What rounds open by themselves: seldom opened by hand."""
    rules = (r for c in law.on(request.now.date()).clauses.values() for r in c.rules.values())
    return frozenset(r.kind.procedure for r in rules if isinstance(r.kind, Schedules))


def brought_by_customers(noun: Noun) -> bool:
    """Whether a procedure is one that a caller may bring: it names a customer, and is not about another case."""
    kinds = [(f.type.name, f.type.nouns) for f in noun.fields.values()]
    return any(kind == "customer" for kind, _ in kinds) and not any(
        kind == "case" and noun.id not in nouns for kind, nouns in kinds
    )
