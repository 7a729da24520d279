"""What a team owes, for whoever answers for it: load per person, and what is about to break."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shouwen.cases import dispatch
from shouwen.cases.loads import MANY, NEXT, Load, loads
from shouwen.cases.models import Case, Deadline
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of
from shouwen.web.desk.owing import wanted
from shouwen.web.law import law_of

SOON: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team and what they have in hand: matters, promises (late, soon), tasks."""

    id: int
    name: str
    unit: str
    posts: Sequence[str]
    away_until: datetime | None
    deputy: str
    matters: int
    late: int
    soon: int
    tasks: int
    visits: int  # jobs that name them
    share: int  # of the one who has most in hand, in hundredths

    @property
    def load(self) -> int:
        """Everything in hand."""
        return self.matters + self.tasks + self.visits

    @property
    def said(self) -> Mapping[str, str]:
        """The numbers as they are shown: of many only that they are many."""
        numbers = {"matters": self.matters, "tasks": self.tasks, "soon": self.soon, "late": self.late}
        return {name: f"{MANY}+" if n > MANY else str(n) for name, n in numbers.items()}


@dataclass(frozen=True, slots=True)
class Break:
    """A promise that is late or falls due next."""

    id: int
    case: Case
    customer: str
    text: str
    clause: str
    due_at: datetime | None
    warn_at: datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class Team:
    """The team at a moment."""

    members: Sequence[Member]
    breaks: Sequence[Break]


def team(request: Ask, person: int) -> Team:
    """Return the team of whoever asks; `person` narrows what is about to break to one of them (0: all)."""
    ids = request.org.led_by(request.me.pk, request.now)
    if not ids:
        return Team((), ())
    found = loads(ids, request.reader, now=request.now, soon=SOON)
    first = [pk for whose, load in found.items() if person not in ids or whose == person for pk in load.promises]
    promises = Deadline.objects.visible_to(request.reader).filter(pk__in=first)
    next_ones = promises.select_related("case").order_by("due_at", "pk")[:NEXT]
    visits = dispatch.together(list(dispatch.in_hand(dispatch.namings(law_of(request), request.now)).values()))
    jobs = {whose: one.count for whose, one in visits.items()}
    return Team(_members(request, ids, found, jobs), _breaks(request, list(next_ones)))


def _members(request: Ask, ids: Collection[int], loads: Mapping[int, Load], jobs: Mapping[int, int]) -> list[Member]:
    nothing = Load()
    each = {s: loads.get(s, nothing) for s in ids}
    in_hand = {s: load.matters + load.tasks + jobs.get(s, 0) for s, load in each.items()}
    most = max(in_hand.values(), default=0) or 1
    found = []
    for s, load in each.items():
        away = request.org.absent(s, request.now)
        found.append(
            Member(
                s,
                people.name(request, s),
                people.unit(request, request.org.staff[s].unit),
                sorted(request.org.posts_of(s, request.now)),
                away.until if away is not None else None,
                people.name(request, away.deputy) if away is not None else "",
                load.matters,
                load.late,
                load.soon,
                load.tasks,
                jobs.get(s, 0),
                100 * in_hand[s] // most,
            )
        )
    return sorted(found, key=lambda m: (-m.late, -m.soon, -m.load, m.id))


def _breaks(request: Ask, found: Sequence[Deadline]) -> list[Break]:
    cases = [d.case for d in found if d.case is not None]
    customers = customers_of(cases, request.reader)
    return [
        Break(
            d.pk, d.case, customers.get(d.case.customer_id or 0, ""), wanted(request, d.case, d), d.clause, d.due_at, d.warn_at,
            people.names(request, d.owes),
        )
        for d in found
        if d.case is not None
    ]  # fmt: skip
