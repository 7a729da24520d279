"""Papers: what stands on a register of many and on a paper of figures, and that something was printed.

Everything is read as whoever asks may see it; a layout chooses columns and a period, never what somebody may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shouwen.base import repeats, reveal
from shouwen.base.access import Reader, demand
from shouwen.base.errors import NotFound
from shouwen.base.journal import EventRow, write_events
from shouwen.base.models import Event
from shouwen.base.repeats import Claim
from shouwen.cases.models import Case
from shouwen.policy.calendars import EVER
from shouwen.policy.law import Law
from shouwen.policy.nouns import Form, Noun, Section
from shouwen.policy.rounds import calendar_of, periods
from shouwen.registers.models import Record
from shouwen.staff.models import Unit
from shouwen.worktime import Calendar

PRINTED: Final = "printed"  # kind of the event; its subject is what the paper is of
MOST: Final = 1000  # lines of one register; a longer one says so and is printed by unit or by shorter periods
LATE: Final = timedelta(days=2)  # a report of a period is made at its last moment, which may lie behind midnight
Subject = Case | Record


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a register or of figures: its name as reports go by it, its first day, and the day after its last."""

    name: str
    first: date
    end: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its bounds by the clock of the company."""
        zone = timezone.get_default_timezone()
        return datetime.combine(self.first, time(), zone), datetime.combine(self.end, time(), zone)


def period_of(form: Form, law: Law, day: date) -> Period | None:
    """Return the period of a form that a day lies in; None for a form without periods."""
    if form.every is None:
        return None
    return Period(*next(periods(form.every, _calendar(form, law), day, day)))


def _calendar(form: Form, law: Law) -> Calendar:
    """The calendar whose weeks the form goes by: that of a clause that names it, else that of the company."""
    for name in citing(law, form.id):
        return calendar_of(law, law.versions[name][-1])
    return law.calendars.get(law.calendar, EVER)


def find(kind: str, pk: int, reader: Reader) -> Subject:
    """Return the matter or thing a paper is of. Raises NotFound when there is none, or it is not the reader's to see."""
    found: Subject | None = None
    if kind == "case":
        found = Case.objects.visible_to(reader).filter(pk=pk).first()
    elif kind == "record":
        found = Record.objects.visible_to(reader).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def lines(nouns: Sequence[Noun], part: Section, period: Period | None, unit: int, reader: Reader) -> tuple[list[Subject], bool]:
    """Return what a register lists, in the order of its days, and whether there is more than MOST."""
    found: list[Subject] = []
    cases = [n.id for n in nouns if n.kind == "case"]
    records = [n.id for n in nouns if n.kind == "record"]
    narrowed = _narrowed(part, period, unit)
    if cases:
        rows = Case.objects.visible_to(reader).filter(narrowed(("opened_at", "closed_at")), procedure__in=cases)
        found += rows.order_by("opened_at", "pk")[: MOST + 1]
    if records:
        kept = Record.objects.visible_to(reader).filter(narrowed(("opened_at", "archived_at")), register__in=records)
        if period is None:
            kept = kept.filter(archived_at=None)
        found += kept.order_by("key", "pk")[: MOST + 1]
    return found[:MOST], len(found) > MOST


class _Narrowed:
    """The conditions of a register: its period, its unit with those below, and that a field has a value."""

    def __init__(self, part: Section, period: Period | None, units: Sequence[int]) -> None:
        self.part, self.period, self.units = part, period, units

    def __call__(self, columns: tuple[str, str]) -> Q:
        found = Q(unit_id__in=self.units) if self.units else Q()
        found &= Q(step__in=self.part.steps) if self.part.steps else Q()
        if self.part.filled:
            field = f"fields__{self.part.filled}"
            found &= Q(fields__has_key=self.part.filled) & ~Q(**{field: 0}) & ~Q(**{field: False}) & ~Q(**{field: ""})
            found &= ~Q(**{field: None})
        return found & self._dated(columns)

    def _dated(self, columns: tuple[str, str]) -> Q:
        if self.period is None:
            return Q()
        column = {"opened": columns[0], "closed": columns[1]}.get(self.part.dated)
        if column is None:
            name = f"fields__{self.part.dated}"
            return Q(**{f"{name}__gte": self.period.first.isoformat(), f"{name}__lt": self.period.end.isoformat()})
        first, end = self.period.moments
        return Q(**{f"{column}__gte": first, f"{column}__lt": end})


def _narrowed(part: Section, period: Period | None, unit: int) -> _Narrowed:
    below = [unit, *Unit.objects.filter(path__contains=[unit]).values_list("pk", flat=True)] if unit else []
    return _Narrowed(part, period, below)


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported of one unit or member for a period: the figures by measure, and the clauses that had it reported."""

    kind: str
    id: int
    figures: Mapping[str, Any]
    clauses: tuple[str, ...]


def citing(law: Law, form: str) -> list[str]:
    """Return the clauses that name a form: that have it sent along, reported or kept."""
    return [
        n for n, versions in law.versions.items() if any(getattr(r.kind, "form", "") == form for r in versions[-1].rules.values())
    ]


def reported(law: Law, form: Form, period: Period, unit: int, reader: Reader) -> list[Reported]:
    """Return what clauses reported for a period, as the journal keeps it: nothing is counted anew."""
    clauses = citing(law, form.id)
    first, end = period.moments
    rows = Event.objects.filter(
        ~Q(clause=""), _of_figures(reader), clause__in=clauses, kind="report", at__gte=first, at__lt=end + LATE,
        data__period=period.name,
    )  # fmt: skip
    if unit:
        rows = rows.filter(subject_kind="unit", subject_id__in=[unit, *Unit.objects.filter(path__contains=[unit]).values("pk")])
    found: dict[tuple[str, int], Reported] = {}
    for event in rows.order_by("subject_kind", "subject_id", "seq")[: MOST + 1]:
        key = (event.subject_kind, event.subject_id)
        before = found.get(key, Reported(*key, {}, ()))
        figures = {**before.figures, **event.data.get("figures", {})}
        found[key] = Reported(*key, figures, (*before.clauses, event.clause))
    return list(found.values())


def _of_figures(reader: Reader) -> Q:
    """What may be read of what was reported: what was reported to oneself, and of units that are open to one."""
    mine = [Q(data__to__contains=[person]) for person in sorted(reader.people)]
    found = reduce(or_, mine, Q(pk__in=[]))
    if reader.units is None:
        return found | Q(subject_kind__in=["unit", "staff"])
    return found | Q(subject_kind="unit", subject_id__in=reader.units)


@dataclass(frozen=True, slots=True)
class Issue:
    """That a paper was printed: the event, by whom, when, and the how-manieth time."""

    seq: int
    actor: int
    at: datetime
    times: int


@transaction.atomic
def issue(reader: Reader, form: Form, subject: Subject, *, now: datetime, key: str = "") -> int:
    """Write down that a paper of one matter or thing is printed, before it is; return the event. With a key that was used before,
    the event of that time.

    The clause that last had this paper sent about the matter stands in the event. Raises NotFound for what is not the reader's to
    see, KeyReused.
    """
    ref = find(subject.ref.kind, subject.pk, reader).ref
    before = _before(reader, key, [form.id, ref.kind, ref.id], now)
    if before is not None:
        return before
    case = ref.id if ref.kind == "case" else 0
    told = Event.objects.of_case(case).filter(kind="tell", data__form=form.id).last() if case else None
    clause = {"clause": told.clause, "since": told.clause_since} if told is not None else {}
    row = EventRow(
        subject=ref, kind=PRINTED, actor=reader.staff, at=now, entered_at=now, case=case,
        data={"form": form.id, "copies": len(form.copies) or 1, **clause},
    )  # fmt: skip
    write_events([row])
    return _kept(reader, key, now)


@dataclass(frozen=True, slots=True)
class Many:
    """A register or a paper of figures that is asked for, and of what kinds of things it is."""

    form: Form
    kinds: frozenset[str]
    period: Period | None = None
    unit: int = 0

    @classmethod
    def of(cls, form: Form, law: Law, period: Period | None = None, unit: int = 0) -> Many:
        """Return it as the law of now declares what the form is of. Figures are of cases, as those on the page of reports."""
        kinds = {law.nouns[n].kind for n in form.of if n in law.nouns}
        figures = any(s.kind == "figures" for s in form.layout)
        return cls(form, frozenset(kinds | {"case"} if figures or not kinds else kinds), period, unit)

    def may(self, reader: Reader) -> bool:
        """Whether somebody may print it: it takes many out of the house, so each kind of them must be theirs to export."""
        return all(reader.may("export", kind) for kind in self.kinds)


@transaction.atomic
def issue_of_many(reader: Reader, asked: Many, *, now: datetime, key: str = "") -> int:
    """Write down that a register or a paper of figures is printed: an export; return the event. With a key that was used before,
    the event of that time.

    Raises Forbidden for whoever may not export, KeyReused.
    """
    for kind in sorted(asked.kinds):
        demand(reader, "export", kind)
    form = asked.form
    what = {"form": form.id, "period": asked.period.name if asked.period is not None else "", "unit": asked.unit}
    before = _before(reader, key, what, now)
    if before is not None:
        return before
    noun = form.of[0] if form.of else ""
    reveal.export(reader, noun, kind=min(asked.kinds), now=now, what=what)
    return _kept(reader, key, now)


def _before(reader: Reader, key: str, what: Any, now: datetime) -> int | None:
    """The event by which this very print was written down already: what asks for it was sent again."""
    owned = (reader.staff, key)
    known = repeats.claim([Claim(*owned, repeats.digest(["print", what]))], now=now) if key else {}
    return int(known[owned]) if owned in known else None


def _kept(reader: Reader, key: str, now: datetime) -> int:
    """The event just written, kept under its key. Another print of the same person at this time was entered at another moment."""
    own = Event.objects.visible_to(reader).filter(actor_id=reader.staff, entered_at=now)
    seq = own.order_by("-seq").values_list("seq", flat=True)[0]
    if key:
        repeats.remember({(reader.staff, key): seq})
    return seq


def issued(reader: Reader, form: Form, seq: int) -> Issue | None:
    """Return a print of a form of the reader's own; None when there is none: then the sheet is a draft."""
    event = Event.objects.visible_to(reader).filter(pk=seq, actor_id=reader.staff, data__form=form.id).first()
    if event is None or (event.kind != PRINTED and event.act != "export"):
        return None
    same = Event.objects.visible_to(reader).filter(
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        kind=event.kind,
        act=event.act,
        seq__lte=seq,
        data__form=form.id,
    )
    if event.case_id:
        same = same.filter(case_id=event.case_id)
    return Issue(event.seq, event.actor_id, event.at, same.count() if event.subject_id else 0)
