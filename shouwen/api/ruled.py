"""Doing an act and answering with its ruling: allowed or waiting; a refusal is the problem 409 with its clauses."""

from __future__ import annotations

from typing import Annotated

from ninja import Header

from shouwen.api.asking import Asker
from shouwen.api.shapes import EffectOut, RulingOut
from shouwen.base.errors import Refused
from shouwen.cases.acting import act
from shouwen.cases.models import Case
from shouwen.policy.act import Act
from shouwen.policy.ruling import Ruling

Key = Annotated[str, Header(alias="Idempotency-Key", max_length=100, pattern=r"^[!-~]*$")]


def ruled(wanted: Act, who: Asker) -> RulingOut:
    """Do an act. Raises Refused."""
    ruling = act(wanted, now=who.now)
    if ruling.refused:
        raise Refused(ruling)
    return shown(ruling, who)


def shown(ruling: Ruling, who: Asker) -> RulingOut:
    """Return a ruling as the API shows it."""
    case = Case.objects.filter(pk=ruling.subject.id).values_list("number", "step").first()
    number, step = case or ("", "")
    effects = [
        EffectOut(
            kind=type(e).__name__.lower(), clause=getattr(getattr(e, "cite", None), "clause", "") or getattr(e, "clause", "")
        )
        for e in ruling.effects
    ]
    return RulingOut(
        outcome="waiting" if ruling.outcome == "waiting" else "allowed", case=number, step=step,
        warnings=[w.text(who.lang) for w in ruling.warnings], cites=[c.clause for c in ruling.cites], effects=effects,
    )  # fmt: skip
