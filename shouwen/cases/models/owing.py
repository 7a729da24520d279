"""What somebody owes, in one list: the tasks on their desk, and the running promises that name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from django.db.models import F

from shouwen.base.access import Reader
from shouwen.cases.models.work import Deadline, Task


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed: a task (`task`) or a promise (`deadline`), never both, with the moment it falls due (None: no such moment)."""

    due_at: datetime | None
    task: Task | None = None
    deadline: Deadline | None = None

    @property
    def work(self) -> Task | Deadline:
        """The row itself."""
        found = self.task or self.deadline
        assert found is not None
        return found


def owed_by(reader: Reader, limit: int) -> Sequence[Owed]:
    """Return what a reader owes (or whom they stand in for), what falls due soonest first; two queries, whatever there is.

    A promise that a task of the list is to keep is not shown beside it: the task carries its moment already.
    """
    tasks = list(Task.objects.desk(reader).select_related("case").order_by(F("due_at").asc(nulls_last=True), "pk")[:limit])
    carried = {(t.subject_id, t.clause, t.row) for t in tasks}
    promises = Deadline.objects.owed_by(reader.people).select_related("case")[: limit + len(carried)]
    left = [d for d in promises if (d.subject_id, d.clause, d.row) not in carried]
    both = merge([Owed(t.due_at, task=t) for t in tasks], [Owed(d.due_at, deadline=d) for d in left], key=_soonest)
    return list(both)[:limit]


def _soonest(o: Owed) -> tuple[bool, Any, int]:
    return o.due_at is None, o.due_at or 0, o.work.pk
