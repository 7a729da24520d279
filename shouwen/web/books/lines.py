"""Entries and totals in words: amounts in the unit of their book, parties by name, what an entry arose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from shouwen.cases.models import Case
from shouwen.cases.options import Option, options_of_each
from shouwen.customers.models import Customer
from shouwen.ledger.models import Entry
from shouwen.ledger.reversing import Way, ways_back
from shouwen.ledger.summing import Total, reversals_of
from shouwen.policy.calendars import EVER
from shouwen.policy.law import Law
from shouwen.policy.nouns import Book
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, demand_law, noun_name, said

OFFERED: Final = 3  # cases by which one entry could be taken back


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody, or a whole book, comes to, in words."""

    total: Total
    name: str
    amount: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `reversed_by` and `reverses`: the entry that takes it back, or that it takes back (0: none)."""

    entry: Entry
    amount: str
    party: str
    party_url: str
    about: str
    about_url: str
    reversed_by: int
    reverses: int


@dataclass(frozen=True, slots=True)
class Back:
    """A way to take an entry back: by which clause, upon which act of which matter; `option` says whether it is open now."""

    way: Way
    noun: str
    act: str
    case: Case | None = None
    option: Option | None = None


def name_of(law: Law, book: str, lang: str) -> str:
    """The word of a book; its id when the law does not know it any more."""
    found = law.books.get(book)
    return said(found, lang) if found is not None else book


def amount_of(book: Book | None, amount: int) -> str:
    """An amount in the unit of its book."""
    sign = "−" if amount < 0 else ""
    if book is not None and book.is_money:
        return sign + moments.money(abs(amount))
    return f"{sign}{abs(amount)}{moments.unit(book.unit) if book is not None else ''}"


def accounts(request: Ask, law: Law, totals: Sequence[Total], query: str) -> list[Account]:
    """Return what parties come to, each with where its entries are."""
    names = names_of(request, [(t.party, t.party_id) for t in totals])
    found = []
    for t in totals:
        url = reverse("books:account", args=[t.book, t.party, t.party_id]) + (f"?{query}" if query else "")
        found.append(Account(t, names[t.party, t.party_id], amount_of(law.books.get(t.book), t.amount), url))
    return found


def names_of(request: Ask, parties: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return parties by name: staff in full, customers masked and only if they may be seen."""
    wanted = set(parties)
    ids = [i for party, i in wanted if party == Entry.Party.CUSTOMER]
    rows = Customer.objects.visible_to(request.reader).filter(pk__in=ids).only("name", "kind") if ids else ()
    customers = {c.pk: c.masked_name for c in rows}
    hidden = _("（不在您的查看范围内）")
    return {
        (party, i): (customers.get(i, hidden) if party == Entry.Party.CUSTOMER else people.name(request, i))
        for party, i in wanted
    }


def lines(request: Ask, law: Law, entries: Sequence[Entry]) -> list[Line]:
    """Return entries in words, looked up with few queries for all."""
    names = names_of(request, [(e.party, e.party_id) for e in entries])
    cases = Case.objects.visible_to(request.reader).in_bulk({e.case_id for e in entries if e.case_id})
    taken = reversals_of(entries)
    return [_line(request, law, e, names, cases.get(e.case_id or 0), taken.get(e.pk, 0)) for e in entries]


def _line(request: Ask, law: Law, e: Entry, names: dict[tuple[str, int], str], case: Case | None, taken: int) -> Line:
    customer = e.party == Entry.Party.CUSTOMER
    party_url = reverse("books:account", args=[e.book, e.party, e.party_id])
    if case is not None:
        about, url = (
            f"{case.title or noun_name(law, case.procedure, request.lang)} {case.number}",
            reverse("cases:page", args=[case.number]),
        )
    elif e.subject_kind == "record":
        about, url = noun_name(law, e.noun, request.lang), reverse("searching:record", args=[e.subject_id])
    else:
        about, url = noun_name(law, e.noun, request.lang) if not e.case_id else _("（不在您的查看范围内）"), ""
    name = names[e.party, e.party_id]
    return Line(
        e,
        amount_of(law.books.get(e.book), e.amount),
        name,
        party_url if name or customer else "",
        about,
        url,
        taken,
        e.reverses_id or 0,
    )


def backs(request: Ask, entry: Entry) -> list[Back]:
    """Return the ways the law of now has to take an entry back, with the matters by which that could be done."""
    law = demand_law(request)
    calendar = law.calendars.get(law.calendar) or EVER
    found = []
    for way in ways_back(law.on(calendar.business_day(request.now)), entry.book):
        if way.noun == entry.book:
            continue  # its own acts stand on its page
        words = noun_name(law, way.noun, request.lang), act_name(law.nouns.get(way.noun), way.act, request.lang)
        cases = _cases(request, entry, way)
        options = options_of_each([(c.ref, way.act) for c in cases], request.me.pk, now=request.now, proposing=False)
        found += [Back(way, *words, c, next(iter(options.get(c.pk, ())), None)) for c in cases] or [Back(way, *words)]
    return found


def _cases(request: Ask, entry: Entry, way: Way) -> list[Case]:
    """The open matters whose act would take the entry back: its own, or those that point to it."""
    rows = Case.objects.visible_to(request.reader).open().of(way.noun)
    meant: dict[str, Any] = {"fields__contains": {way.field: entry.case_id or 0}} if way.field else {"pk": entry.case_id or 0}
    return list(rows.filter(**meant).order_by("-opened_at", "-pk")[:OFFERED])
