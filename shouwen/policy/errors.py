"""What can be wrong with a pack, said at its place.

Every fault names file, line and column, says in Chinese and English what is wrong, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shouwen.policy.source import Node


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place. `zh` and `en` each say what is wrong and what to write instead."""

    file: str
    line: int
    column: int
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """Return `file:line:column: message` in the reader's language."""
        return f"{self.file}:{self.line}:{self.column}: {self.en if lang.startswith('en') else self.zh}"


class PackError(ValueError):
    """A pack cannot be read or enacted; carries every fault found, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.zh)))
        super().__init__("\n".join(f.text() for f in self.faults))

    def text(self, lang: str = "zh") -> str:
        """Return all faults, one a line, in the reader's language."""
        return "\n".join(f.text(lang) for f in self.faults)


class Faults:
    """Collects faults while a pack is read, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.doubts: list[Fault] = []

    def add(self, node: Node, zh: str, en: str) -> None:
        """Note a fault at a node."""
        self.found.append(Fault(node.file, node.line, node.column, zh, en))

    def doubt(self, node: Node, zh: str, en: str) -> None:
        """Note what keeps a pack from being enacted, and cannot have kept what was: earlier versions of us took it."""
        self.doubts.append(Fault(node.file, node.line, node.column, zh, en))

    def stop_if_any(self, *, enacting: bool = False) -> None:
        """Raise PackError with everything found so far, if there is anything; `enacting`: with what was doubted, too."""
        found = [*self.found, *self.doubts] if enacting else self.found
        if found:
            raise PackError(found)
