"""Tests that did not run are told, each reason with its number, at the end of every run: a skip must not look like a pass.

What CI brings itself has to be there in CI (`.ci/run` sets SHOUWEN_CI): `./run test` installs Chromium, so that its absence is a fault,
as is that of PostgreSQL, which no test does without. What stands beside the repository (`../shared`: the catalogue, the real data) is not
the project's to bring: where it is missing its tests are skipped in CI as well, and told.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NoReturn

import pytest

IN_CI: Final = "SHOUWEN_CI"


def without(reason: str) -> NoReturn:
    """Skip a test that lacks what the project itself installs; fail it in CI."""
    if os.environ.get(IN_CI):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tell_all(reports: Iterable[pytest.TestReport], write: Callable[[str], None]) -> None:
    """Print why tests were skipped, and how many each."""
    why = Counter(r.longrepr[2].removeprefix("Skipped: ") for r in reports if isinstance(r.longrepr, tuple))
    for reason, n in why.most_common():
        write(f"! {n} 项没有运行 not run: {reason}")
