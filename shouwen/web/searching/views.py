"""搜索: cases, customers and records by number, name, pinyin, initials, phone tail or any words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.search import Hit, alike, search
from shouwen.customers.models import Customer
from shouwen.registers.models import Record
from shouwen.web.asking import Ask
from shouwen.web.law import law_of, said
from shouwen.web.lists.words import searchable
from shouwen.web.registers.listing import open_cases
from shouwen.web.render import render_part
from shouwen.web.searching import jumping

KINDS = ("case", "customer", "record")
QUICK = 8
RESULTS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found, and where it is."""

    hit: Hit
    url: str
    icon: str
    whose: str = ""  # of a house: its resident, masked
    open_cases: int = 0


@searchable
def page(request: Ask) -> HttpResponse:
    """Everything that was found, page by page."""
    text, kind = request.words, request.GET.get("kind", "")
    kinds, after = [kind] if kind in KINDS else KINDS, request.GET.get("after", "")
    found = search(text, request.reader, kinds, RESULTS, after)
    partly = () if found.hits or after else alike(text, request.reader, kinds, RESULTS).hits
    context = {
        "title": _("搜索"),
        "q": text,
        "kind": kind if kind in KINDS else "",
        "found": _all_found(request, found.hits or partly),
        "partly": bool(partly),
        "many": found.many,
        "after": found.cursor,
    }
    return render_part(request, "searching/_results.html", context, page="searching/page.html")


@require_POST
def quick(request: Ask) -> HttpResponse:
    """The first few, while somebody types in the box above: places and acts of that name, then what was found.

    By POST, as all that is looked for while it is typed: it is somebody's name or number, and no address says those.
    """
    text = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    found = search(text, request.reader, KINDS, QUICK) if text else None
    partly = alike(text, request.reader, KINDS, QUICK).hits if found is not None and not found.hits else ()
    context = {
        "title": _("搜索"),
        "q": text,
        "found": _all_found(request, found.hits or partly) if found else [],
        "partly": bool(partly),
        "jumps": jumping.jumps(request, text),
        "more": bool(found and found.cursor),
    }
    return render_part(request, "searching/_quick.html", context)


@require_POST
def pick(request: Ask, kind: str) -> HttpResponse:
    """Things of one kind to choose in a form; `of` narrows records and cases to some types."""
    text = request.POST.get("find", "").replace("\x00", "").strip()[:100]
    hits = search(text, request.reader, [kind], QUICK * 4).hits if text and kind in KINDS else ()
    nouns = [n for n in request.GET.get("of", "").split(",") if n]
    if nouns and kind == "record":
        right = set(
            Record.objects.visible_to(request.reader)
            .filter(pk__in=[h.id for h in hits], register__in=nouns)
            .values_list("pk", flat=True)
        )
        hits = tuple(h for h in hits if h.id in right)
    context = {
        "title": _("选择"),
        "found": _all_found(request, hits[:QUICK]),
        "q": text,
        "control": request.POST.get("control", ""),
    }
    return render_part(request, "searching/_pick.html", context)


@require_safe
def record(request: Ask, pk: int) -> HttpResponse:
    """Go to the page of a record of which only the id is known."""
    found = get_object_or_404(Record.objects.visible_to(request.reader), pk=pk)
    return HttpResponseRedirect(reverse("registers:page", args=[found.register, pk]))


def _all_found(request: Ask, hits: Sequence[Hit]) -> list[Found]:
    """Return hits with their addresses; records with whose they are and how many open matters are about them."""
    hits = [_said(request, h) for h in hits]
    ids = [h.id for h in hits if h.kind == "record"]
    if not ids:
        return [_found(h) for h in hits]
    owners = dict(
        Record.objects.visible_to(request.reader).filter(pk__in=ids, customer__isnull=False).values_list("pk", "customer_id")
    )
    names = Customer.objects.visible_to(request.reader).filter(pk__in=set(owners.values())).only("name", "kind").in_bulk()
    counts = open_cases(ids, request.reader)
    return [
        replace(
            _found(h), whose=names[owners[h.id]].masked_name if owners.get(h.id) in names else "", open_cases=counts.get(h.id, 0)
        )
        if h.kind == "record"
        else _found(h)
        for h in hits
    ]


def _said(request: Ask, hit: Hit) -> Hit:
    """A hit whose first word, the kind of thing it is, is in the reader's language: what is searched keeps it in Chinese."""
    law = law_of(request) if request.lang == "en" else None
    kind, space, rest = hit.title.partition(" ")
    noun = next((n for n in law.nouns.values() if n.zh == kind), None) if law is not None else None
    return replace(hit, title=f"{said(noun, request.lang)}{space}{rest}") if noun is not None else hit


def _found(hit: Hit) -> Found:
    if hit.kind == "case":
        return Found(hit, reverse("cases:page", args=[hit.id]), "clipboard-list")
    if hit.kind == "customer":
        return Found(hit, reverse("customers:page", args=[hit.id]), "user")
    return Found(hit, reverse("searching:record", args=[hit.id]), "home")
