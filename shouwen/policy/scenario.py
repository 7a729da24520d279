"""Scenarios: the examples a regulation carries. `given` a cast and its things, `steps` in order, what to `expect`.

A step with `act` is done by somebody; a step without lets the clock run to `at`. `expect` speaks of its own step (at the end: of the
last one); a key that is not named is not looked at, a list that is named is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shouwen.policy.act import ACKNOWLEDGE, APPROVAL_ACTS, TASK_ACTS, Act, Opening, Ref
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiler
from shouwen.policy.errors import Fault, Faults, PackError
from shouwen.policy.expecting import mismatches
from shouwen.policy.law import Law, law_of
from shouwen.policy.misread import Misread, placed, reading
from shouwen.policy.nouns import Noun
from shouwen.policy.packs import SCENARIOS, Sources
from shouwen.policy.reading import Reader, tip_of
from shouwen.policy.ruling import Ruling, SetField, Step
from shouwen.policy.scenario_names import no_regulation, unknown_names
from shouwen.policy.seen import Seen, scripts_before
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
    about: Node | None = None  # where the file names its regulation

    @property
    def tested(self) -> tuple[str, ...]:
        """The clauses it says it tests, by their global names: `2.1` of its own regulation, `other#3`, `pack/other#3`."""
        pack = self.regulation.partition("/")[0]
        return tuple(f"{self.regulation}#{t}" if "#" not in t else t if "/" in t else f"{pack}/{t}" for t in self.tests)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario: nothing in `wrong` means it holds. `said` is everything that was ruled in it."""

    scenario: Scenario
    wrong: tuple[Fault, ...]
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


def scenarios_of(law: Law, sources: Sources) -> list[Scenario]:
    """Read every scenario file among the sources. Raises PackError; also where they are about nothing the law has."""
    if not law.regulations:
        zh = "这里没有一份制度:制度文件以 regulation: 开头,文件名以 .yaml 结尾"
        en = "there is no regulation here: its file begins with regulation: and its name ends in .yaml"
        raise PackError([Fault(next(iter(sources), ""), 1, 1, zh, en)])
    found = read_scenarios(sources)
    strange = [no_regulation(law, s.regulation, s.about or s.node) for s in found if s.regulation not in law.regulations]
    if strange:
        raise PackError(strange)
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
            _stage_keys(g, r)
            values |= {(k if "#" in k else f"{regulation}#{k}"): v for k, v in r.mapping(g.get("values")).items()}
        _step_keys(node, r)
        about = root.get("regulation")
        yield Scenario(name, regulation, r.text(node.get("title")), r.texts(node.get("tests")), node, given, values, about)


def _stage_keys(given: Node, r: Reader) -> None:
    r.known(given, GIVEN_KEYS, "given")
    for key, group in given.entries():
        if group.pairs is None and group.text != "":
            r.fault(group, f"{key}:这里应为一组“键: 值”", f"{key}: a mapping is wanted here")


def _step_keys(node: Node, r: Reader) -> None:
    steps = node.get("steps")
    if steps is None and "because" not in (node.pairs or {}):
        r.fault(node, "场景没有步骤(steps)", "the scenario has no steps (steps)")
    elif steps is not None and steps.items is None:
        r.fault(steps, "steps:这里应为列表,每步一行,以“- ”开头", "steps: a list is wanted here, each step behind “- ”")
    for i, step in enumerate((steps.items if steps is not None else None) or (), 1):
        r.mapping(step)
        r.known(step, STEP_KEYS, "步骤")
        if step.get("act") is not None and step.get("by") is None:  # nobody's act passes every gate, as the clock's do
            r.fault(
                step, f"第{i}步:没有写谁做的(by);系统自己做的写 by: clock",
                f"step {i}: it does not say who does it (by); for what the system does itself write by: clock",
            )  # fmt: skip
    for holder in (node, *((steps.items if steps is not None else None) or ())):
        if (expect := holder.get("expect")) is not None and expect.pairs is None:
            r.fault(expect, "expect:这里应为一组“键: 值”", "expect: a mapping is wanted here")


class Runner:
    """Runs scenarios against packs; laws are compiled once for each set of company values."""

    def __init__(self, sources: Sources, company: Company | None = None, *, law: Law | None = None) -> None:
        self.sources, self.company = sources, company or Company()
        self._laws: dict[str, Law] = {"": law} if law is not None else {}
        self._compiler: Compiler | None = None

    def law(self, values: Mapping[str, Node]) -> Law:
        """Return the law under the company's values and those of a scenario. Raises PackError.

        Only the clauses the scenario sets are compiled anew; the others are those of the company's own law.
        """
        key = values_key(values)
        if key not in self._laws:
            base = self.law({}).versions if values else {}
            standing = {name: versions for name, versions in base.items() if name not in values}
            self._laws[key] = law_of(self.compiler(values), standing=standing)
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
        wrong: list[Fault] = []
        try:
            standing = law or self.law(scenario.values)
            if law is None:  # under a law that is tried out a clause may be gone, and that is for what happens to show
                wrong.extend(unknown_names(standing, scenario.node, scenario.regulation, scenario.about))
            if not wrong:
                wrong.extend(self.play(scenario, standing, said))
        except PackError as e:
            wrong.extend(e.faults)
        except Misread as e:
            wrong.append(e.fault())
        except BadValue as e:
            wrong.append(placed(scenario.node, 0, "", e.zh, e.en))
        except RecursionError as e:
            wrong.append(placed(scenario.node, 0, "", f"动作互相引发,没有尽头:{e}", f"acts cause each other without end: {e}"))
        return Result(scenario, tuple(wrong), tuple(said))

    def play(self, scenario: Scenario, law: Law, said: list[Said]) -> Iterator[Fault]:
        """Play a scenario under a law: yield what is not as expected, and put every ruling into `said`. Raises PackError, BadValue."""
        faults = Faults()
        stage = build(law, scenario.given, Reader(faults), scenario.regulation)
        faults.stop_if_any()
        stage.world.said = said
        yield from self._play(scenario, stage)

    def _play(self, scenario: Scenario, stage: Stage) -> Iterator[Fault]:
        unawares: list[Fault] = []  # steps that were refused and do not expect it: the first thing to look at
        found = list(self._steps(scenario, stage, unawares))
        yield from (*(unawares if found else ()), *found)

    def _steps(self, scenario: Scenario, stage: Stage, unawares: list[Fault]) -> Iterator[Fault]:
        node = scenario.node
        steps = node.get("steps")
        ruling: Ruling | None = None
        mark = (0, 0)
        for i, step in enumerate((steps.items if steps is not None else None) or [], 1):
            mark = (len(stage.world.said), len(stage.world.entries))
            try:
                ruling = self._step(step, stage)
            except Misread as e:
                yield e.fault(i)
                return  # what follows rests on it
            if ruling is not None and ruling.refused and not _wants_refusal(step):
                unawares.append(_refused(step, i, ruling, scenario.regulation))
            if (expect := step.get("expect")) is not None:
                seen = Seen(stage, ruling, scenario.regulation, *mark, scripts=stage.shown)
                yield from mismatches(expect, seen, i)
        if (expect := node.get("expect")) is not None:
            yield from mismatches(expect, Seen(stage, ruling, scenario.regulation, *mark))

    def _step(self, step: Node, stage: Stage) -> Ruling | None:
        if (when := step.get("at")) is None:
            raise Misread(step, "", "没有写何时发生(at)", "it does not say when (at)")
        with reading(when, "at"):
            at = stage.moment(when)
        name, clock = step.get("act"), stage.world.clock
        if clock is not None and at < clock and step.get("entered") is None:
            raise Misread(
                when, "at", f"时间倒退了:前面已到 {clock:%Y-%m-%d %H:%M};事后补录的另写 entered(何时录入)",
                f"time runs backwards: it was {clock:%Y-%m-%d %H:%M} already; for what is entered later add `entered`",
            )  # fmt: skip
        stage.world.run_clock(at)
        if name is None:
            return None
        entered, act = step.get("entered"), self._act(step, stage, at, name.text or "")
        stage.shown = scripts_before(stage.world, act) if (step.get("expect") or step).get("scripts") is not None else ()
        return stage.world.act(act, stage.moment(entered) if entered is not None else at)

    def _act(self, step: Node, stage: Stage, at: datetime, name: str) -> Act:
        of = step.get("of")
        target = of.text or "" if of is not None else ""
        by, evidence = stage.doer(step)
        raw = step.get("with")
        if name == "open" and target not in (*stage.law.nouns, *stage.names["subject"]):
            raise _no_noun(of or step, target, stage.law.nouns)
        if name == "open" and target in stage.law.nouns:
            noun = stage.law.nouns[target]
            ref = Ref(noun.kind, noun.id, stage.name_new(step))
            fields = stage.fields(raw, noun, name)
            customer = (
                fields.get("customer") if "customer" in noun.fields and noun.fields["customer"].type.name == "customer" else 0
            )
            unit = stage.unit_for(by, fields)
            opening = Opening(unit, customer or 0)
            return Act(name, ref, by, at, fields, evidence, stage.ticks(step), opening=opening)
        with reading(of or step, "of"):
            subject = stage.subject(target)
        noun = stage.law.nouns[subject.noun]
        if name not in (*noun.acts, *APPROVAL_ACTS, *TASK_ACTS, ACKNOWLEDGE) and not _wants_no_act(step):
            raise _no_act(step.get("act") or step, name, noun)
        row = step.get("row")
        return Act(
            name,
            Ref(subject.kind, subject.noun, subject.id),
            by,
            at,
            stage.fields(raw, noun, name),
            evidence,
            stage.ticks(step),
            stage.clause(step.get("clause")),
            stage.row(subject, name, row.text if row is not None else None, step),
            _text(step.get("reason")),
        )


def _wants_refusal(step: Node) -> bool:
    expect = step.get("expect")
    return expect is not None and any(expect.get(k) is not None for k in ("refused", "allowed", "missing", "unknown"))


def _wants_no_act(step: Node) -> bool:
    """Whether a step shows that there is no such act."""
    expect = step.get("expect")
    refused = expect.get("refused") if expect is not None else None
    return refused is not None and "no_act" in [n.text for n in (refused.items or [refused])]


def _refused(step: Node, number: int, ruling: Ruling, regulation: str) -> Fault:
    at = step.get("act") or step
    why = [
        "; ".join(f"{r.clause.removeprefix(f'{regulation}#') or r.code}: {r.text(lang)}" for r in ruling.refusals)
        for lang in ("zh", "en")
    ]
    return Fault(at.file, at.line, at.column, f"第{number}步 被拒绝:{why[0]}", f"step {number} was refused: {why[1]}")


def _no_noun(node: Node, name: str, known: Iterable[str]) -> Misread:
    tip, tip_en = tip_of(name, known)
    return Misread(node, "of", f"没有流程或台账“{name}”{tip}", f"there is no procedure or register {name!r}{tip_en}")


def _no_act(node: Node, name: str, noun: Noun) -> Misread:
    tip, tip_en = tip_of(name, noun.acts)
    return Misread(node, "act", f"{noun.zh}没有动作“{name}”{tip}", f"{noun.id} has no act {name!r}{tip_en}")


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
