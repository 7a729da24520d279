"""回访 coverage: how many of all that were to be called have been, by the pack's own measures, both numbers beside the share.

The whole is everything that was opened, never only what somebody picked: a share of the easy ones says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from shouwen.cases.counting import Question
from shouwen.cases.measures_sql import _measure
from shouwen.policy.conditions import ALWAYS
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure, window_end, window_start
from shouwen.worktime import Calendar


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
    def percent(self) -> int:
        """The share in whole hundredths, rounded down; nothing of nothing is everything."""
        return 100 if not self.whole else min(100, 100 * self.part // self.whole)

    @property
    def missing(self) -> int:
        """How many are still to be reached."""
        return max(0, self.whole - self.part)


def coverage(law: Law, procedure: str, units: Iterable[int], *, now: datetime) -> list[Covered]:
    """Return the shares of a procedure's acts among its openings, added up over units, in the order of the packs."""
    wanted = [m for m in law.measures.values() if m.fold == "share" and (m.whole.noun, m.whole.act) == (procedure, "open")]
    calendar = law.calendars.get(law.calendar)
    if calendar is None:
        return []
    keys = sorted(units)
    return [_covered(m, law, keys, calendar, now) for m in wanted if m.per in ("", "unit")]


def _covered(m: Measure, law: Law, units: list[int], calendar: Calendar, now: datetime) -> Covered:
    since, until = window_start(m.over, now, calendar), window_end(m.over, now, calendar)
    keys = units if m.per else [0]
    questions = [Question(m.id, m.counted.noun, m.per, key, since, until, now) for key in keys]
    part = _measure(questions, replace(m, fold="count"), law, calendar)
    whole = _measure(questions, replace(m, fold="count", counted=m.whole, where=ALWAYS), law, calendar)
    return Covered(m.id, m.zh, m.en or m.zh, sum(part), sum(whole), m.target)
