"""Whose data open only from a matter: what the clause says, what connects, and what cannot be meant."""

from __future__ import annotations

from datetime import date

import pytest

from shouwen.policy.uncovering import Matter, connects, covers
from tests.policy.laws import LI, NOUNS, faults_of, law_of

LETS = NOUNS.replace(
    "keeper: {zh: 管家, type: staff}", "keeper: {zh: 管家, type: staff}, lessor: {zh: 房东, type: customer}"
).replace(
    "      waited: {zh: 等候, type: span}\n",
    "      waited: {zh: 等候, type: span}\n"
    "      seen_flats: {zh: 看过的房, type: rows, of: {flat: {zh: 房, type: record, of: house}}}\n"
    "      both: {zh: 两处, type: record, of: house, many: 'yes'}\n",
)
CLAUSE = '  - {id: "1", zh: 房东资料凭报修看, for: house, reads: {whose: lessor, matters: {job: [received, assigned]}}}\n'
DAY = date(2026, 3, 2)
HOUSE, OTHER = 11, 12


def connected(fields: dict[str, object], step: str = "assigned", customer: int = 0, *, ended: bool = False) -> bool:
    """Whether a job connects with the customer whose house it is."""
    law = law_of(CLAUSE, LETS)
    (cover,) = covers(law.on(DAY))
    return connects(cover, Matter(law.nouns["job"], step, customer, ended, fields), LI, {HOUSE})


def test_a_matter_connects_by_a_field_a_list_or_a_row_that_points_to_the_record() -> None:
    assert connected({"house": HOUSE})
    assert connected({"both": (OTHER, HOUSE)})
    assert connected({"seen_flats": ({"flat": OTHER}, {"flat": HOUSE})})
    assert not connected({"house": OTHER, "both": (OTHER,), "seen_flats": ({"flat": OTHER},)})
    assert not connected({})


def test_it_does_so_at_the_steps_named_and_their_own_as_long_as_it_is_open() -> None:
    assert not connected({"house": HOUSE}, "done")
    assert connected({}, "done", LI)
    assert not connected({}, "closed", LI, ended=True)


def test_the_clause_has_a_sentence_and_an_exception_silences_it() -> None:
    law = law_of(
        CLAUSE + '  - {id: "2", zh: 例外, for: house, overrides: "1", reads: {whose: lessor, matters: {job: done}}}\n', LETS
    )

    said = law.versions["t/r#1"][0].sentence()
    assert said == "房屋:房东的完整资料,只凭报修(已受理、已派工),或其本人的未结事项,才能查看"
    assert [(c.matters, c.refusal().clause) for c in covers(law.on(DAY))] == [({"job": frozenset({"done"})}, "t/r#2")]


@pytest.mark.parametrize(
    ("clause", "zh"),
    [
        ("for: house, reads: {whose: lessor}", "whose 和 matters 须同写"),
        ("for: house, reads: {matters: {job: received}}", "whose 和 matters 须同写"),
        ("for: house, reads: {whose: lessor, matters: {job: received}, who: desk}", "who 不与 whose 同写"),
        ("for: house, reads: {whose: keeper, matters: {job: received}}", "没有这个客户字段"),
        ("for: house, reads: {whose: lessor, matters: {jobs: received}}", "没有这个流程"),
        ("for: house, reads: {whose: lessor, matters: {job: nowhere}}", "没有这个环节"),
        ("for: house, reads: {whose: lessor, matters: {call: planned}}", "没有指向房屋的字段"),
        ("for: job, reads: {whose: lessor, matters: {job: received}}", "不是台账"),
        ("for: house, when: {class: a}, reads: {whose: lessor, matters: {job: received}}", "reads 不用 when"),
        ("for: job, reads: {}", "须写 who"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_place(clause: str, zh: str) -> None:
    assert any(zh in fault for fault in faults_of(f'  - {{id: "1", zh: x, {clause}}}\n', LETS))
