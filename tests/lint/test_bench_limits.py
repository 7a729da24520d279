"""The bench names each limit that is missed, with where to look and what to try, and a small run is held only to what must always be right."""

from __future__ import annotations

from typing import Any

from bench.limits import LIMITS, NEXT, judge, missed


def searched(p95: float, *, failed: int = 0) -> dict[str, Any]:
    reader = {
        "groups": {"2 characters": {"p50": p95 / 2, "p95": p95}},
        "statuses": {"200": 100, "404": failed} if failed else {"200": 100},
    }
    return {"search": {"readers": {"lin_yue": reader}}}


def test_every_part_with_a_limit_says_where_to_look() -> None:
    assert {limit.part for limit in LIMITS} == set(NEXT)


def test_a_missed_limit_says_where_to_look_and_what_to_try() -> None:
    judged = judge(searched(90))

    (wrong,) = missed(judged, small=False)
    assert (wrong["found"], wrong["limit"]) == (90, "≤ 60")
    assert wrong["look_at"]
    assert wrong["next_step"]
    assert missed(judge(searched(59)), small=False) == []


def test_of_a_small_run_only_what_must_always_be_right_counts() -> None:
    assert missed(judge(searched(90)), small=True) == []
    assert [w["figure"] for w in missed(judge(searched(90, failed=2)), small=True)] == ["answers of searches other than 200"]


def test_what_programs_ask_must_stay_flat_at_ten_times_the_cases() -> None:
    judged = judge({**searched(20), "ten_times": searched(40)})

    assert "API, 2 characters, lin_yue: median at ten times the cases, times that before" in [
        w["figure"] for w in missed(judged, small=False)
    ]
