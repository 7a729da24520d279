"""Doing an act and answering with its ruling: allowed or waiting; a refusal is the problem 409 with its clauses."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header

from shouwen.api.asking import Asker
from shouwen.base.errors import Refused
from shouwen.base.sql import to_json
from shouwen.cases.acting import act_and_look
from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Effect, Ruling

Key = Annotated[str, Header(alias="Idempotency-Key", max_length=100, pattern=r"^[!-~]*$")]


def ruled(wanted: Act, who: Asker, status: int = 200) -> HttpResponse:
    """Do an act, and answer with a RulingOut. Raises Refused.

    It is put into words here: checking our own answer against its schema, effect by effect, costs as much as deciding it. That
    it fits the schema is for the tests to see.
    """
    ruling, number, step = act_and_look(wanted, now=who.now, read=who.read)
    if ruling.refused:
        raise Refused(ruling)
    return _answer(to_json(told(ruling, who, number, step)), status, address(ruling.subject) if status == 201 else "")


def _answer(body: str, status: int, where: str) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    if where:
        response["Location"] = where
    return response


def told(ruling: Ruling, who: Asker, number: str, step: str) -> dict[str, Any]:
    """Return a ruling as RulingOut says it, with what its case is called by and where it now stands."""
    effects = [{"kind": type(e).__name__.lower(), "clause": _clause(e)} for e in ruling.effects]
    return {
        "outcome": "waiting" if ruling.outcome == "waiting" else "allowed",
        "id": ruling.subject.id,
        "number": number,
        "url": address(ruling.subject),
        "step": step,
        "warnings": [w.text(who.lang) for w in ruling.warnings],
        "cites": [c.clause for c in ruling.cites],
        "effects": effects,
    }


def address(subject: Ref) -> str:
    """Return where the API keeps a case; "" for what is none."""
    return f"/api/v1/cases/{subject.id}" if subject.kind == "case" else ""


def _clause(effect: Effect) -> str:
    cite = getattr(effect, "cite", None)
    return cite.clause if cite is not None else getattr(effect, "clause", "")
