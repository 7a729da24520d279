"""Tables: the proof of wholeness is compared with trying every case."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.policy.conditions import ConditionReader
from shouwen.policy.errors import Faults
from shouwen.policy.paths import Names
from shouwen.policy.reading import Reader
from shouwen.policy.source import read_text
from shouwen.policy.tables import Table, TableReader
from tests.policy.laws import NOUNS, TRIED, Play, faults_of, law_of
from tests.policy.test_conditions import JOB, LAW, env

CHOICES = ("urgent", "normal", "slow")
POINTS = [Decimal(n) / 2 for n in range(-1, 10)]  # on every bound 0..4, between them, and beyond
Cell = tuple[str, Any]  # the text of a cell, and what it says of a value


def build(text: str) -> tuple[Table, list[str]]:
    """Return a table over urgency and count, and what is wrong with it."""
    faults = Faults()
    reader = ConditionReader(Names(LAW.nouns, {}, {}, {}, LAW.posts, Reader(faults), JOB))
    columns = read_text("[urgency, count, is]", "t.yaml")
    table = TableReader(reader, lambda n: n.text).table(columns, read_text(text, "t.yaml"), "is")
    return table, [f.zh for f in faults.found]


def bound(op: str, n: int) -> Cell:
    return f'"{op} {n}"', lambda x: {"<": x < n, "<=": x <= n, ">": x > n, ">=": x >= n}[op]


COUNTS = st.one_of(
    st.just(('""', lambda _: True)),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 4)).map(lambda b: bound(*b)),
    st.integers(0, 4).map(lambda n: (f'"{n}"', lambda x: x == n)),
    st.tuples(st.integers(0, 4), st.integers(0, 4))
    .filter(lambda p: p[0] < p[1])
    .map(lambda p: (f'"[{p[0]}..{p[1]})"', lambda x: p[0] <= x < p[1])),
)
URGENCIES = st.one_of(
    st.just(('""', lambda _: True)),
    st.sets(st.sampled_from(CHOICES), min_size=1).map(lambda s: (f"[{', '.join(sorted(s))}]", lambda x: x in s)),
)


@TRIED
@given(st.lists(st.tuples(URGENCIES, COUNTS), min_size=1, max_size=5))
def test_the_proof_finds_a_hole_or_an_overlap_exactly_where_trying_every_case_finds_one(rows: list[tuple[Cell, Cell]]) -> None:
    text = "\n".join(f"- [{u[0]}, {c[0]}, r{i}]" for i, (u, c) in enumerate(rows))
    fitting = {
        (u, n): [i for i, (urgency, count) in enumerate(rows) if urgency[1](u) and count[1](n)]
        for u, n in itertools.product(CHOICES, POINTS)
    }

    table, wrong = build(text)

    assert any("空缺" in w for w in wrong) is any(not fits for fits in fitting.values())
    assert any("重叠" in w for w in wrong) is any(len(fits) > 1 for fits in fitting.values())
    if not wrong:
        for (u, n), fits in fitting.items():
            row = table.row(env({"urgency": u, "count": n}))
            assert row is not None
            assert row.answer == f"r{fits[0]}"


def test_a_hole_prints_the_case_nobody_answers() -> None:
    _, wrong = build('- [urgent, "", a]\n- [normal, "< 3", b]\n- [normal, "> 3", c]\n- [slow, "", d]\n')

    assert len(wrong) == 1
    assert "紧急程度为普通" in wrong[0]
    assert "恰为3" in wrong[0]


def test_an_overlap_names_the_lines_of_both_rows() -> None:
    _, wrong = build('- [[urgent, normal], "", a]\n- [normal, "", b]\n- [slow, "", c]\n')

    assert len(wrong) == 1
    assert "紧急程度为普通" in wrong[0]
    assert "第1、2行" in wrong[0]


def test_a_count_is_never_below_nothing_so_no_row_need_say_so() -> None:
    measures = "measures:\n  moves: {zh: 改约次数, count: job.move, per: case}\n"
    clauses = """
  - id: "1"
    zh: 按次数
    for: job
    classifies: {field: urgency}
    columns: [moves, is]
    table:
      - ["0", slow]
      - ["> 0", urgent]
"""
    assert not faults_of(clauses, NOUNS.replace("clauses:\n", measures + "clauses:\n"))


def test_a_table_does_not_compare_with_another_field() -> None:
    clauses = """
  - id: "1"
    zh: x
    for: job
    classifies: {field: urgency}
    columns: [fee, is]
    table:
      - ["> field quote", urgent]
      - ["<= field quote", slow]
"""
    assert any("when" in f for f in faults_of(clauses))


@pytest.mark.parametrize(
    ("row", "said"), [("[urgent, a]", "2格"), ("{urgency: urgent}", "没有答案"), ("[urgnt, '', a]", "urgent")]
)
def test_a_row_that_does_not_fit_the_columns_is_refused(row: str, said: str) -> None:
    _, wrong = build(f"- {row}\n")

    assert any(said in w for w in wrong)


def test_a_row_may_carry_an_id_by_which_the_company_sets_its_answer() -> None:
    clauses = """
  - id: "1"
    zh: 回复时限按紧急程度
    for: job
    deadline: {until: reply, due: table}
    columns: [urgency, due]
    table:
      - {id: fast, urgency: urgent, is: 1h}
      - {id: rest, urgency: [normal, slow], is: unset}
"""
    law = law_of(clauses)

    assert law.undecided == (("t/r#1", "rows.rest"),)
    assert Play(law).due(Play(law).open("2026-03-02 09:00", urgency="urgent")) == {"1": "2026-03-02 10:00"}
