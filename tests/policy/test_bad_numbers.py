"""Numbers that run away: rounds that double, what grows each time somebody looks, products no field holds, tables of hundreds of rows."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from tests.policy.laws import NOUNS, Play, faults_of, law_of


def job(*clauses: str) -> str:
    """Return clauses about a job, numbered."""
    return "".join(f"  - {{id: '{i}', zh: x, for: job, {c}}}\n" for i, c in enumerate(clauses, 1))


RUNNING_AWAY = {
    "a round for each that opens another": (("schedules: {open: job, for_each: job, every: 1d, who: desk}",), "越开越多", "without end"),
    "a round that opens by way of a call": (
        ("schedules: {open: call, for_each: job, every: 1d, who: desk}",), "越开越多", "without end"),
    "calculated from itself": (("calculates: {field: fee, value: 'fee + 1CNY'}",), "由它自己算出", "from itself"),
    "a fine below nothing": (("upon: close, penalises: {who: responsible, money: -20CNY, book: fine}",), "不能为负", "below nothing"),
    "points below nothing": (("upon: close, penalises: {who: responsible, points: -2, book: points}",), "不能为负", "below nothing"),
}  # fmt: skip


@pytest.mark.parametrize("what", RUNNING_AWAY)
def test_what_runs_away_is_refused_at_its_clause(what: str) -> None:
    clauses, zh, en = RUNNING_AWAY[what]
    by_a_call = "  - {id: '9', zh: x, for: call, upon: open, obliges: {open: job}}\n" if "call" in what else ""
    line = NOUNS.count("\n") + 1

    for lang, said in (("zh", zh), ("en", en)):
        faults = faults_of(job(*clauses) + by_a_call, lang=lang)
        assert any(f.startswith(f"t/r.yaml:{line}:5:") and said in f for f in faults), faults


@pytest.mark.parametrize(
    "clause",
    [
        "when: {urgency: slow}, schedules: {open: job, for_each: job, every: 1d, who: desk}",
        "schedules: {open: call, for_each: job, every: 1d, who: desk}",
        "upon: reply, calculates: {field: fee, value: 'fee + 1CNY'}",
        "upon: close, penalises: {who: responsible, money: 20CNY, book: fine}",
    ],
)
def test_what_comes_to_an_end_is_not_refused(clause: str) -> None:
    assert faults_of(job(clause)) == []


@pytest.mark.parametrize("field", ["fee", "count"])
def test_a_product_no_field_holds_is_left_as_a_division_by_nothing_is(field: str) -> None:
    play = Play(law_of(job(f"upon: reply, calculates: {{field: {field}, value: 'count * count * count * count'}}")))
    opened = play.open("2026-03-02 09:00", count=Decimal(10) ** 14)

    assert play.act("reply", opened, "2026-03-02 09:10").allowed
    assert opened.fields.get(field) == (None if field == "fee" else Decimal(10) ** 14)


def test_a_row_whose_product_no_field_holds_has_none() -> None:
    parts = (
        "parts: {zh: 用料, type: rows, of: {qty: {zh: 数, type: number}, price: {zh: 单价, type: money}, "
        "amount: {zh: 金额, type: money, product_of: [qty, price]}}}"
    )
    nouns = NOUNS.replace(
        "      waited: {zh: 等候, type: span}", f"      waited: {{zh: 等候, type: span}}\n      {parts}"
    ).replace("house, waited]}", "house, waited, parts]}")
    play = Play(law_of(job("says: {}"), nouns))

    opened = play.open("2026-03-02 09:00", parts=({"qty": Decimal(10) ** 14, "price": 10**16},))

    assert opened.fields["parts"][0].get("amount") is None


def test_a_table_of_hundreds_of_rows_is_proved_in_a_moment() -> None:
    rows = ", ".join(f"['[{n}..{n + 1})', slow]" for n in range(500))
    begun = time.process_time()

    said = faults_of(job(f"classifies: {{field: urgency}}, columns: [count, urgency], table: [{rows}]"))

    assert len(said) == 1, "it has a hole, and is told so once"
    assert time.process_time() - begun < 10  # it took half a minute


@pytest.mark.parametrize(("quote", "fee"), [(5, 1), (15, 2), (25, 3), (4, 0), (333, 33), (335, 34)])
def test_a_tenth_of_odd_fen_is_rounded_half_up_and_not_to_the_even_one(quote: int, fee: int) -> None:
    play = Play(law_of(job("upon: reply, calculates: {field: fee, value: 'quote * 10%'}")))
    opened = play.open("2026-03-02 09:00", quote=quote)

    play.act("reply", opened, "2026-03-02 09:10")

    assert opened.fields["fee"] == fee


def test_a_locked_field_sent_again_as_it_stands_is_no_change() -> None:
    play = Play(law_of(job("when: {changes.quote: 'yes'}, excludes: {who: repairer, acts: [amend]}")))
    opened = play.open("2026-03-02 09:00", quote=100)

    assert play.act("amend", opened, "2026-03-02 09:10", fields={"quote": 100}).allowed
    assert play.act("amend", opened, "2026-03-02 09:20", fields={"quote": 101}).refused


def test_what_is_granted_until_a_day_runs_through_that_day() -> None:
    nouns = NOUNS.replace("      waited: {", "      last_day: {zh: 末日, type: date}\n      waited: {").replace(
        "house, waited]}", "house, waited, last_day]}"
    )
    clause = job(
        "upon: reply, grants: {what: {rest: 免查}, until: last_day}", "requires: {before: assign, that: {grant.rest: 'no'}}"
    )
    play = Play(law_of(clause, nouns))
    opened = play.open("2026-03-02 09:00", last_day=date(2026, 3, 3))
    play.act("reply", opened, "2026-03-02 09:10")

    assert play.act("assign", opened, "2026-03-03 23:59").refused
    assert play.act("assign", opened, "2026-03-04 00:00").allowed
