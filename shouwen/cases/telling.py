"""Notices of what happens on a subject: what clauses tell, warnings of what falls due, answers to requests, what could not be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from shouwen.base.numbering import next_id
from shouwen.base.outbox import NoticeRow
from shouwen.cases.answering import owners, owning_post
from shouwen.cases.facts import Matter
from shouwen.cases.living import Asked, Promised, Work
from shouwen.cases.minutes import Minutes
from shouwen.cases.survey_rows import row_of
from shouwen.policy.facts import OpenTaskFact
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.ruling import Ruling, Tell

REFUSED: Final = "refused_follow_up"
LONGEST_TITLE: Final = 200


def tell(minutes: Minutes, m: Matter, e: Tell, figures: Mapping[str, Any] | None = None) -> None:
    """Tell persons, and the customer, what a clause says; of a report its `figures` by measure; and `of` what, where no case says it."""
    payload: dict[str, Any] = {"form": e.form, "row": m.act.row} if e.form else {"row": m.act.row} if m.act.row else {}
    if figures is not None:
        payload["figures"] = figures
    if figures is not None or (e.form and not m.subject.case):
        payload["of"] = [m.subject.ref.kind, m.subject.ref.id]
    for staff in e.to:
        _notice(minutes, m, "told", staff, e.zh, clause=e.cite.clause, since=e.cite.since, confirm=e.confirm, payload=payload)
    survey = row_of(m, e) if e.questionnaire and e.until is not None and m.subject.ref.kind == "case" else None
    if survey is not None:
        minutes.surveys.append(survey)
    if e.customer:
        text = e.zh
        if survey is not None and not e.outside:
            payload = {**payload, "survey": survey["id"]}  # a channel makes the link of it; the token is kept nowhere
        minutes.notices.append(
            NoticeRow(
                topic="told", key=f"{next_id()}", at=m.act.at, customer=e.customer, case=m.subject.case, clause=e.cite.clause,
                clause_since=e.cite.since, text=text, payload=payload, channel="customer", confirm=e.confirm,
            )
        )  # fmt: skip


def tell_near(minutes: Minutes, m: Matter, d: Promised, to: Iterable[int]) -> None:
    """Warn those who owe a promise that it falls due soon."""
    r = d.running
    if r.due_at is None:
        return
    text = f"{wording(m.law, r.clause, r.since)}：{_local(r.due_at)}到期"
    for staff in to:
        _notice(minutes, m, "near", staff, text, clause=r.clause, since=r.since, payload={"due_at": r.due_at, "row": r.row})


def tell_requester(minutes: Minutes, m: Matter, asked: Asked, *, granted: bool) -> None:
    """Answer whoever asked for an act, unless they took it back themselves."""
    pending = asked.pending
    if not pending.requester or m.act.by == pending.requester:
        return
    shape = m.subject.noun.acts.get(pending.act.name)
    text = f"{shape.zh if shape else pending.act.name}：{'已批准' if granted else '未批准'}"
    _notice(
        minutes,
        m,
        "approval",
        pending.requester,
        text,
        clause=pending.clause,
        since=asked.since,
        payload={"granted": granted, "act": pending.act.name},
    )


def tell_refused(minutes: Minutes, m: Matter, ruling: Ruling) -> None:
    """Tell who answers for a subject that something the law or an approval wanted done could not be done."""
    act, person = ruling.act, m.subject.responsible or ruling.act.by
    shape = m.subject.noun.acts.get(act.name)
    text = f"{shape.zh if shape else act.name}没有办成：{_why(ruling)}"
    clause = next((r.clause for r in ruling.refusals if r.clause), "")
    for staff in (person,) if person else owners(m.law, act.upon or act.clause, m.org, m.subject.unit, act.at):
        _notice(minutes, m, "refused_follow_up", staff, text, clause=clause, since=None, payload={"act": act.name})


def answer_for(minutes: Minutes, m: Matter, ruling: Ruling, wanted: Noun) -> bool:
    """Give whoever answers for a subject the task to open by hand what the law could not open by itself, and say what it lacks.

    Who answers is the person responsible, else the post that owns the regulation. False where nothing is kept on the subject (staff,
    units), or nobody answers: then a notice has to do.
    """
    s, act = m.subject, ruling.act
    post = "" if s.responsible else owning_post(m.law, act.upon)
    if s.passing or s.fresh or not (s.responsible or post):
        return False
    unit = s.unit if s.responsible or m.org.holders(post, s.unit, act.at) else 0
    who = (s.responsible,) if s.responsible else ()
    fact = OpenTaskFact(next_id(), REFUSED, f"{act.subject.id}", act.upon, who, post, "")
    title = f"手工开立{wanted.zh}：{_why(ruling)}"[:LONGEST_TITLE]
    s.tasks.append(Work(fact.id, fact, title, act.at, None, unit, fresh=True))
    s.changed = s.found_anew = True
    minutes.event(s, "task", ruling, clause=act.upon, task=fact.id, name=REFUSED, row=fact.row, who=who, post=post)
    return True


def _why(ruling: Ruling) -> str:
    return "；".join(r.text() for r in ruling.refusals)


def wording(law: Law, name: str, since: date | None) -> str:
    """Return what a clause says in Chinese: its own words, or its sentence."""
    clause = law.clause(name, since)
    return name if clause is None else clause.zh or clause.sentence()


def _notice(minutes: Minutes, m: Matter, topic: str, staff: int, text: str, **more: Any) -> None:
    since = more.pop("since", None)
    minutes.notices.append(
        NoticeRow(
            topic=topic, key=f"{next_id()}", at=m.act.at, staff=staff, case=m.subject.case, text=text, clause_since=since, **more
        )
    )


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment, timezone.get_default_timezone()):%m-%d %H:%M}"
