"""What a team owes, for whoever answers for it: load per person, and what is about to break."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import BigIntegerField, Count, F, Func, Q, QuerySet

from shouwen.cases import dispatch
from shouwen.cases.models import Case, Deadline, Task
from shouwen.policy.org import Org
from shouwen.policy.promises import ALARM
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of
from shouwen.web.desk.owing import wanted
from shouwen.web.law import law_of

NEXT: Final = 40  # promises shown
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


def members_of(org: Org, head: int, now: datetime) -> frozenset[int]:
    """Whoever works in a unit that somebody heads (or below it), or has them as their superior; not themselves."""
    working = {h.staff for h in org.holdings if h.stands(now)} - {head}
    found = {
        s.id
        for s in org.staff.values()
        if s.id in working and (s.superior == head or any(org.units[u].head == head for u in org.path(s.unit)))
    }
    return frozenset(found)


def team(request: Ask, person: int) -> Team:
    """Return the team of whoever asks; `person` narrows what is about to break to one of them (0: all)."""
    ids = members_of(request.org, request.me.pk, request.now)
    if not ids:
        return Team((), ())
    matters = _by_person(Case.objects.visible_to(request.reader).open().filter(responsible_id__in=ids), F("responsible_id"))
    promises = Deadline.objects.visible_to(request.reader).running().filter(owes__overlap=sorted(ids), due_at__isnull=False)
    promises = promises.exclude(until=[ALARM])
    near = Q(due_at__gte=request.now, due_at__lt=request.now + SOON)
    owed = _by_person(promises, _each("owes"), late=Q(due_at__lt=request.now), soon=near)
    tasks = _by_person(Task.objects.visible_to(request.reader).open().for_persons(ids), _each("who"))
    mine = promises.filter(owes__overlap=[person]) if person in ids else promises
    next_ones = mine.filter(case__isnull=False).select_related("case").order_by("due_at", "pk")[:NEXT]
    visits = dispatch.together(list(dispatch.in_hand(dispatch.namings(law_of(request), request.now)).values()))
    jobs = {person: {"all": one.count} for person, one in visits.items()}
    return Team(
        _members(request, ids, {"matters": matters, "owed": owed, "tasks": tasks, "jobs": jobs}),
        _breaks(request, list(next_ones)),
    )


def _each(column: str) -> Func:
    return Func(F(column), function="unnest", output_field=BigIntegerField())


def _by_person(rows: QuerySet[Any], person: F | Func, **counted: Q) -> Mapping[int, Mapping[str, int]]:
    """Count rows per person: all of them, and those that conditions keep."""
    some = {name: Count("pk", filter=condition) for name, condition in counted.items()}
    found = rows.order_by().annotate(person=person).values("person").annotate(all=Count("pk"), **some)
    return {row["person"]: row for row in found}


def _members(
    request: Ask,
    ids: Collection[int],
    counted: Mapping[str, Mapping[int, Mapping[str, int]]],
) -> list[Member]:
    nothing: Mapping[str, int] = {"all": 0, "late": 0, "soon": 0}
    n = {s: {name: counts.get(s, nothing) for name, counts in counted.items()} for s in ids}
    load = {s: sum(n[s][name]["all"] for name in ("matters", "tasks", "jobs")) for s in ids}
    most = max(load.values(), default=0) or 1
    found = []
    for s in ids:
        away = request.org.absent(s, request.now)
        found.append(
            Member(
                s,
                people.name(request, s),
                people.unit(request, request.org.staff[s].unit),
                sorted(request.org.posts_of(s, request.now)),
                away.until if away is not None else None,
                people.name(request, away.deputy) if away is not None else "",
                n[s]["matters"]["all"],
                n[s]["owed"]["late"],
                n[s]["owed"]["soon"],
                n[s]["tasks"]["all"],
                n[s]["jobs"]["all"],
                100 * load[s] // most,
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
