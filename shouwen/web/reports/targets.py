"""What measures aim at, as pages show it: the figure, the target, whether it is reached, and where it opens to what is behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.cases import targets
from shouwen.cases.target_rows import NOT_KEYED, Key
from shouwen.cases.targets import Aim, Window
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure
from shouwen.policy.reads import readers_of
from shouwen.reports.figures import units_below
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import said
from shouwen.web.reports import target_keys
from shouwen.web.values import Lookups, Showing

MISSING, COUNTED = "missing", "counted"
MOST: Final = 20  # persons or values of one measure: those farthest from its target
FEW: Final = 5  # of them beside the text of a regulation
WHOLE_DAY: Final = timedelta(days=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class State:
    """How a figure stands to its target, in words and with a sign, never by colour alone."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in one unit and period."""

    aim: Aim
    name: str
    unit: str
    period: str
    figure: str
    goal: str
    state: State
    counted: str  # the address of what was counted; "" where there is none
    missing: str
    done: str  # how many were counted, or what they come to
    clauses: Sequence[str]  # that read it: what a miss leads to, who is told


def rows(request: Ask, law: Law, measures: Collection[str] | None, day: date, unit: int = 0, *, whole: bool = False) -> list[Row]:
    """Return the measures with a target (of some names) in the period of a day, by unit; `whole`: all units in sight as one.

    Behind them those of persons, customers or fields, of each the keys that are farthest from the target.
    """
    asked = _Asked(request, law, day, unit)
    wanted = targets.aimed(law, measures)
    by_unit = [m for m in wanted if m.per in NOT_KEYED and (m.per or request.reader.everywhere)]
    found = asked.by_unit(by_unit, whole=whole)
    lines = [asked.row(one, asked.whose(one)) for one in found]
    for m in (m for m in wanted if m.per not in NOT_KEYED):
        lines += asked.by_key(m, None, FEW if whole else MOST)
    return lines


def line_of(request: Ask, law: Law, measure: str, day: date, unit: int, key: Key) -> Row | None:
    """Return the line of one measure, added up over the units in sight, or of one key; None for what is none, or not the reader's."""
    asked = _Asked(request, law, day, unit)
    m = next(iter(targets.aimed(law, {measure})), None)
    if m is None or (not m.per and not request.reader.everywhere):
        return None
    if m.per in NOT_KEYED:
        return next((asked.row(one, asked.whose(one)) for one in asked.by_unit([m], whole=True)), None)
    return next(iter(asked.by_key(m, key, 1)), None) if key and target_keys.openable(m, law) else None


class _Asked:
    """What is asked for: the period of a day, a unit (0: all in sight); and the words for what is found."""

    def __init__(self, request: Ask, law: Law, day: date, unit: int) -> None:
        self.request, self.law, self.day, self.unit = request, law, day, unit
        self.at = moment_of(request, day)
        self.readers = readers_of(law.on(timezone.localdate(request.now)))

    def by_unit(self, wanted: Sequence[Measure], *, whole: bool) -> list[Aim]:
        """Return measures by unit, and those that know none; `whole`: all units in sight as one."""
        request = self.request
        units = units_below(request.org, self.unit, request.reader)
        units = frozenset(request.org.units) if units is None else units
        found = targets.aims(self.law, wanted, units, at=self.at, now=request.now) if wanted else []
        return targets.together(self.law, wanted, found, at=self.at, now=request.now) if whole else found

    def by_key(self, m: Measure, key: Key | None, most: int) -> list[Row]:
        """Return the lines of a measure by key, or of one key of it, as far as the reader may have figures of them."""
        keys = target_keys.allowed(self.request, self.law, m, self.unit)
        if key is not None:
            keys = {key} if keys is None or key in keys else ()
        found = targets.by_key(self.law, m, keys, at=self.at, now=self.request.now, most=most)
        names = target_keys.names(self.request, self.law, m, [one.key for one in found])
        return [self.row(one, names[one.key]) for one in found]

    def whose(self, one: Aim) -> str:
        """Say of which unit a figure is."""
        if one.unit:
            return people.unit(self.request, one.unit)
        return _("合计") if one.measure.per else _("全公司")

    def row(self, one: Aim, whose: str) -> Row:
        """Return a figure in words."""
        m, request = one.measure, self.request
        showing = Showing(request, request.lang, Lookups())
        figure = showing.text(m.type, m.type.dump(one.value)) if one.reached is not None else "—"
        done = figure if m.fold == "sum" else f"{one.part}"
        clauses, name = self.readers.get(m.id, ()), said(m, request.lang)
        return Row(
            one, name, whose, period(one.window), figure, str(one.goal), state(one), self._url(one, COUNTED),
            self._url(one, MISSING), done, clauses,
        )  # fmt: skip

    def _url(self, one: Aim, show: str) -> str:
        m = one.measure
        if m.counted.book:
            return _at_book(one)
        if one.key and not target_keys.openable(m, self.law):
            return ""
        unit = one.unit or self.unit
        of = {"key": one.key} if one.key else {"unit": unit} if unit else {}
        return f"{reverse('reports:target', args=[m.id])}?{urlencode({'on': self.day, 'show': show, **of})}"


def _at_book(one: Aim) -> str:
    """Where the entries are that a figure of a book adds up."""
    book, window = one.measure.counted.book, one.window
    at = reverse("books:account", args=[book, "staff", int(one.key)]) if one.key else reverse("books:book", args=[book])
    since = {"since": timezone.localdate(window.since)} if window.since is not None else {}
    return f"{at}?{urlencode({**since, 'until': timezone.localdate(window.until)})}"


def moment_of(request: Ask, day: date) -> datetime:
    """Return the last moment of a day, or now while it lasts."""
    end = datetime.combine(day, time(), timezone.get_default_timezone()) + WHOLE_DAY
    return min(request.now, end)


def period(window: Window) -> str:
    """Say the days a window lasts from and to; "" where it has no beginning."""
    if window.since is None:
        return ""
    since, until = timezone.localdate(window.since), timezone.localdate(window.until)
    return f"{since:%Y-%m-%d} – {until:%Y-%m-%d}"


def state(one: Aim) -> State:
    """Say how a figure stands to its target; while the period lasts, it can still be reached (or missed)."""
    if one.reached is None:
        return State(_("无应办"), "clock", "")
    if one.reached:
        still = one.goal.op == "<=" and not one.window.over
        return State(_("目前未超") if still else _("已达到"), "circle-check", "good")
    if one.goal.op == "<=":
        return State(_("已超出"), "alert-circle", "over")
    return State(_("未达到"), "alert-circle", "over") if one.window.over else State(_("尚未达到"), "clock", "soon")


def by_clause(found: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the lines each clause reads."""
    told: dict[str, list[Row]] = {}
    for row in found:
        for name in row.clauses:
            told.setdefault(name, []).append(row)
    return told
