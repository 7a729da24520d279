"""The examples in the docstrings of worktime run and say what they print."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import shouwen.worktime

MODULES = [f"shouwen.worktime.{module.name}" for module in pkgutil.iter_modules(shouwen.worktime.__path__)]
WITH_EXAMPLES = {"calendar", "deadline", "holidays", "hours", "saying", "span", "spelling"}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))

    assert found.failed == 0
    assert (found.attempted > 0) == (name.rpartition(".")[2] in WITH_EXAMPLES)
