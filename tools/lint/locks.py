"""Lock files name packages, versions and hashes, and no place they come from: whatever registry is set up serves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.lint import Fault

PLACE = re.compile(r'https?://|--(extra-)?index-url|--find-links|"resolved"')
FUNDING = '"url": "https://'  # npm copies where an author takes donations; that is no registry


def check(root: Path) -> Iterator[Fault]:
    """Addresses in lock files; a uv.lock at all."""
    for path in [*sorted((root / "locks").glob("*.txt")), root / "package-lock.json"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if PLACE.search(line) and FUNDING not in line:
                yield Fault(path.relative_to(root), number, "a lock file names a place: make it with `./run lock`")
    if (root / "uv.lock").exists():
        yield Fault(Path("uv.lock"), 1, "this file names a registry on every line: docs/decisions/0005 says what we use instead")
