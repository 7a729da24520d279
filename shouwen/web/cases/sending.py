"""Naming who goes from the board of dispatch: its row stays for a moment and says who was sent, so that nothing moves under the hand."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shouwen.cases.dispatch import namings
from shouwen.cases.models import Case
from shouwen.policy.ruling import Ruling
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import law_of
from shouwen.web.render import render_part


def sent(request: Ask, case: Case, act: str, ruling: Ruling) -> HttpResponse | None:
    """Answer the row of the board in which somebody was just named; None where that is not what happened."""
    if urlsplit(request.headers.get("HX-Current-URL", "")).path != reverse("dispatch:page") or ruling.outcome == "waiting":
        return None
    naming = next((n for n in namings(law_of(request), request.now) if n.noun.id == case.procedure), None)
    if naming is None or act not in naming.noun.acts or naming.field not in naming.noun.acts[act].asks:
        return None
    fresh = Case.objects.get(pk=case.pk)
    told = _("%(number)s 已派给 %(name)s") % {"number": case.number, "name": people.name(request, fresh.fields.get(naming.field))}
    again = next((a for a in ("reassign", naming.act) if a in naming.noun.acts), "")
    response = render_part(request, "dispatch/_sent.html", {"case": fresh, "told": told, "again": again})
    said = " ".join([told, *(w.text(request.lang) for w in ruling.warnings)])
    response["HX-Trigger"] = json.dumps({"sent": {"said": said}})
    return response
