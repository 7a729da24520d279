"""What kind of day it is for a property company in Shenzhen: office day or holiday, wet or hot, and what that brings to the desk.

Pure. Holidays are those announced by the State Council (`worktime/data`); of a year nobody has announced only weekends are known.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shouwen.worktime.holidays import chinese_holidays

WEEKEND: Final = 5  # from this day of the week on
STORM: Final = (7, 24)  # the month and day of the storm, at the latest; when that is no office day, the last one before it
STORM_LEAKS: Final = 40
TYPHOONS: Final = ((8, 19), (9, 9))  # heavy rain; not the storm
_FESTIVAL: Final = "春节"
_PACE: Final = {"office": 5.0, "weekend": 2.0, "holiday": 1.2, "festival": 0.0}  # ordinary stories on such a day
_COLD: Final = frozenset({12, 1, 2})
_HOT: Final = frozenset({6, 7, 8, 9})


@dataclass(frozen=True, slots=True)
class Day:
    """A day: `kind` is office, weekend, holiday, festival or storm; how many ordinary stories begin on it, and which urgent ones."""

    on: date
    kind: str
    stories: int
    urgent: tuple[str, ...]  # kinds of trouble


def kind_of(on: date) -> str:
    """Return what kind of day it is."""
    known = chinese_holidays()
    if on in known.make_up:
        return "office"
    if on in known.off:
        return "festival" if _FESTIVAL in known.off[on].zh else "holiday"
    return "weekend" if on.weekday() >= WEEKEND else "office"


def storm_in(since: date, until: date) -> date | None:
    """Return the day of the storm between two days; None when none falls among them. The newest, when two do."""
    for year in range(until.year, since.year - 1, -1):
        day = date(year, *STORM)
        while kind_of(day) != "office":
            day -= timedelta(days=1)
        if since <= day < until:
            return day
    return None


def day_of(on: date, storm: date | None) -> Day:
    """Return the day; the same one whenever it is asked."""
    chance = random.Random(on.toordinal())  # noqa: S311  the same year every time
    kind = "storm" if on == storm else kind_of(on)
    pace = _PACE.get(kind, _PACE["office"])
    stories = max(0, round(chance.gauss(pace, pace / 4)))
    return Day(on, kind, stories, tuple(_urgent(on, kind, chance)))


def _urgent(on: date, kind: str, chance: random.Random) -> list[str]:
    """Pipes burst in the cold, fuses blow when every air conditioner runs, a typhoon brings both."""
    if kind == "storm":
        return ["leak"] * STORM_LEAKS
    if (on.month, on.day) in TYPHOONS:
        return ["leak"] * 4 + ["danger"] * 3 + ["outage"] * 2
    if kind == "festival":
        return ["leak"] if chance.random() < 0.4 else []
    found = []
    if chance.random() < (0.45 if on.month in _COLD else 0.12):
        found.append("leak")
    if chance.random() < (0.4 if on.month in _HOT else 0.08):
        found.append("outage")
    if chance.random() < 0.05:
        found.append("danger")
    return found
