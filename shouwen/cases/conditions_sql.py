"""Conditions of the law as SQL over a subject `s` (fields jsonb, step), for those that can be said so exactly.

Unknown is NULL there and None here: neither counts. What has no translation gives None, and is judged by the law itself.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from shouwen.cases.plain import plain
from shouwen.policy.conditions import Condition, Test
from shouwen.policy.nouns import Noun

Said = tuple[str, list[Any]]

_TEXTS: Final = frozenset({"text", "phone", "choice", "evidence", "span"})
_NUMBERS: Final = frozenset({"number", "percent", "money", "staff", "unit", "customer", "record", "case", "file"})
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
    return None


_SAID: Final[dict[str, Callable[[Test, str, str], Said | None]]] = {
    "is": _is, "in": _is, "missing": _missing, "given": _given, "bound": _bound, "interval": _interval,
}  # fmt: skip
