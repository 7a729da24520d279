"""The mutants of what clauses rest on: measures, groups, seasons, numbers that are worked out. A clause that counts is only as right as
its count.

Of a measure: the act (the register, the column) that is counted becomes its neighbour, its window the next one (a span is doubled, one
longer, one shorter), whom it counts for the next word, of several fields each goes, each key of its conditions goes and each of their
values becomes another. Of a group the same of its condition; of a season each end a day earlier and later. What a share aims at
(`target`) stays: it is shown beside the figure and decides nothing, and no scenario could see it. References to clauses and names of
fields stay, as they do in clauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from shouwen.policy.compile import Compiler
from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import Law, LawDay
from shouwen.policy.measures import FOLDS, PER, WINDOWS, Measure
from shouwen.policy.mutants import Change, Finder, Where, after, neighbours, numbers
from shouwen.policy.mutants_numbers import NUMERIC, number_changes, numbers_of, with_number
from shouwen.policy.nouns import PEOPLE_AND_PLACES, Noun, Population, Regulation
from shouwen.policy.source import Node
from shouwen.worktime.daybook import Season

STORES: Final = ("measures", "groups", "seasons", "numbers")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something declared that clauses rest on; `name` is what coverage calls it: `trade/credit:measures.owed`."""

    name: str
    word: str  # one of STORES
    key: str
    node: Node


def things(compiler: Compiler) -> dict[str, Thing]:
    """Return the measures, groups, seasons and computed numbers of some packs, by name."""
    d = compiler.declared
    files = {r.file: r.name for r in d.regulations.values()}
    stores: Mapping[str, Mapping[str, Node]] = {
        "measures": {key: node for key, (_, node) in d.measures.items()}, "groups": d.groups, "seasons": d.seasons,
        "numbers": {key: node for noun in d.nouns.values() for key, node in numbers_of(noun)},
    }  # fmt: skip
    found = [
        Thing(f"{files.get(node.file, node.file.partition('/')[0])}:{word}.{key}", word, key, node)
        for word, store in stores.items()
        for key, node in store.items()
    ]
    return {t.name: t for t in found}


def changes(compiler: Compiler, thing: Thing) -> Iterator[Change]:
    """Yield everything that can be changed in a thing."""
    if thing.word == "numbers":
        yield from number_changes(_noun_of(compiler, thing), thing.key)
    elif thing.word == "seasons":
        for end in ("from", "to"):
            yield from _days(thing.node, end)
    elif thing.word == "groups":
        yield from _conditions(compiler, thing.node, {"when": thing.node.get("of")})
    else:
        yield from _counting(compiler, thing.node)
        fold = next((f for f in FOLDS if thing.node.get(f) is not None), "count")
        counted = thing.node.get(fold)
        yield from _conditions(
            compiler, thing.node, {"when": thing.node.get("of") or counted, "where": counted, "while": counted}
        )


def _noun_of(compiler: Compiler, thing: Thing) -> Noun:
    return compiler.declared.nouns[thing.key.partition(".")[0]]


def _days(season: Node, end: str) -> Iterator[Change]:
    node = season.get(end)
    was = (node.text or "") if node is not None else ""
    for step in (1, -1) if was else ():
        yield Change((end,), was, (f"{date.fromisoformat(f'2024-{was}') + timedelta(days=step):%m-%d}",))


def _counting(compiler: Compiler, measure: Node) -> Iterator[Change]:
    """What is counted, for whom, how far back."""
    for word in (*FOLDS, "of"):
        node = measure.get(word)
        head, _, rest = (node.text or "").partition(".") if node is not None else ("", "", "")
        noun = compiler.declared.nouns.get(head)
        if node is not None and noun is not None:
            yield from _counted(compiler, noun, node, word, rest)
    over = measure.get("over")
    if over is not None:
        yield from neighbours(over, ("over",), list(WINDOWS)) if over.text in WINDOWS else numbers(over, ("over",))
    yield from _whose(measure)


def _counted(compiler: Compiler, noun: Noun, node: Node, word: str, rest: str) -> Iterator[Change]:
    """What stands (its neighbour), what was done (the neighbouring act), what is added of it (the next field of numbers)."""
    text, (act, _, column) = node.text or "", rest.partition(".")
    if act in noun.acts:
        own = [a for a, shape in noun.acts.items() if not shape.built_in or a == "open"]
        yield Change((word,), text, tuple(f"{noun.id}.{a}{f'.{column}' if column else ''}" for a in after(act, own, {act})))
    elif not rest:
        alike = [n.id for n in compiler.declared.nouns.values() if n.kind == noun.kind]
        yield Change((word,), text, after(noun.id, alike, {noun.id}))
    added = column or ("" if act in noun.acts else act)
    if added:
        others = [f.id for f in noun.fields.values() if f.type.name in NUMERIC]
        yield Change((word,), text, tuple(f"{text.removesuffix(added)}{o}" for o in after(added, others, {added})))


def _whose(measure: Node) -> Iterator[Change]:
    per, shared = measure.get("per"), measure.get("overlapping")
    if shared is not None:
        yield Change(("overlapping",), "、".join(n.text or "" for n in shared.items or ()), (None,))
    if per is not None and per.text in PER:
        yield from neighbours(per, ("per",), list(PER))
    several = (per.items or []) if per is not None else []
    for i, item in enumerate(several if len(several) > 1 else ()):
        yield Change(("per", i), item.text or "", (None,))


def _conditions(compiler: Compiler, node: Node, of: Mapping[str, Node | None]) -> Iterator[Change]:
    for word, noun in of.items():
        condition = node.get(word)
        if condition is not None and noun is not None and condition.get("clause") is None:
            yield from ConditionFinder(compiler, node, (noun.text or "").partition(".")[0]).condition(condition, (word,))


class ConditionFinder(Finder):
    """Finds what can be changed in a condition that stands outside a clause."""

    def __init__(self, compiler: Compiler, node: Node, noun: str) -> None:
        nowhere = Regulation("", "", "", "")
        shape = compiler.declared.nouns.get(noun) or PEOPLE_AND_PLACES.get(noun)
        super().__init__(compiler.scope(nowhere, node, shape), "says", node)

    def condition(self, value: Node, here: Where) -> Iterator[Change]:
        """Yield the changes of a condition, its every key and value."""
        yield from self._condition(value, here)


class RestingLaw(Law):
    """A law in which one measure, group, season or number is another one. Not checked as a whole."""

    def __init__(
        self, base: Law, *, measures: Iterable[Measure] = (), groups: Iterable[Population] = (), seasons: Iterable[Season] = (),
        nouns: Iterable[Noun] = (), clauses: Mapping[str, list[Clause]] | None = None,
    ) -> None:  # fmt: skip
        was, others = base.compiled, {n.id: n for n in nouns}
        compiled = replace(
            was,
            measures={**was.measures, **{m.id: m for m in measures}},
            populations={**was.populations, **{g.id: g for g in groups}},
            seasons={**was.seasons, **{s.key: s for s in seasons}},
            clauses={**was.clauses, **(clauses or {})},
            declared=replace(was.declared, nouns={**was.declared.nouns, **others}),
        )
        super().__init__(compiled, base.company, base.digest)
        self.base, self.recompiled = base, bool(clauses or others)

    @cached_property
    def scheduled(self) -> tuple[Clause, ...]:
        """The clause versions that come round by the calendar."""
        return super().scheduled if self.recompiled else self.base.scheduled

    def on(self, day: date) -> LawDay:
        """Return the law of a day: that of the base, where no clause was compiled anew (measures and seasons go by name)."""
        return super().on(day) if self.recompiled else self.base.on(day)


def resting(compiler: Compiler, base: Law, thing: Thing, node: Node) -> Law | None:
    """Return a law in which a thing reads otherwise; None when that does not load. `compiler` is one of the base's settings."""
    if thing.word == "measures":
        measure = compiler.measure(thing.key, node)
        return RestingLaw(base, measures=[measure]) if measure is not None and not compiler.faults.found else None
    if thing.word == "numbers":
        return RestingLaw(base, nouns=[with_number(_noun_of(compiler, thing), thing.key, node)])
    if thing.word == "seasons":
        season = compiler.season(thing.key, node)
        return RestingLaw(base, seasons=[season]) if season is not None else None
    group = compiler.group(thing.key, node)
    if group is None or compiler.faults.found:
        return None
    compiler.populations = {**compiler.populations, thing.key: group}
    declared = compiler.declared.clauses
    clauses = {
        n: compiler.clause(n, declared[n][1]) for n in base.versions if n in declared and _speaks_of(declared[n][1], thing.key)
    }
    return RestingLaw(base, groups=[group], clauses=clauses)


def _speaks_of(clause: Node, word: str) -> bool:
    """Whether a word stands somewhere in a clause by itself."""
    return clause.text == word or any(_speaks_of(n, word) for n in (*(clause.items or ()), *(n for _, n in clause.entries())))
