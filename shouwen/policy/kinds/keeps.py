"""What the law keeps in books: penalises, rewards, books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from shouwen.policy.env import Env
from shouwen.policy.kinds.base import ClauseReader, Key, Rule
from shouwen.policy.kinds.booking import FOR_EACH, Booking, read_amount, read_book, read_rows, read_shares, show
from shouwen.policy.ruling import Effect, Enter
from shouwen.policy.source import Node

SANCTION_KEYS = {
    "who": Key("记谁(或写 split)", "whose entry (or `split`)", "who"),
    "for_each": FOR_EACH,
    "times": Key(
        "乘以哪个数字字段或计量(件数);百分比的,即取其比例",
        "multiplied by this number field or measure; of a percentage its share",
        "field",
    ),
    "above": Key("times 只算超过这个数的部分", "`times` counts only what exceeds this", "number"),
    "split": Key("几个人分担:人员词: 份额", "borne by several: person word: share", "shares"),
    "points": Key("几分(账簿默认 points)", "how many points (book `points` unless said)", "amount"),
    "money": Key("多少钱(账簿默认 fine)", "how much money (book `fine` unless said)", "amount"),
    "book": Key("记入哪本账簿", "which book", "book"),
    "voids": Key("冲销哪本账簿里记过的", "takes back what stands in this book", "book"),
    "over": Key("冲销多长时间内的(事发当日写 business_day)", "of which time (as of when it happened)", "window"),
    "per": Key(
        "只冲销哪个字段所指事项的;账簿自己的条款里写 this:只冲销这一笔",
        "only what was booked upon the case a field points to; in a clause upon the book's own entries `this`: that entry",
        "field",
    ),
}
THIS = "this"
WINDOWS_ZH = {
    "business_day": "当日", "week": "当周", "calendar_month": "当月", "calendar_quarter": "当季", "calendar_year": "当年",
}  # fmt: skip


@dataclass
class Penalises(Booking):
    """Points or money against somebody, for a breach or a verified offence."""

    word = "penalises"
    doc = ("违反某条或查实某事后,记分或记罚款", "Points or a fine for a breach or a verified offence.")
    keys: ClassVar[Mapping[str, Key]] = SANCTION_KEYS
    verb: ClassVar[str] = "扣"
    voids: bool = False
    over: str = ""
    case: str = ""  # the field that points to the case whose entries are taken back; THIS: the entry the clause is about
    scope_zh: str = ""

    @classmethod
    def read(cls, r: ClauseReader, node: Node) -> Penalises:
        """Read the parameters: points or money, or what is taken back."""
        if node.get("voids") is not None:
            return cls(who=r.who(node.get("who"), "who"), voids=True, **_voided(r, node))
        for key in ("over", "per"):
            if node.get(key) is not None:
                r.reader.fault(node.get(key) or node, f"{key} 只与 voids 同写", f"{key} goes with `voids`")
        if (node.get("who") is None) == (node.get("split") is None):
            r.reader.fault(node, "写 who(记谁)或 split(几个人分担),二者取一", "write `who` or `split`, one of them")
        unit = "money" if node.get("money") is not None else "points"
        if (node.get("money") is None) == (node.get("points") is None):
            r.reader.fault(node, "写 points(分)或 money(钱),二者取一", "write `points` or `money`, one of them")
        book, shape = read_book(
            r,
            node,
            {"points": "points", "money": "fine"}[unit] if cls.verb == "扣" else {"points": "merits", "money": "reward"}[unit],
        )
        times = node.get("times")
        if node.get("above") is not None and times is None:
            r.reader.fault(node.get("above") or node, "写了 above,还须写 times", "with `above` write `times`")
        return cls(
            above=r.number(node.get("above"), "above"), shares=read_shares(r, node.get("split")),
            book=book, shape=shape, who=r.who(node.get("who"), "who"), amount=read_amount(r, node.get(unit), unit, shape),
            times=r.names.path(times, r.reader.text(times)) if times is not None else None, **read_rows(r, node),
        )  # fmt: skip

    @property
    def taken_back(self) -> str:
        """The name of the entries it takes back among the facts; "" when it takes nothing back."""
        return f"{self.book}|{self.over}|{self.case}" if self.voids else ""

    def effects(self, rule: Rule, env: Env) -> list[Effect]:
        """Write entries, or take back what stands: the opposite of everything booked for each person meant."""
        if not self.voids:
            return super().effects(rule, env)
        if self.who is None:
            return []
        env.flag(rule.clause.name, self.who.lacks(env))
        standing = env.facts.balances.get(self.taken_back, {})
        found: list[Effect] = []
        for person in self.people(env):
            if entries := standing.get(person):
                ids, amount = tuple(i for i, _ in entries), sum(a for _, a in entries)
                found.append(Enter(rule.cite, self.book, person, -amount, self.who.kind, env.act.row, True, reverses=ids))
        return found

    def sentence(self, rule: Rule) -> str:
        """Return the sentence."""
        who = self.who.zh if self.who else "、".join(f"{s.who.zh}{s.zh}" for s in self.shares)
        if self.voids:
            return f"{rule.lead()}{who}{self.scope_zh}的{self.shape.zh if self.shape else self.book}冲销"
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


def _voided(r: ClauseReader, node: Node) -> dict[str, Any]:
    """Read what is taken back: which book, in which time or upon which case."""
    extra = [k for k, _ in node.entries() if k not in ("who", "voids", "over", "per")]
    if extra or node.get("who") is None:
        r.reader.fault(node, "voids 只与 who、over、per 同写,且须写 who", "`voids` goes with who, over, per; `who` must be there")
    book, shape = read_book(r, Node(node.file, node.line, node.column, pairs={"book": node.get("voids") or node}), "")
    over, case, noun = r.reader.text(node.get("over")), r.reader.text(node.get("per")), r.names.noun
    if over and over not in WINDOWS_ZH:
        r.reader.unknown(node.get("over") or node, over, WINDOWS_ZH, "没有这个时间窗:", "there is no window")
    own = noun.fields.get(case) if noun is not None else None
    itself = case == THIS and noun is not None and (noun.kind, noun.id) == ("entry", book)
    if case and not itself and (own is None or own.type.name != "case"):
        r.reader.unknown(
            node.get("per") or node, case, noun.fields if noun else (), "不是指向事项的字段:", "is no field of a case:"
        )
    return {
        "book": book, "shape": shape, "over": over, "case": case,
        "scope_zh": f"{WINDOWS_ZH.get(over, '')}{own.zh if own is not None else '这一笔' if itself else ''}",
    }  # fmt: skip


@dataclass
class Rewards(Penalises):
    """Points or money in somebody's favour."""

    word = "rewards"
    doc = ("奖分或奖金", "Points or money in somebody's favour.")
    keys: ClassVar[Mapping[str, Key]] = SANCTION_KEYS
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
