"""The examples in docstrings are true: every module that has one is tried (those of worktime in tests/worktime/test_examples.py)."""

from __future__ import annotations

import doctest
import importlib
from typing import Final

import pytest
from django.utils import translation

from tests import databases

MODULES: Final = sorted(
    ".".join(path.relative_to(databases.ROOT).with_suffix("").parts)
    for part in ("shouwen", "tools")
    for path in (databases.ROOT / part).rglob("*.py")
    if "worktime" not in path.parts and ">>> " in path.read_text(encoding="utf-8")
)


def test_there_are_examples_to_try() -> None:
    assert {"shouwen.web.moments", "shouwen.cases.intake", "shouwen.base.masks"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_as_it_says(name: str) -> None:
    with translation.override("zh-hans"):
        found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert found.failed == 0
