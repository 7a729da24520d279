"""Adding entries to the totals of accounts and books, each exactly once, and reading totals with what has not been added yet.

The database notes every new entry (FreshEntry) in the transaction that writes it. The worker takes notes away and adds their
entries in one transaction; whoever reads sees totals and notes in one statement, and so each entry once, however far the worker is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from shouwen.base.access import Reader
from shouwen.base.sql import raw
from shouwen.ledger.models import AccountTotal

BATCH: Final = 20_000  # entries at a time
_LEVELS: Final = (
    "(book, party, party_id, unit), (book, party, party_id), (book, party, unit), (book, party), (book, unit), (book)"
)
# One process adds at a time; entries whose transaction has not ended have no note to be seen yet.
_ALONE: Final = "select pg_try_advisory_xact_lock(hashtext('ledger totals'))"
_ADD: Final = f"""with taken as (delete from ledger_freshentry where entry_id in (
  select entry_id from ledger_freshentry order by entry_id limit {BATCH}) returning entry_id),
 added as (insert into ledger_accounttotal as t (book, party, party_id, unit_id, amount, entries, reversals, last)
  select book, case when grouping(party) = 1 then '' else party end, case when grouping(party_id) = 1 then 0 else party_id end,
   case when grouping(unit) = 1 then {AccountTotal.EVERYWHERE} else unit end, sum(amount),
   count(*) filter (where reverses_id is null), count(*) filter (where reverses_id is not null), max(at)
  from (select e.*, coalesce(e.unit_id, 0) as unit from ledger_entry e join taken on taken.entry_id = e.id) e
  group by grouping sets ({_LEVELS})
  on conflict (book, party, party_id, unit_id) do update set amount = t.amount + excluded.amount,
   entries = t.entries + excluded.entries, reversals = t.reversals + excluded.reversals, last = greatest(t.last, excluded.last))
 select count(*) from taken"""  # noqa: S608  our own words

_COLUMNS: Final = """e.book, e.party, e.party_id, e.amount, (e.reverses_id is null)::int as entries,
 (e.reverses_id is not null)::int as reversals, e.at as last"""
# As an array PostgreSQL knows that they are few; of a join with a table that is nearly always empty it expects thousands.
_NOTED: Final = "e.id = any(array(select entry_id from ledger_freshentry))"
# What no total in sight has: entries not added yet, and those about the reader (or whom they stand in for) that arose elsewhere.
_BESIDE: Final = f"""select {_COLUMNS} from ledger_entry e where {_NOTED} and e.book = any(%(books)s::text[])
  and (%(all)s or coalesce(e.unit_id, 0) = any(%(units)s::int8[]))
 union all select {_COLUMNS} from ledger_entry e where not %(all)s and e.book = any(%(books)s::text[]) and e.party = 'staff'
  and e.party_id = any(%(people)s::int8[]) and coalesce(e.unit_id, 0) <> all(%(units)s::int8[])"""  # noqa: S608  our own words
_BOOKS: Final = f"""select book from ledger_accounttotal where party = '' and party_id = 0
 union select e.book from ledger_entry e where {_NOTED}"""  # noqa: S608  our own words
_SUMS: Final = "sum(amount)::int8 as amount, sum(entries)::int8, sum(reversals)::int8, max(last)"
_LEVEL: Final = f"""select {{by}}, {_SUMS} from (
 select book, party, party_id, amount, entries, reversals, last from ledger_accounttotal
  where book = any(%(books)s::text[]) and {{level}} and unit_id = any(%(units)s::int8[])
 union all select * from ({_BESIDE}) b where {{more}}) t group by {{by}}"""  # noqa: S608  our own words
_AFTER: Final = "(%(amount)s::int8 is null or amount < %(amount)s or amount = %(amount)s and party_id > %(after)s)"
_LARGEST: Final = f"""with beside as materialized (select * from ({_BESIDE}) b where party = %(party)s),
 known as (select party_id, amount, entries, reversals, last from ledger_accounttotal where book = any(%(books)s::text[])
  and party = %(party)s and party_id <> 0 and unit_id = any(%(units)s::int8[])),
 changed as (select party_id, {_SUMS} from (
   select * from known where party_id in (select party_id from beside)
   union all select party_id, amount, entries, reversals, last from beside) c group by 1),
 same as (select * from ({{same}}) s where {_AFTER} order by amount desc, party_id limit %(limit)s)
 select * from same union all select * from changed where {_AFTER} order by amount desc, party_id limit %(limit)s
"""  # noqa: S608  our own words
_ALONE_IN_SIGHT: Final = "select * from known where party_id not in (select party_id from beside)"
_SEVERAL: Final = f"""select party_id, {_SUMS} from known
 where party_id not in (select party_id from beside) group by 1"""  # noqa: S608  our own words
_HOW_MANY: Final = """select b.book, (select count(*) from (select distinct party, party_id from (
  (select party, party_id from ledger_accounttotal
   where book = b.book and party_id <> 0 and unit_id = any(%(units)s::int8[]) limit %(most)s)
  union all select party, party_id from ({beside}) x where x.book = b.book) y limit %(most)s) z)
 from unnest(%(books)s::text[]) as b (book)"""


def advance(_now: datetime) -> bool:
    """Add the next entries that no total has; return whether more wait."""
    with transaction.atomic():
        if not raw().execute(_ALONE).fetchall()[0][0]:
            return False
        return bool(raw().execute(_ADD).fetchall()[0][0] == BATCH)


def by_book(reader: Reader) -> list[tuple[Any, ...]]:
    """Return for each book: its sum, entries, reversals, newest moment."""
    query = _LEVEL.format(by="book", level="party = '' and party_id = 0", more="true")
    return raw().execute(query, _sight(reader, _books())).fetchall()


def by_kind(book: str, reader: Reader) -> list[tuple[Any, ...]]:
    """Return for each kind of party of a book: its sum, entries, reversals, newest moment."""
    query = _LEVEL.format(by="party", level="party <> '' and party_id = 0", more="true")
    return raw().execute(query, _sight(reader, [book])).fetchall()


def of_one(book: str, party: str, party_id: int, reader: Reader) -> tuple[Any, ...] | None:
    """Return sum, entries, reversals and newest moment of one account; None when it has no entry in sight."""
    about = "party = %(party)s and party_id = %(party_id)s"
    query = _LEVEL.format(by="book", level=about, more=about)
    found = raw().execute(query, {**_sight(reader, [book]), "party": party, "party_id": party_id}).fetchone()
    return found[1:] if found else None


def largest(book: str, party: str, reader: Reader, after: tuple[int, int] | None, limit: int) -> list[tuple[Any, ...]]:
    """Return the accounts of a book, the largest first: whose, and sum, entries, reversals, newest moment."""
    sight = _sight(reader, [book])
    query = _LARGEST.format(same=_ALONE_IN_SIGHT if len(sight["units"]) == 1 else _SEVERAL)
    amount, party_id = after or (None, 0)
    given = {**sight, "party": party, "amount": amount, "after": party_id, "limit": limit}
    return raw().execute(query, given).fetchall()


def how_many(books: Sequence[str], reader: Reader, most: int) -> dict[str, int]:
    """Return how many parties each book has in sight; no more than `most` are counted."""
    given = {**_sight(reader, list(books)), "most": most}
    return dict(raw().execute(_HOW_MANY.format(beside=_BESIDE), given).fetchall())


def _books() -> list[str]:
    return [book for (book,) in raw().execute(_BOOKS).fetchall()]


def _sight(reader: Reader, books: Sequence[str]) -> dict[str, Any]:
    units = [AccountTotal.EVERYWHERE] if reader.units is None else sorted(reader.units)
    if not reader.staff:
        units = []
    return {
        "books": list(books),
        "all": reader.units is None and bool(reader.staff),
        "units": units,
        "people": sorted(reader.people),
    }
