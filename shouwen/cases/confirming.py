"""Confirming notices: what was asked for is noted on the notices, and told to the law, which may have waited for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from shouwen.base import outbox
from shouwen.base.models import Notice
from shouwen.cases.acting import act_many
from shouwen.cases.models import Case
from shouwen.policy.act import ACKNOWLEDGE, Act, Ref


@transaction.atomic
def confirm(staff: int, ids: Iterable[int], *, now: datetime) -> int:
    """Note that somebody confirms their notices that ask for it; returns how many. Other people's ids do nothing.

    A clause that told them the same thing of a case twice is answered when both notices are confirmed. One from before the law kept
    who owes a confirmation is noted on the notice alone.
    """
    mine = Notice.objects.unconfirmed(staff).exclude(case_id=None).exclude(clause="")
    chosen = list(ids)
    asked = set(mine.filter(pk__in=chosen).values_list("case_id", "clause"))
    confirmed = outbox.confirm(staff, chosen, now=now)
    asked -= set(mine.filter(case_id__in={case for case, _ in asked}).values_list("case_id", "clause"))
    nouns = dict(Case.objects.filter(pk__in={case for case, _ in asked}).values_list("pk", "procedure"))
    about = [(Ref("case", nouns[case], case), clause) for case, clause in asked if case in nouns]
    act_many([Act(ACKNOWLEDGE, ref, staff, now, clause=clause) for ref, clause in sorted(about, key=str)], now=now)
    return confirmed
