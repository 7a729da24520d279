"""No name of a procedure or register of a pack stands in the program: what pages need of one, the pack says (`calls`, `home` …)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import shouwen
from shouwen.ops import shelf
from shouwen.policy.law import load
from shouwen.policy.packs import read_sources

ROOT: Final = Path(shouwen.__file__).parent
# Examples of the language's own documentation, and what acts the demo company's year: that is written about its packs.
ABOUT_PACKS: Final = ("ops/", "policy/words.py", "policy/scenario_words.py", "policy/examples.py")
PLAIN: Final = frozenset({"house", "repair", "vehicle", "rental", "airing"})  # in one word, but no word of the program's own


def names() -> set[str]:
    """Names that only packs can have given: those in several words, and a few that mean nothing else here."""
    law = load(read_sources(sorted(p for p in shelf.SHELF.iterdir() if (p / "pack.yaml").exists())))
    return {n for n in law.nouns if "_" in n} | (PLAIN & set(law.nouns))


def words(path: Path) -> Iterator[tuple[int, str]]:
    """The texts that stand in a file of the program."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_name_of_a_pack_stands_in_the_program() -> None:
    known = names()
    assert {"call_back", "house", "repair"} <= known, "it looks for something"

    files = [p for p in sorted(ROOT.rglob("*.py")) if not str(p.relative_to(ROOT)).startswith(ABOUT_PACKS)]
    found = [f"{p.relative_to(ROOT)}:{line} {text}" for p in files for line, text in words(p) if text in known]

    assert not found
