"""Conditions of the law as SQL over a subject `s` (fields jsonb, step), for those that can be said so exactly.

Unknown is NULL there and None here: neither counts. What has no translation gives None, and is judged by the law itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.cases.plain import plain
from shouwen.policy.conditions import BOUND, STARTS, Condition, Test
from shouwen.policy.env import as_moment
from shouwen.policy.law import Law
from shouwen.policy.measures import COUNTED_ACTS, PERSONS, Measure
from shouwen.policy.nouns import Noun
from shouwen.worktime import Calendar

Said = tuple[str, list[Any]]

_TEXTS: Final = frozenset({"text", "phone", "choice", "evidence", "span"})
_NUMBERS: Final = frozenset({"number", "percent", "money", "staff", "unit", "customer", "record", "case", "file"})
_MANY: Final = frozenset({"", "unit", *PERSONS})  # of whom there is ever more; a case, a customer, a house has its own past
_OPS: Final = frozenset({"<", "<=", ">", ">=", "="})


def condition_sql(condition: Condition, noun: Noun | None) -> Said | None:
    """Return SQL with its parameters ("" when the condition always holds); None when it cannot be said."""
    groups: list[str] = []
    params: list[Any] = []
    for group in condition.groups:
        said = [_test(t, noun) for t in group]
        if any(s is None for s in said):
            return None
        groups.append(" and ".join(s[0] for s in said if s is not None) or "true")
        params += [p for s in said if s is not None for p in s[1]]
    return (f"({' or '.join(f'({g})' for g in groups)})" if groups else ""), params


def said_of(conditions: Sequence[Condition], noun: Noun | None, calendar: Calendar, at: datetime) -> Said | None:
    """Return conditions that must all hold, as of a moment, in SQL ("" when they always do); None when one of them cannot be said."""
    said = [condition_sql(dated(c, calendar, at), noun) for c in conditions]
    if any(s is None for s in said):
        return None
    return " and ".join(s[0] for s in said if s is not None and s[0]), [p for s in said if s is not None for p in s[1]]


def alike_in_time(moments: Sequence[datetime], conditions: Sequence[Condition], calendar: Calendar) -> Collection[list[int]]:
    """Return the places of the moments as of which conditions compare with the same: one statement serves all of them."""
    together: dict[tuple[Any, ...], list[int]] = {}
    for i, at in enumerate(moments):
        pairs = ((c, dated(c, calendar, at)) for c in conditions)
        begins = tuple(v for c, d in pairs if d is not c for t in d.tests for v in t.values)
        together.setdefault(begins, []).append(i)
    return together.values()


def dated(condition: Condition, calendar: Calendar, at: datetime) -> Condition:
    """Return a condition in which what a field is compared with is a moment or a day: the beginning of a period, as of a moment."""
    if not any(t.kind == "start" for t in condition.tests):
        return condition
    return replace(condition, groups=tuple(tuple(_dated(t, calendar, at) for t in group) for group in condition.groups))


def _dated(test: Test, calendar: Calendar, at: datetime) -> Test:
    said = BOUND.match(test.node.text or "") if test.kind == "start" else None
    if said is None:
        return test
    begins = calendar.period_bounds(STARTS[said[2]][0], at)[0]
    day = calendar.business_day(begins)
    if test.path.type.name == "date" and as_moment(day, calendar) != begins:
        return test
    return replace(test, kind="bound", values=(said[1], day if test.path.type.name == "date" else begins))


def kept_noun(m: Measure, law: Law) -> str:
    """Return the noun of the promises a measure counts; of a clause that speaks of several, the one it is a share of."""
    versions = law.versions.get(m.counted.kept, [])
    nouns = [n for n in (versions[-1].nouns if versions else ()) if n in law.nouns]
    return m.whole.noun if m.whole.noun in nouns or not nouns else nouns[0]


def unbounded(law: Law) -> Iterator[tuple[Measure, list[Test]]]:
    """Yield the measures for which ever more rows are read, to be judged by the law itself, and the tests because of which they are:
    what stands, or was done without a window, not of one thing but of a person, of a unit, or of everybody."""
    for m in law.measures.values():
        done = m.counted.act or m.counted.kept
        if m.counted.grant or m.counted.book or m.per not in _MANY or (m.over and done and not m.across):
            continue
        noun = kept_noun(m, law) if m.counted.kept else m.counted.noun
        sides = ((noun, m.where), (m.whole.noun if m.across else noun, m.when))
        unsaid = [t for n, c in sides for t in c.tests if t.kind != "start" and _test(t, law.nouns.get(n)) is None]
        if unsaid or m.fold in COUNTED_ACTS:
            yield m, unsaid


def narrowing_sql(condition: Condition, noun: Noun | None) -> Said:
    """Return SQL ("" for nothing) that holds of all a condition holds of, and of as few others as can be said: what cannot is left out."""
    groups: list[str] = []
    params: list[Any] = []
    for group in condition.groups:
        said = [s for t in group if (s := _test(t, noun)) is not None]
        if not said:
            return "", []
        groups.append(" and ".join(text for text, _ in said))
        params += [p for _, values in said for p in values]
    return (f"({' or '.join(f'({g})' for g in groups)})" if groups else ""), params


def _test(test: Test, noun: Noun | None) -> Said | None:
    path = test.path
    if steps := steps_of(test):
        return "s.step = any(%s::text[])", [steps]
    field = noun.fields.get(path.text) if noun is not None else None
    if field is None or path.field is not field or field.computed or test.other is not None or field.type.many:
        return None
    say = _SAID.get(test.kind)
    return say(test, path.text, field.type.name) if say is not None else None


def steps_of(test: Test) -> list[str]:
    """The steps a test wants a subject to stand at; none: it asks something else."""
    return _flat(test) if test.path.text in ("step", "state") and test.kind in ("is", "in") else []


def _flat(test: Test) -> list[Any]:
    return [v for w in test.values for v in (w if isinstance(w, tuple) else (w,))]


def _is(test: Test, name: str, kind: str) -> Said | None:
    wanted = _flat(test)
    if kind in _TEXTS:
        return "s.fields ->> %s::text = any(%s::text[])", [name, [str(w) for w in wanted]]
    if kind in _NUMBERS:
        return "(s.fields ->> %s::text)::numeric = any(%s::numeric[])", [name, [Decimal(w) for w in wanted]]
    if kind == "yes_no":
        return "(s.fields ->> %s::text)::bool = any(%s::bool[])", [name, wanted]
    if kind == "date":
        return "s.fields ->> %s::text = any(%s::text[])", [name, [plain(w) for w in wanted]]
    return None


def _missing(_test: Test, name: str, _kind: str) -> Said | None:
    return "coalesce(s.fields -> %s::text, 'null') in ('null'::jsonb, '[]'::jsonb)", [name]


def _given(_test: Test, name: str, _kind: str) -> Said | None:
    return "coalesce(s.fields -> %s::text, 'null') not in ('null'::jsonb, '[]'::jsonb)", [name]


def _bound(test: Test, name: str, kind: str) -> Said | None:
    op, wanted = test.values
    return _compared(name, kind, op, wanted)


def _interval(test: Test, name: str, kind: str) -> Said | None:
    low_op, low, high_op, high = test.values
    first, second = _compared(name, kind, low_op, low), _compared(name, kind, high_op, high)
    return None if first is None or second is None else (f"{first[0]} and {second[0]}", [*first[1], *second[1]])


def _compared(name: str, kind: str, op: str, wanted: Any) -> Said | None:
    if op not in _OPS:
        return None
    if kind in ("number", "percent", "money"):
        return f"(s.fields ->> %s::text)::numeric {op} %s::numeric", [name, Decimal(wanted)]
    if kind == "date":
        return f"(s.fields ->> %s::text)::date {op} %s::date", [name, plain(wanted)]
    if kind == "datetime" and isinstance(wanted, datetime) and wanted.tzinfo is not None:
        return f"(s.fields ->> %s::text)::timestamptz {op} %s::timestamptz", [name, wanted]
    return None


_SAID: Final[dict[str, Callable[[Test, str, str], Said | None]]] = {
    "is": _is, "in": _is, "missing": _missing, "given": _given, "bound": _bound, "interval": _interval,
}  # fmt: skip
