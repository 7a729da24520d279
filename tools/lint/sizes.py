"""A file is at most 400 lines, a template 120, a line 140 characters (180 in tests, where packs stand as text).

More cannot be held in the head. Code is wrapped at 130 by the formatter; what is left over is prose. Functions: ruff.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, python_files, templates

FILE = 400
TEMPLATE = 120
LINE = 140
TEST_LINE = 180


def check(root: Path) -> Iterator[Fault]:
    """Files and lines that have grown too long."""
    limits = [(path, FILE) for path in python_files(root, "shouwen", "tests", "tools", "bench")]
    for path, limit in [*limits, *((path, TEMPLATE) for path in templates(root))]:
        lines = path.read_text(encoding="utf-8").splitlines()
        here = path.relative_to(root)
        if len(lines) > limit:
            yield Fault(here, limit + 1, f"{len(lines)} lines, {limit} are allowed: look whether two things live in it")
        longest = TEST_LINE if here.parts[0] == "tests" else LINE
        for number, line in enumerate(lines, 1):
            if len(line) > longest and path.suffix == ".py":
                yield Fault(here, number, f"{len(line)} characters, {longest} are allowed")
