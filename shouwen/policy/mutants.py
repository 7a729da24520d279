"""The fixed list of mutants of one clause: what could be written differently in it, place by place.

The clause goes; a dated version goes; each number is doubled, raised and lowered by one; each post, choice, act and closed word
becomes its neighbour (the next one declared that still loads); each key of a condition goes; a gate that refuses only records.
Texts, ids, names of fields and references to other clauses stay: they are not rules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import ClauseReader
from shouwen.policy.kinds.booking import Booking
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import WINDOWS, Approval
from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.kinds.requires import EVIDENCE_ZH
from shouwen.policy.moments import ENDS
from shouwen.policy.nouns import Noun
from shouwen.policy.paths import POSTS, Path
from shouwen.policy.source import Node, scalar
from shouwen.policy.values import NO, YES, FieldType

Where = tuple[str | int, ...]
NUMBER = re.compile(r"(?<!\w)(?<!\d\.)-?\d+(?:\.\d+)?")
CLOCK = re.compile(r"^(next day )?([01]\d|2[0-3]):([0-5]\d)$")
NUMERIC = frozenset({"number", "money", "percent", "span", "elapsed"})
SIGN = re.compile(r"(?<=\s)[-+*/](?=\s)")
OPPOSITE = {"+": "-", "-": "+", "*": "/", "/": "*"}
SILENT = frozenset({"table", "unset", "missing", "given", "none"})
ROW_WORDS = frozenset({"id", "source", "assumed"})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that can be changed: where it stands, what stands there, what could stand there (None: nothing).

    Of several options the first that loads counts; a single one that does not load was noticed by the loader.
    `key` renames the key at `where` instead of changing its value.
    """

    where: Where
    was: str
    options: tuple[str | None, ...]
    key: bool = False

    def name(self, option: str | None) -> str:
        """Return how a mutant is called in reports and in the file of equivalent ones: `deadline.within: 2h -> 4h`."""
        place = ".".join(str(w + 1 if isinstance(w, int) else w) for w in self.where)
        if option is None and self.where and isinstance(self.where[-1], int):
            return f"{place}: {self.was} dropped"
        return f"{place}: dropped" if option is None else f"{place}: {self.was} -> {option}"

    def applied(self, clause: Node, option: str | None) -> Node:
        """Return the clause with this change."""
        return _renamed(clause, self.where, option or "") if self.key else replaced(clause, self.where, option)


def replaced(node: Node, where: Where, text: str | None) -> Node:
    """Return a node in which the scalar at a place reads otherwise (None: is gone); the rest is shared."""
    if not where:
        return scalar(text or "", node)
    step, rest = where[0], where[1:]
    if isinstance(step, int):
        gone = text is None and not rest
        items = [replaced(n, rest, text) if i == step else n for i, n in enumerate(node.items or []) if not (gone and i == step)]
        return Node(node.file, node.line, node.column, items=items)
    pairs = dict(node.pairs or {})
    if text is None and not rest:
        del pairs[step]
    else:
        pairs[step] = replaced(pairs.get(step, node), rest, text)
    return Node(node.file, node.line, node.column, pairs=pairs, keys=node.keys)


def _renamed(node: Node, where: Where, key: str) -> Node:
    if len(where) > 1:
        step, rest = where[0], where[1:]
        if isinstance(step, int):
            items = [_renamed(n, rest, key) if i == step else n for i, n in enumerate(node.items or [])]
            return Node(node.file, node.line, node.column, items=items)
        pairs = {k: _renamed(n, rest, key) if k == step else n for k, n in node.entries()}
        return Node(node.file, node.line, node.column, pairs=pairs, keys=node.keys)
    pairs = {key if k == where[0] else k: n for k, n in node.entries()}
    return Node(node.file, node.line, node.column, pairs=pairs, keys={**node.keys, key: node.at(str(where[0]))})


class Finder:
    """Finds everything that can be changed in one clause. `scope` is what the clause may name; `word` its kind."""

    def __init__(self, scope: ClauseReader, word: str, clause: Node) -> None:
        self.names, self.word, self.clause, self.kind = scope.names, word, clause, KINDS[word]
        self.names.reader.faults = Faults()  # what cannot be read here is the loader's to say, not ours
        self.own = [a for a, shape in scope.names.noun.acts.items() if not shape.built_in] if scope.names.noun else []

    def changes(self) -> Iterator[Change]:
        """Yield every change, in the order of the file."""
        yield from self._level(self.clause, ())
        versions = self.clause.get("versions")
        for day, version in versions.entries() if versions is not None else ():
            yield Change(("versions", day), day, (None,))
            yield from self._level(version, ("versions", day))
        if issubclass(self.kind, Gate) and self.kind is not Approval:
            params = self.clause.get(self.word)
            mode = params.get("or") if params is not None else None
            was = (mode.text or "") if mode is not None else "refuse"
            yield Change((self.word, "or"), was, ("refuse" if was == "record" else "record",))

    def _level(self, node: Node, where: Where) -> Iterator[Change]:
        """Yield the changes of the clause, or of one version, where the kind's parameters stand among the clause's own keys."""
        for key, value in node.entries():
            here = (*where, key)
            if key == self.word:
                for name, parameter in value.entries():
                    yield from self._parameter(name, parameter, (*here, name))
            elif key == "when":
                yield from self._condition(value, here)
            elif key == "upon" and value.text is not None:
                yield from self._moment(value, here)
            elif key == "table":
                yield from self._table(value, here)
            elif where:
                yield from self._parameter(key, value, here)

    def _parameter(self, key: str, value: Node, here: Where) -> Iterator[Change]:
        shape = self.kind.keys.get(key)
        if shape is None or key == "or" or value.text in SILENT or (value.text or "").startswith("field "):
            return
        words = shape.value.split("|")
        if not any(w in self.BY_WORD for w in words):
            yield from neighbours(value, here, words)  # a closed list of words, or something that stays
            return
        for look in dict.fromkeys(self.BY_WORD[w] for w in words if w in self.BY_WORD):
            yield from look(self, value, here)

    def _acts(self, value: Node, here: Where) -> Iterator[Change]:
        noun = self.names.noun
        every = list(noun.acts) if noun is not None else []
        yield from neighbours(value, here, self.own if value.text in self.own or value.items else every)

    def _moment(self, value: Node, here: Where) -> Iterator[Change]:
        """An act becomes its neighbour, an end of a period the next one, a clock time another minute; date fields stay."""
        noun = self.names.noun
        for item, at in each(value, here):
            if noun is not None and item.text in noun.acts:
                yield from self._acts(item, at)
            else:
                yield from self._due(item, at)

    def _due(self, value: Node, here: Where) -> Iterator[Change]:
        if value.text in ENDS:
            yield from neighbours(value, here, list(ENDS))
        else:
            yield from _clock(value, here) if CLOCK.match(value.text or "") else numbers(value, here)

    def _window(self, value: Node, here: Where) -> Iterator[Change]:
        yield from neighbours(value, here, list(WINDOWS)) if value.text in WINDOWS else numbers(value, here)

    def _who(self, value: Node, here: Where) -> Iterator[Change]:
        """Posts and acts inside a person word; a list is several of them."""
        for item, at in each(value, here):
            if item.text is not None:
                if item.text in self.names.posts:
                    yield from neighbours(item, at, list(self.names.posts))
                continue
            for key, inner in item.entries():
                if key in ("post", "on_duty"):
                    yield from neighbours(inner, (*at, key), list(self.names.posts))
                elif key in ("did", "not_did", "decided"):
                    yield from self._doers(inner, (*at, key))
                elif key in ("superior_of", "deputy_of", "else", "by", "advises"):
                    yield from self._who(inner, (*at, key))

    def _doers(self, value: Node, here: Where) -> Iterator[Change]:
        noun_id, _, act = (value.text or "").rpartition(".")
        noun = self.names.nouns.get(noun_id) if noun_id else self.names.noun
        if noun is not None and act in noun.acts:
            own = [a for a, shape in noun.acts.items() if not shape.built_in]
            yield from neighbours(value, here, [f"{noun_id}.{a}" if noun_id else a for a in own])

    def _evidence(self, value: Node, here: Where) -> Iterator[Change]:
        for item, at in each(value, here):
            if item.text is None:
                for key, who in item.entries():
                    yield from self._who(who, (*at, key))
            elif item.text in EVIDENCE_ZH:
                yield from neighbours(item, at, [k for k, zh in EVIDENCE_ZH.items() if "{}" not in zh])

    def _values(self, value: Node, here: Where) -> Iterator[Change]:
        """The values a new case starts with."""
        params = self.clause.get(self.word)
        opened = params.get("open") if params is not None else None
        target: Noun | None = self.names.nouns.get(opened.text or "") if opened is not None else None
        for key, literal in value.entries():
            if target is not None and key in target.fields:
                yield from self._literal(target.fields[key].type, literal, (*here, key))

    def _answer(self, value: Node, here: Where) -> Iterator[Change]:
        """The value a choice gives."""
        params = self.clause.get(self.word)
        field = params.get("field") if params is not None else None
        path = self.names.path(field, field.text or "") if field is not None else None
        if path is not None:
            yield from self._literal(path.type, value, here)

    def _table(self, value: Node, here: Where) -> Iterator[Change]:
        columns = self.clause.get("columns")
        header = [n.text or "" for n in (columns.items or [] if columns is not None else [])]
        for i, row in enumerate(value.items or []):
            at = (*here, i)
            for key, cell, place in _cells(row, header, at):
                if key == "is" or (header and key == header[-1]):
                    yield from self._row_answer(cell, place)
                elif (path := self.names.path(cell, key)) is not None:
                    yield from self._literal(path.type, cell, place)

    def _row_answer(self, value: Node, here: Where) -> Iterator[Change]:
        if value.text in SILENT:
            return
        if self.word == "classifies":
            yield from self._answer(value, here)
        elif self.word in ("approval", "assigns"):
            yield from self._who(value, here)
        elif issubclass(self.kind, Booking):
            yield from numbers(value, here)
        else:
            yield from self._due(value, here)

    def _condition(self, value: Node, here: Where) -> Iterator[Change]:
        for group, at in each(value, here):
            for key, wanted in group.entries():
                place = (*at, key)
                yield Change(place, key, (None,))
                head, _, act = key.partition(".")
                if head in ("times", "since") and act in self.own:
                    options = tuple(f"{head}.{a}" for a in after(act, self.own, {act}))
                    yield Change(place, key, options, key=True)
                path: Path | None = self.names.path(wanted, key)
                if path is not None:
                    yield from self._literal(path.type, wanted, place)

    def _literal(self, kind: FieldType, value: Node, here: Where) -> Iterator[Change]:
        """What a typed value, list, bound or interval could say instead."""
        if kind.name == "yes_no":
            yield from _flag(value, here)
        elif kind is POSTS:
            yield from neighbours(value, here, list(self.names.posts))
        elif kind.choices:
            yield from neighbours(value, here, list(kind.choices))
        else:
            for item, at in each(value, here):
                if kind.name in NUMERIC:
                    yield from numbers(item, at)
                elif kind.name in ("date", "datetime"):
                    yield from _days(item, at)

    def _number(self, value: Node, here: Where) -> Iterator[Change]:
        yield from numbers(value, here)

    def _yes_no(self, value: Node, here: Where) -> Iterator[Change]:
        yield from _flag(value, here)

    def _expression(self, value: Node, here: Where) -> Iterator[Change]:
        """Each number, and each sign of an arithmetic becomes its opposite."""
        yield from numbers(value, here)
        text = value.text or ""
        for m in SIGN.finditer(text):
            other = text[: m.start()] + OPPOSITE[m[0]] + text[m.end() :]
            yield Change(here, text, (other,))

    def _shares(self, value: Node, here: Where) -> Iterator[Change]:
        """Who bears a share becomes the next post; the shares themselves have to add up, so two of them change places."""
        posts = list(self.names.posts)
        for word, _ in value.entries():
            if word in posts:
                yield Change((*here, word), word, tuple(after(word, posts, {word})), key=True)

    def _measures(self, value: Node, here: Where) -> Iterator[Change]:
        yield from neighbours(value, here, list(self.names.measures))

    def _matters(self, value: Node, here: Where) -> Iterator[Change]:
        """Each procedure is left out, each step becomes the next one."""
        for name, said in value.entries():
            yield Change((*here, name), name, (None,))
            noun: Noun | None = self.names.nouns.get(name)
            yield from neighbours(said, (*here, name), list(noun.steps) if noun is not None else [])

    BY_WORD: ClassVar[dict[str, Callable[[Finder, Node, Where], Iterator[Change]]]] = {
        "act": _acts, "acts": _acts, "who": _who, "condition": _condition, "moment": _moment, "due": _due, "window": _window,
        "value": _answer, "values": _values, "pass": _who, "evidence": _evidence, "flag": _yes_no, "number": _number,
        "span": _number,
        "amount": _number, "share": _number, "expression": _expression, "shares": _shares, "measures": _measures,
        "matters": _matters,
    }  # fmt: skip


def _cells(row: Node, header: list[str], at: Where) -> list[tuple[str, Node, Where]]:
    if row.items is None:
        return [(k, n, (*at, k)) for k, n in row.entries() if k not in ROW_WORDS]
    return [(k, n, (*at, i)) for i, (k, n) in enumerate(zip(header, row.items, strict=False))]


def each(value: Node, here: Where) -> Iterator[tuple[Node, Where]]:
    """A list, item by item; anything else is its own only item."""
    if value.items is None:
        yield value, here
    for i, item in enumerate(value.items or []):
        yield item, (*here, i)


def after(word: str, declared: list[str], taken: set[str]) -> tuple[str, ...]:
    start = declared.index(word) + 1 if word in declared else 0
    return tuple(w for w in (*declared[start:], *declared[:start]) if w not in taken)


def neighbours(value: Node, here: Where, declared: list[str]) -> Iterator[Change]:
    taken = {item.text or "" for item, _ in each(value, here)}
    for item, at in each(value, here):
        if item.text in declared and (options := after(item.text or "", declared, taken)):
            yield Change(at, item.text or "", options)


def _flag(value: Node, here: Where) -> Iterator[Change]:
    if value.text in YES | NO:
        yield Change(here, value.text or "", ("no" if value.text in YES else "yes",))


def numbers(value: Node, here: Where) -> Iterator[Change]:
    """Each number of a scalar doubled, raised and lowered by one in its last decimal place."""
    text = value.text or ""
    for m in NUMBER.finditer(text) if text not in SILENT else ():
        number = Decimal(m[0])
        one = Decimal(1).scaleb(int(number.as_tuple().exponent))
        for other in dict.fromkeys((number * 2, number + one, number - one)):
            if other != number:
                yield Change(here, text, (text[: m.start()] + f"{other:f}" + text[m.end() :],))


def _clock(value: Node, here: Where) -> Iterator[Change]:
    m = CLOCK.match(value.text or "")
    if m is not None:
        for step in (1, -1):
            minutes = (int(m[2]) * 60 + int(m[3]) + step) % 1440
            yield Change(here, value.text or "", (f"{m[1] or ''}{minutes // 60:02}:{minutes % 60:02}",))


def _days(value: Node, here: Where) -> Iterator[Change]:
    """Each date of a bound or interval, a day later and earlier."""
    text = value.text or ""
    for m in re.finditer(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", text):
        for step in (1, -1):
            if len(m[0]) == 10:
                other = (date.fromisoformat(m[0]) + timedelta(days=step)).isoformat()
            else:
                other = f"{datetime.fromisoformat(m[0]) + timedelta(minutes=step):%Y-%m-%d %H:%M}"
            yield Change(here, text, (text[: m.start()] + other + text[m.end() :],))
