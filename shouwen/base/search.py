"""Search: one table over everything that can be found, one question for all of it, answered only with what the reader may see.

`tokens @@ query` is fast for rare words and slow for common ones; newest first is fast for common words and slow for rare
ones. PostgreSQL's planner mistakes the one for the other (STACK §5), so the road is chosen here, by looking at the newest rows:

1. Look through the newest SAMPLE rows. If that is the whole table, or what it holds promises few hits, ask the index for at
   most RANKED + 1 hits. Up to RANKED are ranked: exact number, number begins, exact name, name begins, in the name, newest.
2. If there are more, walk from the newest backwards, over at most WALKED rows.
3. If those do not fill the page, take all hits from the index and sort them by time.

With more than RANKED hits only the exact numbers and names stand before the newest. The beginning of a number that more than
RANKED things have (bx2026) is answered from the index of numbers, the highest first.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from django.db import transaction

from shouwen.base.access import Reader
from shouwen.base.errors import Complaint, FieldError
from shouwen.base.search_rights import Condition, by_unit_or_person
from shouwen.base.search_tokens import (
    EVERYBODY,
    Query,
    SearchDoc,
    compile_query,
    fold_name,
    fold_number,
    loosened,
    scope_term,
    text_of,
    tokens_of,
)
from shouwen.base.sql import columns, raw, unnest

SAMPLE: Final = 1_500  # newest rows looked at to guess how common a word is
RANKED: Final = 1_000  # hits that are ranked; with more, newest first
COMMON: Final = 5_000  # guessed hits above which the index is not asked first
WALKED: Final = 10_000  # rows a walk from the newest looks at before it gives up
NARROW: Final = 0.2  # a reader of less than this share of the rows is narrowed inside the index; else it costs too much
MOST_NARROWED: Final = 500  # units and people; with more, the question to the index would be long
MOST: Final = 100  # results of one page
ROW_BYTES: Final = 700  # of one row, to guess their number where the table was never analysed

COLUMNS: Final = (
    ("kind", "text"), ("object_id", "int8"), ("unit_id", "int8"), ("people", "text"), ("withheld_from", "text"), ("level", "int2"),
    ("noun", "text"),
    ("sort_at", "timestamptz"), ("updated_at", "timestamptz"), ("number", "text"), ("name", "text"), ("title", "text"),
    ("preview", "text"), ("text", "text"), ("tokens", "text"),
)  # fmt: skip
_NAMES: Final = ", ".join(name for name, _ in COLUMNS)
_MADE: Final = {
    "tokens": "array_to_tsvector(string_to_array(tokens, ' '))",
    "people": "people::int8[]",
    "withheld_from": "withheld_from::int8[]",
}
_COMPARED: Final = [name for name, _ in COLUMNS if name not in ("kind", "object_id", "updated_at")]

# For the writers: a part of a larger statement, or a statement of its own. Takes the lists of `search_columns`, in order.
# A row that would stay the same is left alone: writing it again would cost its entries in the index.
UPSERT: Final = f"""insert into search_row ({_NAMES})
 select {", ".join(_MADE.get(name, name) for name, _ in COLUMNS)}
 from {unnest([kind for _, kind in COLUMNS])} as made ({_NAMES})
 on conflict (kind, object_id) do update set {", ".join(f"{n} = excluded.{n}" for n in [*_COMPARED, "updated_at"])}
 where ({", ".join(f"search_row.{n}" for n in _COMPARED)})
  is distinct from ({", ".join(f"excluded.{n}" for n in _COMPARED)})"""  # noqa: S608  our own names

_SHOWN: Final = "kind, object_id, unit_id, number, name, title, preview, sort_at"
_NEWEST: Final = "order by sort_at desc, kind desc, object_id desc"
_SIZE: Final = f"""(select sum(case when c.reltuples >= 0 then c.reltuples else pg_relation_size(c.oid) / {ROW_BYTES} end)
 from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'search_row'::regclass)"""  # noqa: S608  our own names


class BadCursor(FieldError):
    """A cursor that none of our pages gave out."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__([Complaint("cursor", "翻页位置无效，请从第一页开始", "begin at the first page")])


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is, and what may be shown of it."""

    kind: str
    id: int
    unit: int
    title: str
    preview: str
    sort_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, best first. `cursor` asks for the next page ("" when there is none). `many`: newest first, not ranked."""

    hits: tuple[Hit, ...]
    cursor: str = ""
    many: bool = False


class _Row(NamedTuple):
    kind: str
    object_id: int
    unit_id: int
    number: str
    name: str
    title: str
    preview: str
    sort_at: datetime

    @property
    def place(self) -> tuple[datetime, str, int]:
        return self.sort_at, self.kind, self.object_id


_Rows = list[_Row]


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended: in the ranked hits, among the newest, or among the numbers. The next page goes the same road."""

    road: Annotated[str, msgspec.Meta(pattern="^(ranked|newest|number)$")]
    rank: int
    sort_at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: Annotated[str, msgspec.Meta(pattern="^[a-z_]{0,16}$")]
    object_id: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    number: Annotated[str, msgspec.Meta(pattern=r"^\w{0,64}$")] = ""


_BEGINNING: Final = _Cursor("newest", 0, datetime.max.replace(tzinfo=UTC), "", 0)  # before the newest


def search_columns(docs: Iterable[SearchDoc], *, now: datetime) -> list[list[Any]]:
    """Return the parameters of UPSERT: one list for each column. Of several documents of one thing the last is kept."""
    kept = {(d.kind, d.id): d for d in docs}.values()
    return columns([_values(d, now) for d in kept], len(COLUMNS))


def _values(doc: SearchDoc, now: datetime) -> tuple[Any, ...]:
    people, withheld = (f"{{{','.join(map(str, sorted(set(ids))))}}}" for ids in (doc.people, doc.withheld_from))
    found_by = fold_number(doc.number)[:64], fold_name(doc.name)[:200]
    shown = doc.title[:200], doc.preview[:400]
    at = doc.sort_at, now
    compared = text_of(doc), " ".join(sorted(tokens_of(doc)))
    return (doc.kind, doc.id, doc.unit, people, withheld, doc.level, doc.noun, *at, *found_by, *shown, *compared)


def write_search(docs: Iterable[SearchDoc], *, now: datetime) -> None:
    """Write the rows of things that are new or changed, with one statement, in the caller's transaction."""
    found = search_columns(docs, now=now)
    if found[0]:
        raw().execute(UPSERT, found)


def forget(kind: str, ids: Sequence[int]) -> None:
    """Take things out of search, for instance a customer whose data was erased."""
    raw().execute("delete from search_row where kind = %s and object_id = any(%s::int8[])", [kind, list(ids)])


def search(
    text: str,
    reader: Reader,
    kinds: Collection[str] | None = None,
    limit: int = 20,
    cursor: str = "",
    nouns: Collection[str] = (),
) -> Page:
    """Find what holds every part of `text` among what the reader may see.

    Parts are separated by spaces or by a change from Chinese to other letters. No letter and no digit finds nothing. `kinds` None
    is all, as are no `nouns` (procedures, registers); `limit` is at most MOST. Raises BadCursor.
    """
    query = compile_query(text)
    after = _read_cursor(cursor)
    if query is None or reader.staff == 0 or (kinds is not None and not kinds):
        return Page(())
    with transaction.atomic():
        return _Search(query, reader, kinds, nouns).page(max(1, min(limit, MOST)), after)


def alike(text: str, reader: Reader, kinds: Collection[str] | None = None, limit: int = 20, nouns: Collection[str] = ()) -> Page:
    """Find what holds some of the pairs of Chinese characters in `text`, those with most first: for when nothing holds all of it.

    水槽下的管子 is found by 水管水槽. Of common words only the newest things are looked at. There is one page.
    """
    whole = compile_query(text)
    query = loosened(whole) if whole is not None else None
    if query is None or reader.staff == 0 or (kinds is not None and not kinds):
        return Page(())
    with transaction.atomic():
        return Page(_Search(query, reader, kinds, nouns).nearest(max(1, min(limit, MOST))))


class _Search:
    """One question being answered: the conditions of the query and of the reader, and the roads to the rows."""

    def __init__(self, query: Query, reader: Reader, kinds: Collection[str] | None, nouns: Collection[str]) -> None:
        self.query = query
        self.kind: list[Condition] = [] if kinds is None else [("kind = any(%s::text[])", sorted(kinds))]
        if nouns:
            self.kind.append(("noun = any(%s::text[])", sorted(nouns)))
        units, people = [EVERYBODY, *sorted(reader.units or ())], sorted(reader.people)
        self.seen: list[Condition] = [("level <= %s", reader.clearance), ("not withheld_from @> array[%s::int8]", reader.staff)]
        if reader.units is not None or reader.nouns:
            self.seen.append(by_unit_or_person(reader, units, people))
        (where, params), (inner, kind) = _all(self.seen), _all(self.kind)
        scoped = "unit_id, people, withheld_from, level, noun"
        newest = f"select {scoped} from search_row {inner} {_NEWEST} limit {SAMPLE + 1}"  # noqa: S608  our own names
        ask = f"select {_SIZE}, count(*), count(*) filter ({where}) from ({newest}) s"  # noqa: S608  our own names
        size, counted, visible = raw().execute(ask, [*params, *kind]).fetchall()[0]
        self.size, self.complete = max(size or 0, counted), counted <= SAMPLE
        # Whoever sees some nouns of more units than the rest is not narrowed: the index of words knows units, and no nouns.
        few = (
            reader.units is not None
            and not reader.wider
            and visible < counted * NARROW
            and len(units) + len(people) <= MOST_NARROWED
        )
        self.matched = self._matched([])
        self.indexed = self._matched([scope_term(units, people)] if few else [])

    def _matched(self, scope: list[str]) -> list[Condition]:
        terms = " & ".join([*self.query.terms, *scope])
        return [("tokens @@ %s::tsquery", terms), *(("strpos(text, %s) > 0", part) for part in self.query.contains)]

    def page(self, limit: int, after: _Cursor | None) -> Page:
        """Answer with one page, on the road the cursor came from, or else the first that fits."""
        road = after.road if after else ""
        if road in ("", "number") and self.query.begins:
            found = self._numbered(limit, after)
            if found is not None:
                return _page(found, limit, "number")
        if road in ("", "ranked"):
            ranked = self._ranked()
            if ranked is not None:
                return _ranked_page(ranked, limit, after)
        best = self._best(limit)
        newest = self._newest(limit + 1, after, {r.place for r in best})
        if after or len(best) < limit:
            return _page([*([] if after else best), *newest], limit, "newest")
        return replace(_page([*best, *newest], limit, "newest"), cursor=_write_cursor(_BEGINNING) if newest else "")

    def nearest(self, limit: int) -> tuple[Hit, ...]:
        """Those that hold most of the pairs, then most of their characters, then the newest."""
        found = self._walk(SAMPLE, SAMPLE)
        if not self.complete and len(found) * self.size / SAMPLE > COMMON:
            found = self._walk(WALKED, RANKED)
        elif not self.complete:
            with _index_only():
                found = self._rows([*self.indexed, *self.kind, *self.seen], f"limit {RANKED}")
        held = self._held(found)
        best = sorted(found, key=lambda r: (held.get((r.kind, r.object_id), (0, 0)), r.place), reverse=True)
        return _page(best[:limit], limit, "ranked").hits

    def _held(self, rows: _Rows) -> dict[tuple[str, int], tuple[int, int]]:
        """How many of the pairs, and of their characters, the texts of rows hold."""
        pairs = self.query.pairs
        asked = [*pairs, *dict.fromkeys("".join(pairs))]
        each = ", ".join(["strpos(text, %s) > 0"] * len(asked))
        which = "(kind, object_id) in (select * from unnest(%s::text[], %s::int8[]))"
        ids = [[r.kind for r in rows], [r.object_id for r in rows]]
        ask = f"select kind, object_id, {each} from search_row where {which}"  # noqa: S608  our own words
        told = raw().execute(ask, [*asked, *ids], prepare=False)
        return {(kind, id_): (sum(has[: len(pairs)]), sum(has[len(pairs) :])) for kind, id_, *has in told.fetchall()}

    def _numbered(self, limit: int, after: _Cursor | None) -> _Rows | None:
        """Those whose number begins so, the highest first; None when there are not too many to rank."""
        like: Condition = ("number <> '' and number like %s", self.query.begins + "%")
        if after is None and len(self._rows([like, *self.kind], f"limit {RANKED + 1}")) <= RANKED:
            return None
        past: list[Condition] = [("number < %s", after.number)] if after else []
        where, params = _all([like, *self.kind, *past])
        source = f"(select * from search_row {where} order by number desc limit {WALKED}) s"  # noqa: S608  our own names
        return self._rows(self.seen, f"limit {limit + 1}", source, params)

    def _ranked(self) -> list[tuple[int, _Row]] | None:
        """All hits with their rank, best first; None when there are too many."""
        found = self._walk(SAMPLE, SAMPLE)
        if not self.complete:
            if len(found) * self.size / SAMPLE > COMMON:
                return None
            with _index_only():
                found = self._rows([*self.indexed, *self.kind, *self.seen], f"limit {RANKED + 1}")
            if len(found) > RANKED:
                return None
        ranks = [(_rank(self.query, row), row) for row in found]
        return sorted(ranks, key=lambda r: (-r[0], *r[1].place), reverse=True)

    def _best(self, limit: int) -> _Rows:
        """The exact numbers and names, however common the word is."""
        asked = [(column, value) for column, value in (("number", self.query.number), ("name", self.query.name)) if value]
        found = []
        for column, value in asked:
            exact: Condition = (f"{column} <> '' and {column} = %s", value)
            found += self._rows([exact, *self.kind, *self.seen], f"{_NEWEST} limit {limit}")
        return list(dict.fromkeys(found))[:limit]

    def _newest(self, n: int, after: _Cursor | None, without: set[tuple[datetime, str, int]]) -> _Rows:
        """The newest `n` hits after a place."""
        past: list[Condition] = []
        if after is not None:
            past = [("(sort_at, kind, object_id) < (%s, %s, %s)", (after.sort_at, after.kind, after.object_id))]
        want = n + len(without)
        found = self._walk(WALKED, want, past)
        if len(found) < want:
            with _index_only():
                found = self._rows([*self.indexed, *self.kind, *self.seen, *past], f"{_NEWEST} limit {want}")
        return [r for r in found if r.place not in without][:n]

    def _walk(self, depth: int, n: int, past: Sequence[Condition] = ()) -> _Rows:
        """The first `n` hits among the newest `depth` rows after a place."""
        where, params = _all([*self.kind, *past])
        source = f"(select * from search_row {where} {_NEWEST} limit {depth}) s"  # noqa: S608  our own names
        return self._rows([*self.seen, *self.matched], f"limit {n}", source, params)

    def _rows(self, conditions: Sequence[Condition], tail: str, source: str = "search_row", before: Sequence[Any] = ()) -> _Rows:
        where, params = _all(conditions)
        # Not prepared: a plan made once for any word would be the planner's worst guess.
        found = raw().execute(f"select {_SHOWN} from {source} {where} {tail}", [*before, *params], prepare=False)  # noqa: S608  ours
        return [_Row(*row) for row in found.fetchall()]


@contextmanager
def _index_only() -> Iterator[None]:
    """Let only the index of tokens answer: the planner would rather read the table through."""
    switch = "select " + ", ".join(f"set_config('enable_{scan}', %s, true)" for scan in ("seqscan", "indexscan", "indexonlyscan"))
    raw().execute(switch, ["off"] * 3)
    yield
    raw().execute(switch, ["on"] * 3)


def _all(conditions: Iterable[Condition]) -> tuple[str, list[Any]]:
    """Return a `where` of all conditions and its parameters."""
    texts: list[str] = []
    params: list[Any] = []
    for text, value in conditions:
        texts.append(text)
        params += value if isinstance(value, tuple) else [value]
    return ("where " + " and ".join(texts) if texts else ""), params


def _rank(query: Query, row: _Row) -> int:
    if query.number and row.number.startswith(query.number):
        return 0 if row.number == query.number else 1
    if query.name and query.name in row.name:
        return 2 if row.name == query.name else 3 if row.name.startswith(query.name) else 4
    return 5


def _ranked_page(ranked: list[tuple[int, _Row]], limit: int, after: _Cursor | None) -> Page:
    if after is not None:
        last = (-after.rank, after.sort_at, after.kind, after.object_id)
        ranked = [(rank, row) for rank, row in ranked if (-rank, *row.place) < last]
    rank = ranked[:limit][-1][0] if ranked else 0
    return _page([row for _, row in ranked[: limit + 1]], limit, "ranked", rank)


def _page(rows: _Rows, limit: int, road: str, rank: int = 0) -> Page:
    shown = rows[:limit]
    cursor = ""
    if len(rows) > limit:
        end = shown[-1]
        cursor = _write_cursor(_Cursor(road, rank, *end.place, end.number))
    hits = tuple(Hit(r.kind, r.object_id, r.unit_id, r.title, r.preview, r.sort_at) for r in shown)
    return Page(hits, cursor, many=road != "ranked")


def _write_cursor(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read_cursor(cursor: str) -> _Cursor | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=_Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise BadCursor from None
