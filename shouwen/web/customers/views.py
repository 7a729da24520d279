"""客户: the list, one customer's page, and uncovering what is masked."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from shouwen.base.errors import FieldError
from shouwen.base.models import Event
from shouwen.base.reveal import export as write_export
from shouwen.cases.models import Case
from shouwen.customers.matching import merge_hints
from shouwen.customers.models import Customer
from shouwen.customers.uncover import COVERED, uncover
from shouwen.registers.models import Record
from shouwen.registers.uncovering import connected, demand_matter
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.customers import rows
from shouwen.web.fields import faults_of
from shouwen.web.law import laws_of, said
from shouwen.web.lists.files import CHUNK, as_file
from shouwen.web.lists.kept import around
from shouwen.web.lists.words import searchable, typed
from shouwen.web.render import render_page, render_part
from shouwen.web.sheets import Cell

SLOT: Final = re.compile(r"(?:acting|number)-\d{1,19}")
CASES = 20
EVENTS = 30


@searchable
def listing(request: Ask) -> HttpResponse:
    """Customers, narrowed and ordered as the address says; those who are searched for, best first."""
    filters, after = rows.Filters.read(typed(request)), request.GET.get("after", "")
    found, more = rows.page(filters, request.reader, after)
    file = reverse("customers:export") if request.reader.may("export", "customer") else ""
    context = {
        "title": pgettext("many", "客户"), "filters": filters, "rows": found, "after": more, "paged": bool(after),
        "kinds": Customer.Kind.choices, **around(request, "customers", file=file),
    }  # fmt: skip
    return render_part(request, "customers/_list.html", context, page="customers/list.html")


@searchable
def export(request: Ask) -> HttpResponseBase:
    """The same customers as a file: masked as on the page, and written down as an export before."""
    filters = rows.Filters.read(typed(request))
    write_export(request.reader, "customer", kind="customer", now=request.now, what=filters.told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found, more = rows.page(filters, request.reader, after, CHUNK)
        return [_cells(request, row) for row in found], more

    heads = [_("编号"), _("姓名"), _("类别"), _("等级"), _("电话"), _("地址"), _("单位"), _("未结事项"), _("建档时间")]
    return as_file(request, pgettext("many", "客户"), heads, part)


def _cells(request: Ask, row: rows.Row) -> list[Cell]:
    c = row.customer
    return [
        c.number, row.name, c.get_kind_display(), c.class_code, _("、").join(row.phones), row.address,
        people.unit(request, c.unit_id), row.open_cases, timezone.localdate(c.created_at),
    ]  # fmt: skip


@require_safe
def page(request: Ask, pk: int) -> HttpResponse:
    """One customer, masked: phones, addresses, houses, cases, and who did what about them."""
    found = get_object_or_404(Customer.objects.visible_to(request.reader).prefetch_related("phones", "addresses"), pk=pk)
    context = {
        "title": found.masked_name,
        "customer": found,
        "records": Record.objects.visible_to(request.reader).filter(pk__in=found.relations.current().values("record_id"))[:CASES],
        "cases": Case.objects.visible_to(request.reader).filter(customer=found).order_by("-opened_at", "-pk")[:CASES],
        "events": Event.objects.visible_to(request.reader)
        .filter(subject_kind="customer", subject_id=pk)
        .order_by("-seq")[:EVENTS],
        "hints": merge_hints(pk, request.reader),
        "may_uncover": request.reader.may("reveal", "customer"),
    }
    return render_page(request, "customers/page.html", context)


@require_http_methods(["GET", "POST"])
def uncovered(request: Ask, pk: int) -> HttpResponse:
    """Ask why, and on POST show what is masked; the reason becomes an event before anything is shown.

    Whoever stands in an open case of the customer (`case`) has their reason, and is not asked for another. Where the law wants a
    matter, one of those that connect is chosen instead of a reason; there is a refusal where there is none.
    """
    found = get_object_or_404(Customer.objects.visible_to(request.reader), pk=pk)
    context = {"title": _("查看完整资料"), "customer": found, "asked": COVERED, "place": _place(request)}
    if request.method == "GET":
        context["matters"] = _matters(request, pk)
    else:
        reason, case = request.POST.get("reason") or request.POST.get("other", ""), _case_of(request, pk)
        if case is not None:
            reason = _("办理%s") % _noun_of(request, case)
        wanted = request.POST.getlist("what") or list(COVERED)
        try:
            values = uncover(pk, wanted, request.reader, reason=reason, now=request.now, case=case.pk if case else 0)
        except FieldError as wrong:
            context |= {"matters": _matters(request, pk), "faults": faults_of(wrong, request.lang)}
            return render_part(request, "customers/_uncover.html", context, status=422)
        return render_part(request, "customers/_uncovered.html", {**context, "values": values})
    return render_part(request, "customers/_uncover.html", context)


def _place(request: Ask) -> str:
    """Where it is shown: in the card, or under the row of a list."""
    asked = request.headers.get("HX-Target", "")
    return asked if SLOT.fullmatch(asked) else "uncovered"


def _case_of(request: Ask, customer: int) -> Case | None:
    """The case that somebody stands in and that is reason enough: an open one of the customer, or one by which the law lets them be
    seen; None when there is none, or it is not theirs to see."""
    number = request.POST.get("case", "")
    rows = Case.objects.visible_to(request.reader).open()
    own = rows.filter(number=number, customer=customer).first() if number else None
    if own is not None or not number:
        return own
    return next((c for c in connected(customer, request.reader, request.now) or () if c.number == number), None)


def _matters(request: Ask, customer: int) -> list[tuple[str, str]] | None:
    """The matters by which the law lets a customer be seen: number and what it is; None where it wants none. Refused without one."""
    found = connected(customer, request.reader, request.now)
    if found is not None and not found:
        demand_matter(customer, 0, request.reader, request.now)
    return [(c.number, _noun_of(request, c)) for c in found] if found is not None else None


def _noun_of(request: Ask, case: Case) -> str:
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
    return said(noun, request.lang) if noun is not None else case.procedure
