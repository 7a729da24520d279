"""问卷: what a clause asks a customer to answer themselves. A token opens it, without an account; the answer is an act of the law.

Whoever has the token answers for the customer, so it stands nowhere: not in the database, not in the journal, not in logs. It is
derived from a salt and SECRET_KEY, and shown to a member of staff who could record the answer themselves; that is journalled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db import transaction

from shouwen.base.access import Reader
from shouwen.base.errors import Complaint, FieldError, Forbidden, NotFound
from shouwen.base.journal import EventRow, write_events
from shouwen.base.live_notice import announce
from shouwen.cases import acting
from shouwen.cases.enactments import Laws
from shouwen.cases.models import Case, Survey
from shouwen.cases.options import option
from shouwen.cases.survey_rows import digest, token
from shouwen.policy.act import Act, Evidence
from shouwen.policy.nouns import Noun, Questionnaire
from shouwen.policy.questionnaires import answered, unanswered
from shouwen.policy.ruling import Ruling

SHOWN: Final = "survey_shown"  # kinds of events: the link was shown to somebody
WITHDRAWN: Final = "survey_withdrawn"  # or taken back
State = Literal["open", "answered", "withdrawn", "expired", "over"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey with what it asks: the case, its shape, and the questionnaire the case began with."""

    survey: Survey
    case: Case
    noun: Noun
    questionnaire: Questionnaire


def token_of(survey: Survey) -> str:
    """Return the token that opens a survey: 192 bits, as 32 characters of an address. Never to be logged or kept."""
    return token(survey.salt)


def find(given: str) -> Asked:
    """Return what a token opens, however it ended. Raises NotFound."""
    found = Survey.objects.select_related("case").filter(digest=digest(given)).first()
    if found is None:
        raise NotFound
    return asked_of(found)


def asked_of(survey: Survey, laws: Laws | None = None) -> Asked:
    """Return a survey with the questions its case began with. Raises NotFound where the law has none (any more)."""
    case = survey.case
    law = (laws or Laws()).judging(survey.asked_at, survey.noun, case.enactment_id)
    noun = law.nouns.get(survey.noun) if law is not None else None
    asked = noun.questionnaires.get(survey.questionnaire) if noun is not None else None
    if noun is None or asked is None:
        raise NotFound
    return Asked(survey, case, noun, asked)


def state_of(asked: Asked, now: datetime) -> State:
    """Return how a survey stands. It is `over` when its case has gone where the answer can no longer be taken."""
    survey, shape = asked.survey, asked.noun.acts[asked.questionnaire.act]
    if survey.outcome:
        return "answered" if survey.outcome == Survey.Outcome.ANSWERED else "withdrawn"
    if now >= survey.until:
        return "expired"
    return "over" if asked.case.closed_at or (shape.leaves and asked.case.step not in shape.leaves) else "open"


@transaction.atomic
def answer(survey: int, given: Mapping[str, Any], *, now: datetime) -> tuple[State, Ruling | None]:
    """Take a customer's answer, once; returns how the survey stood and, if it was open, what the law says of the answer.

    `given` is by question what was typed (see `policy.questionnaires.answered`). Raises FieldError for what is missing or does not
    fit, naming the question (`answers.safety`). A refusal of the law leaves the survey open.
    """
    held = Survey.objects.select_for_update(of=("self",)).select_related("case").get(pk=survey)
    asked = asked_of(held)
    state = state_of(asked, now)
    if state != "open":
        return state, None
    if missing := unanswered(asked.questionnaire, given):
        raise FieldError([Complaint(name, "请选择或填写", "please answer this", "missing") for name in missing])
    ruling = acting.act(_act_of(asked, given, now), now=now)
    if not ruling.refused:
        held.outcome, held.ended_at = Survey.Outcome.ANSWERED, now
        held.save(update_fields=["outcome", "ended_at"])
    return state, ruling


def _act_of(asked: Asked, given: Mapping[str, Any], now: datetime) -> Act:
    """Return the act an answer is: the customer's own, citing the clause that asked for it."""
    survey, wanted = asked.survey, asked.questionnaire
    law = Laws().judging(now, survey.noun, asked.case.enactment_id)
    assert law is not None  # its shape was read a moment ago
    values, wrong = law.read_fields(survey.noun, wanted.act, answered(wanted, given), now)
    if wrong:
        raise FieldError([Complaint(name, e.zh, e.en) for name, e in wrong.items()])
    own = (Evidence("self", "customer", survey.customer_id),)
    return Act(wanted.act, survey.ref, 0, now, {**wanted.sets, **values}, own, clause=survey.clause)


def may_show(asked: Asked, reader: Reader, now: datetime) -> bool:
    """Whether somebody may have the link: they could record the answer themselves."""
    found = option(asked.survey.ref, asked.questionnaire.act, reader.staff, now=now)
    return found is not None and found.open


@transaction.atomic
def show(survey: int, reader: Reader, *, now: datetime) -> str:
    """Return the token of an open survey to somebody who gives it to the customer; that they had it is journalled.

    Raises NotFound when the case is not theirs to see or the survey not open, Forbidden when they could not record the answer.
    """
    asked = _open(survey, reader, now)
    _note(asked, SHOWN, reader, now)
    return token_of(asked.survey)


@transaction.atomic
def withdraw(survey: int, reader: Reader, *, now: datetime) -> None:
    """Take the link back: it opens nothing any more. Raises as `show` does."""
    asked = _open(survey, reader, now)
    held = asked.survey
    held.outcome, held.ended_at = Survey.Outcome.WITHDRAWN, now
    held.save(update_fields=["outcome", "ended_at"])
    _note(asked, WITHDRAWN, reader, now)


def _open(survey: int, reader: Reader, now: datetime) -> Asked:
    found = Survey.objects.visible_to(reader).select_for_update(of=("self",)).select_related("case").filter(pk=survey).first()
    if found is None:
        raise NotFound
    asked = asked_of(found)
    if state_of(asked, now) != "open":
        raise NotFound
    if not may_show(asked, reader, now):
        raise Forbidden("write")
    return asked


def _note(asked: Asked, kind: str, reader: Reader, now: datetime) -> None:
    s = asked.survey
    data = {"survey": s.pk, "questionnaire": s.questionnaire, "clause": s.clause}
    write_events([EventRow(subject=s.ref, kind=kind, actor=reader.staff, at=now, entered_at=now, case=s.case_id, data=data)])
    announce(f"case-{s.case_id}")
