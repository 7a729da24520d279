"""The board of dispatch: cases that wait for somebody to be named, whom the law proposes and why, and what everybody has in hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import DateTimeField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan

from shouwen.base.access import any_of
from shouwen.cases import dispatch
from shouwen.cases.dispatch import NOTHING, InHand, Naming, matching
from shouwen.cases.models import Case, Deadline, Task
from shouwen.cases.options import options_of_each
from shouwen.policy.ruling import Refusal
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.listing import customers_of, past_place
from shouwen.web.cases.listing import page as page_of
from shouwen.web.desk.owing import worded
from shouwen.web.dispatch.places import places_of
from shouwen.web.law import act_name, law_of, post_name, skill_names
from shouwen.web.paging import cut, past_moment, read_moment_cursor, write_cursor

SHOWN: Final = 16
MANY: Final = 99  # of what is left behind a page more are not counted
PROPOSED: Final = 3
ACCEPT: Final = "accept"  # the act by which whoever was named says they go, where a procedure has it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could go: whether they are on, until when away, what they have in hand."""

    id: int
    name: str
    unit: str
    on: bool
    away_until: datetime | None
    skills: Sequence[str]
    hand: InHand
    share: int  # of the one who has most in hand, in hundredths


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom the law proposes for a case, and why."""

    person: Person
    skilled: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for somebody: whom the law proposes (best first), or why whoever looks may not name anybody.

    `told` are those reasons that stand above the list already, because several rows have them.
    """

    case: Case
    customer: str
    place: str
    naming: Naming
    act: str
    candidates: Sequence[Candidate]
    refusals: Sequence[Refusal]
    told: Sequence[Refusal] = ()

    @property
    def untold(self) -> Sequence[Refusal]:
        """The reasons that are its own."""
        return [r for r in self.refusals if r not in self.told]

    @property
    def gives(self) -> bool:
        """Whether it can be ticked, and given to the first who is proposed."""
        return bool(self.candidates) and not self.refusals


@dataclass(frozen=True, slots=True)
class Given:
    """A case that somebody has been given and has not accepted yet; `due` is when they have to, where a clause says so."""

    case: Case
    customer: str
    place: str
    person: str
    since: datetime | None
    due: Deadline | None
    again: str  # the act that names another


@dataclass(frozen=True, slots=True)
class Takable:
    """Work for several that none of them has taken: what it asks, whose it may be, and the act by which whoever looks takes it."""

    task: Task
    text: str
    whose: str
    act: str
    mine: bool


def namings_of(request: Ask) -> list[Naming]:
    """The acts of the law in force that name who goes."""
    return dispatch.namings(law_of(request), request.now)


def units_of(request: Ask, namings: Sequence[Naming], unit: str = "") -> list[int]:
    """The units (`unit`: this one alone) of which whoever looks reads something that is dispatched, by post or by a clause."""
    found: set[int] = set()
    for naming in namings:
        units = request.reader.units_of(naming.noun.id)
        found |= set(request.org.units) if units is None else units
    return sorted(found & {int(unit)} if unit else found)


Hands = Mapping[str, Mapping[int, InHand]]  # by procedure and person: all they have in hand, for by that the law ranks them


def waiting(request: Ask, namings: Sequence[Naming], hands: Hands, unit: str, after: str) -> tuple[list[Waiting], str]:
    """Return the cases that wait for somebody, the soonest due first, and the cursor of the next page."""
    by_noun = {n.noun.id: n for n in namings}
    seen = Case.objects.visible_to(request.reader).open().filter(held=False)
    seen = seen.filter(unit_id=int(unit)) if unit else seen
    place = read_moment_cursor(after)
    seen = seen.filter(past_moment("next_due", place, down=False)) if place is not None else seen
    first = Q(pk__in=[])  # of each step the first: an index has them in order, however many wait
    for n in namings:
        for step in n.steps:
            first |= any_of("pk", seen.filter(procedure=n.noun.id, step=step).soonest_first().values("pk")[: SHOWN + 1])
    cases, more = page_of(Case.objects.visible_to(request.reader).filter(first), "due", "", SHOWN)
    asked = options_of_each([(c.ref, by_noun[c.procedure].act) for c in cases], request.me.pk, now=request.now)
    customers, places = customers_of(cases, request.reader), places_of(cases, request.reader)
    found: list[Waiting] = []
    for case in cases:
        naming = by_noun[case.procedure]
        option = next(iter(asked.get(case.pk, ())), None)
        proposed = option.proposals.get(naming.field, ()) if option is not None else ()
        candidates = [
            Candidate(_person(request, naming, p, case.unit_id or 0, hands[case.procedure], 1), _skilled(request, p, case))
            for p in proposed[:PROPOSED]
        ]
        name = act_name(naming.noun, naming.act, request.lang)
        refusals = option.refusals if option is not None else ()
        who, where = customers.get(case.customer_id or 0, ""), places.get(case.pk, "")
        found.append(Waiting(case, who, where, naming, name, candidates, refusals))
    common = shut(found)
    return [replace(w, told=[r for r in w.refusals if r in common]) for w in found], more


def shut(waiting: Sequence[Waiting]) -> Sequence[Refusal]:
    """The reasons why whoever looks may name nobody that several rows would say, each once."""
    said = Counter(r for w in waiting for r in w.refusals)
    return [r for r, n in said.items() if n > 1]


def given(request: Ask, namings: Sequence[Naming], unit: str, after: str) -> tuple[list[Given], str, int]:
    """Return what somebody has been given and has not accepted, the longest waiting first, the cursor of the next page, how many are left.

    Who took it before it was given to another has not accepted it for them.
    """
    kept = Q(pk__in=[])
    for n in namings:
        if ACCEPT in n.noun.acts and n.led_to:
            kept |= Q(procedure=n.noun.id, step=n.led_to) & (~Q(marks__has_key=ACCEPT) | _given_again(n.names))
    rows = Case.objects.visible_to(request.reader).open().filter(kept, held=False)
    rows = rows.filter(unit_id=int(unit)) if unit else rows
    cases, more = page_of(rows, "oldest", after, SHOWN)
    left = past_place(rows, "oldest", more)[: MANY + 1].count() if more else 0
    by_noun = {n.noun.id: n for n in namings}
    due = {
        d.case_id: d for d in Deadline.objects.running().filter(subject_id__in=[c.pk for c in cases], until__contains=[ACCEPT])
    }
    customers, places = customers_of(cases, request.reader), places_of(cases, request.reader)
    found = []
    for case in cases:
        naming = by_noun[case.procedure]
        since = max((datetime.fromisoformat(case.marks[a][2]) for a in naming.names if a in case.marks), default=None)
        person = people.name(request, case.fields.get(naming.field))
        again = next((a for a in ("reassign", naming.act) if a in naming.noun.acts), "")
        who, place = customers.get(case.customer_id or 0, ""), places.get(case.pk, "")
        found.append(Given(case, who, place, person, since, due.get(case.pk), again))
    return found, more, left


def _given_again(acts: Sequence[str]) -> Q:
    """The condition that one of these acts named somebody after the job was last accepted."""
    later = Q(pk__in=[])
    for act in acts:
        later |= Q(GreaterThan(_last(act), _last(ACCEPT)))
    return later


def _last(act: str) -> Cast:
    return Cast(KT(f"marks__{act}__2"), DateTimeField())


def pool(request: Ask, unit: str, after: str) -> tuple[list[Takable], str, int]:
    """Return the open tasks that nobody has taken, the soonest due first; the cursor of the next page, and how many are left."""
    rows = Task.objects.visible_to(request.reader).untaken().filter(case__isnull=False)
    rows = rows.filter(case__unit_id=int(unit)) if unit else rows
    place = read_moment_cursor(after)
    seen = rows.filter(past_moment("due_at", place, down=False)) if place is not None else rows
    shown, more = cut(list(seen.select_related("case").order_by("due_at", "pk")[: SHOWN + 1]), SHOWN)
    found = [_takable(request, task) for task in shown]
    if not more:
        return found, "", 0
    end = shown[-1].due_at, shown[-1].pk
    return found, write_cursor(*end), rows.filter(past_moment("due_at", end, down=False))[: MANY + 1].count()


def _takable(request: Ask, task: Task) -> Takable:
    whose = post_name(law_of(request), task.post, request.lang) if task.post else people.names(request, task.who)
    mine = not request.reader.people.isdisjoint(task.who) or (not task.who and task.post in request.reader.takes)
    return Takable(task, worded(request, task), whose, "take_over" if task.act == "take_over" else "claim", mine)


def crew(request: Ask, namings: Sequence[Naming], given_now: Hands, unit: str) -> list[Person]:
    """Everybody who could be named in the units in sight, whoever is on and has least in hand first."""
    hands = dispatch.together(list(given_now.values()))
    named = ((n, u) for n in namings if n.post for u in units_of(request, [n], unit))
    ids = {s: n for n, u in named for s in request.org.holders(n.post, u, request.now)}
    most = max((hands.get(s, NOTHING).count for s in ids), default=0) or 1
    words = skill_names(law_of(request), request.now, request.lang)
    everybody = [_person(request, naming, s, 0, hands, most) for s, naming in ids.items()]
    found = [replace(p, skills=[words.get(s, s) for s in p.skills]) for p in everybody]
    return sorted(found, key=lambda p: (not p.on, p.hand.count, p.id))


def _person(request: Ask, naming: Naming, staff: int, unit: int, hands: Mapping[int, InHand], most: int) -> Person:
    org, hand = request.org, hands.get(staff, NOTHING)
    away = org.absent(staff, request.now)
    fact = org.staff.get(staff)
    units = [h.unit for h in org.holdings if h.staff == staff and h.post == naming.post and h.stands(request.now)]
    where = unit or next(iter(units), 0)
    return Person(
        staff,
        people.name(request, staff),
        _names(request, units),
        staff in org.on_duty(naming.post, where, request.now),
        away.until if away is not None else None,
        sorted(fact.skills) if fact is not None else (),
        hand,
        100 * hand.count // most,
    )


def _names(request: Ask, units: Iterable[int]) -> str:
    return " ".join(filter(None, (people.unit(request, u) for u in units)))


def _skilled(request: Ask, staff: int, case: Case) -> bool:
    fact = request.org.staff.get(staff)
    return fact is not None and matching(fact.skills, case.fields) > 0
