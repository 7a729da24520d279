"""Scenarios: the examples a regulation carries. `given` a cast and its things, `steps` in order, what to `expect`.

A step with `act` is done by somebody; a step without lets the clock run to `at`. `expect` speaks of its own step (at the end: of the
last one); a key that is not named is not looked at, a list that is named is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiler
from shouwen.policy.errors import Faults, PackError
from shouwen.policy.expecting import Seen, mismatches
from shouwen.policy.law import Law, law_of
from shouwen.policy.packs import SCENARIOS, Sources
from shouwen.policy.reading import Reader
from shouwen.policy.ruling import Ruling, SetField, Step
from shouwen.policy.setting import Stage, build
from shouwen.policy.source import Node, SourceError, read_text
from shouwen.policy.subjects import Said
from shouwen.policy.values import BadValue

FILE_KEYS = ("regulation", "given", "scenarios", "later")
SCENARIO_KEYS = ("title", "tests", "given", "steps", "expect")
GIVEN_KEYS = ("units", "staff", "customers", "records", "cases", "values", "facts", "measures", "entries")
STEP_KEYS = ("at", "by", "act", "of", "as", "with", "evidence", "ticks", "reason", "row", "clause", "expect", "entered")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One example: where it stands, which clauses it is about, the nodes of its parts."""

    file: str
    regulation: str  # pack/regulation
    title: str
    tests: tuple[str, ...]
    node: Node
    given: tuple[Node, ...]
    values: Mapping[str, Node]

    @property
    def tested(self) -> tuple[str, ...]:
        """The clauses it says it tests, by their global names: `2.1` of its own regulation, `other#3`, `pack/other#3`."""
        pack = self.regulation.partition("/")[0]
        return tuple(f"{self.regulation}#{t}" if "#" not in t else t if "/" in t else f"{pack}/{t}" for t in self.tests)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario: nothing in `wrong` means it holds. `said` is everything that was ruled in it."""

    scenario: Scenario
    wrong: tuple[str, ...]
    said: tuple[Said, ...] = ()

    @property
    def cited(self) -> frozenset[str]:
        """The clauses that acted or refused in it."""
        return frozenset(_cited(self.said))

    @property
    def touched(self) -> frozenset[str]:
        """The acts done, the fields filled and the steps reached in it, as `noun.name`."""
        return frozenset(_touched(self.said))


def read_scenarios(sources: Sources) -> list[Scenario]:
    """Read every scenario file among the sources. Raises PackError."""
    faults = Faults()
    found: list[Scenario] = []
    for name, text in sorted(sources.items()):
        if name.endswith(SCENARIOS):
            found.extend(_file(name, text, faults))
    faults.stop_if_any()
    return found


def _file(name: str, text: str, faults: Faults) -> Iterator[Scenario]:
    r = Reader(faults)
    try:
        root = read_text(text, name)
    except SourceError as e:
        faults.add(e.node, e.zh, e.en)
        return
    r.known(root, FILE_KEYS, "场景文件")
    regulation = f"{name.partition('/')[0]}/{r.text(root.get('regulation'))}"
    shared = root.get("given")
    for node in r.listing(root.get("later")):  # kept, not run: written for what the engine cannot do yet
        r.known(node, (*SCENARIO_KEYS, "because"), "待实现的场景")
        if node.get("because") is None:
            r.fault(node, "待实现的场景须写明等什么(because)", "a scenario under `later` says what it waits for (because)")
    for node in r.listing(root.get("scenarios")):
        r.known(node, SCENARIO_KEYS, "场景")
        given = tuple(n for n in (shared, node.get("given")) if n is not None)
        values: dict[str, Node] = {}
        for g in given:
            r.known(g, GIVEN_KEYS, "given")
            values |= {(k if "#" in k else f"{regulation}#{k}"): v for k, v in r.mapping(g.get("values")).items()}
        for step in r.listing(node.get("steps")):
            r.known(step, STEP_KEYS, "步骤")
        yield Scenario(name, regulation, r.text(node.get("title")), r.texts(node.get("tests")), node, given, values)


class Runner:
    """Runs scenarios against packs; laws are compiled once for each set of company values."""

    def __init__(self, sources: Sources, company: Company | None = None, *, law: Law | None = None) -> None:
        self.sources, self.company = sources, company or Company()
        self._laws: dict[str, Law] = {"": law} if law is not None else {}
        self._compiler: Compiler | None = None

    def law(self, values: Mapping[str, Node]) -> Law:
        """Return the law under the company's values and those of a scenario. Raises PackError."""
        key = values_key(values)
        if key not in self._laws:
            self._laws[key] = law_of(self.compiler(values))
        return self._laws[key]

    def compiler(self, values: Mapping[str, Node]) -> Compiler:
        """Return a compiler under the company's values and those of a scenario; the packs are read once."""
        if self._compiler is None:
            self._compiler = Compiler(self.sources, self.company)
            self._compiler.faults.stop_if_any()
        return self._compiler.under(replace(self.company, values={**self.company.values, **values}))

    def run(self, scenario: Scenario, law: Law | None = None) -> Result:
        """Run one scenario. Faults of the scenario itself (a name nobody has) are among `wrong`."""
        said: list[Said] = []
        try:
            wrong = tuple(self.play(scenario, law or self.law(scenario.values), said))
        except PackError as e:
            wrong = tuple(f.text() for f in e.faults)
        except (BadValue, RecursionError) as e:
            wrong = (str(e),)
        return Result(scenario, wrong, tuple(said))

    def play(self, scenario: Scenario, law: Law, said: list[Said]) -> Iterator[str]:
        """Play a scenario under a law: yield what is not as expected, and put every ruling into `said`. Raises PackError, BadValue."""
        faults = Faults()
        stage = build(law, scenario.given, Reader(faults), scenario.regulation)
        faults.stop_if_any()
        stage.world.said = said
        yield from self._play(scenario, stage)

    def _play(self, scenario: Scenario, stage: Stage) -> Iterator[str]:
        node = scenario.node
        steps = node.get("steps")
        ruling: Ruling | None = None
        mark = (0, 0)
        for i, step in enumerate((steps.items if steps is not None else None) or [], 1):
            mark = (len(stage.world.said), len(stage.world.entries))
            ruling = self._step(step, stage)
            if (expect := step.get("expect")) is not None:
                seen = Seen(stage, ruling, scenario.regulation, *mark)
                yield from (f"第{i}步:{m}" for m in mismatches(expect, seen))
        if (expect := node.get("expect")) is not None:
            yield from mismatches(expect, Seen(stage, ruling, scenario.regulation, *mark))

    def _step(self, step: Node, stage: Stage) -> Ruling | None:
        at = stage.moment(step.get("at"))
        name = step.get("act")
        if name is None:
            stage.world.run_clock(at)
            return None
        stage.world.run_clock(at)
        entered = step.get("entered")
        return stage.world.act(self._act(step, stage, at, name.text or ""), stage.moment(entered) if entered is not None else at)

    def _act(self, step: Node, stage: Stage, at: datetime, name: str) -> Act:
        of = step.get("of")
        target = of.text or "" if of is not None else ""
        by_node = step.get("by")
        by = stage.person(by_node.text or "") if by_node is not None else 0
        raw = step.get("with")
        if name == "open" and target in stage.law.nouns:
            noun = stage.law.nouns[target]
            ref = Ref(noun.kind, noun.id, stage.name_new(step))
            fields = stage.fields(raw, noun, name)
            customer = (
                fields.get("customer") if "customer" in noun.fields and noun.fields["customer"].type.name == "customer" else 0
            )
            unit = stage.unit_for(by, fields)
            opening = Opening(unit, customer or 0)
            return Act(name, ref, by, at, fields, stage.evidence(step), stage.ticks(step), opening=opening)
        subject = stage.subject(target)
        noun = stage.law.nouns[subject.noun]
        row = step.get("row")
        return Act(
            name,
            Ref(subject.kind, subject.noun, subject.id),
            by,
            at,
            stage.fields(raw, noun, name),
            stage.evidence(step),
            stage.ticks(step),
            stage.clause(step.get("clause")),
            stage.row(subject, name, row.text if row is not None else None, step),
            _text(step.get("reason")),
        )


def values_key(values: Mapping[str, Node]) -> str:
    """Return what tells one set of company values from another."""
    return repr(sorted((k, v.plain()) for k, v in values.items())) if values else ""


def _text(node: Node | None) -> str:
    return node.text or "" if node is not None else ""


def _cited(rulings: Iterable[Said]) -> Iterator[str]:
    for said in rulings:
        yield from (c.clause for c in said.ruling.cites)
        yield from (r.clause for r in (*said.ruling.refusals, *said.ruling.warnings) if r.clause)
        for e in said.ruling.effects:
            clause = getattr(e, "clause", "") or getattr(getattr(e, "cite", None), "clause", "")
            if clause:
                yield clause


def _touched(rulings: Iterable[Said]) -> Iterator[str]:
    for ruling in (s.ruling for s in rulings if s.ruling.allowed):
        noun = ruling.subject.noun
        yield from (f"{noun}.{name}" for name in (ruling.act.name, *ruling.act.fields))
        for e in ruling.effects:
            if isinstance(e, SetField) and not e.link:
                yield f"{noun}.{e.field}"
            elif isinstance(e, Step):
                yield f"{noun}.{e.to}"
