"""Promises follow from facts: after every act the deadlines a subject should have are compared with those it has.

A promise whose reason fell away is withdrawn; one whose start moved begins anew; one whose end was reached is settled; one that
should be there is made. What runs keeps the clause and version that made it. A breach that has fallen stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shouwen.policy.env import Env, as_moment
from shouwen.policy.facts import Running
from shouwen.policy.fixed import fixed
from shouwen.policy.kinds.base import Rule
from shouwen.policy.kinds.deadline import Deadline
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.moments import Clockwork, Fall, date_value, fall
from shouwen.policy.paths import CONFIRMED, all_confirmed
from shouwen.policy.ruling import Breach, Cite, Effect, Move, Promise, Settle
from shouwen.worktime import parse_span

if TYPE_CHECKING:
    from shouwen.policy.law import Law, LawDay, Plan

ENDS, ALARM = "ends", "alarm"  # what a promise waits for when it is no act: the end of the case; nothing (it only rings)


@dataclass(slots=True)
class After:
    """What the act leaves behind: whether the subject has ended, which tasks were closed, whether it is held."""

    ended: bool = False
    tasks_done: frozenset[str] = frozenset()
    held: bool = False


def reconcile(plan: Plan, env: Env, law: LawDay, after: After) -> Iterator[Effect]:
    """Yield what has to be done to the subject's deadlines after an act."""
    wanted = _wanted(plan, env, law) if not after.ended else {}
    seen: set[tuple[str, str]] = set()
    for running in env.facts.deadlines:
        seen.add((running.clause, running.row))
        yield from _settle(running, wanted, plan, env, after)
    for key, want in wanted.items():
        if want.sure and key not in seen and (promise := _promise(want, env, after)) is not None:
            yield promise


@fixed(frozen=True, slots=True)
class Want:
    """A promise the subject should have: which rule makes it, from when, on which row.

    Not `sure`: whether it should is unknown. None is made then, and one that runs already is left running.
    """

    rule: Rule
    anchor: datetime
    row: str = ""
    values: Mapping[str, Any] | None = None
    sure: bool = True


def _wanted(plan: Plan, env: Env, law: LawDay) -> dict[tuple[str, str], Want]:
    """Return the promises the subject should have, by clause and row."""
    found: dict[tuple[str, str], Want] = {}
    for rule in plan.deadlines:
        kind = rule.kind
        assert isinstance(kind, Deadline)
        anchor = kind.anchor(env)
        if anchor is None:
            continue
        if kind.for_each:
            found.update(_each_row(rule, kind.for_each, anchor, env, law))
        elif (want := _judged(rule, anchor, env, law)) is not None:
            found[rule.clause.name, ""] = want
    for rule in plan.alarms:
        anchor = alarm_at(rule, env)
        want = _judged(rule, anchor, env, law) if anchor is not None else None
        if want is not None:
            found[rule.clause.name, ""] = want
    return found


def _each_row(rule: Rule, rows: str, anchor: datetime, env: Env, law: LawDay) -> Iterator[tuple[tuple[str, str], Want]]:
    for row, values in env.rows(rows):
        with spoken_of(values, env):
            want = _judged(rule, anchor, env, law)
        if want is not None:
            yield (rule.clause.name, row), replace(want, row=row, values=values)


def _judged(rule: Rule, anchor: datetime, env: Env, law: LawDay) -> Want | None:
    """Return a promise whose condition holds, or of which that is unknown (flagged); None where it does not hold."""
    held = rule.when.holds(env)
    if held is None:
        unknown: list[str] = []
        rule.when.holds(env, unknown)
        env.flag(rule.clause.name, unknown)
    if held is False or (rule.clause.name in law.overridden and law.is_overridden(rule, env)):
        return None
    return Want(rule, anchor, sure=bool(held))


class spoken_of:  # noqa: N801  it is written as a word: `with spoken_of(row, env)`
    """Let conditions and dates speak of one row for a while."""

    __slots__ = ("before", "env", "row")

    def __init__(self, row: Mapping[str, Any] | None, env: Env) -> None:
        self.row, self.env = row, env

    def __enter__(self) -> None:
        self.before, self.env.row = self.env.row, self.row

    def __exit__(self, *_: object) -> None:
        self.env.row = self.before


def alarm_at(rule: Rule, env: Env) -> datetime | None:
    """Return when a clause rings that acts at the moment of a date field, or ahead of one."""
    kind = rule.kind
    if isinstance(kind, Notifies) and kind.ahead_of:
        moment = as_moment(env.fields.get(kind.ahead_of), env.calendar)
        return None if moment is None or kind.at_least is None else env.calendar.subtract(moment, kind.at_least)
    if rule.upon is None:
        return None
    return as_moment(env.fields.get(rule.upon.name), env.calendar, end=True)


def reached(running: Running, env: Env, after: After) -> bool:
    """Whether everything a promise waits for has been done since it was made."""
    since = min(running.anchor, running.made_at) if running.made_at else running.anchor
    with spoken_of(row_of(running, env), env):
        return _all_done(running.until, since, env, after)


def row_of(running: Running, env: Env) -> Mapping[str, Any] | None:
    """Return the row a running promise is about; None when it is about the subject, or the row is gone."""
    rows = next((u.partition(".")[0] for u in running.until if "." in u and u.partition(".")[0] in env.noun.fields), "")
    found = env.fields.get(rows) or ()
    return found[int(running.row) - 1] if rows and running.row.isdigit() and 0 < int(running.row) <= len(found) else None


def _all_done(until: tuple[str, ...], since: datetime, env: Env, after: After) -> bool:
    for what in until:  # noqa: SIM110  asked of every promise by every act: a generator costs more than what it asks
        if not _done(what, since, env, after):
            return False
    return True


def _done(what: str, since: datetime, env: Env, after: After) -> bool:
    if what == ENDS:
        return after.ended
    if what == ALARM:
        return False
    if what.startswith("task:"):
        return what.removeprefix("task:") in after.tasks_done
    if what == env.act.name:
        return True
    if what.startswith(CONFIRMED):
        return all_confirmed(what.removeprefix(CONFIRMED), env, since)
    if what not in env.noun.acts:
        return date_value(what, env) is not None
    mark = env.facts.marks.get(what)
    return mark is not None and mark.last >= since


def _settle(running: Running, wanted: dict[tuple[str, str], Want], plan: Plan, env: Env, after: After) -> Iterator[Effect]:
    if reached(running, env, after):
        yield from settled(running, env)
        return
    if ENDS in running.until or any(u.startswith("task:") for u in running.until):
        return  # the task is still owed, though its case has ended
    found = wanted.get((running.clause, running.row))
    if after.ended or (found is None and any(r.clause.name == running.clause for r in (*plan.deadlines, *plan.alarms))):
        yield from fallen(running, env)
        yield Settle(running.clause, running.row, "withdrawn", env.at, "ended" if after.ended else "condition")
    elif found is not None and found.sure and (why := "moved" if _moved(found, running) else _corrected(found, running, env)):
        yield from fallen(running, env)
        yield Settle(running.clause, running.row, "withdrawn", env.at, why)
        promise = _promise(found, env, after)
        if promise is not None:
            yield promise


def _corrected(found: Want, running: Running, env: Env) -> str:
    """Return "corrected" when this act changes a fact the due moment rests on, and with it the moment; else ""."""
    rule, kind = found.rule, found.rule.kind
    if not isinstance(kind, Deadline) or running.due_at is None:
        return ""
    changed = {k for k, v in env.act.fields.items() if env.facts.fields.get(k) != v} | set(env.chosen)
    if not changed & kind.when.rests_on(rule):
        return ""
    with spoken_of(found.values, env):
        made = kind.fall(rule, env, running.anchor, Clockwork(env.facts.pauses, tuple(parse_span(t) for t in running.extended)))
    return "" if made.due_at == running.due_at else "corrected"


def _moved(found: Want, running: Running) -> bool:
    """Whether the start of a promise is another now. One that begins again from what was missed runs from there."""
    begun_again = isinstance(found.rule.kind, Deadline) and found.rule.kind.again and running.anchor > found.anchor
    return found.anchor != running.anchor and not begun_again


def settled(running: Running, env: Env) -> Iterator[Effect]:
    """Yield the end of a promise that was met: kept, or late (with its breach, if the clock has not seen it yet)."""
    late = running.breached_at is not None or (running.due_at is not None and env.at > running.due_at)
    yield from fallen(running, env)
    yield Settle(running.clause, running.row, "late" if late else "kept", env.at)


def fallen(running: Running, env: Env) -> Iterator[Breach]:
    """Yield the breach of a promise that was missed before the act happened, if the clock has not seen it yet.

    Whether the clock was a second late must not decide whether something was missed.
    """
    if running.breached_at is None and running.due_at is not None and running.due_at < env.at and ALARM not in running.until:
        yield Breach(Cite(running.clause, running.since), running.row, running.due_at, running.owes)


def _promise(want: Want, env: Env, after: After) -> Promise | None:
    """Return a promise that begins; None when it was met before, or the date it depends on is not known yet (flagged)."""
    rule, anchor, kind = want.rule, want.anchor, want.rule.kind
    if env.facts.settled and (rule.clause.name, want.row, anchor) in env.facts.settled:
        return None
    if not isinstance(kind, Deadline):
        return Promise(rule.cite, "", anchor, anchor, None, (), _calendar_name(env), (ALARM,), anchor <= env.now)
    if want.values is None:
        return _begun(want, kind, env, after)
    with spoken_of(want.values, env):
        return _begun(want, kind, env, after)


def _begun(want: Want, kind: Deadline, env: Env, after: After) -> Promise | None:
    rule, anchor = want.rule, want.anchor
    if _all_done(kind.until, anchor, env, after):
        return None
    unknown: list[str] = []
    how = kind.when.of(rule, env, unknown)
    fallen = kind.falls(rule, env, anchor, Clockwork(env.facts.pauses), how)
    unknown += kind.when.blank(how, env)
    if kind.who is not None:
        unknown += kind.who.lacks(env)
    if unknown:
        env.flag(rule.clause.name, unknown)
    if fallen.due_at is None and fallen.counted is None:
        return None
    due_at, warn_at = (None, None) if after.held and kind.stops else (fallen.due_at, fallen.warn_at)
    overdue = due_at is not None and due_at <= env.now
    return Promise(rule.cite, want.row, anchor, due_at, warn_at, kind.owes(env), _calendar_name(env), kind.until, overdue)


def again(law: Law, env: Env, running: Running) -> Iterator[Effect]:
    """Yield what follows when a promise that begins again is missed: this one is over, the next runs from the missed moment."""
    clause = law.clause(running.clause, running.since)
    rule = clause.rules.get(env.noun.id) if clause is not None else None
    if rule is None or not isinstance(rule.kind, Deadline) or not rule.kind.again or running.due_at is None:
        return
    with spoken_of(row_of(running, env), env):
        made = rule.kind.fall(rule, env, running.due_at, Clockwork(env.facts.pauses))
    if made.due_at is not None and made.due_at <= running.due_at:
        return  # it has begun again too often to be told
    yield Settle(running.clause, running.row, "late", running.due_at, "again")
    overdue = made.due_at is not None and made.due_at <= env.now
    yield Promise(
        Cite(running.clause, running.since),
        running.row,
        running.due_at,
        made.due_at,
        made.warn_at,
        running.owes,
        running.calendar,
        running.until,
        overdue,
    )


def _calendar_name(env: Env) -> str:
    for name, calendar in env.calendars.items():
        if calendar is env.calendar:
            return name
    return ""


def moved(law: Law, env: Env, why: str, clock: Clockwork, only: str = "") -> Iterator[Effect]:
    """Yield new due moments for running promises: paused, resumed or extended (`only`: one clause)."""
    for running in env.facts.deadlines:
        if (only and running.clause != only) or _past_moving(running, env):
            continue
        if why == "paused":
            if _stops(law, running):
                yield Move(running.clause, running.row, None, None, why)
            continue
        if why == "resumed" and running.due_at is not None:
            continue
        extended = (*(parse_span(t) for t in running.extended), *clock.extended)
        made = fall_again(law, running, env, Clockwork(clock.pauses, extended))
        if made is None and running.due_at is not None and clock.extended:
            made = Fall(env.calendar.extend(running.due_at, clock.extended[0]), None)
        if made is not None:
            yield Move(
                running.clause, running.row, made.due_at, made.warn_at, why, str(clock.extended[0]) if clock.extended else ""
            )


def _past_moving(running: Running, env: Env) -> bool:
    """Whether it only rings, or was missed already, though the clock may have yet to say so."""
    missed = running.due_at is not None and running.due_at < env.at
    return running.breached_at is not None or ALARM in running.until or missed


def _stops(law: Law, running: Running) -> bool:
    clause = law.clause(running.clause, running.since)
    kind = clause.rule.kind if clause is not None and clause.rules else None
    return kind.stops if isinstance(kind, Deadline) else True


def fall_again(law: Law, running: Running, env: Env, clock: Clockwork) -> Fall | None:
    """Compute a running promise again with the clause and version that made it; None if that clause tells no span."""
    clause = law.clause(running.clause, running.since)
    if clause is None or not clause.rules:
        return None
    rule = clause.rules.get(env.noun.id) or clause.rule
    if isinstance(rule.kind, Deadline):
        with spoken_of(row_of(running, env), env):
            return rule.kind.fall(rule, env, running.anchor, clock)
    when = getattr(rule.kind, "when", None)
    if when is None or not when.said:
        return None
    how: object = when.of(rule, env, [])
    return fall(when, how, running.anchor, env, clock=clock)  # type: ignore[arg-type]  # `when` gives a span or a spot
