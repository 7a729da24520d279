"""Acts upon an entry of a book whose entries go through steps: a fine is executed, or cancelled, which takes it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.errors import NotFound
from shouwen.ledger.models import Entry, EntryState
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases.acting import tried


@require_http_methods(["GET", "POST"])
def act(request: Ask, pk: int, name: str) -> HttpResponse:
    """Show the form of an act upon an entry; on POST do it, and come back to its page."""
    entry = get_object_or_404(Entry.objects.visible_to(request.reader).select_related("state"), pk=pk)
    state = state_of(entry)
    if state is None:
        raise NotFound
    answer = tried(request, state, name, entry.party_id if entry.party == Entry.Party.CUSTOMER else 0)
    if isinstance(answer, HttpResponse):
        return answer
    messages.success(request, _("已提交，等待批准。") if answer.outcome == "waiting" else _("已办理。"))
    to = reverse("books:entry", args=[pk])
    return HttpResponse(status=204, headers={"HX-Redirect": to}) if wants_part(request) else HttpResponseRedirect(to)


def state_of(entry: Entry) -> EntryState | None:
    """Return where an entry stands; None for one of a book without steps."""
    found: EntryState | None = getattr(entry, "state", None)
    return found
