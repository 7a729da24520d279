"""客户: the list, one customer's page, and uncovering what is masked."""

from __future__ import annotations

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
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.slots import PAGE, slot_of
from shouwen.web.customers import rows
from shouwen.web.fields import faults_of
from shouwen.web.lists.files import CHUNK, as_file
from shouwen.web.lists.kept import around
from shouwen.web.render import render_page, render_part
from shouwen.web.sheets import Cell

CASES = 20
EVENTS = 30


@require_safe
def listing(request: Ask) -> HttpResponse:
    """Customers, narrowed and ordered as the address says; those who are searched for, best first."""
    filters, after = rows.Filters.read(request.GET), request.GET.get("after", "")
    found, more = rows.page(filters, request.reader, after)
    file = reverse("customers:export") if request.reader.may("export", "customer") else ""
    context = {
        "title": pgettext("many", "客户"), "filters": filters, "rows": found, "after": more, "paged": bool(after),
        "kinds": Customer.Kind.choices, **around(request, "customers", file=file),
    }  # fmt: skip
    return render_part(request, "customers/_list.html", context, page="customers/list.html")


@require_safe
def export(request: Ask) -> HttpResponseBase:
    """The same customers as a file: masked as on the page, and written down as an export before."""
    filters = rows.Filters.read(request.GET)
    write_export(request.reader, "customer", kind="customer", now=request.now, what=filters.told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found, more = rows.page(filters, request.reader, after, CHUNK)
        return [_cells(request, row) for row in found], more

    heads = [_("编号"), _("姓名"), _("类别"), _("等级"), _("电话"), _("地址"), _("单位"), _("未结事项"), _("建档时间")]
    return as_file(request, pgettext("many", "客户"), heads, part)


def _cells(request: Ask, row: rows.Row) -> list[Cell]:
    c = row.customer
    return [
        c.number, c.masked_name, c.get_kind_display(), c.class_code, _("、").join(row.phones), row.address,
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
    """Ask why, and on POST show what is masked; the reason becomes an event before anything is shown."""
    found = get_object_or_404(Customer.objects.visible_to(request.reader), pk=pk)
    context = {"title": _("查看完整资料"), "customer": found, "asked": COVERED, "place": _place(request)}
    if request.method == "POST":
        reason = request.POST.get("reason") or request.POST.get("other", "")
        wanted = request.POST.getlist("what") or list(COVERED)
        try:
            values = uncover(pk, wanted, request.reader, reason=reason, now=request.now)
        except FieldError as wrong:
            return render_part(
                request, "customers/_uncover.html", {**context, "faults": faults_of(wrong, request.lang)}, status=422
            )
        return render_part(request, "customers/_uncovered.html", {**context, "values": values})
    return render_part(request, "customers/_uncover.html", context)


def _place(request: Ask) -> str:
    """Where it is shown: in the card, or under the row of a list."""
    slot = slot_of(request)
    return "uncovered" if slot == PAGE else slot
