"""What measures aim at, as pages show it: the figure, the target, whether it is reached, and the cases behind it and still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.base.errors import NotFound
from shouwen.cases import targets
from shouwen.cases.models import Case
from shouwen.cases.targets import COMPANY, Aim, Window
from shouwen.policy.law import Law
from shouwen.policy.reads import readers_of
from shouwen.reports.figures import units_below
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law, noun_name, said
from shouwen.web.paging import PAGE, read_id_cursor, write_cursor
from shouwen.web.values import Lookups, Showing

MISSING, COUNTED = "missing", "counted"
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
    counted: str  # the address of what was counted
    missing: str
    clauses: Sequence[str]  # that read it: what a miss leads to, who is told


@dataclass(frozen=True, slots=True)
class Member:
    """One thing that was counted or is missing, with the case by which it is to be reached."""

    title: str
    url: str
    case: Case | None


def rows(request: Ask, law: Law, measures: Collection[str] | None, day: date, unit: int = 0, *, whole: bool = False) -> list[Row]:
    """Return the measures with a target (of some names) in the period of a day, by unit; `whole`: all units in sight as one."""
    at = moment_of(request, day)
    wanted = targets.aimed(law, measures)
    if not request.reader.everywhere:
        wanted = [m for m in wanted if m.per]  # a number of the whole company opens to what not everybody sees
    units = units_below(request.org, unit, request.reader)
    units = frozenset(request.org.units) if units is None else units
    found = targets.aims(law, wanted, units, at=at, now=request.now) if wanted else []
    today = law.on(timezone.localdate(request.now))
    readers = readers_of(today)
    if whole:
        found = targets.together(law, wanted, found, at=at, now=request.now)
    return [_row(request, one, day, unit, readers.get(one.measure.id, ())) for one in found]


def moment_of(request: Ask, day: date) -> datetime:
    """Return the last moment of a day, or now while it lasts."""
    end = datetime.combine(day, time(), timezone.get_default_timezone()) + WHOLE_DAY
    return min(request.now, end)


def _row(request: Ask, one: Aim, day: date, unit: int, clauses: Sequence[str]) -> Row:
    m = one.measure
    at = {"unit": one.unit or unit} if one.unit or unit else {}

    def url(show: str) -> str:
        return f"{reverse('reports:target', args=[m.id])}?{urlencode({'on': day, 'show': show, **at})}"

    showing = Showing(request, request.lang, Lookups())
    whose = people.unit(request, one.unit) if one.unit else (_("全公司") if not m.per else _("合计"))
    figure = showing.text(m.type, m.type.dump(one.value)) if one.reached is not None else "—"
    return Row(
        one,
        said(m, request.lang),
        whose,
        period(one.window),
        figure,
        str(one.goal),
        state(one),
        url(COUNTED),
        url(MISSING),
        clauses,
    )


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


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure opened down: its line, and one page of what was counted or is missing."""

    row: Row
    show: str
    members: Sequence[Member]
    hidden: int  # of this page, how many the reader may not see
    after: str


def opened(request: Ask, measure: str, day: date, unit: int) -> Opened:
    """Return what a figure was counted from (or what is missing), page by page. Raises NotFound."""
    law = demand_law(request)
    line = next(iter(rows(request, law, {measure}, day, unit, whole=True)), None)
    if line is None:
        raise NotFound
    show = COUNTED if request.GET.get("show") == COUNTED or not line.aim.is_share else MISSING
    ids, place = _ids(request, law, line, unit, show), read_id_cursor(request.GET.get("after", "")) or 0
    left = [i for i in ids if i > place]
    shown = left[:PAGE]
    found = _members(request, law, line, shown)
    return Opened(line, show, found, len(shown) - len(found), write_cursor(shown[-1]) if len(left) > PAGE else "")


def _ids(request: Ask, law: Law, line: Row, unit: int, show: str) -> list[int]:
    m, calendar = line.aim.measure, law.calendars[law.calendar]
    units = units_below(request.org, unit, request.reader)
    keys = sorted(request.org.units if units is None else units) if m.per else [COMPANY]
    ids: set[int] = set()
    for part, whole in targets.members(law, m, keys, line.aim.window, request.now, calendar):
        ids |= part if show == COUNTED else whole - part
    return sorted(ids)


def _members(request: Ask, law: Law, line: Row, ids: Sequence[int]) -> list[Member]:
    """Name the subjects of one page, with the case that reaches each."""
    m = line.aim.measure
    seen = Case.objects.visible_to(request.reader)
    if targets.subject_kind(m, law) == "case":
        cases = seen.in_bulk(list(ids))
        found = [cases[i] for i in ids if i in cases]
        return [
            Member(c.title or noun_name(law, c.procedure, request.lang), reverse("cases:page", args=[c.number]), c) for c in found
        ]
    lookups = Lookups.of({"record": set(ids)}, request.reader)
    since = {"opened_at__gte": line.aim.window.since} if line.aim.window.since is not None else {}
    about = (
        seen.filter(procedure=m.counted.noun, opened_at__lte=line.aim.window.until, **since)
        .about(*ids)
        .order_by("opened_at", "pk")
    )
    by_record: Mapping[int, Case] = {i: c for c in about for i in c.records}
    return [Member(lookups.records[i], lookups.url("record", i), by_record.get(i)) for i in ids if i in lookups.records]


def day_of(text: str, today: date) -> date:
    """Read the day of an address; today where there is none, or one that cannot be."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if 2000 <= found.year < 2100 else today


def by_clause(found: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the lines each clause reads."""
    told: dict[str, list[Row]] = {}
    for row in found:
        for name in row.clauses:
            told.setdefault(name, []).append(row)
    return told
