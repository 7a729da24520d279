"""What the language has and this engine cannot do yet: clauses that use it are set aside (drafts) or refused (to be enacted).

A clause waits when its kind waits, when it uses a parameter, a moment or a measure that waits, speaks of an entry or of papers in
slots, or follows from a clause that waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from shouwen.policy.kinds.registry import KINDS
from shouwen.policy.measures import LATER as LATER_FOLDS
from shouwen.policy.source import Node

if TYPE_CHECKING:
    from shouwen.policy.packs import Declared

PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "penalises": frozenset({"voids", "split", "above", "share"}), "rewards": frozenset({"split", "above", "share"}),
    "books": frozenset({"split", "above"}), "schedules": frozenset({"take"}), "assigns": frozenset({"among", "first"}),
}  # fmt: skip
SILENT: Final = frozenset({"id", "zh", "en", "source", "assumed", "article", "versions"})
NAMES = re.compile(r"[a-z][\w.]*")


def set_aside(declared: Declared) -> list[tuple[str, str, Node]]:
    """Take the clauses and measures that wait out of what packs declare; return each with the word it waits for and its place."""
    measures = declared.measures.items()
    waiting = [(f"{regulation}:{name}", fold, node) for name, (regulation, node) in measures if (fold := _fold(node, declared))]
    late = {name.rpartition(":")[2] for name, _, _ in waiting}
    for name in late:
        del declared.measures[name]
    gone = {name for name, _ in declared.waiting}
    clauses = declared.clauses
    while found := [(n, word, node) for n, (_, node) in clauses.items() if (word := _word(n, node, declared, late, gone))]:
        waiting.extend(found)
        for name, _, _ in found:
            del clauses[name]
        gone |= {name for name, _, _ in found}
    return waiting


def _fold(node: Node, declared: Declared) -> str:
    """Return the word a measure waits for: its fold, a count of entries, a share of days, of grants, or across nouns."""
    fold = next((word for word in LATER_FOLDS if node.get(word) is not None), "")
    if fold:
        return fold
    narrowed = node.get("where") is not None or node.get("when") is not None
    heads = {k: (n.text or "").partition(".")[0] for k in ("count", "sum", "share", "of") if (n := node.get(k)) is not None}
    for key, head in heads.items():
        if head in ("grant", "day"):
            return head
        if head in declared.books and (key == "count" or narrowed):
            return "entry"
    across = heads.get("share", "") in declared.nouns and heads.get("of", heads.get("share")) != heads.get("share")
    return "share" if across and narrowed else ""  # what narrows the one noun says nothing of the other yet


def _word(name: str, node: Node, declared: Declared, late: set[str], gone: set[str]) -> str:
    kind = next((k for k in KINDS if node.get(k) is not None), "")
    params = node.get(kind)
    parameter = next((key for key, _ in params.entries() if key in PARAMETERS.get(kind, ())), "") if params is not None else ""
    return parameter or _moment(node) or _subject(node, declared) or _named(node, declared, late) or _follows(name, node, gone)


def _moment(node: Node) -> str:
    upon = node.get("upon")
    if upon is None:
        return ""
    if upon.get("entry") is not None:
        return "entry"
    return upon.text if upon.text is not None and upon.text.startswith("end_of_") else ""


def _subject(node: Node, declared: Declared) -> str:
    said = node.get("for")
    names = [n.text for n in (said.items if said.items is not None else [said])] if said is not None else []
    return next((f"for {n}" for n in names if n in declared.books and n not in declared.nouns), "")


def _named(node: Node, declared: Declared, late: set[str]) -> str:
    """Return what a clause names that waits: a measure, a grant, a slot of papers."""
    said = node.get("for")
    names = [n.text or "" for n in (said.items or [said])] if said is not None else []
    nouns = [declared.nouns[n] for n in names if n in declared.nouns]
    slots = {f.id for noun in nouns for f in noun.fields.values() if f.type.name == "slots"}
    for name in (w for text in _texts(node) for w in NAMES.findall(text)):
        head, _, tail = name.partition(".")
        if name in late or (head in slots and tail) or name.startswith("grant."):
            return str(name)
    params = next((node.get(k) for k in KINDS if node.get(k) is not None), None)
    each = params.get("for_each") if params is not None else None
    return f"for_each {each.text}" if each is not None and each.text in slots else ""


def _texts(node: Node) -> Iterator[str]:
    """Every key and scalar of a clause that may name something."""
    if node.text is not None:
        yield node.text
    for item in node.items or ():
        yield from _texts(item)
    for key, value in node.entries():
        if key not in SILENT:
            yield key
            yield from _texts(value)


def _follows(name: str, node: Node, gone: set[str]) -> str:
    """Return the waiting clause this one follows, overrides or refers to."""
    upon, over = node.get("upon"), node.get("overrides")
    refs = [n.text or "" for n in (upon.get("breach") if upon is not None else None, over) if n is not None]
    refs.extend(n.text or "" for n in _dues(node))
    regulation = name.partition("#")[0]
    full = {c for ref in refs for c in (ref, f"{name.partition('/')[0]}/{ref}", f"{regulation}#{ref}")}
    return next((c for c in sorted(full) if c in gone), "")


def _dues(node: Node) -> Iterator[Node]:
    for key, value in node.entries():
        if key == "due" and value.text is not None:
            yield value
        yield from _dues(value)
    for item in node.items or ():
        yield from _dues(item)
