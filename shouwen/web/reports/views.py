"""报表: the figures of a period, the events behind each of them, and the same as files."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from shouwen.base.access import demand
from shouwen.base.masks import mask_text
from shouwen.base.reveal import export as write_export
from shouwen.base.search import BadCursor
from shouwen.cases.targets import subject_kind
from shouwen.reports import counted as events
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, cited, demand_law, law_of, laws_of, noun_name, said
from shouwen.web.lists.files import CHUNK, as_file, at_once, local
from shouwen.web.paging import PAGE, cut, read_moment_cursor, write_cursor
from shouwen.web.render import render_page, render_part
from shouwen.web.reports import dashboard, target_opened, targets
from shouwen.web.reports.dashboard import board
from shouwen.web.reports.laid_out import Table
from shouwen.web.reports.period import Asked
from shouwen.web.reports.questions import put
from shouwen.web.reports.target_opened import Wanted, opened
from shouwen.web.sheets import Cell, amount


@require_safe
def page(request: Ask) -> HttpResponse:
    """The figures of a period."""
    asked = Asked.read(request)
    context = {
        "title": _("报表"), "asked": asked, "units": people.unit_choices(request, something=True), "presets": asked.presets(request.path),
        "may_export": request.reader.may("export", "case"),
    }  # fmt: skip
    if not request.reader.reads_matters:
        return render_page(request, "reports/none.html", context)
    return render_page(request, "reports/page.html", {**context, "board": board(request, asked, law_of(request))})


@require_safe
def glance(request: Ask) -> HttpResponse:
    """The figures of the usual period alone, fetched by the desk of whoever heads a unit."""
    asked = Asked.read(request)
    leads = bool(request.org.led_by(request.me.pk, request.now))
    context = {"title": _("报表"), "asked": asked, "tiles": dashboard.glance(request, asked, law_of(request)), "leads": leads}
    return render_part(request, "reports/_glance.html", context)


@require_safe
def aims(request: Ask) -> HttpResponse:
    """What measures aim at and how far they are, by unit, in the period the last day asked for lies in."""
    asked = Asked.read(request)
    demand(request.reader, "see", "case")
    context = {
        "title": _("目标"), "asked": asked, "rows": targets.rows(request, demand_law(request), None, asked.until, asked.unit),
        "presets": asked.presets(request.path), "units": people.unit_choices(request),
    }  # fmt: skip
    return render_part(request, "reports/_targets.html", context, page="reports/targets.html")


@require_safe
def aim(request: Ask, measure: str) -> HttpResponse:
    """One figure with its target, opened down to what was counted, or to what is missing."""
    demand(request.reader, "see", "case")
    wanted, after = Wanted.read(request, measure), request.GET.get("after", "")
    found = opened(request, wanted, after)
    kind = subject_kind(found.row.aim.measure, demand_law(request))
    context = {
        "title": found.row.name, "opened": found, "after": found.after, "paged": bool(after),
        "file_at": reverse("reports:target_export", args=[measure]) if request.reader.may("export", kind) else "",
    }  # fmt: skip
    return render_part(request, "reports/_target.html", context, page="reports/target.html")


@require_safe
def export_aim(request: Ask, measure: str) -> HttpResponseBase:
    """What a figure was counted from, or what is missing, as a file; taking it out of the house is an event."""
    demand(request.reader, "see", "case")
    wanted = Wanted.read(request, measure)
    first = opened(request, wanted, "", CHUNK)
    m = first.row.aim.measure
    told = {"target": m.id, "on": wanted.day, "show": first.show, "unit": wanted.unit, "key": wanted.key}
    write_export(request.reader, m.counted.noun, kind=subject_kind(m, demand_law(request)), now=request.now, what=told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        found = opened(request, wanted, after, CHUNK) if after else first
        return target_opened.cells(request, found), found.after

    return as_file(request, f"{first.row.name} {first.row.period}", target_opened.heads(first), part)


@dataclass(frozen=True, slots=True)
class Line:
    """One event on the page: what happened, and whose it was."""

    event: events.Counted
    what: str
    title: str
    whose: str
    unit: str


@require_safe
def counted(request: Ask) -> HttpResponse:
    """The events that a figure counted, page by page."""
    asked, what, place = Asked.read(request), _what(request), request.GET.get("after", "")
    rows, after = _events(request, asked, what, place)
    law = law_of(request)
    context = {
        "title": _about(request, what), "asked": asked, "what": what, "lines": [_line(request, e) for e in rows],
        "file_at": reverse("reports:counted_export") if request.reader.may("export", "case") else "",
        "after": after, "paged": bool(place), "unit": people.unit(request, what.unit or asked.unit),
        "person": people.name(request, what.person) if what.person else "",
        "noun": noun_name(law, what.noun, request.lang) if what.noun else "",
    }  # fmt: skip
    return render_part(request, "reports/_counted.html", context, page="reports/counted.html")


def _events(request: Ask, asked: Asked, what: events.What, after: str, limit: int = PAGE) -> tuple[list[events.Counted], str]:
    """One page of events, and the cursor of the next. Raises BadCursor."""
    place = read_moment_cursor(after)
    if place is not None and place[0] is None:
        raise BadCursor
    start = (place[0], place[1]) if place is not None and place[0] is not None else None
    rows, more = cut(list(events.page(what, asked.scope(request), law_of(request), start, limit + 1)), limit)
    return rows, write_cursor(rows[-1].at, rows[-1].seq) if more else ""


@require_safe
def export_counted(request: Ask) -> HttpResponseBase:
    """The events that a figure counted as a file; taking it out of the house is an event."""
    asked, what = Asked.read(request), _what(request)
    told = {
        "counted": what.kind,
        "noun": what.noun,
        "name": what.name,
        "since": asked.since,
        "until": asked.until,
        "unit": asked.unit,
    }
    write_export(request.reader, "", kind="case", now=request.now, what=told)

    def part(after: str) -> tuple[list[list[Cell]], str]:
        rows, more = _events(request, asked, what, after, CHUNK)
        return [_of_line(request, _line(request, e)) for e in rows], more

    heads = [_("时间"), _("编号"), _("事项"), _("记录"), _("条款"), _("说明"), _("由谁"), _("单位")]
    return as_file(request, f"{_about(request, what)} {asked.since}–{asked.until}", heads, part)


def _of_line(request: Ask, line: Line) -> list[Cell]:
    e = line.event
    clause = cited(law_of(request), e.clause, request.lang).long if e.clause else ""
    return [local(e.at), e.number, mask_text(line.title), line.what, clause, mask_text(e.reason), line.whose, line.unit]


def _what(request: Ask) -> events.What:
    typed = request.GET
    unit, person = typed.get("at", ""), typed.get("person", "")
    return events.What(
        typed.get("kind", "")[:24],
        typed.get("noun", "")[:64],
        typed.get("name", "")[:200],
        int(unit) if unit.isdecimal() and len(unit) < 19 else None,
        int(person) if person.isdecimal() and len(person) < 19 else 0,
    )


def kind_word(kind: str) -> str:
    """Say what kind of thing a clause caused."""
    words = {
        "": _("全部作用"), "act": _("动作"), "ended": _("结束"), "kept": _("按时"), "late": _("逾期办结"), "breach": _("违反"), "recorded": _("记为违反"),
        "promise": _("计时"), "withdrawn": _("不再计时"), "warned": _("临期提醒"), "paused": _("暂停计时"), "resumed": _("恢复计时"),
        "extended": _("延期"), "task": _("派出待办"), "task_done": _("待办办结"), "task_withdrawn": _("待办撤回"), "case": _("另立事项"),
        "ask": _("提请审批"), "verdict": _("批复"), "performs": _("系统办理"), "chosen": _("判定"), "tell": _("通知"), "entry": _("记账"),
        "attested": _("凭据"), "passed": _("放行"), "refused_follow_up": _("未能照办"), "trouble": _("无法判断"), "answer": _("答复"),
        "by_customer": _("客户自己作答"),
    }  # fmt: skip
    return words.get(kind, kind)


def _about(request: Ask, what: events.What) -> str:
    law = law_of(request)
    if what.kind == "answer":
        question, _colon, value = what.name.rpartition(":")
        found = put(law, what.noun, question, request.lang)
        return f"{found.title} · {found.words.get(value, value)}"
    if what.kind == "act":
        noun = law.nouns.get(what.noun) if law is not None else None
        return pgettext("when", "立项") if what.name == "open" else act_name(noun, what.name, request.lang) or _("办理动作")
    return kind_word(what.kind)


def _line(request: Ask, e: events.Counted) -> Line:
    shape = laws_of(request).of(e.enactment).nouns.get(e.procedure) if e.enactment else None
    now = law_of(request)
    own = now.nouns.get(e.noun) if now is not None else None
    words = (
        act_name(shape if shape is not None and shape.id == e.noun else own, e.act, request.lang) if e.act else kind_word(e.kind)
    )
    title = e.title or (said(shape, request.lang) if shape is not None else noun_name(now, e.noun, request.lang))
    return Line(e, words, title, people.name(request, e.whose), people.unit(request, e.unit))


@require_safe
def export(request: Ask, table: str) -> HttpResponseBase:
    """One table as a file for a spreadsheet; taking it out of the house is an event."""
    asked, law = Asked.read(request), law_of(request)
    found = board(request, asked, law).counts.get(table)
    if found is None:
        raise Http404
    told = {"report": table, "since": asked.since, "until": asked.until, "unit": asked.unit}
    write_export(request.reader, "", kind="case", now=request.now, what=told)
    heads = [*found.heads, *([found.share] if found.share else [])]
    return as_file(request, f"{found.title} {asked.since}–{asked.until}", heads, at_once(_cells(request, found)))


def _cells(request: Ask, table: Table) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for row in table.rows:
        label = cited(law_of(request), row.clause, request.lang).long if row.clause else row.label
        share = [None if row.share is None else amount(row.share, "%")] if table.share else []
        found.append([label, *(n.n for n in row.numbers), *share])
    return found
