"""The clauses a scenario names, before it is played: one nobody has would never be breached, and so never be noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from shouwen.policy.errors import Fault
from shouwen.policy.law import Law
from shouwen.policy.misread import placed
from shouwen.policy.reading import tip_of
from shouwen.policy.source import Node, scalar

# The words of `expect` under which clauses stand; `refused` may also name the code of a refusal by shape (no_act).
BY_CLAUSE: Final = (
    "refused", "warned", "kept", "late", "withdrawn", "breached", "near", "attested", "passed", "flagged", "scripts",
)  # fmt: skip


def unknown_names(law: Law, scenario: Node, regulation: str, about: Node | None) -> Iterator[Fault]:
    """Yield a fault for every clause a scenario names that the law does not have, and for a regulation nobody has."""
    if regulation not in law.regulations:
        yield no_regulation(law, regulation, about or scenario)
        return
    for step, key, node in _named(scenario):
        text = (node.text or "").partition("/")[0] if key == "due" and "#" not in (node.text or "") else node.text or ""
        if key == "due" and (case := case_in(text, [n.rpartition("#")[2] for n in law.versions])):
            text = text.removeprefix(f"{case}.")
        if not _known(text, law.versions, regulation) and not (key == "refused" and text.replace("_", "").isalpha()):
            tip, tip_en = tip_of(text, [n.partition("#")[2] for n in law.versions if n.startswith(f"{regulation}#")])
            yield placed(node, step, key, f"没有这一条:“{text}”{tip}", f"there is no clause {text!r}{tip_en}")


def no_regulation(law: Law, name: str, node: Node) -> Fault:
    """Return what is wrong where scenarios are about a regulation the law does not have."""
    pack, _, key = name.partition("/")
    tip, tip_en = tip_of(key, [r.partition("/")[2] for r in law.regulations if r.startswith(f"{pack}/")])
    return placed(node, 0, "", f"没有这个制度:“{key}”{tip}", f"there is no regulation {key!r}{tip_en}")


def case_in(key: str, clauses: Iterable[str]) -> str:
    """Return the case a key of `due` names before the clause: X of "X.2.1"; nothing where it is a clause alone."""
    case, dot, _ = key.partition(".")
    return case if dot and "#" not in key and case[:1].isalpha() and key.partition("/")[0] not in clauses else ""


def _known(text: str, versions: Iterable[str], regulation: str) -> bool:
    bare = text.rpartition("/")[0] if text.count("/") == 2 else text
    return any(n in (bare, f"{regulation}#{text}") or n.endswith((f"#{text}", f"/{text}")) for n in versions)


def _named(scenario: Node) -> Iterator[tuple[int, str, Node]]:
    """Yield the number of the step, the key and the place of each clause that is named."""
    yield from ((0, "tests", n) for n in _each(scenario.get("tests")))
    steps = scenario.get("steps")
    for i, step in enumerate((steps.items if steps is not None else None) or (), 1):
        yield from ((i, key, n) for key, n in _expected(step.get("expect")))
    yield from ((0, key, n) for key, n in _expected(scenario.get("expect")))


def _expected(expect: Node | None) -> Iterator[tuple[str, Node]]:
    for key in BY_CLAUSE if expect is not None and expect.pairs is not None else ():
        yield from ((key, n) for n in _each(expect.get(key)) if n.text)  # type: ignore[union-attr]  # it is there, see above
    due = expect.get("due") if expect is not None else None
    yield from (("due", scalar(name, due.at(name))) for name, _ in (due.entries() if due is not None else ()) if due is not None)


def _each(node: Node | None) -> Iterable[Node]:
    return () if node is None else node.items if node.items is not None else [node]
