"""Telling conditions apart by their literals, and finding rings: what the checks of a law are made of."""

from __future__ import annotations

from shouwen.policy.conditions import Condition, Test


def can_both_hold(a: Condition, b: Condition) -> bool:
    """Whether two conditions may hold together, as far as their literal tests tell (what cannot be told may)."""
    return any(_compatible(x, y) for x in (a.groups or ((),)) for y in (b.groups or ((),)))


def _compatible(x: tuple[Test, ...], y: tuple[Test, ...]) -> bool:
    return not any(p.path.text == q.path.text and disjoint(p, q) for p in x for q in y)


def disjoint(p: Test, q: Test) -> bool:
    """Whether two tests of one name can never both hold, as far as their literals tell."""
    if p.path.type.name == "many":
        return False
    if {p.kind, q.kind} == {"missing", "given"}:
        return True
    if "missing" in (p.kind, q.kind):
        return p.kind != q.kind
    if p.kind in ("is", "in") and q.kind in ("is", "in"):
        return not set(p.values) & set(q.values)
    if p.kind == q.kind == "bound" and p.other is None and q.other is None:
        return _bounds_apart(p.values, q.values)
    return False


def _bounds_apart(p: tuple[object, ...], q: tuple[object, ...]) -> bool:
    (op, at), (other, bound) = p, q
    if op in ("<", "<=") and other in (">", ">="):
        return bool(at < bound) or (at == bound and (op == "<" or other == ">"))  # type: ignore[operator]  # bounds of one type
    if op in (">", ">=") and other in ("<", "<="):
        return _bounds_apart(q, p)
    return op == other == "=" and at != bound


def rings(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return one ring for each place where following the edges comes back."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        _walk(start, edges, path, done, found)
    return found


def _walk(at: str, edges: dict[str, set[str]], path: list[str], done: set[str], found: list[list[str]]) -> None:
    if at in path:
        found.append([*path[path.index(at) :], at])
        return
    if at in done:
        return
    path.append(at)
    for to in sorted(edges.get(at, ())):
        _walk(to, edges, path, done, found)
    path.pop()
    done.add(at)
