"""Mutants: every place of a clause is tried, and a scenario that would not notice is found out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from shouwen.ops.shelf import folders
from shouwen.policy import examples
from shouwen.policy.checks import check
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiler
from shouwen.policy.equivalents import judge, read_equivalents
from shouwen.policy.errors import Faults, PackError
from shouwen.policy.law import Law, law_of
from shouwen.policy.mutation import DELETED, LOADER, Mutant, Mutator, Outcome
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Runner, read_scenarios
from shouwen.policy.source import Node
from tests.policy.laws import NOUNS, PACK

SCENARIOS = """
regulation: r
given:
  units: {E: {}}
  staff: {he: {post: director, of: E}, sun: {post: repairer, of: E}, fang: {post: desk, of: E, superior: he}}
scenarios:
"""
ANSWERED = """
  - title: 一小时
    steps:
      - {at: "2026-03-02 09:00",
         by: fang, act: open, of: job, as: J, with: {urgency: urgent}, expect: {due: {"1": "2026-03-02 10:00"}}}
  - title: 普通的没有
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: K, with: {urgency: normal}, expect: {due: {"1": none}}}
"""


def mutator(clauses: str, scenarios: str = "", nouns: str = NOUNS, more: Mapping[str, str] | None = None) -> Mutator:
    """Return a mutator of these clauses and scenarios."""
    sources = {"t/pack.yaml": PACK, "t/r.yaml": nouns + clauses, **(more or {})}
    if scenarios:
        sources["t/r.scenarios.yaml"] = SCENARIOS + scenarios
    return Mutator(Runner(sources), read_scenarios(sources))


def names(clause: str, number: str = "1") -> list[str]:
    """Return the mutants of a clause by name."""
    return [m.name for m in mutator(clause).mutants(f"t/r#{number}")]


# what can be changed


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (
            ('  - {id: "1", zh: x, for: job, when: {urgency: urgent, fee: "> 10CNY"}, '
            "deadline: {from: open, until: reply, within: 2h, warn: 75%}}"),
            [
                "deleted", "when.urgency: dropped", "when.urgency: urgent -> normal", "when.fee: dropped",
                "when.fee: > 10CNY -> > 20CNY",
                "when.fee: > 10CNY -> > 11CNY", "when.fee: > 10CNY -> > 9CNY", "deadline.from: open -> note",
                "deadline.until: reply -> assign",
                "deadline.within: 2h -> 4h", "deadline.within: 2h -> 3h", "deadline.within: 2h -> 1h",
                "deadline.warn: 75% -> 150%",
                "deadline.warn: 75% -> 76%", "deadline.warn: 75% -> 74%",
            ],
        ),
        (
            '  - {id: "1", zh: x, for: job, requires: {before: [close, reply], that: {paid: yes}}}',
            [
                "deleted", "requires.before.1: close -> assign", "requires.before.2: reply -> assign",
                "requires.that.paid: dropped",
                "requires.that.paid: yes -> no", "requires.or: refuse -> record",
            ],
        ),
        (
            '  - {id: "1", zh: x, for: job, limits: {act: reply, to: 1, per: actor, over: business_day}}',
            [
                "deleted", "limits.act: reply -> assign", "limits.to: 1 -> 2", "limits.to: 1 -> 0",
                "limits.per: actor -> customer",
                "limits.over: business_day -> week", "limits.or: refuse -> record",
            ],
        ),
        (
            ('  - {id: "1", zh: x, for: job, upon: finish, '
            "notifies: {to: [desk, {superior_of: responsible}, {did: reply, else: director}]}}"),
            [
                "deleted", "upon: finish -> close", "notifies.to.1: desk -> manager", "notifies.to.3.did: reply -> assign",
                "notifies.to.3.else: director -> repairer",
            ],
        ),
        (
            '  - {id: "1", zh: x, for: job, requires: {before: reply, not_before: "10:00", or: warn, pass: {by: director}}}',
            [
                "deleted", "requires.before: reply -> assign", "requires.not_before: 10:00 -> 10:01",
                "requires.not_before: 10:00 -> 09:59",
                "requires.pass.by: director -> repairer", "requires.or: warn -> record",
            ],
        ),
        (
            ('  - {id: "1", zh: x, for: job, classifies: {field: urgency}, '
            'columns: [count, is], table: [["< 2", slow], [">= 2", urgent]]}'),
            [
                "deleted", "table.1.1: < 2 -> < 4", "table.1.1: < 2 -> < 3", "table.1.1: < 2 -> < 1", "table.1.2: slow -> urgent",
                "table.2.1: >= 2 -> >= 4", "table.2.1: >= 2 -> >= 3", "table.2.1: >= 2 -> >= 1", "table.2.2: urgent -> normal",
            ],
        ),
        (
            ('  - {id: "1", zh: x, for: job, upon: finish, '
            "obliges: {open: call, within: 1wd, same_time: yes, roll: forward, with: {happy: no, job: this}}}"),
            [
                "deleted", "upon: finish -> close", "obliges.within: 1wd -> 2wd", "obliges.within: 1wd -> 0wd",
                "obliges.same_time: yes -> no",
                "obliges.roll: forward -> backward", "obliges.with.happy: no -> yes",
            ],
        ),
        (
            '  - {id: "1", zh: x, for: job, when: {times.reply: ">= 1"}, checklist: {before: close, items: {a: 3号阀}}}',
            [
                "deleted", "when.times.reply: dropped", "when.times.reply: times.reply -> times.assign",
                "when.times.reply: >= 1 -> >= 2",
                "when.times.reply: >= 1 -> >= 0", "checklist.before: close -> reply", "checklist.or: refuse -> record",
            ],
        ),
        (
            ('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 2h}, '
            'versions: {"2025-07-01": {within: 1h}, "2026-01-01": null}}'),
            [
                "deleted", "deadline.until: reply -> assign", "deadline.within: 2h -> 4h", "deadline.within: 2h -> 3h",
                "deadline.within: 2h -> 1h",
                "versions.2025-07-01: dropped", "versions.2025-07-01.within: 1h -> 2h", "versions.2025-07-01.within: 1h -> 0h",
                "versions.2026-01-01: dropped",
            ],
        ),
    ],
)  # fmt: skip
def test_each_place_of_a_clause_is_tried(clause: str, expected: list[str]) -> None:
    assert names(clause) == expected


def test_what_is_no_rule_of_its_own_stays() -> None:
    clauses = """
  - {id: "1", zh: 2小时内, en: in 2 hours, source: ["001-01-11"], assumed: {within: 原文3小时}, for: job,
     deadline: {until: reply, within: 9h}}
  - {id: "2", zh: 扣2分, upon: {breach: "1"}, penalises: {who: responsible, points: 7}}
"""
    assert names(clauses, "2") == ["deleted", "penalises.points: 7 -> 14", "penalises.points: 7 -> 8", "penalises.points: 7 -> 6"]


def test_what_only_says_something_has_no_mutants() -> None:
    m = mutator(
        '  - {id: "1", zh: x, says: {}}\n'
        '  - {id: "2", zh: x, for: job, script: {before: close, items: [a]}}\n'
        '  - {id: "3", zh: x, for: job, performs: {act: note}, upon: close}\n'
    )

    assert m.clauses(["t/r"]) == ["t/r#3"]


def test_a_neighbour_that_does_not_load_is_passed_over() -> None:
    """What is wrong with a clause alone passes a neighbour over; what shows only in the whole law is left to whoever notices."""
    found = names('  - {id: "1", zh: x, for: job, requires: {before: close, fields: [fee]}}\n')

    assert "requires.before: close -> reply" in found, "the clause itself loads: what is wrong shows only in the whole"
    assert names('  - {id: "1", zh: x, for: job, when: {seen: [roof, door]}, performs: {act: note}, upon: close}\n')[2:] == [
        "when.seen.1: roof -> pipe", "when.seen.2: door -> pipe", "performs.act: note -> amend", "upon: close -> reply",
    ]  # fmt: skip


# who notices


def test_a_scenario_that_notices_is_named_and_the_search_stops_there() -> None:
    m = mutator('  - {id: "1", zh: x, for: job, when: {urgency: urgent}, deadline: {until: reply, within: 1h}}\n', ANSWERED)

    outcomes = {o.mutant.name: o.noticed for o in map(m.outcome, m.mutants("t/r#1"))}

    assert outcomes == {
        "deleted": "一小时", "when.urgency: dropped": "普通的没有", "when.urgency: urgent -> normal": "普通的没有",
        "deadline.until: reply -> assign": "", "deadline.within: 1h -> 2h": "一小时", "deadline.within: 1h -> 0h": "一小时",
    }  # fmt: skip


def test_a_mutant_that_does_not_load_was_noticed_by_the_loader() -> None:
    m = mutator('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h, warn: 75%}}\n', ANSWERED)

    assert {o.mutant.name for o in map(m.outcome, m.mutants("t/r#1")) if o.noticed == LOADER} == {"deadline.warn: 75% -> 150%"}


def test_a_mutant_that_contradicts_another_clause_was_noticed_by_the_loader() -> None:
    m = mutator(
        '  - {id: "1", zh: x, for: job, when: {count: "> 3"}, classifies: {field: urgency, is: urgent}}\n'
        '  - {id: "2", zh: x, for: job, when: {count: "<= 3"}, classifies: {field: urgency, is: slow}}\n'
    )

    outcomes = {o.mutant.name: o.noticed for o in map(m.outcome, m.mutants("t/r#1"))}

    assert outcomes["when.count: > 3 -> > 2"] == LOADER
    assert outcomes["when.count: > 3 -> > 4"] == "", "an empty middle is no contradiction: only a scenario could notice"


def test_deleting_a_clause_others_speak_of_must_be_noticed_by_a_scenario_not_by_their_dangling_words() -> None:
    m = mutator(
        '  - {id: "1", zh: x, for: job, deadline: {until: reply, within: 1h}}\n'
        '  - {id: "2", zh: x, upon: {breach: "1"}, notifies: {to: director}}\n'
    )

    assert m.outcome(Mutant("t/r#1", DELETED, "executed", None)).noticed == ""


def test_a_scenario_that_does_not_cite_the_clause_may_still_notice_that_it_speaks_too_much() -> None:
    silent = """
  - title: 普通的没有时限
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: K, with: {urgency: normal}, expect: {due: {"1": none}}}
"""
    m = mutator('  - {id: "1", zh: x, for: job, when: {urgency: urgent}, deadline: {until: reply, within: 1h}}\n', silent)

    assert {o.mutant.name: o.noticed for o in map(m.outcome, m.mutants("t/r#1"))}["when.urgency: dropped"] == "普通的没有时限"


def test_mutants_are_asked_under_the_company_values_of_the_scenario() -> None:
    scenario = """
  - title: 本公司半小时
    given: {values: {"1": {within: 30min}}}
    steps:
      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J, expect: {due: {"1": "2026-03-02 09:30"}}}
"""
    m = mutator('  - {id: "1", zh: x, for: job, deadline: {until: reply, within: unset}}\n', scenario)

    outcomes = {o.mutant.name: o.noticed for o in map(m.outcome, m.mutants("t/r#1"))}

    assert outcomes == {"deleted": "本公司半小时", "deadline.until: reply -> assign": ""}


def test_acts_that_cause_each_other_without_end_are_noticed() -> None:
    m = mutator(
        '  - {id: "1", zh: x, for: job, upon: reply, performs: {act: note}}\n'
        '  - {id: "2", zh: x, for: job, upon: note, performs: {act: link}}\n',
        '  - title: 一句\n    steps:\n      - {at: "2026-03-02 09:00", by: fang, act: open, of: job, as: J}\n'
        '      - {at: "2026-03-02 09:01", by: fang, act: reply, of: J, expect: {performed: [link, note]}}\n',
    )

    ring = Mutant("t/r#2", "by hand", "executed", m.compiler.declared.clauses["t/r#2"][1].merged(
        Node("", 0, 0, pairs={"performs": Node("", 0, 0, pairs={"act": Node("", 0, 0, text="note")})})))  # fmt: skip

    assert m.outcome(ring).noticed == "一句"


# the fast way is the right way


def shape(value: Any, seen: frozenset[int] = frozenset()) -> Any:
    """Return what a compiled thing is, without addresses: functions by their names, nodes as text."""
    if id(value) in seen:
        return "…"
    here = seen | {id(value)}
    if isinstance(value, Node):
        return value.plain()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, [
            (f.name, shape(getattr(value, f.name), here))
            for f in dataclasses.fields(value)
            if f.name not in ("node", "regulation", "noun")
        ]
    if isinstance(value, Mapping):
        return {k: shape(v, here) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [shape(v, here) for v in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return value.__qualname__ if callable(value) else str(value)


def fully(sources: Sources, mutant: Mutant) -> Law | None:
    """Return the law of a mutant, everything compiled from the beginning; None if it does not load."""
    repeals = frozenset({mutant.clause}) if mutant.node is None else frozenset()
    compiler = Compiler(sources, Company(repeals=repeals))
    if mutant.node is not None:
        compiler.declared.clauses[mutant.clause] = (compiler.declared.clauses[mutant.clause][0], mutant.node)
    try:
        return law_of(compiler)
    except PackError:
        return None


def sample(name: str) -> Sources:
    """Return the sources of a pack, or of the examples."""
    return examples.sources() if name == "examples" else read_sources(folders([name]))


@pytest.mark.parametrize(("name", "most"), [("examples", 60), ("generic", 15), ("property", 6)])
def test_one_clause_compiled_anew_makes_the_law_a_full_compilation_makes(name: str, most: int) -> None:
    sources = sample(name)
    m = Mutator(Runner(sources), read_scenarios(sources))
    every = [mutant for clause in m.clauses(m.law.regulations) for mutant in m.mutants(clause)]

    for mutant in every[:: max(1, len(every) // most)]:
        quick, full = m.law_with(mutant), fully(sources, mutant)
        if full is None:
            faults = Faults()
            if quick is not None:
                check(quick.compiled, faults)
            assert quick is None or faults.found, mutant
            continue
        assert quick is not None, mutant
        assert shape(quick.versions[mutant.clause] if mutant.node else []) == shape(
            full.versions[mutant.clause] if mutant.node else []
        )
        assert list(quick.versions) == list(full.versions)
        for scenario in [s for s in m.scenarios if s.regulation == mutant.clause.partition("#")[0] and not s.values]:
            a, b = m.runner.run(scenario, quick), m.runner.run(scenario, full)
            assert (a.wrong, a.cited, a.touched) == (b.wrong, b.cited, b.touched), (mutant, scenario.title)
        for day in {*full.days}:
            for key in {*quick.on(day).plans, *full.on(day).plans}:
                assert shape(quick.on(day).plan(*key)) == shape(full.on(day).plan(*key)), (mutant, key)


# equivalent ones


LISTED = """
regulation: r
equivalent:
  - {clause: "1", mutant: "deadline.until: reply -> assign", why: 派工即回复}
"""


def outcomes_with(listed: str) -> tuple[list[Outcome], Faults]:
    """Judge the mutants of one clause against a list."""
    more = {"t/r.mutants.yaml": listed}
    m = mutator(
        '  - {id: "1", zh: x, for: job, when: {urgency: urgent}, deadline: {until: reply, within: 1h}}\n', ANSWERED, more=more
    )
    faults = Faults()
    return judge(read_equivalents(m.runner.sources), [m.outcome(x) for x in m.mutants("t/r#1")], faults), faults


def test_an_equivalent_mutant_listed_with_its_reason_is_no_survivor() -> None:
    survived, faults = outcomes_with(LISTED)

    assert (survived, faults.found) == ([], [])


def test_a_listed_mutant_that_a_scenario_notices_is_a_fault() -> None:
    _, faults = outcomes_with(LISTED.replace("until: reply -> assign", "within: 1h -> 2h"))

    assert ["不等价" in f.zh for f in faults.found] == [True]
    assert faults.found[0].file == "t/r.mutants.yaml"


def test_a_listed_mutant_that_does_not_exist_is_a_fault() -> None:
    survived, faults = outcomes_with(LISTED.replace("reply -> assign", "reply -> dance"))

    assert len(survived) == 1
    assert ["没有变体" in f.zh for f in faults.found] == [True]


def test_a_listed_mutant_needs_a_reason() -> None:
    with pytest.raises(PackError) as e:
        outcomes_with(LISTED.replace(", why: 派工即回复", ""))

    assert "why" in e.value.text("zh")
