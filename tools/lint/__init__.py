"""Our own rules. A rule is a module with `check(root) -> faults`; each has a test in tests/lint that it can fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One place that breaks a rule, and what to do instead."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    """The Python files below some folders, migrations left out."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def templates(root: Path) -> Iterator[Path]:
    """Every template of the pages and of printed forms."""
    yield from sorted((root / "shouwen").glob("**/templates/**/*.*"))


def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(node: ast.expr) -> str:
    """`a.b.c` for names and attributes; the part that is neither is written as `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"
