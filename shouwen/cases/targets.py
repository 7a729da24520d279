"""What measures aim at and how far they are: by unit, by person, by the value of a field, in the period of a moment; opened down to
what was counted and what is missing.

The same conditions as when clauses ask (`measures_sql`), but each subject is named: a figure on a page opens into as many rows as it
says (`target_rows`). Shares of what a procedure opened are counted by one statement for all units and measures of a window (`opened`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from shouwen.cases import adapters
from shouwen.cases.adapters import BookQuestion
from shouwen.cases.conditions_sql import kept_noun
from shouwen.cases.opened import opened, sayable
from shouwen.cases.target_rows import NOT_KEYED, OF_PEOPLE, Asked, Key, Member, Place, by_unit, farthest, keyed, numbers, page
from shouwen.policy.goals import Goal, goal_of
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, share, window_end, window_start
from shouwen.worktime import Calendar

COMPANY: Final = 0  # the unit of a measure that knows no units
ALL: Final = ("0",)  # the one key of a measure that has none
Numbers = Mapping[int, tuple[Decimal | int, int]]


@dataclass(frozen=True, slots=True)
class Window:
    """The period a figure is of."""

    since: datetime | None
    until: datetime
    over: bool  # it has ended


@dataclass(frozen=True, slots=True)
class Aim:
    """One measure with its target, in one unit (COMPANY: all there is) or of one `key`, over one window. `whole` is 0 of what is no
    share."""

    measure: Measure
    goal: Goal
    unit: int
    window: Window
    part: Decimal | int
    whole: int
    key: Key = ""  # the person, customer or value of a field it is of; "" of a unit or of all

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole."""
        return self.measure.fold == "share"

    @property
    def value(self) -> Decimal | int:
        """The figure itself, as clauses read it."""
        return share(int(self.part), self.whole) if self.is_share else self.part

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None while there is nothing it could be a share of."""
        return None if self.is_share and not self.whole else self.goal.reached(self.value)

    @property
    def missing(self) -> int:
        """How many of the whole have not been counted."""
        return max(0, self.whole - int(self.part))


def aimed(law: Law, of: Collection[str] | None = None) -> list[Measure]:
    """Return the measures with a target that have a figure (`of`: of these only), in the order of the packs.

    One of a single matter (per case, per what is alike) has none: its clauses ask it of that matter alone. Nor have days of a grant.
    """
    found = (m for m in law.measures.values() if m.target and (of is None or m.id in of))
    return [m for m in found if goal_of(m) is not None and (not m.per or keyed(m)) and _countable(m)]


def _countable(m: Measure) -> bool:
    """Whether a figure of it can be made; of a book there is one of all, and one of each person."""
    if m.counted.book:
        return m.fold != "share" and m.per in ("", *OF_PEOPLE)
    others = m.fold == "share" and m.counted.kept and m.per in ("actor", "who")  # whoever owes a promise is not who does the act
    return not (m.counted.grant or m.whole.book or others)


def window_of(m: Measure, at: datetime, now: datetime, calendar: Calendar) -> Window:
    """Return the period of a measure that a moment lies in."""
    until = window_end(m.over, at, calendar)
    return Window(window_start(m.over, at, calendar), until, until < now)


def aims(law: Law, measures: Iterable[Measure], units: Collection[int], *, at: datetime, now: datetime) -> list[Aim]:
    """Return each measure in each of some units that it has anything of; one that knows no units once, for all there is.

    Those of persons, customers or fields are asked for one by one (`by_key`).
    """
    calendar = law.calendars.get(law.calendar)
    wanted = [m for m in measures if calendar is not None and goal_of(m) is not None and m.per in NOT_KEYED]
    if calendar is None:
        return []
    quick = _quick(law, wanted, at, calendar)
    found = []
    for m in wanted:
        window, goal = window_of(m, at, now, calendar), goal_of(m)
        assert goal is not None
        counted: Numbers = quick[m.id] if m.id in quick else _counted(law, m, units, window, now, calendar)
        for unit, (part, whole) in sorted(counted.items()):
            if not m.per or (unit in units and (part or whole)):
                found.append(Aim(m, goal, unit, window, part, whole))
    return found


def by_key(law: Law, m: Measure, keys: Collection[Key] | None, *, at: datetime, now: datetime, most: int) -> list[Aim]:
    """Return a measure for each person, customer or value of a field that it has anything of, the farthest from the target first.

    `keys`: of these only. Who has nothing of it has no line: nobody knows of whom it would be wanted.
    """
    calendar, goal = law.calendars.get(law.calendar), goal_of(m)
    if calendar is None or goal is None or (keys is not None and not keys):
        return []
    window, up = window_of(m, at, now, calendar), goal.op == ">="
    if m.counted.book:
        told = sorted(_of_book(m, sorted(keys or ()), window).items(), key=lambda one: (one[1][0] if up else -one[1][0], one[0]))
        found = dict(told[:most])
    else:
        found = farthest(_asked(law, m, window, now, calendar), keys, up=up, most=most)
    return [Aim(m, goal, COMPANY, window, part, whole, key) for key, (part, whole) in found.items()]


def _asked(law: Law, m: Measure, window: Window, now: datetime, calendar: Calendar) -> Asked:
    return Asked(law, m, window.since, window.until, now, calendar)


def _of_book(m: Measure, keys: Sequence[Key], window: Window) -> dict[Key, tuple[Decimal | int, int]]:
    """What persons have in a book, those with no entry left out; key "0": all there is."""
    questions = [BookQuestion(m.counted.book, int(k), window.since, window.until, 0, m.clauses) for k in keys]
    told = zip(keys, adapters.fold_books(questions), strict=True)
    return {k: (total if m.fold == "sum" else n, 0) for k, (n, total) in told if n or k in ALL}


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


def _counted(law: Law, m: Measure, units: Collection[int], window: Window, now: datetime, calendar: Calendar) -> Numbers:
    if m.counted.book:
        return by_unit(_of_book(m, ALL, window))
    keys = {str(u) for u in units} if m.per else None
    found = numbers(_asked(law, m, window, now, calendar), keys)
    return by_unit(found) if m.per or found else {COMPANY: (0, 0)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a figure are wanted: of which units (of a measure by unit), what is missing or what was counted, from where on."""

    units: Collection[int]
    missing: bool
    after: Place | None = None
    most: int = 50


def members(law: Law, one: Aim, wanted: Wanted, *, now: datetime) -> list[Member]:
    """Return a page of what a figure was counted from, or of what is missing of it; of a book nothing: its entries have their page."""
    m = one.measure
    if m.counted.book:
        return []
    keys = {one.key} if one.key else {str(u) for u in wanted.units} if m.per else None
    asked = _asked(law, m, one.window, now, law.calendars[law.calendar])
    return page(asked, keys, missing=wanted.missing, after=wanted.after, most=wanted.most)


def together(law: Law, measures: Iterable[Measure], found: Iterable[Aim], *, at: datetime, now: datetime) -> list[Aim]:
    """Add up what measures are in several units: one line for each, also where there was nothing to do."""
    calendar = law.calendars[law.calendar]
    goals = ((m, goal_of(m)) for m in measures if m.per in NOT_KEYED)
    sums = {m.id: Aim(m, goal, COMPANY, window_of(m, at, now, calendar), 0, 0) for m, goal in goals if goal is not None}
    for one in found:
        so_far = sums[one.measure.id]
        sums[one.measure.id] = replace(so_far, part=so_far.part + one.part, whole=so_far.whole + one.whole)
    return list(sums.values())


def subject_kind(m: Measure, law: Law) -> str:
    """Return what kind of subject its members are: case or record."""
    noun: Any = law.nouns.get(m.whole.noun if m.across else kept_noun(m, law) if m.counted.kept else m.counted.noun)
    return noun.kind if noun is not None else "case"
