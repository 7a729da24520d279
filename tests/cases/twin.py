"""A world that lives in the database: the same scenarios, played through `act_many` and the clock instead of in memory.

It takes over a stage that `policy.setting` has set, writes it down, and lets every act and every moment go through the product. After
each step it reads the subjects back, so that what a scenario expects is compared with what the database holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from shouwen.base.journal import ACT, EventRow, write_events
from shouwen.base.numbering import ID_BLOCK, Ids, next_id
from shouwen.cases import adapters, clock, effects, enactments, facts, rounds, sitting
from shouwen.cases.acting import act as do
from shouwen.cases.adapters import Happening
from shouwen.cases.book import Book
from shouwen.cases.living import Living, Promised
from shouwen.cases.minutes import Minutes
from shouwen.cases.models import Case, Enactment, Round
from shouwen.cases.plain import dump_fields
from shouwen.customers.models import Customer
from shouwen.ledger.models import EntryState
from shouwen.policy.act import Act, Ref
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.folding import Entry
from shouwen.policy.law import Law
from shouwen.policy.org import Org
from shouwen.policy.rounds import occurrences
from shouwen.policy.ruling import Effect, Enter, Ruling, SetField
from shouwen.policy.setting import Stage
from shouwen.policy.subjects import Said, Subject
from shouwen.policy.world import World
from shouwen.staff import org as staff_org
from shouwen.staff.models import Absence, Holding, Shift, Staff, Unit
from tests.cases.files import paper, uploaded

EVER: Final = datetime(2000, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
TICK: Final = timedelta(microseconds=1)
UNSEEN: Final = frozenset(
    {"key", "reverses", "attachment"}
)  # of effects and acts: keys, and the ids of entries and papers, which a scenario does not give


def install(law: Law, name: str) -> Enactment:
    """Put a compiled law in force from the beginning of time, without compiling it again."""
    digest = f"{abs(hash(name)):064x}"[-64:]
    law.digest = digest
    enactments._kept.laws[digest] = law
    enactments._kept.listed.clear()  # the ids of these tests begin anew each time
    return Enactment.objects.create(sources=b"", digest=digest, effective_from=EVER, enacted_at=EVER)


class DatabaseWorld(World):
    """A world whose subjects stand in the database."""

    def __init__(self, made: World, enactment: Enactment) -> None:
        super().__init__(made.law, made.org, customers=made.customers)
        self.subjects, self.named, self.given, self.said = made.subjects, made.named, made.given, made.said
        self.done, self.entries, self.next = made.done, made.entries, made.next
        self.enactment = enactment
        self.kinds = {s.id: s.kind for s in self.subjects.values()}
        self.read = len(self.said)

    @property
    def subjects(self) -> dict[int, Subject]:
        """How every subject stands: read back from the database when something was ruled since the last time."""
        if self.read != len(self.said):
            self.read = len(self.said)
            self.stand = self.read_back()
        return self.stand

    @subjects.setter
    def subjects(self, made: dict[int, Subject]) -> None:
        self.stand, self.read = made, 0

    def new_id(self) -> int:
        """Return an id of the database."""
        return next_id()

    def begin(self, at: datetime) -> None:
        """Let the law have its say in memory, then write everything down."""
        super().begin(at)
        self.write_down(at)

    def act(self, act: Act, now: datetime | None = None) -> Ruling:
        """Do an act as a door would."""
        if self.clock is None:
            self.begin(act.at)
        if act.name == "open":
            self.kinds[act.subject.id] = act.subject.kind
        papers = tuple(replace(e, attachment=paper(act)) if e.attachment else e for e in act.evidence)
        uploaded(act, self.law)
        with self.watched():
            return do(replace(act, evidence=papers), now=now or act.at)

    def read_by(self, staff: int) -> frozenset[int]:
        """Return the cases that the product shows somebody."""
        return frozenset(Case.objects.visible_to(staff_org.reader(staff, self.clock or EVER)).values_list("pk", flat=True))

    def run_clock(self, until: datetime) -> None:
        """Let the clock of the product run, from moment to moment."""
        if self.clock is None:
            self.begin(until)
        assert self.clock is not None
        with self.watched():
            for o in occurrences(self.law, self.clock, until) if until > self.clock else ():
                self.ring(o.at)
                clock.tick(o.at)
            self.ring(until)
            clock.tick(until)
        self.clock = max(self.clock, until)

    def ring(self, until: datetime) -> None:
        """Fire what is due before a moment, each at its own."""
        while (soonest := clock.next_moment(until)) is not None and soonest < until:
            fired = clock.tick(soonest + TICK)
            assert not fired.troubled
            assert fired.count, "something is due and does not fire"

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note every ruling, and let the law read what the scenario states instead of plays."""
        judge, gather = decide, facts.Gatherer.of

        def noting(law: Law, found: Facts, act: Act, now: datetime) -> Ruling:
            ruling = judge(law, found, act, now)
            self.said.append(Said(ruling, act.subject.id, act.at))
            if not ruling.refused:
                for e in ruling.effects:
                    if isinstance(e, Enter):
                        self.entries.append(Entry(e, act.subject.id, e.happened or act.at))
            return ruling

        def gathering(gatherer: facts.Gatherer, m: facts.Matter) -> Facts:
            found = gather(gatherer, m)
            found.measures = {**found.measures, **self.given}
            found.named = self.named
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sitting, "decide", noting)
            patch.setattr(rounds, "LOOK_EVERY", timedelta(0))  # a scenario goes from moment to moment
            patch.setattr(facts.Gatherer, "of", gathering)
            yield

    # writing the stage down

    def write_down(self, at: datetime) -> None:
        """Write people, customers, subjects and their past."""
        write_org(self.org)
        home = next(iter(self.org.units), 0) or Unit.objects.create(name="公司", kind="company").pk
        fields = {
            key: {k: self.law.customer_fields[k].type.dump(v) for k, v in known.items() if k in self.law.customer_fields}
            for key, known in self.customers.items()
        }
        Customer.objects.bulk_create(
            Customer(id=key, number=f"KH{key}", name=f"客户{key}", unit_id=home, fields=kept, created_at=EVER, updated_at=EVER)
            for key, kept in fields.items()
        )
        book, minutes = Book(begin=_begun), Minutes(at)
        for s in self.subjects.values():
            book.subjects[s.id] = living(s, self.law, self.enactment.pk, at)
        effects.write(book, minutes, _begun)
        write_events(
            EventRow(
                subject=Ref(self.kinds[d.subject], d.noun, d.subject), kind=ACT, act=d.act, actor=d.by, at=d.at, entered_at=d.at,
                case=d.subject if self.kinds[d.subject] == "case" else 0,
                data={"brought": dump_fields(d.fields, self.law.nouns[d.noun], d.act)},
            )
            for d in self.done if not d.act.startswith("kept:")
        )  # fmt: skip
        if self.entries:
            adapters.effect(Enter)([_happening(e, i, self.kinds) for i, e in enumerate(self.entries)])
        assert self.clock is not None
        Round.objects.create(looked_until=self.clock)

    def read_back(self) -> dict[int, Subject]:
        """Return every subject as it now stands."""
        cases = Case.objects.values_list("pk", "procedure")
        refs = [Ref("case", procedure, pk) for pk, procedure in cases]
        refs += [Ref("record", "", i) for i, kind in self.kinds.items() if kind == "record"]
        refs += [Ref("entry", book, pk) for pk, book in EntryState.objects.values_list("pk", "book")]
        book = Book()
        book.take(refs)
        order = {key: n for n, key in enumerate(self.stand)}
        found = sorted(book.subjects.values(), key=lambda s: (order.get(s.ref.id, len(order)), s.entered_at or EVER, s.ref.id))
        return {s.ref.id: subject(s) for s in found}


def _begun() -> None:
    """The test's own transaction has begun."""


def _happening(e: Entry, n: int, kinds: Mapping[int, str]) -> Happening:
    ref = Ref("case", "", e.subject or n + 1)
    own = e.id if kinds.get(e.id) == "entry" else 0
    return Happening(e.enter, ref, 0, 0, Act("given", ref, 0, e.at, row=str(n)), e.at, own)


def write_org(org: Org) -> None:
    """Write the people of a scenario, with the ids it gave them."""
    left = list(org.units.values())
    while left:  # those above first
        ready = [u for u in left if u.parent not in {x.id for x in left}]
        Unit.objects.bulk_create(
            Unit(id=u.id, name=u.name, kind=u.kind or "department", parent_id=u.parent or None, calendar=u.calendar)
            for u in ready
        )
        left = [u for u in left if u not in ready]
    Staff.objects.bulk_create(
        Staff(id=p.id, username=f"{p.name}-{p.id}".lower(), name=p.name, unit_id=p.unit or None, skills=sorted(p.skills))
        for p in org.staff.values()
    )
    led = [Staff(id=p.id, superior_id=p.superior) for p in org.staff.values() if p.superior]
    Staff.objects.bulk_update(led, ["superior"])
    Unit.objects.bulk_update([Unit(id=u.id, head_id=u.head) for u in org.units.values() if u.head], ["head"])
    Holding.objects.bulk_create(
        Holding(staff_id=h.staff, post=h.post, unit_id=h.unit or None, since=h.since or EVER, until=h.until)
        for h in dict.fromkeys(org.holdings)
    )
    Absence.objects.bulk_create(
        Absence(staff_id=a.staff, since=a.since, until=a.until, deputy_id=a.deputy or None) for a in org.absences
    )
    Shift.objects.bulk_create(
        Shift(staff_id=s.staff, post=s.post, unit_id=s.unit or None, since=s.since, until=s.until) for s in org.shifts
    )
    staff_org._forget()  # the versions of the organisation begin anew in each test


def living(s: Subject, law: Law, enactment: int, at: datetime) -> Living:
    """Return a subject of a scenario as it is written to the database."""
    noun = law.nouns[s.noun]
    made = Living(
        Ref(s.kind, s.noun, s.id),
        noun,
        enactment,
        dict(s.fields),
        s.step,
        s.unit,
        s.customer,
        s.responsible,
        s.first_asked,
        s.opened_at or at,
        at,
        (s.opened_at or at) if s.closed else None,
        s.held,
        list(s.pauses),
        dict(s.marks),
        s.parent,
        fresh=True,
        changed=True,
    )
    made.settled = set(s.settled)
    made.deadlines = [Promised(next_id(), d, "", at, s.warn_at.get((d.clause, d.row)), fresh=True) for d in s.deadlines]
    return made


def subject(s: Living) -> Subject:
    """Return a subject of the database as scenarios see it."""
    return Subject(
        s.ref.id,
        s.ref.kind,
        s.ref.noun,
        dict(s.fields),
        s.step,
        s.unit,
        s.customer,
        s.responsible,
        s.first_asked,
        s.opened_at,
        dict(s.marks),
        [d.running for d in s.running],
        set(s.settled),
        {},
        [t.fact for t in s.open_tasks if not t.approval],
        [a.pending for a in s.pending],
        list(s.pauses),
        s.held,
        s.closed,
        s.parent,
    )


def take_over(stage: Stage, enactment: Enactment) -> DatabaseWorld:
    """Let a stage play in the database."""
    world = DatabaseWorld(stage.world, enactment)
    stage.world = world
    return world


def far_ids() -> Ids:
    """Return ids that begin where no amount, count or given id lies."""
    blocks = itertools.count(IN_DATABASE.start, ID_BLOCK)
    return Ids(lambda n: [next(blocks) for _ in range(n)])


# ---- comparing --------------------------------------------------------------------------------------------------------------------

IN_MEMORY: Final = range(400_000_000, 401_000_000)
IN_DATABASE: Final = range(500_000_000, 600_000_000)


@dataclass
class Names:
    """New ids by the order in which they first appear."""

    known: dict[int, str]

    def of(self, value: Any) -> Any:
        """Return a value with every new id named."""
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return self._name(value) if value in IN_MEMORY or value in IN_DATABASE else value
        if isinstance(value, str):
            return self._name(int(value)) if value.isdigit() and (int(value) in IN_MEMORY or int(value) in IN_DATABASE) else value
        if isinstance(value, dict):
            return {self.of(k): self.of(v) for k, v in sorted(value.items(), key=lambda i: str(i[0]))}
        if isinstance(value, list | tuple):
            return [self.of(v) for v in value]
        if isinstance(value, frozenset | set):
            return sorted(str(self.of(v)) for v in value)
        if hasattr(value, "__dataclass_fields__"):
            return (type(value).__name__, [self.of(getattr(value, f)) for f in value.__dataclass_fields__ if f not in UNSEEN])
        return value

    def _name(self, key: int) -> str:
        return self.known.setdefault(key, f"new{len(self.known) + 1}")


def trace(world: World, names: Names) -> list[Any]:
    """Return everything that was ruled, in order."""
    found = []
    for said in world.said:
        r = said.ruling
        if r.subject.kind == "staff" and r.subject.id not in world.org.staff:
            continue  # somebody the database has from its beginning
        if r.act.name == "come_round" and r.allowed and not r.effects:
            continue  # who does not belong is asked in memory; the database leaves them out where it can say so
        of = [r.outcome, _act(r.act, world), r.refusals, r.warnings, _effects(r.effects), r.cites, r.flags]
        found.append(names.of([*of, dict(r.reads), dict(r.proposals)]))
    return found


def _effects(effects: Sequence[Effect]) -> list[Effect]:
    """Return effects with the fields the act itself brought in one order: an act that waited comes back from JSON in another."""
    brought = [e for e in effects if isinstance(e, SetField) and e.cite is None]
    return [*sorted(brought, key=lambda e: e.field), *(e for e in effects if e not in brought)]


def _act(act: Act, world: World) -> Act:
    """Return an act without its key; what a round opens for a record, person or unit has no parent in the database."""
    opening = act.opening
    parent = world.subjects.get(opening.parent) if opening is not None else None
    if opening is not None and (parent is None or parent.kind != "case"):
        opening = replace(opening, parent=0)
    return replace(act, key="", opening=opening)


def state(world: World, names: Names) -> dict[Any, Any]:
    """Return how every subject stands at the end."""
    found = {}
    for s in world.subjects.values():
        tasks = [(t.name, t.row, t.clause, t.who, t.post, t.act) for t in s.tasks]
        approvals = [(a.clause, a.act.name, a.requester, a.chain, a.position, a.yes, a.granted) for a in s.approvals]
        fields = {k: v for k, v in s.fields.items() if v is not None}
        found[names.of(s.id)] = names.of(
            [
                s.noun,
                fields,
                s.step,
                s.unit,
                s.customer,
                s.responsible,
                s.first_asked,
                s.marks,
                sorted(s.deadlines, key=lambda d: (d.clause, d.row)),
                sorted(s.settled),
                tasks,
                approvals,
                s.pauses,
                s.held,
                s.closed,
            ]
        )
    return found
