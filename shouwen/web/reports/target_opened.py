"""A figure with its target opened down: one page of what was counted or is missing, and the same as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shouwen.base.errors import NotFound
from shouwen.base.search import BadCursor
from shouwen.cases import target_rows, targets
from shouwen.cases.models import Case
from shouwen.cases.target_rows import Place
from shouwen.policy.law import Law
from shouwen.reports.figures import units_below
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law, law_of, noun_name, step_name
from shouwen.web.lists.files import local
from shouwen.web.paging import PAGE, cut, read_moment_cursor, write_cursor
from shouwen.web.reports.targets import COUNTED, MISSING, Row, line_of
from shouwen.web.sheets import Cell
from shouwen.web.values import Lookups, Showing


@dataclass(frozen=True, slots=True)
class Member:
    """One thing that was counted or is missing, with the case by which it is to be reached; `added`: what it adds to a sum."""

    title: str
    url: str
    case: Case | None
    added: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure opened down: its line, and one page of what was counted or is missing."""

    row: Row
    show: str
    members: Sequence[Member]
    hidden: int  # of this page, how many the reader may not see
    after: str

    @property
    def adds(self) -> bool:
        """Whether each adds something of its own, as to a sum."""
        return self.row.aim.measure.fold == "sum"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure is opened: a measure in the period of a day, of a unit (0: all in sight) or a key."""

    measure: str
    day: date
    unit: int = 0
    key: str = ""

    @classmethod
    def read(cls, request: Ask, measure: str) -> Wanted:
        """Read the address; a day that cannot be is today, a unit that is none all in sight."""
        unit, today = request.GET.get("unit", ""), timezone.localdate(request.now)
        known = int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 19 and int(unit) in request.org.units else 0
        return cls(measure, day_of(request.GET.get("on", ""), today), known, request.GET.get("key", "")[:64])


def opened(request: Ask, wanted: Wanted, after: str, most: int = PAGE) -> Opened:
    """Return what a figure was counted from (or what is missing), page by page. Raises NotFound, BadCursor."""
    law = demand_law(request)
    line = line_of(request, law, wanted.measure, wanted.day, wanted.unit, wanted.key)
    if line is None:
        raise NotFound
    show = COUNTED if request.GET.get("show") == COUNTED or not line.aim.is_share else MISSING
    units = units_below(request.org, wanted.unit, request.reader)
    which = targets.Wanted(request.org.units if units is None else units, show == MISSING, _place(after), most + 1)
    rows, more = cut(targets.members(law, line.aim, which, now=request.now), most)
    found = _members(request, law, line, rows)
    place = rows[-1].place if more else None
    return Opened(line, show, found, len(rows) - len(found), write_cursor(place.at, place.id) if place is not None else "")


def _place(after: str) -> Place | None:
    found = read_moment_cursor(after)
    if found is None:
        return None
    if found[0] is None:
        raise BadCursor
    return Place(found[0], found[1])


def _members(request: Ask, law: Law, line: Row, rows: Sequence[target_rows.Member]) -> list[Member]:
    """Name the subjects of one page, with the case that reaches each; who may not see one is not told of it."""
    m, ids = line.aim.measure, {row.id for row in rows}
    seen, showing = Case.objects.visible_to(request.reader), Showing(request, request.lang, Lookups())
    summed = m.fold == "sum"
    added = [showing.text(m.type, m.type.dump(row.added)) if summed else "" for row in rows]
    if targets.subject_kind(m, law) == "case":
        cases = seen.in_bulk(ids)
        return [_of_case(request, law, cases[row.id], a) for row, a in zip(rows, added, strict=True) if row.id in cases]
    lookups = Lookups.of({"record": ids}, request.reader)
    by_record = _reaching(request, line, ids) if m.across else {}
    return [
        Member(lookups.records[row.id], lookups.url("record", row.id), by_record.get(row.id), a)
        for row, a in zip(rows, added, strict=True)
        if row.id in lookups.records
    ]


def _of_case(request: Ask, law: Law, case: Case, added: str) -> Member:
    title = case.title or noun_name(law, case.procedure, request.lang)
    return Member(title, reverse("cases:page", args=[case.number]), case, added)


def _reaching(request: Ask, line: Row, ids: set[int]) -> Mapping[int, Case]:
    """The cases of the period by which things are to be reached, the latest of each."""
    window, noun = line.aim.window, line.aim.measure.counted.noun
    since = {"opened_at__gte": window.since} if window.since is not None else {}
    cases = Case.objects.visible_to(request.reader).filter(procedure=noun, opened_at__lte=window.until, **since).about(*ids)
    return {i: c for c in cases.order_by("opened_at", "pk") for i in c.records}


def heads(found: Opened) -> list[str]:
    """The heads of the file."""
    return [_("对象"), _("编号"), _("立项时间"), _("环节"), _("责任人"), *([_("计入")] if found.adds else [])]


def cells(request: Ask, found: Opened) -> list[list[Cell]]:
    """The rows of the file."""
    law = law_of(request)

    def of_case(case: Case | None) -> list[Cell]:
        if case is None:
            return ["", None, "", ""]
        noun = law.nouns.get(case.procedure) if law is not None else None
        step = step_name(noun, case.step, request.lang) if noun is not None else case.step
        return [case.number, local(case.opened_at), step, people.name(request, case.responsible_id)]

    return [[one.title, *of_case(one.case), *([one.added] if found.adds else [])] for one in found.members]


def day_of(text: str, today: date) -> date:
    """Read the day of an address; today where there is none, or one that cannot be."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if 2000 <= found.year < 2100 else today
