"""Totals of accounts and books: always what the entries come to, however far they have been added up."""

from __future__ import annotations

import pytest
from django.db import connection

from shouwen.base.access import Reader
from shouwen.ledger import summing, totalling
from shouwen.ledger.balances import EVER, Period
from shouwen.ledger.models import AccountTotal, Entry, FreshEntry
from shouwen.ledger.posting import post_entries, void_entries
from shouwen.ledger.summing import Place, Total
from tests.ledger.test_ledger import ALL, HOUR, row
from tests.world import NOW

pytestmark = pytest.mark.django_db

ALWAYS = Period(NOW - 1000 * HOUR, None)  # a period is added up from its entries
SITE = Reader(staff=98, units=frozenset({7}), people=frozenset({98}))
SITES = Reader(staff=98, units=frozenset({7, 8}), people=frozenset({98}))


def some_entries() -> None:
    made = post_entries(
        [row("a", 5), row("b", 3, who=51), row("c", 9, who=52, unit=8), row("d", 4, unit=8), row("e", 100, book="fine")]
    )
    void_entries(made[:1], actor=1, cite=None, at=NOW, now=NOW)
    post_entries([row("f", 7, who=98, unit=9), row("g", 2, who=97, unit=9), row("h", 1, party="customer", who=60, unit=0)])


def everything_said(reader: Reader, period: Period) -> tuple[object, ...]:
    """All totals of a reader; what is counted of them, and each page of one."""
    pages, place = list[Total](), None
    while part := summing.of_parties("points", "staff", reader, period, place, 1):
        pages, place = [*pages, *part], Place(part[-1].amount, part[-1].party_id)
    one = [summing.of_party("points", "staff", who, reader, period) for who in (50, 52, 97, 98, 99)]
    books = sorted(summing.of_books(reader, period), key=lambda t: t.book)
    return books, summing.of_kinds("points", reader, period), pages, one


@pytest.mark.parametrize("reader", [ALL, SITE, SITES], ids=["everything", "one site", "two sites"])
def test_totals_are_those_of_the_entries_however_many_of_them_have_been_added(reader: Reader) -> None:
    some_entries()
    counted = everything_said(reader, ALWAYS)
    before = everything_said(reader, EVER)
    totalling.advance(NOW)
    after = everything_said(reader, EVER)
    post_entries([row("later", 40), row("last", 1, who=98, unit=9)])

    assert before == after == counted
    assert everything_said(reader, EVER) == everything_said(reader, ALWAYS) != after
    assert FreshEntry.objects.count() == 2


def test_each_entry_is_added_once_and_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    some_entries()
    monkeypatch.setattr(totalling, "_ADD", totalling._ADD.replace(f"limit {totalling.BATCH}", "limit 4"))
    monkeypatch.setattr(totalling, "BATCH", 4)

    told = [totalling.advance(NOW) for _ in range(4)]

    assert told == [True, True, False, False]
    whole = AccountTotal.objects.get(book="points", party="", party_id=0, unit_id=AccountTotal.EVERYWHERE)
    assert (whole.entries + whole.reversals, FreshEntry.objects.count()) == (Entry.objects.filter(book="points").count(), 0)


def test_whoever_sees_nothing_gets_no_totals() -> None:
    some_entries()
    totalling.advance(NOW)
    nobody = Reader()

    assert everything_said(nobody, EVER)[:3] == ([], {}, [])
    assert summing.of_party("points", "staff", 50, nobody) == Total("points", "staff", 50, 0, 0, 0, None)


def test_of_many_parties_it_is_said_that_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "MANY", 2)
    some_entries()
    totalling.advance(NOW)

    assert {t.book: t.about for t in summing.of_books(ALL)} == {"points": "2+", "fine": "1"}


def test_the_largest_accounts_are_read_in_the_order_of_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute(
            """explain select party_id from ledger_accounttotal where book = 'points' and party = 'staff' and unit_id = -1
            and party_id <> 0 order by amount desc, party_id limit 9"""
        )
        assert "total_largest" in "\n".join(line for (line,) in cursor.fetchall())
