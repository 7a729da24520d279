"""Whoever silences a checker says why, behind the comment that does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, python_files

SILENT = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?)\s*$")
LOOKED_AT = ("shouwen", "tests", "bench", "tools")


def check(root: Path) -> Iterator[Fault]:
    """Comments that silence ruff or mypy and give no reason."""
    for path in python_files(root, *LOOKED_AT):
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if SILENT.search(line):
                yield Fault(path.relative_to(root), n, "say behind the comment why the checker is silenced here")
