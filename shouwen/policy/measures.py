"""Measures: the only way a clause asks the past. A fold over acts, standing cases or entries, for one key, over one window.

The same definition runs in memory (scenarios, simulation) and in SQL (live). Empty is 0, never unknown;
the act being decided is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from shouwen.policy import goals
from shouwen.policy.conditions import ALWAYS, Condition, ConditionReader
from shouwen.policy.env import Elapsed
from shouwen.policy.nouns import Book, Noun
from shouwen.policy.overlapping import Ends, read_ends
from shouwen.policy.paths import Names
from shouwen.policy.source import Node
from shouwen.policy.values import FieldType
from shouwen.worktime import BadSpan, Span, parse_span

FOLDS: Final = ("count", "sum", "share", "streak", "oldest", "rise")
KEYS = ("zh", "en", *FOLDS, "of", "when", "where", "while", "per", "overlapping", "over", "target", "source", "assumed")
PER = ("case", "actor", "customer", "responsible", "first_asked", "unit", "who", "subject")
PERSONS: Final = frozenset({"actor", "responsible", "first_asked", "who", "subject"})  # what a member of staff is counted by
COUNTED_ACTS: Final = ("streak", "oldest", "rise")  # folds over what was done, in the order it was done
EVER_AFTER: Final = datetime(9999, 1, 1, tzinfo=UTC)
WINDOWS = ("business_day", "week", "calendar_month", "calendar_quarter", "calendar_year")


@dataclass(frozen=True, slots=True)
class Target:
    """What is counted: an act of a noun, the standing subjects of a noun, the entries of a book, the promises of a clause kept, the
    days a grant runs (`grant`, of which `day` is the whole).
    """

    noun: str = ""
    act: str = ""
    book: str = ""
    kept: str = ""
    column: str = ""  # what a sum adds
    grant: str = ""
    day: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """计量. `fold` is one of FOLDS; `when` narrows the whole, `where` the counted only.

    A share of one noun's acts among another's standing things (`link`: the field that points from the one to the other) counts the
    things, each once. A streak goes back from the last act as long as `goes_on` holds. A rise is what a meter has gone up by.
    """

    id: str
    zh: str
    fold: str
    counted: Target
    whole: Target
    type: FieldType
    en: str = ""
    when: Condition = ALWAYS
    where: Condition = ALWAYS
    per: str = ""
    over: str | Span = ""
    target: str = ""
    source: tuple[str, ...] = ()
    custom_per: str = ""  # a field of the counted noun
    points_to: tuple[str, ...] = ()  # the nouns that field points to: such a subject is counted by itself
    goes_on: Condition = ALWAYS
    clauses: tuple[str, ...] = ()  # of a book: only entries by these clauses
    link: str = ""
    alike: tuple[str, ...] = ()  # per several fields: the others that stand and have the same values there
    ends: Ends | None = None  # of the others alike only those whose span overlaps this one's

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The fields of what is counted that say whose it is."""
        return self.alike or ((self.custom_per,) if self.per == "field" else ())

    @property
    def across(self) -> bool:
        """Whether it is a share of the things of one noun that acts on another noun have reached."""
        return bool(self.link)

    def key_for(self, noun: str, id_: int, fields: Mapping[str, Any], plain: Callable[[str], Any]) -> Any:
        """Return for whom or what a subject asks; `plain` answers for the words of a subject (case, actor, customer …).

        Per fields: what stands in them, with what the act brings, in `fields`. Of several, None while one of them is not known.
        """
        if not self.per:
            return None
        if self.alike:
            return key_of_alike(self.alike, fields)
        if self.per == "field":
            return id_ if noun in self.points_to else fields.get(self.custom_per)
        if noun == "staff" and self.per in PERSONS:
            return id_
        return fields["who"] if self.per == "who" and fields.get("who") is not None else plain(self.per)


def key_of_alike(names: Iterable[str], fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the values by which subjects are alike; None while one of them is not known: it is like nothing else."""
    values = tuple(fields.get(n) for n in names)
    return None if None in values else values


class MeasureReader:
    """Reads the measures of a pack."""

    def __init__(self, names: Names, books: Mapping[str, Book], clause_ids: Mapping[str, str], regulation: str) -> None:
        self.names, self.books, self.reader = names, books, names.reader
        self.clause_ids, self.regulation = clause_ids, regulation

    def measure(self, key: str, node: Node) -> Measure | None:
        """Read one measure; None (with a fault) if it is not one."""
        folds = [f for f in FOLDS if node.get(f) is not None]
        self.reader.known(node, KEYS, "计量")
        if len(folds) != 1:
            self.reader.fault(node, f"计量须写 {'、'.join(FOLDS)} 之一", f"a measure is one of {', '.join(FOLDS)}")
            return None
        fold = folds[0]
        counted = self._target(node.get(fold) or node, fold)
        of = node.get("of")
        whole = self._target(of, "of") if of is not None else counted
        alike = self._alike(node.get("per"), counted)
        per, custom = ("alike", "") if alike else self._per(node.get("per"), counted)
        found = Measure(
            key,
            self.reader.text(node.get("zh"), key),
            fold,
            counted,
            whole,
            self._type(fold, counted),
            self.reader.text(node.get("en")),
            self._condition(node.get("when"), whole),
            ALWAYS if counted.book else self._condition(node.get("where"), counted),
            per,
            self._window(node.get("over")),
            self.reader.text(node.get("target")),
            self.reader.source(node.get("source")),
            custom,
            self._points_to(counted.noun, custom),
            self._condition(node.get("while"), counted),
            self._clauses(node.get("where")) if counted.book else (),
            self._link(counted, whole),
            alike,
            read_ends(self.reader, node.get("overlapping"), self.names.nouns.get(counted.noun)),
        )
        self._check(node, found)
        return found

    def _check(self, node: Node, m: Measure) -> None:
        """Note what a fold cannot do without."""
        goals.check(self.reader, node, m)
        if m.fold in COUNTED_ACTS and not m.counted.act:
            self.reader.fault(node, f"{m.fold} 须写“流程.动作”", f"{m.fold} wants `procedure.act`")
        if m.alike and (m.fold, m.counted.act, m.counted.kept, bool(m.counted.noun)) != ("count", "", "", True):
            self.reader.fault(
                node, "按几个字段的,只能数流程或台账(count)", "per several fields only a procedure or register is counted"
            )
        if m.ends is not None and not m.alike:
            self.reader.fault(
                node,
                "overlapping 还须写 per: [字段]:与哪些同一件东西的相重叠",
                "`overlapping` wants per: [field]: of one and the same what",
            )
        if m.fold == "streak" and not m.goes_on.groups:
            self.reader.fault(node, "streak 须写 while:连续到何时为止", "a streak wants `while`: as long as what holds")
        if (m.counted.day or m.whole.day or m.counted.grant) and (m.fold, m.whole.day, bool(m.over)) != ("share", True, True):
            self.reader.fault(
                node,
                "按日计的准许须写 share: grant.…、of: day 和 over",
                "days of a grant: `share: grant.x`, `of: day` and `over`",
            )

    def _points_to(self, noun: str, field: str) -> tuple[str, ...]:
        shape = self.names.nouns[noun].fields.get(field) if noun in self.names.nouns and field else None
        if shape is None:
            return ()
        return (shape.type.name,) if shape.type.name in ("staff", "unit") else shape.type.nouns

    def _link(self, counted: Target, whole: Target) -> str:
        """Return the field by which what is counted points to the things it is a share of; "" when it is of the same noun."""
        if not counted.noun or not whole.noun or counted.noun == whole.noun:
            return ""
        fields = self.names.nouns[counted.noun].fields.values()
        return next((f.id for f in fields if whole.noun in f.type.nouns and not f.type.many), "")

    def _clauses(self, node: Node | None) -> tuple[str, ...]:
        """Read which clauses' entries count: `where: {clause: ["5.1", "5.2"]}`."""
        if node is None:
            return ()
        self.reader.known(node, ("clause",), "账簿的 where")
        return tuple(self._clause(n) for n in self.reader.listing(node.get("clause")))

    def _clause(self, node: Node) -> str:
        text = self.reader.text(node)
        name = next((n for n in (text, f"{self.regulation}#{text}") if n in self.clause_ids), "")
        if not name:
            self.reader.unknown(node, text, [c.split("#")[1] for c in self.clause_ids], "没有这一条:", "there is no clause")
        return name or text

    def _type(self, fold: str, counted: Target) -> FieldType:
        if fold in ("share", "oldest", "streak"):
            return FieldType({"share": "percent", "oldest": "span", "streak": "number"}[fold], whole=fold == "streak")
        noun = self.names.nouns.get(counted.noun)
        if fold == "sum" and counted.book:
            return FieldType("money" if self.books[counted.book].is_money else "number")
        if fold in ("sum", "rise") and noun is not None:
            brought = noun.acts[counted.act].fields if counted.act in noun.acts else {}
            shape = brought.get(counted.column) or noun.fields.get(counted.column)
            return shape.type if shape is not None else FieldType("number")
        return FieldType("number", whole=fold == "count")

    def _target(self, node: Node, fold: str) -> Target:
        if node.pairs is not None:
            self.reader.known(node, ("kept",))
            return Target(kept=self._clause(node.get("kept") or node))
        text = self.reader.text(node)
        head, *rest = text.split(".")
        if text == "day" or head == "grant":
            return Target(day=text == "day", grant=".".join(rest) if head == "grant" else "")
        if head in self.books:
            return Target(book=head)
        noun = self.names.nouns.get(head)
        if noun is None:
            self.reader.unknown(
                node,
                head,
                [*self.names.nouns, *self.books],
                "没有这个流程、台账或账簿:",
                "there is no procedure, register or book",
            )
            return Target()
        if not rest:
            return Target(noun=head)
        act, column = (rest[0], rest[1] if len(rest) > 1 else "") if rest[0] in noun.acts else ("", rest[0])
        brought = noun.acts[act].fields if act else {}
        if (fold in ("sum", "rise")) != bool(column) or (column and column not in noun.fields and column not in brought):
            known = [*noun.acts, *noun.fields, *(f"{act}.{f}" for f in brought)]
            self.reader.unknown(node, ".".join(rest), known, f"{noun.zh}没有", f"{noun.id} has no")
        return Target(head, act, column=column)

    def _condition(self, node: Node | None, target: Target) -> Condition:
        if node is None:
            return ALWAYS
        scoped = Names(
            self.names.nouns, {}, {}, self.names.customer_fields, self.names.posts, self.reader, self.names.nouns.get(target.noun)
        )
        return ConditionReader(scoped).condition(node)

    def _alike(self, node: Node | None, counted: Target) -> tuple[str, ...]:
        """Read the fields of `per: [place, day]`; nothing when it is one word."""
        if node is None or node.items is None:
            return ()
        noun = self.names.nouns.get(counted.noun)
        known = noun.fields if noun is not None else {}
        names = tuple(self.reader.text(n) for n in node.items)
        for item, name in zip(node.items, names, strict=True):
            if name not in known:
                self.reader.unknown(item, name, list(known), "没有这个字段:", "there is no field")
        return names

    def _per(self, node: Node | None, counted: Target) -> tuple[str, str]:
        text = self.reader.text(node)
        if not text or text in PER:
            return text, ""
        noun: Noun | None = self.names.nouns.get(counted.noun)
        if noun is not None and text in noun.fields:
            return "field", text
        if node is not None:
            self.reader.unknown(node, text, [*PER, *(noun.fields if noun else ())], "不能按此分:", "cannot be counted per")
        return "", ""

    def _window(self, node: Node | None) -> str | Span:
        text = self.reader.text(node)
        if not text or text in WINDOWS:
            return text
        try:
            return parse_span(text)
        except BadSpan as e:
            if node is not None:
                self.reader.fault(node, f"{e.zh};或写 {'、'.join(WINDOWS)}", f"{e.en}; or {', '.join(WINDOWS)}")
            return ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was done: when, its place among those of one moment, what it adds, whether the streak goes on with it."""

    at: datetime
    order: int
    added: Any = 1
    goes_on: bool = False


def fold_acts(m: Measure, hits: Iterable[Hit], at: datetime, since: datetime | None) -> Any:
    """Return a streak, the age of the oldest, or the rise of a meter, from what was done; nothing done is nothing, never unknown."""
    done = sorted(hits, key=lambda h: (h.at, h.order))
    if m.fold == "oldest":
        return Elapsed(done[0].at if done else at, at)
    if m.fold == "streak":
        return next((n for n, h in enumerate(reversed(done)) if not h.goes_on), len(done))
    before = [h.added for h in done if since is not None and h.at < since]
    within = [h.added for h in done if since is None or h.at >= since]
    if not within:
        return Decimal(0)
    return max(within[-1] - (before[-1] if before else within[0]), Decimal(0))


def granted_share(m: Measure, grants: Iterable[tuple[datetime, datetime]], at: datetime, calendar: Any) -> Decimal:
    """Return the share of the days of the window on which a grant ran all day."""
    first, end = calendar.period_bounds(m.over, at)
    day, days, runs, spells = calendar.business_day(first), 0, 0, list(grants)
    while (bounds := calendar.day_bounds(day))[0] < end:
        days += 1
        runs += any(since <= bounds[0] and bounds[1] <= until for since, until in spells)
        day += timedelta(days=1)
    return share(runs, days)


def share(part: int, whole: int) -> Decimal:
    """Return a share in percent; nothing of nothing is 0."""
    return Decimal(0) if whole == 0 else (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))


def percent(part: int, whole: int) -> int | None:
    """Return a share as pages show it: in whole percent, halves up, never 100 while something is missing; None of nothing."""
    if not whole:
        return None
    return 100 if part >= whole else min(99, (200 * part + whole) // (2 * whole))


def window_end(over: str | Span, at: Any, calendar: Any) -> datetime:
    """Return until when a window counts: all of it, also what was entered before and happened after.

    An act dated back into a day, a month, a week that is used up must not find it empty.
    """
    if not over:
        return EVER_AFTER
    first, end = calendar.period_bounds(over, at)
    until: datetime = at + (at - first) if isinstance(over, Span) else end - timedelta(microseconds=1)
    return until


def window_start(over: str | Span, at: Any, calendar: Any) -> Any:
    """Return from when a window counts, as of a moment; None: from the beginning."""
    if not over:
        return None
    return calendar.period_bounds(over, at)[0]
