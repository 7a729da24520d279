"""New customers, and changes of those we have. Changing shows everything in clear, so it is written down as uncovering first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shouwen.base.errors import FieldError, KeyReused
from shouwen.customers.models import Customer
from shouwen.customers.uncover import uncover
from shouwen.customers.verbs import change, take_in
from shouwen.customers.writing import Change, ChangedMeanwhile, NewAddress, NewCustomer, NewHome, NewPhone
from shouwen.registers.models import Record
from shouwen.registers.uncovering import connected
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import kept_word, new_key
from shouwen.web.customers.meanwhile import Meanwhile, followed, shown
from shouwen.web.fields import faults_of
from shouwen.web.law import law_of
from shouwen.web.render import render_page

PLAIN = ("name", "kind", "class_code", "language", "notes")


@dataclass(frozen=True, slots=True)
class Written:
    """What a form says of a customer."""

    values: dict[str, Any]
    phones: tuple[NewPhone, ...]
    addresses: tuple[NewAddress, ...]


@require_http_methods(["GET", "POST"])
def new(request: Ask) -> HttpResponse:
    """Take a customer in."""
    if request.method == "POST":
        try:
            made = create(request, request.POST)
        except FieldError as wrong:
            return _form(request, request.POST, _("新建客户"), faults=faults_of(wrong, request.lang))
        messages.success(request, _("已建立客户。"))
        return HttpResponseRedirect(reverse("customers:page", args=[made]))
    start = QueryDict(mutable=True)
    start.update(
        {"kind": "person", "unit": str(people.home_unit(request)), "language": "zh-hans", "name": request.GET.get("name", "")}
    )
    return _form(request, start, _("新建客户"))


@require_POST
def edit(request: Ask, pk: int) -> HttpResponse:
    """Show the form in clear (`begin`), or write what it says. Both are POST: showing is an event, no browser may fetch it."""
    found = get_object_or_404(Customer.objects.visible_to(request.reader), pk=pk)
    if "begin" in request.POST:
        return _form(request, _opened(request, found), _("修改客户"), found)
    said = written(request.POST)
    try:
        values = {**said.values, "unit": _unit(request, request.POST)}
        wanted = Change(pk, values, said.phones, said.addresses, _seen(request.POST))
        news = _save(request, wanted)
    except FieldError as wrong:
        return _form(request, request.POST, _("修改客户"), found, faults_of(wrong, request.lang))
    if news is not None:
        return news
    messages.success(request, _("已保存。"))
    return HttpResponseRedirect(reverse("customers:page", args=[pk]))


def _save(request: Ask, wanted: Change) -> HttpResponse | None:
    """Write a change; where somebody else has made another of the same things meanwhile, show it beside what was typed instead."""
    try:
        change([wanted], request.reader, now=request.now)
    except ChangedMeanwhile:
        fresh = get_object_or_404(Customer.objects.visible_to(request.reader), pk=wanted.id)
        now = _opened(request, fresh)
        typed, news = followed(request.POST, now, fresh, request)
        if news.others:
            for name in ("version", "was"):
                typed.setlist(name, now.getlist(name))
            return _form(request, typed, _("修改客户"), fresh, news=news)
        change([replace(wanted, seen=fresh.updated_at)], request.reader, now=request.now)
    return None


def _opened(request: Ask, found: Customer) -> QueryDict:
    """What the form of a customer shows: everything in clear, so it is written down as uncovering. Refused where the law wants a
    matter for that and there is none."""
    matters = connected(found.pk, request.reader, request.now)
    uncover(
        found.pk, ("name", "phones", "addresses", "notes"), request.reader, reason=_("修改客户资料"), now=request.now,
        case=matters[0].pk if matters else 0,
    )  # fmt: skip
    typed = _as_typed(found)
    typed["was"], typed["version"] = shown(typed), found.updated_at.isoformat()
    return typed


def _seen(typed: QueryDict) -> datetime | None:
    """Of which moment the customer is that a form showed."""
    try:
        found = datetime.fromisoformat(typed.get("version", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def create(request: HttpRequest, typed: QueryDict) -> int:
    """Take in the customer that a form describes, with the house they call from, once however often it is sent; return the id.

    FieldError names what is wrong; a form that was saved already and then changed is to be sent again.
    """
    ask = cast(Ask, request)
    said = written(typed)
    register, home = register_of_homes(ask), home_of(ask, typed)
    unit = home.unit_id if home is not None and home.unit_id else _unit(request, typed)
    street = home.key if home is not None else typed.get(f"{register}.text", "").strip()[:200]
    addresses = (*said.addresses, NewAddress(street)) if street else said.addresses
    homes = (NewHome(home.pk, home.register),) if home is not None else ()
    row = NewCustomer(unit=unit, phones=said.phones, addresses=addresses, homes=homes, **said.values)
    try:
        return take_in(row, ask.reader, now=ask.now, key=kept_word(typed, "key"))
    except KeyReused:
        again = _("这张表已建过一位客户，之后内容改了。要再建一位，请再按一次保存。")
        raise FieldError.of("name", again, again) from None


def register_of_homes(request: Ask) -> str:
    """The register in which packs say that customers live; "" where none does. The control of a form goes by its name."""
    law = law_of(request)
    return next((n.id for n in law.nouns.values() if n.home), "") if law is not None else ""


def home_of(request: Ask, typed: QueryDict) -> Record | None:
    """The house that was chosen; or that whose number was written out. None when the register has no such house."""
    register = register_of_homes(request)
    houses = Record.objects.visible_to(request.reader).kept(register)
    chosen, text = typed.get(register, ""), typed.get(f"{register}.text", "").strip()
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19:
        return houses.filter(pk=int(chosen)).first()
    return houses.filter(key=text).first() if text else None


def written(typed: QueryDict) -> Written:
    """Read the form of a customer."""
    values = {name: typed.get(name, "").strip() for name in PLAIN if name in typed}
    labels = [*typed.getlist("phone_label"), *[""] * len(typed.getlist("phone"))]
    phones = tuple(
        NewPhone(text.strip(), label.strip()) for text, label in zip(typed.getlist("phone"), labels, strict=False) if text.strip()
    )
    addresses = tuple(NewAddress(text.strip()) for text in typed.getlist("address") if text.strip())
    return Written(values, phones, addresses)


def _unit(request: HttpRequest, typed: QueryDict) -> int:
    """The unit chosen, of those the reader may see. FieldError for another."""
    wanted = typed.get("unit", "")
    if not any(str(choice.id) == wanted for choice in people.unit_choices(request)):
        raise FieldError.of("unit", _("请选择所属单位"), _("请选择所属单位"))
    return int(wanted)


def _as_typed(found: Customer) -> QueryDict:
    typed = QueryDict(mutable=True)
    typed.update({name: str(getattr(found, name)) for name in PLAIN})
    typed["unit"] = str(found.unit_id)
    for phone in found.phones.order_by("-is_main", "pk"):
        typed.appendlist("phone", phone.in_full)
        typed.appendlist("phone_label", phone.label)
    for address in found.addresses.order_by("pk"):
        typed.appendlist("address", address.text)
    return typed


def _form(
    request: Ask,
    typed: QueryDict,
    title: str,
    customer: Customer | None = None,
    faults: dict[str, str] | None = None,
    news: Meanwhile | None = None,
) -> HttpResponse:
    labels = [*typed.getlist("phone_label"), *[""] * len(typed.getlist("phone"))]
    phones = list(zip(typed.getlist("phone") or [""], labels or [""], strict=False))
    context = {
        "title": title, "key": new_key(), "typed": typed,
        "customer": customer, "faults": faults or {}, "units": people.unit_choices(request),
        "phones": phones or [("", "")], "addresses": typed.getlist("address") or [""], "kinds": Customer.Kind.choices,
        "languages": Customer.Language.choices, "news": news,
    }  # fmt: skip
    return render_page(request, "customers/edit.html", context, status=422 if faults else 409 if news else 200)
