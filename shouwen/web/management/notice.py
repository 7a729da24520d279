"""Entering a year's holidays: the notice pasted or the days picked, checked, the changes shown, then entered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.access import demand
from shouwen.cases import holidays
from shouwen.cases.holidays import Change
from shouwen.web import moments
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law
from shouwen.web.management import frame
from shouwen.web.management.calendars import people_units, runs
from shouwen.worktime.notice import NAMES, Doubt, YearOff, check, read_notice

LONGEST: Final = 8000
MOST_DAYS: Final = 40


@dataclass(slots=True)
class Picked:
    """One holiday as it stands in the form."""

    name: str
    since: str = ""
    until: str = ""
    make_up: str = ""
    faults: list[str] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def enter(request: Ask) -> HttpResponse:
    """Read, show what would change, and enter; each step shows the same page with more in it."""
    demand(request.reader, "administer", "calendar")
    demand_law(request)
    typed = request.POST
    if "read" in typed:
        told, doubts = read_notice(typed.get("text", "")[:LONGEST], _year(request))
        return _show(request, told.year or _year(request), _picked(told), doubts, told)
    if "preview" in typed or "enter" in typed:
        return _picked_by_hand(request)
    return _show(request, _year(request), [Picked(name) for name in NAMES])


def _picked_by_hand(request: Ask) -> HttpResponse:
    picked = _rows(request.POST)
    told = YearOff(_year(request), *_days(picked))
    doubts = [] if any(p.faults for p in picked) else check(told)
    if doubts or any(p.faults for p in picked) or "enter" not in request.POST:
        return _show(request, told.year, picked, doubts, told)
    holidays.enter_year(told, source=request.POST.get("source", ""), by=request.reader, now=request.now)
    messages.success(request, _("%d 年放假安排已录入，从现在起生效。") % told.year)
    return HttpResponseRedirect(f"{reverse('management:calendars')}?year={told.year}")


def _year(request: Ask) -> int:
    asked = frame.number(request.POST, "year") or frame.number(request.GET, "year")
    return asked if 2000 <= asked <= 2100 else timezone.localdate(request.now).year + 1


def _picked(told: YearOff) -> list[Picked]:
    """A year as rows: a holiday that is off twice has two rows, its make-up days stand in the first."""
    found: list[Picked] = []
    for name in dict.fromkeys([*NAMES, *told.off.values()]):
        if name not in told.off.values() and any(name in other.split("、") for other in told.off.values()):
            continue  # it falls together with another
        make_up = " ".join(str(on) for on in sorted(told.on) if told.on[on] == name)
        spans = _spans(sorted(on for on, other in told.off.items() if other == name)) or [("", "")]
        found += [Picked(name, since, until, "" if n else make_up) for n, (since, until) in enumerate(spans)]
    return found


def _spans(days: list[date]) -> list[tuple[str, str]]:
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return [(str(run[0]), str(run[-1])) for run in found]


def _rows(typed: QueryDict) -> list[Picked]:
    columns = [typed.getlist(name)[:20] for name in ("name", "since", "until", "make_up")]
    return [Picked(*(text.strip()[:200] for text in row)) for row in zip(*columns, strict=False) if row[0].strip()]


def _days(picked: Iterable[Picked]) -> tuple[dict[date, str], dict[date, str]]:
    """The days off and the make-up days of the rows; what cannot be read is noted at its row."""
    off: dict[date, str] = {}
    on: dict[date, str] = {}
    for row in picked:
        first, last = _date(row, row.since), _date(row, row.until or row.since)
        if first and last and timedelta() <= last - first < timedelta(days=MOST_DAYS):
            off.update({first + timedelta(days=n): row.name for n in range((last - first).days + 1)})
        elif first and last:
            row.faults.append(_("先后颠倒，或太长"))
        on.update({day: row.name for text in row.make_up.replace("、", " ").split() if (day := _date(row, text))})
    return off, on


def _date(row: Picked, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        row.faults.append(_("“%s”不是日期") % text)
        return None


def _show(
    request: Ask, year: int, picked: list[Picked], doubts: Iterable[Doubt] = (), told: YearOff | None = None
) -> HttpResponse:
    said = [d.words.says(request.lang) for d in doubts]
    faulty = bool(said) or any(p.faults for p in picked)
    ready = told is not None and bool(told.off) and not faulty
    law = demand_law(request)
    living = [(w.calendar, w.units, w.open_cases) for w in holidays.waiting(year, request.org, request.now)]
    calendars = [c for c in law.calendars.values() if c.book.years is not None]
    context = {
        "title": _("录入放假安排"), "year": year, "picked": picked, "doubts": said, "ready": ready, "text": request.POST.get("text", ""),
        "source": request.POST.get("source", ""), "known": not living, "entered": year in holidays.entered_years(law),
        "waiting": [(c.book.words.says(request.lang), people_units(request, units), n) for c, units, n in living],
        "changes": _changes(holidays.changes(told, calendars[0])) if ready and told and calendars else [],
        "off": len(told.off) if told else 0, "make_up": runs(sorted(told.on)) if told else "",
        "calendars": [c.book.words.says(request.lang) for c in calendars],
    }  # fmt: skip
    return frame.render(request, "management/notice.html", "calendars", context, status=422 if faulty else 200)


def _changes(found: list[Change]) -> list[tuple[str, str, bool]]:
    return [(f"{c.on:%Y-%m-%d} {moments.weekday(c.on)}", c.name, c.worked) for c in found]
