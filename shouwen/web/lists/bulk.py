"""One act upon many cases or records: chosen in a list, asked once, done through the same law as one by one, each with a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base.errors import FieldError, NotFound, Problem
from shouwen.cases import acting
from shouwen.cases.options import Option, Proof, option
from shouwen.policy.act import Act
from shouwen.policy.ruling import Refusal, Ruling
from shouwen.web.asking import Ask
from shouwen.web.cases.wishing import kept_word, new_key, wish_of
from shouwen.web.fields import Control, Filling, controls, faults_of
from shouwen.web.law import said
from shouwen.web.lists.things import Thing, list_of, things
from shouwen.web.render import render_page, render_part

MOST: Final = 200  # things at once
CHUNK: Final = 20  # of them in one transaction, so that progress can be seen and nobody waits long for a row
OWN: Final = frozenset({"csrfmiddlewaretoken", "of", "id", "act", "key", "from", "done", "waiting", "refused"})


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that some of the chosen things know at their step."""

    name: str
    text: str
    n: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one thing: done, waiting for approval, or refused with the reasons."""

    thing: Thing
    outcome: str
    refusals: Sequence[Refusal] = ()
    faults: Sequence[str] = ()


@dataclass(slots=True)
class Run:
    """How far a run is: which things (`of` a register, or cases), from which on, and the counts so far."""

    ids: Sequence[int]
    act: str
    key: str
    start: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    of: str = ""

    @classmethod
    def read(cls, typed: QueryDict) -> Run:
        """Read the address or the form. Raises NotFound when nothing was chosen."""
        ids = list(dict.fromkeys(int(i) for i in typed.getlist("id") if i.isdecimal() and len(i) < 19))[:MOST]
        if not ids:
            raise NotFound
        counts = Counter(
            {n: int(v) for n in ("done", "waiting", "refused") if (v := typed.get(n, "")).isdecimal() and len(v) < 6}
        )
        start = typed.get("from", "")
        return cls(
            ids,
            typed.get("act", "")[:64],
            kept_word(typed, "key", 40),
            int(start) if start.isdecimal() and len(start) < 6 else 0,
            counts,
            typed.get("of", "")[:64],
        )

    @property
    def tally(self) -> list[tuple[str, int]]:
        """The counts so far, as the form of the next part carries them."""
        return sorted(self.counts.items())


@require_safe
def page(request: Ask) -> HttpResponse:
    """The chosen things, the acts some of them know, and the form of the act that was chosen."""
    if not request.GET.getlist("id"):
        return HttpResponseRedirect(list_of(request.GET.get("of", "")[:64]))
    run = Run.read(request.GET)
    return _form(request, run, {}, ())


@require_POST
def run(request: Ask) -> HttpResponse:
    """Do the act upon the next few; htmx asks again until all have had their turn."""
    asked = Run.read(request.POST)
    chosen = things(request, asked.of, asked.ids)
    first, shape = _first(request, chosen, asked.act)
    if shape is None:
        raise NotFound
    if not asked.start:
        try:
            wish_of(request.POST, asked.act, shape.fields, (), first.subject.fields)
        except FieldError as wrong:
            return _form(request, asked, faults_of(wrong, request.lang), (), status=wrong.status)
    part = chosen[asked.start : asked.start + CHUNK]
    verdicts = _judge(request, asked, part)
    asked.counts.update(v.outcome for v in verdicts)
    reached = asked.start + len(part)
    context = {
        "title": said(shape, request.lang), "run": asked, "verdicts": verdicts, "reached": reached, "all": len(chosen),
        "share": round(100 * reached / len(chosen)) if chosen else 100,
        "rest": [(n, v) for n, values in request.POST.lists() if n not in OWN for v in values],
        "more": bool(part) and reached < len(chosen), "back": list_of(asked.of),
    }  # fmt: skip
    return render_part(request, "lists/_run.html" if asked.start else "lists/_started.html", context, page="lists/run.html")


def _first(request: Ask, chosen: Sequence[Thing], act: str) -> tuple[Thing, Option | None]:
    """The first thing that knows an act at its step, and what the act asks; without one the first."""
    if not chosen:
        raise NotFound
    knows = [t for t in chosen if act in {a.id for a in t.acts()}]
    if not knows:
        return chosen[0], None
    return knows[0], option(knows[0].subject.ref, act, request.me.pk, now=request.now)


def _offers(request: Ask, chosen: Sequence[Thing]) -> list[Offer]:
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for thing in chosen:
        for act in thing.acts():
            counts[act.id] += 1
            words.setdefault(act.id, said(act, request.lang))
    return [Offer(name, words[name], n) for name, n in sorted(counts.items(), key=lambda x: -x[1])]


def _judge(request: Ask, run: Run, chosen: Sequence[Thing]) -> list[Verdict]:
    """Ask the law for each; what cannot even be asked is told with its reason, and stops no other."""
    acts: list[tuple[Thing, Act]] = []
    found: dict[int, Verdict] = {}
    for thing in chosen:
        try:
            acts.append((thing, _act(request, run, thing)))
        except FieldError as wrong:
            found[thing.pk] = Verdict(thing, "refused", faults=list(faults_of(wrong, request.lang).values()))
        except Problem as problem:
            found[thing.pk] = Verdict(thing, "refused", faults=[problem.text(request.lang)])
    rulings = acting.act_many([act for _thing, act in acts], now=request.now)
    found |= {thing.pk: _verdict(thing, ruling) for (thing, _act_), ruling in zip(acts, rulings, strict=True)}
    return [found[thing.pk] for thing in chosen]


def _act(request: Ask, run: Run, thing: Thing) -> Act:
    """What is wanted of one thing. Its key makes sure that a run sent twice does nothing twice."""
    shape = thing.noun.acts.get(run.act) if thing.noun is not None else None
    own = thing.noun.fields if thing.noun is not None else {}
    fields = [*(own[f] for f in shape.asks if f in own), *shape.fields.values()] if shape is not None else []
    typed = request.POST.copy()
    typed["key"] = f"{run.key}:{thing.pk}"
    return thing.act(wish_of(typed, run.act, fields, (), thing.subject.fields), request)


def _verdict(thing: Thing, ruling: Ruling) -> Verdict:
    if ruling.refused:
        return Verdict(thing, "refused", ruling.refusals)
    return Verdict(thing, "waiting" if ruling.outcome == "waiting" else "done")


def _form(request: Ask, run: Run, faults: dict[str, str], refusals: Sequence[Refusal], status: int = 200) -> HttpResponse:
    chosen = things(request, run.of, run.ids)
    first, shape = _first(request, chosen, run.act)
    typed = request.POST if request.method == "POST" else None
    context: dict[str, Any] = {
        "title": _("批量办理"), "run": run, "things": chosen, "offers": _offers(request, chosen), "chosen": shape, "key": run.key or new_key(),
        "controls": _controls(request, shape, faults) if shape is not None else (), "refusals": refusals,
        "proofs": _proofs(shape),
        "given": set(typed.getlist("evidence")) if typed else set(), "ticked": set(typed.getlist("tick")) if typed else set(),
        "first": first, "chosen_query": urlencode([*([("of", run.of)] if run.of else []), *(("id", t.pk) for t in chosen)]),
        "back": list_of(run.of), "section": "registers" if run.of else "lists",
    }  # fmt: skip
    if typed is not None:
        return render_part(request, "lists/_form.html", context, page="lists/bulk.html", status=status)
    return render_page(request, "lists/bulk.html", {**context, "part": "lists/_form.html"}, status=status)


def _proofs(shape: Option | None) -> list[tuple[str, Proof]]:
    """The evidence that the act wants, each with how the form names it."""
    wanted = shape.proofs if shape is not None else ()
    return [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in wanted if not p.field]


def _controls(request: Ask, shape: Option, faults: dict[str, str]) -> list[Control]:
    """The fields of the act, empty: the things differ in what stands there."""
    needed = dict.fromkeys(shape.needed, ())
    typed = request.POST if request.method == "POST" else None
    return controls(shape.fields, Filling(request, request.lang, {}, typed, faults, needed, {}, shape.proposals, shape.able))
