"""A promise is not charged to somebody who may not keep it: where a clause gives an act to others, the promise says who owes it."""

from __future__ import annotations

import pytest

from tests.policy.laws import NOUNS, faults_of

FIRST = NOUNS.count("\n") + 1  # the line of the first clause
PROMISE = "deadline: {until: close, within: 1d}"
TASK = "upon: open, obliges: {task: inspect, done_by: close}"
ANOTHERS = {
    "permitted to a post": "permits: {who: director, acts: [close]}",
    "permitted to a post of any unit": "permits: {who: {post: director, of: any}, acts: [close]}",
    "permitted to several posts": "permits: {who: [director, desk], acts: [close]}",
    "permitted to whoever is named": "permits: {who: {field: technician}, acts: [close]}",
    "permitted to a post in some cases": "when: {urgency: urgent}, permits: {who: director, acts: [close]}",
    "required of a post": "requires: {before: close, by: director}",
    "closed to the person responsible": "excludes: {who: responsible, acts: [close]}",
}


def job(*clauses: str) -> str:
    """Return clauses about a job, numbered; the first stands on line FIRST."""
    return "".join(f"  - {{id: '{i}', zh: x, for: job, {c}}}\n" for i, c in enumerate(clauses, 1))


@pytest.mark.parametrize("promise", [PROMISE, TASK])
@pytest.mark.parametrize("gate", ANOTHERS)
def test_a_promise_that_others_alone_can_keep_and_that_does_not_say_who_owes_it_is_a_fault(gate: str, promise: str) -> None:
    zh, en = (faults_of(job(promise, ANOTHERS[gate]), lang=lang) for lang in ("zh", "en"))

    column = len("  - {id: '1', zh: x, for: job, ") + promise.index("{") + 1
    assert [f.rpartition(": 第1条")[0] for f in zh] == [f"t/r.yaml:{FIRST}:{column}"]
    assert "结案" in zh[0]
    assert "第2条" in zh[0]
    assert "who: responsible" in zh[0]
    assert f"t/r.yaml:{FIRST}:{column}: clause 1 " in en[0]
    assert "who: responsible" in en[0]


@pytest.mark.parametrize(
    ("may", "write"),
    [
        ("director", "who: director"),
        ("{post: director, of: any}", "who: {post: director, of: any}"),
        ("[director, {field: technician}]", "who: director / who: {field: technician}"),
    ],
)
def test_it_is_said_what_to_write(may: str, write: str) -> None:
    clauses = job(PROMISE, f"permits: {{who: {may}, acts: [close]}}")

    assert all(f"{write}" in faults_of(clauses, lang=lang)[0] for lang in ("zh", "en"))


def test_of_several_acts_each_that_others_alone_can_do_is_named() -> None:
    found = faults_of(
        job(
            "deadline: {until: [reply, assign], within: 1d}",
            "permits: {who: desk, acts: [reply]}",
            "permits: {who: director, acts: [assign]}",
        )
    )

    assert ["回复" in f for f in found] == [True, False] or ["回复" in f for f in found] == [False, True]
    assert len(found) == 2


@pytest.mark.parametrize(
    "clauses",
    [
        ("deadline: {until: close, within: 1d, who: director}", ANOTHERS["permitted to a post"]),
        ("deadline: {until: close, within: 1d, who: responsible}", ANOTHERS["permitted to a post"]),
        ("upon: open, obliges: {task: inspect, done_by: close, who: desk}", ANOTHERS["permitted to a post"]),
        (PROMISE, "permits: {who: responsible, acts: [close]}"),
        (PROMISE, "permits: {who: [director, responsible], acts: [close]}"),
        (PROMISE, "permits: {who: director, acts: [close]}", "permits: {who: responsible, acts: [close]}"),
        (PROMISE, "permits: {who: {deputy_of: responsible}, acts: [close]}"),
        (PROMISE, "permits: {who: {field: technician, else: responsible}, acts: [close]}"),
        (PROMISE, "permits: {who: anyone, acts: [close]}"),
        (PROMISE, "permits: {who: director, acts: [reply]}"),
        (PROMISE, "permits: {who: director, acts: [close], or: warn}"),
        (PROMISE, "permits: {who: director, acts: [close], pass: {by: responsible}}"),
        (PROMISE, "requires: {before: close, fields: [fee]}"),
        (PROMISE, "excludes: {who: {did: finish}, acts: [close]}"),
        (f"when: {{urgency: urgent}}, {PROMISE}", "when: {urgency: normal}, permits: {who: director, acts: [close]}"),
        ("deadline: {until: visit_at, within: 1d}", ANOTHERS["permitted to a post"]),
        ("upon: open, obliges: {task: inspect}", ANOTHERS["permitted to a post"]),
    ],
)
def test_whoever_says_who_owes_or_lets_the_responsible_keep_it_is_told_nothing(clauses: tuple[str, ...]) -> None:
    assert faults_of(job(*clauses)) == []


def test_a_promise_about_another_noun_is_told_nothing() -> None:
    calls = "  - {id: '9', zh: x, for: call, permits: {who: desk, acts: [ring]}}\n"

    assert faults_of(job(PROMISE) + calls) == []
