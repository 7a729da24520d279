"""Which names a clause reads, in its condition, table, parameters and person words: all of them must be gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shouwen.policy.conditions import Condition, Test
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.gates import Link
from shouwen.policy.paths import Path
from shouwen.policy.people import Who

if TYPE_CHECKING:
    from shouwen.policy.law import LawDay


_readers: WeakKeyDictionary[LawDay, Mapping[str, tuple[str, ...]]] = WeakKeyDictionary()


def readers_of(day: LawDay) -> Mapping[str, tuple[str, ...]]:
    """Return by name (a measure, a fact, a field) the clauses of a day that read it, ranking by it included."""
    found = _readers.get(day)
    if found is None:
        by_name: dict[str, dict[str, None]] = {}
        for clause in day.clauses.values():
            for rule in clause.rules.values():
                ranked = (n.lstrip("-") for n in getattr(rule.kind, "prefer", ()))
                for name in (*(p.text for p in paths_of(rule)), *ranked):
                    by_name.setdefault(name, {})[clause.name] = None
        found = _readers[day] = {name: tuple(clauses) for name, clauses in by_name.items()}
    return found


def paths_of(rule: Rule) -> tuple[Path, ...]:
    """Return every name a rule reads, each once."""
    found = list(_paths_in(rule.when))
    if rule.table is not None:
        found.extend(rule.table.columns)
        found.extend(p for row in rule.table.rows for p in _paths_in(row.answer))
    for value in vars(rule.kind).values():
        found.extend(_paths_in(value))
    return tuple({p.text: p for p in found}.values())


def _paths_in(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, tuple | list):
        for v in value:
            yield from _paths_in(v)
    elif isinstance(value, Mapping):
        yield from _paths_in(tuple(value.values()))
    else:
        yield from _paths_inside(value)


def _paths_inside(value: Any) -> Iterator[Path]:
    match value:
        case Condition():
            yield from _paths_in(value.tests)
        case Test():
            yield value.path
            yield from _paths_in(value.other)
        case Who():
            yield from value.reads
            yield from _paths_in(value.other)
        case Link():
            yield from _paths_in(value.who)
        case _:
            yield from _paths_in([getattr(value, name) for name in ("path", "who", "paths") if hasattr(value, name)])
