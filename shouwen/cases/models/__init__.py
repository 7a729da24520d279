"""Facts and constraints of cases and their work. The verbs are in `acting`; nothing else writes these tables."""

from __future__ import annotations

from shouwen.cases.models.case import Case, CaseLink, CaseQuerySet, customers_of_cases, visible_cases
from shouwen.cases.models.law import Enactment
from shouwen.cases.models.outside import OutsideFact
from shouwen.cases.models.owing import Owed, owed_by
from shouwen.cases.models.rehearsals import RehearsalRun
from shouwen.cases.models.rounds import Heartbeat, Occurrence, Round
from shouwen.cases.models.surveys import Survey
from shouwen.cases.models.work import Approval, Deadline, DeadlineQuerySet, Task, TaskQuerySet

__all__ = [
    "Approval",
    "Case",
    "CaseLink",
    "CaseQuerySet",
    "Deadline",
    "DeadlineQuerySet",
    "Enactment",
    "Heartbeat",
    "Occurrence",
    "OutsideFact",
    "Owed",
    "RehearsalRun",
    "Round",
    "Survey",
    "Task",
    "TaskQuerySet",
    "customers_of_cases",
    "owed_by",
    "visible_cases",
]
