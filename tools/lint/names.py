"""Names that say nothing: utils, helpers, common, manager, service. Name the activity."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, python_files, tree

EMPTY = {
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "service",
    "services",
    "misc",
    "lib",
}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def check(root: Path) -> Iterator[Fault]:
    """Modules, folders and classes with such a word in their name."""
    for path in python_files(root, "shouwen", "tools", "tests", "bench"):
        here = path.relative_to(root)
        for word in _empty(" ".join([*here.parts[:-1], here.stem])):
            yield Fault(here, 1, f"{word!r} in the name of a module says nothing: name the activity")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                for word in _empty(node.name):
                    yield Fault(here, node.lineno, f"{word!r} in the name of a class says nothing: name the activity")


def _empty(name: str) -> list[str]:
    return [word for word in WORD.findall(name.replace("_", " ")) if word.lower() in EMPTY]
