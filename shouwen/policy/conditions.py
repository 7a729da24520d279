"""Conditions: mappings of names to what must hold, decided three-valued. Unknown is not false: a gate refuses on it.

`{urgency: urgent}` equality · `{kind: [a, b]}` any of · `{fee: "> 0"}` bound · `{period: "(0..3mo]"}` interval ·
`{phone: missing}` · `{phone: given}` · `{count: "= field other"}` another field, with an optional fraction `1/3 field other`.
A list of mappings holds when any of them does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shouwen.policy.env import Elapsed, Env, as_moment
from shouwen.policy.paths import CLAUSE, PAPER, POSTS, Names, Path
from shouwen.policy.reading import Reader, wide_tip
from shouwen.policy.source import Node
from shouwen.policy.values import BadValue, FieldType, show_zh
from shouwen.worktime import BadSpan, Period, Span, parse_span

BOUND = re.compile(r"^(<=|>=|<|>|=)\s*(.+)$")
INTERVAL = re.compile(r"^([\[(])?\s*([^.\s]+)\s*\.\.\s*([^\])\s]+?)\s*([\])])?$")
REFERENCE = re.compile(r"^(?:(\d+)/(\d+)\s+)?field\s+([a-z][\w.]*)$")
SEVERAL = (tuple, frozenset)  # written once: `tuple | frozenset` is made anew each time
Check = Callable[[Any, Env], "bool | None"]
WORDS_ZH = {"<": "小于", "<=": "不超过", ">": "超过", ">=": "不少于", "=": "等于"}
ORDERED = frozenset({"number", "money", "percent", "date", "datetime", "span", "elapsed"})
DATES = frozenset({"date", "datetime"})
DATE_WORDS_ZH = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于", "=": "为"}
# A date may be compared with the beginning of the period the act falls in: `{invoice: "< start_of_year"}` is last year's or older.
STARTS: dict[str, tuple[Period, str]] = {
    "start_of_day": ("business_day", "当日起点"),
    "start_of_week": ("week", "本周起点"),
    "start_of_month": ("calendar_month", "本月起点"),
    "start_of_quarter": ("calendar_quarter", "本季起点"),
    "start_of_year": ("calendar_year", "本年起点"),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One key of a condition. `kind` is is, in, bound, interval, missing or given; `values` what tables intersect on."""

    path: Path
    kind: str
    check: Check
    zh: str
    node: Node
    values: tuple[Any, ...] = ()
    other: Path | None = None
    holds: Callable[[Env], bool | None] = field(init=False, repr=False, compare=False)  # whether; None when the value is unknown

    def __post_init__(self) -> None:
        get, check, of_nothing = self.path.get, self.check, self.kind in ("missing", "given")

        def holds(env: Env) -> bool | None:
            value = get(env)
            return None if value is None and not of_nothing else check(value, env)

        object.__setattr__(self, "holds", holds)


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of several groups of tests, each of which must hold wholly. No groups: always."""

    groups: tuple[tuple[Test, ...], ...] = ()
    en: str = ""  # how it reads in English, for refusals
    only: Callable[[Env], bool | None] | None = field(init=False, repr=False, compare=False)  # its test, if there is but one

    def __post_init__(self) -> None:
        object.__setattr__(self, "only", self.groups[0][0].holds if [len(g) for g in self.groups] == [1] else None)

    def holds(self, env: Env, unknown: list[str] | None = None) -> bool | None:
        """Return whether it holds; None when that depends on unknown facts, whose names go into `unknown`."""
        if self.only is not None:  # most are; all of them are asked before every act
            held = self.only(env)
            return self._weighed(env, unknown) if held is None else held
        if not self.groups:
            return True
        undecided = False
        for group in self.groups:
            for test in group:
                held = test.holds(env)
                if not held:
                    undecided = undecided or held is None
                    break
            else:
                return True
        return self._weighed(env, unknown) if undecided else False

    def _weighed(self, env: Env, unknown: list[str] | None) -> bool | None:
        """Return what a condition says in which something is unknown: a group with a test that fails fails all the same."""
        seen: bool | None = False
        missing: list[str] = []
        for group in self.groups:
            verdict = _all(group, env, missing)
            if verdict:
                return True
            if verdict is None:
                seen = None
        if seen is None and unknown is not None:
            unknown.extend(m for m in missing if m not in unknown)
        return seen

    @property
    def tests(self) -> tuple[Test, ...]:
        """All tests of all groups."""
        return tuple(t for g in self.groups for t in g)

    def zh(self) -> str:
        """Return the phrase: 紧急程度为紧急、收费的 (groups joined by 或)."""
        joint = ",或" if any(len(g) > 1 for g in self.groups) else "或"
        return joint.join("、".join(t.zh for t in g) for g in self.groups)


ALWAYS = Condition()


def _all(group: tuple[Test, ...], env: Env, missing: list[str]) -> bool | None:
    verdict: bool | None = True
    unknown: list[str] = []
    for test in group:
        held = test.holds(env)
        if held is False:
            return False
        if held is None:
            verdict = None
            unknown.append(test.path.text if test.other is None or test.path.get(env) is None else test.other.text)
    missing.extend(unknown)
    return verdict


class ConditionReader:
    """Reads conditions against the names a clause may use."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.reader: Reader = names.reader

    def condition(self, node: Node | None) -> Condition:
        """Read a mapping, or a list of mappings (any of)."""
        if node is None:
            return ALWAYS
        groups = []
        for item in self.reader.listing(node):
            tests = [self.test(item.at(key), key, value) for key, value in self.reader.mapping(item).items()]
            groups.append(tuple(t for t in tests if t is not None))
        return Condition(tuple(groups), " or ".join(", ".join(self._english(t) for t in g) for g in groups))

    def _english(self, test: Test) -> str:
        name, node = self.names.english(test.path), test.node
        if test.kind in ("missing", "given"):
            done = test.path.text in (self.names.noun.acts if self.names.noun is not None else ())
            return f"{name} {'not ' if test.kind == 'missing' else ''}{'done' if done else 'filled'}"
        choices = test.path.type.choices
        written = [n.text or "" for n in (node.items if node.items is not None else [node])]
        values = " or ".join((choices[t].en if t in choices else "") or t for t in written)
        return f"{name}: {values}" if test.kind in ("is", "in") else f"{name} {values}"

    def test(self, key_node: Node, key: str, value: Node) -> Test | None:
        """Read one key of a condition."""
        path = self.names.path(key_node, key)
        if path is None:
            return None
        if value.items is not None:
            return self._among(path, value)
        return self._one(path, value, self.reader.text(value))

    def _among(self, path: Path, value: Node) -> Test | None:
        wanted = tuple(v for v in (self.literal(path, n, self.reader.text(n)) for n in value.items or ()) if v is not None)
        zh = self._reads(path, wanted)
        return Test(path, "in", _is_in(wanted), zh, value, wanted)

    def _one(self, path: Path, node: Node, text: str) -> Test | None:
        if text == "missing" and not (path.type is PAPER and path.text.endswith(".state")):
            return Test(path, "missing", lambda v, e: v is None or v == (), self._done("未", path), node)
        if text == "unset" and text not in path.type.choices:
            self.reader.fault(
                node, "unset 只用于种类的参数(公司在设定里给数),条件里请写明",
                "`unset` is for the parameters of a kind, which the company sets; a condition says its value",
            )  # fmt: skip
            return None
        if text == "given":
            return Test(path, "given", lambda v, e: v is not None and v != (), self._done("已", path), node)
        if m := BOUND.match(text):
            return self._bound(path, node, m[1], m[2])
        if text[:1] in FULL_WIDTH:
            right = FULL_WIDTH[text[0]] + text[1:]
            self.reader.fault(
                node, f'“{text}”的比较号是全角的,请写 "{right}"', f'the comparison in {text!r} is full-width; write "{right}"'
            )
            return None
        if path.type.name in ORDERED and (m := INTERVAL.match(text)):
            return self._interval(path, node, m)
        wanted = self.literal(path, node, text)
        if wanted is None:
            return None
        return Test(path, "is", _is_in((wanted,)), self._reads(path, (wanted,)), node, (wanted,))

    def _done(self, whether: str, path: Path) -> str:
        """Return 已填报价 of a field, 已回复 of an act."""
        act = self.names.noun.acts.get(path.text) if self.names.noun is not None and path.field is None else None
        return f"{whether}{act.zh}" if act is not None else f"{whether}填{path.zh}"

    def _bound(self, path: Path, node: Node, op: str, text: str) -> Test | None:
        if path.type.name not in ORDERED and op != "=":
            self.reader.fault(node, f"“{path.zh}”不能比大小", f"{path.text} cannot be compared with {op}")
            return None
        if m := REFERENCE.match(text):
            other = self.names.path(node, m[3])
            if other is None:
                return None
            part = Fraction(int(m[1]), int(m[2])) if m[1] else Fraction(1)
            share = f"的{m[1]}/{m[2]}" if m[1] else ""
            return Test(
                path, "bound", _against(op, other, part), f"{path.zh}{_word(op, path)}{other.zh}{share}", node, other=other
            )
        if path.type.name in DATES and text in STARTS:
            period, zh = STARTS[text]
            return Test(path, "start", _against_start(op, period), f"{path.zh}{_word(op, path)}{zh}", node)
        wanted = self.literal(path, node, text)
        if wanted is None:
            return None
        zh = f"{path.zh}{_word(op, path)}{_show(path, wanted)}"
        if path.text.startswith("times."):
            zh = _times_zh(path.zh.removesuffix("次数"), op, int(wanted))
        return Test(path, "bound", _compared(op, wanted), zh, node, (op, wanted))

    def _interval(self, path: Path, node: Node, m: re.Match[str]) -> Test | None:
        low, high = self.literal(path, node, m[2]), self.literal(path, node, m[3])
        if low is None or high is None:
            return None
        ops = (">" if m[1] == "(" else ">=", "<" if m[4] == ")" else "<=")
        if not isinstance(low, Span) and (low > high or (low == high and ops != (">=", "<="))):
            self.reader.fault(
                node,
                f"区间“{node.text}”里没有任何值,永远不成立",
                f"there is nothing in the interval {node.text!r}, it never holds",
            )
        first, second = _compared(ops[0], low), _compared(ops[1], high)
        zh = f"{path.zh}{_word(ops[0], path)}{_show(path, low)}且{_word(ops[1], path)}{_show(path, high)}"
        return Test(path, "interval", lambda v, e: first(v, e) and second(v, e), zh, node, (ops[0], low, ops[1], high))

    def _reads(self, path: Path, wanted: tuple[Any, ...]) -> str:
        if path.type is CLAUSE:
            return f"{path.zh}为第{'、'.join(w.rpartition('#')[2] for w in wanted)}条"
        if path.type is POSTS:
            return f"{path.zh}为{'或'.join(self.names.posts[w].zh if w in self.names.posts else w for w in wanted)}"
        return _reads(path, wanted)

    def _name(self, kind: FieldType, node: Node, text: str) -> str:
        """Return the name of a post, or of a clause by its number."""
        if kind is CLAUSE:
            return self.names.clause(node) if self.names.clause is not None else text
        if text not in self.names.posts:
            self.reader.unknown(node, text, self.names.posts, "没有这个岗位", "there is no post")
        return text

    def literal(self, path: Path, node: Node, text: str) -> Any:
        """Return the typed value of a literal, or note a fault and return None."""
        kind = path.type
        try:
            if kind.name == "elapsed":
                return parse_span(text)
            if kind is CLAUSE or kind is POSTS:
                return self._name(kind, node, text)
            if kind.name == "datetime":
                return _moment(text)
            if kind.name in ("staff", "unit", "customer", "record", "case") and not text.isdigit():
                self.reader.fault(
                    node,
                    f'“{path.zh}”不能与文字比较;可用 missing、given 或 "= field …"',
                    f"{path.text} cannot equal text; use missing, given or '= field …'",
                )
                return None
            return (FieldType(kind.name, kind.choices) if kind.many else kind).read([text] if kind.name == "many" else text)
        except BadSpan as e:
            self.reader.fault(node, e.zh, e.en)
        except BadValue as e:
            tip, tip_en = wide_tip(text)
            self.reader.fault(
                node, f"“{path.zh}”:“{text}”不合适,{e.zh}{tip}", f"{path.text}: {text!r} does not fit, {e.en}{tip_en}"
            )
        return None


def _moment(text: str) -> date:
    """Read a date (its beginning is meant) or a moment in the local time of whatever subject it is compared on."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("应为日期和时间,如 2026-03-01 14:00", "should be a date and time like 2026-03-01 14:00") from None


def _is_in(wanted: tuple[Any, ...]) -> Check:
    flat = frozenset(x for w in wanted for x in (w if isinstance(w, tuple) else (w,)))

    def check(value: Any, _env: Env) -> bool:
        if isinstance(value, SEVERAL):
            return not flat.isdisjoint(value)
        return value in flat

    return check


def _order(value: Any, other: Any, env: Env) -> int | None:
    if isinstance(value, Elapsed):
        return value.compare(other, env.calendar) if isinstance(other, Span) else None
    if isinstance(value, datetime) != isinstance(other, datetime) and isinstance(value, date) and isinstance(other, date):
        value, other = as_moment(value, env.calendar), as_moment(other, env.calendar)
    if isinstance(other, datetime) and other.tzinfo is None:
        other = other.replace(tzinfo=env.calendar.book.zone)
    if isinstance(value, Span) and isinstance(other, Span):
        a, b = env.calendar.add(env.at, value, same_time=True), env.calendar.add(env.at, other, same_time=True)
        return (a > b) - (a < b)
    if isinstance(value, Span) != isinstance(other, Span):
        return None
    return int(value > other) - int(value < other)


FULL_WIDTH = {"＞": ">", "＜": "<", "＝": "=", "≥": ">=", "≤": "<="}
HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda o: o < 0, "<=": lambda o: o <= 0, ">": lambda o: o > 0, ">=": lambda o: o >= 0, "=": lambda o: o == 0,
}  # fmt: skip


def _compared(op: str, wanted: Any) -> Check:
    return _ordered(op, lambda _env: wanted)


def _against_start(op: str, period: Period) -> Check:
    return _ordered(op, lambda env: env.calendar.period_bounds(period, env.at)[0])


def _ordered(op: str, wanted: Callable[[Env], Any]) -> Check:
    holds = HOLDS[op]

    def check(value: Any, env: Env) -> bool | None:
        order = _order(value, wanted(env), env)
        return None if order is None else holds(order)

    return check


def _against(op: str, other: Path, part: Fraction) -> Check:
    holds = HOLDS[op]

    def check(value: Any, env: Env) -> bool | None:
        wanted = other.get(env)
        if wanted is None:
            return None
        if part != 1:
            value, wanted = Fraction(Decimal(str(value))), Fraction(Decimal(str(wanted))) * part
        if op == "=" and not isinstance(value, Elapsed | Span):
            return bool(value == wanted)
        order = _order(value, wanted, env)
        return None if order is None else holds(order)

    return check


def _times_zh(done: str, op: str, times: int) -> str:
    """Return how often an act (已回复) was done: 已回复, 未回复, 已回复至少2次, 已回复超过2次, 回复不足2次, 回复至多2次."""
    if (op, times) in ((">=", 1), (">", 0)):
        return done
    name = done.removeprefix("已")
    if (op, times) in (("<", 1), ("<=", 0), ("=", 0)):
        return f"未{name}"
    return {">=": f"{done}至少", ">": f"{done}超过", "=": f"{done}恰好", "<": f"{name}不足", "<=": f"{name}至多"}[
        op
    ] + f"{times}次"


def _word(op: str, path: Path) -> str:
    if path.type.name in DATES:
        return DATE_WORDS_ZH[op]
    if op == "<":
        return "不足" if path.type.name in ("span", "elapsed") else "少于"
    return WORDS_ZH[op]


def _show(path: Path, value: Any) -> str:
    return value.zh() if isinstance(value, Span) else show_zh(path.type, value)


def _reads(path: Path, wanted: tuple[Any, ...]) -> str:
    field = path.field
    if field is not None and field.type.name == "yes_no" and len(wanted) == 1 and (field.phrase or field.other):
        said = field.phrase if wanted[0] else field.other or f"不是{field.phrase}"
        return said.removesuffix("的") + "的" if said else said
    choices = path.type.choices
    if len(wanted) == 1 and isinstance(wanted[0], str) and wanted[0] in choices and choices[wanted[0]].phrase:
        return choices[wanted[0]].phrase
    shown = "或".join(_show(path, w) for w in wanted)
    return f"{path.zh}为{shown}"
