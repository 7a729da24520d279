"""What the page of a case or record shows, put together with few queries: the law's own view of it is read once, in a `Book`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from shouwen.base.models import Event
from shouwen.cases.book import Book
from shouwen.cases.living import Asked, Living, Promised, Work
from shouwen.cases.models import Case
from shouwen.cases.options import Option, options
from shouwen.policy.kinds.gates import Limits
from shouwen.policy.kinds.requires import Requires
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.web import people
from shouwen.web.asking import Ask
from shouwen.web.cases.slots import Subject
from shouwen.web.cases.story import Entry, Teller, shape_of, told_of, wanted_of
from shouwen.web.law import act_name, cited, post_name, remember_laws, said, step_name
from shouwen.web.values import Lookups, Showing, Shown

EVENTS: Final = 150  # of one page of the story
STOPPED: Final = frozenset({"closed", "held"})
IN_THE_TASKS: Final = frozenset({"take_over", "decline"})  # offered where they are asked for


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way: `state` is past, here or ahead."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A running deadline beside the case."""

    id: int
    clause: str
    text: str
    due_at: datetime | None
    warn_at: datetime | None
    breached: bool
    owes: str


@dataclass(frozen=True, slots=True)
class Todo:
    """An open task, and whether it is for the one who looks."""

    id: int
    title: str
    who: str
    clause: str
    due_at: datetime | None
    mine: bool
    pool: bool  # somebody has to take it first
    act: str  # the act that does it; empty: it is completed by hand


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an approval chain: who, and whether they said yes (past), are asked now (here), or later (ahead)."""

    who: str
    state: str
    advises: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """An act that waits for approval."""

    id: int
    act: str
    clause: str
    requester: str
    asked_at: datetime | None
    chain: Sequence[Link]
    mine: bool  # the one who looks is asked now
    asked_by_me: bool
    fields: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of a case as they stand open to the one who looks."""

    open: Sequence[Option]  # of the procedure, in its order
    always: Sequence[Option]  # that every case has
    barred: Sequence[Option]  # at their step, but refused: each says why
    elsewhere: Sequence[tuple[str, str]]  # of other steps: the act, and where it can be done
    stopped: str = ""  # closed or held: nothing else can be done until that is lifted; ended: it never is
    primary: str = ""  # of the open ones what comes next: it leads on, or a promise waits for it
    beside: Sequence[Option] = ()  # barred ones that lead nowhere and make no sense now, whoever asks: told, without a button


def onward_of(noun: Noun, here: str, own: Sequence[Option]) -> str:
    """Return the act that is most likely next: of the open ones that change the step the one nearest to the usual end.

    What ends beside the way (withdrawn, cancelled) is none; "" when nothing open leads on.
    """
    usual = next((s for s in noun.steps if s in noun.ends), "")
    far, steps = {usual: 0}, [usual]
    for step in steps:  # grows while it is walked: breadth first, from the end backwards
        before = {s for a in noun.acts.values() if a.to == step and not a.built_in for s in a.leaves} - far.keys()
        far.update(dict.fromkeys(before, far[step] + 1))
        steps.extend(sorted(before))
    leads = [o.act for o in own if o.open and not o.passing and noun.acts[o.act].to in far and noun.acts[o.act].to != here]
    return min(leads, key=lambda name: far[noun.acts[name].to], default="")


def find(request: Ask, key: str) -> Case:
    """Return the case with that number or id. Http404 when there is none, or it is not the reader's to see."""
    rows = Case.objects.visible_to(request.reader).select_related("merged_into", "parent")
    found = rows.filter(Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(number=key)).first()
    if found is None:
        raise Http404
    return found


@dataclass(slots=True)
class Assembly:
    """One case, record or entry (`case` whichever it is) as one person sees it now."""

    request: Ask
    case: Subject
    law: Law
    noun: Noun
    book: Book
    living: Living

    @classmethod
    def of(cls, request: Ask, case: Subject) -> Assembly:
        """Read it as the law sees it."""
        book = Book()
        book.take([case.ref])
        remember_laws(request, book.laws)
        law = book.laws.judging(request.now, case.ref.noun, shape_of(case))
        living = book.subjects.get(case.pk)
        if law is None or living is None:
            raise Http404
        return cls(request, case, law, living.noun, book, living)

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.request.lang

    def steps(self) -> list[Step]:
        """The way of this case: the steps it has come through, where it stands, and those ahead.

        Of the ends only the usual one and the one it came to; steps that were passed over are left out.
        """
        order = list(self.noun.steps)
        here = order.index(self.case.step) if self.case.step in order else -1
        usual = next((s for s in order if s in self.noun.ends), "")
        been = self._been()
        shown = [
            s for i, s in enumerate(order) if (i >= here or s in been) and (i == here or s not in self.noun.ends or s == usual)
        ]
        if self.case.step in self.noun.ends:
            shown = [s for s in shown if order.index(s) <= here]
        state = {s: "here" if s == self.case.step else "past" if order.index(s) < here else "ahead" for s in shown}
        return [Step(step_name(self.noun, s, self.lang), state[s]) for s in shown]

    def _been(self) -> set[str]:
        """The steps it has stood in, by the acts that were done."""
        return {self.noun.start, *(a.to for a in self.noun.acts.values() if a.to and a.id in self.living.marks)}

    def acts(self) -> Acts:
        """The acts, sorted by what can be done with them."""
        found = [o for o in options(self.case.ref, self.request.me.pk, now=self.request.now, book=self.book) if self._offered(o)]
        stopped = next((r for o in found for r in o.refusals if r.code in STOPPED), None)
        thing = not isinstance(self.case, Case)  # its built-in act, to amend it, is as much its own as the others
        own = [o for o in found if (thing or not o.built_in) and not any(r.code in STOPPED for r in o.refusals)]
        waiting = {a.pending.act.name for a in self.living.pending if a.state == "waiting"}
        own = [o for o in own if o.act not in waiting]  # asked for already: its request stands above, with whom it waits for
        onward, kept = onward_of(self.noun, self.case.step, own), self._kept()
        owed = {act for d in self.living.running for act in d.running.until} - kept
        own.sort(key=lambda o: (o.act != onward, o.act not in owed, o.act in kept))
        always = [o for o in found if o.built_in and o.open and not thing]
        shut = [o for o in own if not o.open]
        senseless = [o for o in shut if self._senseless(o)]
        return Acts(
            [o for o in own if o.open],
            always,
            [o for o in shut if o not in senseless],
            self._elsewhere({o.act for o in own} | waiting),
            self._stopped(stopped.code) if stopped else "",
            onward or next((o.act for o in own if o.open and not o.passing and (thing or o.act in owed)), ""),
            senseless,
        )

    def _stopped(self, code: str) -> str:
        """What stops its acts; of what has ended and cannot be reopened, that it has ended."""
        return "ended" if code == "closed" and "reopen" not in self.noun.acts else code

    def _kept(self) -> set[str]:
        """What has been done already of promises that wait for more than one act: it is not what comes next."""
        marks, found = self.living.marks, [d.running for d in self.living.running]
        return {a for r in found for a in r.until if a in marks and marks[a].last >= min(r.anchor, r.made_at or r.anchor)}

    def _senseless(self, option: Option) -> bool:
        """Whether an act that leads nowhere is closed by facts that are known: a fee of a free job is not collected, by nobody."""
        clauses = self.law.on(localdate(self.request.now)).clauses
        known = [clauses[r.clause].rule.kind for r in option.refusals if r.clause in clauses and not (r.missing or r.unknown)]
        facts = any(isinstance(k, Limits) or (isinstance(k, Requires) and k.that.groups) for k in known)
        return facts and not self.noun.acts[option.act].to

    def _offered(self, option: Option) -> bool:
        """Whether an act makes sense among the buttons: nothing is resumed that is not held, nothing extended that has no end."""
        if option.act in IN_THE_TASKS:
            return False
        if option.act in {"hold", "resume"}:
            return (option.act == "resume") == self.living.held
        return option.act != "extend" or bool(self.living.running)

    def _elsewhere(self, known: Collection[str]) -> list[tuple[str, str]]:
        """The acts of other steps: what they are called, and where they can be done."""
        shapes = [a for a in self.noun.acts.values() if not a.built_in and a.id not in known]
        return [(said(a, self.lang), _("、").join(step_name(self.noun, s, self.lang) for s in a.leaves)) for a in shapes]

    def promises(self) -> list[Promise]:
        """The running deadlines, the next first; those on hold last."""
        found = [self._promise(d) for d in self.living.running if d.running.until != ("alarm",)]
        return sorted(found, key=lambda p: (p.due_at is None, p.due_at or self.request.now))

    def _promise(self, d: Promised) -> Promise:
        r = d.running
        until = _("、").join(act_name(self.noun, u, self.lang) for u in r.until if u in self.noun.acts)
        text = cited(self.law, r.clause, self.lang).text or until
        return Promise(d.id, r.clause, text, r.due_at, d.warn_at, r.breached_at is not None, people.names(self.request, r.owes))

    def todos(self) -> list[Todo]:
        """The open tasks that are no approvals."""
        return [self._todo(t) for t in self.living.open_tasks if not t.approval]

    def _todo(self, work: Work) -> Todo:
        fact, reader, org = work.fact, self.request.reader, self.request.org
        holds = bool(fact.post) and org.holds(self.request.me.pk, fact.post, self.case.unit_id or 0, self.request.now)
        mine = not reader.people.isdisjoint(fact.who) or holds
        post = post_name(self.law, fact.post, self.lang) if fact.post and fact.untaken else ""
        who = post or people.names(self.request, fact.who)
        label = self.noun.tasks.get(fact.name)
        title = label.text(self.lang) if label is not None else act_name(self.noun, fact.act, self.lang) or work.title
        return Todo(fact.id, title, who, fact.clause, work.due_at, mine, mine and fact.untaken, fact.act)

    def consents(self) -> list[Consent]:
        """The acts that wait for approval, with their chains."""
        return [self._consent(a) for a in self.living.pending if a.state == "waiting"]

    def _consent(self, asked: Asked) -> Consent:
        p, me = asked.pending, self.request.reader.people
        chain = [
            Link(
                people.names(self.request, link), "past" if i < p.position else "here" if i == p.position else "ahead",
                bool(p.advises) and p.advises[i],
            )
            for i, link in enumerate(p.chain)
        ]  # fmt: skip
        now = set(p.chain[p.position]) - set(p.yes) if p.position < len(p.chain) else set()
        shape = self.noun.acts.get(p.act.name)
        fields = {**self.noun.fields, **(shape.fields if shape else {})}
        showing = Showing(self.request, self.lang, Lookups())
        told = [showing.field(fields[n], fields[n].type.dump(v)) for n, v in p.act.fields.items() if n in fields]
        return Consent(
            asked.id,
            act_name(self.noun, p.act.name, self.lang),
            p.clause,
            people.name(self.request, p.requester),
            asked.asked_at,
            chain,
            bool(now & me) and p.requester != self.request.me.pk,
            p.requester == self.request.me.pk,
            told,
        )

    def told(self, before: int | None = None) -> tuple[list[Entry], list[Shown], int]:
        """The story (newest page, oldest first), the fields in words, and where the earlier part begins (0: that is all)."""
        rows = Event.objects.visible_to(self.request.reader).filter(**told_of(self.case))
        events = list(reversed(rows.before(before, EVENTS + 1)))
        more = len(events) > EVENTS
        events = events[1:] if more else events
        kept: dict[str, Any] = self.case.fields
        lookups = Lookups.of(wanted_of(self.noun, events, kept), self.request.reader)
        showing = Showing(self.request, self.lang, lookups)
        entries = Teller(self.noun, self.law, showing).entries(events)
        return entries, self.fields(kept, showing), events[0].seq if more else 0

    def fields(self, kept: Mapping[str, Any], showing: Showing) -> list[Shown]:
        """The fields that have a value, in words, in the order of the procedure; those that clauses choose can be asked why."""
        chosen = self._chosen()
        told = [(n, showing.field(s, kept[n])) for n, s in self.noun.fields.items() if kept.get(n) not in (None, "", [])]
        return [replace(shown, chosen=name) if name in chosen else shown for name, shown in told]

    def _chosen(self) -> set[str]:
        """The fields that clauses of today choose for this noun."""
        rules = self.law.on(localdate(self.request.now)).by_noun.get(self.noun.id, ())
        return {getattr(r.kind, "field", "") for r in rules if r.kind.primitive == "choose"}
