"""Lock files name packages, versions and hashes, and no place they come from: whatever registry is set up serves them.

What the product depends on is in what is installed to run it, at the versions it is tested at: every dependency of pyproject.toml stands in
run.txt and fits there, and every line of run.txt in dev.txt at the same version.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement  # pytest brings it
from packaging.utils import canonicalize_name

from tools.lint import Fault

PLACE = re.compile(r'https?://|--(extra-)?index-url|--find-links|"resolved"')
FUNDING = '"url": "https://'  # npm copies where an author takes donations; that is no registry
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)")


def check(root: Path) -> Iterator[Fault]:
    """Addresses in lock files; a uv.lock at all; what is missing from what is installed."""
    for path in [*sorted((root / "locks").glob("*.txt")), root / "package-lock.json"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if PLACE.search(line) and FUNDING not in line:
                yield Fault(path.relative_to(root), number, "a lock file names a place: make it with `./run lock`")
    if (root / "uv.lock").exists():
        yield Fault(Path("uv.lock"), 1, "this file names a registry on every line: docs/decisions/0005 says what we use instead")
    yield from _missing(root)


def _missing(root: Path) -> Iterator[Fault]:
    """What is depended on and not locked, or locked at another version for the tests than for running."""
    run, dev = (_pinned(root / "locks" / name) for name in ("run.txt", "dev.txt"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [Requirement(text) for text in project["project"]["dependencies"]]
    for need in wanted:
        versions = [version for _, version in run.get(canonicalize_name(need.name), ())]
        if not versions or not all(need.specifier.contains(v) for v in versions):
            found = ", ".join(versions) or "nothing"
            yield Fault(Path("pyproject.toml"), 1, f"{need} is wanted, locks/run.txt has {found}: make it with `./run lock`")
    for name, lines in run.items():
        tested = {version for _, version in dev.get(name, ())}
        for number, version in lines:
            if version not in tested:
                found = ", ".join(sorted(tested)) or "nothing"
                text = f"{name} {version} is run, locks/dev.txt has {found}: make it with `./run lock`"
                yield Fault(Path("locks/run.txt"), number, text)


def _pinned(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Return the line and version of each package of a lock file; one may stand several times, under conditions."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if (m := PINNED.match(line)) is not None:
            found.setdefault(canonicalize_name(m["name"]), []).append((number, m["version"]))
    return found
