"""What a ruling changes: its effects carried out on the subject in hand, one after the other, as `policy.world` does in memory.

Every effect that rests on a clause becomes an event. Nothing is written here; `effects` writes what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shouwen.base.numbering import next_id
from shouwen.cases import adapters, approving, entering
from shouwen.cases.adapters import Happening
from shouwen.cases.book import Book
from shouwen.cases.facts import Matter
from shouwen.cases.granting import confirmed, figures, grant, owing, retain
from shouwen.cases.living import Living, Promised, Work
from shouwen.cases.minutes import Minutes
from shouwen.cases.telling import tell, tell_near
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.facts import OpenTaskFact, Running
from shouwen.policy.ruling import (
    Ask,
    Attest,
    Breach,
    CloseTask,
    Effect,
    Enter,
    Grant,
    Hold,
    LinkCases,
    Move,
    OpenCase,
    OpenTask,
    Pass,
    Perform,
    Promise,
    Receipt,
    Report,
    Retain,
    Ruling,
    SetField,
    Settle,
    Step,
    TakeTask,
    Tell,
    Verdict,
    Warned,
)

PEOPLE: Final = ("responsible", "first_asked", "unit")
SEARCHED: Final = ("text", "phone")


@dataclass(slots=True)
class Hand:
    """One ruling being carried out: on which subject, and what follows from it."""

    book: Book
    minutes: Minutes
    matter: Matter
    ruling: Ruling
    follow: list[Act] = field(default_factory=list)
    request: int = 0  # approvals of one asked act share it
    kept: list[str] = field(default_factory=list)  # clauses whose promises were settled
    books: list[str] = field(default_factory=list)

    @property
    def subject(self) -> Living:
        """The subject of the act."""
        return self.matter.subject

    @property
    def act(self) -> Act:
        """The act."""
        return self.ruling.act

    def note(self, kind: str, e: Any, **data: Any) -> None:
        """Note an effect with its clause."""
        if e.cite is not None:
            self.minutes.event(self.subject, kind, self.ruling, clause=e.cite.clause, since=e.cite.since, **data)


def carry_out(hand: Hand) -> list[Act]:
    """Carry out a ruling that allows an act or lets it wait; return the acts that follow from it, in order."""
    s, act, ruling = hand.subject, hand.act, hand.ruling
    s.acts += 1
    if s.fresh and s.opened_at is None:
        s.opened_at = act.at
        hand.book.subjects[s.ref.id] = s
    if ruling.allowed and not s.passing:
        if act.name in s.noun.acts:
            s.mark(act.name, act.at, act.by)
        hand.minutes.act(s, ruling)
    if not act.granted:  # an act that waited has brought its files when it was asked for: whoever decides must see them
        hand.minutes.attach(s, act)
    for e in ruling.effects:
        _APPLY[type(e)](hand, e)
    return hand.follow


# fields and steps


def _set(hand: Hand, e: SetField) -> None:
    s, target = hand.subject, hand.subject
    if e.link:
        found = _pointed_at(hand, e.link)
        if found is None:
            return
        target = found
    target.changed = True
    target.acts += target is not s
    if e.cite is not None:
        hand.note("chosen", e, field=e.field, value=_dumped(target, e), link=e.link)
    if e.field in PEOPLE:
        setattr(target, e.field, e.value)
        target.found_anew = True
        if e.field not in target.noun.fields:
            return
    target.fields[e.field] = e.value
    target.mark(f"changed:{e.field}", hand.act.at, hand.act.by)
    shape = target.noun.fields.get(e.field)
    target.found_anew |= shape is not None and (shape.type.name in SEARCHED or shape.conceals)
    if e.field == "customer" and not target.customer and isinstance(e.value, int):
        target.customer = e.value


def _dumped(s: Living, e: SetField) -> Any:
    shape = s.noun.fields.get(e.field)
    return shape.type.dump(e.value) if shape is not None else e.value


def _pointed_at(hand: Hand, link: str) -> Living | None:
    """Take what a field of the subject points to in hand."""
    pointed = hand.subject.fields.get(link, 0)
    hand.book.take([_ref_of(hand, link, pointed)])
    return hand.book.subjects.get(pointed)


def _ref_of(hand: Hand, link: str, pointed: Any) -> Ref:
    """Name what a field points to; what kind it is the field's type says."""
    shape = hand.subject.noun.fields.get(link)
    found = hand.book.found(pointed) if isinstance(pointed, int) else None
    if found is not None:
        return found.ref
    return Ref(shape.type.name if shape is not None else "", "", pointed if isinstance(pointed, int) else 0)


def _step(hand: Hand, e: Step) -> None:
    s = hand.subject
    s.step, s.closed_at, s.changed = e.to, hand.act.at if e.ends else None, True
    s.found_anew |= bool(s.noun.concealing)  # what has ended is withheld from nobody
    if not e.ends:
        s.merged_into = 0


def _hold(hand: Hand, e: Hold) -> None:
    s = hand.subject
    if e.until is None and e.since is not None:
        s.pauses.append((e.since, None))
        s.held, s.held_until = True, hand.act.fields.get("until")
        if s.held_until is not None:
            hand.minutes.topics["clock"] = None
    else:
        s.pauses = [(a, b or e.until) for a, b in s.pauses]
        s.held, s.held_until = False, None
    s.changed = True


def _link(hand: Hand, e: LinkCases) -> None:
    s = hand.subject
    hand.minutes.links.append(
        {"id": next_id(), "case_id": s.ref.id, "other_id": e.other, "how": e.how, "at": hand.act.at, "by_id": hand.act.by}
    )
    hand.minutes.topics[f"case-{e.other}"] = None
    if e.how == "merged":
        s.closed_at, s.merged_into, s.held_until, s.changed = hand.act.at, e.other, None, True


# promises


def _promise(hand: Hand, e: Promise) -> None:
    s, name = hand.subject, e.cite.clause
    if any((d.running.clause, d.running.row) == (name, e.row) for d in s.running):
        return  # one promise of a clause and row runs at a time: the first one stands
    running = Running(name, e.cite.since, e.row, e.anchor, e.due_at, None, e.until, e.owes, e.calendar, hand.act.at)
    s.deadlines.append(Promised(next_id(), running, hand.act.name, hand.minutes.now, e.warn_at, fresh=True))
    s.changed = True
    told = {"anchor": e.anchor, "due_at": e.due_at, "warn_at": e.warn_at, "owes": e.owes, "until": e.until}
    hand.note("promise", e, row=e.row, **told, overdue=e.born_overdue)


def _settle(hand: Hand, e: Settle) -> None:
    s = hand.subject
    for d in [d for d in s.running if (d.running.clause, d.running.row) == (e.clause, e.row)]:
        d.stopped_at, d.outcome, d.changed = e.at, e.outcome, True
        s.changed = True
        if e.outcome != "withdrawn":
            s.settled.add((e.clause, e.row, d.running.anchor))
        hand.kept.append(e.clause)
        hand.minutes.event(
            s,
            e.outcome,
            hand.ruling,
            clause=e.clause,
            since=d.running.since,
            at=e.at,
            row=e.row,
            why=e.why,
            due_at=d.running.due_at,
            owes=d.running.owes,
            deadline=d.id,
        )


def _running(s: Living, clause: str, row: str) -> Promised | None:
    return next((d for d in s.running if (d.running.clause, d.running.row) == (clause, row)), None)


def _move(hand: Hand, e: Move) -> None:
    s, d = hand.subject, _running(hand.subject, e.clause, e.row)
    if d is None:
        return
    d.now(due_at=e.due_at, extended=(*d.running.extended, *((e.span,) if e.span else ())))
    if e.warn_at is not None:
        d.warn_at, d.warned_at = e.warn_at, None
    s.changed = True
    hand.minutes.event(
        s, e.why, hand.ruling, clause=e.clause, since=d.running.since, row=e.row, due_at=e.due_at, span=e.span, deadline=d.id
    )


def _breach(hand: Hand, e: Breach) -> None:
    d = _running(hand.subject, e.cite.clause, e.row)
    if d is not None:
        d.now(breached_at=e.at)
        hand.subject.stirred = True
    hand.minutes.event(
        hand.subject,
        "recorded" if e.gate else "breach",
        hand.ruling,
        clause=e.cite.clause,
        since=e.cite.since,
        at=e.at,
        row=e.row,
        owes=e.owes,
        deadline=d.id if d else 0,
    )


def _warned(hand: Hand, e: Warned) -> None:
    d = _running(hand.subject, e.clause, e.row)
    if d is None:
        return
    d.warned_at, d.changed, hand.subject.stirred = hand.minutes.now, True, True
    hand.minutes.event(
        hand.subject, "warned", hand.ruling, clause=e.clause, since=d.running.since, row=e.row, to=e.to, deadline=d.id
    )
    tell_near(hand.minutes, hand.matter, d, e.to)


# tasks


def _open_task(hand: Hand, e: OpenTask) -> None:
    s = hand.subject
    fact = OpenTaskFact(next_id(), e.name, e.row, e.cite.clause if e.cite else "", e.who, e.post, e.act)
    since = e.cite.since if e.cite else None
    s.tasks.append(Work(fact.id, fact, e.zh, hand.act.at, e.due_at, s.unit, since, fresh=True))
    s.changed = s.found_anew = True
    hand.note("task", e, task=fact.id, name=e.name, row=e.row, who=e.who, post=e.post, act=e.act, due_at=e.due_at)


def _close_task(hand: Hand, e: CloseTask) -> None:
    work = next((t for t in hand.subject.open_tasks if t.id == e.id), None)
    if work is None:
        return
    work.end(e.outcome, hand.act.at, hand.act.by)
    hand.subject.changed = hand.subject.found_anew = True
    if work.fact.clause:
        kind = f"task_{e.outcome}"
        hand.minutes.event(
            hand.subject, kind, hand.ruling, clause=work.fact.clause, since=work.since, task=e.id, name=e.name, row=e.row
        )


def _take_task(hand: Hand, e: TakeTask) -> None:
    work = next((t for t in hand.subject.open_tasks if t.id == e.id), None)
    if work is not None:
        work.was, work.fact, work.changed = work.fact, replace(work.fact, who=(e.by,), post=""), True
        hand.subject.changed = hand.subject.found_anew = True


# what follows, and what others write


def _perform(hand: Hand, e: Perform) -> None:
    hand.follow.append(e.act)
    hand.note("performs", e, act=e.act.name)


def _open_case(hand: Hand, e: OpenCase) -> None:
    s, noun = hand.subject, hand.matter.law.nouns[e.procedure]
    customer = e.fields.get("customer") if "customer" in noun.fields else s.customer
    opening = Opening(e.unit or s.unit, customer or s.customer, 0, s.first_asked, e.who, e.post, e.due_at, s.case)
    ref = Ref(noun.kind, noun.id, next_id())
    hand.follow.append(Act("open", ref, 0, hand.act.at, e.fields, opening=opening, upon=e.cite.clause, row=e.row))
    hand.note("case", e, procedure=e.procedure, opens=ref.id, who=e.who, post=e.post, due_at=e.due_at, row=e.row)


def _tell(hand: Hand, e: Tell) -> None:
    asked = {"questionnaire": e.questionnaire, "until": e.until, "outside": e.outside, "again": e.again}
    owing(hand.subject, e, hand.act)
    hand.note("tell", e, to=e.to, customer=e.customer, form=e.form, confirm=e.confirm, **asked)
    tell(hand.minutes, hand.matter, e)


def _attest(hand: Hand, e: Attest) -> None:
    hand.subject.mark(f"attested:{e.cite.clause}", hand.act.at, hand.act.by)
    hand.note("attested", e, what=e.what, strength=e.strength)


def _pass(hand: Hand, e: Pass) -> None:
    hand.note("passed", e, by=e.by, reason=e.reason)


def _enter(hand: Hand, e: Enter) -> None:
    hand.books.append(e.book)
    hand.note("entry", e, book=e.book, who=e.who, amount=e.amount, party=e.party, row=e.row, voids=e.voids)
    booked = entering.begin(hand.book, hand.matter, e)
    hand.follow += [booked] if booked is not None else []
    _elsewhere(hand, e, booked.subject.id if booked is not None else 0)


def _grant(hand: Hand, e: Grant) -> None:
    target = _pointed_at(hand, e.link) if e.link else hand.subject
    if target is not None:
        grant(target, e, hand.act, hand.minutes.now)
        target.acts += target is not hand.subject
        hand.note("granted", e, what=e.what, link=e.link, to=target.ref.id, granted_from=e.since, granted_until=e.until)


def _retain(hand: Hand, e: Retain) -> None:
    retain(hand.subject, e, hand.act)
    hand.note("retained", e, until=e.until)


def _report(hand: Hand, e: Report) -> None:
    counted = figures(e, hand.matter.law)
    hand.note("report", e, period=e.period, to=e.to, form=e.form, figures=counted)
    tell(hand.minutes, hand.matter, Tell(e.cite, e.to, 0, e.form, zh=e.zh), counted)


def _elsewhere(hand: Hand, e: Effect, entry: int = 0) -> None:
    """An effect an app above writes, all of a type together at the end."""
    adapters.effect(type(e))
    s = hand.subject
    case = s.case or (s.parent if s.ref.kind == "entry" else 0)  # what follows from an entry belongs to the case it arose from
    happening = Happening(e, s.ref, case, s.unit, hand.act, hand.minutes.now, entry)
    hand.minutes.happenings.setdefault(type(e), []).append(happening)


def _ask(hand: Hand, e: Ask) -> None:
    hand.request = hand.request or next_id()
    approving.ask(hand.minutes, hand.matter, hand.ruling, e, hand.request)


def _verdict(hand: Hand, e: Verdict) -> None:
    approving.decide(hand.minutes, hand.matter, hand.ruling, e)


_APPLY: Final[Mapping[type, Callable[[Hand, Any], None]]] = {
    SetField: _set,
    Step: _step,
    Promise: _promise,
    Settle: _settle,
    Move: _move,
    Breach: _breach,
    Warned: _warned,
    OpenTask: _open_task,
    CloseTask: _close_task,
    TakeTask: _take_task,
    OpenCase: _open_case,
    Ask: _ask,
    Verdict: _verdict,
    Perform: _perform,
    Tell: _tell,
    Receipt: lambda hand, e: confirmed(hand.subject, e),
    Enter: _enter,
    Attest: _attest,
    Hold: _hold,
    Pass: _pass,
    LinkCases: _link,
    Grant: _grant,
    Retain: _retain,
    Report: _report,
}
