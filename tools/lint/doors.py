"""A door (page, endpoint, import of cases) finds, calls one verb, renders. It does not write by itself.

The clock (cases/clock.py) acts by the same verb and is not read here: what it writes beside, by SQL of its own, is no fact but its own
bookkeeping (its beat, a deadline whose ring failed and is set aside), and its locks have to be those of the rows it takes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault, dotted, python_files, tree

FOLDERS = ("shouwen/web", "shouwen/api")
FILES = ("shouwen/ops/taking_in.py",)
WRITES = {
    "save", "asave", "create", "acreate", "delete", "adelete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "select_for_update", "execute", "executemany",
}  # fmt: skip


def check(root: Path) -> Iterator[Fault]:
    """Calls of the ORM's writing methods, and raw SQL, in the doors."""
    files = (root / name for name in FILES)
    for path in (*python_files(root, *FOLDERS), *(file for file in files if file.exists())):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node, node.func.attr):
                text = f"a door writes by itself ({dotted(node.func)}): say what is wanted as an act"
                yield Fault(path.relative_to(root), node.lineno, text)


def _writes(call: ast.Call, name: str) -> bool:
    """`update` is a queryset's when it names columns; a dictionary or a hash takes one thing without a name."""
    return name in WRITES or (name in {"update", "aupdate"} and bool(call.keywords))
