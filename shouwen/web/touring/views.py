"""Going from stop to stop, and leaving the tour."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from shouwen.base.errors import NotFound
from shouwen.cases.models import Case
from shouwen.web.asking import Ask
from shouwen.web.law import law_of
from shouwen.web.touring import history, stops


@require_POST
def go(request: Ask) -> HttpResponse:
    """Go to a stop (`to`, from 0); without one the tour is over, and one stays where one is."""
    if not history.in_demo():
        raise NotFound
    asked = request.POST.get("to", "")
    if asked.isdecimal() and int(asked) < len(stops.STOPS):
        response = HttpResponseRedirect(_address(request, int(asked)))
        stops.remember(response, request.me, int(asked))
    else:
        back = request.POST.get("back", "")
        ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        response = HttpResponseRedirect(back if ours else reverse("desk:page"))
        stops.remember(response, request.me, stops.DONE)
    return response


def _address(request: Ask, at: int) -> str:
    """The page of a stop: of cases a customer's that is due next, of regulations that of what the company offers callers first."""
    name = stops.STOPS[at].pages[0]
    if name == "cases:page":
        found = Case.objects.visible_to(request.reader).open().filter(customer__isnull=False).soonest_first().first()
        return reverse(name, args=[found.number]) if found is not None else reverse("cases:list")
    if name == "regulations:page":
        law = law_of(request)
        first = next((law.nouns.get(p) for p in law.company.intake), None) if law is not None else None
        return reverse(name, args=[first.pack, first.regulation]) if first is not None else reverse("regulations:list")
    return reverse(name)
