"""问卷: what a clause asks a customer or an outside party to answer themselves. A token opens it, without an account; the answer is an
act of the law.

Whoever has the token answers for them, so it stands nowhere: not in the database, not in the journal, not in logs. It is
derived from a salt and SECRET_KEY, and shown to a member of staff who could record the answer themselves; that is journalled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from django.db import transaction

from shouwen.base import attachments, repeats
from shouwen.base.access import Reader
from shouwen.base.errors import Complaint, FieldError, FileRefused, Forbidden, NotFound
from shouwen.base.journal import EventRow, write_events
from shouwen.base.live_notice import announce
from shouwen.cases import acting
from shouwen.cases.enactments import Laws
from shouwen.cases.models import Case, Survey
from shouwen.cases.options import option
from shouwen.cases.survey_rows import digest, token
from shouwen.policy.act import Act, Evidence
from shouwen.policy.kinds.tells import Notifies
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun, Questionnaire
from shouwen.policy.questionnaires import answered, unanswered
from shouwen.policy.ruling import Ruling

SHOWN: Final = "survey_shown"  # kinds of events: the link was shown to somebody
WITHDRAWN: Final = "survey_withdrawn"  # or taken back
MOST_FILES: Final = 10  # of one question
State = Literal["open", "answered", "withdrawn", "expired", "over"]


class Upload(Protocol):
    """A file as it comes in."""

    name: str | None

    def chunks(self) -> Iterable[bytes]:
        """Return its bytes, piece by piece."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey with what it asks: the case, its shape, and the questionnaire the case began with.

    `of` is the field that names the outside party; "" where the customer is asked.
    """

    survey: Survey
    case: Case
    noun: Noun
    questionnaire: Questionnaire
    of: str = ""


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
    return Asked(survey, case, noun, asked, _of(law, survey) if law is not None else "")


def _of(law: Law, survey: Survey) -> str:
    """Return the field by which the clause that asked names the outside party."""
    clause = law.clause(survey.clause, survey.clause_since) if survey.party == Survey.Party.RECORD else None
    rule = clause.rules.get(survey.noun) if clause is not None else None
    return rule.kind.party.text if rule is not None and isinstance(rule.kind, Notifies) and rule.kind.party is not None else ""


def state_of(asked: Asked, now: datetime) -> State:
    """Return how a survey stands.

    It is `over` when its case has gone where the answer can no longer be taken, or another party has taken the place of who was asked.
    """
    survey, shape = asked.survey, asked.noun.acts[asked.questionnaire.act]
    if survey.outcome:
        return "answered" if survey.outcome == Survey.Outcome.ANSWERED else "withdrawn"
    if now >= survey.until:
        return "expired"
    gone = asked.case.closed_at or (shape.leaves and asked.case.step not in shape.leaves)
    return "over" if gone or (asked.of and _named(asked.case, asked.of) != survey.party_id) else "open"


def _named(case: Case, of: str) -> int | None:
    """Return the record a field of a case names, or of the case it points to."""
    head, _, tail = of.partition(".")
    found = case.fields.get(head)
    if tail:
        pointed = Case.objects.filter(pk=found).values_list("fields", flat=True).first() if isinstance(found, int) else None
        found = (pointed or {}).get(tail)
    return found if isinstance(found, int) else None


@transaction.atomic
def answer(
    survey: int, given: Mapping[str, Any], *, now: datetime, files: Mapping[str, Sequence[Upload]] | None = None, key: str = ""
) -> tuple[State, Ruling | None]:
    """Take an answer, once, or again and again; returns how the survey stood and, if it was open, what the law says of the answer.

    `given` is by question what was typed (see `policy.questionnaires.answered`), `files` what was sent. Raises FieldError for what is
    missing or does not fit, naming the question (`answers.safety`). A refusal of the law leaves the survey open, and no file. What
    comes again under the same `key` is taken once: there is no ruling the second time.
    """
    held = Survey.objects.select_for_update(of=("self",)).select_related("case").get(pk=survey)
    asked = asked_of(held)
    state = state_of(asked, now)
    if state != "open":
        return state, None
    key = f"link:{held.pk}:{key}" if key else ""
    if key and key in repeats.answered(0, [key]):
        return state, None
    filed = {q for q in asked.questionnaire.questions if asked.noun.fields[q].type.name == "file"}
    sent = {q: found for q, found in (files or {}).items() if found and q in filed}
    given = {q: v for q, v in given.items() if q not in filed}  # a file is what was sent, never the number of another
    if missing := unanswered(asked.questionnaire, {**given, **sent}):
        raise FieldError([Complaint(name, "请选择或填写", "please answer this", "missing") for name in missing])
    ruling = acting.act(_act_of(asked, given, sent, key, now), now=now)
    if ruling.refused:
        transaction.set_rollback(True)  # nothing was written but rows of files that hang on nothing
        return state, ruling
    held.answers += 1
    if not held.again:
        held.outcome, held.ended_at = Survey.Outcome.ANSWERED, now
    held.save(update_fields=["answers", "outcome", "ended_at"])
    return state, ruling


def _act_of(asked: Asked, given: Mapping[str, Any], sent: Mapping[str, Sequence[Upload]], key: str, now: datetime) -> Act:
    """Return the act an answer is: the party's own, citing the clause that asked for it. Files are kept when all else fits."""
    survey, wanted = asked.survey, asked.questionnaire
    values = {**_values(asked, given, now), **_values(asked, _kept(asked, sent, now), now)}
    own = (Evidence("self", survey.party, survey.party_id),)
    return Act(wanted.act, survey.ref, 0, now, {**wanted.sets, **values}, own, clause=survey.clause, key=key)


def _values(asked: Asked, given: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    law = Laws().judging(now, asked.survey.noun, asked.case.enactment_id)
    assert law is not None  # its shape was read a moment ago
    wanted = asked.questionnaire
    values, wrong = law.read_fields(asked.survey.noun, wanted.act, answered(wanted, given), now)
    if wrong:
        raise FieldError([Complaint(name, e.zh, e.en) for name, e in wrong.items()])
    return values


def _kept(asked: Asked, sent: Mapping[str, Sequence[Upload]], now: datetime) -> dict[str, Any]:
    """Keep what was sent, with the checks of every attachment; return by question what its field holds."""
    found: dict[str, Any] = {}
    for name, files in sent.items():
        kind = asked.noun.fields[name].type
        if len(files) > (MOST_FILES if kind.many else 1):
            raise FieldError.of(name, f"最多{MOST_FILES if kind.many else 1}个文件", "too many files", "too_many")
        try:
            kept = [str(attachments.store(f.chunks(), f.name or "", by=0, now=now).pk) for f in files]
        except FileRefused as e:
            raise FieldError([Complaint(name, e.zh, e.en, e.reason)]) from None
        found[name] = kept if kind.many else kept[0]
    return found


def may_show(asked: Asked, reader: Reader, now: datetime) -> bool:
    """Whether somebody may have the link: they could record the answer themselves."""
    found = option(asked.survey.ref, asked.questionnaire.act, reader.staff, now=now)
    return found is not None and found.open


@transaction.atomic
def show(survey: int, reader: Reader, *, now: datetime) -> str:
    """Return the token of an open survey to somebody who gives it on; that they had it is journalled.

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
