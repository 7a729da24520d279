"""账簿: the books, the balances of one, the entries of one balance, one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.masks import mask_text
from shouwen.base.reveal import export as write_export
from shouwen.base.search import BadCursor
from shouwen.ledger import summing
from shouwen.ledger.balances import Period, opened
from shouwen.ledger.models import Entry
from shouwen.policy.law import Law
from shouwen.policy.nouns import Book
from shouwen.web import moments, people
from shouwen.web.asking import Ask
from shouwen.web.books.acting import state_of
from shouwen.web.books.lines import Account, Line, accounts, amount_of, backs, lines, name_of, names_of
from shouwen.web.cases.assembly import Assembly
from shouwen.web.cases.listing import read_day
from shouwen.web.cases.slots import acts_at
from shouwen.web.law import cited, demand_law, step_name
from shouwen.web.lists.files import CHUNK, as_file, local
from shouwen.web.paging import PAGE, cut, read_number_cursor, write_cursor
from shouwen.web.registers.frame import tabs
from shouwen.web.render import render_page, render_part
from shouwen.web.rounds.due import midnight
from shouwen.web.sheets import Cell, amount, yuan

PARTIES = ("staff", "customer")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days are added up, both included; None is open."""

    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, typed: QueryDict) -> Asked:
        """Read the address; what is no day is as if it were not there."""
        return cls(read_day(typed.get("since", "")), read_day(typed.get("until", "")))

    @property
    def period(self) -> Period:
        """The same as moments."""
        since = midnight(self.since) if self.since else None
        return Period(since, midnight(self.until + timedelta(days=1)) if self.until else None)

    @property
    def query(self) -> str:
        """The same as it stands in an address."""
        return urlencode({n: v.isoformat() for n, v in (("since", self.since), ("until", self.until)) if v})


@require_safe
def home(request: Ask) -> HttpResponse:
    """Every book of the law, and what it comes to in the reader's sight."""
    law, asked = demand_law(request), Asked.read(request.GET)
    totals = {t.book: t for t in summing.of_books(request.reader, asked.period)}
    books = [*law.books, *(b for b in totals if b not in law.books)]
    shown = [
        (b, name_of(law, b, request.lang), totals.get(b), amount_of(law.books.get(b), t.amount if (t := totals.get(b)) else 0))
        for b in books
    ]
    shown.sort(key=lambda row: row[2] is None)
    context = {"title": pgettext("many", "账簿"), "tabs": tabs("books"), "asked": asked, "books": shown}
    return render_page(request, "books/home.html", context)


@require_safe
def balances(request: Ask, book: str) -> HttpResponse:
    """What each person or customer comes to in one book, the largest first."""
    law, asked = demand_law(request), Asked.read(request.GET)
    _demand_book(request, book)
    kinds, party = _party(request, book, asked)
    cursor = read_number_cursor(request.GET.get("after", ""))
    place = summing.Place(*cursor) if cursor is not None else None
    found, more = cut(summing.of_parties(book, party, request.reader, asked.period, place, PAGE + 1))
    context = {
        "title": name_of(law, book, request.lang), "tabs": tabs("books"), "book": book, "asked": asked, "party": party,
        "parties": [(p, _("员工") if p == "staff" else _("客户"), kinds.get(p, 0)) for p in PARTIES],
        "accounts": accounts(request, law, found, asked.query), "paged": place is not None,
        "after": write_cursor(found[-1].amount, found[-1].party_id) if more else "",
        "file_at": reverse("books:export", args=[book]) if request.reader.may("export", "entry") else "",
    }  # fmt: skip
    return render_part(request, "books/_balances.html", context, page="books/book.html")


def _party(request: Ask, book: str, asked: Asked) -> tuple[Mapping[str, int], str]:
    """How many accounts there are of each kind of party, and the kind asked for; else the first that has any."""
    kinds = summing.of_kinds(book, request.reader, asked.period)
    party = request.GET.get("party", "")
    return kinds, party if party in PARTIES else next(iter(kinds), "staff")


def _demand_book(request: Ask, book: str) -> None:
    """Raise Http404 for what neither the law nor an entry in sight knows as a book."""
    if book not in demand_law(request).books and not Entry.objects.visible_to(request.reader).filter(book=book).exists():
        raise Http404


@require_safe
def account(request: Ask, book: str, party: str, pk: int) -> HttpResponse:
    """The entries behind one balance, the newest first."""
    law, asked = demand_law(request), Asked.read(request.GET)
    if party not in PARTIES:
        raise Http404
    total = summing.of_party(book, party, pk, request.reader, asked.period)
    after = _last(request, request.GET.get("after", ""))
    if not total.entries and not total.reversals and after is None and book not in law.books:
        raise Http404
    entries = opened(book, party, pk, request.reader, asked.period, after)
    name = names_of(request, [(party, pk)])[party, pk]
    context = {
        "title": f"{name_of(law, book, request.lang)} {name}", "tabs": tabs("books"), "book": book, "party": party, "pk": pk,
        "book_name": name_of(law, book, request.lang), "name": name, "asked": asked, "total": total,
        "amount": amount_of(law.books.get(book), total.amount), "lines": lines(request, law, entries), "paged": after is not None,
        "after": entries[-1].pk if len(entries) == PAGE else "", "presets": _presets(request),
        "file_at": reverse("books:account_export", args=[book, party, pk]) if request.reader.may("export", "entry") else "",
    }  # fmt: skip
    return render_part(request, "books/_entries.html", context, page="books/account.html")


def _last(request: Ask, text: str) -> Entry | None:
    """The entry the page before ended with. Raises BadCursor for what is none, or out of sight."""
    if not text:
        return None
    found = Entry.objects.visible_to(request.reader).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if found is None:
        raise BadCursor
    return found


def _presets(request: Ask) -> list[tuple[str, str]]:
    """Periods that are often asked for: their words, and their query."""
    today = timezone.localdate(request.now)
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    return [(_("全部"), ""), (_("本月"), Asked(month).query), (_("今年"), Asked(year).query)]


@require_safe
def entry(request: Ask, pk: int) -> HttpResponse:
    """One entry: clause, matter, who made it, and what took it back or could."""
    law = demand_law(request)
    found = get_object_or_404(Entry.objects.visible_to(request.reader).select_related("reversal", "state"), pk=pk)
    line = lines(request, law, [found])[0]
    standing = not line.reversed_by and not line.reverses
    context: dict[str, Any] = {
        "title": f"{name_of(law, found.book, request.lang)} {line.amount}", "tabs": tabs("books"), "line": line, "entry": found,
        "book_name": name_of(law, found.book, request.lang), "standing": standing,
        "backs": backs(request, found) if standing else [], "now": request.now, **_stands(request, found),
    }  # fmt: skip
    return render_page(request, "books/entry.html", context)


def _stands(request: Ask, found: Entry) -> dict[str, Any]:
    """Where an entry stands, what can be done with it and what was; nothing for one of a book without steps."""
    state = state_of(found)
    if state is None or state.book not in demand_law(request).nouns:
        return {}
    seen = Assembly.of(request, state)
    entries, _fields, earlier = seen.told()
    return {
        "case": state, "acts": seen.acts(), "acts_at": acts_at(state), "consents": seen.consents(), "todos": seen.todos(),
        "promises": seen.promises(), "entries": entries, "earlier": earlier, "step": step_name(seen.noun, state.step, request.lang),
        "story_at": reverse("books:story", args=[found.pk]),
    }  # fmt: skip


@require_safe
def story(request: Ask, pk: int) -> HttpResponse:
    """An earlier part of what happened to an entry."""
    found = get_object_or_404(Entry.objects.visible_to(request.reader).select_related("state"), pk=pk)
    state, before = state_of(found), request.GET.get("before", "")
    if state is None:
        raise Http404
    entries, _fields, earlier = Assembly.of(request, state).told(int(before) if before.isdecimal() and len(before) < 19 else None)
    context = {"title": str(pk), "entries": entries, "earlier": earlier, "story_at": reverse("books:story", args=[pk])}
    return render_part(request, "cases/_story_part.html", context)


@require_safe
def export(request: Ask, book: str) -> HttpResponseBase:
    """The balances of a book as a file, customers masked."""
    demand(request.reader, "export", "entry")
    law, asked = demand_law(request), Asked.read(request.GET)
    _demand_book(request, book)
    _kinds, party = _party(request, book, asked)
    told = {"party": party, "since": str(asked.since or ""), "until": str(asked.until or "")}
    write_export(request.reader, book, kind="entry", now=request.now, what={n: v for n, v in told.items() if v})

    def part(after: str) -> tuple[list[list[Cell]], str]:
        cursor = read_number_cursor(after)
        place = summing.Place(*cursor) if cursor is not None else None
        found, more = cut(summing.of_parties(book, party, request.reader, asked.period, place, CHUNK + 1), CHUNK)
        rows = [_cells(law.books.get(book), a) for a in accounts(request, law, found, "")]
        return rows, write_cursor(found[-1].amount, found[-1].party_id) if more else ""

    heads = [_("员工") if party == "staff" else _("客户"), _("合计"), _("记账笔数"), _("冲销笔数"), _("最近一笔")]
    return as_file(request, name_of(law, book, request.lang), heads, part)


@require_safe
def export_entries(request: Ask, book: str, party: str, pk: int) -> HttpResponseBase:
    """The entries behind one balance as a file; written down as an export before, of whom by their id."""
    demand(request.reader, "export", "entry")
    law, asked = demand_law(request), Asked.read(request.GET)
    _demand_book(request, book)
    if party not in PARTIES:
        raise Http404
    told = {"party": party, "id": pk, "since": str(asked.since or ""), "until": str(asked.until or "")}
    write_export(request.reader, book, kind="entry", now=request.now, what={n: v for n, v in told.items() if v})

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found = opened(book, party, pk, request.reader, asked.period, _last(request, after))
        rows = [_entry_cells(request, law, line) for line in lines(request, law, found)]
        return rows, str(found[-1].pk) if len(found) == PAGE else ""

    heads = [_("时间"), _("数额"), _("条款"), _("事项"), _("经手人"), _("冲销")]
    return as_file(request, name_of(law, book, request.lang), heads, part)


def _entry_cells(request: Ask, law: Law, line: Line) -> list[Cell]:
    e, (title, _blank, number) = line.entry, line.about.rpartition(" ")  # the number of a matter looks like that of a telephone
    clause = cited(law, e.clause, request.lang).long if e.clause else ""
    void = _("已冲销") if line.reversed_by else _("冲销") if line.reverses else ""
    return [
        local(e.at),
        _money(law.books.get(e.book), e.amount),
        clause,
        f"{mask_text(title)} {number}".strip(),
        people.name(request, e.actor_id),
        void,
    ]


def _money(book: Book | None, of: int) -> Cell:
    return yuan(of) if book is not None and book.is_money else amount(of, moments.unit(book.unit) if book else "")


def _cells(book: Book | None, a: Account) -> list[Cell]:
    return [a.name, _money(book, a.total.amount), a.total.entries, a.total.reversals, local(a.total.last)]
