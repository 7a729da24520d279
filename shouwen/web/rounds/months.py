"""Months, as addresses name them and as a calendar shows them: whole weeks from Monday to Sunday."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WRITTEN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year.

    >>> str(Month(2026, 12).after), str(Month(2026, 1).before), Month(2026, 2).end
    ('2027-01', '2025-12', datetime.date(2026, 3, 1))
    """

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> Month | None:
        """Read `2026-11`; None for anything else."""
        found = WRITTEN.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The day after its last."""
        return self.after.first

    @property
    def before(self) -> Month:
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> Month:
        """The next month."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def weeks(self) -> Iterator[list[date]]:
        """Yield its weeks from Monday on, with the days of other months that fill the first and the last."""
        day = self.first - timedelta(days=self.first.weekday())
        while day < self.end:
            yield [day + timedelta(days=i) for i in range(7)]
            day += timedelta(days=7)
