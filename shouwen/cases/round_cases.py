"""The cases that rounds opened: finding them, and what became of the promise each round made on its case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from shouwen.base.access import Reader
from shouwen.cases.models import Case, CaseQuerySet, Deadline, Task
from shouwen.cases.models.work import owing
from shouwen.policy.law import Law

MOMENT: Final = timedelta(microseconds=1)  # what is due at midnight belongs to the day that ends there


def round_cases(law: Law, reader: Reader) -> CaseQuerySet:
    """Return what the scheduled clauses of a law opened, as far as a reader may see it."""
    return Case.objects.visible_to(reader).filter(opened_by_clause__in=sorted({c.name for c in law.scheduled}))


def missed() -> Exists:
    """The condition that the promise of its round on a case was broken."""
    return Exists(_promise().filter(breached_at__isnull=False))


def due_between(since: datetime, until: datetime) -> Exists:
    """The condition that the promise of its round falls due after a moment and not after another."""
    return Exists(_promise().filter(due_at__gt=since, due_at__lte=until))


def _promise() -> Any:
    return Deadline.objects.filter(subject_id=OuterRef("pk"), clause=OuterRef("opened_by_clause"))


def promises_of(cases: Collection[int]) -> Mapping[int, Deadline]:
    """Return the promise of its round on each of some cases in sight."""
    rows = Deadline.objects.filter(subject_id__in=cases, clause=F("case__opened_by_clause")).order_by("pk") if cases else ()
    return {d.case_id: d for d in rows if d.case_id}


def posts_of(cases: Collection[int]) -> Mapping[int, str]:
    """Return the post that has to do what nobody in person owes, on each of some cases in sight."""
    rows = Task.objects.filter(subject_id__in=cases).exclude(post="").order_by("pk") if cases else ()
    return {t.case_id: t.post for t in rows if t.case_id}


def owed(rows: CaseQuerySet, reader: Reader) -> CaseQuerySet:
    """Keep the cases somebody answers for, owes a promise on, or has a task in, by name or by a post of theirs."""
    people = sorted(reader.people)
    tasks = Task.objects.desk(reader).filter(case__isnull=False)
    promised = Deadline.objects.running().filter(owing(people), case__isnull=False)
    mine = Q(responsible_id__in=people) | Q(pk__in=tasks.values("case_id")) | Q(pk__in=promised.values("case_id"))
    return rows.filter(mine)


def by_day(rows: CaseQuerySet, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
    """Return how many of some cases fall due on each day of the company (after `since`), by clause: whole, done in time, missed."""
    late = ExpressionWrapper(F("due_at") - MOMENT, output_field=DateTimeField())
    day = TruncDate(late, tzinfo=timezone.get_default_timezone())
    found = Deadline.objects.filter(case__in=rows, clause=F("case__opened_by_clause"), due_at__gt=since, due_at__lte=until)
    grouped = found.exclude(outcome=Deadline.Outcome.WITHDRAWN).annotate(day=day).order_by().values("day", "clause")
    in_time, broken = Q(stopped_at__isnull=False, breached_at=None), Q(breached_at__isnull=False)
    counted = grouped.annotate(whole=Count("pk"), done=Count("pk", filter=in_time), missed=Count("pk", filter=broken))
    return list(counted.order_by("day", "clause"))


def by_clause(rows: CaseQuerySet) -> Sequence[dict[str, Any]]:
    """Return what became of some cases, by the clause that opened them: whole, in time, late, waiting, missed."""
    ended = Q(closed_at__isnull=False)
    grouped: Any = rows.annotate(broken=missed()).order_by().values("opened_by_clause")
    return list(
        grouped.annotate(
            whole=Count("pk"),
            in_time=Count("pk", filter=ended & Q(broken=False)),
            late=Count("pk", filter=ended & Q(broken=True)),
            waiting=Count("pk", filter=~ended & Q(broken=False)),
            missed=Count("pk", filter=~ended & Q(broken=True)),
        )
    )


def day_of(moment: datetime) -> date:
    """Return the day of the company a moment lies in."""
    return timezone.localdate(moment, timezone.get_default_timezone())
