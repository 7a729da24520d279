"""Promises charged to somebody who may not keep them: a clause gives the act to others, and the promise does not say who owes it.

Who owes is said at the promise and never derived from who may: several may, in some cases only, and from some day on, while the
sentence of a clause is made from its own parameters. `who: responsible` says that the person responsible has to see to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Excludes, Permits
from shouwen.policy.kinds.opens import Obliges
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.people import Who
from shouwen.policy.source import Node
from shouwen.policy.telling_apart import can_both_hold

THE_RESPONSIBLE = frozenset({"responsible", "requester", "actor", "anyone"})  # words that do not shut the person responsible out


def owed_by_those_who_may(rules: list[Rule], faults: Faults) -> None:
    """Note the promises nobody is said to owe whose act only others than the person responsible may do."""
    gates: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        if isinstance(rule.kind, Gate) and rule.noun is not None and rule.kind.mode == "refuse" and rule.kind.pass_by is None:
            for act in rule.kind.gates():
                gates.setdefault((rule.noun.id, act), []).append(rule)
    for rule in rules:
        for act in _acts_promised(rule):
            noun = rule.noun.id if rule.noun is not None else ""
            shut = _shut_out([g for g in gates.get((noun, act), ()) if can_both_hold(rule.when, g.when)])
            if shut is not None:
                _unsaid(rule, act, shut, faults)


def _acts_promised(rule: Rule) -> tuple[str, ...]:
    """Return the acts that keep a promise of which nobody says who owes it."""
    kind = rule.kind
    if isinstance(kind, Deadline) and kind.who is None:
        return kind.until
    return (kind.done_by,) if isinstance(kind, Obliges) and kind.who is None and kind.done_by else ()


def _shut_out(gates: list[Rule]) -> tuple[Rule, tuple[Who, ...]] | None:
    """Return the gate that keeps the person responsible from an act, and who may do it instead (nobody named where one is barred)."""
    permits = [g for g in gates if isinstance(g.kind, Permits)]
    may = tuple(w for g in permits if isinstance(g.kind, Permits) for w in g.kind.who)
    if may and not any(_can_be_responsible(w) for w in may):
        return permits[0], may
    for gate in gates:
        kind = gate.kind
        if isinstance(kind, Requires) and kind.by is not None and not _can_be_responsible(kind.by):
            return gate, (kind.by,)
        if isinstance(kind, Excludes) and kind.who is not None and kind.who.word == "responsible":
            return gate, ()
    return None


def _can_be_responsible(who: Who) -> bool:
    inner = who.node.get("deputy_of") if who.node is not None else None
    return (
        who.word in THE_RESPONSIBLE
        or (inner is not None and inner.text == "responsible")
        or (who.other is not None and _can_be_responsible(who.other))
    )


def _unsaid(rule: Rule, act: str, shut: tuple[Rule, tuple[Who, ...]], faults: Faults) -> None:
    gate, may = shut
    noun, word = rule.noun, rule.kind.word
    shape = noun.acts[act] if noun is not None else None
    act_zh = shape.zh if shape is not None else act
    write = " / ".join(dict.fromkeys(f"who: {_written(w.node)}" for w in may if w.node is not None)) or "who: …"
    names, names_en = "、".join(dict.fromkeys(w.zh for w in may)), ", ".join(dict.fromkeys(w.en or w.zh for w in may))
    there = gate.clause.id if gate.clause.regulation.name == rule.clause.regulation.name else gate.clause.name
    only_zh, only_en = (
        (f"只许{names}办", f"leaves it to {names_en} alone") if may else ("不许责任人办", "bars that person from it")
    )
    faults.add(
        rule.clause.node.get(word) or rule.clause.node,
        f"第{rule.clause.id}条没有写由谁负责,就算在责任人头上,而“{act_zh}”第{there}条{only_zh};"
        f"请写 {write},确由责任人催办的写 who: responsible",
        f"clause {rule.clause.id} does not say who owes it, so the person responsible does, but clause {there} {only_en}"
        f" ({act!r}); write {write}, or who: responsible where that person has to see to it",
    )


def _written(node: Node) -> str:
    """Return a person word as it is written in packs."""
    return node.text if node.text is not None else "{" + ", ".join(_pairs(node)) + "}"


def _pairs(node: Node) -> Iterator[str]:
    for key, value in node.entries():
        yield f"{key}: {_written(value)}"
