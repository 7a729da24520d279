"""What an act leaves behind: whose the subject is, which tasks are done, which promises are kept, moved, withdrawn and made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from shouwen.policy.env import Env
from shouwen.policy.moments import Clockwork
from shouwen.policy.promises import After, moved, reconcile
from shouwen.policy.ruling import Cite, CloseTask, Effect, OpenTask, Promise, SetField, Step

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay, Plan


def settle_tasks(env: Env, moves: list[Effect], then: list[Effect]) -> None:
    """Close the tasks this act does, or that no longer make sense because the subject ended by the act's own `moves`."""
    if not env.facts.tasks:
        return
    ended = any(isinstance(e, Step) and e.ends for e in moves)
    closed = {e.id for e in moves if isinstance(e, CloseTask)}
    for task in env.facts.tasks:
        if task.id in closed:
            continue
        if task.act == env.act.name:
            then.append(CloseTask(task.name, task.row, "done", task.id))
        elif ended and not task.clause:
            then.append(CloseTask(task.name, task.row, "withdrawn", task.id))


def opening(env: Env, effects: list[Effect]) -> None:
    """Say whose a new subject is: the one named, the one first asked, or a pool of those who may take it over."""
    told = env.act.opening
    if env.act.name != "open" or env.noun.kind != "case":
        return
    first = (told.first_asked if told else 0) or env.act.by
    mine = env.chosen.get("responsible") or (told.responsible if told else 0)
    if not mine and told and len(told.who) == 1:
        mine = told.who[0]
    pool = told is not None and not mine and bool(told.who or told.post)
    if first:
        effects.append(SetField("first_asked", first))
    if not mine and not pool:
        mine = first or env.facts.org.head_of(env.facts.unit)
    if mine and "responsible" not in env.chosen:
        effects.append(SetField("responsible", mine))
        env.chosen["responsible"] = mine
    if pool and told is not None:
        effects.append(OpenTask("take_over", "领办", None, told.who, told.post, "", "take_over", None))


def add_promises(day: LawDay, plan: Plan, env: Env, moves: list[Effect], then: list[Effect]) -> None:
    """Add the settled, withdrawn and new promises, in the state that the act's own `moves` leave behind, to what follows from it."""
    then.extend(reconcile(plan, env, day, _after(env, moves, then)))
    if env.act.name in MOVING:
        then.extend(moving(day.law, env))
    opening = env.act.opening
    if env.act.name == "open" and opening is not None and opening.due_at is not None and env.act.upon:
        owes = tuple(p for p in (env.chosen.get("responsible", 0),) if p) or opening.who
        clause = day.law.on(env.calendar.business_day(env.at)).clauses.get(env.act.upon)
        cite = clause.cite if clause is not None else Cite(env.act.upon)
        then.append(Promise(cite, env.act.row, env.at, opening.due_at, None, owes, "", ("ends",), opening.due_at <= env.now))


def _after(env: Env, moves: list[Effect], then: list[Effect]) -> After:
    """Return the state an act leaves its subject in."""
    ended = env.facts.closed and env.act.name != "reopen"
    done: set[str] = set()
    for e in (*moves, *then):
        if type(e) is Step:
            ended = ended or e.ends
        elif type(e) is CloseTask and e.outcome == "done":
            done.add(f"{e.name}:{e.row}")
    held = env.act.name == "hold" or (env.facts.held and env.act.name != "resume")
    return After(ended, frozenset(done), held)


MOVING: Final = frozenset({"hold", "resume", "extend"})  # acts that move the due moments of running promises


def promise_tasks(env: Env, effects: list[Effect]) -> None:
    """Add the due moments of the tasks that were opened."""
    for task in [e for e in effects if isinstance(e, OpenTask)]:
        if task.cite is None or task.due_at is None:
            continue
        until = (f"task:{task.name}:{task.row}",)
        effects.append(Promise(task.cite, task.row, env.at, task.due_at, None, task.who, "", until, task.due_at <= env.now))


def moving(law: Law, env: Env) -> Iterator[Effect]:
    """Yield what hold, resume and extend do to running promises."""
    if env.act.name == "hold":
        yield from moved(law, env, "paused", Clockwork())
    elif env.act.name == "resume":
        pauses = tuple((start, end or env.at) for start, end in env.facts.pauses)
        yield from moved(law, env, "resumed", Clockwork(pauses))
    elif env.act.name == "extend" and env.act.fields.get("span") is not None:
        yield from moved(law, env, "extended", Clockwork(env.facts.pauses, (env.act.fields["span"],)), env.act.clause)
