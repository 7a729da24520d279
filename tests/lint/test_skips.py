"""A skip is told with its reason, and no skip at all in CI where the project installs what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import skipped

CI = Path(__file__).resolve().parents[2] / ".ci/run"


def report(reason: str) -> pytest.TestReport:
    return pytest.TestReport("x", ("x.py", 1, "x"), {}, "skipped", ("x.py", 1, f"Skipped: {reason}"), "setup")


def test_why_tests_did_not_run_is_told_with_their_number() -> None:
    told: list[str] = []

    skipped.tell_all([report("no catalogue"), report("no browser"), report("no catalogue")], told.append)

    assert told == ["! 2 项没有运行 not run: no catalogue", "! 1 项没有运行 not run: no browser"]


def test_without_what_the_project_installs_a_test_is_skipped_but_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(skipped.IN_CI, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        skipped.without("no browser")

    monkeypatch.setenv(skipped.IN_CI, "1")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        skipped.without("no browser")


def test_ci_says_that_it_is_one() -> None:
    assert f"{skipped.IN_CI}=1" in CI.read_text("utf-8")
