"""Doing an act upon a case: its form, and sending it. What the law refuses is shown in place with what would make it lawful."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shouwen.base import repeats
from shouwen.base.errors import FieldError, FileRefused, NotFound
from shouwen.cases import acting, why
from shouwen.cases.draft import act_upon
from shouwen.cases.models import Case
from shouwen.cases.options import Option, option
from shouwen.cases.plain import load_ruling
from shouwen.policy.act import APPROVAL_ACTS, TASK_ACTS, Act, Evidence
from shouwen.policy.nouns import Field
from shouwen.policy.ruling import Refusal, Ruling
from shouwen.web.asking import Ask, wants_part
from shouwen.web.cases import asked, suggesting
from shouwen.web.cases.assembly import find
from shouwen.web.cases.meanwhile import Meanwhile, as_shown, followed, meanwhile
from shouwen.web.cases.passing import may_pass
from shouwen.web.cases.sending import sent
from shouwen.web.cases.slots import Subject, acts_at, slot_of
from shouwen.web.cases.story import shape_of
from shouwen.web.cases.undoing import undo_of
from shouwen.web.cases.views import context_of
from shouwen.web.cases.wishing import kept_files, kept_word, new_key, wish_of, with_files
from shouwen.web.fields import Control, Filling, controls, faults_of
from shouwen.web.knowledge.shelf import cited
from shouwen.web.law import act_name, laws_of
from shouwen.web.render import render_part
from shouwen.web.values import Lookups, ids_in
from shouwen.web.why.views import answers

LOOSE: Final = ("files", "at", "to")  # fields of the form that are not the law's
PLAIN: Final = (*APPROVAL_ACTS, *TASK_ACTS)  # these have no page: a button does them


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an act was not done: faults of fields, refusals of the law, or that the case has changed meanwhile."""

    faults: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()
    changed: Meanwhile | None = None
    status: int = 200
    ruling: Ruling | None = None  # that refuses it: asked why


@require_http_methods(["GET", "POST"])
def act(request: Ask, key: str, name: str) -> HttpResponse:
    """Show the form of an act; on POST do it."""
    case = find(request, key)
    answer = tried(request, case, name, case.customer_id or 0)
    return answer if isinstance(answer, HttpResponse) else done(request, case, name, answer)


def tried(request: Ask, subject: Subject, name: str, customer: int = 0) -> HttpResponse | Ruling:
    """Return the form of an act, with what was wrong if it was sent and not done; else the ruling by which it was done, or waits."""
    if before := _done_before(request, subject, name):
        return before
    page = _page(request, subject, name) if name not in PLAIN else None
    if page is None and name not in PLAIN:
        raise NotFound
    if request.method != "POST":
        return form(request, subject, name, page, Wrong())
    if news := changed(request, subject):
        return form(request, subject, name, page, Wrong(changed=news, status=409))
    try:
        page = _as_sent(request, subject, page, customer)
        wanted = _wanted(request, subject, page, name, customer, kept_files(request))
        ruling = acting.act(wanted, now=request.now)
    except FieldError as wrong:
        return form(request, subject, name, page, Wrong(faults_of(wrong, request.lang), status=wrong.status))
    except FileRefused as wrong:
        return form(request, subject, name, page, Wrong({"files": wrong.text(request.lang)}, status=wrong.status))
    if ruling.refused:
        return form(
            request,
            subject,
            name,
            _wider(request, subject, page, wanted),
            Wrong(refusals=ruling.refusals, status=409, ruling=ruling),
        )
    return ruling


def _as_sent(request: Ask, subject: Subject, page: Option | None, customer: int) -> Option | None:
    """Return the page of a form that was sent: it may ask more than a blank one, because it was refused before."""
    if page is None or {f.id for f in page.fields} >= set(request.POST.getlist("asked")):
        return page
    return _wider(request, subject, page, _wanted(request, subject, page, page.act, customer))


def _wanted(request: Ask, subject: Subject, page: Option | None, name: str, customer: int, files: Sequence[Evidence] = ()) -> Act:
    """Return the act that a form wishes, of the fields its page asks. Raises FieldError, FileRefused."""
    typed = suggesting.with_span(request, subject) if name == "extend" and isinstance(subject, Case) else request.POST
    fields = page.fields if page else ()
    wish = wish_of(with_files(request, typed, fields), name, fields, files, subject.fields)
    return act_upon(subject.ref, wish, request.reader, now=request.now, shape=shape_of(subject), customer=customer)


def _wider(request: Ask, subject: Subject, page: Option | None, wanted: Act) -> Option | None:
    """Return a page with what the law asks besides, once it knows what was typed: what is charged for wants its items.

    What a page asks is found with nothing typed; a clause that turns on an answer would refuse for ever what nobody could write.
    """
    told = option(subject.ref, page.act, request.me.pk, now=request.now, fields=wanted.fields) if page is not None else None
    if page is None or told is None:
        return page
    there = {f.id for f in page.fields}
    more = tuple(f for f in told.fields if f.id not in there)
    proofs = tuple(p for p in told.proofs if p not in page.proofs)
    return replace(
        page,
        fields=(*page.fields, *more),
        needed=page.needed | told.needed,
        proofs=(*page.proofs, *proofs),
        proposals={**told.proposals, **page.proposals},
        able={**told.able, **page.able},
    )


def _page(request: Ask, subject: Subject, name: str) -> Option | None:
    """What the page of an act asks; what was cited on the way to it need not be asked otherwise."""
    page = option(subject.ref, name, request.me.pk, now=request.now)
    given = cited(request, page.fields) if page is not None else {}
    return option(subject.ref, name, request.me.pk, now=request.now, fields=given) if given else page


def _done_before(request: Ask, subject: Subject, name: str) -> Ruling | None:
    """The ruling by which this very form was done already: its answer was lost on the way, and it is sent again.

    Looked at before all else: what it changed itself is no news to its sender, and what can be done once may not be offered any more.
    """
    key = kept_word(request.POST, "key")
    kept = repeats.answered(request.me.pk, [key]).get(key) if key else None
    if not isinstance(kept, Mapping) or kept.get("id") != subject.ref.id:
        return None
    ruling = load_ruling(kept, Act(name, subject.ref, request.me.pk, request.now))
    return None if ruling.refused else ruling


def form(request: Ask, case: Subject, name: str, page: Option | None, wrong: Wrong) -> HttpResponse:
    """Return the form of an act upon a case, record or entry, with what was typed and what was wrong with it."""
    law = laws_of(request).judging(request.now, case.ref.noun, shape_of(case))
    noun = law.nouns.get(case.ref.noun) if law is not None else None
    shapes: dict[str, Field] = {f.id: f for f in page.fields} if page is not None else {}
    typed: QueryDict | None = request.POST if request.method == "POST" else None
    if typed is not None and wrong.changed is not None:
        typed = followed(typed, shapes, case.fields, wrong.changed.fields)
    context: dict[str, Any] = {
        "noun": noun,
        "title": act_name(noun, name, request.lang) if page else _plain_name(name),
        "case": case,
        "action": f"{acts_at(case)}{name}/",
        "back": acts_at(case).removesuffix("acts/"),
        "name": name,
        "page": page,
        "wrong": wrong,
        "slot": slot_of(request),
        "key": new_key(),
        "typed": typed,
        "was": as_shown(shapes, case.fields),
        "passable": may_pass(law, case.ref.noun, wrong.refusals or (page.passing if page is not None else ()), request.lang),
        "answers": answers(request, case.ref.noun, why.of_ruling(wrong.ruling, law)) if wrong.ruling and law else (),
        "now": request.now,
        "complaint": _("；").join(text for f, text in wrong.faults.items() if page is None or not _has(page, f)),
        "loose": {f: text for f, text in wrong.faults.items() if f in LOOSE},
    }
    if page is not None:
        shape = laws_of(request).of(case.enactment_id).nouns.get(case.ref.noun) if isinstance(case, Case) else None
        begun = asked.with_items(shape, name, {**case.fields, **cited(request, page.fields)}) if typed is None else case.fields
        made = asked.with_words(
            shape, name, controls_of(request, page, begun, wrong, typed, noun.key if noun else ""), request.lang, law
        )
        context["controls"] = suggesting.with_cases(request, case, name, made) if isinstance(case, Case) else made
        context["promises"] = suggesting.promises(request, case) if name == "extend" and isinstance(case, Case) else ()
        context["clause"] = (typed or request.GET).get("clause", "")
        context["evidence"] = [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in page.proofs if not p.field]
        context["given"] = set(typed.getlist("evidence")) if typed else set()
        context["ticked"] = set(typed.getlist("tick")) if typed else set()
    return render_part(request, "cases/_act.html", context, status=wrong.status)


def controls_of(
    request: Ask, page: Option, kept: Mapping[str, Any], wrong: Wrong, typed: QueryDict | None, key: str = ""
) -> list[Control]:
    """Return the controls of an act's form, filled with what is `kept` or was typed. A record's `key` is written on one line."""
    shapes: dict[str, Field] = {f.id: f for f in page.fields}
    values = {n: v for n, v in kept.items() if n in shapes and page.act != "note"}
    ids: dict[str, set[int]] = {}
    ids_in(shapes, values, ids)
    found = Lookups.of(ids, request.reader)
    chosen = {
        n: found.text(f.type.name, values[n])
        for n, f in shapes.items()
        if f.type.name in ("customer", "record", "case") and isinstance(values.get(n), int)
    }
    if typed is not None:
        chosen |= {n: typed.get(f"{n}.text", "") for n in shapes if f"{n}.text" in typed}
    needed = dict.fromkeys(page.needed, ())
    made = controls(
        shapes.values(),
        Filling(request, request.lang, values, typed, _by_control(wrong, shapes), needed, chosen, page.proposals, page.able),
    )
    others = wrong.changed.fields if wrong.changed is not None else {}
    made = [replace(c, template="fields/_line.html") if c.name == key and c.template == "fields/_text.html" else c for c in made]
    return [replace(c, hint=others[c.name], changed=True) if c.name in others else c for c in made]


def _by_control(wrong: Wrong, shapes: Mapping[str, Field]) -> dict[str, str]:
    """Faults of the form, and fields that the law misses."""
    missing = {m.rpartition(".")[2] if m not in shapes else m for r in wrong.refusals for m in r.missing}
    return {**{m: _("请填写") for m in missing if m in shapes}, **wrong.faults}


def _has(page: Option, name: str) -> bool:
    return name.partition(".")[0] in {f.id for f in page.fields} or name in LOOSE


def _plain_name(name: str) -> str:
    return {
        "approve": _("同意"),
        "disapprove": _("不同意"),
        "withdraw": _("撤回申请"),
        "claim": _("领取"),
        "complete": _("办结"),
    }[name]


def changed(request: Ask, case: Subject) -> Meanwhile | None:
    """What others did while the form was being filled in."""
    law = laws_of(request).judging(request.now, case.ref.noun, shape_of(case))
    shape = laws_of(request).of(case.enactment_id) if isinstance(case, Case) else law
    noun = shape.nouns.get(case.ref.noun) if shape is not None else None
    return meanwhile(request, case, noun, law) if law is not None and noun is not None else None


def done(request: Ask, case: Case, name: str, ruling: Ruling) -> HttpResponse:
    """Say what was done; the changed parts of the page come along. A row of a list only hears of it."""
    text = _("已提交，等待批准。") if ruling.outcome == "waiting" else _("已办理。")
    if slot_of(request) != "acting":
        return sent(request, case, name, ruling) or _heard(request, text, ruling)
    try:
        fresh = find(request, str(case.pk))
    except Http404:
        return _out_of_sight(request)
    if not wants_part(request):
        messages.success(request, text)
        return HttpResponseRedirect(reverse("cases:page", args=[case.number]))
    context = context_of(request, fresh)
    noun = laws_of(request).of(fresh.enactment_id).nouns[fresh.procedure]
    undo = undo_of(noun, name, context["acts"], request, context["consents"] if ruling.outcome == "waiting" else ())
    return render_part(request, "cases/_done.html", {**context, "said": text, "ruling": ruling, "act": name, "undo": undo})


def _heard(request: Ask, text: str, ruling: Ruling) -> HttpResponse:
    """Answer a row of a list: its place is emptied, the list fetches itself again, and what was done is said once."""
    said = " ".join([text, *(w.text(request.lang) for w in ruling.warnings)])
    response = HttpResponse()
    response["HX-Trigger"] = json.dumps({"acted": {"said": said}})
    return response


def _out_of_sight(request: Ask) -> HttpResponse:
    """After handing a case over it may be no longer one's own to see."""
    messages.success(request, _("已办理。这件事项已不在您的查看范围内。"))
    if not wants_part(request):
        return HttpResponseRedirect(reverse("desk:page"))
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("desk:page")
    return response
