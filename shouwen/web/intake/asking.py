"""The form of a new case: what its procedure asks, filled in from the caller as far as that is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from shouwen.base.errors import FieldError
from shouwen.cases.draft import Start, open_case
from shouwen.cases.guessing import Guess, guesses
from shouwen.cases.intake import Similar
from shouwen.cases.intake import similar as find_similar
from shouwen.cases.models import Case
from shouwen.cases.options import opening
from shouwen.customers import relations
from shouwen.policy.act import Opening
from shouwen.policy.law import Law
from shouwen.policy.nouns import Field
from shouwen.registers.models import Record
from shouwen.web.asking import Ask
from shouwen.web.cases.acting import Wrong
from shouwen.web.cases.wishing import wish_of
from shouwen.web.fields import Control, Filling, Option, controls
from shouwen.web.intake.choosing import State
from shouwen.web.knowledge.shelf import shelf_of
from shouwen.web.law import demand_law, step_name
from shouwen.web.values import Lookups

LATELY: Final = timedelta(days=90)  # matters of one caller within this are told as repeated
REPEATED: Final = 5
ON_THE_PHONE: Final = {"channel": "phone"}  # what this door knows by itself, where a procedure asks for it


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the caller brought lately of the same kind: the newest, and how many there are (at most REPEATED are counted)."""

    cases: Sequence[Case]  # without those that are shown as possibly the same
    count: int
    many: bool

    @property
    def next(self) -> int:
        """Which time this would be."""
        return self.count + 1


def asked_fields(request: Ask, state: State) -> Sequence[Field]:
    """The fields that opening a case of the chosen procedure may bring."""
    found = opening(state.procedure, request.me.pk, now=request.now, start=Opening(customer=state.customer))
    return found.fields if found is not None else ()


def form(request: Ask, law: Law, state: State, wrong: Wrong) -> dict[str, Any]:
    """What the form of a new case is rendered from."""
    found = opening(state.procedure, request.me.pk, now=request.now, start=Opening(customer=state.customer))
    if found is None:
        return {}
    own = _records(request, state.customer, found.fields)
    values: dict[str, Any] = {f.id: own[f.id][0].pk for f in found.fields if len(own.get(f.id, ())) == 1}
    values |= {f.id: state.customer for f in found.fields if f.type.name == "customer" and f.id == "customer" and state.customer}
    ids = {f.type.name: [values[f.id]] for f in found.fields if f.type.name in ("record", "customer") and f.id in values}
    names = Lookups.of(ids, request.reader)
    chosen = {
        f.id: names.text(f.type.name, values[f.id])
        for f in found.fields
        if f.type.name in ("record", "customer") and f.id in values
    }
    typed = request.POST.copy() if request.method == "POST" else None
    guessed = guessed_fields(request, state, found.fields, typed)
    if typed is None:
        values = {name: one.value for name, one in guessed.items()} | values
    else:
        typed.update({name: one.value for name, one in guessed.items()})
        chosen |= {f.id: typed.get(f"{f.id}.text", "") for f in found.fields if f"{f.id}.text" in typed}
    missing = {m for r in wrong.refusals for m in r.missing}
    faults = {**{f.id: _("请填写") for f in found.fields if f.id in missing}, **wrong.faults}
    filling = Filling(
        request, request.lang, values, typed, faults, dict.fromkeys(found.needed, ()), chosen, found.proposals, found.able
    )
    shown = alike(request, law, state)
    made = [_left_to_law(_suggested(c, own.get(c.name, ())), found.by_law) for c in controls(found.fields, filling)]
    return {
        "option": found,
        "shelf": shelf if (shelf := shelf_of(law, law.nouns.get(state.procedure))) and shelf.field in found.fields else None,
        "controls": [c for c in made if not (c.name == "customer" and state.customer)],
        "similar": shown,
        "earlier": earlier(request, state, shown),
        "evidence": [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in found.proofs if not p.field],
        "given": set(typed.getlist("evidence")) if typed else set(),
        "ticked": set(typed.getlist("tick")) if typed else set(),
        "complaint": _("；").join(t for f, t in wrong.faults.items() if f.partition(".")[0] not in {c.name for c in made}),
        "procedure_name": next((n for n in [law.nouns.get(state.procedure)] if n), None),
    }


def _records(request: Ask, customer: int, fields: Sequence[Field]) -> Mapping[str, list[Record]]:
    """The caller's houses and vehicles, for each field that points to such."""
    wanted = [f for f in fields if f.type.name == "record"]
    ids = [t.record for t in relations.of_customers([customer])] if wanted and customer else []
    if not ids:
        return {}
    found = list(Record.objects.visible_to(request.reader).filter(pk__in=ids, archived_at=None).order_by("key")[:20])
    return {f.id: [r for r in found if not f.type.nouns or r.register in f.type.nouns] for f in wanted}


def _suggested(control: Control, records: Sequence[Record]) -> Control:
    return (
        replace(control, options=[Option(str(r.pk), r.key, str(r.pk) == control.value) for r in records])
        if len(records) > 1
        else control
    )


def _left_to_law(control: Control, by_law: Collection[str]) -> Control:
    """Say of a choice that clauses make by themselves that it may be left to them: else it looks forgotten."""
    return (
        replace(control, hint=_("不选的，按制度定"))
        if control.name in by_law and control.options and not control.hint
        else control
    )


def alike(request: Ask, law: Law, state: State) -> list[tuple[Similar, str]]:
    """Open matters that may be the same, with the step they stand in. What does not fit yet is left out of the comparison."""
    noun = law.nouns.get(state.procedure)
    if noun is None:
        return []
    fields: Mapping[str, Any] = {}
    if request.method == "POST":
        try:
            wish = wish_of(request.POST, "open", asked_fields(request, state))
            fields = open_case(state.procedure, wish, Start(customer=state.customer), request.reader, now=request.now).fields
        except FieldError:
            fields = {}
    found = find_similar(state.procedure, request.reader, customer=state.customer, fields=fields, now=request.now, law=law)
    return [(s, step_name(noun, s.step, request.lang)) for s in found]


def guessed_fields(
    request: Ask, state: State, fields: Sequence[Field], typed: QueryDict | None, *, anew: bool = False
) -> dict[str, Guess]:
    """What is likely of the choices nobody has made yet: from the text that stands there, from what is usual, from this door.

    `anew`: also of those that stand chosen, which may have been guesses themselves; the page knows what a hand has chosen.
    """
    text = " ".join(typed.get(f.id, "") for f in fields if f.type.name == "text") if typed is not None else ""
    found = guesses(demand_law(request), state.procedure, request.reader, text=text, now=request.now)
    shapes = {f.id: f for f in fields}
    for name, value in ON_THE_PHONE.items():
        if name in shapes and value in shapes[name].type.choices:
            found.setdefault(name, Guess(value, said=False))
    return {name: one for name, one in found.items() if name in shapes and (anew or typed is None or not typed.get(name))}


def earlier(request: Ask, state: State, shown: Sequence[tuple[Similar, str]]) -> Earlier | None:
    """What the caller has brought lately of the chosen kind, ended or not; None when this is the first time."""
    if not state.customer or not state.procedure:
        return None
    rows = Case.objects.visible_to(request.reader).of(state.procedure).filter(customer=state.customer)
    found = list(rows.filter(opened_at__gte=request.now - LATELY).order_by("-opened_at")[: REPEATED + 1])
    there = {one.id for one, _step in shown}
    newest = found[:REPEATED]
    return Earlier([c for c in newest if c.pk not in there], len(newest), len(found) > REPEATED) if found else None
