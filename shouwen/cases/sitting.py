"""One transaction's hearing of acts, in order: each is judged on what the ones before it have left, and carries its own along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from shouwen.cases import effects
from shouwen.cases.applying import Hand, carry_out
from shouwen.cases.book import Book
from shouwen.cases.facts import Gatherer, Matter, matter_of
from shouwen.cases.living import Living, newborn, passing
from shouwen.cases.minutes import Minutes
from shouwen.cases.queueing import put_off
from shouwen.cases.telling import tell_refused
from shouwen.policy.act import Act, Ref
from shouwen.policy.decide import decide
from shouwen.policy.nouns import PEOPLE_AND_PLACES
from shouwen.policy.ruling import Refusal, Ruling

MOST_FOLLOWING: Final = 200  # acts one act may cause
LINKING: Final = ("link", "merge")


class TooManyFollow(RecursionError):
    """One act causes more than MOST_FOLLOWING others: a ring the checks of the pack did not see. Nothing of it is written."""


class Sitting:
    """Hears acts inside one transaction. `write_out` writes what has been ruled so far; the caller commits."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.book = Book(lock=True)
        self.minutes = Minutes(now)
        self.gatherer = Gatherer(self.book, self.write_out)

    def hear(self, acts: Sequence[Act]) -> list[Ruling]:
        """Judge acts in order, each with what follows from it; return the rulings of the acts themselves."""
        self.book.take(a.subject for a in acts if a.name != "open")
        matters = [self._matter(a) for a in acts]
        self.gatherer.prepare([m for m in matters if isinstance(m, Matter)])
        rulings = [self._with_following(m) for m in matters]
        self.write_out()
        return rulings

    def write_out(self) -> None:
        """Write what has been ruled so far."""
        effects.write(self.book, self.minutes)

    def _with_following(self, prepared: Matter | Ruling) -> Ruling:
        """Judge an act on the state that those before it have left, with what follows from it."""
        act = prepared.act
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
            self.book.take([following.subject] if following.name != "open" else ())
            matter = self._matter(following)
            if isinstance(matter, Matter):
                self.gatherer.prepare([matter])
            _, more = self._one(matter, caused=True)
            todo += more
        raise TooManyFollow(f"{act.name}: more than {MOST_FOLLOWING} acts follow from one")

    def _one(self, matter: Matter | Ruling, *, caused: bool = False) -> tuple[Ruling, list[Act]]:
        """Judge one act on the present state and carry out its ruling; return it with the acts that follow."""
        if not isinstance(matter, Matter):
            return matter, []
        ruling = decide(matter.law, self.gatherer.of(matter), matter.act, self.now)
        if ruling.refused:
            if caused:
                self._note_refused(matter, ruling)
            return ruling, []
        put_off(self.minutes, matter, ruling)
        hand = Hand(self.book, self.minutes, matter, ruling)
        follow = carry_out(hand)
        self.gatherer.happened(matter, hand.kept, hand.books)
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
        if act.name in LINKING and not self._other(act, subject):
            return _refused(act, "no_other", "没有另一件这样的事项", "There is no such other case.")
        return matter_of(act, subject, law, self.book.org(act.at))

    def _passing(self, act: Act) -> Matter | Ruling:
        """Return an act upon a member of staff or a unit."""
        law = self.book.laws.at(act.at)
        if law is None:
            return _no_law(act)
        org = self.book.org(act.at)
        return matter_of(act, passing(act.subject, PEOPLE_AND_PLACES[act.subject.noun], org), law, org)

    def _other(self, act: Act, subject: Living) -> bool:
        """Whether the case that one is to be linked to or merged into is there, and another one."""
        other = act.fields.get("other")
        if not isinstance(other, int) or other == subject.ref.id:
            return False
        self.book.look_at({"case": [other]})
        found = self.book.found(other)
        return found is not None and found.ref.kind == "case"

    def _note_refused(self, matter: Matter, ruling: Ruling) -> None:
        """Something that should have followed could not be done: the journal says so, and who answers for the subject is told."""
        act, clauses = ruling.act, [r.clause or r.code for r in ruling.refusals]
        if matter.subject.fresh:  # a case the law wanted opened, and its own law does not let it
            parent = self.book.subjects.get(matter.subject.parent)
            matter = matter if parent is None else replace(matter, subject=parent)
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
        tell_refused(self.minutes, matter, ruling)


def _no_law(act: Act) -> Ruling:
    return _refused(act, "no_law", "当时还没有颁布任何制度", "No law was in force at that moment.")


def _refused(act: Act, code: str, zh: str, en: str) -> Ruling:
    return Ruling("refused", act, Ref(act.subject.kind, act.subject.noun, act.subject.id), (Refusal("", code, zh, en),))
