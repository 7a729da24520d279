"""The form of a new case: what its procedure asks, filled in from the caller as far as that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from shouwen.base.errors import FieldError
from shouwen.cases.draft import Start, open_case
from shouwen.cases.intake import Similar
from shouwen.cases.intake import similar as find_similar
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
from shouwen.web.law import step_name
from shouwen.web.values import Lookups


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
    typed = request.POST if request.method == "POST" else None
    if typed is not None:
        chosen |= {f.id: typed.get(f"{f.id}.text", "") for f in found.fields if f"{f.id}.text" in typed}
    missing = {m for r in wrong.refusals for m in r.missing}
    faults = {**{f.id: _("请填写") for f in found.fields if f.id in missing}, **wrong.faults}
    filling = Filling(request, request.lang, values, typed, faults, dict.fromkeys(found.needed, ()), chosen, found.proposals)
    made = [_suggested(c, own.get(c.name, ())) for c in controls(found.fields, filling)]
    return {
        "option": found,
        "controls": [c for c in made if not (c.name == "customer" and state.customer)],
        "similar": alike(request, law, state),
        "evidence": [(f"{p.kind}:{p.party}:{p.people[0] if p.people else 0}", p) for p in found.proofs if not p.field],
        "given": set(typed.getlist("evidence")) if typed else set(),
        "ticked": set(typed.getlist("tick")) if typed else set(),
        "complaint": "；".join(t for f, t in wrong.faults.items() if f.partition(".")[0] not in {c.name for c in made}),
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


def alike(request: Ask, law: Law, state: State) -> list[tuple[Similar, str]]:
    """Open matters that may be the same, with the step they stand in. What does not fit yet is left out of the comparison."""
    noun = law.nouns.get(state.procedure)
    if noun is None:
        return []
    fields: Mapping[str, Any] = {}
    if request.method == "GET" and "asked" in request.GET:
        try:
            wish = wish_of(request.GET, "open", asked_fields(request, state))
            fields = open_case(state.procedure, wish, Start(customer=state.customer), request.reader, now=request.now).fields
        except FieldError:
            fields = {}
    found = find_similar(state.procedure, request.reader, customer=state.customer, fields=fields, now=request.now)
    return [(s, step_name(noun, s.step, request.lang)) for s in found]
