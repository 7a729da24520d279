"""The month of rounds: what falls due on each day, what is still to be opened, and how much of each round's whole was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from shouwen.cases.models import Occurrence
from shouwen.cases.round_cases import MOMENT, by_clause, by_day, day_of, round_cases
from shouwen.policy.kinds.base import Clause
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.kinds.reports import Reports
from shouwen.policy.law import Law
from shouwen.policy.rounds import occurrences_of
from shouwen.web.asking import Ask
from shouwen.web.law import cited, noun_name, said
from shouwen.web.rounds.due import midnight
from shouwen.web.rounds.months import Month
from shouwen.worktime import WorktimeError

ROOM: Final = 3  # planned rounds in one square


@dataclass(frozen=True, slots=True)
class Mark:
    """What one clause asks on one day: how many fall due, how many of them were done in time, wait, or were missed."""

    clause: str
    text: str
    whole: int
    done: int
    missed: int

    @property
    def tone(self) -> str:
        """How it stands."""
        return "over" if self.missed else "good" if self.done == self.whole else "open"


@dataclass(slots=True)
class Day:
    """One day of the calendar. `planned`: rounds that will open then, in words."""

    day: date
    inside: bool
    today: bool
    marks: list[Mark] = field(default_factory=list)
    planned: list[tuple[str, str]] = field(default_factory=list)  # clause, what it opens

    @property
    def first(self) -> list[tuple[str, str]]:
        """The planned ones its square has room for; the others stand in the list below."""
        return self.planned if len(self.planned) <= ROOM + 1 else self.planned[:ROOM]

    @property
    def more(self) -> int:
        """How many planned ones its square has no room for."""
        return len(self.planned) - len(self.first)

    @property
    def whole(self) -> int:
        """How many fall due."""
        return sum(m.whole for m in self.marks)

    @property
    def done(self) -> int:
        """How many of these were done in time."""
        return sum(m.done for m in self.marks)

    @property
    def tone(self) -> str:
        """How the day stands as a whole."""
        tones = {m.tone for m in self.marks}
        return next((t for t in ("over", "open", "good") if t in tones), "")


def weeks(request: Ask, law: Law, month: Month) -> tuple[list[list[Day]], list[str]]:
    """Return the weeks of a month, and the clauses of which cannot be told when they come round."""
    today = timezone.localdate(request.now)
    made = [[Day(d, month.first <= d < month.end, d == today) for d in week] for week in month.weeks()]
    days = {day.day: day for week in made for day in week}
    since, until = midnight(min(days)), midnight(max(days) + timedelta(days=1))
    for row in by_day(law, request.reader, since, until):
        text = _opens(law, row["clause"], request.lang)
        days[row["day"]].marks.append(Mark(row["clause"], text, row["whole"], row["done"], row["missed"]))
    unknown = _plan(request, law, days)
    return made, unknown


def _plan(request: Ask, law: Law, days: Mapping[date, Day]) -> list[str]:
    """Put what will come round into its days; return the clauses that cannot be told."""
    # What comes round with the first moment of the first day lies in it: a stretch begins after a moment.
    after = max(request.now, midnight(min(days)) - timedelta(microseconds=1))
    until = midnight(max(days) + timedelta(days=1))
    unknown = []
    for clause in law.scheduled if after < until else ():
        if not isinstance(clause.rule.kind, Schedules | Reports):
            continue  # what is reckoned at the end of a period asks nothing of anybody
        try:
            for o in occurrences_of(law, clause, after, until):
                day = days.get(day_of(o.at))
                if day is not None and (clause.name, "") not in day.planned:
                    day.planned.append((clause.name, _opens(law, clause.name, request.lang)))
        except WorktimeError:
            unknown.append(clause.name)
    return unknown


def _opens(law: Law, name: str, lang: str) -> str:
    """What a scheduled clause brings: the procedure it opens, a report, else its wording."""
    clause = next((c for c in law.scheduled if c.name == name), None)
    kind = clause.rule.kind if clause is not None else None
    if isinstance(kind, Schedules):
        return noun_name(law, kind.procedure, lang)
    return cited(law, name, lang).text


@dataclass(slots=True)
class Covered:
    """One clause in a month: how often it came round, whom it asked, and what became of all it opened in the reader's sight."""

    clause: str
    text: str
    population: str
    report: bool
    periods: int = 0
    asked: int = 0
    opened: int = 0
    troubles: int = 0
    asking: bool = False  # not everybody has been asked yet
    whole: int = 0
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    missed: int = 0

    @property
    def share(self) -> int | None:
        """How much of the whole was done, in whole hundredths rounded down; None of nothing."""
        return 100 * (self.in_time + self.late) // self.whole if self.whole else None


def covered(request: Ask, law: Law, month: Month) -> list[Covered]:
    """Return each clause that came round in a month, with its coverage."""
    since, until = midnight(month.first), midnight(month.end)
    found: dict[str, Covered] = {}
    for o in Occurrence.objects.filter(at__gte=since - MOMENT, at__lt=until).order_by("clause", "at"):
        one = found.setdefault(o.clause, _covered(request, law, o.clause, o.population))
        one.periods, one.asked, one.opened = one.periods + 1, one.asked + o.asked, one.opened + o.opened
        one.troubles += o.tries
        one.asking = one.asking or o.done_at is None
    opened = round_cases(law, request.reader).filter(opened_at__gte=since - MOMENT, opened_at__lt=until)
    for row in by_clause(opened):
        name = row.pop("opened_by_clause")
        one = found.setdefault(name, _covered(request, law, name, ""))
        for counted, n in row.items():
            setattr(one, counted, n)
    return sorted(found.values(), key=lambda c: (c.report, -c.missed, -c.whole, c.clause))


def _covered(request: Ask, law: Law, name: str, population: str) -> Covered:
    clause: Clause | None = next((c for c in law.scheduled if c.name == name), None)
    group = law.populations.get(population)
    noun = law.noun(group.noun) if group is not None else None
    whom = said(noun, request.lang) if noun is not None and request.lang == "en" else group.zh if group is not None else ""
    report = clause is not None and isinstance(clause.rule.kind, Reports)
    return Covered(name, _opens(law, name, request.lang), whom, report)
