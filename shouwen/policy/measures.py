"""Measures: the only way a clause asks the past. A fold over acts, standing cases or entries, for one key, over one window.

The same definition runs in memory (scenarios, simulation) and in SQL (live). Empty is 0, never unknown;
the act being decided is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from shouwen.policy.conditions import ALWAYS, Condition, ConditionReader
from shouwen.policy.nouns import Book, Noun
from shouwen.policy.paths import Names
from shouwen.policy.source import Node
from shouwen.policy.values import FieldType
from shouwen.worktime import BadSpan, Span, parse_span

KEYS = ("zh", "en", "count", "sum", "share", "of", "when", "where", "per", "over", "target", "source", "assumed")
LATER = ("streak", "oldest", "rise")
PER = ("case", "actor", "customer", "responsible", "first_asked", "unit", "who", "subject")
EVER_AFTER: Final = datetime(9999, 1, 1, tzinfo=UTC)
WINDOWS = ("business_day", "week", "calendar_month", "calendar_quarter", "calendar_year")


@dataclass(frozen=True, slots=True)
class Target:
    """What is counted: an act of a noun, the standing subjects of a noun, the entries of a book, or the promises of a clause kept."""

    noun: str = ""
    act: str = ""
    book: str = ""
    kept: str = ""
    column: str = ""  # what a sum adds


@dataclass(frozen=True, slots=True)
class Measure:
    """计量. `fold` is count, sum or share; `when` narrows the whole, `where` the counted only."""

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


class MeasureReader:
    """Reads the measures of a pack."""

    def __init__(self, names: Names, books: Mapping[str, Book], clause_ids: Mapping[str, str], regulation: str) -> None:
        self.names, self.books, self.reader = names, books, names.reader
        self.clause_ids, self.regulation = clause_ids, regulation

    def measure(self, key: str, node: Node) -> Measure | None:
        """Read one measure; None (with a fault) if it is not one."""
        folds = [f for f in ("count", "sum", "share") if node.get(f) is not None]
        if any(node.get(word) is not None for word in LATER):
            return None
        self.reader.known(node, KEYS, "计量")
        if len(folds) != 1:
            self.reader.fault(node, "计量须写 count、sum、share 之一", "a measure is one of count, sum, share")
            return None
        fold = folds[0]
        counted = self._target(node.get(fold) or node, fold)
        of = node.get("of")
        whole = self._target(of, "of") if of is not None else counted
        kind = self._type(fold, counted)
        per, custom = self._per(node.get("per"), counted)
        return Measure(
            key,
            self.reader.text(node.get("zh"), key),
            fold,
            counted,
            whole,
            kind,
            self.reader.text(node.get("en")),
            self._condition(node.get("when"), whole),
            self._condition(node.get("where"), counted),
            per,
            self._window(node.get("over")),
            self.reader.text(node.get("target")),
            self.reader.source(node.get("source")),
            custom,
        )

    def _type(self, fold: str, counted: Target) -> FieldType:
        if fold == "share":
            return FieldType("percent")
        noun = self.names.nouns.get(counted.noun)
        if fold == "sum" and counted.book:
            return FieldType("money" if self.books[counted.book].is_money else "number")
        if fold == "sum" and noun is not None:
            brought = noun.acts[counted.act].fields if counted.act in noun.acts else {}
            shape = brought.get(counted.column) or noun.fields.get(counted.column)
            return shape.type if shape is not None else FieldType("number")
        return FieldType("number")

    def _target(self, node: Node, fold: str) -> Target:
        if node.pairs is not None:
            self.reader.known(node, ("kept",))
            text = self.reader.text(node.get("kept"))
            name = f"{self.regulation}#{text}" if "#" not in text else text
            if name not in self.clause_ids:
                self.reader.unknown(node, text, [c.split("#")[1] for c in self.clause_ids], "没有这一条:", "there is no clause")
            return Target(kept=name)
        text = self.reader.text(node)
        head, *rest = text.split(".")
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
        if (fold == "sum") != bool(column) or (column and column not in noun.fields and column not in brought):
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


def share(part: int, whole: int) -> Decimal:
    """Return a share in percent; nothing of nothing is 0."""
    return Decimal(0) if whole == 0 else (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))


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
