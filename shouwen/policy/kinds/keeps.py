"""What the law keeps and tells: penalises, rewards, books (entries of a book); notifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Kind, Rule, unset_zh
from shouwen.policy.nouns import Book
from shouwen.policy.paths import Path
from shouwen.policy.people import Who
from shouwen.policy.reading import Reader
from shouwen.policy.ruling import Effect, Enter, Tell
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, FieldType, money_zh
from shouwen.worktime import Span

LARGEST = 2**63 - 1  # an amount is kept as a bigint
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

    def answer(self, r: ClauseReader, node: Node) -> Any:
        """Read the answer of a table row: an amount."""
        return read_number(node, self.shape, r.reader)

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Write one entry for each person meant, once or for each row that `when` leaves; nothing, flagged, while a fact is missing."""
        if not self.for_each:
            return self._entries(rule, env, env.act.row)
        found: list[Effect] = []
        for i, row in enumerate(env.fields.get(self.for_each) or (), 1):
            env.row, unknown = row, list[str]()
            held = rule.when.holds(env, unknown)
            env.flag(rule.clause.name, unknown)
            found.extend(self._entries(rule, env, str(i)) if held else ())
            env.row = None
        return found

    def _entries(self, rule: Rule, env: Env, row: str) -> list[Effect]:
        unknown: list[str] = []
        amount = self.amount.of(rule, env, unknown)
        times = 1 if self.times is None else self.times.get(env)
        if self.times is not None and times is None:
            unknown.append(self.times.text)
        unknown.extend(self.who.lacks(env) if self.who is not None else ())
        env.flag(rule.clause.name, unknown)
        if unknown or amount is None or self.who is None or not amount * times:
            return []
        whole = int(Decimal(amount * times).quantize(Decimal(1), ROUND_HALF_UP))
        if abs(whole) > LARGEST:
            raise OverflowError("larger than a book can keep")
        return [Enter(rule.cite, self.book, p, self.sign * whole, self.who.kind, row) for p in self.people(env)]

    def each(self) -> str:
        """Return the words for the rows it is kept for, and by what it is multiplied."""
        return f"每一{self.for_each_zh}" if self.for_each else ""

    def multiplied(self) -> str:
        """Return the words for what it is multiplied by."""
        return f"乘以{self.times.zh}" if self.times is not None else ""

    def people(self, env: Env) -> tuple[int, ...]:
        """Return whom the entry is for."""
        if self.who is not None and self.who.word == "responsible" and env.chosen.get("responsible"):
            return (env.chosen["responsible"],)
        return self.who.people(env) if self.who is not None else ()


def read_book(r: ClauseReader, node: Node, default: str) -> tuple[str, Book | None]:
    """Read which book; a fault when it is not declared."""
    name = r.reader.text(node.get("book"), default)
    if name not in r.books:
        r.reader.unknown(node.get("book") or node, name, r.books, "没有这本账簿(books):", "there is no book (books):")
    return name, r.books.get(name)


def read_rows(r: ClauseReader, node: Node) -> dict[str, Any]:
    """Read for_each: the rows an entry is made for."""
    rows, noun = r.rows(node.get("for_each")), r.names.noun
    return {"for_each": rows, "for_each_zh": noun.fields[rows].zh if rows and noun is not None else ""}


FOR_EACH = Key("每一行一笔(when 筛选行)", "one entry for every row of a rows field (`when` filters the rows)", "rows")
BOOKING_KEYS = {
    "who": Key("记谁", "whose entry", "who", True),
    "for_each": FOR_EACH,
    "times": Key("乘以哪个数字字段(件数)", "multiplied by this number field", "field"),
    "points": Key("几分(账簿默认 points)", "how many points (book `points` unless said)", "amount"),
    "money": Key("多少钱(账簿默认 fine)", "how much money (book `fine` unless said)", "amount"),
    "book": Key("记入哪本账簿", "which book", "book"),
}


@dataclass
class Penalises(Booking):
    """Points or money against somebody, for a breach or a verified offence."""

    word = "penalises"
    doc = ("违反某条或查实某事后,记分或记罚款", "Points or a fine for a breach or a verified offence.")
    keys: ClassVar[Mapping[str, Key]] = BOOKING_KEYS
    verb: ClassVar[str] = "扣"

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Penalises:
        """Read the parameters: points or money."""
        unit = "money" if node.get("money") is not None else "points"
        if (node.get("money") is None) == (node.get("points") is None):
            r.reader.fault(node, "写 points(分)或 money(钱),二者取一", "write `points` or `money`, one of them")
        book, shape = read_book(
            r,
            node,
            {"points": "points", "money": "fine"}[unit] if cls.verb == "扣" else {"points": "merits", "money": "reward"}[unit],
        )
        times = node.get("times")
        return cls(
            book=book, shape=shape, who=r.who(node.get("who"), "who"), amount=read_amount(r, node.get(unit), unit, shape),
            times=r.names.path(times, r.reader.text(times)) if times is not None else None, **read_rows(r, node),
        )  # fmt: skip

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = self.who.zh if self.who else ""
        if self.amount.by_table and rule.table is not None:
            by_table = rule.table.zh(lambda v: show(v, self.shape))
            return f"{rule.lead()}{self.each()}{self.says()}{who}{self.multiplied()},数额按表:{by_table}{self.into()}"
        return f"{rule.lead()}{self.each()}{self.says()}{who}{self.amount.zh}{self.multiplied()}{self.into()}"

    def says(self) -> str:
        """Return the verb: points are taken, money is a fine."""
        return "罚" if self.verb == "扣" and self.shape is not None and self.shape.is_money else self.verb

    def into(self) -> str:
        """Return the words for the book, where it is not the one such entries go to anyway."""
        return (
            f",记入{self.shape.zh}" if self.shape is not None and self.book not in ("points", "fine", "merits", "reward") else ""
        )


@dataclass
class Rewards(Penalises):
    """Points or money in somebody's favour."""

    word = "rewards"
    doc = ("奖分或奖金", "Points or money in somebody's favour.")
    keys: ClassVar[Mapping[str, Key]] = BOOKING_KEYS
    verb: ClassVar[str] = "奖"


@dataclass
class Books(Booking):
    """An ordinary entry: a fee, a payment, a count of performance."""

    word = "books"
    doc = ("记一笔账(收费、付款、业绩)", "An ordinary entry: a fee, a payment, performance.")
    keys: ClassVar[Mapping[str, Key]] = {
        "book": Key("哪本账簿", "which book", "book", True),
        "who": Key("记谁", "whose entry", "who", True),
        "for_each": FOR_EACH,
        "plus": Key("加多少", "what is added", "amount"),
        "minus": Key("减多少", "what is taken", "amount"),
    }

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Books:
        """Read the parameters: plus or minus."""
        unit = "minus" if node.get("minus") is not None else "plus"
        if (node.get("plus") is None) == (node.get("minus") is None):
            r.reader.fault(node, "写 plus(加)或 minus(减),二者取一", "write `plus` or `minus`, one of them")
        book, shape = read_book(r, node, "")
        sign = -1 if unit == "minus" else 1
        return cls(
            book=book,
            shape=shape,
            who=r.who(node.get("who"), "who"),
            amount=read_amount(r, node.get(unit), unit, shape),
            sign=sign,
            **read_rows(r, node),
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        name = self.shape.zh if self.shape else self.book
        amount = (
            rule.table.zh(lambda v: show(v, self.shape)) if self.amount.by_table and rule.table is not None else self.amount.zh
        )
        return f"{rule.lead()}{self.each()}{self.who.zh if self.who else ''}的{name}{'加' if self.sign > 0 else '减'}{amount}"


@dataclass
class Notifies(Kind):
    """Somebody is told, with a paper if one is named; or told ahead of a date."""

    word = "notifies"
    primitive = "tell"
    takes_upon = True
    doc = ("告知某人,可附表单;或在某日期之前若干时间告知", "Tell somebody, with a paper if named; or ahead of a date.")
    keys: ClassVar[Mapping[str, Key]] = {
        "to": Key("告知谁(可写几个)", "whom (one or several)", "who|list", True),
        "form": Key("附哪张表单", "the form sent along", "form"),
        "confirm": Key("每人须确认收到", "each recipient owes a confirmation", "flag"),
        "ahead_of": Key("在哪个日期字段之前", "ahead of this date field", "field"),
        "at_least": Key("至少提前多久", "how long before", "span"),
    }
    to: tuple[Who, ...] = ()
    form: str = ""
    form_zh: str = ""
    confirm: bool = False
    ahead_of: str = ""
    ahead_zh: str = ""
    at_least: Span | None = None

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Notifies:
        """Read the parameters."""
        to = node.get("to")
        if to is None:
            r.reader.fault(node, "没有写告知谁(to)", "it does not say whom (to)")
        form = r.reader.text(node.get("form"))
        if form and form not in r.forms:
            r.reader.unknown(node.get("form") or node, form, r.forms, "没有这张表单:", "there is no form")
        ahead = r.names.moment(node.get("ahead_of") or node, r.reader.text(node.get("ahead_of"))) if node.get("ahead_of") else ""
        if ahead and node.get("at_least") is None:
            r.reader.fault(node, "写了 ahead_of,还须写 at_least(至少提前多久)", "with ahead_of write at_least")
        return cls(
            to=() if to is None or r.is_unset(to, "to") else r.people.many(to),
            form=form,
            form_zh=r.forms[form].zh if form in r.forms else form,
            confirm=r.reader.flag(node.get("confirm")),
            ahead_of=ahead,
            ahead_zh=r.names.moment_zh(ahead) if ahead else "",
            at_least=r.span(node.get("at_least"), "at_least"),
        )

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        ahead = f"在{self.ahead_zh}前至少{unset_zh(self.at_least)}" if self.ahead_of else ""
        form = f",附{self.form_zh}" if self.form else ""
        return f"{rule.lead()}{ahead}告知{'、'.join(w.zh for w in self.to) or unset_zh(None)}{form}{',逐一确认' if self.confirm else ''}"

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Tell everybody meant, once."""
        staff: list[int] = []
        customer = 0
        for who in self.to:
            found = who.people(env)
            env.flag(rule.clause.name, who.lacks(env))
            if who.kind == "customer" or (who.other is not None and not who.resolve(env) and who.other.kind == "customer"):
                customer = found[0] if found else 0
            else:
                staff.extend(found)
        if not staff and not customer:
            return []
        return [
            Tell(
                rule.cite,
                tuple(dict.fromkeys(staff)),
                customer,
                self.form,
                self.confirm,
                rule.clause.zh or rule.clause.sentence(),
            )
        ]
