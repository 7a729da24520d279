"""Where a form of an act stands: on the page of its case or record, or under a row of a list; and where it is fetched."""

from __future__ import annotations

import re
from typing import Final

from django.urls import reverse

from shouwen.cases.models import Case
from shouwen.ledger.models import EntryState
from shouwen.registers.models import Record
from shouwen.web.asking import Ask

ROW: Final = re.compile(r"acting-\d{1,19}")
PAGE: Final = "acting"


def slot_of(request: Ask) -> str:
    """Where the form stands: `acting` on the page of a case, a place of its own under the row of a list."""
    asked = request.headers.get("HX-Target", "")
    return asked if ROW.fullmatch(asked) else PAGE


Subject = Case | Record | EntryState  # what acts are done upon at a page


def acts_at(subject: Subject) -> str:
    """Return the address below which each act of a subject has its form."""
    if isinstance(subject, Case):
        return reverse("cases:page", args=[subject.number]) + "acts/"
    if isinstance(subject, EntryState):
        return reverse("books:entry", args=[subject.pk]) + "acts/"
    return reverse("registers:page", args=[subject.register, subject.pk]) + "acts/"


def story_at(case: Case) -> str:
    """Return where earlier parts of a case's story are fetched."""
    return reverse("cases:story", args=[case.number])
