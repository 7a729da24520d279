"""Which days and which units a report is about: read from its address, and written into the addresses it links to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.reports.figures import Scope, open_below, units_below, wider_below
from shouwen.web.asking import Ask

LONGEST: Final = 366  # days
USUAL: Final = 30


@dataclass(frozen=True, slots=True)
class Preset:
    """A period one often wants."""

    text: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A period and a unit (0: everything in sight), as the address says."""

    since: date
    until: date
    unit: int
    today: date

    @classmethod
    def read(cls, request: Ask, usual: int = USUAL) -> Asked:
        """Read the address. What is not understood is as if it were not there; a period that is too long begins later."""
        today = timezone.localdate(request.now)
        typed = request.GET
        until = min(_day(typed, "until") or today, today + timedelta(days=LONGEST))
        since = _day(typed, "since") or until - timedelta(days=usual - 1)
        since, until = min(since, until), max(since, until)
        unit = typed.get("unit", "")
        known = int(unit) if unit.isdecimal() and len(unit) < 19 and int(unit) in request.org.units else 0
        return cls(max(since, until - timedelta(days=LONGEST - 1)), until, known, today)

    def scope(self, request: Ask) -> Scope:
        """What is counted: the days, and those of the units that the reader may see."""
        who, org = request.reader, request.org
        units, wider = units_below(org, self.unit, who), wider_below(org, self.unit, who)
        return Scope(self.since, self.until, units, who, wider, open_below(org, self.unit, who))

    def before(self, scope: Scope) -> Scope:
        """The period of the same length just before."""
        length = timedelta(days=scope.days)
        return replace(scope, since=scope.since - length, until=scope.until - length)

    @property
    def query(self) -> str:
        """The period and unit, as an address says them."""
        return urlencode({"since": self.since, "until": self.until} | ({"unit": self.unit} if self.unit else {}))

    def counted(self, **what: object) -> str:
        """The address of the events behind a number."""
        told = {k: v for k, v in what.items() if v not in ("", None)}
        return f"{reverse('reports:counted')}?{self.query}&{urlencode(told)}"

    def presets(self, path: str) -> Sequence[Preset]:
        """The periods one often wants."""
        monday = self.today - timedelta(days=self.today.weekday())
        month = self.today.replace(day=1)
        earlier = (month - timedelta(days=1)).replace(day=1)
        quarter = self.today.replace(month=(self.today.month - 1) // 3 * 3 + 1, day=1)
        ranges = (
            (_("今天"), self.today, self.today),
            (_("本周"), monday, self.today),
            (_("近 30 天"), self.today - timedelta(days=29), self.today),
            (_("本月"), month, self.today),
            (_("上月"), earlier, month - timedelta(days=1)),
            (_("本季度"), quarter, self.today),
            (_("近一年"), self.today - timedelta(days=364), self.today),
        )
        unit = {"unit": self.unit} if self.unit else {}
        chosen = next((i for i, (_t, since, until) in enumerate(ranges) if (since, until) == (self.since, self.until)), -1)
        return [
            Preset(text, f"{path}?{urlencode({'since': since, 'until': until, **unit})}", i == chosen)
            for i, (text, since, until) in enumerate(ranges)
        ]


def _day(typed: QueryDict, name: str) -> date | None:
    try:
        found = date.fromisoformat(typed.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None
