"""The source speaks Chinese, the English catalogue is complete: page texts are marked, and what is marked is translated.

`python -m tools.lint.catalogue` brings the catalogue up to date: new texts get an empty place, texts no longer used go.
GNU gettext is not needed: Django turns templates into Python, Babel reads Python and the catalogue.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools.lint import Fault, dotted, python_files, templates, tree

PO = Path("shouwen/locale/en/LC_MESSAGES/django.po")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CHINESE = re.compile(r"[\u3400-\u9fff]")
NOT_ENGLISH = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # also the signs between
OWN_NAMES = {"简体中文"}  # a language is called by its own name, for whoever cannot read the one that is on
MARKED = re.compile(
    r"{%\s*(blocktrans|blocktranslate)\b.*?{%\s*end\1\s*%}|{%\s*comment\b.*?{%\s*endcomment\s*%}|{[%#].*?[%#]}|{{.*?}}", re.DOTALL
)
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd%]|{\w*}")
SPEAKING = ("web", "api", "staff", "customers", "cases", "registers", "ledger", "base", "config")


def check(root: Path) -> Iterator[Fault]:
    """Texts without a mark, and marked texts without English."""
    yield from _unmarked_in_templates(root)
    yield from _unmarked_in_doors(root)
    catalogue = _read(root)
    used = set()
    for path, line, text, context in texts(root):
        used.add((_key(text), context))
        message = catalogue.get(text, context)
        if message is None or not _translated(message):
            yield Fault(path, line, f"no English for {_key(text)!r} in {PO}: run `python -m tools.lint.catalogue`")
    for message in catalogue:
        if message.id and (wrong := _wrong(message, used)):
            yield Fault(PO, message.lineno or 1, f"{_key(message.id)!r}: {wrong}")


def _wrong(message: Message, used: set[tuple[str, str | None]]) -> str | None:
    if (_key(message.id), message.context) not in used:
        return "not used any more: run `python -m tools.lint.catalogue`"
    if message.fuzzy:
        return "only a guess (fuzzy): look at the English and take the mark away"
    if _translated(message) and not _holes_agree(message):
        return "the English has other places to fill than the Chinese"
    if _key(message.id) not in OWN_NAMES and any(NOT_ENGLISH.search(form) for form in _forms(message)):
        return "the English holds Chinese characters"
    return None


def texts(root: Path) -> Iterator[tuple[Path, int, str | tuple[str, ...], str | None]]:
    """Every marked text: where it is, itself (with its plural), its context."""
    for path in python_files(root, *(f"shouwen/{name}" for name in SPEAKING)):
        for line, words, _, context in extract_from_file("python", path, keywords=KEYWORDS):
            yield path.relative_to(root), line, words if isinstance(words, str) else tuple(words), context
    for path in templates(root):
        source = templatize(path.read_text(encoding="utf-8"), str(path))
        file = io.BytesIO(f"({source})".encode())  # in brackets, where Python does not mind how lines are indented
        for line, function, said, _ in extract_python(file, KEYWORDS, [], {}):
            yield path.relative_to(root), line, *_called(str(function), said)


def update(root: Path) -> int:
    """Write the catalogue anew, keeping what is translated; returns how many texts still have no English."""
    old = _read(root)
    new = Catalog(locale="en", fuzzy=False)
    for path, _, text, context in texts(root):
        known = old.get(text, context)
        place = [(path.as_posix(), None)]
        new.add(text, known.string if known else None, locations=place, context=context)  # type: ignore[arg-type]  # babel takes both
    (root / PO).parent.mkdir(parents=True, exist_ok=True)
    with (root / PO).open("wb") as file:
        write_po(file, new, width=120, sort_output=True, omit_header=True, include_lineno=False)
    return sum(1 for message in new if message.id and not _translated(message))


def _called(function: str, said: str | Iterable[str | None]) -> tuple[str | tuple[str, ...], str | None]:
    """The text and its context among the arguments of a marking function."""
    words = [said] if isinstance(said, str) else [word for word in said if word]
    context = words.pop(0) if function in {"pgettext", "npgettext"} else None
    return (words[0] if len(words) == 1 else tuple(words[:2])), context


def _unmarked_in_templates(root: Path) -> Iterator[Fault]:
    for path in templates(root):
        text = MARKED.sub(lambda m: "\n" * m.group().count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            if CHINESE.search(line):
                yield Fault(path.relative_to(root), number, "Chinese without {% translate %}: an English reader would see it")


def _unmarked_in_doors(root: Path) -> Iterator[Fault]:
    for path in python_files(root, "shouwen/web"):
        module = tree(path)
        marked = {
            id(part)
            for node in ast.walk(module)
            if isinstance(node, ast.Call) and dotted(node.func).rsplit(".", 1)[-1] in KEYWORDS
            for part in ast.walk(node)
        }
        spoken = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(module):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and CHINESE.search(text) and id(node) not in marked | spoken:
                yield Fault(path.relative_to(root), getattr(node, "lineno", 1), f"{text[:20]!r} is not marked with gettext")


def _read(root: Path) -> Catalog:
    if not (root / PO).exists():
        return Catalog(locale="en")
    with (root / PO).open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def _key(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _translated(message: Message) -> bool:
    return all(_forms(message))


def _holes_agree(message: Message) -> bool:
    """A singular may leave the number out, so all forms together count."""
    return set(HOLES.findall(_key(message.id))) == {hole for form in _forms(message) for hole in HOLES.findall(form)}


if __name__ == "__main__":
    missing = update(Path.cwd())
    print(f"{PO}: {missing} texts still without English")
    sys.exit(int(missing > 0))
