"""`./run lock`: make the lock files anew, keeping every version that still fits; `./run lock --upgrade` takes the newest.

The files name versions and hashes, no registry (docs/decisions/0005).
"""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
FLAGS = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]


def main(words: Sequence[str]) -> int:
    """Write locks/*.txt. Newer packages come with --upgrade only."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = project["project"]["dependencies"]
    build = [*project["build-system"]["requires"], *project["tool"]["shouwen"]["build-needs"]]
    _compile("run", run, words)
    _compile("dev", [*run, *project["dependency-groups"]["dev"]], [*words, "--constraints", "locks/run.txt"])
    _compile("build", build, [*words, "--constraints", "locks/run.txt"])
    _compile("uv", project["tool"]["shouwen"]["uv"], words)
    return 0


def _compile(name: str, wanted: Sequence[str], words: Sequence[str]) -> None:
    print(f"locks/{name}.txt", flush=True)
    command = ["uv", "pip", "compile", *FLAGS, *words, "--output-file", f"locks/{name}.txt", "-"]
    subprocess.run(command, input="\n".join(wanted), text=True, cwd=ROOT, check=True)
