"""What rows point to (`lines.item.price`): a column is calculated from it, and gates ask it; and notices all have confirmed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from shouwen.policy.ruling import SetField
from shouwen.policy.subjects import Subject
from tests.policy.laws import FANG, HE, NOUNS, SUN, Play, faults_of, law_of

NINE: Final = "2026-03-02 09:00"
ROWS: Final = """      lines:
        zh: 明细
        type: rows
        of:
          item: {zh: 项目, type: record, of: item}
          qty: {zh: 数量, type: number}
          price: {zh: 单价, type: money}
          by_hand: {zh: 手工, type: yes_no}
          amount: {zh: 金额, type: money, product_of: [qty, price]}
      total: {zh: 合计, type: money, sum_of: lines.amount}
"""
WITH: Final = (
    NOUNS.replace("      waited:", f"{ROWS}      waited:")
    .replace("asks: [fee]}", "asks: [fee, lines]}")
    .replace(
        "procedures:\n",
        "  item:\n    title: {zh: 价目}\n    fields: {price: {zh: 标价, type: money}, name: {zh: 名称, type: text}}\nprocedures:\n",
        1,
    )
)
PRICED: Final = (
    '  - {id: "1", zh: 按价目, for: job, upon: finish, when: {lines.by_hand: "no"}, '
    "calculates: {field: lines.price, for_each: lines, value: lines.item.price}}\n"
)


def finished(p: Play, *lines: dict[str, Any]) -> tuple[Subject, Any]:
    """A job that is finished with some lines, and its ruling."""
    case = p.open(NINE)
    p.act("assign", case, "2026-03-02 09:10", FANG)
    return case, p.act("finish", case, "2026-03-02 09:20", SUN, fields={"lines": lines})


def test_each_row_takes_the_price_of_what_it_points_to_and_what_follows_is_computed() -> None:
    p = Play(law_of(PRICED, WITH))
    item = p.open(NINE, "item", price=30_00)
    two = {"item": item.id, "qty": Decimal(2), "by_hand": False}

    case, ruling = finished(p, two, {**two, "price": 99_00}, {**two, "price": 25_00, "by_hand": True})

    assert [(row["price"], row["amount"]) for row in case.fields["lines"]] == [(30_00, 60_00), (30_00, 60_00), (25_00, 50_00)]
    assert case.fields["total"] == 170_00
    assert [e.cite.clause for e in ruling.effects if isinstance(e, SetField) and e.cite] == ["t/r#1"]


def test_the_price_of_the_day_stays_when_the_list_changes() -> None:
    p = Play(law_of(PRICED, WITH))
    item = p.open(NINE, "item", price=30_00)
    case, _ = finished(p, {"item": item.id, "qty": Decimal(1), "by_hand": False})

    p.act("amend", item, "2026-03-02 10:00", HE, fields={"price": 50_00})
    p.act("note", case, "2026-03-02 10:01", FANG)

    assert case.fields["lines"][0]["price"] == 30_00


def test_a_row_that_points_to_nothing_is_left_and_flagged_and_the_others_are_filled() -> None:
    p = Play(law_of(PRICED, WITH))
    item = p.open(NINE, "item", price=30_00)

    case, ruling = finished(p, {"qty": Decimal(1), "by_hand": False}, {"item": item.id, "qty": Decimal(1), "by_hand": False})

    assert [row.get("price") for row in case.fields["lines"]] == [None, 30_00]
    assert case.fields["total"] is None
    assert dict(ruling.flags) == {"t/r#1": ("lines.item.price",)}


def test_a_gate_asks_of_every_row_what_it_points_to() -> None:
    gate = '  - {id: "1", zh: 不超过标价, for: job, requires: {before: finish, for_each: lines, that: {lines.price: "<= field lines.item.price"}}}\n'
    p = Play(law_of(gate, WITH))
    item = p.open(NINE, "item", price=30_00)

    _, fair = finished(p, {"item": item.id, "price": 30_00})
    _, dear = finished(p, {"item": item.id, "price": 30_00}, {"item": item.id, "price": 30_01})
    _, unknown = finished(p, {"price": 30_00})

    assert [r.outcome for r in (fair, dear, unknown)] == ["allowed", "refused", "refused"]
    assert unknown.refusals[0].unknown


def test_the_sentence_says_of_each_row_whose_value_it_takes() -> None:
    (clause,) = law_of(PRICED, WITH).versions["t/r#1"]

    assert clause.sentence() == "报修:完工时,明细的手工为否的,每一明细的单价为明细的项目的标价"


@pytest.mark.parametrize(
    ("calculates", "said"),
    [
        ("field: lines.price, value: quote", "行里的一列要逐行取值"),
        ("field: fee, for_each: lines, value: lines.item.price", "行里的一列要逐行取值"),
        ("field: lines.item.price, for_each: lines, value: quote", "行里的一列要逐行取值"),
        ("field: lines.amount, for_each: lines, value: quote", "由其他字段算出"),
        ("field: lines.price, for_each: lines, value: lines.item.colour", "没有这个字段"),
        ("field: lines.price, for_each: lines, value: lines.qty.price", "没有这个字段"),
        ("field: lines.price, for_each: seen, value: quote", "不是行字段"),
    ],
)
def test_what_is_no_column_or_points_to_nothing_is_a_fault_at_its_place(calculates: str, said: str) -> None:
    found = faults_of(f'  - {{id: "1", zh: x, for: job, upon: finish, calculates: {{{calculates}}}}}\n', WITH)

    assert any(said in f and "t/r.yaml:" in f for f in found), found


CLOSED: Final = 'for: job, requires: {before: close, that: {confirmed.3: "yes"}}'
TOLD: Final = '  - {id: "1", zh: 告知, for: job, upon: assign, notifies: {to: [director, desk], confirm: "yes"}}\n'


@pytest.mark.parametrize(
    ("asking", "told"),
    [
        (
            "for: job, deadline: {from: assign, until: confirmed.3, within: 1h}",
            "for: job, upon: assign, notifies: {to: director}",
        ),
        (CLOSED, 'for: call, upon: ring, notifies: {to: director, confirm: "yes"}'),
        (CLOSED.replace(".3", ".2"), "says: {}"),
        (
            CLOSED.replace("job", "house").replace("close", "amend"),
            'for: house, upon: amend, notifies: {to: desk, confirm: "yes"}',
        ),
    ],
)
def test_what_nobody_is_asked_to_confirm_is_not_waited_for(asking: str, told: str) -> None:
    found = faults_of(f'{TOLD}  - {{id: "2", zh: x, {asking}}}\n  - {{id: "3", zh: x, {told}}}\n')

    assert any("不是本流程里要逐一确认的告知" in f for f in found), found


def test_a_clause_that_is_not_there_has_told_nothing() -> None:
    found = faults_of(TOLD + '  - {id: "2", zh: x, for: job, deadline: {from: assign, until: confirmed.9, within: 1h}}\n')

    assert any("没有这一条" in f for f in found), found


def test_no_pack_may_call_an_act_what_a_confirmation_is_called() -> None:
    found = faults_of("  []\n", NOUNS.replace("reply: {zh: 回复,", "acknowledge: {zh: 回复,"))

    assert any("acknowledge" in f for f in found), found
