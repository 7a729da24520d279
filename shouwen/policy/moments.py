"""Due moments: `within` a span, or `due:` the end of a period, a clock time, the next day at a time, a date field, or a table of these."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from shouwen.policy.env import Env, as_moment, clock_time
from shouwen.policy.kinds.base import ClauseReader, Rule, unset_zh
from shouwen.policy.source import Node
from shouwen.worktime import Calendar, Due, Span, due, extend

ENDS = {
    "end_of_day": ("day", "当日结束"), "end_of_hours": ("hours", "当日下班"), "end_of_week": ("week", "本周末"), "end_of_month": ("month", "当月底"),
    "end_of_quarter": ("quarter", "本季末"), "end_of_year": ("year", "当年底"),
}  # fmt: skip
NEXT_DAY = re.compile(r"^next day (\d\d:\d\d)$")
PERIODS = {"business_day": "日", "week": "周", "calendar_month": "月"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One way of saying a due moment: `kind` is end, clock, next_day or field."""

    kind: Literal["end", "clock", "next_day", "field"]
    name: str
    zh: str
    day: str = ""  # the date field on whose day a clock time stands

    def moment(self, env: Env, anchor: datetime) -> datetime | None:
        """Return the moment, counted from the anchor; None when the field is not filled."""
        calendar = env.calendar
        if self.kind == "end":
            return calendar.end_of(self.name, anchor)  # type: ignore[arg-type]
        if self.kind == "next_day":
            return calendar.day_at(anchor, 1, self.name)
        if self.kind == "field":
            return as_moment(env.fields.get(self.name), calendar, end=True)
        day = env.fields.get(self.day) if self.day else calendar.business_day(anchor)
        return None if day is None else calendar.clock(day, self.name)


@dataclass(frozen=True, slots=True)
class When:
    """When something falls due: within a span, at a spot, or by table."""

    within: Span | None = None
    spot: Spot | None = None
    by_table: bool = False
    roll: Literal["none", "forward", "backward"] = "none"
    same_time: bool = False
    unset: bool = False

    @property
    def said(self) -> bool:
        """Whether any due moment is written."""
        return self.within is not None or self.spot is not None or self.by_table or self.unset

    def zh(self, rule: Rule) -> str:
        """Return the phrase: 1小时内, 在当月底前."""
        rolled = ",遇休息日顺延" if self.roll == "forward" else ",遇休息日提前" if self.roll == "backward" else ""
        if self.unset:
            return f"{unset_zh(None)}内"
        if self.within is not None:
            return f"{self.within.zh()}{'(同一时刻)' if self.same_time else ''}内{rolled}"
        if self.by_table and rule.table is not None:
            return f"在表列时刻前({rule.table.zh(lambda s: s.zh if s else unset_zh(None))})"
        return f"在{self.spot.zh if self.spot else ''}前{rolled}"

    def of(self, rule: Rule, env: Env, unknown: list[str]) -> Spot | Span | None:
        """Return the span or spot that holds for this case."""
        if not self.by_table:
            return self.within or self.spot
        row = rule.table.row(env, unknown) if rule.table is not None else None
        return row.answer if row is not None else None


@dataclass(frozen=True, slots=True)
class Fall:
    """A computed due moment and its warning, and the arithmetic that explains it."""

    due_at: datetime | None
    warn_at: datetime | None
    deadline: Due | None = None


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What a running promise is computed with: pauses and approved extensions."""

    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    extended: tuple[Span, ...] = field(default=())


def fall(when: When, how: Spot | Span | None, anchor: datetime, env: Env, *, warn: int | Span | None = None, clock: Clockwork | None = None) -> Fall:
    """Return when a promise from `anchor` falls due, with its warning."""
    clock = clock or Clockwork()
    calendar: Calendar = env.calendar
    if isinstance(how, Span):
        pauses = tuple(p for p in clock.pauses if p[1] is None or p[1] > anchor)
        made = due(anchor, how, calendar, pauses=pauses, same_time=when.same_time, roll=when.roll)
        for span in clock.extended:
            made = extend(made, span)
        return Fall(made.due_at, made.warn_at(warn) if warn is not None else None, made)
    at = how.moment(env, anchor) if how is not None else None
    if at is None:
        return Fall(None, None)
    if when.roll != "none":
        day = calendar.business_day(at - timedelta(microseconds=1))
        rolled = calendar.roll(day, when.roll)
        at = at + (calendar.day_bounds(rolled)[0] - calendar.day_bounds(day)[0])
    for span in clock.extended:
        at = calendar.extend(at, span)
    return Fall(at, _warning(anchor, at, warn, calendar))


def _warning(anchor: datetime, at: datetime, warn: int | Span | None, calendar: Calendar) -> datetime | None:
    if warn is None or at <= anchor:
        return None
    if isinstance(warn, Span):
        return calendar.subtract(at, warn)
    return anchor + (at - anchor) * warn / 100


def read_spot(r: ClauseReader, node: Node, day: str = "") -> Spot:
    """Read one due moment."""
    text = r.reader.text(node)
    if text in ENDS:
        return Spot("end", *ENDS[text])
    if m := NEXT_DAY.match(text):
        return Spot("next_day", m[1], f"次日{m[1]}")
    if clock_time(text) is not None:
        return Spot("clock", text, text, day)
    name = text.removeprefix("field ").strip()
    noun = r.names.noun
    if noun is not None and name in noun.fields and noun.fields[name].type.name in ("date", "datetime"):
        return Spot("field", name, noun.fields[name].zh)
    dates = [f"field {f.id}" for f in (noun.fields.values() if noun else ()) if f.type.name in ("date", "datetime")]
    r.reader.unknown(node, text, [*ENDS, "next day 10:00", "21:00", *dates], "不是时刻:", "is no due moment:")
    return Spot("end", "day", text)


def read_when(r: ClauseReader, node: Node) -> When:
    """Read within / due / roll / same_time / day of a kind that makes a promise."""
    within, due_node = node.get("within"), node.get("due")
    if within is not None and due_node is not None:
        r.reader.fault(due_node, "within 和 due 只写一个", "write within or due, not both")
    roll: Any = r.reader.one_of(node.get("roll"), ("none", "forward", "backward"), "none")
    unset = r.is_unset(within, "within") or r.is_unset(due_node, "due")
    by_table = due_node is not None and due_node.text == "table"
    spot = read_spot(r, due_node, r.reader.text(node.get("day"))) if due_node is not None and not by_table and not unset else None
    return When(None if unset else r.span(within, "within"), spot, by_table, roll, r.reader.flag(node.get("same_time")), unset)


def read_warn(r: ClauseReader, node: Node | None) -> int | Span | None:
    """Read a warning: a share of the span (75%) or a span before the end."""
    if node is None:
        return None
    text = r.reader.text(node)
    if text.endswith("%") and text[:-1].isdigit() and 0 < int(text[:-1]) < 100:
        return int(text[:-1])
    return r.span(node, "warn")
