"""Checks of what clauses do together: entries that book each other without end, acts that nobody could ever do."""

from __future__ import annotations

import itertools

from shouwen.policy.conditions import Test
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.booking import Booking
from shouwen.policy.kinds.calculates import Calculates
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.kinds.keeps import Penalises
from shouwen.policy.kinds.opens import Obliges, Schedules
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.paths import CLAUSE
from shouwen.policy.telling_apart import can_both_hold, disjoint, rings


def booking_rings(rules: list[Rule], faults: Faults) -> None:
    """Entries that cause entries of which each causes the next again: a clause upon an entry says which clauses' entries it means."""
    upon = [r for r in rules if r.noun is not None and r.noun.kind == "entry" and r.upon is not None and r.upon.name == "book"]
    booking = [r for r in upon if isinstance(r.kind, Booking)]
    edges = {_name(a): {_name(b) for b in booking if _follows(a, b)} for a in booking}
    where = {_name(r): r.clause for r in booking}
    for ring in rings(edges):
        numbers = " → ".join(n.rpartition("#")[2] for n in ring)
        faults.add(
            where[ring[0]].node, f"记账互相引发,没有尽头:{numbers};请在 when 里写明是哪几条记的账(clause)",
            f"entries cause each other without end: {' -> '.join(ring)}; say in `when` which clauses' entries are meant (clause)",
        )  # fmt: skip


def _name(rule: Rule) -> str:
    return rule.clause.name


def _follows(first: Rule, then: Rule) -> bool:
    """Whether an entry by one clause makes another clause act."""
    if not isinstance(first.kind, Booking) or then.noun is None or first.kind.book != then.noun.id:
        return False
    return not then.when.groups or any(_admits(group, first.clause.name) for group in then.when.groups)


def _admits(group: tuple[Test, ...], clause: str) -> bool:
    return all(clause in t.values for t in group if t.path.type is CLAUSE and t.kind in ("is", "in"))


def growing_rounds(rules: list[Rule], faults: Faults) -> None:
    """Rounds that open what they are for, all of it each time: twice as much every period, without end."""
    edges: dict[str, set[str]] = {}
    always = [r for r in rules if not r.when.groups]
    for rule in always:
        kind = rule.kind
        if (
            isinstance(kind, Obliges)
            and kind.procedure
            and rule.noun
            and rule.upon
            and (rule.upon.kind, rule.upon.name) == ("act", "open")
        ):
            edges.setdefault(rule.noun.id, set()).add(kind.procedure)
    for rule in always:
        kind = rule.kind
        if not isinstance(kind, Schedules) or kind.member is None or kind.drawn or kind.members.groups:
            continue
        if kind.member.id in _reached(kind.procedure, edges):
            faults.doubt(
                rule.clause.node, f"每一期为每件{kind.for_each_zh}再开{kind.procedure_zh},越开越多,没有尽头;请写 when 限定",
                f"every period it opens more of what it goes round ({kind.member.id}), without end; narrow it by `when`",
            )  # fmt: skip


def _reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        new = edges.get(todo.pop(), set()) - found
        found |= new
        todo.extend(new)
    return found


def grows_by_itself(rules: list[Rule], faults: Faults) -> None:
    """What is calculated anew at every act from what it was: another number each time somebody looks."""
    for rule in rules:
        kind = rule.kind
        if (
            isinstance(kind, Calculates)
            and rule.upon is None
            and not kind.for_each
            and not kind.link
            and kind.field in kind.reads()
        ):
            faults.doubt(
                rule.clause.node, f"“{kind.field_zh}”由它自己算出,每做一个动作就变一次;请写 upon 说明何时算",
                f"{kind.field!r} is calculated from itself, anew at every act; say `upon` which act",
            )  # fmt: skip


def below_nothing(rules: list[Rule], faults: Faults) -> None:
    """A fine or a reward of less than nothing is the other of the two."""
    for rule in rules:
        kind = rule.kind
        if isinstance(kind, Penalises) and kind.amount.value is not None and kind.amount.value < 0:
            faults.doubt(
                rule.clause.node, f"“{kind.amount.zh}”不能为负:扣罚写 penalises,奖励写 rewards",
                "the amount cannot be below nothing: `penalises` takes, `rewards` gives",
            )  # fmt: skip


def impossible_acts(rules: list[Rule], faults: Faults) -> None:
    """Gates that always hold and that no act can pass together, or by itself."""
    always = [r for r in rules if not r.when.groups and _refuses(r)]
    for rule in always:
        kind = rule.kind
        if (isinstance(kind, Limits) and kind.to == 0) or (
            isinstance(kind, Requires) and kind.that.groups and all(_never(g) for g in kind.that.groups)
        ):
            _impossible(rule, rule, faults)
    wanting = [r for r in always if isinstance(r.kind, Requires) and r.kind.that.groups and not r.kind.for_each]
    for a, b in itertools.combinations(wanting, 2):
        if a.noun is b.noun and a.clause is not b.clause and set(a.kind.gates()) & set(b.kind.gates()) and _against(a, b):
            _impossible(b, a, faults)


def _refuses(rule: Rule) -> bool:
    return isinstance(rule.kind, Limits | Requires) and rule.kind.mode == "refuse" and rule.kind.pass_by is None


def _never(group: tuple[Test, ...]) -> bool:
    return any(p.path.text == q.path.text and disjoint(p, q) for p, q in itertools.combinations(group, 2))


def _against(a: Rule, b: Rule) -> bool:
    assert isinstance(a.kind, Requires)
    assert isinstance(b.kind, Requires)
    overridden = a.clause.overrides == b.clause.name or b.clause.overrides == a.clause.name
    return not overridden and not can_both_hold(a.kind.that, b.kind.that)


def _impossible(rule: Rule, other: Rule, faults: Faults) -> None:
    noun = rule.noun
    shared = [a for a in rule.kind.gates() if a in other.kind.gates()]
    acts = "、".join(noun.acts[a].zh for a in shared if a in noun.acts) if noun is not None else ""
    with_zh = "" if rule is other else f"与第{other.clause.id}条合起来,"
    with_en = "" if rule is other else f"together with clause {other.clause.id} "
    faults.add(
        rule.clause.node, f"第{rule.clause.id}条{with_zh}使“{acts}”永远做不成;请改条件,或写 when、or: warn",
        f"clause {rule.clause.id} {with_en}makes {', '.join(shared)} impossible for ever; change it, or give it `when` or `or: warn`",
    )  # fmt: skip
