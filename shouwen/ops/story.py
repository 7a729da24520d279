"""Stories: what happens with a case, act by act at its moments, and playing many of them through the law in the order of time.

Playing is acting: every step goes through `act_many`, dated as it would have happened, and between the steps the clock ticks.
A step the law refuses ends its story; the player keeps it, so that a test can say which it was.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shouwen.cases.acting import act_many
from shouwen.cases.models import Approval, Case
from shouwen.policy.act import Act, Evidence, Opening, Ref
from shouwen.policy.ruling import Ruling

LARGEST: Final = 200  # acts of one transaction

Tick = Callable[[datetime], object]  # lets the clock do what is due until then


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a story. `of` names the procedure of a case that this one opened; empty: the story's own case.

    `approval`: it decides the approval that waits on the case. `perhaps`: it is left out when there is nothing to decide.
    `key`: the idempotency key of the act.
    """

    at: datetime
    act: str
    by: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    ticks: frozenset[str] = frozenset()
    of: str = ""
    approval: bool = False
    perhaps: bool = False
    key: str = ""

    @property
    def looks(self) -> bool:
        """Whether the database must be asked first what it is about."""
        return bool(self.of) or self.approval


@dataclass(slots=True)
class Story:
    """A case to be told: `ref` names it (with its id, known before it is there); the first step opens it."""

    ref: Ref
    unit: int
    customer: int
    steps: list[Step]
    over: bool = False

    def until(self, act: str) -> Story:
        """Cut it off after an act: the rest is still to come."""
        last = next(i for i, s in enumerate(self.steps) if s.act == act)
        del self.steps[last + 1 :]
        return self

    def later(self, act: str, by: timedelta) -> Story:
        """Put off an act and all that follow it."""
        first = next(i for i, s in enumerate(self.steps) if s.act == act)
        self.steps[first:] = [replace(s, at=s.at + by) for s in self.steps[first:]]
        return self

    def before(self, moment: datetime) -> Story:
        """Leave out what has not happened yet at a moment."""
        self.steps = [s for s in self.steps if s.at <= moment]
        return self


@dataclass(slots=True)
class Refused:
    """A step that the law refused."""

    story: Story
    step: Step
    ruling: Ruling


@dataclass
class Player:
    """Plays stories. `window`: acts nearer to each other than that are done in one transaction, entered at its last moment."""

    tick: Tick
    window: timedelta
    acts: int = 0
    refused: list[Refused] = field(default_factory=list)
    lost: list[tuple[Story, Step]] = field(default_factory=list)  # what they are about is not there: nothing was opened or asked
    _waiting: list[tuple[datetime, int, Story, Step]] = field(default_factory=list)

    def play(self, stories: Iterable[Story], *, until: datetime, told: Callable[[datetime], object] = lambda _: None) -> None:
        """Play stories from the first step to the last, and let the clock run on until a moment. `told` hears how far it is."""
        steps = [(step.at, story, step) for story in stories for step in story.steps]
        self._waiting = [(at, n, story, step) for n, (at, story, step) in enumerate(steps)]
        heapq.heapify(self._waiting)
        while self._waiting:
            self.tick(self._waiting[0][0])
            batch = self._batch()
            self._do(batch)
            told(batch[-1][1].at)
        self.tick(until)

    def _batch(self) -> list[tuple[Story, Step]]:
        """Take the next steps: of one window, and none that asks the database for what an earlier one of them will make."""
        end = self._waiting[0][0] + self.window
        found: list[tuple[Story, Step]] = []
        within: set[int] = set()
        while self._waiting and self._waiting[0][0] <= end and len(found) < LARGEST:
            _, _, story, step = self._waiting[0]
            if step.looks and story.ref.id in within:
                break
            heapq.heappop(self._waiting)
            within.add(story.ref.id)
            found.append((story, step))
        return found

    def _do(self, batch: Sequence[tuple[Story, Step]]) -> None:
        standing = [(story, step) for story, step in batch if not story.over]
        opened, approvals = _opened(standing), _approvals(standing)
        acts: list[tuple[Story, Step, Act]] = []
        for story, step in standing:
            made = _act(story, step, opened, approvals)
            if made is not None:
                acts.append((story, step, made))
            elif not step.perhaps:
                self.lost.append((story, step))
        if not acts:
            return
        rulings = act_many([a for _, _, a in acts], now=acts[-1][1].at)
        self.acts += len(acts)
        for (story, step, _), ruling in zip(acts, rulings, strict=True):
            if ruling.refused and not story.over:
                story.over = True
                self.refused.append(Refused(story, step, ruling))


Opened = Mapping[tuple[int, str], Ref]


def _opened(batch: Sequence[tuple[Story, Step]]) -> Opened:
    """The open cases that stories' cases have opened, by their parent and procedure."""
    parents = {story.ref.id for story, step in batch if step.of}
    rows = Case.objects.filter(parent_id__in=parents, closed_at=None).order_by("pk") if parents else ()
    return {(c.parent_id or 0, c.procedure): c.ref for c in rows}


def _approvals(batch: Sequence[tuple[Story, Step]]) -> Mapping[int, str]:
    subjects = {story.ref.id for story, step in batch if step.approval}
    rows = Approval.objects.filter(subject_id__in=subjects, state="waiting").order_by("pk") if subjects else ()
    return {a.subject_id: str(a.pk) for a in rows}


def _act(story: Story, step: Step, opened: Opened, approvals: Mapping[int, str]) -> Act | None:
    """Return a step as an act; None when what it is about is not there (the law did not open it, nobody asked)."""
    ref = opened.get((story.ref.id, step.of)) if step.of else story.ref
    row = approvals.get(story.ref.id) if step.approval else ""
    if ref is None or row is None:
        return None
    opening = Opening(story.unit, story.customer) if step.act == "open" else None
    return Act(step.act, ref, step.by, step.at, step.fields, step.evidence, step.ticks, row=row, key=step.key, opening=opening)
