"""Acts that nobody could ever do, because of whom, when, where or after what a clause that always holds wants them done."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from shouwen.policy.conditions import Test
from shouwen.policy.env import clock_time
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Kind, Rule
from shouwen.policy.kinds.gate import Gate
from shouwen.policy.kinds.gates import Excludes, Permits
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.nouns import ActShape
from shouwen.policy.people import Who
from shouwen.policy.telling_apart import rings

MORNING = "06:00"  # a clock time before it may be meant of the night after


def unreachable_acts(rules: list[Rule], faults: Faults) -> None:
    """Note the clauses that always hold and that make an act impossible for ever."""
    always = [
        r for r in rules if isinstance(r.kind, Gate) and not r.when.groups and r.kind.mode == "refuse" and not r.kind.pass_by
    ]
    for rule in always:
        for act in rule.kind.gates():
            if isinstance(rule.kind, Requires) and (_after_itself(rule.kind, act) or _elsewhere(rule, act)):
                _never(rule, act, None, faults)
    for a, b in itertools.combinations([r for r in always if isinstance(r.kind, Requires) and r.kind.edge[0]], 2):
        if a.noun is b.noun and _too_late(a.kind, b.kind):
            for act in set(a.kind.gates()) & set(b.kind.gates()):
                _never(b, act, a, faults)
    _nobody_left(always, faults)
    _waiting_for_each_other(always, faults)


def _after_itself(kind: Requires, act: str) -> bool:
    """Whether an act wants to have been done before it is done, or to be done by whoever did it."""
    if kind.by is not None:
        return _did(kind.by, act)
    groups = kind.that.groups
    return bool(groups) and not kind.every and all(any(_done_already(t, act) for t in g) for g in groups)


def _did(who: Who, act: str) -> bool:
    did = who.node.get("did") if who.node is not None else None
    return did is not None and did.text == act and who.other is None


def _done_already(t: Test, act: str) -> bool:
    """Whether a test asks that an act of the subject was done: `reply: given`, `times.reply: ">= 1"`."""
    if t.path.text == act and t.path.field is None:
        return t.kind == "given"
    if t.path.text != f"times.{act}" or t.kind != "bound" or t.other is not None:
        return False
    op, times = t.values
    return bool((op == ">" and times >= 0) or (op in (">=", "=") and times >= 1))


def _elsewhere(rule: Rule, act: str) -> bool:
    """Whether an act is wanted at a step it cannot be done at."""
    assert isinstance(rule.kind, Requires)
    shape = rule.noun.acts.get(act) if rule.noun is not None else None
    groups = rule.kind.that.groups
    return shape is not None and bool(shape.leaves) and bool(groups) and all(any(_not_at(t, shape) for t in g) for g in groups)


def _not_at(t: Test, shape: ActShape) -> bool:
    return t.path.text == "step" and t.kind in ("is", "in") and not set(t.values) & set(shape.leaves)


def _too_late(a: Kind, b: Kind) -> bool:
    """Whether one may not be before a clock time and the other not after an earlier one."""
    edges = {k.edge[0]: k.edge[1] for k in (a, b) if isinstance(k, Requires) and clock_time(k.edge[1]) is not None}
    first, last = edges.get("not_before"), edges.get("not_after")
    return first is not None and last is not None and MORNING <= last < first


def _nobody_left(always: list[Rule], faults: Faults) -> None:
    """Acts permitted only to people who are barred from them, or to whoever has done them already."""
    permits: dict[tuple[str, str], list[Rule]] = {}
    for rule in always:
        for act in rule.kind.gates() if isinstance(rule.kind, Permits) else ():
            permits.setdefault((rule.noun.id if rule.noun else "", act), []).append(rule)
    for (noun, act), found in permits.items():
        people = [w for r in found if isinstance(r.kind, Permits) for w in r.kind.who]
        barring = [r for r in always if isinstance(r.kind, Excludes) and act in r.kind.acts and r.noun and r.noun.id == noun]
        barred = {_post(r.kind.who): r for r in barring if isinstance(r.kind, Excludes) and r.kind.who is not None}
        if people and all(_did(w, act) for w in people):
            _never(found[0], act, None, faults)
        elif people and all(_post(w) and _post(w) in barred for w in people):
            _never(found[0], act, barred[_post(people[0])], faults)


def _post(who: Who) -> str:
    """Return a post named without more; "" for anybody else."""
    return who.post if who.node is not None and who.node.text == who.post and who.other is None else ""


def _waiting_for_each_other(always: list[Rule], faults: Faults) -> None:
    edges: dict[str, set[str]] = {}
    where: dict[str, Rule] = {}
    for rule in always:
        for act, needed in _needs(rule):
            edges.setdefault(act, set()).add(needed)
            where[act] = rule
    for ring in rings(edges):
        rule = where[ring[0]]
        names = [n.partition(".")[2] for n in ring]
        acts = rule.noun.acts if rule.noun is not None else {}
        shown = " → ".join(acts[n].zh if n in acts else n for n in names)
        faults.add(
            rule.clause.node, f"这些动作互相等待,永远做不成:{shown}",
            f"these acts wait for each other for ever: {' -> '.join(names)}",
        )  # fmt: skip


def _needs(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield each act of a gate with another it wants done before."""
    kind, noun = rule.kind, rule.noun
    if not isinstance(kind, Requires) or noun is None or len(kind.that.groups) != 1 or kind.every:
        return
    for needed in noun.acts:
        if any(_done_already(t, needed) for t in kind.that.groups[0]):
            yield from ((f"{noun.id}.{act}", f"{noun.id}.{needed}") for act in kind.gates() if act != needed)


def _never(rule: Rule, act: str, other: Rule | None, faults: Faults) -> None:
    zh = rule.noun.acts[act].zh if rule.noun is not None and act in rule.noun.acts else act
    with_zh, with_en = (
        ("", "") if other is None else (f"与第{other.clause.id}条合起来,", f"together with clause {other.clause.id} ")
    )
    faults.add(
        rule.clause.node, f"第{rule.clause.id}条{with_zh}使“{zh}”永远做不成;请改条件,或写 when、or: warn",
        f"clause {rule.clause.id} {with_en}makes {act} impossible for ever; change it, or give it `when` or `or: warn`",
    )  # fmt: skip
