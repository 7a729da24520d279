"""What measures aim at and how far they are: by unit, in the period of a moment, opened down to what was counted and what is missing.

The same conditions as when clauses ask (`measures_sql`), but each subject is named: a figure on a page opens into as many rows as it
says. Shares of what a procedure opened are counted by one statement for all units and measures of a window (`opened`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.cases import adapters
from shouwen.cases.counting import Question
from shouwen.cases.measures_sql import _acts, _Asked, _Counted, _kept_noun, _rows_of, _standing
from shouwen.cases.opened import opened, sayable
from shouwen.policy.goals import Goal, goal_of
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, Target, share, window_end, window_start
from shouwen.worktime import Calendar

COMPANY: Final = 0  # the unit of a measure that knows no units
Members = tuple[frozenset[int], frozenset[int]]  # the subjects counted, and those it is a share of


@dataclass(frozen=True, slots=True)
class Window:
    """The period a figure is of."""

    since: datetime | None
    until: datetime
    over: bool  # it has ended


@dataclass(frozen=True, slots=True)
class Aim:
    """One measure with its target, in one unit (COMPANY: all there is) over one window. `whole` is 0 of what is no share."""

    measure: Measure
    goal: Goal
    unit: int
    window: Window
    part: int
    whole: int

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole."""
        return self.measure.fold == "share"

    @property
    def value(self) -> Decimal | int:
        """The figure itself, as clauses read it."""
        return share(self.part, self.whole) if self.is_share else self.part

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None while there is nothing it could be a share of."""
        return None if self.is_share and not self.whole else self.goal.reached(self.value)

    @property
    def missing(self) -> int:
        """How many of the whole have not been counted."""
        return max(0, self.whole - self.part)


def aimed(law: Law, of: Collection[str] | None = None) -> list[Measure]:
    """Return the measures with a target that have a figure by unit, or one for all (`of`: of these only), in the order of the packs."""
    found = (m for m in law.measures.values() if m.target and (of is None or m.id in of))
    return [m for m in found if goal_of(m) is not None and m.fold != "sum" and m.per in ("", "unit") and _subjects(m)]


def _subjects(m: Measure) -> bool:
    """Whether what it counts are subjects that can be named."""
    return not (m.counted.book or m.whole.book or m.counted.grant)


def window_of(m: Measure, at: datetime, now: datetime, calendar: Calendar) -> Window:
    """Return the period of a measure that a moment lies in."""
    until = window_end(m.over, at, calendar)
    return Window(window_start(m.over, at, calendar), until, until < now)


def aims(law: Law, measures: Iterable[Measure], units: Collection[int], *, at: datetime, now: datetime) -> list[Aim]:
    """Return each measure in each of some units that it has anything of; one that knows no units once, for all there is."""
    calendar = law.calendars.get(law.calendar)
    wanted = [m for m in measures if calendar is not None and goal_of(m) is not None]
    if calendar is None:
        return []
    quick = _quick(law, wanted, at, calendar)
    found = []
    for m in wanted:
        window, goal = window_of(m, at, now, calendar), goal_of(m)
        assert goal is not None
        counted = quick[m.id] if m.id in quick else _counted(law, m, units, window, now, calendar)
        for unit, (part, whole) in sorted(counted.items()):
            if not m.per or (unit in units and (part or whole)):
                found.append(Aim(m, goal, unit, window, part, whole))
    return found


def _quick(law: Law, measures: Sequence[Measure], at: datetime, calendar: Calendar) -> dict[str, Mapping[int, tuple[int, int]]]:
    """Count the shares of what a procedure opened, all of a procedure and window with one statement."""
    groups: dict[tuple[str, str], list[Measure]] = {}
    for m in measures:
        noun = law.nouns.get(m.whole.noun)
        if m.fold == "share" and m.per == "unit" and noun is not None and sayable(m, noun):
            groups.setdefault((noun.id, str(m.over)), []).append(m)
    found: dict[str, Mapping[int, tuple[int, int]]] = {}
    for (noun_id, _), group in groups.items():
        over = group[0].over
        found |= opened(group, law.nouns[noun_id], window_start(over, at, calendar), window_end(over, at, calendar)) or {}
    return found


def _counted(
    law: Law, m: Measure, units: Collection[int], window: Window, now: datetime, calendar: Calendar
) -> dict[int, tuple[int, int]]:
    keys = sorted(units) if m.per else [COMPANY]
    named = members(law, m, keys, window, now, calendar)
    return {key: (len(part), len(whole)) for key, (part, whole) in zip(keys, named, strict=True)}


def members(law: Law, m: Measure, keys: Sequence[int], window: Window, now: datetime, calendar: Calendar) -> list[Members]:
    """Return for each key the subjects that were counted, and those of the whole (none where it is no share)."""
    questions = [Question(m.id, m.counted.noun, m.per, key, window.since, window.until, now) for key in keys]
    if not questions:
        return []
    done = _ids(questions, m, m.counted, law, calendar, where=True)
    if m.fold != "share":
        return [(part, frozenset()) for part in done]
    there = _ids(questions, m, m.whole, law, calendar, where=False)
    return [(part & whole, whole) for part, whole in zip(done, there, strict=True)]


def _ids(
    questions: Sequence[Question], m: Measure, target: Target, law: Law, calendar: Calendar, *, where: bool
) -> list[frozenset[int]]:
    """Return the subjects of one side of a measure, for each question; of acts upon other things, those things."""
    found: list[set[int]] = [set() for _ in questions]
    target = replace(target, noun=_kept_noun(m, law)) if target.kept else target
    whole_of_others = m.across and not where
    asked = _Asked(replace(m, per=m.per if m.per == "unit" else "") if whole_of_others else m, target, law, calendar)
    for i, env, _, _, _ in _rows_of(questions, asked, _rows(target, law, standing=whole_of_others)):
        narrowed = m.where.holds(env) if m.across and where else m.when.holds(env) and (not where or m.where.holds(env))
        subject = env.fields.get(m.link) if m.across and where else env.act.subject.id
        if narrowed and subject:
            found[i].add(subject)
    return [frozenset(ids) for ids in found]


def _rows(target: Target, law: Law, *, standing: bool) -> _Counted:
    """What is looked at: what was done, or what stands; of things that are reached, those that have not ended."""
    if target.act or target.kept:
        return _acts(target, law)
    rows = _standing(target, law, ())
    if not standing:
        return rows
    source = adapters.subject(law.nouns[target.noun].kind).source
    return replace(rows, rows=f"{rows.rows} and {source.standing}")


def together(law: Law, measures: Iterable[Measure], found: Iterable[Aim], *, at: datetime, now: datetime) -> list[Aim]:
    """Add up what measures are in several units: one line for each, also where there was nothing to do."""
    calendar = law.calendars[law.calendar]
    goals = ((m, goal_of(m)) for m in measures)
    sums = {m.id: Aim(m, goal, COMPANY, window_of(m, at, now, calendar), 0, 0) for m, goal in goals if goal is not None}
    for one in found:
        so_far = sums[one.measure.id]
        sums[one.measure.id] = replace(so_far, part=so_far.part + one.part, whole=so_far.whole + one.whole)
    return list(sums.values())


def subject_kind(m: Measure, law: Law) -> str:
    """Return what kind of subject its members are: case or record."""
    noun: Any = law.nouns.get(m.whole.noun if m.across else _kept_noun(m, law) if m.counted.kept else m.counted.noun)
    return noun.kind if noun is not None else "case"
