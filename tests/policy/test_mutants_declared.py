"""What clauses rest on is mutated like the clauses: measures, groups, seasons; and a law in which one of them differs is a whole one."""

from __future__ import annotations

import pytest

from shouwen.ops.shelf import folders
from shouwen.policy.company import Company
from shouwen.policy.compile import Compiler
from shouwen.policy.equivalents import judge, read_equivalents
from shouwen.policy.errors import Faults, PackError
from shouwen.policy.law import Law, law_of
from shouwen.policy.mutants_declared import Thing
from shouwen.policy.mutants_numbers import with_number
from shouwen.policy.mutation import Mutant, Mutator
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import Runner, read_scenarios
from tests.policy.laws import NOUNS, PACK

DECLARED = """
measures:
  replies: {zh: 回复次数, count: job.reply, per: responsible, over: 7d, where: {urgency: [urgent, normal], paid: "yes"}}
  happy: {zh: 满意率, share: call.ring, where: {happy: "yes"}, of: call.ring, over: calendar_month, target: 90%}
  fees: {zh: 收费, sum: job.finish.fee, per: technician}
  rooms: {zh: 房屋数, count: house}
  rivals: {zh: 同屋的其他报修, count: job, per: [house, count], overlapping: [visit_at, gone_at]}
  fined: {zh: 罚款, sum: fine, where: {clause: "1"}, per: who, over: calendar_month}
groups:
  waiting: {zh: 等候的, of: job, when: {step: received}}
seasons:
  winter: {zh: 冬季, from: "12-01", to: "02-28"}
clauses:
"""
ROWS = """      gone_at: {zh: 离开时间, type: datetime}
      back_at: {zh: 再来时间, type: datetime}
      stayed: {zh: 停留, type: span, from: visit_at, until: gone_at}
      lines: {zh: 明细, type: rows, of: {qty: {zh: 数量, type: number}, price: {zh: 单价, type: money}, amount: {zh: 金额, type: money, product_of: [qty, price]}}}
      total: {zh: 合计, type: money, sum_of: lines.amount}
"""
NUMBERS = (
    NOUNS.replace("clauses:\n", "")
    .replace("      waited:", f"{ROWS}      waited:")
    .replace("procedures:\n", "  cabin: {title: {zh: 小屋}, fields: {area: {zh: 片区, type: unit}}}\nprocedures:\n")
)
CLAUSES = (
    DECLARED
    + """
  - {id: "1", zh: x, for: job, upon: close, penalises: {who: responsible, book: fine, money: 1CNY}}
  - {id: "2", zh: x, for: job, requires: {before: reply, that: {replies: "< 2"}}}
"""
)
TOLD = """
regulation: r
given:
  units: {E: {}}
  staff: {he: {post: director, of: E}, fang: {post: desk, of: E, superior: he}}
scenarios:
  - title: 七天内一次
    given:
      cases:
        A: {of: job, by: fang, opened: "2026-03-02 09:00", urgency: urgent, paid: "yes", did: {reply: fang}}
        B: {of: job, by: fang, opened: "2026-02-23 08:00", urgency: urgent, paid: "yes", did: {reply: fang}}
        C: {of: job, by: fang, opened: "2026-03-02 09:00", urgency: slow, paid: "yes", did: {reply: fang}}
    steps:
      - {at: "2026-03-03 07:59", expect: {measures: {replies of A: "1", replies of fang: "1", replies of he: "0"}}}
"""


def mutator(more: Sources | None = None) -> Mutator:
    sources = {
        "t/pack.yaml": PACK,
        "t/r.yaml": NUMBERS + CLAUSES,
        "t/r.scenarios.yaml": TOLD,
        **(more or {}),
    }
    return Mutator(Runner(sources), read_scenarios(sources))


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (
            "measures.replies",
            [
                "count: job.reply -> job.assign", "over: 7d -> 14d", "over: 7d -> 8d", "over: 7d -> 6d", "per: responsible -> first_asked",
                "where.urgency: dropped", "where.urgency.1: urgent -> slow", "where.urgency.2: normal -> slow", "where.paid: dropped",
                "where.paid: yes -> no",
            ],
        ),
        (
            "measures.happy",
            ["share: call.ring -> call.open", "of: call.ring -> call.open", "over: calendar_month -> calendar_quarter",
             "where.happy: dropped", "where.happy: yes -> no"],
        ),
        ("measures.fees", ["sum: job.finish.fee -> job.close.fee", "sum: job.finish.fee -> job.finish.quote"]),
        ("measures.rooms", ["count: house -> cabin"]),
        ("measures.rivals", ["count: job -> call", "overlapping: dropped", "per.1: house dropped", "per.2: count dropped"]),
        ("numbers.job.lines.amount", ["product_of.1: qty dropped", "product_of.2: price dropped"]),
        ("numbers.job.total", ["sum_of: lines.amount -> lines.qty"]),
        ("numbers.job.stayed", ["from: visit_at -> back_at", "until: gone_at -> back_at"]),
        ("measures.fined", ["over: calendar_month -> calendar_quarter", "per: who -> subject"]),
        ("groups.waiting", ["when.step: dropped", "when.step: received -> assigned"]),
        ("seasons.winter", ["from: 12-01 -> 12-02", "from: 12-01 -> 11-30", "to: 02-28 -> 02-29", "to: 02-28 -> 02-27"]),
    ],
)  # fmt: skip
def test_each_place_of_what_is_declared_is_tried(thing: str, expected: list[str]) -> None:
    assert [m.name for m in mutator().mutants(f"t/r:{thing}")] == expected


def test_they_are_tried_with_the_clauses_of_their_regulation() -> None:
    assert mutator().everything(["t/r"]) == ["t/r#1", "t/r#2", *(f"t/r:{n}" for n in (
        "measures.replies", "measures.happy", "measures.fees", "measures.rooms", "measures.rivals", "measures.fined", "groups.waiting",
        "seasons.winter", "numbers.job.stayed", "numbers.job.lines.amount", "numbers.job.total"))]  # fmt: skip


def test_a_scenario_that_states_a_measure_notices_what_is_counted_otherwise() -> None:
    m = mutator()

    unnoticed = [o.mutant.name for o in map(m.outcome, m.mutants("t/r:measures.replies")) if not o.noticed]

    assert unnoticed == [
        "over: 7d -> 6d", "per: responsible -> first_asked", "where.urgency.1: urgent -> slow", "where.paid: dropped",
    ]  # fmt: skip


def test_an_equivalent_one_is_listed_by_its_place() -> None:
    listed = """
regulation: r
equivalent:
  - {clause: measures.replies, mutant: "over: 7d -> 6d", why: 没有人隔六天再回复}
  - {clause: measures.replies, mutant: "over: 7d -> 5d", why: 没有这样的变体}
"""
    m, faults = mutator({"t/r.mutants.yaml": listed}), Faults()

    survived = judge(read_equivalents(m.runner.sources), [m.outcome(x) for x in m.mutants("t/r:measures.replies")], faults)

    assert "over: 7d -> 6d" not in [o.mutant.name for o in survived]
    assert ["7d -> 5d" in f.zh for f in faults.found] == [True]


def fully(sources: Sources, thing: Thing, mutant: Mutant) -> Law | None:
    """Return the law of a mutant, everything compiled from the beginning; None if it does not load."""
    compiler = Compiler(sources, Company())
    d = compiler.declared
    assert mutant.node is not None
    if thing.word == "measures":
        d.measures[thing.key] = (d.measures[thing.key][0], mutant.node)
    elif thing.word == "numbers":
        noun = d.nouns[thing.key.partition(".")[0]]
        d.nouns[noun.id] = with_number(noun, thing.key, mutant.node)
    else:
        {"groups": d.groups, "seasons": d.seasons}[thing.word][thing.key] = mutant.node
    compiler.measures, compiler.populations, compiler.seasons = compiler._measures(), compiler._populations(), compiler._seasons()
    try:
        return law_of(compiler)
    except PackError:
        return None


@pytest.mark.parametrize("pack", ["hospitality", "property"])
def test_one_thing_read_otherwise_makes_the_law_a_full_compilation_makes(pack: str) -> None:
    sources = read_sources(folders([pack]))
    m = Mutator(Runner(sources), read_scenarios(sources))
    every = [(t, x) for t in m.declared.values() for x in m.mutants(t.name) if t.name.startswith(pack)]

    for thing, mutant in every[:: max(1, len(every) // 5)]:
        quick, full = m.law_with(mutant), fully(sources, thing, mutant)
        assert quick is not None
        assert full is not None, mutant
        for scenario in [s for s in m._order_for(thing.name) if not s.values][:60]:
            a, b = m.runner.run(scenario, quick), m.runner.run(scenario, full)
            assert (a.wrong, a.cited, a.touched) == (b.wrong, b.cited, b.touched), (mutant, scenario.title)
