"""Which entries of the catalogue a law carries, by which nodes, how, and how many scenarios show it. All counted, nothing typed.

A clause's grade follows from its kind and evidence. Of what is no clause: steps and acts are executed (an act out of order is
refused), what is computed or counted is executed, what somebody fills in is attested, a name or a layout is only said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Grade
from shouwen.policy.law import Law
from shouwen.policy.packs import MAPS, MUTANTS, SCENARIOS, Sources
from shouwen.policy.reading import Reader
from shouwen.policy.scenario import Result
from shouwen.policy.source import Node, SourceError, read_file, read_text

GRADES: Final[tuple[Grade, ...]] = ("executed", "attested", "said")  # strongest first
BY_GROUP: Final[Mapping[str, Grade]] = {
    "procedures": "executed", "measures": "executed", "calendars": "executed", "groups": "executed", "seasons": "executed",
    "registers": "attested", "customer_fields": "attested", "facts": "attested",
}  # fmt: skip
COMPUTED: Final = frozenset({"sum_of", "product_of", "from"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of a source document. `id` is document-system-rule."""

    id: str
    system: str
    zh: str
    en: str

    @property
    def of(self) -> str:
        """The number of its system: 001-19."""
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Citing:
    """A node of a pack that cites an entry: its name, how strongly it carries it, what of a noun it is (`repair.assign`)."""

    entry: str
    name: str
    grade: Grade
    node: Node
    touches: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """What is known of one entry. `grade` is the strongest; "" when no node cites it, and then `reason` should say why."""

    entry: Entry
    nodes: tuple[str, ...]
    grade: Grade | str
    scenarios: int
    reason: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "id": self.entry.id, "nodes": list(self.nodes), "grade": self.grade or None, "scenarios": self.scenarios,
            "reason": self.reason.get("zh") or None,
        }  # fmt: skip


def read_catalogue(folder: Path) -> dict[str, Entry]:
    """Return the entries of a folder of catalogue files, by id. Raises SourceError."""
    found: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.yaml")):
        for item in read_file(path, path.name).items or []:
            told = {k: n.text or "" for k, n in item.entries()}
            found[told.get("id", "")] = Entry(told.get("id", ""), told.get("system", ""), told.get("zh", ""), told.get("en", ""))
    found.pop("", None)
    return found


def waiting(sources: Sources) -> tuple[dict[str, Mapping[str, str]], list[Node]]:
    """Return the entries packs say they do not carry yet, each with its reason (`zh`, `en`, and `for`: what it waits for)."""
    reasons: dict[str, Mapping[str, str]] = {}
    places: list[Node] = []
    r = Reader(Faults())
    for _, root in _roots(sources):
        for item in r.listing(root.get("waits")):
            why = item.get("why")
            told = (
                {k: n.text or "" for k, n in why.entries()} if why is not None and why.pairs is not None else {"zh": r.text(why)}
            )
            reasons[r.text(item.get("entry"))] = {**told, "for": r.text(item.get("for"))}
            places.append(item.get("entry") or item)
    return reasons, places


def citing(sources: Sources, law: Law) -> Iterator[Citing]:
    """Yield every node of the packs that cites an entry."""
    for name, root in _roots(sources):
        pack, key = name.split("/")[0], root.get("regulation")
        yield from citing_in(f"{pack}/{key.text}" if key is not None else pack, root, law)


def citing_in(where: str, root: Node, law: Law) -> Iterator[Citing]:
    """Yield every node of one file that cites an entry; `where` is the regulation it is, or the pack."""
    for path, node, source in _sourced(root, ()):
        for item in source.items if source.items is not None else [source]:
            yield _citing(item, where, path, node, law)


def carried(law: Law) -> Mapping[str, tuple[Grade | str, tuple[str, ...]]]:
    """Return of every entry that regulations of a law cite how it is carried, and by which of their nodes: as `cover` tells it."""
    by_entry: dict[str, list[Citing]] = {}
    for regulation in law.regulations.values():
        if regulation.node is not None:
            for c in citing_in(regulation.name, regulation.node, law):
                by_entry.setdefault(c.entry, []).append(c)
    return {entry: (strongest(nodes), tuple(dict.fromkeys(c.name for c in nodes))) for entry, nodes in by_entry.items()}


def strongest(nodes: Iterable[Citing]) -> Grade | str:
    """Return the strongest grade of some nodes; "" of none."""
    grades = {c.grade for c in nodes}
    return next((g for g in GRADES if g in grades), "")


def _roots(sources: Sources) -> Iterator[tuple[str, Node]]:
    for name, text in sorted(sources.items()):
        if not name.endswith((SCENARIOS, MUTANTS, MAPS, "/company.yaml")):
            try:
                yield name, read_text(text, name)
            except SourceError:  # the loader has said so
                continue


def _sourced(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node, Node]]:
    """Yield path, node and list of every node that carries `source`; items of lists go by their `id`, or their place."""
    source = node.get("source")
    if source is not None:
        yield path, node, source
    for key, value in node.entries():
        if key != "source":
            yield from _sourced(value, (*path, key))
    for i, item in enumerate(node.items or [], 1):
        name = item.get("id")
        yield from _sourced(item, (*path, name.text or str(i) if name is not None else str(i)))


def _citing(item: Node, where: str, path: tuple[str, ...], node: Node, law: Law) -> Citing:
    entry = item.text or ""
    if "clauses" in path:
        name = f"{where}#{path[path.index('clauses') + 1]}"
        versions = law.versions.get(name)
        grade: Grade = versions[0].grade if versions and versions[0].rules else "said"
        return Citing(entry, name, grade, item)
    if path[:1] in (("procedures",), ("registers",)) and len(path) > 1:
        touches = f"{path[1]}.{path[3] if len(path) > 3 else ''}"
        return Citing(entry, f"{where}:{'.'.join(path)}", _shape_grade(path, node), item, touches)
    return Citing(entry, f"{where}:{'.'.join(path)}" if path else where, BY_GROUP.get(path[0], "said") if path else "said", item)


def _shape_grade(path: tuple[str, ...], node: Node) -> Grade:
    """Grade a node of a procedure or register: fields are attested unless computed, tasks are names, the rest is shape."""
    part = path[2] if len(path) > 2 else ""
    if part == "fields":
        return "executed" if any(node.get(k) is not None for k in COMPUTED) else "attested"
    return "said" if part == "tasks" else BY_GROUP[path[0]] if part == "" else "executed"


def cover(
    catalogue: Mapping[str, Entry], found: Sequence[Citing], reasons: Mapping[str, Mapping[str, str]], results: Iterable[Result],
    systems: Iterable[str] = (),
) -> list[Covered]:  # fmt: skip
    """Return what is known of every entry of some systems (of those cited, when none is named)."""
    asked = set(systems) or {c.entry.rpartition("-")[0] for c in found} | {e.rpartition("-")[0] for e in reasons}
    shown = [(frozenset(r.scenario.tested), r.touched) for r in results]
    by_entry: dict[str, list[Citing]] = {}
    for c in found:
        by_entry.setdefault(c.entry, []).append(c)
    return [_covered(e, by_entry.get(e.id, []), reasons.get(e.id, {}), shown) for e in catalogue.values() if e.of in asked]


def _covered(
    entry: Entry, nodes: list[Citing], reason: Mapping[str, str], shown: list[tuple[frozenset[str], frozenset[str]]]
) -> Covered:
    names = tuple(dict.fromkeys(c.name for c in nodes))
    touches = [c.touches for c in nodes if c.touches]
    scenarios = sum(1 for tests, touched in shown if tests & set(names) or any(_touches(t, touched) for t in touches))
    return Covered(entry, names, strongest(nodes), scenarios, reason)


def _touches(name: str, touched: frozenset[str]) -> bool:
    return any(t.startswith(name) for t in touched) if name.endswith(".") else name in touched


def totals(covered: Iterable[Covered]) -> dict[str, dict[str, Any]]:
    """Return for each system its name and how many entries it has, and how many are executed, attested, said, waiting, open."""
    found: dict[str, dict[str, Any]] = {}
    for c in covered:
        system = found.setdefault(
            c.entry.of, {"system": c.entry.system, "entries": 0, **dict.fromkeys((*GRADES, "waiting", "open"), 0)}
        )
        system["entries"] += 1
        system[c.grade or ("waiting" if c.reason else "open")] += 1
    return found
