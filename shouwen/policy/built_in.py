"""What the acts every procedure has do by themselves: hold, resume, extend, hand over, merge, link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shouwen.policy.consent import may_do
from shouwen.policy.env import Env
from shouwen.policy.kinds.base import refuse
from shouwen.policy.ruling import CloseTask, Effect, Hold, LinkCases, OpenTask, Refusal, SetField, Step

if TYPE_CHECKING:
    from shouwen.policy.law import Plan

# Acts that may be done while a subject is on hold.
IN_BETWEEN = frozenset({"resume", "note", "amend", "hand_over", "take_over", "decline", "link", "merge", "extend"})


def not_handed_over(env: Env) -> Refusal | None:
    """Return why somebody may not take a matter over (take_over): it was neither handed to them nor open to a pool they belong to."""
    if any(t.act == "take_over" and may_do(t, env) for t in env.facts.tasks):
        return None
    return Refusal(
        "", "not_handed_over", "没有人把这件事移交给您", "Nobody handed this over to you.",
        remedy_zh="请责任人先移交给您", remedy_en="Ask the person responsible to hand it over.",
    )  # fmt: skip


def not_to_be_given(plan: Plan, env: Env) -> Refusal | None:
    """Return why a matter may not be handed to somebody: what bars them from taking it over (`plan` is of that act), or None."""
    to = env.act.fields.get("to")
    for rule in plan.barring:
        who = getattr(rule.kind, "who", None)
        if to and who is not None and rule.when.holds(env) and who.includes(to, env):
            return refuse(rule, "这个人不得接手,请移交给别人", "They may not take it over; hand it to somebody else.")
    return None


def built_in(env: Env) -> Iterator[Effect]:
    """Yield the effects of a built-in act; nothing for the others. Pauses move promises elsewhere (`promises.moved`)."""
    made = ACTS.get(env.act.name)
    if made is not None:
        yield from made(env)


def _hold(env: Env) -> Iterator[Effect]:
    yield Hold(env.at)


def _resume(env: Env) -> Iterator[Effect]:
    since = next((start for start, end in reversed(env.facts.pauses) if end is None), None)
    yield Hold(since, env.at)


def _hand_over(env: Env) -> Iterator[Effect]:
    to = env.act.fields.get("to")
    if to:
        yield OpenTask("hand_over", "接手移交", None, (to,), "", "", "take_over")


def _take_over(env: Env) -> Iterator[Effect]:
    """Whoever was handed the matter, or may take it from a pool, becomes responsible; the first asked stays so."""
    yield SetField("responsible", env.act.by)
    env.chosen["responsible"] = env.act.by


def _decline(env: Env) -> Iterator[Effect]:
    for task in env.facts.tasks:
        if task.act == "take_over" and task.who == (env.act.by,):  # what is open to several stays so for the others
            yield CloseTask(task.name, task.row, "withdrawn", task.id)


def _reopen(env: Env) -> Iterator[Effect]:
    shape = env.noun.acts["reopen"]
    if not shape.to:
        yield Step(env.noun.start)


def _merge(env: Env) -> Iterator[Effect]:
    other = env.act.fields.get("other")
    if other:
        yield LinkCases(other, "merged")
        yield Step(env.facts.step, True)


def _link(env: Env) -> Iterator[Effect]:
    other = env.act.fields.get("other")
    if other:
        yield LinkCases(other, "related")


ACTS = {
    "hold": _hold, "resume": _resume, "hand_over": _hand_over, "take_over": _take_over, "decline": _decline, "reopen": _reopen,
    "merge": _merge, "link": _link,
}  # fmt: skip
