"""Saying yes or no: approvals (in order or together, by a deputy in absence, never one's own) and tasks."""

from __future__ import annotations

from dataclasses import replace

from shouwen.policy.act import Chain
from shouwen.policy.env import Env
from shouwen.policy.facts import OpenTaskFact, PendingApproval
from shouwen.policy.ruling import CloseTask, Perform, Refusal, Ruling, TakeTask, Verdict


def decide_approval(env: Env) -> Ruling:
    """Return the ruling of approve, disapprove or withdraw; `row` of the act names the approval."""
    act = env.act
    pending = next((a for a in env.facts.approvals if str(a.id) == act.row and not a.granted), None)
    if pending is None:
        return _no(env, "no_approval", "这项审批已经办结或不存在", "This approval is over or does not exist.")
    if env.at < pending.act.at:
        return _no(env, "too_early", "批复不能早于申请", "No answer is given before the request.", pending.clause)
    if act.name == "withdraw":
        if act.by != pending.requester:
            return _no(env, "not_yours", "只有申请人可以撤回", "Only the requester may withdraw it.", pending.clause)
        return _closed(env, pending, False)
    approver = _acting_for(pending, env)
    if approver is None:
        return _no(env, "not_approver", "请由当前批准人办理", "It is for the present approver to decide.", pending.clause)
    if act.name == "disapprove" and not act.reason.strip():
        return _unexplained(env, pending)
    return (
        _closed(env, pending, False, approver)
        if act.name == "disapprove" and not _advises(pending)
        else _yes(env, pending, approver)
    )


def _unexplained(env: Env, pending: PendingApproval) -> Ruling:
    """A no comes with its reason: whoever asked has to know what to change."""
    why = Refusal(
        pending.clause, "no_reason", "不同意须说明原因", "A no comes with its reason.", ("reason",),
        remedy_zh="请写明不同意的原因", remedy_en="Say why.",
    )  # fmt: skip
    return Ruling("refused", env.act, env.act.subject, (why,))


def asked_otherwise(env: Env) -> Refusal | None:
    """Return why an act cannot be asked for: the same act with other values waits already. Asked for alike it simply goes on waiting."""
    act = env.act
    other = next((a for a in env.facts.approvals if a.act.name == act.name and not a.granted), None)
    if other is None or (other.act.fields, other.act.clause, other.act.row) == (act.fields, act.clause, act.row):
        return None
    shape = env.noun.acts.get(act.name)
    zh, en = (shape.zh, shape.en or shape.id) if shape is not None else (act.name, act.name)
    return Refusal(
        other.clause,
        "waits_already",
        f"{zh}已申请,内容不同,正在等批准",
        f"{en} was asked for with other values and waits for approval.",
        remedy_zh="请先由申请人撤回,再重新申请",
        remedy_en="Let the requester withdraw it, then ask again.",
    )


def covers(given: Chain, wanted: Chain) -> bool:
    """Whether those who were asked are still those to be asked: facts may have changed while an act waited, and with them who decides."""
    asked = {person for link in given for person in link}
    return all(not asked.isdisjoint(link) for link in wanted)


def _advises(pending: PendingApproval) -> bool:
    return bool(pending.advises) and pending.advises[pending.position]


def _acting_for(pending: PendingApproval, env: Env) -> int | None:
    """Return the approver the actor is or stands in for; never the requester; None if neither."""
    by = env.act.by
    if by == pending.requester or by in env.barred:
        return None
    link = pending.chain[pending.position]
    if by in link and by not in pending.yes:
        return by
    return next((p for p in link if p not in pending.yes and p != by and env.facts.org.stands_in(p, env.at) == by), None)


def _yes(env: Env, pending: PendingApproval, approver: int) -> Ruling:
    link = pending.chain[pending.position]
    whole = not pending.all_of or set(link) <= {*pending.yes, approver}
    last = whole and pending.position + 1 == len(pending.chain)
    for_whom = approver if approver != env.act.by else 0
    ruling = Ruling("allowed", env.act, env.act.subject)
    ruling.effects = [
        Verdict(pending.id, pending.clause, pending.position + int(whole), env.act.name == "approve", last, for_whom)
    ]
    others = [a for a in env.facts.approvals if a.request == pending.request and a.id != pending.id]
    if last and all(a.granted for a in others):
        granted = {**pending.act.granted, pending.clause: pending.chain, **{a.clause: a.chain for a in others}}
        ruling.effects.append(Perform(replace(pending.act, at=env.at, granted=granted, key=""), None))
    return ruling


def _closed(env: Env, pending: PendingApproval, yes: bool, for_whom: int = 0) -> Ruling:
    ruling = Ruling("allowed", env.act, env.act.subject)
    stood_in = for_whom if for_whom and for_whom != env.act.by else 0
    siblings = [a for a in env.facts.approvals if a.request == pending.request]
    ruling.effects = [Verdict(a.id, a.clause, a.position, yes, True, stood_in) for a in siblings]
    return ruling


def decide_task(env: Env) -> Ruling:
    """Return the ruling of claim or complete; `row` of the act names the task."""
    act = env.act
    task = next((t for t in env.facts.tasks if str(t.id) == act.row), None)
    if task is None:
        return _no(env, "no_task", "这项待办已经办结或不存在", "This task is over or does not exist.")
    if not may_do(task, env) and act.name == "claim":
        return _no(
            env,
            "not_your_task",
            "这项待办已经由别人领取,或不是派给您的",
            "Somebody else has taken this task, or it is not yours.",
            task.clause,
        )
    if not may_do(task, env):
        return _no(env, "not_your_task", "这项待办不是您的", "This task is not yours.", task.clause)
    if task.act and act.name == "complete":
        shape = env.noun.acts.get(task.act)
        name = shape.zh if shape else task.act
        return _no(env, "task_by_act", f"这项待办要以“{name}”办结", f"This task is done by the act {task.act!r}.", task.clause)
    ruling = Ruling("allowed", act, act.subject)
    ruling.effects = [TakeTask(task.id, act.by)] if act.name == "claim" else [CloseTask(task.name, task.row, "done", task.id)]
    return ruling


def may_do(task: OpenTaskFact, env: Env) -> bool:
    """Whether the actor is one of those a task is for, holds its post, or stands in for one of them."""
    by, org = env.act.by, env.facts.org
    mine = (by, *org.stood_in_for(by, env.at))
    if any(p in task.who for p in mine):
        return True
    return bool(task.post) and any(org.holds(p, task.post, env.facts.unit, env.at) for p in mine)


def _no(env: Env, code: str, zh: str, en: str, clause: str = "") -> Ruling:
    return Ruling("refused", env.act, env.act.subject, (Refusal(clause, code, zh, en),))
