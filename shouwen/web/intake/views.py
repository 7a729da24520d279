"""受理: who is calling, what about, and the case is open. The whole state stands in the address, so the back button works."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shouwen.base.errors import FieldError, FileRefused
from shouwen.cases import acting
from shouwen.cases.draft import Start, open_case
from shouwen.cases.models import Case
from shouwen.customers.matching import find
from shouwen.customers.models import Customer
from shouwen.policy.ruling import Ruling
from shouwen.web import people
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases.acting import Wrong
from shouwen.web.cases.beside import card
from shouwen.web.cases.wishing import kept_files, new_key, wish_of, with_files
from shouwen.web.customers.editing import create, home_of, register_of_homes
from shouwen.web.customers.telling import told
from shouwen.web.fields import Control, faults_of
from shouwen.web.intake import asking, choosing
from shouwen.web.law import demand_law
from shouwen.web.render import render_part

CALLERS = 8


@require_http_methods(["GET", "POST"])
def page(request: Ask) -> HttpResponse:
    """The one page of intake; on POST the case is opened."""
    if request.method == "POST":
        return _open(request)
    return _show(request, request.GET, Wrong())


def _show(request: Ask, asked: QueryDict, wrong: Wrong) -> HttpResponse:
    """Show as much of intake as has been chosen: the caller, the procedure, its form."""
    law = demand_law(request)
    state = choosing.read(asked, law)
    offers = choosing.procedures(request, nobody=state.chosen and not state.customer)
    context: dict[str, Any] = {
        "title": _("受理"),
        "state": state,
        "card": card(request, state.customer),
        "may_uncover": request.reader.may("reveal", "customer"),
        "procedures": offers,
        "elsewhere": offers.text(state.procedure),
        "wrong": wrong,
        "key": new_key(),
        "typed": request.POST if request.method == "POST" else None,
        "units": people.unit_choices(request),
        "now": request.now,
    }
    if state.procedure and state.chosen:
        context |= asking.form(request, law, state, wrong)
    return render_part(request, "intake/_intake.html", context, page="intake/page.html", status=wrong.status)


def _open(request: Ask) -> HttpResponse:
    law = demand_law(request)
    state = choosing.read(request.POST, law)
    noun = law.nouns.get(state.procedure)
    try:
        fields = asking.asked_fields(request, state)
        wish = wish_of(with_files(request, request.POST, fields), "open", fields, kept_files(request))
        unit = request.POST.get("unit", "")
        start = Start(customer=state.customer, unit=int(unit) if unit.isdecimal() else 0)
        ruling = acting.act(open_case(noun.id if noun else "", wish, start, request.reader, now=request.now), now=request.now)
    except FieldError as wrong:
        return _show(request, request.POST, Wrong(faults_of(wrong, request.lang), status=wrong.status))
    except FileRefused as wrong:
        return _show(request, request.POST, Wrong({"files": wrong.text(request.lang)}, status=wrong.status))
    if ruling.refused:
        return _show(request, request.POST, Wrong(refusals=ruling.refusals, status=409))
    return _to_the_case(request, ruling)


def _to_the_case(request: Ask, ruling: Ruling) -> HttpResponse:
    made = Case.objects.visible_to(request.reader).filter(pk=ruling.subject.id).first()
    address = reverse("cases:page", args=[made.number]) if made is not None else reverse("desk:page")
    if not wants_part(request):
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


@require_POST
def callers(request: Ask) -> HttpResponse:
    """Who may be calling, while it is typed. By POST: no address says a name or a number."""
    text = _said(request)
    found = find(text, request.reader, CALLERS) if text else []
    return render_part(
        request,
        "intake/_callers.html",
        {"title": _("受理"), "q": text, "callers": found, "told": told([c.id for c in found], request.reader)},
    )


def _said(request: Ask) -> str:
    return request.POST.get("q", "").replace("\x00", "").strip()[:100]


@require_POST
def new_caller(request: Ask) -> HttpResponse:
    """The form for a caller we do not know yet, with what was said of them: a name, or a number."""
    start, text = QueryDict(mutable=True), _said(request)
    is_phone = sum(c.isdigit() for c in text) >= 5
    start.update(
        {"kind": "person", "unit": str(people.home_unit(request)), "language": "zh-hans", "name": "" if is_phone else text}
    )
    return _new_form(request, start, {}, text if is_phone else "")


@require_POST
def new_customer(request: Ask) -> HttpResponse:
    """A caller we do not know yet, taken in where they are met."""
    try:
        made = create(request, request.POST)
    except FieldError as wrong:
        return _new_form(request, request.POST, faults_of(wrong, request.lang))
    state = QueryDict(f"customer={made}")
    response = _show(request, state, Wrong())
    response["HX-Retarget"], response["HX-Reswap"] = "#intake", "outerHTML"
    response["HX-Push-Url"] = f"{reverse('intake:page')}?customer={made}"
    return response


def _new_form(request: Ask, typed: QueryDict, faults: dict[str, str], phone: str = "") -> HttpResponse:
    context = {
        "title": _("新建客户"),
        "key": new_key(),
        "typed": typed,
        "faults": faults,
        "units": people.unit_choices(request),
        "phone": typed.get("phone", phone),
        "address": typed.get("address", ""),
        "home": _home(request, typed, faults),
        "kinds": Customer.Kind.choices,
    }
    return render_part(request, "intake/_new_customer.html", context, status=422 if faults else 200)


def _home(request: Ask, typed: QueryDict, faults: dict[str, str]) -> Control | None:
    """Where the caller lives, found among the houses as it is typed; None where no houses are kept."""
    register = register_of_homes(request)
    if not register:
        return None
    home = home_of(request, typed)
    return Control(
        register,
        _("地址"),
        "fields/_find.html",
        value=str(home.pk) if home is not None else "",
        chosen=home.key if home is not None else typed.get(f"{register}.text", ""),
        find=reverse("searching:pick", args=["record"]) + f"?of={register}",
        hint=_("从查到的房屋里选，报修时就不用再填；没有的照写"),
        fault=faults.get("home", ""),
    )


@require_POST
def similar(request: Ask) -> HttpResponse:
    """Open matters that may be the same, as far as the form has been filled in, and what the text says of choices not made yet.

    By POST, because what somebody writes about a caller does not belong into an address.
    """
    law = demand_law(request)
    state = choosing.read(request.POST, law)
    guessed = asking.guessed_fields(request, state, asking.asked_fields(request, state), request.POST, anew=True)
    shown = asking.alike(request, law, state)
    context = {
        "title": _("受理"),
        "similar": shown,
        "earlier": asking.earlier(request, state, shown),
        "said": {name: one.value for name, one in guessed.items() if one.said},
    }
    return render_part(request, "intake/_similar.html", context)
