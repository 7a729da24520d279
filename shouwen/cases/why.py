"""为什么: what an effect rested on (a promise, an assignment, a class, an entry …), and why an act is refused: facts, sums, clause.

An effect is explained by what the journal kept of the act it came with (`reads`): the facts the law read then. A refusal is explained
by the facts of this moment, for nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from shouwen.base.journal import ACT
from shouwen.base.models import Event
from shouwen.cases.book import Book
from shouwen.cases.enactments import Laws
from shouwen.cases.facts import Gatherer, matter_of
from shouwen.cases.plain import plain
from shouwen.policy.act import Act, Ref
from shouwen.policy.calendars import calendar_for
from shouwen.policy.decide import decide
from shouwen.policy.env import Env
from shouwen.policy.facts import Facts, Running
from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.law import Law
from shouwen.policy.moments import Clockwork
from shouwen.policy.promises import fall_again
from shouwen.policy.reasons import Reasons, reasons, seen_again
from shouwen.policy.ruling import Refusal, Ruling
from shouwen.policy.simulating_state import moment
from shouwen.staff import org
from shouwen.worktime import WorktimeError

ENDINGS: Final = ("kept", "late", "withdrawn", "breach", "warned", "paused", "resumed", "extended")  # what becomes of a promise
SLOW: Final = 200  # rows of one subject before an effect that are looked through for what it came with


@dataclass(frozen=True, slots=True)
class Sum:
    """How a due moment was counted: from when, until when, and the arithmetic in a sentence ("" where there is none)."""

    anchor: datetime | None = None
    due_at: datetime | None = None
    zh: str = ""
    en: str = ""


NO_REASONS: Final = Reasons()
NO_SUM: Final = Sum()


@dataclass(frozen=True, slots=True)
class Why:
    """What a clause rested on. `act` and `by`: what it came with (the clock: ""); `missed`: the clause whose breach it followed."""

    clause: str
    since: date | None
    zh: str
    en: str
    sentence: str
    at: datetime
    act: str = ""
    by: int = 0
    reasons: Reasons = NO_REASONS
    sum: Sum = NO_SUM
    missed: str = ""
    refusal: Refusal | None = None


def of_event(event: Event, laws: Laws | None = None) -> Why | None:
    """Return why an effect came about; None for an act (acts are people's own), and for a clause that no law knows."""
    law = (laws or Laws()).at(event.at)
    clause = law.clause(event.clause, event.clause_since) if law is not None and event.clause else None
    if law is None or clause is None or not clause.rules:
        return None
    rule = clause.rules.get(event.noun) or clause.rule
    if event.kind in ENDINGS:
        promise = _promise(event, event.clause)
        made = of_event(promise, laws) if promise is not None else None
        return replace(made, at=event.at) if made is not None else _said(clause, event)
    cause = _cause(event)
    known = _known(event, cause)
    env = _env(law, rule, known, event, cause)
    said = _said(clause, event, cause.act if cause is not None else "")
    missed = rule.upon.name if rule.upon is not None and rule.upon.kind == "breach" else ""
    counted = _counted(law, event, env) if event.kind == "promise" else _missed(event, missed, laws)
    found = reasons(rule, known, env)
    facts = tuple(f for f in found.facts if event.kind != "chosen" or f.path.text != event.data.get("field"))
    return replace(said, reasons=replace(found, facts=facts), sum=counted, missed=missed)


def of_field(subject: Ref, name: str) -> Event | None:
    """Return the effect that last set a field of a subject (its class, who answers for it …); None when people set it."""
    found = Event.objects.of(subject).filter(kind="chosen", data__field=name).exclude(clause="").order_by("-seq").first()
    later = Event.objects.of(subject).filter(kind=ACT, data__brought__has_key=name).order_by("-seq").first()
    if found is None or (later is not None and later.seq > found.seq):
        return None
    return found


def of_promise(subject: Ref, clause: str, row: str) -> Event | None:
    """Return the effect that made a running promise."""
    return next((e for e in _of_clause(subject, clause, "promise") if str(e.data.get("row", "")) == row), None)


def of_refusals(subject: Ref, name: str, by: int, *, now: datetime) -> list[Why]:
    """Return why somebody may not do an act now, clause by clause; what has no clause (a step) says so itself."""
    book = Book()
    book.take([subject])
    living = book.subjects.get(subject.id)
    law = book.laws.judging(now, subject.noun, living.enactment) if living is not None else None
    if living is None or law is None or name not in living.noun.acts:
        return []
    m = matter_of(Act(name, subject, by, now), living, law, book.org(now))
    gatherer = Gatherer(book)
    gatherer.prepare([m])
    facts = gatherer.of(m)
    return of_ruling(decide(law, facts, m.act, now), law, facts)


def of_ruling(ruling: Ruling, law: Law, facts: Facts | None = None) -> list[Why]:
    """Return why an act was refused, clause by clause, by the facts the ruling was made on."""
    act = ruling.act
    noun = law.noun(act.subject.noun)
    if noun is None:
        return []
    facts = facts or Facts(org=org.snapshot(act.at))
    calendar = calendar_for(law, noun, facts)
    env = Env(facts, act, act.at, noun, calendar, law.calendars, {**facts.fields, **act.fields})
    return [_refused(r, law, env, ruling.reads) for r in ruling.refusals]


def _refused(r: Refusal, law: Law, env: Env, reads: Mapping[str, Any]) -> Why:
    clause = law.on(env.calendar.business_day(env.at)).clauses.get(r.clause)
    if clause is None or not clause.rules:
        return Why("", None, r.zh, r.en, "", env.at, env.act.name, env.act.by, refusal=r)
    rule = clause.rules.get(env.noun.id) or clause.rule
    known = {name: plain(value) for name, value in reads.items()}
    found = Why(clause.name, clause.since, clause.zh, clause.en, clause.sentence(), env.at, env.act.name, env.act.by)
    return replace(found, reasons=reasons(rule, known, env), refusal=r)


def _known(event: Event, cause: Event | None) -> Mapping[str, Any]:
    """Return the facts the law read of an act. They are kept as of after its choices: what a clause chose is no fact it read."""
    if cause is None:
        return {}
    own = (
        event.data.get("field")
        if event.kind == "chosen" and event.data.get("field") not in cause.data.get("brought", {})
        else None
    )
    return {name: value for name, value in cause.data.get("reads", {}).items() if name != own}


def _said(clause: Clause, event: Event, act: str = "") -> Why:
    return Why(clause.name, clause.since, clause.zh, clause.en, clause.sentence(), event.at, act, event.actor_id)


def _cause(event: Event) -> Event | None:
    """Return the act an effect came with: written down together, by the same person, before it."""
    before = Event.objects.of(event.subject).filter(seq__lt=event.seq, seq__gt=event.seq - SLOW * 10)
    same = before.filter(kind=ACT, entered_at=event.entered_at, at=event.at, actor_id=event.actor_id)
    return same.order_by("-seq").first() if event.actor_id else None


def _of_clause(subject: Ref, clause: str, kind: str) -> list[Event]:
    return list(Event.objects.of(subject).filter(clause=clause, kind=kind).order_by("-seq")[:SLOW])


def _promise(event: Event, clause: str) -> Event | None:
    """Return the promise of a clause that an event speaks of: the last one made before it, of the same row."""
    row = str(event.data.get("row", "")) if clause == event.clause else ""
    made = (e for e in _of_clause(event.subject, clause, "promise") if e.seq <= event.seq)
    return next((e for e in made if not row or str(e.data.get("row", "")) == row), None)


def _missed(event: Event, missed: str, laws: Laws | None) -> Sum:
    """Return how the promise was counted whose breach was followed by an effect."""
    promise = _promise(event, missed) if missed else None
    made = of_event(promise, laws) if promise is not None else None
    return made.sum if made is not None else Sum()


def _env(law: Law, rule: Rule, known: Mapping[str, Any], event: Event, cause: Event | None) -> Env:
    noun = law.nouns.get(event.noun) or rule.noun
    assert noun is not None
    facts, fields = seen_again(Facts(org=org.snapshot(event.at)), known, rule)
    brought = {**cause.data.get("brought", {}), **cause.data.get("followed", {})} if cause is not None else {}
    told = {n: noun.fields[n].type.load(v) for n, v in brought.items() if n in noun.fields}
    act = Act(cause.act if cause is not None else "", event.subject, event.actor_id, event.at)
    return Env(facts, act, event.entered_at, noun, calendar_for(law, noun, facts), law.calendars, {**told, **fields})


def _counted(law: Law, event: Event, env: Env) -> Sum:
    """Return how a promise was counted, computed again as it was made."""
    d = event.data
    anchor, due = moment(d.get("anchor")) or event.at, moment(d.get("due_at"))
    until, owes = tuple(d.get("until", ())), tuple(d.get("owes", ()))
    running = Running(event.clause, event.clause_since, str(d.get("row", "")), anchor, due, None, until, owes, "", event.at)
    try:
        fall = fall_again(law, running, env, Clockwork(()))
    except (WorktimeError, ArithmeticError, TypeError):  # the facts of then do not tell it any more
        fall = None
    counted = fall.deadline if fall is not None and fall.due_at == due else None
    return Sum(anchor, due, counted.explain("zh") if counted else "", counted.explain("en") if counted else "")
