"""Fines that are subjects themselves: one of them is taken back by a clause upon it, and the others stand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shouwen.policy.act import Act, Ref
from shouwen.policy.ruling import Enter
from tests.policy.laws import HE, NOUNS, Play, at, faults_of, law_of

FINES = NOUNS.replace(
    "  fine: {zh: 罚款, unit: CNY}\n",
    "  fine:\n    zh: 罚款\n    unit: CNY\n    steps: {proposed: 待执行, cancelled: 已撤销}\n"
    "    acts: {cancel: {zh: 撤销, from: [proposed], to: cancelled}}\n",
)
FINED = '  - {id: "1", zh: 派工即罚, for: job, upon: assign, penalises: {who: actor, money: 50CNY}}\n'
BACK = '  - {id: "2", zh: 撤销即冲销, for: fine, upon: cancel, penalises: {who: {field: who}, voids: fine, per: this}}\n'


def test_of_two_fines_only_the_one_that_is_cancelled_is_taken_back() -> None:
    play = Play(law_of(FINED + BACK, FINES))
    for moment in ("2026-03-02 09:00", "2026-03-02 10:00"):
        case = play.open(moment, "job")
        play.act("assign", case, moment, HE)
    first, second = (e.id for e in play.world.entries)

    cancelled = play.world.act(Act("cancel", Ref("entry", "fine", second), HE, at("2026-03-03 09:00")))
    again = play.world.act(Act("cancel", Ref("entry", "fine", second), HE, at("2026-03-03 09:01")))

    (back,) = [e for e in cancelled.effects if isinstance(e, Enter)]
    assert (back.who, back.amount, back.reverses) == (HE, -5000, (second,))
    assert again.refused
    assert first not in {i for e in play.world.entries for i in e.enter.reverses}


def test_it_says_so_in_a_sentence() -> None:
    (clause,) = law_of(FINED + BACK, FINES).versions["t/r#2"]

    assert clause.sentence() == "罚款:撤销后,当事人这一笔的罚款冲销"


@pytest.mark.parametrize(
    "clause",
    [
        '  - {id: "2", zh: x, for: job, upon: assign, penalises: {who: actor, voids: fine, per: this}}\n',
        '  - {id: "2", zh: x, for: fine, upon: cancel, penalises: {who: {field: who}, voids: points, per: this}}\n',
    ],
    ids=["upon a case", "of another book"],
)
def test_this_means_an_entry_only_in_a_clause_upon_the_entries_of_that_book(clause: str) -> None:
    assert any("不是指向事项的字段" in fault for fault in faults_of(FINED + clause, FINES))


@pytest.mark.parametrize(
    ("share", "fined"),
    [("30", 3000), ("100", 10000), ("33.335", 3334), ("0", None)],
    ids=["part", "whole", "half a fen", "nothing"],
)
def test_times_a_percentage_is_a_share_of_the_amount(share: str, fined: int | None) -> None:
    nouns = NOUNS.replace("count: {zh: 件数, type: number}", "count: {zh: 承担比例, type: percent}")
    play = Play(
        law_of('  - {id: "1", zh: x, for: job, upon: assign, penalises: {who: actor, money: 100CNY, times: count}}\n', nouns)
    )
    case = play.open("2026-03-02 09:00", "job", count=Decimal(share))

    ruling = play.act("assign", case, "2026-03-02 10:00", HE)

    assert [e.amount for e in ruling.effects if isinstance(e, Enter)] == ([fined] if fined is not None else [])
