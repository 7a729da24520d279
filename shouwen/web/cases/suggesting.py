"""What the form of an act offers beside its fields: other matters to link or merge with, promises that can be extended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from shouwen.base.errors import FieldError
from shouwen.cases.models import Case, Deadline
from shouwen.policy.promises import ALARM
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import moment
from shouwen.web.fields import Control, Option
from shouwen.web.law import cited, law_of
from shouwen.web.spans import until

OFFERED: Final = 5
TO_ANOTHER: Final = ("link", "merge")


@dataclass(frozen=True, slots=True)
class Running:
    """A promise that could be extended."""

    clause: str
    text: str
    due_at: datetime | None


def with_cases(request: Ask, case: Case, act: str, controls: Sequence[Control]) -> list[Control]:
    """Offer other matters of the same customer or thing where an act wants one; only the same procedure can be merged into."""
    if act not in TO_ANOTHER:
        return list(controls)
    same = Q(pk__in=[])
    if case.customer_id:
        same |= Q(customer=case.customer_id)
    if case.records:
        same |= Q(records__overlap=case.records)
    rows = Case.objects.visible_to(request.reader).filter(same).exclude(pk=case.pk)
    rows = rows.open().of(case.procedure) if act == "merge" else rows
    found = [Option(str(c.pk), f"{c.number} {c.title}".strip()) for c in rows.order_by("-opened_at")[:OFFERED]]
    return [replace(c, options=found) if c.name == "other" else c for c in controls]


def with_span(request: Ask, case: Case) -> QueryDict:
    """Return the form of an extension, with how long it is where somebody wrote until when. Raises FieldError."""
    typed = request.POST
    if not typed.get("to"):
        return typed
    if typed.get("span", "").strip():
        only_one = _("延长多久、延到何时，只写一个")
        raise FieldError.of("to", only_one, only_one)
    wanted, clause = moment(typed.get("to", ""), "to") or request.now, typed.get("clause", "")
    found = typed.copy()
    found["span"] = until(wanted, [p.due_at for p in promises(request, case) if clause in ("", p.clause)])
    return found


def promises(request: Ask, case: Case) -> list[Running]:
    """The running promises of a case that are not missed yet, the next first."""
    rows = Deadline.objects.visible_to(request.reader).running().filter(subject_id=case.pk, breached_at=None).order_by("due_at")
    law = law_of(request)
    return [Running(d.clause, cited(law, d.clause, request.lang).text, d.due_at) for d in rows if d.until != [ALARM]]
