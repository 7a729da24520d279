"""What is wanted of a record or case that is over: acts, rounds and calendar clauses no longer reach it, and so must not be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shouwen.policy.conditions import Condition
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.nouns import ActShape, Noun, Population
from shouwen.policy.packs import Declared


def nothing_after_the_end(
    declared: Declared, populations: Mapping[str, Population], rules: Iterable[Rule], faults: Faults
) -> None:
    """Note acts that leave an end for no other step, groups of ended records, and calendar clauses that ask for them."""
    for noun in declared.nouns.values():
        _acts(noun, faults)
    for key, node in declared.groups.items():
        group = populations.get(key)
        among = declared.nouns.get(group.noun) if group is not None else None
        if among is not None and group is not None and _only_ended(group.when, among):
            faults.add(
                node.at("when"),
                f"{group.zh}只有到了终点(ends)的,那里的记录不再有例行;要一直管着,就别把这个状态写进 ends",
                f"everything in {key!r} has ended already and has no more rounds; leave that state out of `ends`",
            )
    for rule in rules:
        if _by_the_calendar(rule) and (where := _spoken_of(rule)) is not None and _only_ended(rule.when, where):
            faults.add(
                rule.clause.node,
                f"条款{rule.clause.id}按日历做,而到了终点(ends)的不再问起,永远轮不到它",
                f"clause {rule.clause.id} goes by the calendar, but what it speaks of has ended already and is asked no more",
            )


def _acts(noun: Noun, faults: Faults) -> None:
    acts = noun.node.get("acts") if noun.node is not None else None
    for act, end in _from_an_end(noun):
        shape = acts.get(act.id) if acts is not None else None
        leaves = shape.get("from") if shape is not None else None
        at = next(
            (n for n in (leaves.items if leaves and leaves.items else [leaves]) if n is not None and n.text == end), noun.node
        )
        ends, mend = (
            ("终点(ends)", ";要继续办,就别把它写进 ends") if noun.kind == "record" else ("终点", ";要继续办,请加一个离开它的动作")
        )
        if at is not None:
            faults.add(
                at, f"“{noun.steps[end].zh}”是{ends},到了那里{act.zh}就做不成{mend}",
                f"{end!r} is an end, where {act.id!r} can no longer be done",
            )  # fmt: skip


def _from_an_end(noun: Noun) -> Iterator[tuple[ActShape, str]]:
    """Yield each act of a pack's own with every end it wants to be done at."""
    for act in noun.acts.values():
        yield from ((act, end) for end in act.leaves if end in noun.ends and not act.built_in)


def _by_the_calendar(rule: Rule) -> bool:
    return isinstance(rule.kind, Schedules | Reports) or (rule.upon is not None and rule.upon.kind == "calendar")


def _spoken_of(rule: Rule) -> Noun | None:
    member: Noun | None = getattr(rule.kind, "member", None)
    return member or rule.noun


def _only_ended(when: Condition | None, noun: Noun) -> bool:
    """Whether a condition asks for a step or state that is an end, and so never holds of what goes on."""
    groups = when.groups if when is not None else ()
    return bool(groups) and all(
        any(t.path.text in ("step", "state") and t.kind in ("is", "in") and set(t.values) <= noun.ends for t in g) for g in groups
    )
