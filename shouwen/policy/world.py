"""A world in memory: subjects, people and a clock, living by decide() alone. Scenarios and simulation run in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from shouwen.policy import rounds
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.calendars import calendar_for
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts, PendingApproval, rows_pointing
from shouwen.policy.folding import Done, Entry, Folder
from shouwen.policy.keeping import Keeping
from shouwen.policy.kinds.opens import Schedules
from shouwen.policy.law import Law
from shouwen.policy.nouns import PEOPLE_AND_PLACES, Noun
from shouwen.policy.org import Org
from shouwen.policy.promises import ALARM
from shouwen.policy.reading_rights import readable, readings
from shouwen.policy.ruling import (
    Ask,
    Effect,
    Enter,
    OpenCase,
    Perform,
    Ruling,
    SetField,
)
from shouwen.policy.standing import STANDS, standing
from shouwen.policy.subjects import Said, Subject, concerned
from shouwen.policy.uncovering import Matter, connects, covers

MAX_CHAIN = 200  # acts one act may cause


class World(Keeping):
    """Subjects, people, customers, and everything that was ruled. Ids are handed out in order."""

    def __init__(self, law: Law, org: Org, *, customers: Mapping[int, Mapping[str, Any]] | None = None) -> None:
        self.law, self.org = law, org
        self.subjects: dict[int, Subject] = {}
        self.customers = dict(customers or {})
        self.named: dict[str, Any] = {}
        self.given: dict[str, Any] = {}  # measures stated instead of played
        self.said: list[Said] = []
        self.done: list[Done] = []
        self.entries: list[Entry] = []
        self.next = 1
        self.clock: datetime | None = None  # until when everything that fell due has happened

    def read_by(self, staff: int) -> frozenset[int]:
        """Return the cases somebody may read now: by post and by what clauses say of reading, and those they work on."""
        assert self.clock is not None
        calendar = self.law.calendars.get(self.law.calendar)
        said = readings(self.law.on(calendar.business_day(self.clock) if calendar is not None else self.clock.date()))
        by_post, people = readable(said, self.org, staff, self.clock), {staff, *self.org.stood_in_for(staff, self.clock)}
        return frozenset(
            s.id
            for s in self.subjects.values()
            if s.kind == "case"
            and (by_post(s.noun, s.unit) or not people.isdisjoint(concerned(s)))
            and staff not in self.concealed(s)
        )

    def uncovering(self, customer: int) -> frozenset[int]:
        """Return the cases from which a customer's personal data may be uncovered now, as far as clauses have a say in it."""
        assert self.clock is not None
        calendar = self.law.calendars.get(self.law.calendar)
        day = self.law.on(calendar.business_day(self.clock) if calendar is not None else self.clock.date())
        things = [
            (
                c,
                {
                    s.id
                    for s in self.subjects.values()
                    if (s.noun, s.fields.get(c.field), s.closed) == (c.register, customer, False)
                },
            )
            for c in covers(day)
        ]
        found = {
            s.id: Matter(self.law.nouns[s.noun], s.step, s.customer, s.closed, s.fields)
            for s in self.subjects.values()
            if s.kind == "case"
        }
        bearing = [(cover, theirs) for cover, theirs in things if theirs]
        return frozenset(i for i, m in found.items() if all(connects(c, m, customer, theirs) for c, theirs in bearing))

    def concealed(self, s: Subject) -> set[int]:
        """Return whom a case is not shown to: as long as it is open, those its fields conceal it from."""
        named = () if s.closed else [s.fields.get(name) for name in self.law.nouns[s.noun].concealing]
        return {p for value in named for p in (value if isinstance(value, tuple) else (value,)) if p}

    def new_id(self) -> int:
        """Return an id nobody has."""
        self.next += 1
        return self.next

    def act(self, act: Act, now: datetime | None = None) -> Ruling:
        """Decide an act and everything it causes, and write it; return the ruling of the act itself."""
        now = now or act.at
        first: Ruling | None = None
        todo = [act]
        for _ in range(MAX_CHAIN):
            if not todo:
                break
            current = todo.pop(0)
            ruling = self._one(current, now)
            first = first or ruling
            if not ruling.refused:
                todo.extend(self._write(ruling))
        else:
            raise RecursionError(f"{act.name}: more than {MAX_CHAIN} acts follow from one")
        assert first is not None
        return first

    def _one(self, act: Act, now: datetime) -> Ruling:
        ruling = decide(self.law, self.facts(act), act, now)
        self.said.append(Said(ruling, act.subject.id, act.at))
        return ruling

    def begin(self, at: datetime) -> None:
        """Give the subjects that stand already what they have by law as of a moment: fields that follow from others, and (where
        it is wanted) running promises. What was missed before is not played again.
        """
        self.clock = at - timedelta(microseconds=1)
        for s in [s for s in self.subjects.values() if not s.closed]:
            act = Act(STANDS, Ref(s.kind, s.noun, s.id), 0, at)
            for effect in standing(self.law, self.facts(act), act):
                if isinstance(effect, SetField):
                    self._set(s, effect, act)
                elif s.runs and (effect.until != (ALARM,) or effect.anchor >= at):
                    self._promise(s, effect, act)
                    if effect.due_at is not None and effect.due_at < at:
                        self._change(s, effect.cite.clause, effect.row, breached_at=effect.due_at)

    def run_clock(self, until: datetime) -> None:
        """Let everything happen that falls due or comes round until a moment, in order of time."""
        if self.clock is None:
            self.begin(until)
        assert self.clock is not None
        for occurrence in rounds.occurrences(self.law, self.clock, until) if until > self.clock else ():
            self._ring(occurrence.at)
            for member in self.met(occurrence):
                self.act(rounds.come_round(occurrence, member), occurrence.at)
        self._ring(until)
        self.clock = max(self.clock, until)

    def met(self, o: rounds.Occurrence) -> list[Ref]:
        """Return whom a round comes to: a whole population, or a sample of those on which an act was done before."""
        if o.drawn is None:
            return self.members(o.population, o.unit_kinds)
        kind, noun = self.law.clause_of(o.clause, o.since).rule.kind, self.law.populations[o.population].noun
        assert isinstance(kind, Schedules)
        since, until = o.drawn
        done = {d.subject for d in self.done if (d.noun, d.act) == (noun, kind.drawn) and since <= d.at < until}
        return [Ref(self.subjects[i].kind, noun, i) for i in rounds.sample(done, o, kind.take)]

    def members(self, population: str, unit_kinds: tuple[str, ...] = ()) -> list[Ref]:
        """Return everybody and everything a population may mean; whether each belongs is decided for it alone."""
        noun = self.law.populations[population].noun
        if noun == "staff":
            return [Ref("staff", "staff", key) for key in self.org.staff]
        if noun == "unit":
            return [Ref("unit", "unit", u.id) for u in self.org.units.values() if not unit_kinds or u.kind in unit_kinds]
        return [Ref(s.kind, noun, s.id) for s in self.subjects.values() if s.noun == noun and not s.closed]

    def _ring(self, until: datetime) -> None:
        for _ in range(10_000):
            found = self._next_ring(until)
            if found is None:
                return
            at, name, subject, clause, row = found
            if name == "deadline_near":
                subject.warn_at.pop((clause, row), None)
            self.act(Act(name, Ref(subject.kind, subject.noun, subject.id), 0, at, clause=clause, row=row), at)

    def _next_ring(self, until: datetime) -> tuple[datetime, str, Subject, str, str] | None:
        rings = []
        for s in self.subjects.values():
            for d in s.deadlines:
                if (
                    d.due_at is not None
                    and d.breached_at is None
                    and (d.due_at < until or (d.due_at == until and ALARM in d.until))
                ):
                    rings.append((d.due_at, "deadline_passed", s, d.clause, d.row))
                near = s.warn_at.get((d.clause, d.row))
                if near is not None and near <= until and d.due_at is not None and d.breached_at is None:
                    rings.append((near, "deadline_near", s, d.clause, d.row))
        return min(rings, key=lambda r: (r[0], r[1], r[2].id, r[3])) if rings else None

    # facts

    def facts(self, act: Act) -> Facts:
        """Gather the facts an act wants."""
        s = self._subject(act)
        facts, noun = self._plain(s), self.law.noun(s.noun)
        assert noun is not None
        calendar = calendar_for(self.law, noun, facts)
        day = self.law.on(calendar.business_day(act.at))
        needs = day.needs_of_round(s.noun, act.clause) if act.name == "come_round" else day.needs(s.noun, act.name)
        self._links(s, noun, {**s.fields, **act.fields}, facts)
        folder = Folder(self.law, self.done, self.entries, self.subjects, calendar)
        facts.measures = {m: folder.measure(self.law.measures[m], s, act) for m in needs.measures if m not in self.given}
        facts.measures |= {
            f"{s.noun}.limit:{a}:{per}:{over}": folder.limit(s, act, a, per, over) for a, per, over in needs.counts
        }
        facts.measures |= self.given
        facts.balances = {name: folder.voided(name, s, act, noun) for name in needs.voided}
        facts.queues = {q.name: folder.queue(q, s, act) for q in needs.queues}
        facts.populations = {p: tuple({"id": m.id} for m in self.members(p)) for p in needs.populations}
        return facts

    def counted(self, measure: str, ref: Ref, at: datetime) -> Any:
        """Return what a measure comes to for a case, a record, a unit or a member of staff, whether a clause asks for it or not."""
        act = Act("", ref, 0, at)
        s = self._subject(act)
        noun = self.law.noun(s.noun)
        assert noun is not None
        folder = Folder(self.law, self.done, self.entries, self.subjects, calendar_for(self.law, noun, self._plain(s)))
        return folder.measure(self.law.measures[measure], s, act)

    def _subject(self, act: Act) -> Subject:
        """Return the subject of an act; one that is to be opened, or a member of staff or a unit, as far as it is known."""
        found = self.subjects.get(act.subject.id) if act.subject.noun not in PEOPLE_AND_PLACES else None
        if found is not None:
            return found
        o, ref, person = act.opening or Opening(), act.subject, self.org.staff.get(act.subject.id)
        unit = ref.id if ref.kind == "unit" else person.unit if person is not None and ref.kind == "staff" else o.unit
        return Subject(ref.id, ref.kind, ref.noun, unit=unit, customer=o.customer, responsible=o.responsible, parent=o.parent)

    def _plain(self, s: Subject) -> Facts:
        return Facts(
            s.fields,
            s.step,
            s.opened_at,
            s.marks,
            s.unit,
            s.responsible,
            s.first_asked,
            s.customer,
            {},
            {},
            tuple(s.deadlines),
            frozenset(s.settled),
            tuple(s.tasks),
            tuple(s.approvals),
            tuple(s.pauses),
            s.held,
            s.closed,
            {},
            self.named,
            {},
            self.org,
        )

    def _links(self, s: Subject, noun: Noun, fields: Mapping[str, Any], facts: Facts) -> None:
        links: dict[str, Mapping[str, Any]] = {}
        linked: dict[str, Facts] = {}
        facts.pointed = {i: self.subjects[i].fields for _, i in rows_pointing(noun, fields) if i in self.subjects}
        if s.customer:
            links["customer"] = self.customers.get(s.customer, {})
        for name, shape in noun.fields.items():
            target = fields.get(name)
            if shape.type.name == "customer" and target:
                links[name] = self.customers.get(target, {})
            elif shape.type.name in ("record", "case") and target in self.subjects:
                other = self.subjects[target]
                if other.kind == "record":
                    links[name] = {**other.fields, "state": other.step}
                else:
                    linked[name] = self._plain(other)
        if s.parent in self.subjects:
            linked["parent"] = self._plain(self.subjects[s.parent])
        facts.links, facts.linked = links, linked

    # writing

    def _write(self, ruling: Ruling) -> list[Act]:
        act = ruling.act
        s = self.subjects.get(act.subject.id)
        if s is None:
            o = act.opening or Opening()
            s = Subject(
                act.subject.id, act.subject.kind, act.subject.noun, {}, "", o.unit, o.customer, opened_at=act.at, parent=o.parent
            )
            if act.subject.noun not in PEOPLE_AND_PLACES:
                self.subjects[s.id] = s
        if ruling.allowed and act.subject.noun not in PEOPLE_AND_PLACES:
            self._mark(s, act)
        follow: list[Act] = []
        request = self.new_id()
        for effect in ruling.effects:
            if isinstance(effect, Perform):
                follow.append(effect.act)
            elif isinstance(effect, OpenCase):
                follow.append(self._opens(s, effect, act))
            elif isinstance(effect, Ask):
                self._ask(s, effect, act, request)
            else:
                self._apply(s, effect, act)
                follow.extend(self._booked(effect, act))
        return follow

    def _booked(self, effect: Effect, act: Act) -> Iterator[Act]:
        """Yield the act with which an entry begins, where the entries of its book have a life of their own."""
        noun = self.law.nouns.get(effect.book) if isinstance(effect, Enter) and not effect.voids else None
        if noun is None or not isinstance(effect, Enter):
            return
        key, at = self.entries[-1].id, effect.happened or act.at
        fields = {"clause": effect.cite.clause, "who": effect.who, "amount": effect.amount}
        unit = self.org.staff[effect.who].unit if effect.who in self.org.staff else 0
        self.subjects[key] = Subject(key, "entry", noun.id, fields, noun.start, unit, opened_at=at)
        yield Act("book", Ref("entry", noun.id, key), 0, act.at, upon=effect.cite.clause)

    def _mark(self, s: Subject, act: Act) -> None:
        if act.name in self.law.nouns[s.noun].acts:
            self._note_mark(s, act.name, act.at, act.by)
        self.done.append(Done(s.noun, act.name, s.id, act.by, act.at, dict(act.fields)))

    def _opens(self, s: Subject, effect: OpenCase, act: Act) -> Act:
        noun = self.law.nouns[effect.procedure]
        customer = effect.fields.get("customer") if "customer" in noun.fields else s.customer
        opening = Opening(
            effect.unit or s.unit, customer or s.customer, 0, s.first_asked, effect.who, effect.post, effect.due_at, s.id
        )
        return Act(
            "open",
            Ref(noun.kind, noun.id, self.new_id()),
            0,
            act.at,
            effect.fields,
            opening=opening,
            upon=effect.cite.clause,
            row=effect.row,
        )

    def _ask(self, s: Subject, ask: Ask, act: Act, request: int) -> None:
        if any(a.act.name == act.name and not a.granted for a in s.approvals if a.request != request):
            return
        advises = ask.advises or tuple(False for _ in ask.chain)
        s.approvals.append(
            PendingApproval(self.new_id(), ask.cite.clause, act, act.by, ask.chain, advises, ask.all_of, 0, (), request)
        )
