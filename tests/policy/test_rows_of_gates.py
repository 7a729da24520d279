"""A gate asked of every row says all rows that fail, and of very many the first few and how many more."""

from __future__ import annotations

from typing import Any

from shouwen.policy.ruling import Refusal
from tests.policy.laws import FANG, NOUNS, Play, law_of

PARTS = NOUNS.replace(
    "paid: {zh: 是否付讫",
    "parts: {zh: 材料, type: rows, of: {name: {zh: 名称, en: Name, type: text}, qty: {zh: 数量, en: Number, type: number}}}\n"
    "      paid: {zh: 是否付讫",
).replace("asks: [fee]", "asks: [fee, parts]")
FILLED = '  - {id: "1", zh: 材料要填全, for: job, requires: {before: finish, for_each: parts, fields: [name, qty]}}\n'
SOME = '  - {id: "2", zh: 数量要写对, for: job, requires: {before: finish, for_each: parts, that: {parts.qty: ">= 1"}}}\n'


def refused(clause: str, *parts: dict[str, Any]) -> Refusal | None:
    """What is said of finishing a job with these parts."""
    play = Play(law_of(clause, PARTS))
    job = play.open("2026-03-02 09:00")
    job.step = "assigned"
    ruling = play.act("finish", job, "2026-03-02 09:10", FANG, fields={"parts": parts})
    return ruling.refusals[0] if ruling.refusals else None


def test_every_row_that_fails_is_named() -> None:
    found = refused(FILLED, {"name": "管", "qty": 1}, {"name": "阀"}, {"name": "胶", "qty": 2}, {"qty": 3}, {"name": "垫"})

    assert found is not None
    assert found.missing == ("parts.2.qty", "parts.4.name", "parts.5.qty")
    assert found.remedy_zh == "第2、5行:请补填:数量;第4行:请补填:名称"
    assert found.remedy_en == "Rows 2, 5: Fill in: Number. Row 4: Fill in: Name."


def test_of_many_rows_the_first_five_are_named_and_the_others_counted() -> None:
    found = refused(SOME, *({"name": "垫", "qty": 0} for _ in range(9)))

    assert found is not None
    assert found.remedy_zh == "第1、2、3、4、5行:须材料的数量不少于1;另有4行"
    assert found.remedy_en.endswith(" And 4 more rows.")


def test_one_row_that_fails_is_named_and_rows_that_hold_are_not() -> None:
    found = refused(SOME, {"name": "管", "qty": 1}, {"name": "垫", "qty": 0})

    assert found is not None
    assert found.remedy_zh == "第2行:须材料的数量不少于1"
    assert refused(SOME, {"name": "管", "qty": 1}) is None
