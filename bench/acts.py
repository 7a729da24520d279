"""Real acts on real cases, with their facts as the database gives them: what decide() is measured with. Django must be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from shouwen.cases.book import Book
from shouwen.cases.enactments import law_at
from shouwen.cases.facts import Gatherer, Matter, matter_of
from shouwen.cases.living import Living, newborn
from shouwen.cases.models import Case, Deadline
from shouwen.ops import cast
from shouwen.ops.story import Step, Story
from shouwen.ops.tales import Teller, look_around
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.facts import Facts

STEPS = {"received": ("reply", "assign"), "assigned": ("accept",), "working": ("finish",), "done": ("confirm",)}
THEIRS = ("accept", "finish", "confirm")  # acts of the technician


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the law."""

    name: str
    matter: Matter
    facts: Facts
    now: datetime


class Court:
    """Puts questions together, reading only."""

    def __init__(self) -> None:
        self.now = timezone.localtime()
        law = law_at(self.now)
        assert law is not None, "nothing is enacted"
        self.law = law
        self.teller = Teller(look_around(cast.find(), law), 5)
        self.book = Book()
        self.gatherer = Gatherer(self.book)

    def questions(self) -> Iterator[Asked]:
        """Yield openings, acts in the middle, and what the clock asks."""
        site = self.teller.around.sites[0]
        yield self._opening("open an urgent repair", self.teller.repair(self.now, site, kind="leak"))
        yield self._opening("open an ordinary repair", self.teller.repair(self.now, site, kind="fault"))
        yield self._opening("open a complaint", self.teller.complaint(self.now, site, "slight"))
        yield self._opening("open an information", self.teller.information(self.now, site))
        told = self.teller.repair(self.now, site, kind="fault", visit=self.now + timedelta(hours=3))
        script = {s.act: s for s in told.steps}
        for step, acts in STEPS.items():
            case = Case.objects.open().of("repair").filter(step=step, held=False).order_by("pk").first()
            if case is not None:
                self.book.take([case.ref])
                yield from (self._doing(self.book.subjects[case.pk], script[act]) for act in acts)
        yield from self._ringing()

    def _opening(self, name: str, story: Story) -> Asked:
        step = story.steps[0]
        ref = Ref("case", story.ref.noun, 1)
        act = Act("open", ref, step.by, self.now, step.fields, opening=Opening(story.unit, story.customer))
        return self._judged(name, act, newborn(act, self.law.nouns[ref.noun], self.book.laws.number_at(self.now), self.now))

    def _doing(self, subject: Living, step: Step) -> Asked:
        by = subject.fields.get("technician") or step.by if step.act in THEIRS else step.by
        evidence = tuple(replace(e, id=by if e.party == "staff" else subject.customer) for e in step.evidence)
        act = Act(step.act, subject.ref, by, self.now, step.fields, evidence, step.ticks)
        return self._judged(f"{step.act} a repair", act, subject)

    def _ringing(self) -> Iterator[Asked]:
        running = Deadline.objects.running().filter(clause="property/repair#2.1", breached_at=None, due_at__isnull=False)
        late = running.order_by("pk").first()
        if late is not None and late.due_at is not None:
            self.book.take([late.subject])
            act = Act("deadline_passed", late.subject, 0, late.due_at, clause=late.clause, row=late.row)
            yield self._judged("the clock: an answer is late", act, self.book.subjects[late.subject_id])

    def _judged(self, name: str, act: Act, subject: Living) -> Asked:
        matter = matter_of(act, subject, self.law, self.book.org(act.at))
        self.gatherer.prepare([matter])
        return Asked(name, matter, self.gatherer.of(matter), self.now)
