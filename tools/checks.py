"""`./run check` (everything that needs no database), `./run test` (that, then the tests), `./run lock` (new lock files), `./run pictures`
(the pictures of the user's guide, taken anew).

Each part says how long it took. `./run check ruff mypy` runs only the named parts; what follows `./run test` goes to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shouwen.ops import assets, catalogues
from tools import lock

ROOT = Path(__file__).resolve().parent.parent
OURS = ["shouwen", "tests", "tools", "bench", "hatch_build.py", "run"]
CHECKS = {  # the slowest first, two run at a time
    "mypy": ["mypy", "--no-error-summary", *OURS[:4]],
    "format": ["ruff", "format", "--check", "--output-format", "concise", *OURS],
    "ruff": ["ruff", "check", "--output-format", "concise", *OURS],
    "imports": ["lint-imports", "--no-cache"],
    "ours": [sys.executable, "-m", "tools.lint"],
    "templates": ["djlint", "--lint", "--quiet", "shouwen"],
    "dependencies": ["deptry", "shouwen"],
    "migrations": [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "django",
        "makemigrations",
        "--check",
        "--dry-run",
        "--settings",
        "tests.settings",
    ],
}


def main(words: Sequence[str]) -> int:
    """The first word says what; returns the exit code."""
    command, rest = words[0], list(words[1:])
    if command == "lock":
        return lock.main(rest)
    print(assets.ensure(ROOT), flush=True)
    catalogues.compile_all(ROOT / "shouwen/locale")
    if command == "dev":
        return 0
    if command == "pictures":
        os.environ["SHOUWEN_PICTURES"] = "write"
        return run_tests(["-n", "0", "tests/web/test_guide_pictures.py", *rest])
    failed = check([] if command == "test" else rest)
    if failed:
        print(f"\n不合格 failed: {' '.join(failed)}", flush=True)
    if command == "check":
        return int(bool(failed))
    return run_tests(rest) or int(bool(failed))


def check(only: Sequence[str]) -> list[str]:
    """Run the static checks, print what each found, return the names of those that failed."""
    names = [name for name in CHECKS if not only or name in only]
    with ThreadPoolExecutor(2) as pool:
        runs = [(name, pool.submit(_timed, CHECKS[name])) for name in names]
        results = [(name, *run.result()) for name, run in runs]
    for name, code, said, seconds in results:
        print(f"{'✓' if code == 0 else '✗'} {name:<12} {seconds:5.1f} s", flush=True)
        if code:
            print(said, flush=True)
    return [name for name, code, _, _ in results if code]


def run_tests(words: Sequence[str]) -> int:
    """pytest, on both cores unless the caller says otherwise."""
    begin = time.monotonic()
    spread = [] if any(w.startswith("-n") for w in words) else ["-n", "2", "--dist", "worksteal"]
    done = subprocess.run([sys.executable, "-m", "pytest", *spread, *words], cwd=ROOT, check=False)
    print(f"{'✓' if done.returncode == 0 else '✗'} tests        {time.monotonic() - begin:5.1f} s", file=sys.stderr, flush=True)
    return done.returncode


def _timed(command: Sequence[str]) -> tuple[int, str, float]:
    begin = time.monotonic()
    there = [word for word in command if word not in OURS or (ROOT / word).exists()]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(there, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout + done.stderr, time.monotonic() - begin


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
