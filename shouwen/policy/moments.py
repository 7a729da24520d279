"""Due moments: `within` a span, or `due:` the end of a period, a clock time, the next day at a time, a date field, or a table of these."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from shouwen.policy.env import Env, as_moment, clock_time
from shouwen.policy.fixed import fixed
from shouwen.policy.kinds.base import ClauseReader, Rule, unset_zh
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.source import Node
from shouwen.worktime import Calendar, Due, Manner, Pause, Span, due, due_and_warning, extend

ENDS = {
    "end_of_day": ("day", "当日结束"),
    "end_of_hours": ("hours", "当日下班"),
    "end_of_week": ("week", "本周末"),
    "end_of_month": ("month", "当月底"),
    "end_of_quarter": ("quarter", "本季末"),
    "end_of_year": ("year", "当年底"),
}
NEXT_DAY = re.compile(r"^next day (\d\d:\d\d)$")
MAX_AGAIN = 1000  # how often a promise may begin again
PERIODS = {"business_day": "日", "week": "周", "calendar_month": "月"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One way of saying a due moment: `kind` is end, clock, next_day or field."""

    kind: Literal["end", "clock", "next_day", "field"]
    name: str
    zh: str
    en: str = ""

    def moment(self, env: Env, anchor: datetime, day: str = "") -> datetime | None:
        """Return the moment, counted from the anchor or on the day of a date field `day`; None when the field is not filled."""
        calendar = env.calendar
        if self.kind == "field":
            return as_moment(date_value(self.name, env), calendar, end=True)
        if day:
            at = as_moment(date_value(day, env), calendar)
            if at is None:
                return None
            anchor = at
        if self.kind == "end":
            return calendar.end_of(self.name, anchor)  # type: ignore[arg-type]  # checked when the pack was read
        if self.kind == "next_day":
            return calendar.day_at(anchor, 1, self.name)
        return calendar.clock(calendar.business_day(anchor), self.name)


def answer_zh(answer: Spot | Span | None) -> str:
    """Return the answer of a due table in Chinese."""
    return unset_zh(None) if answer is None else answer.zh() + "内" if isinstance(answer, Span) else answer.zh


@dataclass(frozen=True, slots=True)
class When:
    """When something falls due: within a span, at a spot, or by table."""

    within: Span | None = None
    spot: Spot | None = None
    by_table: bool = False
    roll: Literal["none", "forward", "backward"] = "none"
    same_time: bool = False
    unset: bool = False
    day: str = ""  # the date field on whose day a clock time or the end of a day stands
    manner: Manner = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "manner", Manner(self.same_time, self.roll))

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
            return f"按表列时限({rule.table.zh(answer_zh)})"
        return f"在{self.spot.zh if self.spot else ''}前{rolled}"

    def of(self, rule: Rule, env: Env, unknown: list[str]) -> Spot | Span | None:
        """Return the span or spot that holds for this case."""
        if not self.by_table:
            return self.within or self.spot
        row = rule.table.row(env, unknown) if rule.table is not None else None
        return row.answer if row is not None else None

    def rests_on(self, rule: Rule) -> frozenset[str]:
        """Return the fields of the subject that say when it falls due."""
        spots = [self.spot, *(row.answer for row in rule.table.rows)] if self.by_table and rule.table is not None else [self.spot]
        names = {s.name for s in spots if isinstance(s, Spot) and s.kind == "field"} | {self.day}
        names |= {p.text for p in rule.table.columns} if self.by_table and rule.table is not None else set()
        return frozenset(n.partition(".")[0] for n in names if n)

    def lacks(self, rule: Rule, env: Env) -> tuple[str, ...]:
        """Return the facts that are missing to say when it falls due; none when it can be said (or nobody has decided it)."""
        unknown: list[str] = []
        how = self.of(rule, env, unknown)
        return (*unknown, *self.blank(how, env))

    def blank(self, how: Spot | Span | None, env: Env) -> tuple[str, ...]:
        """Return the date field a spot rests on, while nobody has filled it in."""
        if not isinstance(how, Spot):
            return ()
        wanted = how.name if how.kind == "field" else self.day
        return (wanted,) if wanted and date_value(wanted, env) is None else ()


@fixed(frozen=True, slots=True)
class Fall:
    """A computed due moment and its warning; where a span was counted, `counted` tells how."""

    due_at: datetime | None
    warn_at: datetime | None
    counted: Callable[[], Due] | None = None

    @property
    def deadline(self) -> Due | None:
        """The arithmetic that explains it, done when somebody asks."""
        return self.counted() if self.counted is not None else None


@fixed(frozen=True, slots=True)
class Clockwork:
    """What a running promise is computed with: pauses and approved extensions."""

    pauses: tuple[Pause, ...] = ()
    extended: tuple[Span, ...] = ()


def fall(
    when: When,
    how: Spot | Span | None,
    anchor: datetime,
    env: Env,
    *,
    warn: int | Span | None = None,
    clock: Clockwork | None = None,
) -> Fall:
    """Return when a promise from `anchor` falls due, with its warning."""
    calendar: Calendar = env.calendar
    pauses, extended = (clock.pauses, clock.extended) if clock is not None else ((), ())
    if isinstance(how, Span):
        if pauses:
            pauses = tuple(p for p in pauses if p[1] is None or p[1] > anchor)
        counted = partial(_counted, anchor, how, calendar, when.manner, extended, pauses)
        if extended:
            made = counted()
            return Fall(made.due_at, made.warn_at(warn) if warn is not None else None, counted)
        return Fall(*due_and_warning(anchor, how, calendar, manner=when.manner, pauses=pauses, warn=warn), counted)
    at = how.moment(env, anchor, when.day) if how is not None else None
    if at is None:
        return Fall(None, None)
    if when.roll != "none":
        day = calendar.business_day(at - timedelta(microseconds=1))
        rolled = calendar.roll(day, when.roll)
        at = at + (calendar.day_bounds(rolled)[0] - calendar.day_bounds(day)[0])
    for span in extended:
        at = calendar.extend(at, span)
    return Fall(at, _warning(anchor, at, warn, calendar))


def _counted(
    anchor: datetime, span: Span, calendar: Calendar, manner: Manner, extended: tuple[Span, ...], pauses: tuple[Pause, ...]
) -> Due:
    made = due(anchor, span, calendar, pauses=pauses, same_time=manner.same_time, roll=manner.roll)
    for more in extended:
        made = extend(made, more)
    return made


@dataclass(frozen=True, slots=True)
class Missed:
    """A promise that begins again: when it began at first, and the due moment that was missed last."""

    begun: datetime
    at: datetime


def fall_anew(when: When, how: Span, missed: Missed, env: Env, *, warn: int | Span | None, clock: Clockwork) -> Fall:
    """Return when a promise falls due that begins again from a missed moment: Friday's close and a working day is Monday's."""
    made, extended = fall(when, how, missed.begun, env, clock=clock), clock.extended
    for _ in range(MAX_AGAIN):
        if made.due_at is None or made.due_at > missed.at:
            break
        extended = (*extended, how)
        made = fall(when, how, missed.begun, env, clock=Clockwork(clock.pauses, extended))
    return Fall(made.due_at, None if made.due_at is None else _warning(missed.at, made.due_at, warn, env.calendar), made.counted)


def _warning(anchor: datetime, at: datetime, warn: int | Span | None, calendar: Calendar) -> datetime | None:
    if warn is None or at <= anchor:
        return None
    if isinstance(warn, Span):
        return calendar.subtract(at, warn)
    return anchor + (at - anchor) * warn / 100


def date_field(noun: Noun, name: str) -> Field | None:
    """Return a date field of a noun, or a date column of one of its rows fields (`instalments.due_on`); None if it is neither."""
    rows, _, column = name.partition(".")
    found = noun.fields.get(rows)
    if found is not None and column:
        found = found.type.columns.get(column) if found.type.name == "rows" else None
    return found if found is not None and found.type.name in ("date", "datetime") else None


def date_value(name: str, env: Env) -> Any:
    """Return the value of a date field, or of a date column in the row that is spoken of."""
    rows, _, column = name.partition(".")
    if column:
        return env.row.get(column) if env.row is not None else None
    return env.fields.get(rows)


def read_spot(r: ClauseReader, node: Node) -> Spot:
    """Read one due moment."""
    text = r.reader.text(node)
    if text in ENDS:
        return Spot("end", *ENDS[text], text.replace("_", " "))
    if m := NEXT_DAY.match(text):
        return Spot("next_day", m[1], f"次日{m[1]}", f"next day {m[1]}")
    if clock_time(text) is not None:
        return Spot("clock", text, text)
    name = text.removeprefix("field ").strip()
    noun = r.names.noun
    shape = date_field(noun, name) if noun is not None else None
    if shape is not None:
        return Spot("field", name, shape.zh, shape.en)
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
    spot = read_spot(r, due_node) if due_node is not None and not by_table and not unset else None
    same_time = r.reader.flag(node.get("same_time"))
    return When(None if unset else r.span(within, "within"), spot, by_table, roll, same_time, unset, _day(r, node.get("day")))


def _day(r: ClauseReader, node: Node | None) -> str:
    """Read the date field on whose day a due moment stands."""
    name, noun = r.reader.text(node), r.names.noun
    if node is not None and noun is not None and date_field(noun, name) is None:
        r.reader.unknown(
            node, name, [f for f in noun.fields if date_field(noun, f)], "没有这个日期字段:", "there is no date field"
        )
        return ""
    return name


def read_warn(r: ClauseReader, node: Node | None) -> int | Span | None:
    """Read a warning: a share of the span (75%) or a span before the end."""
    if node is None:
        return None
    text = r.reader.text(node)
    if text.endswith("%") and text[:-1].isdecimal() and 0 < int(text[:-1]) < 100:
        return int(text[:-1])
    return r.span(node, "warn")
