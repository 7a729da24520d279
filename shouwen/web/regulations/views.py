"""制度: the regulations in force and finding clauses in them, one of them as a document, and who enacted what when."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwen.base.errors import NotFound
from shouwen.cases.models import Enactment
from shouwen.policy.law import Law, LawDay
from shouwen.policy.nouns import Regulation
from shouwen.policy.reads import readers_of
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import demand_law, laws_of
from shouwen.web.paging import PAGE, cut, past, read_moment_cursor, write_cursor
from shouwen.web.regulations import document, entries, feeds, finding
from shouwen.web.regulations.figures import USUAL, figures
from shouwen.web.render import render_page, render_part
from shouwen.web.reports import targets
from shouwen.web.reports.period import Asked


@require_safe
def listing(request: Ask) -> HttpResponse:
    """The packs in force with their regulations; with words, the clauses that hold them."""
    law = demand_law(request)
    day = law.on(timezone.localdate(request.now))
    text = request.GET.get("q", "").strip()[:100]
    clauses, more = finding.find(day, text, request.lang)
    context = {
        "title": _("制度"), "packs": () if text else document.shelf(law, day, request.lang), "text": text, "clauses": clauses, "more": more,
        "enactment": laws_of(request).number_at(request.now), "company": law.company.zh or law.company.id,
    }  # fmt: skip
    return render_part(request, "regulations/_found.html", context, page="regulations/list.html")


@require_safe
def page(request: Ask, pack: str, regulation: str) -> HttpResponse:
    """One regulation as it stands today: articles, clauses, and beside each what it has done in a period."""
    law = demand_law(request)
    found = law.regulations.get(f"{pack}/{regulation}")
    if found is None:
        raise NotFound
    day, asked = law.on(timezone.localdate(request.now)), Asked.read(request, USUAL)
    clauses = document.clauses_of(law, day, found)
    told = figures(request, asked, law, [c.name for c in clauses])
    said = document.document(law, found, clauses, told, request.lang)
    aims = _aims(request, law, found, asked)
    context = {
        "title": said.title, "document": said, "asked": asked, "presets": asked.presets(request.path),
        "units": people.unit_choices(request), "aims": aims, "by_clause": targets.by_clause(aims),
        "feeds": feeds.of_regulation(request, law, day, found), "entries": entries.entries(law, found, request.lang),
    }  # fmt: skip
    return render_page(request, "regulations/page.html", context)


def _aims(request: Ask, law: Law, regulation: Regulation, asked: Asked) -> list[targets.Row]:
    """What the regulation's own measures aim at, and those its clauses read, of all units in sight; nothing for who reads no matters."""
    if not request.reader.reads_matters:
        return []
    readers, own = readers_of(law.on(timezone.localdate(request.now))), f"{regulation.name}#"
    declared = regulation.node.get("measures") if regulation.node is not None else None
    names = {name for name, _node in (declared.entries() if declared is not None else ())}
    read = {m for m in law.measures if any(c.startswith(own) for c in readers.get(m, ()))}
    return targets.rows(request, law, names | read, asked.until, asked.unit, whole=True)


@require_safe
def enactments(request: Ask) -> HttpResponse:
    """Every enactment, page by page: from when it holds, who enacted it when, and why."""
    demand_law(request)
    rows, place = Enactment.objects.defer("sources", "company_text"), read_moment_cursor(request.GET.get("after", ""))
    rows = rows.filter(past("effective_from", place, down=True)) if place is not None else rows
    found, more = cut(list(rows.order_by("-effective_from", "-pk")[: PAGE + 1]), PAGE)
    context = {
        "title": _("颁布记录"), "enactments": found, "current": laws_of(request).number_at(request.now), "paged": place is not None,
        "after": write_cursor(found[-1].effective_from, found[-1].pk) if more else "",
    }  # fmt: skip
    return render_page(request, "regulations/enactments.html", context)


@require_safe
def enactment(request: Ask, pk: int) -> HttpResponse:
    """One enactment, and which clauses read otherwise since the one before it."""
    demand_law(request)
    rows = list(Enactment.objects.defer("sources", "company_text").order_by("effective_from", "enacted_at", "pk"))
    place = next((i for i, row in enumerate(rows) if row.pk == pk), None)
    if place is None:
        raise NotFound
    row, before = rows[place], rows[place - 1] if place else None
    after = _day(request, row.pk, row.effective_from)
    changed = finding.changes(_day(request, before.pk, row.effective_from) if before else None, after) if before else []
    context = {
        "title": _("颁布"),
        "row": row,
        "before": before,
        "changes": changed,
        "n": len(after.clauses),
        "current": laws_of(request).number_at(request.now),
    }
    return render_page(request, "regulations/enactment.html", context)


def _day(request: Ask, pk: int, at: datetime) -> LawDay:
    """The clauses of an enactment on the day it begins to hold; its versions of later days are told by the clauses themselves."""
    return laws_of(request).of(pk).on(timezone.localdate(at))
