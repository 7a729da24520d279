"""Approvals in hand: an act asked for, a link of its chain deciding, and the tasks of those who are to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shouwen.base.numbering import next_id
from shouwen.cases.facts import Matter
from shouwen.cases.living import Asked, Living, Work
from shouwen.cases.minutes import Minutes
from shouwen.cases.telling import tell_requester
from shouwen.policy.facts import OpenTaskFact, PendingApproval
from shouwen.policy.ruling import Ask, Ruling, Verdict

NAME = "approve"


def ask(minutes: Minutes, matter: Matter, ruling: Ruling, e: Ask, request: int) -> None:
    """Let an act wait. The same act asked for twice waits once: the first request stands."""
    s, act = matter.subject, ruling.act
    if any(a.pending.act.name == act.name and not a.pending.granted for a in s.pending if a.pending.request != request):
        return
    advises = e.advises or tuple(False for _ in e.chain)
    pending = PendingApproval(next_id(), e.cite.clause, act, act.by, e.chain, advises, e.all_of, 0, (), request)
    asked = Asked(pending.id, pending, e.cite.since, act.at, fresh=True)
    s.approvals.append(asked)
    s.changed = True
    minutes.event(
        s,
        "ask",
        ruling,
        clause=e.cite.clause,
        since=e.cite.since,
        approval=asked.id,
        request=request,
        act=act.name,
        chain=e.chain,
        advises=[i for i, only in enumerate(advises) if only],
        all_of=e.all_of,
    )
    _give_task(s, asked, act.at)


def decide(minutes: Minutes, matter: Matter, ruling: Ruling, e: Verdict) -> None:
    """Note what one link said; go on to the next, or end the request."""
    s, act = matter.subject, ruling.act
    asked = next((a for a in s.pending if a.id == e.approval), None)
    if asked is None:
        return
    pending = asked.pending
    if e.yes:
        s.mark(f"approved:{pending.act.name}", act.at, act.by)
    yes = (*pending.yes, e.for_whom or act.by) if e.position == pending.position else ()
    asked.pending = replace(pending, position=e.position, yes=yes, granted=e.closes and e.yes)
    asked.changed = s.changed = True
    if asked.pending.granted:
        asked.state, asked.decided_at, asked.decided_by = "granted", act.at, act.by
    data = {"approval": asked.id, "act": pending.act.name, "said": act.name, "position": pending.position, "closes": e.closes}
    minutes.event(s, "verdict", ruling, clause=e.clause, since=asked.since, yes=e.yes, for_whom=e.for_whom, **data)
    _end_tasks(s, asked, ruling)
    request = [a for a in s.pending if a.pending.request == pending.request]
    over = all(a.pending.granted for a in request)
    if over or (e.closes and not e.yes):
        _close(s, request, ruling, e)
        tell_requester(minutes, matter, asked, granted=over)
    elif not asked.pending.granted:
        _give_task(s, asked, act.at)


def _close(s: Living, request: list[Asked], ruling: Ruling, e: Verdict) -> None:
    """End every approval of a request."""
    act = ruling.act
    for a in request:
        if a.state == "waiting":
            a.state = "refused" if a.id == e.approval and act.name != "withdraw" else "withdrawn"
            a.decided_at, a.decided_by = act.at, act.by
        a.closed_at, a.changed = act.at, True
        _end_tasks(s, a, ruling)
    if not s.step and not all(a.state == "granted" for a in request):
        s.closed_at = act.at  # a case whose opening nobody approved never began


def _give_task(s: Living, asked: Asked, at: datetime) -> None:
    """Put the request on the desks of those of the present link who have not said yes."""
    pending = asked.pending
    link = tuple(p for p in pending.chain[pending.position] if p not in pending.yes)
    shape = s.noun.acts.get(pending.act.name)
    title = f"{'提意见' if pending.advises and pending.advises[pending.position] else '批准'}：{shape.zh if shape else pending.act.name}"
    fact = OpenTaskFact(next_id(), NAME, str(asked.id), pending.clause, link, "", NAME)
    s.tasks.append(Work(fact.id, fact, title, at, None, s.unit, asked.since, asked.id, fresh=True))
    s.found_anew = True


def _end_tasks(s: Living, asked: Asked, ruling: Ruling) -> None:
    act = ruling.act
    for work in s.open_tasks:
        if work.approval == asked.id:
            done = act.row == str(asked.id) and act.name != "withdraw"
            work.end("done" if done else "withdrawn", act.at, act.by)
            s.found_anew = True
