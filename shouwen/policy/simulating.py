"""Rehearsal: recorded acts judged again under a proposed law, clause by clause: the same, otherwise, or it cannot be told.

What has happened is the yardstick. An act is judged by the law of then first: where that does not say what the journal says, the
replay is not faithful and nothing is concluded from it. A story is left at its first divergence: what came later might not have
happened. A promise with another due moment diverges only when it would have ended otherwise, which its later story tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from shouwen.policy.act import Act
from shouwen.policy.calendars import calendar_for
from shouwen.policy.decide import decide
from shouwen.policy.facts import Facts
from shouwen.policy.law import Law
from shouwen.policy.nouns import Noun
from shouwen.policy.org import Org
from shouwen.policy.paths import Path
from shouwen.policy.ruling import Ruling
from shouwen.policy.simulating_compare import NOTHING, Finding, Said, by_journal, by_ruling, outcome_of
from shouwen.policy.simulating_ends import Ends
from shouwen.policy.simulating_law import Changed, Difference, Known, Touched, unknown
from shouwen.policy.simulating_report import Example, Finds, Report, keep
from shouwen.policy.simulating_state import ACT, CLOCK, Happened, History, State, acts_in
from shouwen.policy.simulating_words import Verdicts, Vocabulary, differs_in

PEOPLE_OF: Final = ("responsible", "first_asked")
MORE: Final = {"ask": "approvals", "task": "tasks", "case": "cases", "refused": "refusals", "recorded": "breaches"}

LawOf = Callable[[datetime, History], "Law | None"]
OrgOf = Callable[[datetime], Org]


class Reshaped(Law):
    """The proposed law over the shape a noun had then: a case keeps the fields, steps and acts it began with."""

    def __init__(self, law: Law, noun: Noun) -> None:
        self.__dict__.update(law.__dict__)
        self.nouns = {**law.nouns, noun.id: noun}
        self._by_epoch = {}


@dataclass
class Rehearsal:
    """One proposed law put to recorded stories. `then` is the law of a moment for a story, `org` the organisation of a moment.

    `until` is when the record ends: what had not ended by then cannot be told. `everything` judges each clause again, changed or not.
    `only`: what the two laws speak differently of, where that is known beforehand; what it does not name is counted and passed over.
    """

    new: Law
    then: LawOf
    org: OrgOf
    until: datetime
    since: datetime | None = None
    everything: bool = False
    only: Touched | None = None
    report: Report = field(default_factory=Report)
    _shaped: dict[int, Law] = field(default_factory=dict)
    _differences: dict[tuple[int, int, str], Difference] = field(default_factory=dict)
    _near: dict[tuple[Any, ...], Difference] = field(default_factory=dict)

    def hear(self, histories: Iterable[History]) -> Report:
        """Judge stories, one after the other; nothing of one is kept when the next begins."""
        for history in histories:
            self.one(history)
        return self.report

    def one(self, history: History) -> None:
        """Judge one story up to its first divergence."""
        happened = history.happened()
        self.report.subjects += 1
        self.report.acts += acts_in(h for h in happened if self._asked(h))
        follower = _Follower(history, happened)
        promised: set[Any] = set()
        for i, h in enumerate(happened):
            question = self._question(history, h) if self._may_differ(h, history) and self._asked(h) else None
            if question is None:
                continue
            if self._judge(question, follower, i, promised) and not history.free:
                self.report.diverged += 1
                self.report.not_looked_at += acts_in(happened[i + 1 :])
                return

    def _asked(self, h: Happened) -> bool:
        return self.since is None or h.row.at >= self.since

    def _may_differ(self, h: Happened, history: History) -> bool:
        """Whether anything that differs may speak of it: told by names alone, for most of a long record is passed over here."""
        only = self.only
        if only is None:
            return True
        if h.kind == CLOCK:
            return h.row.clause in only.missed
        return h.name in only.acts or not only.fields.isdisjoint(_brought(h, history))

    def _question(self, history: History, h: Happened) -> _Question | None:
        """Return an act that has to be judged again; None when nothing that differs speaks of it."""
        old = self.then(h.row.at, history)
        noun = old.noun(history.ref.noun) if old is not None else None
        if old is None or noun is None:
            return None
        diff = self._difference(old, noun, history, h)
        touched = diff.upon_breach(h.row.clause) if h.kind == CLOCK else diff.touched(h.name, _brought(h, history))
        return _Question(old, diff.new.law, diff, noun, touched) if touched else None

    def _difference(self, old: Law, noun: Noun, history: History, h: Happened) -> Difference:
        new = self._in_shape(noun)
        at = h.row.at
        # Which version of a law holds is asked of a calendar: once for the acts of half an hour, no day of any calendar begins within it.
        near = (
            (id(old), noun.id, history.opening.unit, at.date(), at.hour, at.minute // 30)
            if old.days or new.days
            else (id(old), noun.id)
        )
        found = self._near.get(near)
        if found is None:
            calendar = calendar_for(old, noun, Facts(unit=history.opening.unit, org=self.org(at)))
            day = calendar.business_day(at)
            before, after = old.on(day), new.on(day)
            key = (id(before), id(after), noun.id)
            if key not in self._differences:
                self._differences[key] = Difference(before, after, noun.id, self.everything)
            found = self._near[near] = self._differences[key]
        return found

    def _in_shape(self, noun: Noun) -> Law:
        """Return the proposed law over the shape of then; a noun it has not is taken over."""
        found = self._shaped.get(id(noun))
        if found is None:
            own = self.new.nouns.get(noun.id)
            same = own is not None and (own.fields, own.steps, own.acts) == (noun.fields, noun.steps, noun.acts)
            found = self._shaped[id(noun)] = self.new if same else Reshaped(self.new, noun)
        return found

    def _judge(self, q: _Question, follower: _Follower, index: int, promised: set[Any]) -> bool:
        """Judge one act by both laws; return whether the story diverges here."""
        h, history = follower.happened[index], follower.history
        state = follower.before(index, q.noun)
        act = state.act(h)
        known, facts = self._facts(q, h, state, act)
        self.report.judged += 1
        old = decide(q.old, facts, act, h.row.entered_at)
        new = decide(q.new, facts, act, h.row.entered_at) if q.old is not q.new else old
        recorded = by_journal(h, q.touched)
        compared = _Compared(recorded, by_ruling(old, q.noun, q.touched), by_ruling(new, q.noun, q.touched), old, new, h)
        if history.free:
            compared = replace(compared, recorded=compared.old)
        if not compared.outcome_is_faithful:
            self._doubt_all(q, h, history, compared)
            return False
        self.report.faithful += 1
        ends = Ends(follower.happened, index, self.until, frozenset(q.noun.ends))
        parted = [
            self._clause(q.diff.changed[name], q, _Sight(compared, known, ends, history, promised)) for name in sorted(q.touched)
        ]
        if any(parted):
            self._count_entries(by_ruling(old, q.noun), by_ruling(new, q.noun))
        return any(parted)

    def _facts(self, q: _Question, h: Happened, state: State, act: Act) -> tuple[Known, Facts]:
        """Return what may be known of an act: how the subject stood, and what the law read of elsewhere when it happened."""
        facts = state.facts(self.org(act.at))
        facts.linked = state.linked(act, facts.org)
        paths = q.diff.old.plan(q.noun.id, h.name).reads
        reads = h.row.data.get("reads", {}) if h.kind == ACT else {}
        seen = [p for p in paths if h.kind == ACT and reads.get(p.text) != "…"]
        for p in seen:
            value = reads.get(p.text)
            if value is not None and p.through:
                _put_through(facts, p, value, {**facts.fields, **act.fields})
            elif value is not None and (p.measure or p.fact or p.link):
                _put(facts, p, value)
        return Known(frozenset(p.text for p in seen), state.history.lost, q.noun), facts

    def _clause(self, c: Changed, q: _Question, sight: _Sight) -> bool:
        """Compare what one clause did and would do; return whether it parts the story here."""
        finds = self.report.of_changed(c)
        example = _Example(sight)
        lacking, language = unknown(c, sight.known, q.diff), Vocabulary(self.new, q.noun)
        said, would = sight.compared.of(c.name)
        if lacking:
            return _doubt(finds, example, f"没有记录：{'、'.join(lacking)}", f"never recorded: {', '.join(lacking)}")
        if not sight.history.free and sight.compared.recorded.get(c.name, NOTHING) != said:
            finds.unfaithful += 1
            told = differs_in(sight.compared.recorded.get(c.name, NOTHING), said, language)
            return _doubt(finds, example, f"重放与记录不符：{told.zh}", f"the replay is not what was recorded: {told.en}")
        if sight.compared.parted and not sight.compared.speaks(c.name):
            return False  # it had no say: another clause has refused, or let through, what it would have spoken of
        differs = differs_in(said, would, language)
        breaches, moved, open_ends = sight.ends.compare(said.pledges, would.pledges, c.name, sight.promised)
        if open_ends and not differs and not breaches:
            return _doubt(finds, example, "期限到记录结束时还没有结果", "its promise had not ended when the record ends")
        if not differs and not breaches:
            finds.same += 1
            finds.moved += bool(moved)
            return False
        finds.differs += 1
        finds.more["breaches"] += sum(b.more for b in breaches)
        for kind, n in _more(said, would).items():
            finds.more[kind] += n
        words = [(differs.zh, differs.en)] if differs else []
        words += [(b.zh, b.en) for b in breaches]
        both = sum((b.verdicts for b in breaches), differs)
        keep(finds.examples, example.of("；".join(w for w, _ in words), "; ".join(w for _, w in words), both))
        return True

    def _doubt_all(self, q: _Question, h: Happened, history: History, compared: _Compared) -> None:
        why = "、".join(r.clause or r.code for r in compared.ruling_then.refusals) or compared.ruling_then.outcome
        for name in q.touched:
            finds = self.report.of_changed(q.diff.changed[name])
            finds.unfaithful += 1
            example = Example(
                history.number,
                history.ref.id,
                h.name,
                h.row.at,
                f"按当时制度重放不成立：{why}",
                f"not so by the law of then: {why}",
            )
            keep(finds.doubtful, example)
            finds.cannot_tell += 1

    def _count_entries(self, old: Mapping[str, Said], new: Mapping[str, Said]) -> None:
        """Add up by book what all clauses together would enter otherwise."""
        for sign, said in ((-1, old), (1, new)):
            for entry in (f for s in said.values() for f in s.findings if f.kind == "entry"):
                self.report.entries[entry.said[0]] += sign * entry.said[2]


@dataclass(frozen=True, slots=True)
class _Question:
    """An act to be judged again: by which laws, and which clauses are compared."""

    old: Law
    new: Law
    diff: Difference
    noun: Noun
    touched: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Compared:
    """What was recorded of an act, and what the two laws say of it, clause by clause."""

    recorded: dict[str, Said]
    old: dict[str, Said]
    new: dict[str, Said]
    ruling_then: Ruling
    ruling_now: Ruling
    happened: Happened

    @property
    def outcome_is_faithful(self) -> bool:
        """Whether the law of then lets the act through, or wait, as it was recorded."""
        return self.ruling_then.outcome == outcome_of(self.happened)

    @property
    def parted(self) -> bool:
        """Whether the act itself would end otherwise."""
        return self.ruling_then.outcome != self.ruling_now.outcome

    def of(self, clause: str) -> tuple[Said, Said]:
        """Return what a clause says under the law of then, and under the proposed one."""
        return self.old.get(clause, NOTHING), self.new.get(clause, NOTHING)

    def speaks(self, clause: str) -> bool:
        """Whether a clause has a part in how the act ends: it refuses, or asks approval."""
        said = (f.kind for s in self.of(clause) for f in s.findings)
        return any(kind in ("refused", "ask") for kind in said)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one clause is compared on."""

    compared: _Compared
    known: Known
    ends: Ends
    history: History
    promised: set[Any]


@dataclass(frozen=True, slots=True)
class _Example:
    """Makes examples of one act."""

    sight: _Sight

    def of(self, zh: str, en: str, both: Verdicts | None = None) -> Example:
        """Return the example with what differs, and with both verdicts."""
        history, h, both = self.sight.history, self.sight.compared.happened, both or Verdicts()
        return Example(history.number, history.ref.id, h.name, h.row.at, zh, en, both.was, both.now)


class _Follower:
    """How a subject stood before each thing that happened; moved on only as far as somebody asks."""

    def __init__(self, history: History, happened: Sequence[Happened]) -> None:
        self.history, self.happened = history, happened
        self._state: State | None = None
        self._done = 0

    def before(self, index: int, noun: Noun) -> State:
        """Return the state before a place in the story."""
        if self._state is None:
            self._state = State(self.history, noun)
        for h in self.happened[self._done : index]:
            self._state.follow(h)
        self._done = max(self._done, index)
        return self._state


def _brought(h: Happened, history: History) -> dict[str, Any]:
    """Return what an act changes, by name."""
    data = h.row.data
    if h.kind != ACT:
        waiting = history.waiting.get(int(data.get("approval", 0))) if h.kind != CLOCK else None
        return dict(waiting.fields) if waiting is not None else {}
    if "brought" not in data and "followed" not in data and "large" not in data:
        return {}
    return {**data.get("brought", {}), **data.get("followed", {}), **dict.fromkeys(data.get("large", ()))}


def _put(facts: Facts, p: Path, value: Any) -> None:
    """Give the law a value of elsewhere that it read then."""
    loaded = p.type.load(value) if p.type.name not in ("elapsed", "posts") else value
    if p.measure:
        facts.measures = {**facts.measures, p.measure: loaded}
    elif p.fact:
        facts.named = {**facts.named, p.fact: loaded}
    elif p.link:
        tail = p.text.partition(".")[2]
        facts.links = {**facts.links, p.link: {**facts.links.get(p.link, {}), tail: loaded}}
        other = facts.linked.get(p.link) or Facts(org=facts.org)
        known = {"step": loaded} if tail in ("step", "state") else {tail: loaded} if tail in PEOPLE_OF else {}
        facts.linked = {**facts.linked, p.link: replace(other, **known)}


def _put_through(facts: Facts, p: Path, values: Sequence[Any], fields: Mapping[str, Any]) -> None:
    """Give the law what it read of the records that rows point to: recorded row by row; not told apart where one had none."""
    rows, _, column = p.through.partition(".")
    ids = [row[column] for row in fields.get(rows) or () if isinstance(row.get(column), int)]
    if len(ids) == len(values):
        name = p.text.removeprefix(f"{p.through}.")
        loaded = {i: {**facts.pointed.get(i, {}), name: p.type.load(v)} for i, v in zip(ids, values, strict=True)}
        facts.pointed = {**facts.pointed, **loaded}


def _more(said: Said, would: Said) -> dict[str, int]:
    """Return by what is counted how many more, or fewer, of them."""
    found: dict[str, int] = {}
    for sign, findings in ((-1, said.findings - would.findings), (1, would.findings - said.findings)):
        for f in findings:
            found.update(_one_more(f, sign, found))
    return found


def _one_more(f: Finding, sign: int, found: dict[str, int]) -> dict[str, int]:
    kind = MORE.get(f.kind, "")
    return {kind: found.get(kind, 0) + sign} if kind else {}


def _doubt(finds: Finds, example: _Example, zh: str, en: str) -> bool:
    finds.cannot_tell += 1
    keep(finds.doubtful, example.of(zh, en))
    return False
