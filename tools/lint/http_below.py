"""The domain knows no HTTP: no request, response or address below the doors. (Layers are import-linter's.)"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, python_files, tree

BELOW = ("worktime", "policy", "base", "staff", "customers", "cases", "registers", "ledger")
HTTP = ("django.http", "django.shortcuts", "django.urls", "django.views", "django.template", "ninja", "http", "urllib")
ALLOWED = {("shouwen/base/embedded.py", "urllib.parse")}  # the percent signs of a database's address


def check(root: Path) -> Iterator[Fault]:
    """Imports of HTTP where only facts and acts belong."""
    for path in python_files(root, *(f"shouwen/{name}" for name in BELOW)):
        here = path.relative_to(root)
        for node in ast.walk(tree(path)):
            for name in _imported(node):
                if any(name == h or name.startswith(f"{h}.") for h in HTTP) and (here.as_posix(), name) not in ALLOWED:
                    yield Fault(here, getattr(node, "lineno", 1), f"{name} is imported below the doors: the domain knows no HTTP")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
