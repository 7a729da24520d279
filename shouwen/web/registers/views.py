"""台账: which registers there are, the list of one, the page of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.reveal import export as write_export
from shouwen.policy.nouns import Field, Noun
from shouwen.registers.models import Record
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.assembly import Assembly
from shouwen.web.cases.listing import about_how_many
from shouwen.web.law import law_of, said, step_name
from shouwen.web.lists.files import CHUNK, as_file
from shouwen.web.lists.kept import around, of_register
from shouwen.web.lists.words import searchable, typed
from shouwen.web.papers import links
from shouwen.web.registers import listing as rows
from shouwen.web.registers.frame import find_register, registers, tabs
from shouwen.web.registers.record import context_of
from shouwen.web.render import render_page, render_part
from shouwen.web.sheets import Cell
from shouwen.web.values import Showing


@dataclass(frozen=True, slots=True)
class Kept:
    """One register: how much of it is in sight, and in which states."""

    noun: Noun
    name: str
    many: int
    states: list[tuple[str, str, int]]  # step, its word, how many
    changed: Any


@require_safe
def home(request: Ask) -> HttpResponse:
    """Every register the law declares, with what stands in it."""
    counted = Record.objects.visible_to(request.reader).filter(archived_at=None).order_by()
    counts: dict[str, dict[str, int]] = {}
    latest: dict[str, Any] = {}
    for row in counted.values("register", "step").annotate(n=Count("pk"), at=Max("updated_at")):
        counts.setdefault(row["register"], {})[row["step"]] = row["n"]
        latest[row["register"]] = max(latest.get(row["register"], row["at"]), row["at"])
    kept = [_kept(request, n, counts.get(n.id, {}), latest.get(n.id)) for n in registers(request)]
    kept.sort(key=lambda k: not k.many)
    context = {"title": pgettext("many", "台账"), "tabs": tabs("registers"), "kept": kept}
    return render_page(request, "registers/home.html", context)


def _kept(request: Ask, noun: Noun, counts: dict[str, int], changed: Any) -> Kept:
    states = [(s, step_name(noun, s, request.lang), counts[s]) for s in noun.steps if counts.get(s)]
    return Kept(noun, said(noun, request.lang), sum(counts.values()), states, changed)


@searchable
def listing(request: Ask, register: str) -> HttpResponse:
    """The records of one register, narrowed as the address says."""
    noun = find_register(request, register)
    filters, after = rows.Filters.read(typed(request), noun), request.GET.get("after", "")
    found = rows.narrowed(noun, filters, request.reader)
    records, more = rows.page(found, filters.sort, after, request.reader)
    file = reverse("registers:export", args=[noun.id]) if request.reader.may("export", "record") else ""
    context = {
        "title": said(noun, request.lang), "tabs": tabs("registers"), "noun": noun, "filters": filters, "after": more,
        "paged": bool(after), "rows": rows.shown(request, noun, records), "many": "" if after else about_how_many(found),
        "heads": [said(f, request.lang) for f in rows.columns(noun)], **_choices(request, noun, filters),
        "papers": links.of_many(law_of(request), noun.id, request.lang),
        **around(request, of_register(noun.id), file=file),
    }  # fmt: skip
    return render_part(request, "registers/_list.html", context, page="registers/list.html")


def _choices(request: Ask, noun: Noun, filters: rows.Filters) -> dict[str, Any]:
    """What the filters offer, and what may be done with the list."""
    offered = [f for f in noun.fields.values() if f.type.name in rows.CHOSEN and not f.type.many and not f.personal]
    return {
        "states": [("kept", _("在用")), ("archived", _("已停用")), ("all", _("全部"))],
        "steps": [(s, label.text(request.lang)) for s, label in noun.steps.items()],
        "own": [_offer(request, f, filters.own.get(f.id, "")) for f in offered],
        "others": [(f"{rows.OWN}{n}", v) for n, v in filters.own.items() if n not in {f.id for f in offered}],
        "may_import": request.reader.may("import", "record"),
        "may_open": "open" in noun.acts,
    }


def _offer(request: Ask, shape: Field, chosen: str) -> tuple[str, str, list[tuple[str, str]], str]:
    """One field to narrow by: its name in the address, its word, its values with their words, the chosen one."""
    if shape.type.name == "yes_no":
        values = [("yes", _("是")), ("no", _("否"))]
    else:
        values = [(c.id, c.en if c.en and request.lang.startswith("en") else c.zh) for c in shape.type.choices.values()]
    return f"{rows.OWN}{shape.id}", said(shape, request.lang), values, chosen


@searchable
def export(request: Ask, register: str) -> HttpResponseBase:
    """The same records as a file: every field, masked as on the page."""
    demand(request.reader, "export", "record")
    noun = find_register(request, register)
    filters = rows.Filters.read(typed(request), noun)
    write_export(request.reader, noun.id, kind="record", now=request.now, what=filters.told)
    fields = [f for f in noun.fields.values() if f.type.name not in rows.UNSEEN]
    plain = [said(f, request.lang) for f in fields]

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found = rows.narrowed(noun, filters, request.reader)
        records, more = rows.page(found, filters.sort, after, request.reader, CHUNK)
        showing = rows.showing_of(request, noun, [r.fields for r in records])
        return [_line(request, noun, r, fields, showing) for r in records], more

    return as_file(request, said(noun, request.lang), [*plain, _("状态"), _("责任人"), _("建档时间")], part)


def _line(request: Ask, noun: Noun, record: Record, fields: list[Field], showing: Showing) -> list[Cell]:
    cells = [showing.cell(f, record.fields.get(f.id)) for f in fields]
    step = step_name(noun, record.step, request.lang) if not record.archived_at else _("已停用")
    return [*cells, step, people.name(request, record.responsible_id), timezone.localdate(record.opened_at)]


def find(request: Ask, register: str, pk: int) -> Record:
    """Return a record. Http404 when there is none, or it is not the reader's to see."""
    return get_object_or_404(Record.objects.visible_to(request.reader), pk=pk, register=register)


@require_safe
def page(request: Ask, register: str, pk: int) -> HttpResponse:
    """One record: what it is, what can be done with it, who has it, what happens about it, what happened to it."""
    find_register(request, register)
    return render_page(request, "registers/page.html", context_of(request, find(request, register, pk)))


@require_safe
def story(request: Ask, register: str, pk: int) -> HttpResponse:
    """An earlier part of what happened to a record."""
    before = request.GET.get("before", "")
    record = find(request, register, pk)
    entries, _fields, earlier = Assembly.of(request, record).told(
        int(before) if before.isdecimal() and len(before) < 19 else None
    )
    context = {
        "title": record.key, "entries": entries, "earlier": earlier,
        "story_at": reverse("registers:story", args=[register, pk]),
    }  # fmt: skip
    return render_part(request, "cases/_story_part.html", context)
