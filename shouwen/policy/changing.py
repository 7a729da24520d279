"""A law in which one clause is written otherwise, without making the whole law anew: what mutation and proposals ask about.

Everything the clause does not touch is shared with the law as it was. A test holds that it is the law a full compilation makes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

from shouwen.policy.kinds.base import Clause, Rule
from shouwen.policy.law import Law, LawDay, Plan, by_calendar


class ChangedLaw(Law):
    """A law with one clause in other versions; none: as if it had been repealed. Not checked as a whole."""

    def __init__(self, base: Law, name: str, versions: list[Clause]) -> None:
        kept = base.compiled.clauses
        clauses = {**kept, name: versions} if versions else {k: v for k, v in kept.items() if k != name}
        super().__init__(replace(base.compiled, clauses=clauses), base.company, base.digest)
        self.base, self.name = base, name
        self._days: dict[int, LawDay] = {}

    @cached_property
    def scheduled(self) -> tuple[Clause, ...]:
        """The clause versions that come round by the calendar: those of the base, but for the one that was changed."""
        found = [c for c in self.base.scheduled if c.name != self.name]
        changed = [c for c in self.versions.get(self.name, []) if c.rules and by_calendar(c.rule)]
        return (*found, *changed)

    def on(self, day: date) -> LawDay:
        """Return the law of a day: the day as it was, with the clause replaced."""
        epoch = bisect_right(self.days, day)
        found = self._days.get(epoch)
        if found is None:
            found = self._days[epoch] = self._make(day)
        return found

    def _make(self, day: date) -> LawDay:
        was = self.base.on(day)
        old = was.clauses.get(self.name)
        standing = [c for c in self.versions.get(self.name, []) if c.since is None or c.since <= day]
        new = standing[-1] if standing and not standing[-1].repealed else None
        if old is None or (new is not None and not _same_places(old, new)):
            return LawDay(self, day)
        return ChangedDay(self, was, old, new)


class ChangedDay(LawDay):
    """One day of a changed law, made from the day as it was."""

    def __init__(self, law: Law, was: LawDay, old: Clause, new: Clause | None) -> None:
        self.law, self.day, name = law, was.day, old.name
        self.clauses = {**was.clauses, name: new} if new is not None else {k: c for k, c in was.clauses.items() if k != name}
        self.overridden = _swapped(was.overridden, old, new, {old.overrides} if old.overrides else ())
        self.upon_breach = _swapped(was.upon_breach, old, new)
        self.by_noun = _swapped(was.by_noun, old, new, old.rules)
        self.rounds = _swapped(was.rounds, old, new)
        self.plans = {key: plan for key, plan in was.plans.items() if not self._concerns(key, plan, old, new)}
        self.known_needs = {}

    def _concerns(self, key: tuple[str, str], plan: Plan, old: Clause, new: Clause | None) -> bool:
        noun, act = key
        if noun not in old.rules:
            return False
        if any(r.clause is old for r in _placed(plan)):
            return True
        probe = Plan(None)
        for rule in new.rules.values() if new is not None else ():
            if rule.noun is not None and rule.noun.id == noun:
                self.place(rule, act, probe)
        return next(_placed(probe), None) is not None


def _placed(plan: Plan) -> Iterator[Rule]:
    for rules in (plan.gates, plan.choices, plan.acting, plan.deadlines, plan.alarms, plan.covering, plan.scripts):
        yield from rules


def _same_places(old: Clause, new: Clause) -> bool:
    """Whether two versions of a clause stand at the same places of the day's indexes."""
    if list(old.rules) != list(new.rules) or old.overrides != new.overrides:
        return False
    return all(_place(a) == _place(b) for a, b in zip(old.rules.values(), new.rules.values(), strict=True))


def _place(rule: Rule) -> tuple[object, ...]:
    upon = rule.upon
    member = getattr(rule.kind, "member", None)
    return type(rule.kind), (upon.kind, upon.name) if upon is not None and upon.kind in ("breach", "calendar") else "", member


def _swapped(
    index: Mapping[str, list[Rule]], old: Clause, new: Clause | None, keys: Iterable[str] | None = None
) -> dict[str, list[Rule]]:
    """Return an index in which the rules of a clause are replaced, or gone; `keys` are where they stand, when that is known."""
    changed = dict(index)
    for key in index if keys is None else keys:
        rules = index.get(key)
        if rules is None or all(r.clause is not old for r in rules):
            continue
        changed[key] = [_other(r, new) if r.clause is old else r for r in rules if r.clause is not old or new is not None]
    return changed


def _other(rule: Rule, new: Clause | None) -> Rule:
    assert new is not None  # where there is none, its rules were left out
    noun = rule.noun.id if rule.noun is not None else ""
    return new.rules[noun]
