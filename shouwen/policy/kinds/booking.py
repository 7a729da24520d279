"""What kinds that write entries of a book share: how much, for whom, for each of what, borne by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.nouns import Book
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.reading import Reader
from shouwen.policy.ruling import Effect, Enter
from shouwen.policy.source import Node, scalar
from shouwen.policy.values import BadValue, FieldType, money_zh

LARGEST = 2**63 - 1  # an amount is kept as a bigint
PART = re.compile(r"(\d+(?:\.\d+)?)%|(\d{1,4})/(\d{1,4})")
MONEY, NUMBER = FieldType("money"), FieldType("number")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: a literal, a field, or the answer of a table; whole numbers in the book's unit (money in fen)."""

    zh: str
    value: int | None = None
    path: Path | None = None
    by_table: bool = False

    def of(self, rule: Rule, env: Env, unknown: list[str]) -> int | None:
        """Return the amount, or None when it is unset or unknown (the fact's name goes into `unknown`). Halves are rounded up."""
        if self.by_table:
            row = rule.table.row(env, unknown) if rule.table is not None else None
            return row.answer if row is not None else None
        if self.path is None:
            return self.value
        found = self.path.get(env)
        if found is None:
            unknown.append(self.path.text)
            return None
        return int(Decimal(found).quantize(Decimal(1), ROUND_HALF_UP))


def read_amount(r: ClauseReader, node: Node | None, key: str, book: Book | None) -> Amount:
    """Read an amount."""
    if node is None or r.is_unset(node, key):
        return Amount(unset_zh(None))
    text = r.reader.text(node)
    if text == "table":
        return Amount("表列数额", by_table=True)
    if text.startswith("field "):
        path = r.names.path(node, text.removeprefix("field ").strip())
        if path is not None and book is not None and (path.type.name == "money") != book.is_money:
            r.reader.doubt(
                node, f"“{path.zh}”{'是金额' if not book.is_money else '不是金额'},而账簿“{book.zh}”的单位是{book.unit or '个'}",
                f"{path.text!r} is {'money' if not book.is_money else 'no money'}, but book {book.id!r} counts {book.unit or 'units'}",
            )  # fmt: skip
        return Amount(path.zh if path else text, path=path)
    value = read_number(node, book, r.reader)
    return Amount(show(value, book), value)


def read_number(node: Node, book: Book | None, r: Reader) -> int:
    """Read a literal amount for a book: fen for money, else a whole number."""
    money = book is not None and book.is_money
    try:
        value = (MONEY if money else NUMBER).read(r.text(node))
    except BadValue as e:
        r.fault(node, e.zh, e.en)
        return 0
    if value is None or (not money and value != int(value)):
        r.fault(node, "应为整数", "should be a whole number")
        return 0
    return int(value)


def show(value: int | None, book: Book | None) -> str:
    """Return an amount in Chinese."""
    if value is None:
        return unset_zh(None)
    return money_zh(value) if book is not None and book.is_money else f"{value}{book.unit if book else ''}"


@dataclass(frozen=True, slots=True)
class Share:
    """Who bears which part of an amount; None: unset."""

    who: Who
    part: Fraction | None
    zh: str


def read_shares(r: ClauseReader, node: Node | None) -> tuple[Share, ...]:
    """Read `split: {responsible: 70%, sales_head: 30%}`, or parts like 1/3. Together they are the whole."""
    found = []
    for word, said in r.reader.mapping(node).items():
        who = r.people.who(scalar(word, said))
        text = r.reader.text(said)
        if r.is_unset(said, f"split.{word}"):
            found.append(Share(who, None, unset_zh(None)))
            continue
        if not (m := PART.fullmatch(text)) or (m[3] is not None and not int(m[3])):
            r.reader.fault(said, f"“{text}”不是份额,应如 70% 或 1/3", f"{text!r} is no share like 70% or 1/3")
            continue
        part = Fraction(m[1]) / 100 if m[1] else Fraction(int(m[2]), int(m[3]))
        found.append(Share(who, part, text))
    known = [s.part for s in found if s.part is not None]
    if node is not None and len(known) == len(found) and sum(known) != 1:
        r.reader.fault(node, "各份额之和应为全部(100%)", "the shares should add up to the whole")
    return tuple(found)


def divided(whole: int, shares: tuple[Share, ...], env: Env) -> list[tuple[int, int]]:
    """Return who bears how much; what cannot be divided evenly goes to the last. Nothing while a share is unset or has nobody."""
    parts: list[tuple[int, Fraction]] = []
    for share in shares:
        people = share.who.people(env)
        if share.part is None or not people:
            return []
        parts.extend((p, share.part / len(people)) for p in people)
    found = [(p, int(whole * part)) for p, part in parts]
    person, last = found[-1]
    return [*found[:-1], (person, last + whole - sum(part for _, part in found))]


@dataclass
class Booking(Kind):
    """What kinds that write entries share."""

    primitive = "keep"
    takes_upon = True
    book: str = ""
    shape: Book | None = None
    who: Who | None = None
    amount: Amount = Amount("")
    times: Path | None = None
    sign: int = 1
    for_each: str = ""
    for_each_zh: str = ""
    above: int | None = None  # `times` counts only what exceeds this
    shares: tuple[Share, ...] = ()

    def answer(self, r: ClauseReader, node: Node) -> Any:
        """Read the answer of a table row: an amount."""
        return read_number(node, self.shape, r.reader)

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Write one entry for each person meant, once or for each row that `when` leaves; nothing, flagged, while a fact is missing."""
        if not self.for_each:
            return self._entries(rule, env, env.act.row)
        found: list[Effect] = []
        for i, row in env.rows(self.for_each):
            env.row, unknown = row, list[str]()
            held = rule.when.holds(env, unknown)
            env.flag(rule.clause.name, unknown)
            found.extend(self._entries(rule, env, i) if held else ())
            env.row = None
        return found

    def _entries(self, rule: Rule, env: Env, row: str) -> list[Effect]:
        unknown: list[str] = []
        amount = self.amount.of(rule, env, unknown)
        times = 1 if self.times is None else self.times.get(env)
        if self.times is not None and times is None:
            unknown.append(self.times.text)
        unknown.extend(n for w in (self.who, *(s.who for s in self.shares)) if w is not None for n in w.lacks(env))
        env.flag(rule.clause.name, unknown)
        if unknown or amount is None:
            return []
        times = max(times - self.above, 0) if self.above is not None else times
        if self.times is not None and self.times.type.name == "percent":
            times = Decimal(times) / 100  # of a percentage its part of one, as everywhere where the law calculates
        whole = int(Decimal(amount * times).quantize(Decimal(1), ROUND_HALF_UP))
        if abs(whole) > LARGEST:
            raise OverflowError("larger than a book can keep")
        if self.shares:
            parts = divided(whole, self.shares, env)
            return [Enter(rule.cite, self.book, p, self.sign * part, "staff", row) for p, part in parts if part]
        return (
            []
            if self.who is None or not whole
            else [Enter(rule.cite, self.book, p, self.sign * whole, self.who.kind, row) for p in self.people(env)]
        )

    def each(self) -> str:
        """Return the words for the rows it is kept for, and by what it is multiplied."""
        return f"每一{self.for_each_zh}" if self.for_each else ""

    def multiplied(self) -> str:
        """Return the words for what it is multiplied by."""
        if self.times is None:
            return ""
        return f"乘以{self.times.zh}" if self.above is None else f"乘以{self.times.zh}超过{self.above}的部分"

    def people(self, env: Env) -> tuple[int, ...]:
        """Return whom the entry is for."""
        if self.who is not None and self.who.word == "responsible" and env.chosen.get("responsible"):
            return (env.chosen["responsible"],)
        return self.who.people(env) if self.who is not None else ()


def read_book(r: ClauseReader, node: Node, default: str) -> tuple[str, Book | None]:
    """Read which book; a fault when it is not declared."""
    name = r.reader.text(node.get("book"), default)
    if name not in r.books and node.get("book") is None and r.books:
        books = sorted(r.books)
        r.reader.fault(
            node, f"没有写记在哪本账簿,而“{name}”没有声明(账簿在 books 里声明);或写 book: {'、'.join(books)}",
            f"it names no book and {name!r} is not declared (books are declared under `books`); or write book: {', '.join(books)}",
        )  # fmt: skip
    elif name not in r.books:
        r.reader.unknown(
            node.get("book") or node,
            name,
            r.books,
            "没有这本账簿(账簿在 books 里声明):",
            "there is no such book (books are declared under `books`):",
        )
    return name, r.books.get(name)


def read_rows(r: ClauseReader, node: Node) -> dict[str, Any]:
    """Read for_each: the rows an entry is made for."""
    rows, noun = r.rows(node.get("for_each")), r.names.noun
    return {"for_each": rows, "for_each_zh": noun.fields[rows].zh if rows and noun is not None else ""}


FOR_EACH = Key("每一行一笔(when 筛选行)", "one entry for every row of a rows field (`when` filters the rows)", "rows")
