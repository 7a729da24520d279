"""表单: which there are, a paper of one matter, a register or figures of a period, an empty sheet. Printing is written down first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from shouwen.policy.law import Law
from shouwen.policy.nouns import Form
from shouwen.reports import papers
from shouwen.reports.papers import Many, Period
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import new_key
from shouwen.web.law import demand_law, noun_name, said
from shouwen.web.papers.links import at_one
from shouwen.web.papers.reading import noun_of
from shouwen.web.papers.sheet import MOST, Part, Sheet, copies, foot
from shouwen.web.render import render_page


@dataclass(frozen=True, slots=True)
class Row:
    """One form on the page of all: its name, what it is of, and what can be had of it."""

    form: Form
    name: str
    of: str
    many: bool


@require_safe
def home(request: Ask) -> HttpResponse:
    """Every form that has a layout."""
    law = demand_law(request)
    rows = [_row(request, law, f) for f in law.forms.values() if f.layout]
    rows.sort(key=lambda r: not r.many)
    return render_page(request, "papers/home.html", {"title": pgettext("many", "表单"), "rows": rows})


def _row(request: Ask, law: Law, form: Form) -> Row:
    of = _("、").join(noun_name(law, n, request.lang) for n in form.of)
    return Row(form, said(form, request.lang), of, form.of_many)


def _form(law: Law, name: str) -> Form:
    found = law.forms.get(name)
    if found is None or not found.layout:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def of_case(request: Ask, form: str, pk: int) -> HttpResponse:
    """A paper of one case."""
    return _of_one(request, form, "case", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def of_record(request: Ask, form: str, pk: int) -> HttpResponse:
    """A paper of one record."""
    return _of_one(request, form, "record", pk)


def _of_one(request: Ask, name: str, kind: str, pk: int) -> HttpResponse:
    law = demand_law(request)
    form, subject = _form(law, name), papers.find(kind, pk, request.reader)
    if not form.of_one or noun_of(request, law, subject).id not in form.of:
        raise Http404
    at = at_one(form.id, kind, pk)
    if request.method == "POST":
        seq = papers.issue(request.reader, form, subject, now=request.now, key=_key(request))
        return HttpResponseRedirect(f"{at}?issue={seq}")
    sheet = Sheet(request, law, form)
    number = subject.number if kind == "case" else ""  # type: ignore[union-attr]  # a case has one
    context = {"back": subject, "number": number, "at": at, "may": True}
    return _render(request, sheet, sheet.of_one(subject), context)


@require_http_methods(["GET", "HEAD", "POST"])
def many(request: Ask, form: str) -> HttpResponse:
    """A register of many, or the figures of a period."""
    law = demand_law(request)
    found = _form(law, form)
    if not found.of_many:
        raise Http404
    period, unit = _period(request, found, law), _unit(request)
    asked = Many.of(found, law, period, unit)
    kept = {"period": period.name if period is not None else "", "unit": unit or ""}
    if request.method == "POST":
        seq = papers.issue_of_many(request.reader, asked, now=request.now, key=_key(request))
        return HttpResponseRedirect(f"{request.path}?{urlencode({**kept, 'issue': seq})}")
    sheet = Sheet(request, law, found)
    context = {
        "period": period, "unit": unit, "units": people.unit_choices(request), "unit_name": people.unit(request, unit) if unit else "",
        "at": f"{request.path}?{urlencode(kept)}", "may": asked.may(request.reader), "most": MOST,
        "before": _beside(found, law, period, -1), "after": _beside(found, law, period, 1),
        "last": period.end - timedelta(days=1) if period is not None else None,
    }  # fmt: skip
    return _render(request, sheet, sheet.of_many(period, unit), context)


@require_safe
def blank(request: Ask, form: str) -> HttpResponse:
    """An empty sheet, to be filled in by hand."""
    sheet = Sheet(request, law := demand_law(request), _form(law, form))
    return _render(request, sheet, sheet.blank(), {"blank": True, "may": True, "at": request.path})


def _render(request: Ask, sheet: Sheet, parts: list[Part], context: dict[str, Any]) -> HttpResponse:
    form, law = sheet.form, sheet.law
    seq = request.GET.get("issue", "")
    issue = papers.issued(request.reader, form, int(seq)) if seq.isascii() and seq.isdecimal() and len(seq) < 19 else None
    name = said(form, request.lang)
    context = {
        "title": f"{name} {context.get('number', '')}".strip(), "form": form, "name": name, "parts": parts,
        "copies": copies(form, law, request.lang), "foot": foot(request, form, law), "issue": issue,
        "printed_by": people.name(request, issue.actor) if issue is not None else "", "key": new_key(), **context,
    }  # fmt: skip
    return render_page(request, "papers/paper.html", context)


def _key(request: Ask) -> str:
    """The key of the sheet that was shown: what is sent twice, or again after going back to it, is one print."""
    return request.POST.get("key", "")[:80]


def _unit(request: Ask) -> int:
    typed = request.GET.get("unit", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


def _period(request: Ask, form: Form, law: Law) -> Period | None:
    """The period of the address: by its name (2026-03, 2026-W10, 2026) or by any day of it; else the one that runs."""
    return papers.period_of(form, law, _day_of(request.GET.get("period", "")) or localdate(request.now))


def _day_of(text: str) -> date | None:
    """Return a day of the period that is called so; None for what is none, or lies in no year of regulations."""
    try:
        year, _dash, rest = text.partition("-")
        if rest.startswith("W"):
            found = date.fromisocalendar(int(year), int(rest[1:]), 4)
        else:
            found = date.fromisoformat(f"{text}-01"[:10] if len(rest) == 2 else f"{year}-01-01" if not rest else text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def _beside(form: Form, law: Law, period: Period | None, step: int) -> str:
    """The name of the period before or after."""
    if period is None:
        return ""
    day = period.first - timedelta(days=1) if step < 0 else period.end
    found = papers.period_of(form, law, day)
    return found.name if found is not None else ""
