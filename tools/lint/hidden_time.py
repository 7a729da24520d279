"""`now` is passed in. Below the doors nobody looks at the clock, so that everything can be tested and replayed at any moment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, dotted, python_files, tree

BELOW = ("worktime", "policy", "base", "staff", "customers", "cases", "registers", "ledger")
CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "Now",
    "localdate",
    "localtime",
}
MAY_LOOK = {"shouwen/cases/clock.py"}  # the worker's loop: a door of its own


def check(root: Path) -> Iterator[Fault]:
    """Calls that read the time, without an argument, below the doors."""
    for path in python_files(root, *(f"shouwen/{name}" for name in BELOW)):
        here = path.relative_to(root)
        if here.as_posix() in MAY_LOOK:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and _reads(node):
                yield Fault(here, node.lineno, f"{dotted(node.func)} reads the clock: take `now` as an argument")


def _reads(call: ast.Call) -> bool:
    name = ".".join(dotted(call.func).split(".")[-2:])
    last = name.rsplit(".", 1)[-1]
    if last in {"localdate", "localtime"}:
        return not call.args
    return name in CLOCKS or last == "Now"
