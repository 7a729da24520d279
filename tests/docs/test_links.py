"""What the documents point at is there: links, paths, tests, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from shouwen.ops.cli import COMMANDS
from shouwen.ops.law import VERBS

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BASES: Final = (ROOT, ROOT / "shouwen")  # a path in backticks is said from the root, or from the package

FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SPAN: Final = re.compile(r"`([^`\n]+)`")
PATH: Final = re.compile(r"[\w.{},*-]+(?:/[\w.{},*-]+)+/?(?:::\w+)?")
KINDS: Final = ("py", "md", "html", "js", "css", "po", "toml", "template.md")  # a file named without its folder
SHELL: Final = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND: Final = re.compile(r"(?:^|\s)(?:\./run|shouwen) ([a-z]+)(?: ([a-z]+))?")
RUN: Final = frozenset({"test", "check", "lock", "dev", "bench", "pictures"})  # what ./run does itself


def prose(page: Path) -> str:
    """Return a page without its fenced examples."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def slug(heading: str) -> str:
    """Return the anchor a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page."""
    return frozenset(slug(h) for h in re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE))


@cache
def names() -> frozenset[str]:
    """Return the names of all files of the project, without their folders."""
    folders = ("shouwen", "tests", "tools", "bench", "docs", "packs")
    found = {p.name for f in folders for p in (ROOT / f).rglob("*") if p.is_file()}
    return frozenset(found | {p.name for p in ROOT.iterdir()})


@cache
def known_tests() -> frozenset[str]:
    """Return the names of all tests."""
    return frozenset(
        n for p in (ROOT / "tests").rglob("*.py") for n in re.findall(r"def (test_\w+)", p.read_text(encoding="utf-8"))
    )


def braces(path: str) -> Iterator[str]:
    """Yield the paths that `a/{b,c}.py` stands for."""
    found = re.search(r"\{([^{}]+)\}", path)
    if found is None:
        yield path
        return
    for word in found[1].split(","):
        yield from braces(path[: found.start()] + word + path[found.end() :])


def exists(path: str) -> bool:
    """Say whether a path, perhaps with * in it, is there."""
    if "*" in path:
        return any(any(base.glob(path)) for base in BASES)
    return any((base / path).exists() for base in BASES)


def looks_like_ours(span: str) -> bool:
    """Say whether text in backticks names a file or folder of this project."""
    if PATH.fullmatch(span) is None:
        return False
    first = span.split("/", maxsplit=1)[0]
    return any((base / first).is_dir() for base in BASES)


def is_command(word: str, verb: str) -> bool:
    """Say whether `shouwen word verb` can be typed; only `law` takes a verb."""
    return word in COMMANDS | dict.fromkeys(RUN) and (word != "law" or not verb or verb in VERBS)


def missing(page: Path) -> Iterator[str]:
    """Yield what a page names in backticks that is not there."""
    for span in SPAN.findall(prose(page)):
        if looks_like_ours(span):
            path, _, test = span.partition("::")
            yield from (p for p in braces(path) if not exists(p))
            if test and test not in known_tests():
                yield span
        elif (re.fullmatch(r"[\w-]+\.(" + "|".join(KINDS) + ")", span) and span not in names()) or (
            re.fullmatch(r"test_\w+", span) and span not in known_tests() and f"{span}.py" not in names()
        ):
            yield span


def said_page(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("document", PAGES, ids=said_page)
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    wrong = []
    for target in LINK.findall(prose(document)):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("document", PAGES, ids=said_page)
def test_every_path_and_test_in_backticks_is_there(document: Path) -> None:
    assert list(missing(document)) == []


@pytest.mark.parametrize("document", PAGES, ids=said_page)
def test_every_command_named_is_one(document: Path) -> None:
    typed = "\n".join([*SHELL.findall(document.read_text(encoding="utf-8")), *SPAN.findall(prose(document))])
    assert [f"{word} {verb}".strip() for word, verb in COMMAND.findall(typed) if not is_command(word, verb)] == []


def test_the_checks_would_notice() -> None:
    assert looks_like_ours("policy/decide.py")
    assert exists("policy/decide.py")
    assert looks_like_ours("cases/no_such_file.py")
    assert not exists("cases/no_such_file.py")
    assert list(braces("a/{b,c}.py")) == ["a/b.py", "a/c.py"]
    assert is_command("law", "check")
    assert not is_command("law", "chek")
    assert not is_command("served", "")
    assert slug("一份制度长什么样 (1)") == "一份制度长什么样-1"
