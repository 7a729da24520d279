"""The answers: each a part that opens under what was asked, and a page of its own where somebody comes by its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from shouwen.base.access import sight_of
from shouwen.base.errors import NotFound
from shouwen.base.models import Event
from shouwen.cases import why
from shouwen.cases.why import Why
from shouwen.ledger.models import Entry
from shouwen.policy.act import Ref
from shouwen.policy.nouns import Field, Noun
from shouwen.policy.reasons import Fact
from shouwen.policy.values import FieldType
from shouwen.web.asking import Ask
from shouwen.web.law import act_name, law_of, laws_of, said
from shouwen.web.moments import typeset
from shouwen.web.render import render_part
from shouwen.web.values import LOOKED_UP, Lookups, Showing, Shown, ids_in

UNKNOWN: Final = gettext_lazy("没有记录")
ABOUT: Final = {"case": "procedure", "record": "register"}  # which column says of which noun a thing is


@dataclass(frozen=True, slots=True)
class Answer:
    """One clause and what it rested on, in the reader's words."""

    why: Why
    text: str
    sentence: str
    facts: Sequence[Shown]
    parts: Sequence[tuple[str, bool | None]]
    row: str
    sum: str
    act: str


@require_safe
def event(request: Ask, seq: int) -> HttpResponse:
    """Why one effect came about. NotFound when it is not the reader's to see, or is an act of somebody."""
    found = Event.objects.visible_to(request.reader).filter(pk=seq).exclude(clause="").first()
    if found is None:
        raise NotFound
    return _answer(request, found.noun, [why.of_event(found, laws_of(request))])


@require_safe
def entry(request: Ask, pk: int) -> HttpResponse:
    """Why something was entered in a book: by the effect of the journal it came with."""
    booked = Entry.objects.visible_to(request.reader).filter(pk=pk).first()
    if booked is None:
        raise NotFound
    rows = Event.objects.of(booked.subject).filter(kind="entry", clause=booked.clause, at=booked.at).exclude(clause="")
    found = rows.filter(data__book=booked.book).first()
    if found is None:
        raise NotFound(_("这笔账是人记的，没有条款。"), _("这笔账是人记的，没有条款。"))
    return _answer(request, found.noun, [why.of_event(found, laws_of(request))])


@require_safe
def field(request: Ask, kind: str, pk: int, name: str) -> HttpResponse:
    """Why a field has its value: a class, an assignment, a sum. Where a person set it, that is the answer."""
    subject = _subject(request, kind, pk)
    found = why.of_field(subject, name)
    return _answer(request, subject.noun, [why.of_event(found, laws_of(request)) if found is not None else None])


@require_safe
def refused(request: Ask, kind: str, pk: int, name: str) -> HttpResponse:
    """Why the one who asks may not do an act now."""
    subject = _subject(request, kind, pk)
    return _answer(request, subject.noun, why.of_refusals(subject, name, request.me.pk, now=request.now))


def _subject(request: Ask, kind: str, pk: int) -> Ref:
    things = sight_of(kind, request.reader) if kind in ABOUT else None
    found: Model | None = things.filter(pk=pk).first() if things is not None else None
    if found is None:
        raise NotFound
    return Ref(kind, str(getattr(found, ABOUT[kind])), pk)


def _answer(request: Ask, noun: str, found: Iterable[Why | None]) -> HttpResponse:
    context = {"title": _("为什么"), "answers": answers(request, noun, [w for w in found if w is not None])}
    return render_part(request, "why/_why.html", context)


def answers(request: Ask, noun: str, found: Sequence[Why]) -> list[Answer]:
    """Return answers in the reader's words; ids are looked up at once, and only what may be seen."""
    law = laws_of(request).at(request.now)
    shape = law.nouns.get(noun) if law is not None else None
    wanted: dict[str, set[int]] = {}
    for fact in (f for w in found for f in w.reasons.facts):
        _wants(fact, wanted)
    showing = Showing(request, request.lang, Lookups.of(wanted, request.reader))
    return [_worded(w, showing, shape) for w in found]


def _wants(fact: Fact, wanted: dict[str, set[int]]) -> None:
    if fact.path.type.name in LOOKED_UP:
        ids_in({fact.path.text: Field(fact.path.text, "", fact.path.type)}, {fact.path.text: fact.value}, wanted)


def _worded(w: Why, showing: Showing, noun: Noun | None) -> Answer:
    english = showing.lang.startswith("en")
    text = (w.en or w.zh) if english else typeset(w.zh)
    act = act_name(noun, w.act, showing.lang) if w.act else ""
    parts = [(typeset(p.zh), p.held) for p in w.reasons.parts]
    counted = w.sum.en if english else typeset(w.sum.zh)
    facts = [_shown(f, showing) for f in w.reasons.facts]
    return Answer(w, text, typeset(w.sentence), facts, parts, typeset(w.reasons.row), counted, act)


def _shown(fact: Fact, showing: Showing) -> Shown:
    """Return a fact with its value in words; personal ones covered, unknown ones said to be."""
    path, label = fact.path, fact.word(showing.lang)
    if path.field is not None and path.field.covered:
        return Shown(label, _("个人信息，不在记录里"), masked=True)
    if fact.value is None or fact.value == "…":
        return Shown(label, str(UNKNOWN), masked=True)
    if path.field is not None and path.type.name == "rows":
        return Shown(label, _("%d 行") % len(fact.value))
    return Shown(label, _text(fact, showing))


def _text(fact: Fact, showing: Showing) -> str:
    path, value = fact.path, fact.value
    if path.type.name == "elapsed" and isinstance(value, list) and len(value) == 2:
        return _("%(since)s 至 %(until)s") % {"since": _moment(value[0], showing), "until": _moment(value[1], showing)}
    if path.type.name == "posts":
        law = law_of(showing.request)
        posts = law.posts if law is not None else {}
        return _("、").join(said(posts[p], showing.lang) if p in posts else str(p) for p in _list(value))
    return showing.text(path.type, value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _moment(text: str, showing: Showing) -> str:
    return showing.text(FieldType("datetime"), text)
