"""回访 coverage: how many of all that were to be called have been, by the pack's own measures, both numbers beside the share.

The whole is everything that was opened, never only what somebody picked: a share of the easy ones says nothing. The part are those of
the whole that have been reached, whenever that was: what was opened before the window belongs to the window it was opened in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shouwen.cases.counting import Question
from shouwen.cases.measures_sql import _measure
from shouwen.cases.opened import ByUnit, opened, sayable
from shouwen.policy.conditions import ALWAYS
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, percent, window_end, window_start
from shouwen.worktime import Calendar

Counted = Mapping[str, ByUnit]  # by measure


@dataclass(frozen=True, slots=True)
class Covered:
    """One measure: what it is called, the part and the whole of this window, and the target the source sets ("" for none)."""

    id: str
    zh: str
    en: str
    part: int
    whole: int
    target: str

    @property
    def percent(self) -> int | None:
        """The share in whole percent; None where nothing was to be called."""
        return percent(self.part, self.whole)

    @property
    def missing(self) -> int:
        """How many are still to be reached."""
        return max(0, self.whole - self.part)


def coverage(law: Law, procedure: str, units: Iterable[int], *, now: datetime) -> list[Covered]:
    """Return the shares of a procedure's acts among its openings, added up over units, in the order of the packs."""
    return told(law, procedure, units, counted(law, procedure, now=now) or {}, now=now)


def counted(law: Law, procedure: str, *, now: datetime, most: int = 0) -> Counted | None:
    """Count by unit all that a procedure opened, with one statement for each window; None when that would read more than `most`."""
    noun, calendar = law.nouns.get(procedure), law.calendars.get(law.calendar)
    windows: dict[str, list[Measure]] = {}
    for m in _wanted(law, procedure):
        if noun is not None and calendar is not None and sayable(m, noun):
            windows.setdefault(str(m.over), []).append(m)
    found: dict[str, ByUnit] = {}
    for measures in windows.values():
        assert noun is not None
        over = measures[0].over
        one = opened(measures, noun, window_start(over, now, calendar), window_end(over, now, calendar), most)
        if one is None:
            return None
        found |= one
    return found


def told(law: Law, procedure: str, units: Iterable[int], known: Counted, *, now: datetime) -> list[Covered]:
    """Return the shares from what has been counted, added up over units; what has not been counted so is asked of the journal."""
    calendar, keys = law.calendars.get(law.calendar), sorted(units)
    if calendar is None:
        return []
    wanted = _wanted(law, procedure)
    return [_summed(m, known[m.id], keys) if m.id in known else _covered(m, law, keys, calendar, now) for m in wanted]


def procedures(law: Law) -> list[str]:
    """Return the procedures of whose openings a law wants to know a share."""
    return sorted({m.whole.noun for m in law.measures.values() if m.whole.act == "open" and _wanted(law, m.whole.noun)})


def _wanted(law: Law, procedure: str) -> list[Measure]:
    shares = (m for m in law.measures.values() if m.fold == "share" and m.per in ("", "unit"))
    return [m for m in shares if (m.whole.noun, m.whole.act) == (procedure, "open")]


def _summed(m: Measure, found: ByUnit, units: Iterable[int]) -> Covered:
    """One measure over some units; one that knows no units over all there is."""
    pairs = list(found.values()) if not m.per else [found[unit] for unit in units if unit in found]
    return Covered(m.id, m.zh, m.en or m.zh, sum(part for part, _ in pairs), sum(whole for _, whole in pairs), m.target)


def _covered(m: Measure, law: Law, units: list[int], calendar: Calendar, now: datetime) -> Covered:
    since, until = window_start(m.over, now, calendar), window_end(m.over, now, calendar)
    keys = units if m.per else [0]
    questions = [Question(m.id, m.counted.noun, m.per, key, since, until, now) for key in keys]
    part = _measure(questions, replace(m, fold="count"), law, calendar)
    whole = _measure(questions, replace(m, fold="count", counted=m.whole, where=ALWAYS), law, calendar)
    return Covered(m.id, m.zh, m.en or m.zh, sum(part), sum(whole), m.target)
