"""What measures aim at: at least a value, or at most one; what no number can reach is told when the pack is read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shouwen.policy.goals import goal_of
from tests.policy.laws import NOUNS, faults_of, law_of

ONE = "measures: {closed: {zh: 结案率, WHAT, per: unit, over: calendar_month, target: GOAL}}\n"
SAID = "  - {id: '1', zh: 说明, en: Said, says: {}}\n"
SHARE = "share: job.close, of: job.open"


def measured(what: str, goal: str) -> str:
    """Return what a regulation declares, with a measure that has a target."""
    return NOUNS.replace("clauses:", f"{ONE.replace('WHAT', what).replace('GOAL', goal)}clauses:")


@pytest.mark.parametrize(
    ("goal", "said", "reached", "missed"),
    [
        ("100%", "100%", Decimal(100), Decimal("99.99")),
        ("'>= 95%'", "95%", Decimal(95), Decimal(94)),
        ("'<= 5%'", "≤ 5%", Decimal(5), Decimal(6)),
    ],
)
def test_a_share_is_to_reach_its_target_or_not_to_pass_it(goal: str, said: str, reached: Decimal, missed: Decimal) -> None:
    found = goal_of(law_of(SAID, measured(SHARE, goal)).measures["closed"])

    assert found is not None
    assert str(found) == said
    assert found.reached(reached)
    assert not found.reached(missed)


def test_of_a_count_nobody_wants_any_of_the_target_is_a_most() -> None:
    found = goal_of(law_of(SAID, measured("count: job.close", "'<= 0'")).measures["closed"])

    assert found is not None
    assert (str(found), found.reached(0), found.reached(1)) == ("≤ 0", True, False)


def test_a_measure_without_a_target_aims_at_nothing() -> None:
    law = law_of(SAID, measured(SHARE, "100%").replace(", target: 100%", ""))

    assert goal_of(law.measures["closed"]) is None


@pytest.mark.parametrize(
    ("what", "goal", "zh", "en"),
    [
        ("count: job.close", "0", "总会达到", "is always reached"),
        (SHARE, "全部", "不合适", "does not fit"),
        ("oldest: job.open", "3d", "可写目标", "may have a target"),
    ],
)
def test_a_target_that_cannot_be_one_is_told_when_the_pack_is_read(what: str, goal: str, zh: str, en: str) -> None:
    assert any(zh in fault for fault in faults_of(SAID, measured(what, goal)))
    assert any(en in fault for fault in faults_of(SAID, measured(what, goal), lang="en"))
