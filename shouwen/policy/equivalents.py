"""Mutants that change nothing anybody could see, listed with the reason beside the regulation: `repair.mutants.yaml`.

regulation: repair
equivalent:
  - {clause: "2.1", mutant: "deadline.warn: 75% -> 76%", why: 提醒按整分钟}
  - {clause: measures.delays, mutant: "over: week -> calendar_month", why: 每周一清零}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shouwen.policy.errors import Faults
from shouwen.policy.mutants_declared import STORES
from shouwen.policy.mutation import Outcome, written_in
from shouwen.policy.packs import MUTANTS, Sources
from shouwen.policy.reading import Reader
from shouwen.policy.source import Node, SourceError, read_text

MOST = 1  # percent of a pack's mutants that may be equivalent


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One listed mutant, and why nobody can notice it."""

    clause: str
    mutant: str
    why: str
    node: Node


def read_equivalents(sources: Sources) -> Mapping[tuple[str, str], Equivalent]:
    """Read every list of equivalent mutants, by clause and mutant. Raises PackError."""
    faults = Faults()
    found = {
        (e.clause, e.mutant): e
        for name, text in sorted(sources.items())
        if name.endswith(MUTANTS)
        for e in _file(name, text, faults)
    }
    faults.stop_if_any()
    return found


def _file(name: str, text: str, faults: Faults) -> Iterator[Equivalent]:
    r = Reader(faults)
    try:
        root = read_text(text, name)
    except SourceError as e:
        faults.add(e.node, e.zh, e.en)
        return
    r.known(root, ("regulation", "equivalent"), "等价变体清单")
    regulation = f"{name.split('/', maxsplit=1)[0]}/{r.text(root.get('regulation'))}"
    for node in r.listing(root.get("equivalent")):
        r.known(node, ("clause", "mutant", "why"), "等价变体")
        said = r.text(node.get("clause"))
        sign = ":" if said.partition(".")[0] in STORES else "#"
        found = Equivalent(f"{regulation}{sign}{said}", r.text(node.get("mutant")), r.text(node.get("why")), node)
        if not found.why:
            r.fault(node, "没有写理由(why):为什么谁也看不出差别", "it gives no reason (why): why nobody can tell the difference")
        yield found


def judge(listed: Mapping[tuple[str, str], Equivalent], outcomes: Iterable[Outcome], faults: Faults) -> list[Outcome]:
    """Return the mutants nobody noticed and nobody listed; note listed ones that are noticed or that do not exist.

    Only lists of clauses among the outcomes are judged: a run may be about some regulations.
    """
    left, asked = dict(listed), set()
    survived: list[Outcome] = []
    for o in outcomes:
        asked.add(o.mutant.clause)
        known = left.pop((o.mutant.clause, o.mutant.name), None)
        if known is not None and o.noticed:
            faults.add(
                known.node,
                f"这个变体会被“{o.noticed}”发现,不等价",
                f"this mutant is noticed by {o.noticed!r}; it is not equivalent",
            )
        elif known is None and not o.noticed:
            survived.append(o)
    for e in left.values():
        if written_in(e.clause) in {written_in(a) for a in asked}:
            key = e.clause.removeprefix(written_in(e.clause))[1:]
            faults.add(e.node, f"第{key}条没有变体“{e.mutant}”", f"clause {e.clause} has no mutant {e.mutant!r}")
    return survived
