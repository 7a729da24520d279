"""What somebody answers for, and handing it over: by the law's own act, one verdict for each matter."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base.errors import FieldError
from shouwen.cases.acting import act_many
from shouwen.cases.draft import Wish, act_on
from shouwen.cases.models import Case
from shouwen.policy.ruling import Ruling
from shouwen.staff import ties
from shouwen.staff.models import Staff
from shouwen.web import people as names
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import LONGEST_REASON, kept_word, new_key
from shouwen.web.management import frame
from shouwen.web.management.person import person_of

MOST = 100  # matters handed over at once


@require_http_methods(["GET", "POST"])
def page(request: Ask, pk: int) -> HttpResponse:
    """List the open matters of somebody that the reader may see; on POST hand the ticked ones over to one person."""
    person = person_of(pk)
    if request.method == "POST":
        return _hand_over(request, person)
    return _show(request, person)


def _show(request: Ask, person: Staff, refused: list[tuple[Case, str]] | None = None, fault: str = "") -> HttpResponse:
    mine = Case.objects.visible_to(request.reader).open()
    owed = list(mine.filter(responsible=person.pk).soonest_first()[: MOST + 1])
    context = {
        "title": _("%s在手的事项") % person.name, "person": person, "owed": owed[:MOST], "more": len(owed) > MOST,
        "hidden": max(sum(n for _tie, n in ties.of_staff(person.pk)) - len(owed), 0), "refused": refused or [], "fault": fault,
        "asked": list(mine.filter(first_asked=person.pk).exclude(responsible=person.pk).soonest_first()[:MOST]),
        "staff": [c for c in names.able_choices(request) if c.id != person.pk], "typed": request.POST, "key": new_key(),
    }  # fmt: skip
    return frame.render(request, "management/matters.html", "staff", context, status=422 if fault else 409 if refused else 200)


def _hand_over(request: Ask, person: Staff) -> HttpResponse:
    to, reason = frame.staff_of(request.POST, "to"), request.POST.get("reason", "").strip()[:LONGEST_REASON]
    chosen = [int(text) for text in request.POST.getlist("case")[:MOST] if text.isdecimal() and len(text) < 19]
    if to is None or not reason or not chosen:
        return _show(request, person, fault=_("请勾选事项、选择接手人、写明原因。"))
    cases = list(Case.objects.visible_to(request.reader).open().filter(pk__in=chosen, responsible=person.pk).order_by("pk"))
    try:
        rulings = _rulings(request, cases, to, reason)
    except FieldError as wrong:
        return _show(request, person, fault=wrong.text(request.lang))
    refused = [(case, r.text(request.lang)) for case, r in zip(cases, rulings, strict=True) if r.refused]
    done = len(cases) - len(refused)
    if done:
        messages.success(
            request,
            _("已移交 %(n)d 件给%(to)s，等对方接手；接手前仍由%(who)s负责。") % {"n": done, "to": to.name, "who": person.name},
        )
    if refused:
        return _show(request, person, refused)
    return HttpResponseRedirect(reverse("management:matters", args=[person.pk]))


def _rulings(request: Ask, cases: list[Case], to: Staff, reason: str) -> list[Ruling]:
    key = kept_word(request.POST, "key", 60)
    acts = [
        act_on(
            case,
            Wish(act="hand_over", fields={"to": to.pk, "reason": reason}, key=f"{key}:{case.pk}"),
            request.reader,
            now=request.now,
        )
        for case in cases
    ]
    return act_many(acts, now=request.now)
