"""What each of some people has in hand, however much it is: counted as far as it matters, read in the order of an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet

from shouwen.base.access import Reader
from shouwen.cases.models import Case, Deadline, Task
from shouwen.cases.models.work import UNTAKEN
from shouwen.policy.promises import ALARM
from shouwen.staff.models import Staff

MANY: Final = 300  # of one person; more are not counted: nobody can have that in hand, and it would cost more than it tells
NEXT: Final = 40  # promises of one person, the next


@dataclass(frozen=True, slots=True)
class Load:
    """Of one person: matters they answer for, promises past due and soon due, tasks (each up to MANY + 1), and their next promises."""

    matters: int = 0
    late: int = 0
    soon: int = 0
    tasks: int = 0
    promises: tuple[int, ...] = ()


def loads(people: Collection[int], reader: Reader, *, now: datetime, soon: timedelta) -> Mapping[int, Load]:
    """Return what each has in hand of what a reader may see, with one query. `soon` is how far ahead."""
    whose = OuterRef("pk")
    running = Deadline.objects.visible_to(reader).running().exclude(until=[ALARM])
    late, near = Q(due_at__lt=now), Q(due_at__gte=now, due_at__lt=now + soon)
    # A promise names one person, nearly always; those that name several are few, and have an index of their own.
    alone = running.filter(owes__0=whose).order_by("due_at", "pk")
    shared = running.filter(owes__1__isnull=False, owes__contains=[whose]).exclude(owes__0=whose).order_by("due_at", "pk")
    found = Staff.objects.filter(pk__in=people).annotate(
        matters=_count(Case.objects.visible_to(reader).open().filter(responsible=whose)),
        late=_count(alone.filter(late)) + _count(shared.filter(late)),
        soon=_count(alone.filter(near)) + _count(shared.filter(near)),
        tasks=_count(Task.objects.visible_to(reader).open().filter(who__contains=[whose]).exclude(UNTAKEN)),  # nobody's yet
        alone=_first(alone),
        shared=_first(shared),
    )
    return {
        one["pk"]: Load(one["matters"], one["late"], one["soon"], one["tasks"], (*one["alone"], *one["shared"]))
        for one in found.values("pk", "matters", "late", "soon", "tasks", "alone", "shared")
    }


def _count(rows: QuerySet[Any]) -> Func:
    return Func(ArraySubquery(rows.values("pk")[: MANY + 1]), function="cardinality", output_field=IntegerField())


def _first(rows: QuerySet[Any]) -> ArraySubquery:
    return ArraySubquery(rows.filter(due_at__isnull=False, case__isnull=False).values("pk")[:NEXT])
