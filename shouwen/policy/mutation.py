"""Mutation: would a scenario notice if a clause, or what it counts by, said something else? A mutant is one of them compiled anew over a
shared law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shouwen.policy.changing import ChangedLaw
from shouwen.policy.checks import check
from shouwen.policy.errors import Faults
from shouwen.policy.kinds.base import Clause, Grade
from shouwen.policy.law import Law
from shouwen.policy.mutants import Change, Finder
from shouwen.policy.mutants_declared import Thing, changes, resting, things
from shouwen.policy.packs import SCENARIOS
from shouwen.policy.scenario import Result, Runner, Scenario, values_key
from shouwen.policy.source import Node

LOADER = "load"  # who noticed, when the mutant cannot even be loaded
DELETED = "deleted"
THINGS: Final[Grade] = "executed"  # what is counted and when a season is: the software does that, as coverage says


@dataclass(frozen=True, slots=True)
class Mutant:
    """One clause (or measure, group, season: `pack/regulation:measures.x`) written otherwise; `node` None: the clause is gone."""

    clause: str
    name: str
    grade: Grade
    node: Node | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: `noticed` is the title of the scenario that fails, `load`, or "" when nobody noticed."""

    mutant: Mutant
    noticed: str


class Mutator:
    """Makes the mutants of a law's clauses and asks the scenarios about them. Raises PackError when the law does not load."""

    def __init__(self, runner: Runner, scenarios: Iterable[Scenario]) -> None:
        self.runner, self.law = runner, runner.law({})
        self.compiler = runner.compiler({})
        self.scenarios = list(scenarios)
        self.declared = things(self.compiler)
        self._results: dict[str, list[Result]] = {}
        self._order: dict[str, list[Scenario]] = {}

    def clauses(self, regulations: Iterable[str]) -> list[str]:
        """Return the clauses of some regulations that can be mutated: all that do more than say something."""
        wanted = set(regulations)
        return [n for n, vs in self.law.versions.items() if vs and vs[0].regulation.name in wanted and _acts(vs)]

    def everything(self, regulations: Iterable[str]) -> list[str]:
        """Return the clauses of some regulations that can be mutated, and what is declared with them (STORES of mutants_declared).

        What a pack's own file declares goes with the first of its regulations.
        """
        wanted = list(regulations)
        first = {r.pack: r.name for r in reversed([*self.law.regulations.values()])}
        files = {*wanted, *(pack for pack, regulation in first.items() if regulation in wanted)}
        return [*self.clauses(wanted), *(n for n in self.declared if written_in(n) in files)]

    def failing(self, regulation: str) -> list[Result]:
        """Return the scenarios of a regulation that already fail under the law as it is; with any, mutants tell nothing."""
        return [r for r in self.results(regulation) if r.wrong]

    def results(self, regulation: str) -> list[Result]:
        """Return what its scenarios say of the law as it is (run once)."""
        if regulation not in self._results:
            self._results[regulation] = [self.runner.run(s) for s in self.scenarios if s.regulation == regulation]
        return self._results[regulation]

    def changes(self, name: str) -> Iterator[Change]:
        """Yield everything that can be changed in a clause."""
        regulation, node = self.compiler.declared.clauses[name]
        clause = self.law.versions[name][0]
        noun = clause.rule.noun if clause.rules else None
        fresh = self.compiler.under(self.compiler.company)
        return Finder(fresh.scope(regulation, node, noun), clause.kind_word, node).changes()

    def mutants(self, name: str) -> Iterator[Mutant]:
        """Yield the mutants of a clause or of another thing; of several neighbours the first that loads."""
        thing = self.declared.get(name)
        if thing is not None:
            grade, node, found = THINGS, thing.node, changes(self.compiler.under(self.compiler.company), thing)
        else:
            grade, node, found = self.law.versions[name][0].grade, self.compiler.declared.clauses[name][1], self.changes(name)
            yield Mutant(name, DELETED, grade, None)
        for change in found:
            for option in change.options:
                mutant = Mutant(name, change.name(option), grade, change.applied(node, option))
                if len(change.options) == 1 or self.law_with(mutant) is not None:
                    yield mutant
                    break

    def outcome(self, mutant: Mutant) -> Outcome:
        """Ask the scenarios, those first that speak of the clause; stop at the first that notices."""
        laws: dict[str, Law | None] = {}
        order = self._order_for(mutant.clause)
        for i, scenario in enumerate(order):
            key = values_key(scenario.values)
            if key not in laws:
                laws[key] = self.law_with(mutant, scenario.values)
            law = laws[key]
            if law is None:
                return Outcome(mutant, LOADER)
            if self.runner.run(scenario, law).wrong:
                order.insert(0, order.pop(i))  # whoever noticed this one is likely to notice the next
                return Outcome(mutant, scenario.title)
        return Outcome(mutant, "" if self._stands(mutant) else LOADER)

    def law_with(self, mutant: Mutant, values: Mapping[str, Node] | None = None) -> Law | None:
        """Return the law with one clause compiled anew; None when that clause does not load. Not checked as a whole."""
        base = self.runner.law(values or {})
        if mutant.node is None:
            return ChangedLaw(base, mutant.clause, [])
        compiler = self.compiler.under(base.company)
        if (thing := self.declared.get(mutant.clause)) is not None:
            return resting(compiler, base, thing, mutant.node)
        versions = compiler.clause(mutant.clause, mutant.node)
        return None if compiler.faults.found else ChangedLaw(base, mutant.clause, versions)

    def _stands(self, mutant: Mutant) -> bool:
        law, faults = self.law_with(mutant), Faults()
        if law is not None:
            check(law.compiled, faults)
        return law is not None and not faults.found

    def _order_for(self, clause: str) -> list[Scenario]:
        """Return the scenarios that may notice: those that name or cite the clause, then the others of its regulation."""
        thing = self.declared.get(clause)
        if clause not in self._order and thing is not None:
            self._order[clause] = list(self._resting_on(thing))
        elif clause not in self._order:
            regulation = clause.partition("#")[0]
            results = self.results(regulation)
            naming = [s for s in self.scenarios if clause in s.tested]
            citing = [r.scenario for r in results if clause in r.cited]
            found = [*naming, *citing, *(r.scenario for r in results)]
            self._order[clause] = list({id(s): s for s in found}.values())
        return self._order[clause]

    def _resting_on(self, thing: Thing) -> Iterator[Scenario]:
        """Yield the scenarios of the regulations that name a thing, in their clauses or in their scenarios; first where it is declared."""
        named = re.compile(rf"\b{thing.key.rpartition('.')[2]}\b")  # of a number its field: `fee` of `repair.fee`
        files = {r.name: (r.file, r.file.removesuffix(".yaml") + SCENARIOS) for r in self.law.regulations.values()}
        here = written_in(thing.name)
        for name in sorted(files, key=lambda n: (n != here, n.partition("/")[0] != here.partition("/")[0], n)):
            if any(named.search(self.runner.sources.get(f, "")) for f in files[name]):
                yield from (r.scenario for r in self.results(name))


def written_in(name: str) -> str:
    """Return the regulation (or the pack) in whose file a clause or another thing stands."""
    return re.split("[#:]", name, maxsplit=1)[0]


def _acts(versions: list[Clause]) -> bool:
    return bool(versions[0].rules) and versions[0].grade != "said"
