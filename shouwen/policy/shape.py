"""Whether an act fits the shape of its procedure: its step, its moment, and the fields it may bring.

What may be refused besides is a clause. An act brings what its page asks for, fields of its own, and what a gate before it
wants filled. What somebody has filled in already is changed by `amend` (更正), which has gates of its own: otherwise any act
could take away the fact another clause rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from shouwen.policy.built_in import IN_BETWEEN, not_handed_over
from shouwen.policy.env import Env
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.nouns import ActShape, Noun
from shouwen.policy.promises import ALARM
from shouwen.policy.ruling import Refusal

if TYPE_CHECKING:
    from shouwen.policy.law import Plan

AFTER_THE_END: Final = frozenset({"reopen", "note", "link"})
BEFORE_THE_OPENING: Final = frozenset({"note", "link"})  # while an opening waits for approval
# What a built-in act is nothing without.
WITHOUT_WHICH: Final[Mapping[str, str]] = {"hand_over": "to", "extend": "span", "link": "other", "merge": "other"}


def misfit(plan: Plan, env: Env) -> Refusal | None:
    """Return why the act does not fit the shape of its procedure, or None."""
    shape = plan.shape
    if shape is None:
        return Refusal("", "no_act", f"{env.noun.zh}没有这个动作", f"{env.noun.id} has no act {env.act.name!r}.")
    for check in plan.fits:
        refusal = check(plan, shape, env)
        if refusal is not None:
            return refusal
    return None


def checks(plan: Plan, shape: ActShape, noun: Noun) -> tuple[Check, ...]:
    """Return what may be wrong with an act of this shape at all, in the order it is told."""
    may_be: Mapping[Check, bool] = {
        _opened: True,
        _ended: shape.id not in AFTER_THE_END,
        _held: shape.id not in IN_BETWEEN,
        _not_held: shape.id == "resume",
        _held_until: shape.id == "hold",
        _step: shape.id != "open" and bool(noun.steps),
        _moment: True,
        _resumed_before: shape.id == "resume",
        _extends: shape.id == "extend",
        _lacks: shape.id in WITHOUT_WHICH,
        _fields: True,
        _evidence: bool(plan.covering),
        _handed_over: shape.id == "take_over",
    }
    return tuple(check for check, can in may_be.items() if can)


def brings(plan: Plan, noun: Noun | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the own fields an act may bring: any value, and only where nobody has filled them in yet."""
    if noun is None or plan.shape is None:
        return frozenset(), frozenset()
    asked, rested_on = set(plan.shape.asks), set[str]()
    for rule in plan.gates:
        kind = rule.kind
        rested_on |= {p.text.removeprefix("since.").partition(".")[0] for p in rule.paths}
        if isinstance(kind, Requires):
            asked |= {p.text.partition(".")[0] for p in kind.fields} | {p.field for p in kind.proofs} | {kind.for_each}
            rested_on.add(kind.edge[1])
    own = frozenset(noun.fields)
    return own & asked, own & (rested_on - asked)


def _opened(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    facts, noun = env.facts, env.noun
    if shape.id == "book" and noun.kind == "entry" and not env.act.upon:
        return Refusal("", "by_law", "账目只由条款记入", "Entries are made by clauses alone.")
    if shape.id == "open":
        if facts.step or (facts.opened_at is not None and not env.act.granted):
            return Refusal("", "open_already", "已经立项", "It is open already.")
    elif noun.kind == "case" and noun.steps and not facts.step and shape.id not in BEFORE_THE_OPENING:
        return Refusal(
            "",
            "not_open",
            f"{noun.zh}的立项还没有批准,不能{shape.zh}",
            f"Its opening has not been approved; {shape.en or shape.id} has to wait.",
        )
    return None


def _ended(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    if not env.facts.closed:
        return None
    noun, name = env.noun, shape.en or shape.id
    if "reopen" in noun.acts:
        return Refusal(
            "", "closed", f"{noun.zh}已结束,不能再{shape.zh};如需继续请先重开", f"It is closed; reopen it before {name}."
        )
    here = noun.steps.get(env.facts.step)
    zh, en = (here.zh, here.en or env.facts.step) if here is not None else ("结束", "closed")
    return Refusal(
        "", "closed", f"{noun.zh}已是“{zh}”,到此为止,不能再{shape.zh}", f"It is {en!r}, which is the end: no more {name}."
    )


def _held(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    if env.facts.held:
        return Refusal("", "held", f"已挂起,请先恢复再{shape.zh}", f"It is on hold; resume it before {shape.en or shape.id}.")
    return None


def _not_held(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    return None if env.facts.held else Refusal("", "not_held", "没有挂起,无须恢复", "It is not on hold.")


def _held_until(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    until = env.act.fields.get("until")
    if until is not None and until <= env.at:
        return Refusal("", "held_until_past", "挂起的截止时间须在挂起之后", "A hold ends after it begins.", ("until",))
    return None


def _step(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    noun, facts = env.noun, env.facts
    leaves = noun.ends if shape.id == "reopen" and not shape.leaves else shape.leaves
    if not leaves or facts.step in leaves:
        return None
    here = noun.steps[facts.step].zh if facts.step in noun.steps else facts.step
    may = "、".join(noun.steps[s].zh for s in noun.steps if s in leaves)
    return Refusal(
        "", "wrong_step", f"现在是“{here}”,不能{shape.zh}", f"It is at {facts.step!r}.", remedy_zh=f"{shape.zh}须在:{may}",
        remedy_en=f"Possible at: {', '.join(leaves)}.",
    )  # fmt: skip


def _moment(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """Nothing happens on a subject before it was there."""
    facts = env.facts
    if facts.opened_at is not None and env.at < facts.opened_at:
        return Refusal(
            "",
            "too_early",
            f"发生时间早于立项({facts.opened_at:%Y-%m-%d %H:%M})",
            f"It was opened only at {facts.opened_at:%Y-%m-%d %H:%M}.",
        )
    return None


def _resumed_before(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """No hold ends before it began."""
    since = next((start for start, end in reversed(env.facts.pauses) if end is None), None)
    if since is not None and env.at < since:
        return Refusal(
            "", "too_early", f"发生时间早于挂起({since:%Y-%m-%d %H:%M})", f"It was put on hold only at {since:%Y-%m-%d %H:%M}."
        )
    return None


def _extends(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """An extension has a promise to extend that is not missed yet, and is longer than nothing."""
    span = env.act.fields.get("span")
    running = [
        d
        for d in env.facts.deadlines
        if d.breached_at is None and ALARM not in d.until and (d.due_at is None or d.due_at >= env.at)
    ]
    if not any(env.act.clause in ("", d.clause) for d in running):
        return Refusal("", "no_promise", "没有正在计时、还未逾期的时限可以延长", "No promise that could be extended is running.")
    if span is not None and not span.amount:
        return Refusal("", "no_span", "延长的时间须大于零", "It has to be extended by more than nothing.", ("span",))
    return None


def _lacks(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """An act that does nothing without a field of its own; a clause that asks for the field says so itself."""
    name = WITHOUT_WHICH.get(shape.id, "")
    field = shape.fields.get(name)
    if field is None or env.act.fields.get(name):
        return None
    asking = [r for r in plan.gates if isinstance(r.kind, Requires) and r.kind.mode == "refuse" and not r.when.groups]
    if any(p.text == f"{shape.id}.{name}" for r in asking if isinstance(r.kind, Requires) for p in r.kind.fields):
        return None
    return Refusal("", "missing", f"{shape.zh}须填{field.zh}", f"{shape.en or shape.id} needs {field.en or name}.", (name,))


def _fields(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """Somebody's act brings only what it may; what the law does itself brings what its clause says."""
    noun, act = env.noun, env.act
    if not plan.known.issuperset(act.fields):
        strange = [f for f in act.fields if f not in plan.known]
        return Refusal("", "no_field", f"没有字段:{'、'.join(strange)}", f"There is no field {', '.join(strange)}.")
    if not act.by or act.upon or plan.brings.issuperset(act.fields):
        return None
    found = list(_not_its_own(plan, env))
    if not found:
        return None
    zh, en = "、".join(noun.fields[f].zh for f in found), ", ".join(noun.fields[f].en or f for f in found)
    return Refusal(
        "", "no_field", f"{shape.zh}不带字段:{zh}", f"{shape.en or shape.id} does not bring: {en}.", remedy_zh="要填写或更改,请用“更正”",
        remedy_en="To fill in or change it, use amend.",
    )  # fmt: skip


def _not_its_own(plan: Plan, env: Env) -> Iterator[str]:
    for name, value in env.act.fields.items():
        if name in plan.brings or name not in plan.carries:
            continue
        known = env.facts.fields.get(name)
        if known == value or (name in plan.fills and known in (None, "", ())):
            continue
        yield name


def _evidence(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    """What evidence was given for is not changed behind its back, dated before it."""
    for rule in plan.covering:
        kind = rule.kind
        given = env.facts.marks.get(f"attested:{rule.clause.name}")
        if given is None or given.last < env.at or not isinstance(kind, Requires):
            continue
        changed = [c for c in kind.covers if c in env.act.fields and env.act.fields[c] != env.facts.fields.get(c)]
        if changed and not all(p.given(env, env.evidence) for p in kind.proofs):
            zh = "、".join(env.noun.fields[c].zh for c in changed)
            return Refusal(
                rule.clause.name, "too_early", f"{zh}的凭据已于{given.last:%Y-%m-%d %H:%M}给出,不能补录更早的更改",
                f"Evidence for {', '.join(changed)} was given at {given.last:%Y-%m-%d %H:%M}; no change can be dated before it.",
                remedy_zh="请按现在的时间更改,并重新取得凭据", remedy_en="Date the change now and get the evidence anew.",
            )  # fmt: skip
    return None


def _handed_over(plan: Plan, shape: ActShape, env: Env) -> Refusal | None:
    return not_handed_over(env)


Check = Callable[["Plan", ActShape, Env], "Refusal | None"]
