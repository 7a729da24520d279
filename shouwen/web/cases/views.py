"""事项: the list, the page of one case, and the parts of it that fetch themselves again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.errors import NotFound
from shouwen.cases import explain, why
from shouwen.cases.models import Case
from shouwen.policy.law import Law
from shouwen.web import people
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases import asked
from shouwen.web.cases import beside as at_side
from shouwen.web.cases import export as exporting
from shouwen.web.cases import listing as rows
from shouwen.web.cases.assembly import Assembly, find
from shouwen.web.cases.slots import acts_at, slot_of, story_at
from shouwen.web.knowledge.shelf import shelf_of
from shouwen.web.law import law_of, laws_of, said
from shouwen.web.lists.words import searchable, typed
from shouwen.web.papers import links
from shouwen.web.render import render_page, render_part
from shouwen.web.why.views import answers


@searchable
def listing(request: Ask) -> HttpResponse:
    """Cases, narrowed and ordered as the address says."""
    law = law_of(request)
    filters = rows.Filters.read(typed(request), law)
    after = request.GET.get("after", "")
    found, mixed = rows.narrowed(filters, request.reader, request.now), filters.state == "all"
    cases, more = rows.page(found, filters.sort, after, mixed=mixed)
    context = {
        "title": pgettext("many", "事项"), "filters": filters, "cases": cases, "after": more, "paged": bool(after),
        "customers": rows.customers_of(cases, request.reader), **_choices(request, filters, law),
        "papers": links.of_many(law, filters.procedure, request.lang),
        "told": rows.told(request, law.nouns.get(filters.procedure) if law is not None else None, cases), "oob": wants_part(request),
        **rows.beside(request, found, first=not after),
    }  # fmt: skip
    return render_part(request, "cases/_list.html", context, page="cases/list.html")


def _choices(request: Ask, filters: rows.Filters, law: Law | None) -> dict[str, Any]:
    """What the filters offer."""
    nouns = [n for n in law.nouns.values() if n.kind == "case"] if law is not None else []
    chosen = law.nouns.get(filters.procedure) if law is not None else None
    return {
        "states": [("open", _("未结")), ("overdue", _("已超时")), ("held", _("挂起")), ("closed", _("已结")), ("all", _("全部"))],
        "procedures": [(n.id, said(n, request.lang)) for n in nouns],
        "steps": [(s, label.text(request.lang)) for s, label in chosen.steps.items()] if chosen is not None else [],
        "days": [(f"{rows.OWN}{f.id}", said(f, request.lang), filters.own.get(f.id, "")) for f in rows.days_of(chosen)],
        "staff": people.able_choices(request),
        "kept": ("customer", "record", "clause", "kind", "alone"),
    }


@searchable
def export(request: Ask) -> HttpResponseBase:
    """The same cases as a file."""
    demand(request.reader, "export", "case")
    return exporting.of_cases(request, rows.Filters.read(typed(request), law_of(request)))


@require_safe
def page(request: Ask, key: str) -> HttpResponse:
    """One case."""
    case = find(request, key)
    return render_page(request, "cases/page.html", context_of(request, case))


@require_safe
def now(request: Ask, key: str) -> HttpResponse:
    """The parts of the page that change, all at once, after something happened to the case."""
    return render_part(request, "cases/_now.html", context_of(request, find(request, key)), page="cases/page.html")


@require_safe
def story(request: Ask, key: str) -> HttpResponse:
    """An earlier part of the story."""
    before = request.GET.get("before", "")
    case = find(request, key)
    found = Assembly.of(request, case)
    entries, _fields, earlier = found.told(int(before) if before.isdecimal() and len(before) < 19 else None)
    return render_part(
        request,
        "cases/_story_part.html",
        {"title": case.number, "story_at": story_at(case), "entries": entries, "earlier": earlier},
    )


@require_safe
def beside(request: Ask, key: str) -> HttpResponse:
    """Customer, files and other cases."""
    case = find(request, key)
    context = {
        "title": case.number,
        "case": case,
        "card": at_side.card(request, case.customer_id, case.pk),
        "ties": at_side.ties(request, case),
        "files": at_side.files(request, case),
        "most_beside": at_side.BESIDE,
        "may_uncover": request.reader.may("reveal", "customer"),
    }
    return render_part(request, "cases/_beside.html", context)


@require_safe
def explanation(request: Ask, key: str, pk: int) -> HttpResponse:
    """How the due moment of one running deadline was counted."""
    case = find(request, key)
    promise = next((p for p in explain.running(case.ref, now=request.now) if p.id == pk), None)
    if promise is None:
        raise NotFound
    text = promise.why_en if request.lang == "en" else promise.why_zh
    made = why.of_promise(case.ref, promise.clause, promise.row)
    found = why.of_event(made, laws_of(request)) if made is not None else None
    told = answers(request, case.procedure, [replace(found, sum=why.NO_SUM)] if found is not None else [])
    context = {"title": case.number, "text": text, "pk": pk, "answers": told}
    return render_part(request, "cases/_arithmetic.html", context)


@require_safe
def consent(request: Ask, key: str, pk: int) -> HttpResponse:
    """One act that waits for approval, to be looked at and decided from a row of a list."""
    case = find(request, key)
    asked = next((c for c in Assembly.of(request, case).consents() if c.id == pk), None)
    if asked is None:
        raise NotFound
    context = {"title": case.number, "acts_at": acts_at(case), "consent": asked, "slot": slot_of(request), "now": request.now}
    return render_part(request, "cases/_consent.html", context)


def context_of(request: Ask, case: Case) -> dict[str, Any]:
    """What the page of a case is rendered from."""
    found = Assembly.of(request, case)
    entries, fields, earlier = found.told()
    acts = found.acts()
    return {
        "title": f"{case.number} {case.title}",
        "case": case,
        "acts_at": acts_at(case),
        "story_at": story_at(case),
        "noun": said(found.noun, request.lang),
        "steps": found.steps(),
        "acts": acts,
        "may_extend": any(o.act == "extend" for o in acts.always),
        "promises": found.promises(),
        "todos": found.todos(),
        "consents": found.consents(),
        "unconfirmed": at_side.unconfirmed(request, case),
        "surveys": asked.sent(request, case, found.noun, [o.act for o in acts.open]),
        "entries": entries,
        "fields": fields,
        "read_by": at_side.read_by(request, case),
        "shelf": shelf_of(law_of(request), found.noun) if case.is_open else None,
        "papers": links.of_one(law_of(request), case.procedure, "case", case.pk, request.lang),
        "earlier": earlier,
        "now": request.now,
    }
