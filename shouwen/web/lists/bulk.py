"""One act upon many cases: chosen in the list, asked once, done through the same law as one by one, with a verdict for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError, NotFound, Problem
from shouwen.cases import acting
from shouwen.cases.draft import act_on
from shouwen.cases.models import Case
from shouwen.cases.options import Option, Proof, option
from shouwen.policy.act import Act
from shouwen.policy.nouns import ActShape
from shouwen.policy.ruling import Refusal, Ruling
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import new_key, wish_of
from shouwen.web.fields import Control, Filling, controls, faults_of
from shouwen.web.law import laws_of, said
from shouwen.web.render import render_page, render_part

MOST: Final = 200  # cases at once
CHUNK: Final = 20  # of them in one transaction, so that progress can be seen and nobody waits long for a row
APART: Final = frozenset({"open", "merge", "link"})  # acts that are about one case and nothing else
AFTER_THE_END: Final = frozenset({"reopen", "note"})
OWN: Final = frozenset({"csrfmiddlewaretoken", "id", "act", "key", "from", "done", "waiting", "refused"})


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that some of the chosen cases know at their step."""

    name: str
    text: str
    n: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case: done, waiting for approval, or refused with the reasons."""

    case: Case
    outcome: str
    refusals: Sequence[Refusal] = ()
    faults: Sequence[str] = ()


@dataclass(slots=True)
class Run:
    """How far a run is: which cases, from which on, and the counts so far."""

    ids: Sequence[int]
    act: str
    key: str
    start: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, typed: QueryDict) -> Run:
        """Read the address or the form. Raises NotFound when nothing was chosen."""
        ids = list(dict.fromkeys(int(i) for i in typed.getlist("id") if i.isdigit() and len(i) < 19))[:MOST]
        if not ids:
            raise NotFound
        counts = Counter({n: int(v) for n in ("done", "waiting", "refused") if (v := typed.get(n, "")).isdigit() and len(v) < 6})
        start = typed.get("from", "")
        return cls(
            ids,
            typed.get("act", "")[:64],
            typed.get("key", "")[:40],
            int(start) if start.isdigit() and len(start) < 6 else 0,
            counts,
        )

    @property
    def tally(self) -> list[tuple[str, int]]:
        """The counts so far, as the form of the next part carries them."""
        return sorted(self.counts.items())


@require_safe
def page(request: Ask) -> HttpResponse:
    """The chosen cases, the acts some of them know, and the form of the act that was chosen."""
    if not request.GET.getlist("id"):
        return HttpResponseRedirect(reverse("cases:list"))
    run = Run.read(request.GET)
    return _form(request, run, {}, ())


@require_POST
def run(request: Ask) -> HttpResponse:
    """Do the act upon the next few cases; htmx asks again until all have had their turn."""
    asked = Run.read(request.POST)
    cases = _cases(request, asked.ids)
    first, shape = _first(request, cases, asked.act)
    if shape is None:
        raise NotFound
    if not asked.start:
        try:
            wish_of(request.POST, asked.act, shape.fields, (), first.fields)
        except FieldError as wrong:
            return _form(request, asked, faults_of(wrong, request.lang), (), status=wrong.status)
    part = cases[asked.start : asked.start + CHUNK]
    verdicts = _judge(request, asked, part)
    asked.counts.update(v.outcome for v in verdicts)
    reached = asked.start + len(part)
    context = {
        "title": said(shape, request.lang), "run": asked, "verdicts": verdicts, "reached": reached, "all": len(cases),
        "share": round(100 * reached / len(cases)) if cases else 100,
        "rest": [(n, v) for n, values in request.POST.lists() if n not in OWN for v in values],
        "more": bool(part) and reached < len(cases),
    }  # fmt: skip
    return render_part(request, "lists/_run.html" if asked.start else "lists/_started.html", context, page="lists/run.html")


def _cases(request: Ask, ids: Sequence[int]) -> list[Case]:
    """The chosen cases that are in sight, in the order of the list."""
    found = {c.pk: c for c in Case.objects.visible_to(request.reader).filter(pk__in=ids)}
    return [found[i] for i in ids if i in found]


def _first(request: Ask, cases: Sequence[Case], act: str) -> tuple[Case, Option | None]:
    """The first case that knows an act at its step, and what the act asks; without one the first case."""
    if not cases:
        raise NotFound
    knows = [c for c in cases if act in {a.id for a in _acts(request, c)}]
    if not knows:
        return cases[0], None
    return knows[0], option(knows[0].ref, act, request.me.pk, now=request.now)


def _acts(request: Ask, case: Case) -> list[ActShape]:
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
    if noun is None:
        return []
    if case.closed_at:
        return [a for a in noun.acts.values() if a.id in AFTER_THE_END]
    return [
        a for a in noun.acts.values()
        if a.id not in APART and a.id not in ({"reopen", "hold"} if case.held else {"reopen", "resume"})
        and (not a.leaves or case.step in a.leaves)
    ]  # fmt: skip


def _offers(request: Ask, cases: Sequence[Case]) -> list[Offer]:
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for case in cases:
        for act in _acts(request, case):
            counts[act.id] += 1
            words.setdefault(act.id, said(act, request.lang))
    return [Offer(name, words[name], n) for name, n in sorted(counts.items(), key=lambda x: -x[1])]


def _judge(request: Ask, run: Run, cases: Sequence[Case]) -> list[Verdict]:
    """Ask the law for each case; what cannot even be asked is told with its reason, and stops no other."""
    acts: list[tuple[Case, Act]] = []
    found: dict[int, Verdict] = {}
    for case in cases:
        try:
            acts.append((case, _act(request, run, case)))
        except FieldError as wrong:
            found[case.pk] = Verdict(case, "refused", faults=list(faults_of(wrong, request.lang).values()))
        except Problem as problem:
            found[case.pk] = Verdict(case, "refused", faults=[problem.text(request.lang)])
    rulings = acting.act_many([act for _case, act in acts], now=request.now)
    found |= {case.pk: _verdict(case, ruling) for (case, _act_), ruling in zip(acts, rulings, strict=True)}
    return [found[case.pk] for case in cases]


def _act(request: Ask, run: Run, case: Case) -> Act:
    """What is wanted of one case. Its key makes sure that a run sent twice does nothing twice."""
    noun = laws_of(request).of(case.enactment_id).nouns.get(case.procedure)
    shape = noun.acts.get(run.act) if noun is not None else None
    if noun is None or shape is None:
        raise FieldError.of("act", _("这类事项没有这个动作"), _("这类事项没有这个动作"))
    fields = [*(noun.fields[f] for f in shape.asks if f in noun.fields), *shape.fields.values()]
    typed = request.POST.copy()
    typed["key"] = f"{run.key}:{case.pk}"
    return act_on(case, wish_of(typed, run.act, fields, (), case.fields), request.reader, now=request.now)


def _verdict(case: Case, ruling: Ruling) -> Verdict:
    if ruling.refused:
        return Verdict(case, "refused", ruling.refusals)
    return Verdict(case, "waiting" if ruling.outcome == "waiting" else "done")


def _form(request: Ask, run: Run, faults: dict[str, str], refusals: Sequence[Refusal], status: int = 200) -> HttpResponse:
    cases = _cases(request, run.ids)
    first, shape = _first(request, cases, run.act)
    typed = request.POST if request.method == "POST" else None
    context: dict[str, Any] = {
        "title": _("批量办理"), "run": run, "cases": cases, "offers": _offers(request, cases), "chosen": shape, "key": run.key or new_key(),
        "controls": _controls(request, shape, faults) if shape is not None else (), "refusals": refusals,
        "proofs": _proofs(shape),
        "given": set(typed.getlist("evidence")) if typed else set(), "ticked": set(typed.getlist("tick")) if typed else set(),
        "first": first, "chosen_query": "&".join(f"id={c.pk}" for c in cases),
    }  # fmt: skip
    if typed is not None:
        return render_part(request, "lists/_form.html", context, page="lists/bulk.html", status=status)
    return render_page(request, "lists/bulk.html", {**context, "part": "lists/_form.html"}, status=status)


def _proofs(shape: Option | None) -> list[tuple[str, Proof]]:
    """The evidence that the act wants, each with how the form names it."""
    wanted = shape.proofs if shape is not None else ()
    return [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in wanted if not p.field]


def _controls(request: Ask, shape: Option, faults: dict[str, str]) -> list[Control]:
    """The fields of the act, empty: the cases differ in what stands there."""
    needed = dict.fromkeys(shape.needed, ())
    typed = request.POST if request.method == "POST" else None
    return controls(shape.fields, Filling(request, request.lang, {}, typed, faults, needed, {}, shape.proposals))
