"""One transaction's hearing of acts, in order: each is judged on what the ones before it have left, and carries its own along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from shouwen.base.errors import Problem
from shouwen.cases import effects
from shouwen.cases.applying import Hand, carry_out
from shouwen.cases.book import Book, JustRead
from shouwen.cases.counting import Happened
from shouwen.cases.facts import Gatherer, Matter, matter_of
from shouwen.cases.living import Living, newborn, passing
from shouwen.cases.minutes import Minutes
from shouwen.cases.queueing import put_off
from shouwen.cases.telling import answer_for, tell_refused
from shouwen.policy.act import CLOCK_ACTS, Act, Ref
from shouwen.policy.decide import decide
from shouwen.policy.nouns import PEOPLE_AND_PLACES
from shouwen.policy.ruling import Refusal, Ruling
from shouwen.worktime import UnknownYear, WorktimeError

MOST_FOLLOWING: Final = 200  # acts one act may cause
LINKING: Final = ("link", "merge")
RESUME: Final = "resume"


class TooManyFollow(Problem, RecursionError):
    """One act causes more than MOST_FOLLOWING others: a ring the checks of the pack did not see. Nothing of it is written."""

    status = 409
    code = "endless"

    def __init__(self, act: str) -> None:
        super().__init__(
            f"制度里由“{act}”引发的动作没有尽头，没有办理。请告知制度管理员。",
            f"By the law {act!r} causes acts without end; nothing was done. Tell whoever keeps the regulations.",
        )


class Sitting:
    """Hears acts inside one transaction; it calls `begin` when it needs that: before it locks anything, and before it writes more
    than one statement. `write_out` writes what has been ruled so far; the caller commits."""

    def __init__(self, now: datetime, begin: Callable[[], None], read: JustRead | None = None) -> None:
        self.now = now
        self.begin = begin
        self.book = Book(begin=begin, read=read)
        self.minutes = Minutes(now)
        self.gatherer = Gatherer(self.book, self.write_out)
        self.sources: dict[int, Living] = {}  # of what the law wants opened: the subject it follows from

    def hear(self, acts: Sequence[Act]) -> list[Ruling]:
        """Judge acts in order, each with what follows from it; return the rulings of the acts themselves."""
        self.book.take(ref for a in acts if a.name != "open" for ref in (a.subject, *_merged_into(a)))
        matters = [self._matter(a) for a in acts]
        self.gatherer.prepare([m for m in matters if isinstance(m, Matter)])
        rulings = [self._with_following(m) for m in matters]
        effects.write(self.book, self.minutes, self.begin)
        return rulings

    def write_out(self) -> None:
        """Write what has been ruled so far, and hear on."""
        self.begin()
        effects.write(self.book, self.minutes, self.begin)

    def _with_following(self, prepared: Matter | Ruling) -> Ruling:
        """Judge an act on the state that those before it have left, with what follows from it."""
        act = prepared.act
        self._catch_up(act)
        if (
            isinstance(prepared, Ruling)
            or not prepared.current
            or (prepared.subject.fresh and act.subject.id in self.book.subjects)
        ):
            prepared = self._matter(act)  # an act before it has changed the subject, or opened it
        ruling, todo = self._one(prepared)
        for heard in range(MOST_FOLLOWING + 1):
            if not todo:
                return ruling
            if heard == MOST_FOLLOWING:
                break
            following = todo.pop(0)
            self.book.take([following.subject, *_merged_into(following)] if following.name != "open" else ())
            matter = self._matter(following)
            if isinstance(matter, Matter):
                self.gatherer.prepare([matter])
            _, more = self._one(matter, caused=True)
            todo += more
        raise TooManyFollow(act.name)

    def _catch_up(self, act: Act) -> None:
        """Let fall what fell due on a subject before the act happened, and a hold end that was to end, whether or not the clock came.

        Who answers for a breach, whether it is one, and what may be done, must not depend on how late the clock is.
        """
        subject = self.book.subjects.get(act.subject.id) if act.name not in CLOCK_ACTS else None
        asked: set[tuple[str, str, datetime]] = set()
        while subject is not None and len(asked) < MOST_FOLLOWING:
            missed = [(d.due_at, d.clause, d.row) for d in (p.running for p in subject.running) if d.due_at and not d.breached_at]
            due = min(((at, c, r) for at, c, r in missed if at < act.at and (c, r, at) not in asked), default=None)
            if (ends := _hold_ends(subject, act)) and (due is None or ends <= due[0]) and (RESUME, "", ends) not in asked:
                asked.add((RESUME, "", ends))
                self._with_following(self._matter(Act(RESUME, subject.ref, 0, ends)))
                continue
            if due is None:
                return
            at, clause, row = due
            asked.add((clause, row, at))
            self._with_following(self._matter(Act("deadline_passed", subject.ref, 0, at, clause=clause, row=row)))

    def _one(self, matter: Matter | Ruling, *, caused: bool = False) -> tuple[Ruling, list[Act]]:
        """Judge one act on the present state and carry out its ruling; return it with the acts that follow."""
        if not isinstance(matter, Matter):
            return matter, []
        try:
            facts = self.gatherer.of(matter)
        except WorktimeError as e:  # a window of working days in a year nobody has entered
            return _refused(matter.act, "unknown_year" if isinstance(e, UnknownYear) else "no_moment", e.zh, e.en), []
        ruling = decide(matter.law, facts, matter.act, self.now)
        if ruling.refused:
            if caused:
                self._note_refused(matter, ruling)
            return ruling, []
        put_off(self.minutes, matter, ruling)
        hand = Hand(self.book, self.minutes, matter, ruling)
        fresh = matter.subject.ref.id not in self.book.subjects
        follow = carry_out(hand)
        self.sources.update((a.subject.id, matter.subject) for a in follow if a.name == "open")
        what = Happened(matter.subject, matter.act.name, matter.act.by, fresh, hand.kept, hand.books)
        if ruling.effects or matter.act.name not in CLOCK_ACTS:  # a member that a round has nothing for is as it was
            self.gatherer.happened(matter.day, what)
        return ruling, follow

    def _matter(self, act: Act) -> Matter | Ruling:
        """Return an act with its subject and law; or the refusal where there is no such subject, or no law yet."""
        if act.subject.noun in PEOPLE_AND_PLACES:
            return self._passing(act)
        subject = self.book.subjects.get(act.subject.id)
        shape = subject.enactment if subject is not None else 0
        law = self.book.laws.judging(act.at, act.subject.noun, shape)
        if law is None:
            return _no_law(act)
        if subject is None:
            noun = law.nouns.get(act.subject.noun)
            if noun is None:
                return _refused(act, "no_noun", f"没有流程“{act.subject.noun}”", f"There is no procedure {act.subject.noun!r}.")
            if act.name != "open":
                return _refused(act, "no_subject", "没有这件事项", "There is no such case.")
            subject = newborn(act, noun, self.book.laws.number_at(act.at), self.now)
        if act.name in LINKING and act.fields.get("other") and (why := self._no_other(act, subject)):
            return why
        return matter_of(act, subject, law, self.book.org(act.at))

    def _passing(self, act: Act) -> Matter | Ruling:
        """Return an act upon a member of staff or a unit."""
        law = self.book.laws.at(act.at)
        if law is None:
            return _no_law(act)
        org = self.book.org(act.at)
        return matter_of(act, passing(act.subject, PEOPLE_AND_PLACES[act.subject.noun], org), law, org)

    def _no_other(self, act: Act, subject: Living) -> Ruling | None:
        """Return why a case cannot be linked to or merged into another: there is none such, or (merged) it has ended itself."""
        other = act.fields["other"]
        self.book.look_at({"case": [other]} if isinstance(other, int) else {})
        found = self.book.found(other) if isinstance(other, int) else None
        if found is None or found.ref.kind != "case" or other == subject.ref.id:
            return _refused(act, "no_other", "没有另一件这样的事项", "There is no such other case.")
        if act.name == "merge" and (found.closed or not found.step):
            zh, en = (
                "另一件事项已结束或尚未立项,不能并入",
                "The other case has ended, or was never opened; nothing is merged into it.",
            )
            return _refused(act, "other_ended", zh, en)
        return None

    def _note_refused(self, matter: Matter, ruling: Ruling) -> None:
        """Something that should have followed could not be done: the journal says so, and who answers for the subject is told."""
        act, clauses = ruling.act, [r.clause or r.code for r in ruling.refusals]
        wanted = (
            matter.subject.noun if matter.subject.fresh else None
        )  # a case the law wanted opened, and its own law does not let it
        if wanted is not None:
            source = self.sources.get(act.subject.id) or self.book.subjects.get(matter.subject.parent)
            matter = matter if source is None else replace(matter, subject=source)
        clause = next((r.clause for r in ruling.refusals if r.clause), "")
        self.minutes.event(
            matter.subject,
            "refused_follow_up",
            ruling,
            clause=clause,
            act=act.name,
            noun=act.subject.noun,
            clauses=clauses,
            upon=act.upon,
        )
        if wanted is None or not answer_for(self.minutes, matter, ruling, wanted):
            tell_refused(self.minutes, matter, ruling)


def _hold_ends(subject: Living, act: Act) -> datetime | None:
    """Return when the hold a subject is in was to end, if that was before the act; None while the clock itself ends it."""
    ends = subject.held_until
    return ends if ends is not None and ends <= act.at and (act.by or act.name != RESUME) else None


def _merged_into(act: Act) -> list[Ref]:
    """Name the case an act merges its subject into: it is locked too, so that two are not merged into each other at once."""
    other = act.fields.get("other") if act.name == "merge" else None
    return [Ref("case", "", other)] if isinstance(other, int) else []


def _no_law(act: Act) -> Ruling:
    return _refused(act, "no_law", "当时还没有颁布任何制度", "No law was in force at that moment.")


def _refused(act: Act, code: str, zh: str, en: str) -> Ruling:
    return Ruling("refused", act, Ref(act.subject.kind, act.subject.noun, act.subject.id), (Refusal("", code, zh, en),))
