"""The cases that rounds opened: finding them, and what became of the promise each round made on its case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from shouwen.base.access import Reader, any_of, is_there
from shouwen.base.sql import raw
from shouwen.cases.models import Case, CaseQuerySet, Deadline, DeadlineQuerySet, Task
from shouwen.cases.models.work import OF_A_ROUND
from shouwen.policy.law import Law

MOMENT: Final = timedelta(microseconds=1)  # what is due at midnight belongs to the day that ends there
_CAME: Final = """select name from unnest(%s::text[]) as asked (name)
 where exists (select from cases_case where opened_by_clause = name and opened_by_clause <> '') order by name"""


def round_cases(law: Law, reader: Reader) -> CaseQuerySet:
    """Return what the scheduled clauses of a law opened, as far as a reader may see it."""
    return Case.objects.visible_to(reader).filter(opened_by_clause__in=scheduled(law))


def scheduled(law: Law) -> list[str]:
    """Return the clauses by which rounds come."""
    return sorted({c.name for c in law.scheduled})


def first_of_each(rows: CaseQuerySet, law: Law, sort: str, most: int) -> CaseQuerySet:
    """Keep the first so many of each clause, in the order of its index: among these are the first so many of all.

    `sort` is "due" for open ones, else the newest come first.
    """
    found = Q(pk__in=[])
    for clause in _came(law):
        part = rows.filter(opened_by_clause=clause)
        ordered = part.soonest_first() if sort == "due" else part.order_by("-opened_at", "-pk")
        found |= any_of("pk", ordered.values("pk")[:most])
    return rows.filter(found)


def missed_first(
    rows: CaseQuerySet, law: Law, clause: str, most: int, before: tuple[datetime | None, int] | None
) -> CaseQuerySet:
    """Keep the newest so many of each clause (or of one) whose round was missed, from a place (opened at, id) on.

    A round makes its promise when it opens its case, so both have one order, and the few that were broken have an index in it.
    """
    found = Q(pk__in=[])
    seen = Exists(rows.filter(pk=OuterRef("case_id")))
    for name in [clause] if clause else _came(law):
        broken = _rounds([name]).filter(seen, breached_at__isnull=False)
        if before is not None and before[0] is not None:
            broken = broken.filter(made_at__lte=before[0])
        found |= any_of("pk", broken.order_by("-made_at", "-case_id").values("case_id")[:most])
    return rows.filter(found)


def _came(law: Law) -> list[str]:
    """Return the scheduled clauses that have opened anything: most of a law's never have, and need not be asked for each page."""
    asked = raw().execute(_CAME, [scheduled(law)])
    return [name for (name,) in asked.fetchall()]


def missed() -> Exists:
    """The condition that the promise of its round on a case was broken."""
    return Exists(_promise().filter(breached_at__isnull=False))


def due_between(law: Law, since: datetime, until: datetime) -> Q:
    """The condition that the promise of its round falls due after a moment and not after another."""
    return any_of("pk", _rounds(scheduled(law)).filter(due_at__gt=since, due_at__lte=until).values("case_id"))


def _rounds(clauses: Collection[str]) -> DeadlineQuerySet:
    """The promises that rounds of some clauses made."""
    found: DeadlineQuerySet = Deadline.objects.filter(OF_A_ROUND, clause__in=clauses, case__isnull=False)
    return found


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
    tasks = Task.objects.desk(reader).filter(subject_id=OuterRef("pk"))
    promised = Deadline.objects.running().filter(owes__overlap=people, subject_id=OuterRef("pk"))
    return rows.filter(Q(responsible_id__in=people) | Q(is_there(promised)) | Q(is_there(tasks)))


def by_day(law: Law, reader: Reader, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
    """Return how many rounds fall due on each day of the company (after `since`), by clause: whole, done in time, missed."""
    late = ExpressionWrapper(F("due_at") - MOMENT, output_field=DateTimeField())
    day = TruncDate(late, tzinfo=timezone.get_default_timezone())
    seen = Case.objects.visible_to(reader).filter(pk=OuterRef("case_id"), opened_by_clause=OuterRef("clause"))
    found = _rounds(scheduled(law)).filter(Exists(seen), due_at__gt=since, due_at__lte=until)
    grouped = found.exclude(outcome=Deadline.Outcome.WITHDRAWN).annotate(day=day).order_by().values("day", "clause")
    in_time, broken = Q(stopped_at__isnull=False, breached_at=None), Q(breached_at__isnull=False)
    counted: Any = grouped.annotate(whole=Count("pk"), done=Count("pk", filter=in_time), missed=Count("pk", filter=broken))
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
